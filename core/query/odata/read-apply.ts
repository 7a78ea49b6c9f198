// $apply → filter and aggregate of the query tree: filter(…)/groupby((a,b/c),aggregate(x with sum as total,$count as n)).
import { suggest } from '../../model/suggest.ts';
import { refuseEvaluated, refuseOrder, resolveColumn } from '../scope.ts';
import type { Aggregate, Condition, Group, Measure, Path } from '../tree.ts';
import type { ReadScope } from './read-expand.ts';
import { readFilter } from './read-filter.ts';
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

export interface Applied {
  readonly filter: Condition | undefined;
  readonly aggregate: Aggregate | undefined;
}

export function readApply(reader: TokenReader, scope: ReadScope): Applied {
  const filters: Condition[] = [];
  let aggregate: Aggregate | undefined;
  do {
    const step = reader.name('filter, groupby or aggregate');
    reader.expect('(');
    if (aggregate) reader.refuse('nothing can follow groupby or aggregate', 'QUERY_SYNTAX', step);
    if (step.text === 'filter') filters.push(readFilter(reader, scope));
    else if (step.text === 'groupby') aggregate = readGroupBy(reader, scope);
    else if (step.text === 'aggregate') aggregate = { groupBy: [], measures: readMeasures(reader, scope) };
    else {
      const known = ['filter', 'groupby', 'aggregate'];
      reader.refuse(`$apply has no ${step.text}${suggest(step.text, known)}`, 'QUERY_FUNCTION_UNKNOWN', step);
    }
    reader.expect(')');
  } while (reader.skip('/'));
  const [first] = filters;
  return { filter: filters.length > 1 ? { kind: 'and', of: filters } : first, aggregate };
}

function readGroupBy(reader: TokenReader, scope: ReadScope): Aggregate {
  reader.expect('(');
  const groupBy: Group[] = [];
  do groupBy.push({ path: readPath(reader, scope, true) });
  while (reader.skip(','));
  reader.expect(')');
  let measures: readonly Measure[] = [];
  if (reader.skip(',')) {
    if (reader.next.text !== 'aggregate') reader.refuse('expected aggregate(…)');
    reader.take();
    reader.expect('(');
    measures = readMeasures(reader, scope, new Set(groupBy.map(({ path }) => path?.[0] ?? '')));
    reader.expect(')');
  }
  return { groupBy, measures };
}

function readPath(reader: TokenReader, scope: ReadScope, ordered: boolean): Path {
  const token = reader.name('a property');
  const path = [token.text];
  while (reader.skip('/')) path.push(reader.name('a property').text);
  if (path.length > limits.steps) reader.refuse(`a path of more than ${limits.steps} steps`, 'QUERY_TOO_DEEP', token);
  const resolved = resolveColumn(scope.model, scope.entity, path);
  const refused =
    'problem' in resolved ? resolved : ordered ? refuseOrder(resolved) : refuseEvaluated(resolved, 'summed');
  if (refused) reader.note(refused.code, refused.problem, token);
  return path;
}

/** `grouped`: names that the rows of the answer already have. */
function readMeasures(
  reader: TokenReader,
  scope: ReadScope,
  grouped: ReadonlySet<string> = new Set(),
): readonly Measure[] {
  const measures: Measure[] = [];
  do {
    const start = reader.next;
    const measure = reader.skip('$count') ? { function: 'count' as const } : readMeasure(reader, scope);
    reader.expect('as');
    const alias = reader.name('a name for the result');
    if (grouped.has(alias.text) || measures.some((other) => other.as === alias.text)) {
      reader.note('QUERY_SYNTAX', `${alias.text} is the name of two results`, alias);
    }
    measures.push({ ...measure, as: alias.text });
    if (measures.length > 50) reader.refuse('more than 50 results', 'QUERY_TOO_LARGE', start);
  } while (reader.skip(','));
  return measures;
}

function readMeasure(reader: TokenReader, scope: ReadScope): Omit<Measure, 'as'> {
  const { next } = reader;
  const path = readPath(reader, scope, false);
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
  const resolved = resolveColumn(scope.model, scope.entity, path);
  if (!('problem' in resolved)) {
    const { type, wire } = resolved.column;
    const isNumber = type === 'integer' || type === 'bigint' || type === 'numeric';
    const isOrdered = isNumber || type === 'text' || type === 'date' || type === 'timestamptz' || type === 'timestamp';
    const fits =
      measure === 'sum' || measure === 'avg'
        ? isNumber
        : measure === 'min' || measure === 'max'
          ? isOrdered
          : type !== 'jsonb';
    if (!fits) reader.note('QUERY_OPERATOR_UNKNOWN', `${wire} has no ${name.text}`, next);
  }
  return { function: measure, path };
}
