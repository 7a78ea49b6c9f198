// $filter → Condition, by recursive descent over the part of the OData v4 grammar that Dataverse clients use, with its query
// functions (Microsoft.Dynamics.CRM.LastXDays(…)). Every name and constant is checked against the model on the way.
import type { Entity, Model } from '../../model/model.ts';
import { suggest } from '../../model/suggest.ts';
import { convert, expectation } from '../literal.ts';
import type { Literal } from '../literal.ts';
import { operandProblem } from '../operand.ts';
import { conditionOf } from '../operator-condition.ts';
import { queryFunctionNames, readQueryFunction } from '../operators.ts';
import type { HierarchyOperator, KnownOperator } from '../operators.ts';
import {
  refuseEvaluated,
  refuseKnown,
  refuseOperator,
  refuseOrder,
  resolveColumn,
  resolveNavigation,
} from '../scope.ts';
import type { Resolved } from '../scope.ts';
import type { Condition, ConditionOperator, Path, Value } from '../tree.ts';
import type { Token } from './lexer.ts';
import { limits } from './token-reader.ts';
import type { TokenReader } from './token-reader.ts';

export interface FilterScope {
  readonly model: Model;
  readonly entity: Entity;
  readonly literals: readonly Literal[];
  /** Inside a lambda: the name paths begin with. */
  readonly variable?: string;
}

type Comparison = 'eq' | 'ne' | 'gt' | 'ge' | 'lt' | 'le';
const comparisons = new Set(['eq', 'ne', 'gt', 'ge', 'lt', 'le', 'in']);
const mirrored = { eq: 'eq', ne: 'ne', gt: 'lt', ge: 'le', lt: 'gt', le: 'ge' } as const;
const textFunctions = new Set(['contains', 'startswith', 'endswith']);
const namespace = 'Microsoft.Dynamics.CRM.';

const nothing: Condition = { kind: 'false' };

export function readFilter(reader: TokenReader, scope: FilterScope): Condition {
  return reader.nested(() => {
    const of = [readAnd(reader, scope)];
    while (reader.skip('or')) of.push(readAnd(reader, scope));
    return join('or', of);
  });
}

function readAnd(reader: TokenReader, scope: FilterScope): Condition {
  const of = [readUnary(reader, scope)];
  while (reader.skip('and')) of.push(readUnary(reader, scope));
  return join('and', of);
}

function join(kind: 'and' | 'or', of: readonly Condition[]): Condition {
  const [first] = of;
  return of.length === 1 && first ? first : { kind, of };
}

function readUnary(reader: TokenReader, scope: FilterScope): Condition {
  if (reader.skip('not')) return { kind: 'not', of: reader.nested(() => readUnary(reader, scope)) };
  if (reader.skip('(')) {
    const inner = readFilter(reader, scope);
    reader.expect(')');
    return withTruth(reader, inner);
  }
  reader.condition();
  const { next } = reader;
  if (next.kind === 'literal') return readLiteralFirst(reader, scope);
  if (next.kind !== 'name') reader.refuse('expected a condition');
  if (reader.ahead(1).text === '(' && next.text !== 'tolower' && next.text !== 'toupper' && next.text !== 'trim') {
    return withTruth(reader, readFunction(reader, scope));
  }
  if ((next.text === 'true' || next.text === 'false') && !comparisons.has(reader.ahead(1).text)) {
    return { kind: reader.take().text as 'true' | 'false' };
  }
  return readComparison(reader, scope);
}

/** `contains(name,'x') eq true`, as some clients write it. */
function withTruth(reader: TokenReader, condition: Condition): Condition {
  const { text } = reader.next;
  const value = reader.ahead(1).text;
  if ((text !== 'eq' && text !== 'ne') || (value !== 'true' && value !== 'false')) return condition;
  reader.take();
  reader.take();
  return (text === 'eq') === (value === 'true') ? condition : { kind: 'not', of: condition };
}

