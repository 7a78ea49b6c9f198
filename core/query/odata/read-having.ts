// A filter over groups: what follows groupby and aggregate asks about what they give, by name.
import { suggest } from '../../model/suggest.ts';
import { convert } from '../literal.ts';
import type { Literal, ValueType } from '../literal.ts';
import { isNumber } from '../term-types.ts';
import type { Having, Value } from '../tree.ts';
import type { Token } from './lexer.ts';
import { limits } from './token-reader.ts';
import type { TokenReader } from './token-reader.ts';

type Comparison = 'eq' | 'ne' | 'gt' | 'ge' | 'lt' | 'le';
const mirrored = { eq: 'eq', ne: 'ne', gt: 'lt', ge: 'le', lt: 'gt', le: 'ge' } as const;

export interface HavingScope {
  /** What the groups and their results are called, and what they are. */
  readonly results: ReadonlyMap<string, ValueType>;
  readonly literals: readonly Literal[];
}

const nothing: Having = { kind: 'or', of: [] };

export function readHaving(reader: TokenReader, scope: HavingScope): Having {
  return reader.nested(() => readChain(reader, 'or', () => readChain(reader, 'and', () => readPart(reader, scope))));
}

function readChain(reader: TokenReader, kind: 'and' | 'or', read: () => Having): Having {
  const first = read();
  const of = [first];
  while (reader.skip(kind)) of.push(read());
  return of.length > 1 ? { kind, of } : first;
}

function readPart(reader: TokenReader, scope: HavingScope): Having {
  if (reader.skip('not')) return { kind: 'not', of: reader.nested(() => readPart(reader, scope)) };
  if (reader.skip('(')) {
    const inner = readHaving(reader, scope);
    reader.expect(')');
    return inner;
  }
  reader.condition();
  if (reader.next.kind === 'literal') {
    const token = reader.take();
    const operator = mirrored[readComparison(reader)];
    return compare(reader, readName(reader, scope), operator, token);
  }
  const named = readName(reader, scope);
  if (reader.skip('in')) return readIn(reader, scope, named);
  const operator = readComparison(reader);
  const { next } = reader;
  if (next.kind === 'name' && next.text === 'null') {
    reader.take();
    const empty: Having = { kind: 'compare', name: named.name, operator: 'null', value: null };
    return operator === 'eq' ? empty : operator === 'ne' ? { kind: 'not', of: empty } : nothing;
  }
  if (next.kind === 'name' && (next.text === 'true' || next.text === 'false')) {
    reader.take();
    if (named.type !== 'boolean') reader.note('QUERY_VALUE_INVALID', `${named.name} is no yes/no value`, next);
    return { kind: 'compare', name: named.name, operator, value: next.text === 'true' };
  }
  if (next.kind !== 'literal') reader.refuse('expected a value; groups are compared with constants');
  return compare(reader, named, operator, reader.take());
}

function readComparison(reader: TokenReader): Comparison {
  const token = reader.take();
  if (token.kind === 'name' && Object.hasOwn(mirrored, token.text)) return token.text as Comparison;
  return reader.refuse('expected eq, ne, gt, ge, lt, le or in; groups know no more', 'QUERY_SYNTAX', token);
}

interface Named {
  readonly name: string;
  readonly type: ValueType | undefined;
}

function readName(reader: TokenReader, { results }: HavingScope): Named {
  const token = reader.name('what $apply gives');
  const steps = [token.text];
  while (reader.skip('/')) steps.push(reader.name('a property').text);
  const name = steps.join('/');
  const type = results.get(name);
  if (type === undefined)
    reader.note('QUERY_FIELD_UNKNOWN', `$apply gives no ${name}${suggest(name, results.keys())}`, token);
  else if (type === 'time')
    reader.note('QUERY_OPERATOR_UNKNOWN', `${name} is a time of day, which groups are not asked about`, token);
  return { name, type };
}

function typeOf(type: ValueType): ValueType {
  return isNumber(type) || type === 'duration' ? 'numeric' : type;
}

function compare(reader: TokenReader, { name, type }: Named, operator: Comparison, token: Token): Having {
  if (type === undefined) return nothing;
  if (token.literal === 'list') reader.refuse(`expected one value after ${operator}`, 'QUERY_SYNTAX', token);
  const converted = convert(token.literal ?? 'string', token.text, typeOf(type));
  if ('problem' in converted) reader.note('QUERY_VALUE_INVALID', `${name}: ${converted.problem}`, token);
  return { kind: 'compare', name, operator, value: { slot: token.slot } };
}

function readIn(reader: TokenReader, scope: HavingScope, { name, type }: Named): Having {
  reader.expect('(');
  const token = reader.take();
  if (token.literal !== 'list') reader.refuse('expected values of one kind: (1,2)', 'QUERY_SYNTAX', token);
  reader.expect(')');
  const literal = scope.literals[token.slot];
  const items = Array.isArray(literal?.value) ? (literal.value as readonly string[]) : [];
  if (items.length > limits.listItems)
    reader.note('QUERY_TOO_LARGE', `a list of more than ${limits.listItems} values`, token);
  for (const item of items.slice(0, limits.listItems)) {
    const converted = convert(literal?.item ?? 'string', item, type === undefined ? 'text' : typeOf(type));
    if ('problem' in converted && type !== undefined)
      reader.note('QUERY_VALUE_INVALID', `${name}: ${converted.problem}`, token);
  }
  const value: Value = { slot: token.slot };
  return { kind: 'compare', name, operator: 'in', value };
}
