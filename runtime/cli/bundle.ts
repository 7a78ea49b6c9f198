// The browser bundle of the app: built by vite into `dist/app` when it is missing or its sources changed, known by a hash.
// With browser halves of plugins elsewhere (PEYVAND_PLUGINS) it stands in the data folder: it is that organization's own.
// vite runs only then, in a process of its own (build-bundle.ts).
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { pluginFolders, readManifest } from '../../core/plugins/manifest.ts';
import { fail } from './command.ts';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** What the server serves as pages, where no plugin elsewhere has a part in them. */
export const BUNDLE = join(ROOT, 'dist/app');

/** A bundle, and beside it the hash of what it was made from and the mark of who is building it. */
interface Place {
  readonly folder: string;
  readonly stamp: string;
  readonly lock: string;
}

const placeIn = (parent: string): Place => ({
  folder: join(parent, 'app'),
  stamp: join(parent, 'sources'),
  lock: join(parent, 'building'),
});

/** What the bundle is made from. */
const SOURCES = ['runtime/app', 'runtime/ui', 'runtime/client', 'plugins', 'metadata', 'core/sdk'];
const FILES = ['vite.config.ts', 'package-lock.json'];
const KINDS = /\.(?:ts|js|css|html|json|svg|woff2|png)$/;

/** `outside`: folders of plugins that lie elsewhere. */
async function hashSources(outside: readonly string[]): Promise<string> {
  const paths = FILES.map((name) => join(ROOT, name));
  for (const folder of [...SOURCES.map((name) => join(ROOT, name)), ...outside]) {
    if (!existsSync(folder)) continue;
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      // What a plugin has installed counts by its lock file: it is far too much to read at each start.
      if (!entry.isFile() || !KINDS.test(path) || path.slice(folder.length).includes('node_modules')) continue;
      paths.push(path);
    }
  }
  const hash = createHash('sha256');
  for (const path of paths.toSorted()) {
    const name = path.startsWith(ROOT) ? path.slice(ROOT.length) : path;
    hash.update(`${name}\0`).update(await readFile(path));
  }
  return hash.digest('hex');
}

const readStamp = ({ stamp }: Place): Promise<string> => readFile(stamp, 'utf8').catch(() => '');

function isAlive(pid: number): boolean {
  try {
    return Number.isInteger(pid) && pid > 0 && process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Of several starts at once one builds; the others wait for it. */
async function withLock({ lock }: Place, work: () => Promise<void>): Promise<void> {
  await mkdir(dirname(lock), { recursive: true });
  for (;;) {
    try {
      await writeFile(lock, String(process.pid), { flag: 'wx' });
      break;
    } catch (fault) {
      if (!(fault instanceof Error && 'code' in fault && fault.code === 'EEXIST')) throw fault;
      const holder = await readFile(lock, 'utf8').catch(() => '');
      // Left by a build that was killed; an empty file is one just being written.
      if (holder !== '' && !isAlive(Number(holder))) await rm(lock, { force: true });
      else await pause(100);
    }
  }
  try {
    await work();
  } finally {
    await rm(lock, { force: true });
  }
}

/** Builds in a process of its own: what vite takes of memory goes with it and does not stay with the server. */
async function buildApart({ folder }: Place, outside: readonly string[]): Promise<void> {
  const builder = fileURLToPath(new URL('build-bundle.ts', import.meta.url));
  const env = { ...process.env, PEYVAND_PLUGINS: outside.join('\n') };
  await promisify(execFile)(process.execPath, [builder, folder], { cwd: ROOT, env, maxBuffer: 2 ** 24 });
}

/** What a failed build said, without the command line that execFile puts before it. */
function reasonOf(cause: unknown): string {
  const said = cause instanceof Error && 'stderr' in cause ? String(cause.stderr).trim() : '';
  return said !== '' ? said : cause instanceof Error ? cause.message : String(cause);
}

export interface BundleOptions {
  /** Plugins, or folders of plugins, beside the shipped ones. */
  readonly plugins: readonly string[];
  /** The data folder. */
  readonly data: string;
}

/** A plugin's folder holds something that runs in the browser: the look of a field type, or a module that plugin.json names. */
export async function hasBrowserHalf(folder: string): Promise<boolean> {
  if (globSync('fields/*/browser.ts', { cwd: folder }).length > 0) return true;
  const { contributes } = await readManifest(folder);
  return Object.values(contributes).some((list) => list.some((one) => 'module' in one));
}

/** Builds the bundle where needed; says in which folder it is. */
export async function ensureBundle(say: (line: string) => void, options?: BundleOptions): Promise<string> {
  const folders = (await Promise.all((options?.plugins ?? []).map(pluginFolders))).flat();
  const halves = await Promise.all(folders.map(hasBrowserHalf));
  const outside = folders.filter((_, index) => halves[index]);
  const place = options && outside.length > 0 ? placeIn(join(options.data, 'bundle')) : placeIn(dirname(BUNDLE));
  const wanted = await hashSources(outside);
  if ((await readStamp(place)) === wanted) return place.folder;
  await withLock(place, async () => {
    const stamp = await readStamp(place);
    if (stamp === wanted) return;
    say(stamp === '' ? 'Building the app (once) …' : 'Building the app: its sources changed …');
    await rm(place.stamp, { force: true });
    try {
      await buildApart(place, outside);
    } catch (cause) {
      throw fail('BUILD_FAILED', { reason: reasonOf(cause) }, { cause });
    }
    await writeFile(place.stamp, wanted);
  });
  return place.folder;
}
