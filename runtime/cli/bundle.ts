// The browser bundle of the app: built by vite into `dist/app` when it is missing or its sources changed, known by a hash.
// vite is loaded only then, so later starts do not pay for it.
import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
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

/** Text files beside themselves as .br and .gz, so that serving them costs nothing. */
async function compress(): Promise<void> {
  for (const entry of await readdir(BUNDLE, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !/\.(?:js|css|html|svg|json)$/.test(entry.name)) continue;
    const path = join(entry.parentPath, entry.name);
    const bytes = await readFile(path);
    if (bytes.length < 1024) continue;
    const params = { [constants.BROTLI_PARAM_QUALITY]: 9 };
    await writeFile(`${path}.br`, await promisify(brotliCompress)(bytes, { params }));
    await writeFile(`${path}.gz`, await promisify(gzip)(bytes, { level: 9 }));
  }
}

/** Builds the bundle where needed. Without the app's sources (an installed package) what is there is used. */
export async function ensureBundle(say: (line: string) => void): Promise<void> {
  if (!existsSync(join(ROOT, 'runtime/app/index.html')) && !existsSync(join(ROOT, 'runtime/app/main.ts'))) return;
  const wanted = await hashSources();
  const stamp = await readFile(STAMP, 'utf8').catch(() => '');
  if (stamp === wanted) return;
  say(stamp === '' ? 'Building the app (once) …' : 'Building the app: its sources changed …');
  try {
    const { build } = await import('vite');
    await build({ root: ROOT, configFile: join(ROOT, 'vite.config.ts'), logLevel: 'error' });
    await compress();
    await writeFile(STAMP, wanted);
  } catch (cause) {
    throw fail('BUILD_FAILED', { reason: cause instanceof Error ? cause.message : String(cause) }, { cause });
  }
}
