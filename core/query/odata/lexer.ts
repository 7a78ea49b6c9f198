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

const pattern =
  /\s+|('[^']*(?:''[^']*)*')|(\{[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![\w-]))|(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+\- ]\d\d:\d\d)?(?!\w))|(\d{4}-\d\d-\d\d(?!\w))|(-?\d+(?:\.\d+)?(?:e[+-]?\d+)?(?![\w.]))|([$@a-z_][\w.]*)|([(),;/:=[\]])|([^])/giuy;

const kinds: readonly (LiteralKind | undefined)[] = [undefined, 'string', 'guid', 'datetime', 'date', 'number'];

/** Splits `text`, adding its constants to `literals`. Never throws: what fits nowhere becomes an `unknown` token. */
export function lex(text: string, option: string, literals: Literal[]): Lexed {
  const tokens: Token[] = [];
  const shape: string[] = [];
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match && match[0] !== ''; match = pattern.exec(text)) {
    const at = match.index;
    const source = match[0];
    const kind = literalKind(match);
    if (kind !== undefined) {
      const value = kind === 'string' ? source.slice(1, -1).replaceAll("''", "'") : source;
      if (isShape(tokens)) {
        tokens.push({ kind: 'literal', text: value, at, literal: kind, slot: -1 });
        shape.push(source);
      } else {
        tokens.push({ kind: 'literal', text: value, at, literal: kind, slot: literals.length });
        literals.push({ kind, value, item: undefined, option, at });
        shape.push(`?${kind}`);
      }
    } else if (match[6] !== undefined || match[7] !== undefined) {
      tokens.push({ kind: match[6] === undefined ? 'sign' : 'name', text: source, at, literal: undefined, slot: -1 });
      shape.push(source);
      if (source === ')' || source === ']') collapse(tokens, shape, literals, option);
    } else if (match[8] !== undefined) {
      tokens.push({ kind: 'unknown', text: source, at, literal: undefined, slot: -1 });
      shape.push(`!${source}`);
    }
  }
  tokens.push({ kind: 'end', text: '', at: text.length, literal: undefined, slot: -1 });
  return { tokens, shape: shape.join(' ') };
}

function literalKind(match: RegExpExecArray): LiteralKind | undefined {
  for (let group = 1; group <= 5; group += 1) if (match[group] !== undefined) return kinds[group];
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
