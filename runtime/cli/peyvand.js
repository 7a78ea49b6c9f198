#!/usr/bin/env node
// Where npm scripts and the command enter. Plain JavaScript so that compiled modules are kept from the first TypeScript file on:
// then Node's type stripper (15 MB of WebAssembly) is not even loaded from the second start on, and a start takes about a
// third less time. (npm start adds --max-semi-space-size=8: under load the server then takes about half the memory, at the same
// rate.) Where the folder cannot be written, nothing is kept and nothing fails.
// An older Node hands over to the one that `npm ci` brings, and without it gets a sentence instead of a syntax error: it is asked
// before anything is loaded that it does not know.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import { fileURLToPath } from 'node:url';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  const brought = ['node', 'node.exe']
    .map((name) => fileURLToPath(new URL(`../../node_modules/node/bin/${name}`, import.meta.url)))
    .find(existsSync);
  if (brought) {
    const child = spawn(brought, [...process.execArgv, ...process.argv.slice(1)], { stdio: 'inherit' });
    // Ctrl+C reaches both; this one waits for what the other makes of it.
    process.on('SIGINT', () => {});
    process.on('SIGTERM', () => child.kill('SIGTERM'));
    child.on('close', (code, signal) => (signal ? process.kill(process.pid, 'SIGKILL') : process.exit(code ?? 1)));
    child.on('error', (error) => {
      console.error(`${brought} could not be started: ${error.message}`);
      process.exit(1);
    });
  } else {
    console.error(
      `Peyvand needs Node 22.18 or newer; this is ${process.versions.node}. "npm ci" in Peyvand's folder brings one.`,
    );
    process.exit(1);
  }
} else {
  module.enableCompileCache(fileURLToPath(new URL('../../.cache/compile', import.meta.url)));
  await import('./main.ts');
}
