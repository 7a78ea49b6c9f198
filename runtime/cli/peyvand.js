#!/usr/bin/env node
// Where npm scripts and the command enter. Plain JavaScript so that compiled modules are kept from the first TypeScript file on:
// then Node's type stripper (15 MB of WebAssembly) is not even loaded from the second start on, and a start takes about a
// third less time. (npm start adds --max-semi-space-size=8: under load the server then takes about half the memory, at the same
// rate.) Where the folder cannot be written, nothing is kept and nothing fails.
// An older Node gets a sentence instead of a syntax error: it is asked before anything is loaded that it does not know.
import module from 'node:module';
import { fileURLToPath } from 'node:url';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `Peyvand needs Node 22.18 or newer; this is ${process.versions.node}. "npm ci" brings one: start by "npm start" or "npm run peyvand -- …".`,
  );
  process.exit(1);
}
module.enableCompileCache(fileURLToPath(new URL('../../.cache/compile', import.meta.url)));
await import('./main.ts');
