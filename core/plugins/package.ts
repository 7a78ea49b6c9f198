// A plugin as it travels: the gzipped tarball that `npm pack` makes. Read into memory within bounds and only then written, file
// by file: no link, no path outside, no script of the package is ever followed or run.
import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { lstat, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative, sep } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { create, Parser, type ReadEntry } from 'tar';
import { pluginError } from './errors.ts';
import { readManifest, type Manifest } from './manifest.ts';

export interface PluginPackage {
  /** Of the unpacked plugin. */
  readonly manifest: Manifest;
  /** SHA-256 of its files, whatever packed them. */
  readonly hash: string;
  /** The tarball. */
  readonly bytes: Buffer;
  readonly folder: string;
}

/** Bytes packed, bytes unpacked, files. */
export const PACKAGE_LIMITS = { packed: 20 * 2 ** 20, unpacked: 64 * 2 ** 20, files: 4_000 } as const;

type Files = ReadonlyMap<string, Buffer>;

/** Reads a tarball and unpacks it below `root`. @throws PACKAGE_INVALID, PACKAGE_TOO_LARGE, MODEL_INVALID */
export async function openPackage(bytes: Buffer, root: string): Promise<PluginPackage> {
  const files = await readTarball(bytes);
  const hash = hashOfFiles(files);
  const folder = await unpack(files, hash, root);
  return { manifest: await readManifest(folder), hash, bytes, folder };
}

/** A folder that holds a plugin, as a tarball. Dot files, links and what does not belong (asked of folders too) stay behind. */
export async function packFolder(folder: string, belongs: (path: string) => boolean = () => true): Promise<Buffer> {
  const names = await filesBelow(folder, belongs);
  if (!names.includes('plugin.json')) throw pluginError('PLUGIN_MANIFEST_MISSING', { folder });
  const chunks: Buffer[] = [];
  // The same files make the same bytes.
  const options = {
    cwd: folder,
    gzip: true,
    portable: true,
    mtime: new Date(0),
    prefix: 'package',
    noDirRecurse: true,
  };
  for await (const chunk of create(options, names.toSorted())) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

/** A package of the registry, `name@1.2.0` or `npm:name`, as a tarball of the bytes that the registry vouches for; nothing of it is run. @throws PACKAGE_NAME, PACKAGE_NOT_FETCHED */
export async function fetchPackage(given: string): Promise<Buffer> {
  const name = given.replace(/^npm:/, '');
  if (!/^(?:@[a-z0-9][\w.-]*\/)?[a-z0-9][\w.-]*(?:@[\w.^~*-]+)?$/i.test(name) || name.length > 200)
    throw pluginError('PACKAGE_NAME', { name: name.slice(0, 80) });
  const folder = await mkdtemp(join(tmpdir(), 'peyvand-npm-'));
  try {
    const own = /^(?:PEYVAND_|DATABASE_URL$)/;
    const env = Object.fromEntries(Object.entries(process.env).filter(([variable]) => !own.test(variable)));
    await promisify(execFile)('npm', ['pack', name, '--ignore-scripts', '--pack-destination', folder], {
      cwd: folder,
      env,
      timeout: 60_000,
      maxBuffer: 2 ** 22,
    });
    const packed = (await readdir(folder)).find((file) => file.endsWith('.tgz'));
    if (packed === undefined) throw new TypeError('it made no tarball');
    const path = join(folder, packed);
    if ((await lstat(path)).size > PACKAGE_LIMITS.packed) throw tooLarge('packed');
    return await readFile(path);
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'PACKAGE_TOO_LARGE') throw cause;
    throw pluginError('PACKAGE_NOT_FETCHED', { name, reason: reasonOf(cause) }, { cause });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What npm says is wrong, without its stack and log file. */
function reasonOf(cause: unknown): string {
  const said = cause instanceof Error && 'stderr' in cause ? String(cause.stderr) : '';
  const lines = said
    .split('\n')
    .flatMap((line) => /^npm (?:ERR!|error) (?!code|errno|A complete log)(.*)$/.exec(line)?.[1] ?? []);
  return lines[0]?.trim() || (cause instanceof Error ? (cause.message.split('\n', 1)[0] ?? '') : String(cause));
}

async function readTarball(bytes: Buffer): Promise<Files> {
  if (bytes.length > PACKAGE_LIMITS.packed) throw tooLarge('packed');
  const packed = bytes[0] === 0x1f && bytes[1] === 0x8b;
  let tar = bytes;
  if (packed) {
    try {
      tar = await promisify(gunzip)(bytes, { maxOutputLength: PACKAGE_LIMITS.unpacked });
    } catch (cause) {
      if (cause instanceof RangeError) throw tooLarge('unpacked');
      throw pluginError('PACKAGE_INVALID', { reason: 'its bytes are damaged' }, { cause });
    }
  }
  // The reader of tarballs would unpack again what is packed twice, without bounds.
  if (/^(?:1f8b|28b52ffd)/.test(tar.toString('hex', 0, 4)))
    throw pluginError('PACKAGE_INVALID', { reason: 'it is packed otherwise than `npm pack` does, or twice' });
  const found = await entriesOf(tar);
  // npm puts everything into one folder; others pack the plugin as it lies.
  const roots = new Set([...found.keys()].map((path) => path.split('/', 1)[0] ?? ''));
  const [root] = roots;
  const wrapped = roots.size === 1 && root !== undefined && found.has(`${root}/plugin.json`);
  const files = wrapped ? new Map([...found].map(([path, content]) => [path.slice(root.length + 1), content])) : found;
  if (!files.has('plugin.json')) throw pluginError('PACKAGE_INVALID', { reason: 'there is no plugin.json in it' });
  return files;
}

async function entriesOf(tar: Buffer): Promise<Files> {
  const files = new Map<string, Buffer>();
  const seen = new Set<string>();
  let fault: Error | undefined;
  let size = 0;
  const refuse = (error: Error): void => void (fault ??= error);
  const take = (entry: ReadEntry): void => {
    if (entry.type === 'Directory') return void entry.resume();
    const path = entry.path.replace(/^\.\//, '');
    const wrong = pathProblem(path);
    if (entry.type !== 'File' && entry.type !== 'OldFile') {
      refuse(pluginError('PACKAGE_INVALID', { reason: `"${path.slice(0, 80)}" is no plain file (${entry.type})` }));
    } else if (wrong !== undefined) refuse(pluginError('PACKAGE_INVALID', { reason: wrong }));
    else if (seen.has(path.toLowerCase())) {
      refuse(pluginError('PACKAGE_INVALID', { reason: `"${path}" is in it twice` }));
    } else if (seen.size >= PACKAGE_LIMITS.files) refuse(tooLarge('files'));
    if (fault) return void entry.resume();
    seen.add(path.toLowerCase());
    const chunks: Buffer[] = [];
    entry.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > PACKAGE_LIMITS.unpacked) refuse(tooLarge('unpacked'));
      else if (!fault) chunks.push(chunk);
    });
    entry.on('end', () => void files.set(path, Buffer.concat(chunks)));
  };
  await new Promise<void>((resolve, reject) => {
    const parser = new Parser({ strict: true, brotli: false, zstd: false, onReadEntry: take });
    parser.on('end', () => resolve());
    parser.on('error', (cause: unknown) =>
      reject(pluginError('PACKAGE_INVALID', { reason: 'its bytes are damaged' }, { cause })),
    );
    parser.end(tar);
  });
  if (fault) throw fault;
  return files;
}