/** `5 lt revenue`. */
function readLiteralFirst(reader: TokenReader, scope: FilterScope): Condition {
  const value = reader.take();
  const operator = reader.take();
  if (!(operator.text in mirrored)) reader.refuse('expected eq, ne, gt, ge, lt or le', 'QUERY_SYNTAX', operator);
  const path = readPath(reader, scope);
  const resolved = resolve(reader, scope, path);
  return compare(reader, path, resolved, mirrored[operator.text as Comparison], value);
}

function readComparison(reader: TokenReader, scope: FilterScope): Condition {
  const path = readOperand(reader, scope);
  if (typeof path === 'function') return path();
  const operator = reader.take();
  if (!comparisons.has(operator.text)) {
    reader.refuse(`expected eq, ne, gt, ge, lt, le or in after ${path.text}`, 'QUERY_SYNTAX', operator);
  }
  const resolved = resolve(reader, scope, path);
  if (operator.text === 'in') return readIn(reader, scope, path, resolved);
  const comparison = operator.text as Comparison;
  const { next } = reader;
  if (next.kind === 'literal') return compare(reader, path, resolved, comparison, reader.take());
  if (next.kind !== 'name') reader.refuse('expected a value or a property');
  if (next.text === 'null') {
    reader.take();
    if (comparison === 'eq') return { kind: 'compare', path: path.steps, operator: 'null', value: null };
    if (comparison === 'ne')
      return { kind: 'not', of: { kind: 'compare', path: path.steps, operator: 'null', value: null } };
    return nothing;
  }
  if (next.text === 'true' || next.text === 'false') {
    return truth(reader, path, resolved, comparison, reader.take());
  }
  const right = readOperand(reader, scope);
  if (typeof right === 'function') reader.refuse('expected a value or a property', 'QUERY_SYNTAX', next);
  return comparePaths(reader, path, resolved, comparison, right, resolve(reader, scope, right));
}

interface ReadPath {
  readonly steps: Path;
  readonly text: string;
  readonly token: Token;
}

/** A path, possibly inside tolower(…), which changes nothing where text is compared without case; or a lambda over it. */
function readOperand(reader: TokenReader, scope: FilterScope): ReadPath | (() => Condition) {
  const { text } = reader.next;
  if ((text === 'tolower' || text === 'toupper' || text === 'trim') && reader.ahead(1).text === '(') {
    reader.take();
    reader.take();
    const inner = reader.nested(() => readOperand(reader, scope));
    reader.expect(')');
    return inner;
  }
  const path = readPath(reader, scope);
  const last = path.steps.at(-1);
  if ((last === 'any' || last === 'all') && reader.next.text === '(') return () => readLambda(reader, scope, path);
  return path;
}

function readPath(reader: TokenReader, scope: FilterScope): ReadPath {
  const token = reader.name('a property');
  const steps = [token.text];
  while (reader.skip('/')) {
    steps.push(reader.name('a property').text);
    if (steps.length > limits.steps + 1)
      reader.refuse(`a path of more than ${limits.steps} steps`, 'QUERY_TOO_DEEP', token);
  }
  const text = steps.join('/');
  if (scope.variable === undefined) return { steps: steps[0] === '$it' ? steps.slice(1) : steps, text, token };
  if (steps[0] === scope.variable && steps.length > 1) return { steps: steps.slice(1), text, token };
  return reader.refuse(`inside the lambda, write ${scope.variable}/${text}`, 'QUERY_VARIABLE_UNKNOWN', token);
}

function resolve(reader: TokenReader, scope: FilterScope, path: ReadPath): Resolved | undefined {
  const resolved = resolveColumn(scope.model, scope.entity, path.steps);
  if (!('problem' in resolved)) return resolved;
  reader.note(resolved.code, resolved.problem, path.token);
  return undefined;
}

