// Walks over one option's tokens, and collects what is wrong: a broken sentence ends its option, a wrong name does not.
import type { Violation } from '../../sdk/index.ts';
import { mostTokens } from './lexer.ts';
import type { Token } from './lexer.ts';

/** What can grow without end in a request's text, and how far it may. */
export const limits = {
  /** Characters of a query string. */
  characters: 65_536,
  /** Conditions of a filter, those of expansions included. */
  conditions: 500,
  /** Brackets, lambdas and expansions inside one another. */
  depth: 32,
  /** Values of one `in` list. */
  listItems: 2000,
  /** Expansions of one request. */
  expansions: 50,
  /** Names in $select, $orderby and groupby. */
  names: 1000,
  /** Properties that rows are grouped by. */
  groups: 50,
  /** Names given by compute. */
  computed: 50,
  /** Mistakes that are told at once. */
  problems: 50,
  /** Steps of one path. */
  steps: 8,
} as const;

/** Everything wrong with one request. */
export class Problems {
  readonly found: Violation[] = [];
  conditions = 0;
  expansions = 0;

  add(code: string, target: string, message: string): void {
    if (this.found.length < limits.problems) this.found.push({ code, target, message });
  }
}

/** The rest of the option cannot be understood; the problem is already noted. */
export class Unreadable extends Error {}

export class TokenReader {
  readonly #tokens: readonly Token[];
  readonly option: string;
  readonly problems: Problems;
  #index = 0;
  #depth = 0;

  constructor(tokens: readonly Token[], option: string, problems: Problems) {
    this.#tokens = tokens;
    this.option = option;
    this.problems = problems;
  }

  /** Nothing of the option is read yet. */
  get isFirst(): boolean {
    return this.#index === 0;
  }

  get next(): Token {
    return this.ahead(0);
  }

  ahead(distance: number): Token {
    const token = this.#tokens[this.#index + distance] ?? this.#tokens.at(-1);
    if (!token) throw new TypeError('a lexed text always ends in an end token');
    return token;
  }

  take(): Token {
    const token = this.next;
    if (token.kind !== 'end') this.#index += 1;
    return token;
  }

  /** Takes the token when it is this sign or word. */
  skip(text: string): boolean {
    if (this.next.text !== text || this.next.kind === 'literal' || this.next.kind === 'end') return false;
    this.#index += 1;
    return true;
  }

  expect(text: string): void {
    if (!this.skip(text)) this.refuse(`expected "${text}"`);
  }

  name(what: string): Token {
    if (this.next.kind !== 'name') this.refuse(`expected ${what}`);
    return this.take();
  }

  /** Notes what was expected here, and gives the option up. */
  refuse(message: string, code = 'QUERY_SYNTAX', token: Token = this.next): never {
    this.note(code, message, token);
    throw new Unreadable(message);
  }

  /** Notes a problem and goes on. */
  note(code: string, message: string, token: Token): void {
    if (token.kind === 'unknown' && token.text === '…') {
      this.problems.add('QUERY_TOO_LARGE', this.option, `more than ${mostTokens} words and signs`);
      return;
    }
    const found = code === 'QUERY_SYNTAX' ? `, found ${shown(token)}` : '';
    this.problems.add(code, this.option, `${message}${found} (at character ${token.at + 1} of ${this.option})`);
    // Who is told of so many mistakes has enough to do; looking for what was meant costs time each time.
    if (this.problems.found.length >= limits.problems) throw new Unreadable(message);
  }

  /** Runs `read` one level deeper. */
  nested<T>(read: () => T): T {
    this.#depth += 1;
    if (this.#depth > limits.depth) this.refuse(`nested more than ${limits.depth} levels deep`, 'QUERY_TOO_DEEP');
    const result = read();
    this.#depth -= 1;
    return result;
  }

  condition(): void {
    this.problems.conditions += 1;
    if (this.problems.conditions > limits.conditions) {
      this.refuse(
        `more than ${limits.conditions} conditions; use "in (…)" for many values of one property`,
        'QUERY_TOO_LARGE',
      );
    }
  }
}

function shown(token: Token): string {
  if (token.kind === 'end') return 'the end';
  const text = token.text.length > 40 ? `${token.text.slice(0, 40)}…` : token.text;
  return token.literal === 'string' ? `'${text}'` : token.literal === 'list' ? 'a list' : text;
}
