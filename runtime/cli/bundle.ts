// The browser bundle of the app: built by vite into `dist/app` when it is missing or its sources changed, known by a hash.
// vite runs only then, in a process of its own (build-bundle.ts).
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { fail } from './command.ts';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** What the server serves as pages. */
export const BUNDLE = join(ROOT, 'dist/app');

const STAMP = join(ROOT, 'dist/sources');
const LOCK = join(ROOT, 'dist/building');

/** What the bundle is made from. */
const SOURCES = ['runtime/app', 'runtime/ui', 'runtime/client', 'plugins', 'metadata', 'core/sdk'];
const FILES = ['vite.config.ts', 'package-lock.json'];
const KINDS = /\.(?:ts|js|css|html|json|svg|woff2|png)$/;

async function hashSources(): Promise<string> {
  const paths = [...FILES];
  for (const folder of SOURCES) {
    if (!existsSync(join(ROOT, folder))) continue;
    for (const entry of await readdir(join(ROOT, folder), { recursive: true, withFileTypes: true }))
      if (entry.isFile() && KINDS.test(entry.name)) paths.push(join(entry.parentPath, entry.name).slice(ROOT.length));
  }
  const hash = createHash('sha256');
  for (const path of paths.toSorted()) hash.update(`${path}\0`).update(await readFile(join(ROOT, path)));
  return hash.digest('hex');
}

const readStamp = (): Promise<string> => readFile(STAMP, 'utf8').catch(() => '');

function isAlive(pid: number): boolean {
  try {
    return Number.isInteger(pid) && pid > 0 && process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Of several starts at once one builds; the others wait for it. */
async function withLock(work: () => Promise<void>): Promise<void> {
  await mkdir(join(ROOT, 'dist'), { recursive: true });
  for (;;) {
    try {
      await writeFile(LOCK, String(process.pid), { flag: 'wx' });
      break;
    } catch (fault) {
      if (!(fault instanceof Error && 'code' in fault && fault.code === 'EEXIST')) throw fault;
      const holder = await readFile(LOCK, 'utf8').catch(() => '');
      // Left by a build that was killed; an empty file is one just being written.
      if (holder !== '' && !isAlive(Number(holder))) await rm(LOCK, { force: true });
      else await pause(100);
    }
  }
  try {
    await work();
  } finally {
    await rm(LOCK, { force: true });
  }
}

/** Builds in a process of its own: what vite takes of memory goes with it and does not stay with the server. */
async function buildApart(): Promise<void> {
  const builder = fileURLToPath(new URL('build-bundle.ts', import.meta.url));
  await promisify(execFile)(process.execPath, [builder], { cwd: ROOT, maxBuffer: 2 ** 24 });
}

/** What a failed build said, without the command line that execFile puts before it. */
function reasonOf(cause: unknown): string {
  const said = cause instanceof Error && 'stderr' in cause ? String(cause.stderr).trim() : '';
  return said !== '' ? said : cause instanceof Error ? cause.message : String(cause);
}

/** Builds the bundle where needed. */
export async function ensureBundle(say: (line: string) => void): Promise<void> {
  const wanted = await hashSources();
  if ((await readStamp()) === wanted) return;
  await withLock(async () => {
    const stamp = await readStamp();
    if (stamp === wanted) return;
    say(stamp === '' ? 'Building the app (once) …' : 'Building the app: its sources changed …');
    await rm(STAMP, { force: true });
    try {
      await buildApart();
    } catch (cause) {
      throw fail('BUILD_FAILED', { reason: reasonOf(cause) }, { cause });
    }
    await writeFile(STAMP, wanted);
  });
}
