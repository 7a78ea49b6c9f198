// What plugins get for `process`: what packages look at, and nothing that reaches outside.
const { process: given } = globalThis as unknown as { readonly process: Readonly<Record<string, unknown>> };
export default given;
