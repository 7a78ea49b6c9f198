// What plugins get for `node:fs`: reading whole files of their own folder and of packages (fonts, tables). Node's permission
// model refuses every other place.
import fs from 'node:fs';

const { readFileSync: read, existsSync: exists, statSync: stat } = fs;

export function readFileSync(
  path: string | URL,
  options: BufferEncoding | { encoding?: BufferEncoding } = {},
): string | Buffer {
  return typeof options === 'string' ? read(path, options) : read(path, options);
}

export function existsSync(path: string | URL): boolean {
  return exists(path);
}

/** Packages ask whether something is a file, and how long. */
export function statSync(path: string | URL): { readonly size: number; isFile(): boolean; isDirectory(): boolean } {
  const found = stat(path);
  return { size: found.size, isFile: () => found.isFile(), isDirectory: () => found.isDirectory() };
}

export async function readFile(path: string | URL, options?: BufferEncoding): Promise<string | Buffer> {
  return readFileSync(path, options);
}

export const promises = Object.freeze({ readFile });
export default Object.freeze({ readFileSync, existsSync, statSync, readFile, promises });
