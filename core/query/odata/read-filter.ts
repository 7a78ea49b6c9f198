// Expressions ($filter, $orderby, $compute) → conditions and terms, by recursive descent over the grammar of OData 4.01 with the query
// functions of the Dataverse. Every name and constant is checked against the model on the way.
import { suggest } from '../../model/suggest.ts';
import type { ValueType } from '../literal.ts';
import { refusePattern } from '../pattern.ts';
import { canCast, isNumber, resultOf } from '../term-types.ts';
import type { Condition, DatePart, Term, TermFunction, TermType } from '../tree.ts';
import { compareAmong, compareFlags, compareOperands, comparisonAt, compareTexts } from './compare-operands.ts';
import type { Token } from './lexer.ts';
import { conditionOf, nothing, termOf } from './operands.ts';
import type { FilterScope, Operand, ReadPath } from './operands.ts';
import { collectionTarget, readPath, resolvePath } from './read-path.ts';
import { queryFunctionNamespace, queryFunctionProposals, readQueryCondition } from './read-query-function.ts';
import type { TokenReader } from './token-reader.ts';

const textComparisons = new Set(['contains', 'startswith', 'endswith']);

/** Functions of the standard by their names in requests. */
const functions = new Map<string, TermFunction>([
  ['concat', 'concat'],
  ['length', 'length'],
  ['indexof', 'indexof'],
  ['substring', 'substring'],
  ['tolower', 'tolower'],
  ['toupper', 'toupper'],
  ['trim', 'trim'],
  ['matchesPattern', 'matchespattern'],
  ['year', 'year'],
  ['month', 'month'],
  ['day', 'day'],
  ['hour', 'hour'],
  ['minute', 'minute'],
  ['second', 'second'],
  ['fractionalseconds', 'fractionalseconds'],
  ['date', 'date'],
  ['time', 'time'],
  ['totaloffsetminutes', 'totaloffsetminutes'],
  ['totalseconds', 'totalseconds'],
  ['now', 'now'],
  ['mindatetime', 'mindatetime'],
  ['maxdatetime', 'maxdatetime'],
  ['round', 'round'],
  ['floor', 'floor'],
  ['ceiling', 'ceiling'],
]);

/** Days and instants taken together in the caller's zone and calendar: `Peyvand.Month(createdon)` is `1404-09`. */
const dateParts = new Map<string, DatePart>([
  ['Peyvand.Day', 'day'],
  ['Peyvand.Week', 'week'],
  ['Peyvand.Month', 'month'],
  ['Peyvand.Quarter', 'quarter'],
  ['Peyvand.Year', 'year'],
  ['Peyvand.FiscalPeriod', 'fiscal-period'],
  ['Peyvand.FiscalYear', 'fiscal-year'],
]);

const otherFunctions = ['cast', 'isof', 'case', ...dateParts.keys()];

/** What other versions of OData call it, and what it is called here. */
const formerly = new Map([
  ['substringof', "contains(name,'x')"],
  ['replace', 'a formula'],
  ['guid', '00000000-0000-0000-0000-000000000000 without guid and quotes'],
  ['datetime', '2026-11-22T10:00:00Z without datetime and quotes'],
]);

const sums = new Set(['add', 'sub']);
const products = new Set(['mul', 'div', 'divby', 'mod']);

export function readFilter(reader: TokenReader, scope: FilterScope): Condition {
  const operand = reader.nested(() => readOr(reader, scope));
  return conditionOf(reader, operand);
}

export interface ReadValue {
  readonly token: Token;
  readonly term: Term;
  readonly type: ValueType;
  /** Where it is a bare property. */
  readonly path?: ReadPath;
}

/** A value; undefined where what is wrong with it is noted. */
export function readValue(reader: TokenReader, scope: FilterScope): ReadValue | undefined {
  const operand = reader.nested(() => readOr(reader, scope));
  const { token } = operand;
  const value = termOf(reader, operand);
  return value && { ...value, token, ...(operand.kind === 'path' && { path: operand.path }) };
}

function readOr(reader: TokenReader, scope: FilterScope): Operand {
  return readChain(reader, 'or', () => readChain(reader, 'and', () => readNot(reader, scope)));
}

/** `a or b or c`: one condition of three parts, so that hundreds of them are not hundreds of levels. */
function readChain(reader: TokenReader, word: 'and' | 'or', read: () => Operand): Operand {
  const first = read();
  if (reader.next.text !== word || reader.next.kind !== 'name') return first;
  const of: Condition[] = [];
  let part = first;
  for (;;) {
    if (part.kind !== 'condition') reader.condition();
    of.push(conditionOf(reader, part));
    if (!reader.skip(word)) break;
    part = read();
  }
  return { kind: 'condition', token: first.token, condition: { kind: word, of } };
}

