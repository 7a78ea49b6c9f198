// A zip archive as it is made: entries are compressed while they are written, nothing is held. Sizes and check sums follow the
// bytes (data descriptors), as the format has it since version 2.0 (PKWARE APPNOTE 4.3.9).
import { pipeline, Readable } from 'node:stream';
import { crc32, createDeflateRaw } from 'node:zlib';

export interface ZipEntry {
  readonly name: string;
  readonly content: Iterable<string> | AsyncIterable<string>;
}

/** 4.3.9: sizes of an entry have 32 bits. */
const MOST_BYTES = 0xffff_ffff;
const SIGNATURES = { local: 0x0403_4b50, descriptor: 0x0807_4b50, central: 0x0201_4b50, end: 0x0605_4b50 } as const;
const VERSION = 20;
/** Sizes follow the content; names are UTF-8. */
const FLAGS = 0x0808;
const DEFLATED = 8;
/** 1980-01-01, so that the same rows give the same bytes. */
const DATE = 0x0021;

interface Written {
  readonly name: Buffer;
  readonly at: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
}

export async function* zip(entries: AsyncIterable<ZipEntry>): AsyncGenerator<Buffer> {
  const written: Written[] = [];
  let at = 0;
  for await (const { name, content } of entries) {
    const begun = at;
    const bytes = Buffer.from(name);
    const head = Buffer.alloc(30);
    head.writeUInt32LE(SIGNATURES.local, 0);
    head.writeUInt16LE(VERSION, 4);
    head.writeUInt16LE(FLAGS, 6);
    head.writeUInt16LE(DEFLATED, 8);
    head.writeUInt16LE(DATE, 12);
    head.writeUInt16LE(bytes.length, 26);
    yield Buffer.concat([head, bytes]);
    at += 30 + bytes.length;
    const sums = { crc: 0, size: 0 };
    let packed = 0;
    const deflated = createDeflateRaw({ level: 5, chunkSize: 64 * 1024 });
    // An error of the source ends the iteration below.
    pipeline(Readable.from(counted(content, sums)), deflated, () => undefined);
    for await (const chunk of deflated) {
      packed += (chunk as Buffer).length;
      yield chunk as Buffer;
    }
    if (sums.size > MOST_BYTES || packed > MOST_BYTES)
      throw new RangeError('a part of the archive is larger than 4 GB');
    at += packed;
    const tail = Buffer.alloc(16);
    tail.writeUInt32LE(SIGNATURES.descriptor, 0);
    tail.writeUInt32LE(sums.crc, 4);
    tail.writeUInt32LE(packed, 8);
    tail.writeUInt32LE(sums.size, 12);
    yield tail;
    at += 16;
    written.push({ name: bytes, at: begun, crc: sums.crc, packed, size: sums.size });
  }
  const directory = Buffer.concat(written.map(centralOf));
  if (at + directory.length > MOST_BYTES) throw new RangeError('the archive is larger than 4 GB');
  const end = Buffer.alloc(22);
  end.writeUInt32LE(SIGNATURES.end, 0);
  end.writeUInt16LE(written.length, 8);
  end.writeUInt16LE(written.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(at, 16);
  yield Buffer.concat([directory, end]);
}

/** Small pieces are gathered, so that the compressor is not asked for each. */
async function* counted(content: ZipEntry['content'], sums: { crc: number; size: number }): AsyncGenerator<Buffer> {
  let gathered = '';
  const take = (): Buffer => {
    const bytes = Buffer.from(gathered);
    gathered = '';
    sums.crc = crc32(bytes, sums.crc);
    sums.size += bytes.length;
    return bytes;
  };
  for await (const piece of content) {
    gathered += piece;
    if (gathered.length >= 64 * 1024) yield take();
  }
  if (gathered !== '') yield take();
}

function centralOf({ name, at, crc, packed, size }: Written): Buffer {
  const head = Buffer.alloc(46);
  head.writeUInt32LE(SIGNATURES.central, 0);
  head.writeUInt16LE(VERSION, 4);
  head.writeUInt16LE(VERSION, 6);
  head.writeUInt16LE(FLAGS, 8);
  head.writeUInt16LE(DEFLATED, 10);
  head.writeUInt16LE(DATE, 14);
  head.writeUInt32LE(crc, 16);
  head.writeUInt32LE(packed, 20);
  head.writeUInt32LE(size, 24);
  head.writeUInt16LE(name.length, 28);
  head.writeUInt32LE(at, 42);
  return Buffer.concat([head, name]);
}
