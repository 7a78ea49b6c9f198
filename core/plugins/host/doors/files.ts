// What plugins get for `node:fs`: reading whole files of their own folder and of packages (fonts, tables). Node's permission
// model refuses every other place.
import fs from 'node:fs';

const { readFileSync: read, existsSync: exists } = fs;

export function readFileSync(path: string | URL, options?: BufferEncoding | { readonly encoding?: BufferEncoding }): string | Buffer {
  return read(path, options);
}

export function existsSync(path: string | URL): boolean {
  return exists(path);
}

export async function readFile(path: string | URL, options?: BufferEncoding): Promise<string | Buffer> {
  return readFileSync(path, options);
}

export const promises = Object.freeze({ readFile });
export default Object.freeze({ readFileSync, existsSync, readFile, promises });