function readNot(reader: TokenReader, scope: FilterScope): Operand {
  const token = reader.next;
  if (!reader.skip('not')) return readEquality(reader, scope);
  const of = conditionOf(
    reader,
    reader.nested(() => readNot(reader, scope)),
  );
  return { kind: 'condition', token, condition: { kind: 'not', of } };
}

/** eq and ne bind less than gt, ge, lt and le. */
function readEquality(reader: TokenReader, scope: FilterScope): Operand {
  let left = readRelation(reader, scope);
  for (let word = comparisonAt(reader.next); word === 'eq' || word === 'ne'; word = comparisonAt(reader.next)) {
    const operator = word;
    reader.take();
    reader.condition();
    const right = readRelation(reader, scope);
    left = { kind: 'condition', token: left.token, condition: compareOperands(reader, left, operator, right) };
  }
  return left;
}

function readRelation(reader: TokenReader, scope: FilterScope): Operand {
  let left = readSum(reader, scope);
  for (
    let word = comparisonAt(reader.next);
    word !== undefined && word !== 'eq' && word !== 'ne';
    word = comparisonAt(reader.next)
  ) {
    const operator = word;
    reader.take();
    reader.condition();
    const right = readSum(reader, scope);
    left = { kind: 'condition', token: left.token, condition: compareOperands(reader, left, operator, right) };
  }
  return left;
}

function readSum(reader: TokenReader, scope: FilterScope): Operand {
  return readArithmetic(reader, sums, () => readArithmetic(reader, products, () => readNegation(reader, scope)));
}

function readArithmetic(reader: TokenReader, words: ReadonlySet<string>, read: () => Operand): Operand {
  let left = read();
  while (reader.next.kind === 'name' && words.has(reader.next.text)) {
    const name = reader.take();
    reader.condition();
    left = call(reader, name, name.text as TermFunction, [left, read()]);
  }
  return left;
}

function readNegation(reader: TokenReader, scope: FilterScope): Operand {
  const token = reader.next;
  if (!reader.skip('-')) return readMembership(reader, scope);
  const of = reader.nested(() => readNegation(reader, scope));
  return call(reader, { ...token, text: '-' }, 'negate', [of]);
}

/** `x in (1,2)` and `flags has '1'` bind most of all. */
function readMembership(reader: TokenReader, scope: FilterScope): Operand {
  const left = readPrimary(reader, scope);
  const { token } = left;
  if (reader.skip('in')) {
    reader.condition();
    return { kind: 'condition', token, condition: compareAmong(reader, scope, left, readList(reader, scope)) };
  }
  if (reader.skip('has')) {
    reader.condition();
    return { kind: 'condition', token, condition: compareFlags(reader, left, readPrimary(reader, scope)) };
  }
  return left;
}

/** `(1,2)` or `["a","b"]`; null may stand in it, and values of several kinds. */
function readList(reader: TokenReader, scope: FilterScope): readonly Operand[] {
  const close = reader.skip('[') ? ']' : ')';
  if (close === ')') reader.expect('(');
  const items: Operand[] = [];
  if (reader.skip(close)) return items;
  do {
    if (items.length > 0) reader.condition();
    const { next } = reader;
    const isValue = next.kind === 'literal' || next.text === 'null' || next.text === 'true' || next.text === 'false';
    if (!isValue && next.text !== '-') reader.refuse('expected a value');
    items.push(readNegation(reader, scope));
  } while (reader.skip(','));
  reader.expect(close);
  return items;
}

function readPrimary(reader: TokenReader, scope: FilterScope): Operand {
  const token = reader.next;
  if (token.kind === 'literal') {
    reader.take();
    return { kind: token.literal === 'list' ? 'list' : 'literal', token };
  }
  if (reader.skip('(')) {
    const inner = reader.nested(() => readOr(reader, scope));
    reader.expect(')');
    return inner;
  }
  if (token.kind !== 'name') reader.refuse(reader.isFirst ? 'expected a condition' : 'expected a value or a property');
  const following = reader.ahead(1).text;
  if (following === '(') return readFunction(reader, scope);
  if (following !== '/') {
    if (token.text === 'null') return { kind: 'null', token: reader.take() };
    if (token.text === 'true' || token.text === 'false')
      return { kind: 'boolean', token: reader.take(), value: token.text === 'true' };
  }
  if (reader.ahead(1).literal === 'string' && formerly.has(token.text))
    reader.refuse(`write ${formerly.get(token.text)}`, 'QUERY_SYNTAX', token);
  return readMember(reader, scope);
}

