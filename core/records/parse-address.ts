// A reference as it stands in bodies and `$ref` links: `/accounts(<id>)`, `accounts(accountnumber='A''1')`, the same behind
// an absolute URL → the entity and the row's address.
import type { Entity, Model } from '../model/model.ts';
import type { RecordAddress } from './input.ts';
import { suggest } from '../model/suggest.ts';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

function isId(text: string): boolean {
  return uuid.test(text);
}

/** `{ABC…}` or `abc…` → lower case without braces; undefined when it is no id. */
export function readId(text: string): string | undefined {
  const bare = text.startsWith('{') && text.endsWith('}') ? text.slice(1, -1) : text;
  return isId(bare) ? bare.toLowerCase() : undefined;
}

export type ParsedAddress = { readonly entity: Entity; readonly address: RecordAddress } | { readonly problem: string };

/** Reads a reference to one row; `problem` is a sentence. */
export function parseAddress(model: Model, reference: string): ParsedAddress {
  const text = decode(reference.trim());
  const open = text.indexOf('(');
  const set = text.slice(text.lastIndexOf('/', open) + 1, Math.max(open, 0));
  if (set === '' || !text.endsWith(')'))
    return { problem: `"${reference.slice(0, 100)}" is not a reference to a row.` };
  const inner = text.slice(open + 1, -1);
  const entity = model.sets.get(set) ?? model.entities.get(set);
  if (!entity) return { problem: `There is no entity set ${set.slice(0, 100)}${suggest(set, model.sets.keys())}.` };
  const address = parseKey(inner);
  if (!address) return { problem: `(${inner.slice(0, 100)}) is neither an id nor an alternate key.` };
  return { entity, address };
}

function decode(text: string): string {
  try {
    return text.includes('%') ? decodeURIComponent(text) : text;
  } catch {
    return text;
  }
}

/** What stands between the parentheses of `accounts(…)`: an id, or `name='value',other=3`; quotes doubled inside. */
export function parseKey(inner: string): RecordAddress | undefined {
  const id = readId(inner.trim());
  if (id !== undefined) return { id };
  const key: Record<string, string | number> = {};
  const part = /\s*([a-z_][a-z0-9_]*)\s*=\s*(?:'((?:[^']|'')*)'|([^,'\s]+))\s*(,|$)/giy;
  while (part.lastIndex < inner.length) {
    const match = part.exec(inner);
    const name = match?.[1];
    if (!match || name === undefined || name in key) return undefined;
    const bare = match[3];
    if (bare === undefined) key[name] = (match[2] ?? '').replaceAll("''", "'");
    else key[name] = /^-?\d{1,15}$/.test(bare) ? Number(bare) : (readId(bare) ?? bare);
    if (match[4] === ',' && part.lastIndex >= inner.length) return undefined;
  }
  return Object.keys(key).length > 0 ? { key } : undefined;
}