function allow(
  reader: TokenReader,
  path: ReadPath,
  resolved: Resolved,
  operator: Exclude<ConditionOperator, HierarchyOperator>,
): boolean {
  const refused = refuseOperator(resolved, operator);
  if (refused) reader.note(refused.code, refused.problem, path.token);
  return refused === undefined;
}

/** Checks the constant now, and leaves it to be filled in when the plan runs. */
function slotOf(reader: TokenReader, resolved: Resolved, token: Token): Value {
  const converted = convert(token.literal ?? 'string', token.text, resolved.column.type);
  if ('problem' in converted)
    reader.note('QUERY_VALUE_INVALID', `${resolved.column.wire}: ${converted.problem}`, token);
  return { slot: token.slot };
}

function compare(
  reader: TokenReader,
  path: ReadPath,
  resolved: Resolved | undefined,
  operator: Comparison,
  token: Token,
): Condition {
  if (!resolved || !allow(reader, path, resolved, operator)) return nothing;
  if (token.literal === 'list') reader.refuse(`expected one value after ${operator}`, 'QUERY_SYNTAX', token);
  return { kind: 'compare', path: path.steps, operator, value: slotOf(reader, resolved, token) };
}

function truth(
  reader: TokenReader,
  path: ReadPath,
  resolved: Resolved | undefined,
  operator: Comparison,
  token: Token,
): Condition {
  if (!resolved || !allow(reader, path, resolved, operator)) return nothing;
  const { type, wire } = resolved.column;
  if (type !== 'boolean') {
    reader.note('QUERY_VALUE_INVALID', `${wire}: expected ${expectation(type)}, not ${token.text}`, token);
  }
  return { kind: 'compare', path: path.steps, operator, value: token.text === 'true' };
}

function comparePaths(
  reader: TokenReader,
  left: ReadPath,
  leftColumn: Resolved | undefined,
  operator: Comparison,
  right: ReadPath,
  rightColumn: Resolved | undefined,
): Condition {
  if (!leftColumn || !rightColumn) return nothing;
  if (!allow(reader, left, leftColumn, operator) || !allow(reader, right, rightColumn, operator)) return nothing;
  if (classOf(leftColumn.column.type) !== classOf(rightColumn.column.type)) {
    reader.note('QUERY_VALUE_INVALID', `${left.text} and ${right.text} are of different types`, right.token);
  }
  const isOrder = operator !== 'eq' && operator !== 'ne';
  const refuse = isOrder ? refuseOrder : refuseEvaluated;
  const refused = refuse(leftColumn) ?? refuse(rightColumn);
  if (refused) reader.note(refused.code, refused.problem, left.token);
  return {
    kind: 'compare-terms',
    left: { kind: 'column', path: left.steps },
    operator,
    right: { kind: 'column', path: right.steps },
  };
}

function classOf(type: string): string {
  return type === 'integer' || type === 'bigint' ? 'numeric' : type;
}

/** `in (1,2,3)`; null may stand in the list. */
function readIn(reader: TokenReader, scope: FilterScope, path: ReadPath, resolved: Resolved | undefined): Condition {
  reader.expect('(');
  const of: Condition[] = [];
  do {
    if (reader.next.text === 'null' && reader.next.kind === 'name') {
      reader.take();
      of.push({ kind: 'compare', path: path.steps, operator: 'null', value: null });
    } else if (reader.next.kind === 'literal') {
      const token = reader.take();
      if (of.length > 0) reader.condition();
      if (resolved) of.push(inCondition(reader, scope, path, resolved, token));
    } else {
      reader.refuse('expected a value');
    }
  } while (reader.skip(','));
  reader.expect(')');
  return of.length === 0 ? nothing : join('or', of);
}

function inCondition(
  reader: TokenReader,
  scope: FilterScope,
  path: ReadPath,
  resolved: Resolved,
  token: Token,
): Condition {
  if (token.literal !== 'list') return compare(reader, path, resolved, 'eq', token);
  if (!allow(reader, path, resolved, 'in')) return nothing;
  return { kind: 'compare', path: path.steps, operator: 'in', value: listSlot(reader, scope, resolved, token) };
}

