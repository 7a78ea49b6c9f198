// `peyvand plugin test`: Node's own test runner over a plugin's `test` folder, with the shared database of tests behind it. A
// process of its own, so that the command needs nothing of the kit.
import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CLUSTER_VARIABLE, openCluster } from './cluster.ts';

const [given = '.', ...more] = process.argv.slice(2);
const folder = resolve(given);
const files = globSync('test/**/*.test.ts', { cwd: folder }).sort();

/** A file whose tests a pattern leaves out still starts what its `before` says, and nothing would end that. */
const FORCE_EXIT = '--test-force-exit';

async function runTests(): Promise<number> {
  if (files.length === 0) {
    process.stderr.write(`There are no tests in ${join(folder, 'test')}: they are files called <what>.test.ts.\n`);
    return 1;
  }
  const cluster = await openCluster();
  try {
    const door = new URL('door.ts', import.meta.url).href;
    const child = spawn(
      process.execPath,
      ['--import', door, '--test', ...(more.includes('--watch') ? [] : [FORCE_EXIT]), ...more, ...files],
      {
        cwd: folder,
        env: { ...process.env, [CLUSTER_VARIABLE]: cluster.url },
        stdio: 'inherit',
      },
    );
    const pass = (signal: NodeJS.Signals): void => void child.kill(signal);
    process.on('SIGINT', pass).on('SIGTERM', pass);
    return await new Promise<number>((done) => child.once('exit', (code) => done(code ?? 1)));
  } finally {
    await cluster.stop();
  }
}

process.exitCode = await runTests();
