// The one way SQL text takes a name or, in DDL where parameters cannot stand, a constant. Used wherever SQL is made.
import { createHash } from 'node:crypto';
import type { ColumnValue } from '../sdk/index.ts';

/** Postgres cuts identifiers after this many bytes (NAMEDATALEN - 1) without a word. */
const LIMIT = 63;

/** Quotes an identifier: `order` → `"order"`. Throws on a name Postgres would refuse or silently cut. */
export function ident(name: string): string {
  if (name === '' || name.includes('\0')) throw new TypeError(`"${name}" cannot be the name of a table or column`);
  if (Buffer.byteLength(name) > LIMIT) {
    throw new TypeError(`the name "${name}" is longer than the ${LIMIT} bytes a database name may have`);
  }
  return `"${name.replaceAll('"', '""')}"`;
}

/** `"org_default"."account"` */
export function qualified(schema: string, name: string): string {
  return `${ident(schema)}.${ident(name)}`;
}

/** Joins parts to the name of a constraint, index or sequence; one too long keeps its start and ends in a hash. */
export function constraintName(...parts: readonly string[]): string {
  const name = parts.join('_');
  const bytes = Buffer.from(name);
  if (bytes.length <= LIMIT) return name;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 10);
  // Cutting inside a multi-byte letter leaves a replacement character; the hash keeps the name unique without it.
  const start = bytes
    .subarray(0, LIMIT - 11)
    .toString('utf8')
    .replace(/\uFFFD+$/, '');
  return `${start}_${hash}`;
}

/** A constant in DDL (defaults): `'O''Neill'`, `42`, `true`, `'{1,2}'`, `null`. Everywhere else values are parameters. */
export function literal(value: ColumnValue): string {
  if (value === null) return 'null';
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError(`${value} cannot stand in a statement`);
    return String(value);
  }
  if (typeof value !== 'string') return `'{${value.join(',')}}'`;
  if (value.includes('\0')) throw new TypeError('a text with a zero byte cannot stand in a statement');
  const quoted = `'${value.replaceAll("'", "''")}'`;
  return value.includes('\\') ? `E${quoted.replaceAll('\\', '\\\\')}` : quoted;
}
