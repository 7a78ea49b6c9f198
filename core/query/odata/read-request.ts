// A lexed request → the query tree, checked against the model. All problems that can be told apart are reported together.
import type { Entity, Model } from '../../model/model.ts';
import { suggest } from '../../model/suggest.ts';
import { fail } from '../errors.ts';
import { groupName } from '../tree.ts';
import type { Aggregate, Condition, Query, SelectedColumn } from '../tree.ts';
import { readView } from '../view.ts';
import type { LexedRequest } from './lex-request.ts';
import type { SearchNode } from './lex-search.ts';
import { allHaving, readApply, topOfApply } from './read-apply.ts';
import type { Applied } from './read-apply.ts';
import { readCompute } from './read-compute.ts';
import { emptyQuery, readExpand, readOrderBy, readSelect } from './read-expand.ts';
import type { ReadScope } from './read-expand.ts';
import { readFilter } from './read-filter.ts';
import { lex } from './lexer.ts';
import { readHaving } from './read-having.ts';
import { Problems, TokenReader, Unreadable } from './token-reader.ts';

const collectionOptions = [
  '$select',
  '$filter',
  '$orderby',
  '$top',
  '$count',
  '$expand',
  '$apply',
  '$search',
  '$compute',
  '$skiptoken',
  '$format',
];
const rowOptions = ['$select', '$expand', '$format'];

export interface ReadOptions {
  readonly annotations: Query['annotations'];
  readonly language: string;
  /** One row by its address knows fewer options than a collection. */
  readonly of: 'collection' | 'row' | 'count';
}

/** The tree without its page; throws QUERY_INVALID (400) with every problem. */
export function readRequest(model: Model, entity: Entity, request: LexedRequest, options: ReadOptions): Query {
  const problems = new Problems();
  const scope: ReadScope = {
    model,
    entity,
    literals: request.literals,
    annotations: options.annotations,
    language: options.language,
  };
  const known = options.of === 'row' ? rowOptions : collectionOptions;
  for (const name of request.options.keys()) {
    if (name.startsWith('$') && !known.includes(name))
      problems.add('QUERY_OPTION_UNKNOWN', name, unknownOption(name, known));
  }
  for (const name of request.repeated) problems.add('QUERY_SYNTAX', name, `${name} is sent more than once`);
  const query = options.of === 'row' ? readRow(request, scope, problems) : readCollection(request, scope, problems);
  refuse(problems);
  return query;
}

function unknownOption(name: string, known: readonly string[]): string {
  if (name === '$skip') return '$skip is not supported: follow @odata.nextLink (Prefer: odata.maxpagesize=…)';
  if (collectionOptions.includes(name)) return `${name} has no meaning for one row`;
  return `there is no query option ${name}${suggest(name, known)}`;
}

function refuse(problems: Problems): void {
  const [first] = problems.found;
  if (first) throw fail('QUERY_INVALID', { first: first.message }, { details: problems.found });
}

/** Reads one option; a broken one leaves its problem behind and nothing else. */
function readOption<T>(
  request: LexedRequest,
  problems: Problems,
  name: string,
  read: (reader: TokenReader) => T,
): T | undefined {
  const text = request.options.get(name);
  if (text === undefined || (text.trim() === '' && name !== '$filter')) return undefined;
  const tokens = request.tokens.get(name) ?? lex(text, name, []).tokens;
  const reader = new TokenReader(tokens, name, problems);
  try {
    const result = read(reader);
    if (reader.next.kind !== 'end') reader.refuse('expected the end');
    return result;
  } catch (error) {
    if (error instanceof Unreadable) return undefined;
    throw error;
  }
}

function readRow(request: LexedRequest, scope: ReadScope, problems: Problems): Query {
  const selected = readOption(request, problems, '$select', (reader) => readSelect(reader, scope));
  // Without $select all that is computed is given too.
  const computed = selected ? selected.computed : [...(scope.computed?.keys() ?? [])];
  const columns = computed.flatMap((as): readonly SelectedColumn[] => {
    const term = scope.computed?.get(as)?.term;
    return term ? [{ as, term }] : [];
  });
  return {
    ...emptyQuery(scope),
    select: selected?.select ?? [],
    expand: readOption(request, problems, '$expand', (reader) => readExpand(reader, scope)) ?? [],
    ...(columns.length > 0 && { columns }),
  };
}