function listSlot(reader: TokenReader, scope: FilterScope, resolved: Resolved, token: Token): Value {
  const literal = scope.literals[token.slot];
  const items = Array.isArray(literal?.value) ? (literal.value as readonly string[]) : [];
  if (items.length > limits.listItems) {
    reader.note('QUERY_TOO_LARGE', `a list of more than ${limits.listItems} values`, token);
  }
  for (const item of items.slice(0, limits.listItems)) {
    const converted = convert(literal?.item ?? 'string', item, resolved.column.type);
    if ('problem' in converted)
      reader.note('QUERY_VALUE_INVALID', `${resolved.column.wire}: ${converted.problem}`, token);
  }
  return { slot: token.slot };
}

function readLambda(reader: TokenReader, scope: FilterScope, path: ReadPath): Condition {
  const kind = path.steps.at(-1) === 'any' ? 'some' : 'every';
  const steps = path.steps.slice(0, -1);
  const target = collectionTarget(reader, scope, steps, path.token);
  reader.expect('(');
  if (kind === 'some' && reader.skip(')')) return { kind, path: steps };
  const variable = reader.name('a variable, as in any(x:x/name eq 1)').text;
  reader.expect(':');
  const where = readFilter(reader, { ...scope, entity: target, variable });
  reader.expect(')');
  return { kind, path: steps, where };
}

/** The rows a lambda is over. Without them the names inside mean nothing, so an unknown one ends the option. */
function collectionTarget(reader: TokenReader, scope: FilterScope, steps: Path, token: Token): Entity {
  let entity = scope.entity;
  for (const [index, step] of steps.entries()) {
    const walked = resolveNavigation(scope.model, entity, step);
    if ('problem' in walked) return reader.refuse(walked.problem, walked.code, token);
    const isLast = index === steps.length - 1;
    if (isLast === (walked.navigation.kind === 'one')) {
      const problem = isLast
        ? `${step} leads to one row; ask about it directly: ${step}/…`
        : `${step} leads to many rows and can only stand last before any or all`;
      return reader.refuse(problem, 'QUERY_NAVIGATION_UNKNOWN', token);
    }
    entity = walked.target;
  }
  return steps.length > 0 ? entity : reader.refuse('any and all need a collection before them', 'QUERY_SYNTAX', token);
}

function readFunction(reader: TokenReader, scope: FilterScope): Condition {
  const token = reader.take();
  reader.expect('(');
  if (textFunctions.has(token.text)) return readTextFunction(reader, scope, token.text as 'contains');
  if (token.text.startsWith(namespace)) return readCrmFunction(reader, scope, token);
  const known = [...textFunctions, ...queryFunctionNames.map((name) => namespace + name)];
  return reader.refuse(
    `there is no filter function ${token.text}${suggest(token.text, known)}`,
    'QUERY_FUNCTION_UNKNOWN',
    token,
  );
}

function readTextFunction(
  reader: TokenReader,
  scope: FilterScope,
  operator: 'contains' | 'startswith' | 'endswith',
): Condition {
  const path = readOperand(reader, scope);
  if (typeof path === 'function') reader.refuse('expected a property');
  reader.expect(',');
  if (reader.next.kind !== 'literal') reader.refuse("expected text in quotes: 'abc'");
  const value = reader.take();
  reader.expect(')');
  const resolved = resolve(reader, scope, path);
  if (!resolved || !allow(reader, path, resolved, operator)) return nothing;
  return { kind: 'compare', path: path.steps, operator, value: slotOf(reader, resolved, value) };
}

