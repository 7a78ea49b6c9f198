// The text of one query option → tokens. Constants are numbered and set apart, so that what remains is the query's shape:
// requests of one shape share one compiled plan (see ../plan.ts).
import type { Literal, LiteralKind } from '../literal.ts';

export type TokenKind = 'name' | 'sign' | 'literal' | 'end' | 'unknown';

export interface Token {
  readonly kind: TokenKind;
  /** The text; of a literal without quotes. */
  readonly text: string;
  readonly at: number;
  readonly literal: LiteralKind | undefined;
  /** Index among the request's literals; -1 for what belongs to the shape. */
  readonly slot: number;
}

export interface Lexed {
  readonly tokens: readonly Token[];
  /** The text with constants replaced by their kinds. */
  readonly shape: string;
}

const guid = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';

/** Each kind of token is a group. */
const pattern = new RegExp(
  [
    String.raw`\s+`,
    String.raw`('[^']*(?:''[^']*)*'|"(?:[^"\\]|\\[^])*")`,
    String.raw`(\{${guid}\}|${guid}(?![\w-]))`,
    String.raw`(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+\- ]\d\d:\d\d)?(?!\w))`,
    String.raw`(\d{4}-\d\d-\d\d(?!\w))`,
    String.raw`(\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?![\w:]))`,
    String.raw`(-?\d+(?:\.\d+)?(?:e[+-]?\d+)?(?![\w.]))`,
    String.raw`(duration'[^']*')`,
    String.raw`([$@a-z_][\w.]*)`,
    String.raw`([(),;/:=[\]*-])`,
    // What is no token is taken at once as far as it goes: gone over again from each of its characters, it would take long.
    String.raw`(["'][^]*|\d[\w.]*|[^\x00-\x7f]+|[^])`,
  ].join('|'),
  'giuy',
);

const kinds: readonly (LiteralKind | undefined)[] = [
  undefined,
  'string',
  'guid',
  'datetime',
  'date',
  'time',
  'number',
  'duration',
];

/** A text in the making: tokens and shape grow together. */
interface Lexing {
  readonly tokens: Token[];
  readonly shape: string[];
  readonly literals: Literal[];
  readonly option: string;
  /** Tokens made so far, those of lists that became one included. */
  made: number;
}

/** Tokens of one option, those of aliases each time they are used: what goes on is cut off, and refused by the reader. */
export const mostTokens = 12_000;

/**
 * Splits `text`, adding its constants to `literals`. A parameter alias (`@p1`) stands for its text in `aliases`, or for null.
 * Never throws: what fits nowhere becomes an `unknown` token.
 */
export function lex(text: string, option: string, literals: Literal[], aliases?: ReadonlyMap<string, string>): Lexed {
  const lexing: Lexing = { tokens: [], shape: [], literals, option, made: 0 };
  run(lexing, text, undefined, aliases);
  lexing.tokens.push({ kind: 'end', text: '', at: text.length, literal: undefined, slot: -1 });
  return { tokens: lexing.tokens, shape: lexing.shape.join(' ') };
}

/** `place`: where the alias stands whose text this is. */
function run(
  lexing: Lexing,
  text: string,
  place: number | undefined,
  aliases: ReadonlyMap<string, string> | undefined,
): void {
  const { tokens, shape, literals, option } = lexing;
  let index = 0;
  for (;;) {
    pattern.lastIndex = index;
    const match = pattern.exec(text);
    if (!match || match[0] === '') return;
    index = pattern.lastIndex;
    const at = place ?? match.index;
    lexing.made += 1;
    if (lexing.made > mostTokens) {
      // Once is enough: no grammar has a place for it.
      if (lexing.made === mostTokens + 1) {
        tokens.push({ kind: 'unknown', text: '…', at, literal: undefined, slot: -1 });
        shape.push('…');
      }
      return;
    }
    const source = match[0];
    const kind = literalKind(match);
    if (kind !== undefined) {
      const value = valueOf(kind, source);
      if (isShape(tokens)) {
        tokens.push({ kind: 'literal', text: value, at, literal: kind, slot: -1 });
        shape.push(source);
      } else {
        tokens.push({ kind: 'literal', text: value, at, literal: kind, slot: literals.length });
        literals.push({ kind, value, item: undefined, option, at });
        // Whether a number is whole decides how it divides, and what it can be compared with.
        shape.push(kind === 'number' && !isWhole(value) ? '?decimal' : `?${kind}`);
      }
    } else if (match[8] !== undefined && source.startsWith('@') && place === undefined) {
      readAlias(lexing, source, at, aliases);
    } else if (match[8] !== undefined || match[9] !== undefined) {
      tokens.push({ kind: match[8] === undefined ? 'sign' : 'name', text: source, at, literal: undefined, slot: -1 });
      shape.push(source);
      if (source === ')' || source === ']') collapse(tokens, shape, literals, option);
    } else if (match[10] !== undefined) {
      tokens.push({ kind: 'unknown', text: source, at, literal: undefined, slot: -1 });
      shape.push(`!${source}`);
    }
  }
}

