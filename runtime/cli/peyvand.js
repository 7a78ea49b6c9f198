#!/usr/bin/env node
// Where npm scripts and the command enter. Plain JavaScript so that compiled modules are kept from the first TypeScript file on:
// then Node's type stripper (15 MB of WebAssembly) is not even loaded from the second start on, and a start takes about a
// third less time. (npm start adds --max-semi-space-size=8: under load the server then takes about half the memory, at the same
// rate.) Where the folder cannot be written, nothing is kept and nothing fails.
import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

enableCompileCache(fileURLToPath(new URL('../../.cache/compile', import.meta.url)));
await import('./main.ts');