function readCrmFunction(reader: TokenReader, scope: FilterScope, name: Token): Condition {
  const known = readQueryFunction(name.text.slice(namespace.length));
  if (!known) {
    const names = queryFunctionNames.map((key) => namespace + key);
    reader.refuse(
      `there is no query function ${name.text}${suggest(name.text, names)}`,
      'QUERY_FUNCTION_UNKNOWN',
      name,
    );
  }
  const given = readArguments(reader);
  const property = given.get('PropertyName');
  if (property?.literal !== 'string') reader.refuse("expected PropertyName='…'", 'QUERY_SYNTAX', name);
  const path = queryFunctionPath(scope, property);
  const resolved = resolve(reader, scope, path);
  if (!resolved) return nothing;
  const refused = refuseKnown(scope.model, resolved, known);
  if (refused) {
    reader.note(refused.code, refused.problem, path.token);
    return nothing;
  }
  return conditionOf(path.steps, known, queryFunctionValues(reader, scope, resolved, known, given, name));
}

/** Query functions name the attribute (`ownerid`), not the property of the answer (`_ownerid_value`). Both are understood. */
function queryFunctionPath(scope: FilterScope, token: Token): ReadPath {
  const name = token.text;
  const wire = scope.entity.wire.has(name) ? name : (scope.entity.fields.get(name)?.columns[0]?.wire ?? name);
  return { steps: [wire], text: name, token };
}

/** PropertyValue, PropertyValues=[…], or PropertyValue1 and PropertyValue2, as the operator takes it. */
function queryFunctionValues(
  reader: TokenReader,
  scope: FilterScope,
  resolved: Resolved,
  known: KnownOperator,
  given: ReadonlyMap<string, Token>,
  name: Token,
): readonly Value[] {
  const { operator, takes } = known;
  if (takes === 'nothing') return [];
  const isList = takes === 'list' || takes === 'numbers' || takes === 'two';
  const one = given.get('PropertyValue') ?? given.get('PropertyValues') ?? given.get('PropertyValue1');
  const second = given.get('PropertyValue2');
  const wanted = isList
    ? 'PropertyValues'
    : takes === 'period-and-year'
      ? 'PropertyValue1=…,PropertyValue2'
      : 'PropertyValue';
  if (!one || (takes === 'period-and-year' && !second))
    return reader.refuse(`expected ${wanted}=…`, 'QUERY_SYNTAX', name);
  if (isList !== (one.literal === 'list')) {
    return reader.refuse(isList ? `expected PropertyValues=['1','2']` : 'expected one value', 'QUERY_SYNTAX', one);
  }
  const literals = scope.literals[one.slot]?.value ?? [];
  const items = isList ? (Array.isArray(literals) ? (literals as readonly string[]) : []) : [one.text];
  const problem = operandProblem(operator, takes, second ? [...items, second.text] : items);
  if (problem !== undefined) reader.note('QUERY_VALUE_INVALID', problem, one);
  if (items.length > limits.listItems)
    reader.note('QUERY_TOO_LARGE', `a list of more than ${limits.listItems} values`, one);
  if (takes === 'list') return [listSlot(reader, scope, resolved, one)];
  if (takes === 'two') return [0, 1].map((item) => ({ slot: one.slot, item }));
  if (takes === 'value' || takes === 'text') return [slotOf(reader, resolved, one)];
  return second ? [{ slot: one.slot }, { slot: second.slot }] : [{ slot: one.slot }];
}

/** `PropertyName='createdon',PropertyValue=7` up to the closing bracket. */
function readArguments(reader: TokenReader): ReadonlyMap<string, Token> {
  const given = new Map<string, Token>();
  do {
    const name = reader.name('PropertyName, PropertyValue or PropertyValues');
    reader.expect('=');
    const bracket = reader.skip('[');
    if (reader.next.kind !== 'literal') reader.refuse('expected a value');
    given.set(name.text, reader.take());
    if (bracket) reader.expect(']');
  } while (reader.skip(','));
  reader.expect(')');
  return given;
}
