// `npm test`: the static checks, the browser build, then every test, browser tests included; the last line counts them.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findChromium } from './chromium.ts';

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly success: boolean;
}

const node = (...parameters: string[]): number | null =>
  spawnSync(process.execPath, parameters, { stdio: 'inherit' }).status;

const vitest = join('node_modules', 'vitest', 'vitest.mjs');
const report = join('.cache', 'test-report.json');

function runEverything(): number {
  const browser = findChromium();
  process.env['PEYVAND_TEST_CHROMIUM'] = browser.path;
  console.log(`Browser tests use ${browser.path} (${browser.origin}).`);

  const checked = node('test/support/check.ts') === 0;
  const built = node(join('node_modules', 'vite', 'bin', 'vite.js'), 'build', '--logLevel', 'warn') === 0;
  if (!built) return 1;

  mkdirSync('.cache', { recursive: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const tested = node(vitest, 'run', ...reporters, ...process.argv.slice(2));
  const counts = JSON.parse(readFileSync(report, 'utf8')) as Report;
  if (!checked) console.log('The static checks failed (see above): npm run check');
  console.log(`${counts.numPassedTests} passed, ${counts.numFailedTests} failed, ${counts.numPendingTests} skipped`);
  return checked && counts.success && tested === 0 ? 0 : 1;
}

process.exitCode = runEverything();
