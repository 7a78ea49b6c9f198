// Whether two effective values are one to everybody who looks: unlike in canonical.ts, the order of an entity's properties
// counts (fields nobody placed are shown in it), and nothing is not null.
import type { Json } from '../sdk/index.ts';
import { isArray, isObject, own } from './pointer.ts';

/** `name`: the key the values stand under. */
export function sameValue(a: Json | undefined, b: Json | undefined, name = ''): boolean {
  if (a === b) return true;
  if (isArray(a) && isArray(b)) {
    return a.length === b.length && a.every((one, index) => sameValue(one, b[index], name));
  }
  if (!isObject(a) || !isObject(b)) return false;
  const keys = keysOf(a);
  const others = keysOf(b);
  if (keys.length !== others.length) return false;
  if (name === 'properties' && keys.some((key, index) => key !== others[index])) return false;
  return keys.every((key) => sameValue(own(a, key), own(b, key), key));
}

function keysOf(value: Readonly<Record<string, Json | undefined>>): readonly string[] {
  return Object.keys(value).filter((key) => value[key] !== undefined);
}
