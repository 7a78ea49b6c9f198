// A raw query string → its shape and its constants. This runs for every request and touches no model; requests of one shape
// find their compiled plan by it (../plan.ts), only a new shape is read further (read-request.ts).
import { fail } from '../errors.ts';
import type { Literal } from '../literal.ts';
import { lex } from './lexer.ts';
import { lexSearch } from './lex-search.ts';
import type { SearchNode } from './lex-search.ts';
import type { Token } from './lexer.ts';
import { limits } from './token-reader.ts';

export interface LexedRequest {
  /** Decoded options by name, as sent. */
  readonly options: ReadonlyMap<string, string>;
  /** Tokens of the options with a grammar of their own. */
  readonly tokens: ReadonlyMap<string, readonly Token[]>;
  readonly literals: readonly Literal[];
  /** What $search wants. */
  readonly search: SearchNode | undefined;
  /** System options that were sent more than once. */
  readonly repeated: readonly string[];
  /** Same shape, same plan: everything that decides the statement but $top and $skiptoken. */
  readonly shape: string;
}

/** Options whose constants are set apart. */
const withConstants = new Set(['$filter', '$expand', '$apply', '$orderby', '$compute']);
/** Options that are read, but hold no constants. */
const plain = new Set(['$select', '$count', 'savedQuery', 'userQuery']);

/** Texts read lately: apps repeat theirs, above all those that read single rows. */
const recent = new Map<string, LexedRequest>();
const recentTexts = 500;
const recentLength = 1024;

export function lexRequest(query: string): LexedRequest {
  const known = recent.get(query);
  if (known) return known;
  const request = lexText(query);
  if (query.length <= recentLength) {
    if (recent.size >= recentTexts) recent.clear();
    recent.set(query, request);
  }
  return request;
}

function lexText(query: string): LexedRequest {
  if (query.length > limits.characters) throw fail('QUERY_TOO_LARGE', { what: 'characters', limit: limits.characters });
  const { options, repeated } = readOptions(query);
  const literals: Literal[] = [];
  const tokens = new Map<string, readonly Token[]>();
  let search: SearchNode | undefined;
  let shape = repeated.join();
  for (const [name, value] of options) {
    if (withConstants.has(name)) {
      const lexed = lex(value, name, literals, options);
      tokens.set(name, lexed.tokens);
      shape += `${name}=${lexed.shape}&`;
    } else if (name === '$search') {
      const found = lexSearch(value, literals);
      search = found.tree;
      shape += `$search=${found.shape}&`;
    } else if (plain.has(name) || (name.startsWith('$') && name !== '$top' && name !== '$skiptoken')) {
      shape += `${name}=${value}&`;
    }
  }
  return { options, tokens, literals, search, repeated, shape };
}

/** Decoded pairs in the order sent; of several with one name the last counts. */
function readOptions(query: string): Pick<LexedRequest, 'options' | 'repeated'> {
  const options = new Map<string, string>();
  const repeated: string[] = [];
  if (query === '') return { options, repeated };
  for (const part of query.split('&')) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    const name = decode(equals < 0 ? part : part.slice(0, equals));
    if (name.startsWith('$') && options.has(name)) repeated.push(name);
    options.set(name, equals < 0 ? '' : decode(part.slice(equals + 1)));
  }
  return { options, repeated };
}

function decode(text: string): string {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text;
  if (!spaced.includes('%')) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch (cause) {
    const first = `"${text.slice(0, 60)}" is not valid percent-encoding of UTF-8`;
    const details = [{ code: 'QUERY_SYNTAX', target: text.slice(0, 60), message: first }];
    throw fail('QUERY_INVALID', { first }, { details, cause });
  }
}
