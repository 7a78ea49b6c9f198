// groupby and aggregate → SQL, in one pass over the rows: what they are grouped by, then per group what the answer calls it.
// A group without a name of its own stands nested in the answer, as OData wants: {"parentaccountid":{"name":"A"}}.
import type { PageShape } from './compile-branches.ts';
import { compareColumn } from './compile-condition.ts';
import { formattedValue, lookupAnnotations } from './annotations.ts';
import { afterCursor, cursorValue, offsetText, orderBy, sourceOf, whereText } from './compile-rows.ts';
import type { SortKey } from './compile-rows.ts';
import { groupDate } from './date-grouping.ts';
import { compileTerm } from './compile-term.ts';
import { inOrder } from './folded.ts';
import { typeColumn } from './from.ts';
import type { Compilation, From, PlacedColumn } from './from.ts';
import { concat, jsonKey, jsonOf } from './json-text.ts';
import type { Piece } from './json-text.ts';
import { optionLabels } from './labels.ts';
import type { ValueType } from './literal.ts';
import { referencedName } from './referenced-name.ts';
import { isNumber } from './term-types.ts';
import { groupName } from './tree.ts';
import type { Group, Having, Measure, Path, Query, Term } from './tree.ts';

/** A group or a measure among the columns of the grouped rows. */
interface Result {
  /** What sorts and conditions call it. */
  readonly called: string;
  /** Its column's name. */
  readonly name: string;
  /** What it is over the rows. */
  readonly sql: string;
  readonly type: ValueType;
  /** The answer's value over the column's SQL. */
  readonly value: (sql: string) => string;
  readonly valueType: ValueType;
}

interface PlacedGroup extends Result {
  readonly group: Group;
  /** What it is of, but for terms. */
  readonly placed: PlacedColumn | undefined;
}

/** Answers as a page does: `rows`, `n`, `cursor`, and `total` (the number of groups) where asked. */
export function compileAggregate(compilation: Compilation, query: Query, page: PageShape): string {
  const { aggregate } = query;
  if (!aggregate) throw new TypeError('the query has no aggregate');
  const { statement } = compilation;
  const source = sourceOf(compilation, query);
  const groups = aggregate.groupBy.map((group, index) => placeGroup(source.from, group, `g${index}`));
  const measures = aggregate.measures.map((measure, index) => placeMeasure(source.from, measure, `m${index}`));
  const results = [...groups, ...measures];
  const columns = results.map((result) => `${result.sql} as ${result.name}`);
  const by = groups.length > 0 ? ` group by ${groups.map((_, index) => index + 1).join(', ')}` : '';
  const grouped = `select ${columns.join(', ')} from ${source.from.text}${whereText(source.where)}${by}`;
  const having = aggregate.having ? [havingText(source.from, aggregate.having, results)] : [];
  const keys = groupKeys(compilation.schema, query, groups, results);
  const where = page.afterNulls ? [...having, afterCursor(source.from, keys, page.afterNulls)] : having;
  const ordered = keys.length > 0 ? ` order by ${orderBy(keys)}` : '';
  const found = `select * from (${grouped}) i${whereText(where)}${ordered}${offsetText(compilation, query)} limit ${page.limit + 1}`;
  const size = statement.parameter('integer', (run) => run.size);
  const cursor = keys.map((key) => cursorValue(`a.${key.carried}`, key.type)).join(', ');
  const total = query.count ? `, (select count(*) from (${grouped}) i${whereText(having)})::text as total` : '';
  const ranked = `select i.*, row_number() over () as n from (${found}) i`;
  return (
    `select coalesce(string_agg(case when a.n <= ${size} then ${answerText(compilation, query, groups, measures)} end, ',' order by a.n), '') as rows, ` +
    `count(*)::integer as n, max(case when a.n = ${size} then json_build_array(${cursor})::text end) as cursor${total} from (${ranked}) a`
  );
}

function placeGroup(from: From, group: Group, name: string): PlacedGroup {
  const placed = group.path && from.column(group.path);
  const { sql, type } = valueOf(from, group);
  const called = groupName(group);
  if (group.by) return { group, placed, called, name, ...groupDate(from.compilation.statement, sql, type, group.by) };
  return { group, placed, called, name, sql, type, value: asIs, valueType: type };
}

const asIs = (sql: string): string => sql;

function valueOf(
  from: From,
  { path, term }: { readonly path?: Path | undefined; readonly term?: Term | undefined },
): { readonly sql: string; readonly type: ValueType } {
  return compileTerm(from, term ?? { kind: 'column', path: path ?? [] });
}

function placeMeasure(from: From, measure: Measure, name: string): Result {
  const { sql, type } = measureText(from, measure);
  return { called: measure.as, name, sql, type, value: asIs, valueType: type };
}

function measureText(from: From, measure: Measure): { readonly sql: string; readonly type: ValueType } {
  if (!measure.path && !measure.term) return { sql: 'count(*)', type: 'bigint' };
  const { sql, type } = valueOf(from, measure);
  switch (measure.function) {
    case 'count':
      return { sql: `count(${sql})`, type: 'bigint' };
    case 'count-distinct':
      return { sql: `count(distinct ${sql})`, type: 'bigint' };
    case 'sum':
      // sum() of nothing is null in SQL; an empty sum is 0 only where the caller says so.
      return { sql: `sum(${sql})`, type: type === 'duration' ? type : 'numeric' };
    case 'avg':
      return { sql: `avg(${sql})`, type: type === 'duration' ? type : 'numeric' };
    case 'min':
    case 'max':
      return { sql: `${measure.function}(${sql})`, type };
  }
}

