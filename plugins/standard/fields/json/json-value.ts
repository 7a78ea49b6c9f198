// Whether a JavaScript value is JSON that Postgres can keep: plain, finite, of bounded depth, without NUL.
import type { Decoded } from 'peyvand/sdk';
import { kindOf, refuse } from '../../values/decoded.ts';
import { unstorable } from '../../values/text-value.ts';

const DEPTH = 32;

/** Undefined when sound. `limit` bounds the walk: a value with more parts than bytes allowed is too large anyway. */
export function faultOf(value: unknown, limit: number): Decoded | undefined {
  let parts = 0;
  const walk = (part: unknown, depth: number): Decoded | undefined => {
    if (++parts > limit) return refuse('JSON_SIZE', `The JSON is larger than ${limit} bytes.`);
    if (part === null || typeof part === 'boolean') return undefined;
    if (typeof part === 'string') return unstorable(part);
    if (typeof part === 'number') {
      return Number.isFinite(part) ? undefined : refuse('JSON_NUMBER', 'The JSON holds a number out of range.');
    }
    if (typeof part !== 'object' || !isPlain(part)) {
      return refuse('JSON_INVALID', `The value is not JSON: it holds ${kindOf(part)} of a kind JSON does not have.`);
    }
    if (depth === DEPTH) return refuse('JSON_DEPTH', `The JSON is nested deeper than ${DEPTH} levels. Flatten it.`);
    if (Array.isArray(part) && part.length > limit)
      return refuse('JSON_SIZE', `The JSON is larger than ${limit} bytes.`);
    // By index: a list with holes would pass `for … of` of its entries and be written as null.
    const children = Array.isArray(part) ? Array.from(part, (child: unknown) => child) : entriesOf(part);
    for (const child of children) {
      const fault = walk(child, depth + 1);
      if (fault) return fault;
    }
    return undefined;
  };
  return walk(value, 0);
}

const entriesOf = (value: object): readonly unknown[] => Object.entries(value).flat();

function isPlain(value: object): boolean {
  if (Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return (
    (prototype === null || prototype === Object.prototype) && !('toJSON' in value && typeof value.toJSON === 'function')
  );
}