function readCollection(request: LexedRequest, plain: ReadScope, problems: Problems): Query {
  const view = readSavedQuery(request, plain);
  const applied: Applied = readOption(request, problems, '$apply', (reader) => readApply(reader, plain)) ?? {};
  const before: ReadScope = applied.computed ? { ...plain, computed: applied.computed } : plain;
  const computed = readOption(request, problems, '$compute', (reader) => readCompute(reader, before));
  const scope: ReadScope = computed ? { ...plain, computed } : before;
  // A view that is a summary answers with its groups, but where the request says how to group.
  const summary = !request.options.has('$apply') && view?.aggregate ? view : undefined;
  const row = readRow(request, scope, problems);
  const groups = readGroups(request, scope, applied, problems);
  const aggregate = groups ?? summary?.aggregate;
  if (aggregate) refuseBeside(request, problems);
  const asked = groups ? undefined : readOption(request, problems, '$filter', (reader) => readFilter(reader, scope));
  const filter = all([view?.filter, applied.filter, asked, searchCondition(request, scope, problems)]);
  const names = aggregate && aliasesOf(aggregate);
  const sort = readOption(request, problems, '$orderby', (reader) => readOrderBy(reader, scope, names)) ?? applied.sort;
  readTop(request, problems);
  const { columns: _columns, ...plainRow } = row;
  return {
    ...(aggregate ? plainRow : row),
    ...(filter && { filter }),
    sort: sort ?? (aggregate ? (summary?.sort ?? []) : view?.aggregate ? [] : (view?.sort ?? [])),
    count: readCount(request, problems),
    ...(aggregate && { aggregate }),
    ...(summary?.top !== undefined && { top: summary.top }),
  };
}

/** The groups of $apply; a $filter beside it asks about them. */
function readGroups(
  request: LexedRequest,
  { literals }: ReadScope,
  { aggregate, results }: Applied,
  problems: Problems,
): Aggregate | undefined {
  if (!aggregate || !results) return undefined;
  const having = readOption(request, problems, '$filter', (reader) => readHaving(reader, { results, literals }));
  return having ? { ...aggregate, having: allHaving(aggregate.having, having) } : aggregate;
}

function readSavedQuery(request: LexedRequest, scope: ReadScope): ReturnType<typeof readView> | undefined {
  const saved = request.options.get('savedQuery') ?? request.options.get('userQuery');
  return saved === undefined || saved === '' ? undefined : readView(scope.model, scope.entity, saved);
}

function aliasesOf(aggregate: NonNullable<Query['aggregate']>): ReadonlySet<string> {
  return new Set([...aggregate.groupBy.map(groupName), ...aggregate.measures.map((measure) => measure.as)]);
}

function refuseBeside(request: LexedRequest, problems: Problems): void {
  for (const name of ['$select', '$expand', '$compute']) {
    if (request.options.has(name))
      problems.add(
        'QUERY_OPTION_UNKNOWN',
        name,
        `${name} cannot stand beside $apply with groupby or aggregate, or a view that is a summary`,
      );
  }
}

/** Whole rows wanted, or undefined where the request sets no bound. */
export function readTop(request: LexedRequest, problems?: Problems): number | undefined {
  const text = request.options.get('$top');
  const applied = topOfApply(request);
  if (text === undefined) return applied;
  if (/^\d{1,9}$/.test(text.trim())) return Math.min(Number(text), applied ?? Infinity);
  problems?.add('QUERY_VALUE_INVALID', '$top', `expected a whole number, not "${text.slice(0, 40)}"`);
  return undefined;
}

function readCount(request: LexedRequest, problems: Problems): boolean {
  const text = request.options.get('$count');
  if (text === undefined || text === 'false') return false;
  if (text !== 'true')
    problems.add('QUERY_VALUE_INVALID', '$count', `expected true or false, not "${text.slice(0, 40)}"`);
  return true;
}

/** A word is found in any of the entity's search fields. */
function searchCondition(request: LexedRequest, scope: ReadScope, problems: Problems): Condition | undefined {
  if (!request.search) return undefined;
  const columns = scope.entity.search
    .map((name) => scope.entity.fields.get(name)?.columns[0])
    .filter((column) => column?.type === 'text');
  if (columns.length === 0) {
    problems.add('QUERY_OPTION_UNKNOWN', '$search', `${scope.entity.name} names no text fields to search in`);
    return undefined;
  }
  return searched(
    request.search,
    columns.map((column) => column?.wire ?? ''),
  );
}

function searched(node: SearchNode, names: readonly string[]): Condition {
  switch (node.kind) {
    case 'and':
    case 'or':
      return { kind: node.kind, of: node.of.map((one) => searched(one, names)) };
    case 'not':
      return { kind: 'not', of: searched(node.of, names) };
    case 'word': {
      const operator = node.anywhere ? 'contains' : 'startswith';
      const of = names.map((name): Condition => {
        return { kind: 'compare', path: [name], operator, value: { slot: node.slot } };
      });
      return { kind: 'or', of };
    }
  }
}

function all(conditions: readonly (Condition | undefined)[]): Condition | undefined {
  const of = conditions.filter((condition) => condition !== undefined);
  return of.length > 1 ? { kind: 'and', of } : of[0];
}