/** The sort asked for, made unique by the groups. */
function groupKeys(
  schema: string,
  query: Query,
  groups: readonly PlacedGroup[],
  results: readonly Result[],
): readonly SortKey[] {
  const asked = query.sort.map((sort) => {
    if (!sort.path) throw new TypeError('groups are sorted by what they are called');
    const called = sort.path.join('/');
    const result = results.find((one) => one.called === called);
    if (!result) throw new TypeError(`there is no ${called} to sort by`);
    return { result, direction: sort.direction };
  });
  const rest = groups.filter((group) => asked.every(({ result }) => result !== group));
  const all = [...asked, ...rest.map((result) => ({ result, direction: 'asc' as const }))];
  return all.map(({ result, direction }) => {
    const sql = `i.${result.name}`;
    // What is worked out may be larger than any column holds; durations travel as their seconds.
    const type = isNumber(result.type) || result.type === 'duration' ? 'numeric' : result.type;
    const ordered = inOrder(schema, type, sql);
    return { sql, ordered, type, nullable: true, wire: result.called, direction, carried: result.name, isBeside: true };
  });
}

function havingText(from: From, having: Having, results: readonly Result[]): string {
  switch (having.kind) {
    case 'and':
    case 'or':
      if (having.of.length === 0) return having.kind === 'and' ? 'true' : 'false';
      return `(${having.of.map((one) => havingText(from, one, results)).join(` ${having.kind} `)})`;
    case 'not':
      return `(${havingText(from, having.of, results)}) is not true`;
    case 'compare': {
      const result = results.find((one) => one.called === having.name);
      if (!result) throw new TypeError(`there is no ${having.name} among the groups and their results`);
      const { called: wire, valueType } = result;
      // Sums may be larger than the column they are of; durations are compared by their seconds.
      const type = isNumber(valueType) || valueType === 'duration' ? 'numeric' : valueType;
      if (type === 'time') throw new TypeError(`${wire} is a time of day, which groups are not asked about`);
      const column = { name: wire, wire, field: '', suffix: '', type };
      const placed = { sql: `(${result.value(`i.${result.name}`)})`, column };
      return compareColumn(from, placed, { operator: having.operator, value: having.value });
    }
  }
}

/** The JSON text of one group. */
function answerText(
  compilation: Compilation,
  query: Query,
  groups: readonly PlacedGroup[],
  measures: readonly Result[],
): string {
  const pieces: Piece[] = [];
  const comma = () => {
    if (pieces.length > 0) pieces.push({ text: ',' });
  };
  const unnamed = groups.filter(({ group }) => group.as === undefined);
  pieces.push(...nested(compilation, query, treeOf(unnamed)));
  for (const group of groups.filter((one) => one.group.as !== undefined)) {
    comma();
    pieces.push(...groupText(compilation, query, group, group.group.as ?? ''));
  }
  for (const measure of measures) {
    comma();
    pieces.push({ text: jsonKey(measure.called) }, { sql: jsonOf(`a.${measure.name}`, measure.type) });
  }
  return concat([{ text: '{' }, ...pieces, { text: '}' }]);
}

function groupText(
  compilation: Compilation,
  query: Query,
  { group, placed, name, value, valueType }: PlacedGroup,
  key: string,
): readonly Piece[] {
  const sql = `a.${name}`;
  const pieces: Piece[] = [{ text: jsonKey(key) }, { sql: jsonOf(group.by ? `(${value(sql)})` : sql, valueType) }];
  if (!placed || group.by || placed.column.suffix !== '') return pieces;
  const { formatted, lookup } = query.annotations;
  const label = formatted ? labelOf(compilation, placed, sql, query.language) : undefined;
  if (label !== undefined)
    pieces.push({ text: `,${jsonKey(key + formattedValue)}` }, { sql: `coalesce(to_json(${label})::text, 'null')` });
  // Which entity a value of several belongs to is no part of the group.
  if (lookup && group.as !== undefined && placed.field.reference && !typeColumn(placed.field))
    pieces.push({ sql: lookupAnnotations(placed.entity, placed.field, key, sql, undefined) });
  return pieces;
}

/** What people call a group: the name of the row it is about, or the label of the choice. */
function labelOf(
  compilation: Compilation,
  { field, column }: PlacedColumn,
  sql: string,
  language: string | undefined,
): string | undefined {
  if (field.reference) return referencedName(compilation, field, sql);
  return optionLabels(compilation.model, field, column, sql, language);
}

interface Branch {
  readonly leaves: Map<string, PlacedGroup>;
  readonly branches: Map<string, Branch>;
}

function treeOf(groups: readonly PlacedGroup[]): Branch {
  const root: Branch = { leaves: new Map(), branches: new Map() };
  for (const group of groups) {
    const path = group.group.path ?? [];
    let at = root;
    for (const step of path.slice(0, -1)) {
      const next: Branch = at.branches.get(step) ?? { leaves: new Map(), branches: new Map() };
      at.branches.set(step, next);
      at = next;
    }
    at.leaves.set(path.at(-1) ?? '', group);
  }
  return root;
}

function nested(compilation: Compilation, query: Query, branch: Branch): readonly Piece[] {
  const pieces: Piece[] = [];
  for (const [name, group] of branch.leaves) {
    if (pieces.length > 0) pieces.push({ text: ',' });
    pieces.push(...groupText(compilation, query, group, name));
  }
  for (const [name, inner] of branch.branches) {
    if (pieces.length > 0) pieces.push({ text: ',' });
    pieces.push({ text: `${jsonKey(name)}{` }, ...nested(compilation, query, inner), { text: '}' });
  }
  return pieces;
}
