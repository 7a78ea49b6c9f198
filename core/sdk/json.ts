// The JSON shapes every room shares.

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json | undefined;
}

/** A JSON Schema (draft 2020-12). Deliberately loose: Ajv is the judge. */
export type JsonSchema = JsonObject;