/** Names that stay inside the folder on every system. */
function pathProblem(path: string): string | undefined {
  const shown = JSON.stringify(path.slice(0, 80));
  if (path.length > 200) return `the name ${shown}… is too long`;
  if (/[\p{Cc}\\:*?"<>|]/u.test(path) || path.startsWith('/')) return `${shown} is no name of a file inside it`;
  const bad = path.split('/').some((step) => step === '' || step === '.' || step === '..' || /[. ]$/.test(step));
  return bad ? `${shown} is no name of a file inside it` : undefined;
}

function tooLarge(limit: keyof typeof PACKAGE_LIMITS): Error {
  const shown = limit === 'files' ? `${PACKAGE_LIMITS.files} files` : `${PACKAGE_LIMITS[limit] / 2 ** 20} MB`;
  return pluginError('PACKAGE_TOO_LARGE', { limit: limit === 'unpacked' ? `${shown} unpacked` : shown });
}

function hashOfFiles(files: Files): string {
  const hash = createHash('sha256');
  for (const [path, content] of [...files].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(`${path}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

/** Complete or not at all: of several processes on one data folder each may do it. */
async function unpack(files: Files, hash: string, root: string): Promise<string> {
  const card = (files.get('plugin.json') ?? Buffer.alloc(0)).toString('utf8');
  const said = (key: string): string =>
    new RegExp(`"${key}"\\s*:\\s*"([a-z0-9][a-z0-9.-]*)"`, 'i').exec(card)?.[1] ?? 'plugin';
  const folder = join(root, `${said('id')}@${said('version')}-${hash.slice(0, 16)}`);
  if (existsSync(folder)) return folder;
  const beside = join(root, `.unpacking-${randomUUID()}`);
  for (const [path, content] of files) {
    const file = join(beside, ...path.split('/'));
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
  try {
    await rename(beside, folder);
  } catch (error) {
    await rm(beside, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
  return folder;
}

async function filesBelow(root: string, belongs: (path: string) => boolean): Promise<readonly string[]> {
  const found: string[] = [];
  let size = 0;
  const visit = async (folder: string): Promise<void> => {
    for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
      const path = join(folder, entry.name);
      if (entry.name.startsWith('.')) continue;
      const name = relative(root, path).split(sep).join('/');
      if (!belongs(name)) continue;
      if (entry.isDirectory()) await visit(path);
      if (!entry.isFile() || path.endsWith('.tgz')) continue;
      found.push(name);
      size += (await lstat(path)).size;
      if (found.length > PACKAGE_LIMITS.files) throw tooLarge('files');
      if (size > PACKAGE_LIMITS.unpacked) throw tooLarge('unpacked');
    }
  };
  await visit(root);
  return found;
}
