// $apply → parts of the query tree: filter(…)/compute(…)/groupby((a,b/c),aggregate(x mul y with sum as total,$count as n))/filter(total gt 5)/
// orderby(total desc)/top(3). What stands before the groups is about rows, what follows about groups.
import { suggest } from '../../model/suggest.ts';
import type { ValueType } from '../literal.ts';
import { refuseEvaluated, refuseOrder } from '../scope.ts';
import { isNumber } from '../term-types.ts';
import { groupName } from '../tree.ts';
import type { Aggregate, Condition, Group, Having, Measure, Sort } from '../tree.ts';
import type { LexedRequest } from './lex-request.ts';
import type { Token } from './lexer.ts';
import type { Computed } from './operands.ts';
import { readCompute } from './read-compute.ts';
import { readOrderBy } from './read-expand.ts';
import type { ReadScope } from './read-expand.ts';
import { readFilter, readValue } from './read-filter.ts';
import type { ReadValue } from './read-filter.ts';
import { readHaving } from './read-having.ts';
import { resolvePath } from './read-path.ts';
import { limits } from './token-reader.ts';
import type { TokenReader } from './token-reader.ts';

type MeasureFunction = Measure['function'];

const functions = new Map<string, MeasureFunction>([
  ['sum', 'sum'],
  ['average', 'avg'],
  ['avg', 'avg'],
  ['min', 'min'],
  ['max', 'max'],
  ['count', 'count'],
  ['countdistinct', 'count-distinct'],
]);

const transformations = ['filter', 'compute', 'groupby', 'aggregate', 'orderby', 'top', 'identity'];

export interface Applied {
  readonly filter?: Condition;
  readonly aggregate?: Aggregate;
  readonly sort?: readonly Sort[];
  /** Names given on the way. */
  readonly computed?: ReadonlyMap<string, Computed>;
  /** What the groups and their results are called, and what they are. */
  readonly results?: ReadonlyMap<string, ValueType>;
}

export function readApply(reader: TokenReader, scope: ReadScope): Applied {
  let applied: Applied = {};
  let isCut = false;
  do {
    const step = reader.name(transformations.join(', '));
    if (isCut) reader.refuse('nothing can follow top', 'QUERY_SYNTAX', step);
    if (step.text === 'identity') continue;
    reader.expect('(');
    applied = readStep(reader, scope, applied, step);
    isCut = step.text === 'top';
    reader.expect(')');
  } while (reader.skip('/'));
  return applied;
}

function readStep(reader: TokenReader, scope: ReadScope, applied: Applied, step: Token): Applied {
  const { aggregate, results } = applied;
  const inner: ReadScope = applied.computed ? { ...scope, computed: applied.computed } : scope;
  switch (step.text) {
    case 'filter': {
      if (aggregate && results) {
        const having = readHaving(reader, { results, literals: scope.literals });
        return { ...applied, aggregate: { ...aggregate, having: allHaving(aggregate.having, having) } };
      }
      const filter = readFilter(reader, inner);
      return { ...applied, filter: applied.filter ? { kind: 'and', of: [applied.filter, filter] } : filter };
    }
    case 'compute':
      if (aggregate) reader.refuse('compute can stand before groupby and aggregate only', 'QUERY_SYNTAX', step);
      return { ...applied, computed: readCompute(reader, inner) };
    case 'groupby':
    case 'aggregate': {
      if (aggregate) reader.refuse('groups cannot be grouped again', 'QUERY_SYNTAX', step);
      if (applied.sort) reader.refuse('rows have no order in groups; sort after them', 'QUERY_SYNTAX', step);
      const types = new Map<string, ValueType>();
      const groupBy = step.text === 'groupby' ? readGroups(reader, inner, types) : [];
      const isMeasured = step.text === 'aggregate' || reader.skip(',');
      const measures = isMeasured ? readAggregate(reader, inner, types, step.text === 'groupby') : [];
      return { ...applied, aggregate: { groupBy, measures }, results: types };
    }
    case 'orderby':
      return { ...applied, sort: readOrderBy(reader, inner, results && new Set(results.keys())) };
    case 'top': {
      const token = reader.take();
      if (token.literal !== 'number' || !/^\d{1,9}$/.test(token.text))
        reader.refuse('expected a whole number', 'QUERY_SYNTAX', token);
      return applied;
    }
    default:
      return reader.refuse(
        `$apply has no ${step.text}${suggest(step.text, transformations)}; it has ${transformations.join(', ')}`,
        'QUERY_FUNCTION_UNKNOWN',
        step,
      );
  }
}

/** How many `top(…)`, the last transformation, leaves. It is no part of the shape, so it is looked up for each request. */
export function topOfApply(request: LexedRequest): number | undefined {
  const tokens = request.tokens.get('$apply');
  const [name, open, number, close] = tokens?.slice(-5, -1) ?? [];
  const isTop = name?.text === 'top' && open?.text === '(' && close?.text === ')';
  return isTop && number?.literal === 'number' && /^\d{1,9}$/.test(number.text) ? Number(number.text) : undefined;
}

export function allHaving(first: Having | undefined, second: Having): Having {
  return first ? { kind: 'and', of: [first, second] } : second;
}

