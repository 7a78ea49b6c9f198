// Finds a Chromium for the browser tests: an installed one, else Playwright's, else (as root on Debian) apt's.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright-core';

export interface Browser {
  readonly path: string;
  /** Where it came from, for people. */
  readonly origin: string;
}

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];

const places = [
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** Arguments for a headless run without background traffic. Root needs `--no-sandbox`: Chromium refuses otherwise. */
export const chromiumArguments: readonly string[] = [
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

function executable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function installed(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const candidates = [...names.flatMap((name) => folders.map((folder) => join(folder, name))), ...places];
  return candidates.find(executable);
}

function playwrights(): string | undefined {
  const path = chromium.executablePath();
  return path && executable(path) ? path : undefined;
}

function run(command: string, parameters: readonly string[]): boolean {
  return spawnSync(command, parameters, { stdio: ['ignore', 'ignore', 'inherit'] }).status === 0;
}

/** Finds or installs a Chromium. Throws with what to do when there is no way. */
export function findChromium(): Browser {
  const own = installed();
  if (own) return { path: own, origin: 'installed' };
  const known = playwrights();
  if (known) return { path: known, origin: "Playwright's" };
  if (process.getuid?.() === 0 && existsSync('/etc/debian_version')) {
    run('apt-get', ['update', '-qq']);
    run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium', 'fonts-noto-core']);
    const added = installed();
    if (added) return { path: added, origin: "installed by apt-get as Debian's package" };
  }
  const cli = join('node_modules', 'playwright-core', 'cli.js');
  run(process.execPath, [cli, 'install', 'chromium-headless-shell', 'chromium']);
  const fetched = playwrights();
  if (fetched) return { path: fetched, origin: "Playwright's, just downloaded" };
  throw new Error(
    'The browser tests need Chromium and none was found. Install it (Debian: apt-get install chromium; elsewhere: npx playwright-core install chromium) and run again.',
  );
}
