// The browser bundle of the app: built by vite into `dist/app` when it is missing or its sources changed, known by a hash.
// vite runs only then, in a process of its own (build-bundle.ts).
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { fail } from './command.ts';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
export const BUNDLE = join(ROOT, 'dist/app');

const STAMP = join(BUNDLE, '.sources');

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

/** Builds the bundle where needed. Without the app's sources (an installed package) what is there is used. */
export async function ensureBundle(say: (line: string) => void): Promise<void> {
  if (!existsSync(join(ROOT, 'runtime/app/index.html')) && !existsSync(join(ROOT, 'runtime/app/main.ts'))) return;
  const wanted = await hashSources();
  const stamp = await readFile(STAMP, 'utf8').catch(() => '');
  if (stamp === wanted) return;
  say(stamp === '' ? 'Building the app (once) …' : 'Building the app: its sources changed …');
  try {
    await buildApart();
    await writeFile(STAMP, wanted);
  } catch (cause) {
    throw fail('BUILD_FAILED', { reason: reasonOf(cause) }, { cause });
  }
}