/** `((a,b/c)` with its own brackets. */
function readGroups(reader: TokenReader, scope: ReadScope, types: Map<string, ValueType>): readonly Group[] {
  reader.expect('(');
  const groups: Group[] = [];
  do {
    const group = readGroup(reader, scope, types);
    if (group) groups.push(group);
    if (groups.length > limits.groups) reader.refuse(`more than ${limits.groups} properties`, 'QUERY_TOO_LARGE');
  } while (reader.skip(','));
  reader.expect(')');
  return groups;
}

function readGroup(reader: TokenReader, scope: ReadScope, types: Map<string, ValueType>): Group | undefined {
  const { next } = reader;
  if (next.kind !== 'name') reader.refuse('expected a property');
  if (next.text === 'rollup' && reader.ahead(1).text === '(')
    reader.refuse('rollup is not supported; ask for each level by itself', 'QUERY_FUNCTION_UNKNOWN');
  const computed = scope.computed?.get(next.text);
  if (computed && reader.ahead(1).text !== '/') {
    reader.take();
    types.set(next.text, computed.type);
    const { term } = computed;
    if (term.kind !== 'period') return { as: next.text, term };
    return term.of.kind === 'column'
      ? { as: next.text, path: term.of.path, by: term.by }
      : { as: next.text, term: term.of, by: term.by };
  }
  const value = readValue(reader, scope);
  if (!value) return undefined;
  const resolved = value.path && resolvePath(reader, scope, value.path);
  if (!value.path || !resolved) {
    reader.note('QUERY_SYNTAX', 'give it a name first: compute(… as name)/groupby((name))', next);
    return undefined;
  }
  const refused = refuseOrder(resolved);
  if (refused) reader.note(refused.code, refused.problem, next);
  const group: Group = { path: value.path.steps };
  types.set(groupName(group), value.type);
  return group;
}

function readAggregate(
  reader: TokenReader,
  scope: ReadScope,
  types: Map<string, ValueType>,
  isNested: boolean,
): readonly Measure[] {
  if (!isNested) return readMeasures(reader, scope, types);
  if (reader.next.text !== 'aggregate') reader.refuse('expected aggregate(…)');
  reader.take();
  reader.expect('(');
  const measures = readMeasures(reader, scope, types);
  reader.expect(')');
  return measures;
}

function readMeasures(reader: TokenReader, scope: ReadScope, types: Map<string, ValueType>): readonly Measure[] {
  const measures: Measure[] = [];
  // A path's group takes its first step in the answer.
  const taken = new Set([...types.keys()].map((name) => name.split('/')[0] ?? ''));
  do {
    const start = reader.next;
    const isCount = start.text === '$count' && reader.ahead(1).text === 'as';
    if (isCount) reader.take();
    const measure = isCount ? { function: 'count' as const, type: 'bigint' as const } : readMeasure(reader, scope);
    reader.expect('as');
    const alias = reader.name('a name for the result');
    if (taken.has(alias.text)) reader.note('QUERY_SYNTAX', `${alias.text} is the name of two results`, alias);
    taken.add(alias.text);
    if (measure) {
      const { type, ...rest } = measure;
      types.set(alias.text, type);
      measures.push({ ...rest, as: alias.text });
    } else types.set(alias.text, 'text');
    if (measures.length > 50) reader.refuse('more than 50 results', 'QUERY_TOO_LARGE', start);
  } while (reader.skip(','));
  return measures;
}

function readMeasure(
  reader: TokenReader,
  scope: ReadScope,
): (Omit<Measure, 'as'> & { readonly type: ValueType }) | undefined {
  const { next } = reader;
  const value = readValue(reader, scope);
  reader.expect('with');
  const name = reader.name('sum, average, min, max, count or countdistinct');
  const measure = functions.get(name.text);
  if (!measure) {
    reader.refuse(
      `there is no aggregate ${name.text}${suggest(name.text, functions.keys())}`,
      'QUERY_FUNCTION_UNKNOWN',
      name,
    );
  }
  if (!value) return undefined;
  const refused = refuseMeasure(reader, scope, value, measure);
  if (refused !== undefined) reader.note('QUERY_OPERATOR_UNKNOWN', `${refused} has no ${name.text}`, next);
  const isCounting = measure === 'count' || measure === 'count-distinct';
  const isExact = (measure === 'sum' || measure === 'avg') && value.type !== 'duration';
  const type = isCounting ? 'bigint' : isExact ? 'numeric' : value.type;
  return { function: measure, type, ...(value.path ? { path: value.path.steps } : { term: value.term }) };
}

/** What has no such result, by its name. */
function refuseMeasure(
  reader: TokenReader,
  scope: ReadScope,
  { path, type, token }: ReadValue,
  measure: MeasureFunction,
): string | undefined {
  const resolved = path && resolvePath(reader, scope, path);
  const evaluated = resolved && refuseEvaluated(resolved, 'summed');
  if (evaluated) reader.note(evaluated.code, evaluated.problem, token);
  const isSummed = isNumber(type) || type === 'duration';
  const isOrdered = isSummed || (type !== 'boolean' && type !== 'uuid' && type !== 'jsonb' && type !== 'integer[]');
  const fits =
    measure === 'sum' || measure === 'avg'
      ? isSummed
      : measure === 'min' || measure === 'max'
        ? isOrdered
        : type !== 'jsonb';
  return fits ? undefined : (resolved?.column.wire ?? 'what is worked out');
}
