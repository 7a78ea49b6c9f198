// A raw query string → its shape and its constants. This runs for every request and touches no model; requests of one shape
// find their compiled plan by it (../plan.ts), only a new shape is read further (read-request.ts).
import { fail } from '../errors.ts';
import type { Literal } from '../literal.ts';
import { lex } from './lexer.ts';
import type { Token } from './lexer.ts';
import { limits } from './token-reader.ts';

export interface LexedRequest {
  /** Decoded options by name, as sent. */
  readonly options: ReadonlyMap<string, string>;
  /** Tokens of the options with a grammar of their own. */
  readonly tokens: ReadonlyMap<string, readonly Token[]>;
  readonly literals: readonly Literal[];
  /** Words of $search. */
  readonly words: readonly SearchWord[];
  /** Same shape, same plan: everything that decides the statement but $top and $skiptoken. */
  readonly shape: string;
}

export interface SearchWord {
  readonly slot: number;
  /** Three letters and more are found anywhere (there is an index for it), fewer at the start of a word only. */
  readonly anywhere: boolean;
}

/** Options whose constants are set apart. */
const withConstants = new Set(['$filter', '$expand', '$apply']);
/** Options that are read, but hold no constants. */
const plain = new Set(['$select', '$orderby', '$count', 'savedQuery', 'userQuery']);

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
  const options = readOptions(query);
  const literals: Literal[] = [];
  const tokens = new Map<string, readonly Token[]>();
  let words: readonly SearchWord[] = [];
  let shape = '';
  for (const [name, value] of options) {
    if (withConstants.has(name)) {
      const lexed = lex(value, name, literals);
      tokens.set(name, lexed.tokens);
      shape += `${name}=${lexed.shape}&`;
    } else if (name === '$search') {
      words = lexSearch(value, literals);
      shape += `$search=${words.map((word) => (word.anywhere ? 'a' : 's')).join('')}&`;
    } else if (plain.has(name) || (name.startsWith('$') && name !== '$top' && name !== '$skiptoken')) {
      shape += `${name}=${value}&`;
    }
  }
  return { options, tokens, literals, words, shape };
}

function lexSearch(text: string, literals: Literal[]): readonly SearchWord[] {
  // Quotes group nothing here: every word has to be found.
  const words = text
    .replaceAll('"', ' ')
    .split(/\s+/u)
    .filter((word) => word !== '' && !word.includes('\0'));
  if (words.length > 10) throw fail('QUERY_TOO_LARGE', { what: 'words in $search', limit: 10 });
  return words.map((word) => {
    literals.push({ kind: 'string', value: word, item: undefined, option: '$search', at: text.indexOf(word) });
    return { slot: literals.length - 1, anywhere: [...word].length >= 3 };
  });
}

/** Decoded pairs in the order sent; of several with one name the last counts. */
function readOptions(query: string): ReadonlyMap<string, string> {
  const options = new Map<string, string>();
  if (query === '') return options;
  for (const part of query.split('&')) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    options.set(decode(equals < 0 ? part : part.slice(0, equals)), equals < 0 ? '' : decode(part.slice(equals + 1)));
  }
  return options;
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
