// Time-ordered ids (RFC 9562, version 7): new rows land at the end of the primary key's index, and ids sort by age.
import { randomFillSync } from 'node:crypto';

const POOL = Buffer.alloc(8 * 512);
let used = POOL.length;
let lastTime = 0;
let counter = 0;

/** `019ab2c4-5d6e-7f00-8123-456789abcdef`; strictly increasing within this process, even when the clock steps back. */
export function uuidv7(): string {
  if (used === POOL.length) {
    randomFillSync(POOL);
    used = 0;
  }
  const high = POOL.readUInt32BE(used);
  const low = POOL.readUInt32BE(used + 4);
  used += 8;

  const now = Date.now();
  if (now > lastTime) {
    lastTime = now;
    // The upper half of the counter's range stays free for ids of the same millisecond.
    counter = high & 0x7ff;
  } else if (++counter > 0xfff) {
    lastTime += 1;
    counter = high & 0x7ff;
  }
  const time = lastTime.toString(16).padStart(12, '0');
  const sequence = (0x7000 | counter).toString(16);
  const variant = (0x8000 | ((high >>> 16) & 0x3fff)).toString(16);
  const node = (((high & 0xffff) >>> 0).toString(16).padStart(4, '0') + low.toString(16).padStart(8, '0')).slice(-12);
  return `${time.slice(0, 8)}-${time.slice(8)}-${sequence}-${variant}-${node}`;
}
