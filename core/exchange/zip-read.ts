// The entries of a zip archive that somebody sent: found by the directory at its end, unpacked while they are read, never further
// than a bound, whatever the archive says of its sizes.
import { pipeline, Readable } from 'node:stream';
import { createInflateRaw } from 'node:zlib';
import { fail } from './errors.ts';

export interface Archive {
  readonly names: readonly string[];
  /** The entry's bytes; throws IMPORT_TOO_LARGE beyond `limit`, IMPORT_FILE where they are broken or missing. */
  read(name: string, limit: number): AsyncIterable<Buffer>;
}

const MOST_ENTRIES = 2_000;

interface Entry {
  readonly method: number;
  readonly packed: number;
  readonly at: number;
}

function broken(reason: string): Error {
  return fail('IMPORT_FILE', { reason });
}

/** Throws IMPORT_FILE (400) for what is no archive. */
export function openArchive(bytes: Buffer): Archive {
  const entries = directoryOf(bytes);
  return {
    names: [...entries.keys()],
    read(name, limit) {
      const entry = entries.get(name);
      if (!entry) throw broken(`it has no part ${name}`);
      return unpack(bytes, entry, name, limit);
    },
  };
}

function directoryOf(bytes: Buffer): ReadonlyMap<string, Entry> {
  const end = bytes.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
  if (end < 0 || end + 22 > bytes.length) throw broken('it is no spreadsheet (no zip archive)');
  const count = bytes.readUInt16LE(end + 10);
  if (count > MOST_ENTRIES) throw broken(`it has ${count} parts`);
  const entries = new Map<string, Entry>();
  let at = bytes.readUInt32LE(end + 16);
  for (let index = 0; index < count; index += 1) {
    if (at + 46 > bytes.length || bytes.readUInt32LE(at) !== 0x0201_4b50) throw broken('its directory is damaged');
    const [name, extra, comment] = [28, 30, 32].map((offset) => bytes.readUInt16LE(at + offset));
    const flags = bytes.readUInt16LE(at + 8);
    if ((flags & 1) !== 0) throw broken('it is encrypted; save it without a password');
    const text = bytes.toString('utf8', at + 46, at + 46 + (name ?? 0)).replaceAll('\\', '/');
    if (!entries.has(text))
      entries.set(text, {
        method: bytes.readUInt16LE(at + 10),
        packed: bytes.readUInt32LE(at + 20),
        at: bytes.readUInt32LE(at + 42),
      });
    at += 46 + (name ?? 0) + (extra ?? 0) + (comment ?? 0);
  }
  return entries;
}

async function* unpack(
  bytes: Buffer,
  { method, packed, at }: Entry,
  name: string,
  limit: number,
): AsyncGenerator<Buffer> {
  if (at + 30 > bytes.length || bytes.readUInt32LE(at) !== 0x0403_4b50) throw broken(`its part ${name} is damaged`);
  const begin = at + 30 + bytes.readUInt16LE(at + 26) + bytes.readUInt16LE(at + 28);
  if (begin + packed > bytes.length) throw broken(`its part ${name} is cut off`);
  const stored = bytes.subarray(begin, begin + packed);
  const tooLarge = (): Error =>
    fail('IMPORT_TOO_LARGE', { what: `${name} unpacks to more than ${Math.round(limit / 1_048_576)} MB` });
  if (method === 0) {
    if (stored.length > limit) throw tooLarge();
    yield stored;
    return;
  }
  if (method !== 8) throw broken(`its part ${name} is packed in an unknown way`);
  const inflated = createInflateRaw({ chunkSize: 64 * 1024 });
  pipeline(Readable.from([stored]), inflated, () => undefined);
  let size = 0;
  try {
    for await (const chunk of inflated) {
      size += (chunk as Buffer).length;
      if (size > limit) throw tooLarge();
      yield chunk as Buffer;
    }
  } catch (error) {
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('Z_'))
      throw broken(`its part ${name} is damaged`);
    throw error;
  } finally {
    inflated.destroy();
  }
}
