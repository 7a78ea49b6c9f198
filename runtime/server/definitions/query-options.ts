// $select, $filter, $expand, $orderby, $top and $count over definitions, evaluated in memory: the tokens are those of the OData
// reader, what they mean is decided here, because definitions hold what no row has: labels, lists, members of several types.
import { fail } from '../../../core/query/errors.ts';
import { lex } from '../../../core/query/odata/lexer.ts';
import type { Literal } from '../../../core/query/literal.ts';
import { Problems, TokenReader, Unreadable, limits } from '../../../core/query/odata/token-reader.ts';
import { suggest } from '../../../core/model/suggest.ts';
import type { Definition } from './definition.ts';

export interface Options {
  /** Empty: everything. */
  readonly select: readonly string[];
  readonly filter: Test | undefined;
  readonly expand: readonly Expand[];
  readonly sort: readonly { readonly path: readonly string[]; readonly descending: boolean }[];
  readonly top: number | undefined;
  readonly count: boolean;
}

export interface Expand {
  readonly name: string;
  readonly options: Options;
}

export interface Test {
  readonly matches: (definition: Definition) => boolean;
  /** First steps of the paths it reads. */
  readonly names: ReadonlySet<string>;
}

export const everything: Options = {
  select: [],
  filter: undefined,
  expand: [],
  sort: [],
  top: undefined,
  count: false,
};

type Matches = Test['matches'];
type Read = (definition: Definition) => unknown;

const OPTIONS = ['$select', '$filter', '$expand', '$orderby', '$top', '$count'];
const LENGTH = limits.characters;

class OptionReader {
  readonly #reader: TokenReader;
  readonly #literals: readonly Literal[];
  readonly #names = new Set<string>();

  constructor(reader: TokenReader, literals: readonly Literal[]) {
    this.#reader = reader;
    this.#literals = literals;
  }