/** An alias of more than one token stands in brackets, as it would have to without the alias. */
function readAlias(lexing: Lexing, name: string, at: number, aliases: ReadonlyMap<string, string> | undefined): void {
  const { tokens, shape } = lexing;
  const sign = (text: string): Token => ({ kind: 'sign', text, at, literal: undefined, slot: -1 });
  const given = aliases?.get(name) ?? '';
  const text = given.trim() === '' ? 'null' : given;
  const isListed = tokens.at(-1)?.text === 'in';
  const [firstToken, firstShape] = [tokens.length, shape.length];
  run(lexing, text, at, undefined);
  if (tokens.length === firstToken + 1 || tokens[firstToken]?.text === '[' || isListed) return;
  tokens.splice(firstToken, 0, sign('('));
  shape.splice(firstShape, 0, '(');
  tokens.push(sign(')'));
  shape.push(')');
}

const whole = /^-?\d+$/;

export function isWhole(number: string): boolean {
  return whole.test(number);
}

function valueOf(kind: LiteralKind, source: string): string {
  if (kind === 'duration') return source.slice('duration'.length + 1, -1);
  if (kind !== 'string') return source;
  if (source.startsWith("'")) return source.slice(1, -1).replaceAll("''", "'");
  // As JSON writes it, in the lists of 4.01: ["a","b"].
  try {
    return String(JSON.parse(source));
  } catch {
    return source.slice(1, -1);
  }
}

function literalKind(match: RegExpExecArray): LiteralKind | undefined {
  for (let group = 1; group <= 7; group += 1) if (match[group] !== undefined) return kinds[group];
  return undefined;
}

/** Constants that decide the statement: which property a query function reads, how many rows an expansion gives. */
function isShape(tokens: readonly Token[]): boolean {
  if (tokens.at(-1)?.text !== '=') return false;
  const name = tokens.at(-2)?.text;
  return name === 'PropertyName' || name === '$top' || name === '$skip' || name === '$levels';
}

/** `in (1,2,3)` and `[1,2,3]` become one list, so that its length does not make another shape. */
function collapse(tokens: Token[], shape: string[], literals: Literal[], option: string): void {
  const close = tokens.length - 1;
  let first = close - 1;
  const kind = tokens[first]?.literal;
  if (kind === undefined || kind === 'list') return;
  const items: string[] = [];
  for (;;) {
    const token = tokens[first];
    if (token?.literal !== kind || token.slot < 0) return;
    items.push(token.text);
    if (tokens[first - 1]?.text !== ',') break;
    first -= 2;
  }
  const open = tokens[first - 1]?.text;
  const isList =
    tokens[close]?.text === ']' ? open === '[' : open === '(' && tokens[first - 2]?.text.toLowerCase() === 'in';
  if (!isList) return;
  const { at = 0, slot = 0 } = tokens[first] ?? {};
  literals.length = slot;
  literals.push({ kind: 'list', value: items.toReversed(), item: kind, option, at });
  tokens.splice(first, close - first, { kind: 'literal', text: '', at, literal: 'list', slot });
  shape.splice(first, close - first, `?list-${kind}`);
}
