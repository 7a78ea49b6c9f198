// One text for one value, whatever order its keys came in: what hashes and comparisons are made of.
import { createHash } from 'node:crypto';
import type { Json } from '../sdk/index.ts';
import { isArray, isObject } from './pointer.ts';

export function canonicalJson(value: Json | undefined): string {
  if (isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (isObject(value)) {
    const entries = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`).join(',')}}`;
  }
  return JSON.stringify(value) ?? 'null';
}

export const sameJson = (a: Json | undefined, b: Json | undefined): boolean =>
  a === b || canonicalJson(a) === canonicalJson(b);

/** SHA-256, hexadecimal. */
export const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');