  /** One option; `value` is what follows its `=`. */
  option(name: string): Partial<Options> {
    switch (name) {
      case '$select':
        return { select: this.#list(() => this.#reader.name('a property').text) };
      case '$filter':
        return { filter: this.filter() };
      case '$orderby':
        return { sort: this.#list(() => this.#sort()) };
      case '$expand':
        return { expand: this.#list(() => this.#expand()) };
      case '$top':
        return { top: this.#top() };
      default:
        return { count: this.#reader.take().text === 'true' };
    }
  }

  end(): void {
    if (this.#reader.next.kind !== 'end') this.#reader.refuse('expected the end');
  }

  filter(): Test {
    const matches = this.#or();
    return { matches, names: new Set(this.#names) };
  }

  #list<T>(read: () => T): readonly T[] {
    const found = [read()];
    while (this.#reader.skip(',')) {
      found.push(read());
      if (found.length > limits.names) this.#reader.refuse(`more than ${limits.names} names`, 'QUERY_TOO_LARGE');
    }
    return found;
  }

  #top(): number {
    const token = this.#reader.take();
    if (token.literal !== 'number' || !/^\d{1,9}$/.test(token.text))
      this.#reader.refuse('expected a whole number', 'QUERY_SYNTAX', token);
    return Number(token.text);
  }

  #sort(): Options['sort'][number] {
    const path = this.#path();
    const descending = this.#reader.skip('desc');
    if (!descending) this.#reader.skip('asc');
    return { path, descending };
  }

  #expand(): Expand {
    return this.#reader.nested(() => {
      const { text: name } = this.#reader.name('a navigation property');
      let options = everything;
      if (this.#reader.skip('(') && !this.#reader.skip(')')) {
        do {
          const option = this.#reader.name('an option of the expansion');
          if (!OPTIONS.includes(option.text)) {
            const hint = suggest(option.text, OPTIONS);
            this.#reader.refuse(`$expand has no option ${option.text}${hint}`, 'QUERY_OPTION_UNKNOWN', option);
          }
          this.#reader.expect('=');
          options = { ...options, ...new OptionReader(this.#reader, this.#literals).option(option.text) };
        } while (this.#reader.skip(';'));
        this.#reader.expect(')');
      }
      return { name, options };
    });
  }

  #path(): readonly string[] {
    const path = [this.#reader.name('a property').text];
    while (this.#reader.skip('/')) {
      path.push(this.#reader.name('a property').text);
      if (path.length > limits.steps)
        this.#reader.refuse(`a path of more than ${limits.steps} steps`, 'QUERY_TOO_DEEP');
    }
    this.#names.add(path[0] ?? '');
    return path;
  }

  #or(): Matches {
    const sides = [this.#and()];
    while (this.#reader.skip('or')) sides.push(this.#and());
    return sides.length === 1 ? (sides[0] as Matches) : (definition) => sides.some((side) => side(definition));
  }

  #and(): Matches {
    const sides = [this.#not()];
    while (this.#reader.skip('and')) sides.push(this.#not());
    return sides.length === 1 ? (sides[0] as Matches) : (definition) => sides.every((side) => side(definition));
  }

  #not(): Matches {
    if (this.#reader.skip('not')) {
      const inner = this.#reader.nested(() => this.#not());
      return (definition) => !inner(definition);
    }
    if (this.#reader.skip('(')) {
      const inner = this.#reader.nested(() => this.#or());
      this.#reader.expect(')');
      return inner;
    }
    return this.#comparison();
  }

  #comparison(): Matches {
    this.#reader.condition();
    const call = this.#reader.next.text;
    if (isTextTest(call) && this.#reader.ahead(1).text === '(') {
      this.#reader.take();
      this.#reader.expect('(');
      const left = this.#operand();
      this.#reader.expect(',');
      const right = this.#operand();
      this.#reader.expect(')');
      return (definition) => textTests[call](text(left(definition)), text(right(definition)));
    }
    const left = this.#operand();
    const operator = this.#reader.next;
    if (operator.text === 'in') {
      this.#reader.take();
      const values = this.#values();
      return (definition) => values.some((value) => compare(left(definition), value) === 0);
    }
    if (!isOperator(operator.text)) {
      // A flag stands for itself.
      if (
        operator.kind === 'end' ||
        operator.text === ')' ||
        operator.text === ';' ||
        operator.text === 'and' ||
        operator.text === 'or'
      )
        return (definition) => left(definition) === true;
      this.#reader.refuse('expected eq, ne, gt, ge, lt, le or in');
    }
    this.#reader.take();
    const right = this.#operand();
    const holds = operators[operator.text];
    return (definition) => holds(compare(left(definition), right(definition)));
  }

  #values(): readonly unknown[] {
    this.#reader.expect('(');
    const values =
      this.#reader.next.literal === 'list'
        ? this.#literal()
        : this.#list(() => this.#operand()).map((value) => value(NOTHING));
    this.#reader.expect(')');
    return values;
  }

  #literal(): readonly unknown[] {
    const token = this.#reader.take();
    const literal = this.#literals[token.slot];
    const kind = literal?.item ?? token.literal;
    const values = literal === undefined ? [token.text] : [literal.value].flat();
    return values.map((value) => (kind === 'number' ? Number(value) : kind === 'guid' ? guid(value) : value));
  }

  #operand(): Read {
    const token = this.#reader.next;
    if (token.kind === 'literal' && token.literal !== 'list') {
      const [value] = this.#literal();
      return () => value;
    }
    const inner = readFunctions[token.text];
    if (inner && this.#reader.ahead(1).text === '(') {
      this.#reader.take();
      this.#reader.expect('(');
      const operand = this.#reader.nested(() => this.#operand());
      this.#reader.expect(')');
      return (definition) => inner(operand(definition));
    }
    if (token.kind === 'name') {
      if (token.text === 'null' || token.text === 'true' || token.text === 'false') {
        this.#reader.take();
        const value = token.text === 'null' ? null : token.text === 'true';
        return () => value;
      }
      // Microsoft.Dynamics.CRM.AttributeTypeCode'String'
      if (token.text.includes('.') && this.#reader.ahead(1).literal === 'string') {
        this.#reader.take();
        const [value] = this.#literal();
        return () => value;
      }
    }
    const path = this.#path();
    return (definition) => valueAt(definition, path);
  }
}

const NOTHING: Definition = { type: '', id: '', name: '', properties: {}, navigation: {} };

const guid = (text: string): string => text.replace(/[{}]/g, '').toLowerCase();
const text = (value: unknown): string => (typeof value === 'string' ? value.toLowerCase() : '');

const readFunctions: Readonly<Record<string, (value: unknown) => unknown>> = {
  tolower: text,
  toupper: (value) => (typeof value === 'string' ? value.toUpperCase() : null),
  trim: (value) => (typeof value === 'string' ? value.trim() : null),
  length: (value) => (typeof value === 'string' ? value.length : null),
};

const textTests = {
  contains: (left: string, right: string) => left.includes(right),
  startswith: (left: string, right: string) => left.startsWith(right),
  endswith: (left: string, right: string) => left.endsWith(right),
};
const isTextTest = (name: string): name is keyof typeof textTests => Object.hasOwn(textTests, name);

/** NaN: they cannot be ordered. */
const operators = {
  eq: (order: number) => order === 0,
  ne: (order: number) => order !== 0,
  gt: (order: number) => order > 0,
  ge: (order: number) => order >= 0,
  lt: (order: number) => order < 0,
  le: (order: number) => order <= 0,
};
const isOperator = (name: string): name is keyof typeof operators => Object.hasOwn(operators, name);

/** Text without case, as everywhere; null equals only null. */
function compare(left: unknown, right: unknown): number {
  const [a, b] = [left ?? null, right ?? null];
  if (a === null || b === null) return a === b ? 0 : Number.NaN;
  if (typeof a === 'string' && typeof b === 'string') {
    const [x, y] = [a.toLowerCase(), b.toLowerCase()];
    return x === y ? 0 : x < y ? -1 : 1;
  }
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  return Number.NaN;
}

/** `DisplayName/UserLocalizedLabel/Label`; also over what it leads to alone, as `OptionSet/Name`. */
export function valueAt(definition: Definition, path: readonly string[]): unknown {
  let value: unknown = definition;
  for (const step of path) {
    if (isDefinition(value)) {
      value = Object.hasOwn(value.properties, step) ? value.properties[step] : value.navigation[step]?.();
    } else if (typeof value === 'object' && value !== null && Object.hasOwn(value, step)) {
      value = (value as Readonly<Record<string, unknown>>)[step];
    } else return undefined;
  }
  return value;
}

function isDefinition(value: unknown): value is Definition {
  return typeof value === 'object' && value !== null && 'navigation' in value && 'properties' in value;
}

export function orderBy(sort: Options['sort']): (a: Definition, b: Definition) => number {
  return (a, b) => {
    for (const { path, descending } of sort) {
      const order = compare(valueAt(a, path), valueAt(b, path));
      if (order !== 0 && !Number.isNaN(order)) return descending ? -order : order;
    }
    return 0;
  };
}

/** @throws QUERY_INVALID with every problem. Options without a $ are not ours to judge. */
export function readOptions(given: ReadonlyMap<string, string>): Options {
  const problems = new Problems();
  let options = everything;
  for (const [name, value] of given) {
    if (!name.startsWith('$')) continue;
    if (!OPTIONS.includes(name)) {
      problems.add('QUERY_OPTION_UNKNOWN', name, `definitions know no ${name}${suggest(name, OPTIONS)}`);
      continue;
    }
    if (value.length > LENGTH) {
      problems.add('QUERY_TOO_LARGE', name, `${name} has more than ${LENGTH} characters`);
      continue;
    }
    const literals: Literal[] = [];
    const reader = new TokenReader(lex(value, name, literals).tokens, name, problems);
    const option = new OptionReader(reader, literals);
    try {
      options = { ...options, ...option.option(name) };
      option.end();
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
    }
  }
  refuse(problems);
  return options;
}

export function refuse({ found }: Problems): void {
  if (found.length === 0) return;
  throw fail('QUERY_INVALID', { first: found[0]?.message ?? '' }, { details: found });
}
