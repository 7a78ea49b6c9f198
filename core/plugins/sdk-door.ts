// Lets a plugin that lies outside this package import `peyvand/sdk`, wherever its folder is.
import { registerHooks } from 'node:module';

const sdk = new URL('../sdk/index.ts', import.meta.url).href;
let open = false;

export function openSdkDoor(): void {
  if (open) return;
  open = true;
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier === 'peyvand/sdk' ? { url: sdk, shortCircuit: true } : next(specifier, context),
  });
}
