// Reads the resource path below /api/data/v9.2/: names, keys, function parentheses. By hand and in one pass, because it
// runs for every request; the grammar is OData 4.01 URL conventions §4, with quotes also as %27 and keys with any
// percent-encoded character (`/ & : %`).
import { fail } from '../errors.ts';

/** A parameter's value that stands in the query string: `@p1`. */
export interface Alias {
  readonly alias: string;
}

export type Literal = string | number | boolean | null | Alias;

export type Arguments =
  /** `()` */
  | { readonly kind: 'none' }
  /** `(00000000-…)`, braces and quotes dropped, lower case. */
  | { readonly kind: 'id'; readonly id: string }
  /** `(name='v',other=2)`, also with parameter aliases. */
  | { readonly kind: 'named'; readonly values: ReadonlyMap<string, Literal> };

export interface Segment {
  readonly name: string;
  readonly arguments: Arguments | undefined;
}

const GUID = /^\{?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\}?$/i;
const NUMBER = /^-?\d+(?:\.\d+)?$/;

/** The id in lower case without braces, or undefined. */
export function readGuid(text: string): string | undefined {
  return GUID.exec(text)?.[1]?.toLowerCase();
}

export function decodePart(text: string): string {
  if (!text.includes('%')) return text;
  let decoded: string;
  try {
    decoded = decodeURIComponent(text);
  } catch (cause) {
    throw fail('PATH_MALFORMED', { reason: `'${text}' is not valid percent-encoding` }, { cause });
  }
  return decoded;
}

/** Splits at `separator` outside quoted text. `text` may be encoded: `%27` counts as a quote. */
function splitOutsideQuotes(text: string, separator: string): string[] {
  const parts: string[] = [];
  let quoted = false;
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === "'") quoted = !quoted;
    else if (char === '%' && text.startsWith('27', at + 1)) {
      quoted = !quoted;
      at += 2;
    } else if (char === separator && !quoted) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  if (quoted) throw fail('PATH_MALFORMED', { reason: 'a quoted text is not closed' });
  parts.push(text.slice(start));
  return parts;
}

/** A literal of a key or a function argument; undefined where it is none. */
export function readLiteral(text: string): Literal | undefined {
  if (text.startsWith("'")) {
    if (text.length < 2 || !text.endsWith("'")) return undefined;
    const inner = text.slice(1, -1);
    return /^(?:[^']|'')*$/.test(inner) ? inner.replaceAll("''", "'") : undefined;
  }
  if (text === 'null') return null;
  if (text === 'true' || text === 'false') return text === 'true';
  if (NUMBER.test(text)) {
    const number = Number(text);
    // Digits that a number cannot hold stay text: an exact decimal in a key.
    return String(number) === text ? number : text;
  }
  if (/^@[\w.]+$/.test(text)) return { alias: text };
  const guid = readGuid(text);
  if (guid) return guid;
  // A member of an enumeration is its name: Microsoft.Dynamics.CRM.TargetFieldType'ValidForCreate'.
  const member = /^[A-Za-z_][\w.]*'([\w, ]*)'$/.exec(text)?.[1];
  if (member !== undefined) return member;
  // Dates and times stand bare.
  return /^\d{4}-\d{2}-\d{2}(?:T[\d:.]+(?:Z|[+-]\d{2}:\d{2})?)?$/.test(text) ? text : undefined;
}

function readArguments(inner: string): Arguments {
  const trimmed = inner.trim();
  if (trimmed === '') return { kind: 'none' };
  // Some clients quote ids like texts.
  const id = readGuid(/^'[^']*'$/.test(trimmed) ? trimmed.slice(1, -1) : trimmed);
  if (id) return { kind: 'id', id };
  const values = new Map<string, Literal>();
  for (const part of splitOutsideQuotes(trimmed, ',')) {
    const equals = part.indexOf('=');
    const name = equals < 0 ? '' : part.slice(0, equals).trim();
    if (!/^[\w.@]+$/.test(name)) {
      const reason = `'${trimmed}' is neither an id like 00000000-0000-0000-0000-000000000000 nor a key like name='value'`;
      throw fail('PATH_MALFORMED', { reason });
    }
    const value = readLiteral(part.slice(equals + 1).trim());
    if (value === undefined)
      throw fail('PATH_MALFORMED', { reason: `the value of '${name}' is not a literal; quote text` });
    if (values.has(name)) throw fail('PATH_MALFORMED', { reason: `'${name}' is given twice` });
    values.set(name, value);
  }
  return { kind: 'named', values };
}

function readSegment(raw: string): Segment {
  const text = decodePart(raw);
  const open = text.indexOf('(');
  if (open < 0) return { name: text, arguments: undefined };
  if (!text.endsWith(')')) throw fail('PATH_MALFORMED', { reason: `'${text}' has no closing parenthesis at its end` });
  return { name: text.slice(0, open), arguments: readArguments(text.slice(open + 1, -1)) };
}

/** `path` is what follows `/api/data/v9.2/`, percent-encoded as sent. At most eight segments. */
export function readPath(path: string): readonly Segment[] {
  const trimmed = path.endsWith('/') ? path.slice(0, -1) : path;
  if (trimmed === '') return [];
  const parts = splitOutsideQuotes(trimmed, '/');
  if (parts.length > 8) throw fail('PATH_MALFORMED', { reason: 'it has more than eight parts' });
  return parts.map(readSegment);
}