function readMember(reader: TokenReader, scope: FilterScope): Operand {
  const computed = reader.ahead(1).text === '/' ? undefined : scope.computed?.get(reader.next.text);
  if (computed) return { kind: 'term', token: reader.take(), ...computed };
  const path = readPath(reader, scope);
  const { token } = path;
  const last = path.steps.at(-1);
  if ((last === 'any' || last === 'all') && reader.next.text === '(') {
    return { kind: 'condition', token, condition: readLambda(reader, scope, path) };
  }
  if (last === '$count') {
    const target = collectionTarget(reader, scope, path, '$count');
    const where = reader.skip('(') ? readCountOptions(reader, { ...scope, entity: target }) : undefined;
    const term: Term = { kind: 'count', path: path.steps.slice(0, -1), ...(where && { where }) };
    return { kind: 'term', token, term, type: 'bigint' };
  }
  return { kind: 'path', token, path, resolved: resolvePath(reader, scope, path) };
}

/** `$count($filter=…)`: over the rows counted, as in an expansion of them. */
function readCountOptions(reader: TokenReader, scope: FilterScope): Condition {
  if (reader.next.text !== '$filter') reader.refuse('expected $filter=…', 'QUERY_OPTION_UNKNOWN');
  reader.take();
  reader.expect('=');
  const { variable: _variable, outer: _outer, computed: _computed, ...inner } = scope;
  const where = readFilter(reader, inner);
  reader.expect(')');
  return where;
}

function readLambda(reader: TokenReader, scope: FilterScope, path: ReadPath): Condition {
  const kind = path.steps.at(-1) === 'any' ? 'some' : 'every';
  const steps = path.steps.slice(0, -1);
  const target = collectionTarget(reader, scope, path, 'any and all');
  reader.expect('(');
  if (kind === 'some' && reader.skip(')')) return { kind, path: steps };
  const name = reader.name('a variable, as in any(x:x/name eq 1)');
  const variable = name.text;
  // A variable of the same name hides the one outside.
  const outer = new Map([...(scope.outer ?? []), [scope.variable ?? '$it', scope.entity] as const]);
  outer.delete(variable);
  reader.expect(':');
  const { computed: _computed, ...rest } = scope;
  const where = readFilter(reader, { ...rest, entity: target, variable, outer });
  reader.expect(')');
  return { kind, path: steps, as: variable, where };
}

function readFunction(reader: TokenReader, scope: FilterScope): Operand {
  const token = reader.take();
  reader.expect('(');
  reader.condition();
  const name = token.text;
  if (name.startsWith(queryFunctionNamespace)) {
    return { kind: 'condition', token, condition: readQueryCondition(reader, scope, token) };
  }
  if (textComparisons.has(name)) {
    const [left, right] = readArguments(reader, scope, token, 2);
    const condition = left && right ? compareTexts(reader, left, name as 'contains', right) : nothing;
    return { kind: 'condition', token, condition };
  }
  if (name === 'cast' || name === 'isof') return readCast(reader, scope, token);
  if (name === 'case') return readCase(reader, scope, token);
  const part = dateParts.get(name);
  if (part) return readPeriod(reader, token, part, readArguments(reader, scope, token, 1));
  const known = functions.get(name);
  if (!known) {
    const write = formerly.get(name);
    const names = [...functions.keys(), ...textComparisons, ...otherFunctions, ...queryFunctionProposals];
    const hint = write === undefined ? suggest(name, names) : `; write ${write}`;
    return reader.refuse(`there is no filter function ${name}${hint}`, 'QUERY_FUNCTION_UNKNOWN', token);
  }
  const of = readArguments(reader, scope, token);
  if (known === 'matchespattern') return readMatch(reader, token, of);
  return call(reader, token, known, of);
}

/** Up to the closing bracket. */
function readArguments(reader: TokenReader, scope: FilterScope, token: Token, count?: number): readonly Operand[] {
  const of: Operand[] = [];
  if (!reader.skip(')')) {
    do of.push(reader.nested(() => readOr(reader, scope)));
    while (reader.skip(','));
    reader.expect(')');
  }
  if (count !== undefined && of.length !== count)
    reader.refuse(`${token.text} takes ${count} arguments, not ${of.length}`, 'QUERY_SYNTAX', token);
  return of;
}

/** The call with its type, checked. */
function call(reader: TokenReader, token: Token, name: TermFunction, operands: readonly Operand[]): Operand {
  if (operands.some((one) => one.kind === 'broken')) return { kind: 'broken', token };
  const of = operands.map((operand) => termOf(reader, operand));
  const known = of.filter((one) => one !== undefined);
  if (known.length < of.length) return { kind: 'broken', token };
  const type = resultOf(
    name,
    known.map((one) => one.type),
  );
  if (typeof type === 'object') {
    reader.note('QUERY_VALUE_INVALID', type.problem, token);
    return { kind: 'broken', token };
  }
  const [first] = operands;
  const isAlike = (name === 'tolower' || name === 'toupper') && first !== undefined;
  const term: Term = { kind: 'call', function: name, of: known.map((one) => one.term) };
  return { kind: 'term', token, term, type, ...(isAlike && { alike: first }) };
}

function readMatch(reader: TokenReader, token: Token, of: readonly Operand[]): Operand {
  const [text, pattern] = of;
  if (of.length !== 2 || pattern?.kind !== 'literal' || pattern.token.literal !== 'string')
    return reader.refuse("matchesPattern takes a text and a pattern in quotes: '^A.*e$'", 'QUERY_SYNTAX', token);
  const problem = refusePattern(pattern.token.text);
  if (problem !== undefined) reader.note('QUERY_VALUE_INVALID', `the pattern: ${problem}`, pattern.token);
  return call(reader, token, 'matchespattern', text ? [text, pattern] : []);
}

function readPeriod(reader: TokenReader, token: Token, part: DatePart, of: readonly Operand[]): Operand {
  const value = of[0] && termOf(reader, of[0]);
  if (!value) return { kind: 'broken', token };
  if (value.type !== 'date' && value.type !== 'timestamptz' && value.type !== 'timestamp') {
    reader.note('QUERY_VALUE_INVALID', `${token.text} takes a date or an instant`, token);
    return { kind: 'broken', token };
  }
  return { kind: 'term', token, term: { kind: 'period', of: value.term, by: { part, as: 'period' } }, type: 'text' };
}

const primitives = new Map<string, TermType>([
  ['Edm.String', 'text'],
  ['Edm.Byte', 'integer'],
  ['Edm.SByte', 'integer'],
  ['Edm.Int16', 'integer'],
  ['Edm.Int32', 'integer'],
  ['Edm.Int64', 'bigint'],
  ['Edm.Decimal', 'numeric'],
  ['Edm.Double', 'numeric'],
  ['Edm.Single', 'numeric'],
  ['Edm.Boolean', 'boolean'],
  ['Edm.Date', 'date'],
  ['Edm.TimeOfDay', 'time'],
  ['Edm.DateTimeOffset', 'timestamptz'],
  ['Edm.Duration', 'duration'],
  ['Edm.Guid', 'uuid'],
]);

/** `cast(crew,Edm.String)` and `isof(crew,Edm.Int32)`: of a value, to a primitive type. */
function readCast(reader: TokenReader, scope: FilterScope, token: Token): Operand {
  const operand = reader.nested(() => readOr(reader, scope));
  if (!reader.skip(','))
    reader.refuse(`${token.text} takes a value and a type: ${token.text}(name,Edm.String)`, 'QUERY_SYNTAX', token);
  const named = reader.name('a type: Edm.String');
  reader.expect(')');
  const to = primitives.get(named.text);
  if (to === undefined) {
    reader.refuse(
      `there is no type ${named.text}${suggest(named.text, primitives.keys())}`,
      'QUERY_FUNCTION_UNKNOWN',
      named,
    );
  }
  const of = termOf(reader, operand);
  if (!of) return { kind: 'broken', token };
  if (token.text === 'isof') {
    const isSame = of.type === to || (isNumber(of.type) && isNumber(to) && (to === 'numeric' || of.type !== 'numeric'));
    if (!isSame) return { kind: 'condition', token, condition: { kind: 'false' } };
    const right: Term = { kind: 'constant', type: to, value: null };
    return { kind: 'condition', token, condition: { kind: 'compare-terms', left: of.term, operator: 'ne', right } };
  }
  if (!canCast(of.type, to)) {
    reader.note('QUERY_VALUE_INVALID', `${named.text} cannot be made of this value`, named);
    return { kind: 'broken', token };
  }
  return { kind: 'term', token, term: { kind: 'cast', of: of.term, type: to }, type: to };
}

/** `case(crew gt 9:'big',true:'small')`, null where none holds. */
function readCase(reader: TokenReader, scope: FilterScope, token: Token): Operand {
  const branches: { readonly when: Condition; readonly gives: NonNullable<ReturnType<typeof termOf>> }[] = [];
  let isBroken = false;
  do {
    const when = readFilter(reader, scope);
    reader.expect(':');
    const gives = termOf(
      reader,
      reader.nested(() => readOr(reader, scope)),
    );
    if (gives) branches.push({ when, gives });
    else isBroken = true;
  } while (reader.skip(','));
  reader.expect(')');
  const type = resultOf(
    'coalesce',
    branches.map(({ gives }) => gives.type),
  );
  if (isBroken) return { kind: 'broken', token };
  if (typeof type === 'object') {
    reader.note('QUERY_VALUE_INVALID', `case: ${type.problem}`, token);
    return { kind: 'broken', token };
  }
  const none: Term = { kind: 'constant', type, value: null };
  const term = branches.reduceRight<Term>(
    (rest, { when, gives }) => ({ kind: 'call', function: 'if', of: [{ kind: 'truth', of: when }, gives.term, rest] }),
    none,
  );
  return { kind: 'term', token, term, type };
}
