// groupby and aggregate → SQL. A path's groups stand nested in the answer, as OData wants: {"parentaccountid":{"name":"A"}}.
import { ident } from '../db/identifier.ts';
import { sourceOf, whereText } from './compile-rows.ts';
import type { Compilation, From, PlacedColumn } from './from.ts';
import { concat, jsonKey, jsonOf } from './json-text.ts';
import type { Piece } from './json-text.ts';
import { optionLabels } from './labels.ts';
import type { ColumnType } from '../sdk/index.ts';
import { referencedName } from './referenced-name.ts';
import type { Aggregate, Query } from './tree.ts';

const formattedValue = '@OData.Community.Display.V1.FormattedValue';

/** `size` rows are given (a parameter), one more is read to know of more. */
export function compileAggregate(compilation: Compilation, query: Query, limit: number): string {
  const { aggregate } = query;
  if (!aggregate) throw new TypeError('the query has no aggregate');
  const source = sourceOf(compilation, query);
  const groups = aggregate.groupBy.map((path, index) => ({
    path,
    name: `g${index}`,
    placed: source.from.column(path),
  }));
  const measures = aggregate.measures.map((measure, index) => ({
    ...measureText(source.from, measure),
    name: `m${index}`,
  }));
  const columns = [
    ...groups.map((group) => `${group.placed.sql} as ${group.name}`),
    ...measures.map((measure) => `${measure.sql} as ${measure.name}`),
  ];
  const names = new Map([
    ...groups.map((group) => [group.path.join('/'), group.name] as const),
    ...measures.map((measure) => [measure.as, measure.name] as const),
  ]);
  const order = [
    ...query.sort.map((sort) => {
      const name = names.get(sort.path?.join('/') ?? '');
      if (name === undefined) throw new TypeError(`there is no ${sort.path?.join('/')} to sort by`);
      return `${ident(name)} ${sort.direction} nulls ${sort.direction === 'asc' ? 'first' : 'last'}`;
    }),
    ...groups.map((group) => `${ident(group.name)} nulls first`),
  ];
  const grouped = groups.length > 0 ? ` group by ${groups.map((_, index) => index + 1).join(', ')}` : '';
  const ordered = order.length > 0 ? ` order by ${order.join(', ')}` : '';
  const inner = `select ${columns.join(', ')} from ${source.from.text}${whereText(source.where)}${grouped}${ordered} limit ${limit + 1}`;
  const size = compilation.statement.parameter('integer', (run) => run.size);
  const pieces: Piece[] = [{ text: '{' }];
  const tree = treeOf(groups.map((group) => [group.path, group] as const));
  pieces.push(...nested(compilation, tree, query.annotations.formatted, query.language));
  for (const [index, measure] of measures.entries()) {
    const comma = index > 0 || groups.length > 0 ? ',' : '';
    pieces.push({ text: `${comma}${jsonKey(measure.as)}` }, { sql: jsonOf(`a.${measure.name}`, measure.type) });
  }
  pieces.push({ text: '}' });
  const ranked = `select i.*, row_number() over () as n from (${inner}) i`;
  return `select coalesce(string_agg(case when a.n <= ${size} then ${concat(pieces)} end, ',' order by a.n), '') as rows, count(*)::integer as n from (${ranked}) a`;
}

type Measure = Aggregate['measures'][number];

function measureText(
  from: From,
  measure: Measure,
): { readonly as: string; readonly sql: string; readonly type: ColumnType } {
  if (!measure.path) return { as: measure.as, sql: 'count(*)', type: 'bigint' };
  const { sql, column } = from.column(measure.path);
  switch (measure.function) {
    case 'count':
      return { as: measure.as, sql: `count(${sql})`, type: 'bigint' };
    case 'count-distinct':
      return { as: measure.as, sql: `count(distinct ${sql})`, type: 'bigint' };
    case 'sum':
      // sum() of nothing is null in SQL; an empty sum is 0 only where the caller says so.
      return { as: measure.as, sql: `sum(${sql})`, type: 'numeric' };
    case 'avg':
      return { as: measure.as, sql: `avg(${sql})`, type: 'numeric' };
    case 'min':
    case 'max':
      return { as: measure.as, sql: `${measure.function}(${sql})`, type: column.type };
  }
}

interface Group {
  readonly name: string;
  readonly placed: PlacedColumn;
}

interface Branch {
  readonly leaves: Map<string, Group>;
  readonly branches: Map<string, Branch>;
}

function treeOf(groups: readonly (readonly [readonly string[], Group])[]): Branch {
  const root: Branch = { leaves: new Map(), branches: new Map() };
  for (const [path, group] of groups) {
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

/** What people call a group: the name of the row it is about, or the label of the choice. */
function labelOf(
  compilation: Compilation,
  { field, column }: PlacedColumn,
  sql: string,
  language: string | undefined,
): string | undefined {
  if (column.suffix !== '') return undefined;
  if (field.reference) return referencedName(compilation, field, sql);
  return optionLabels(compilation.model, field, column, sql, language);
}

function nested(
  compilation: Compilation,
  branch: Branch,
  formatted: boolean,
  language: string | undefined,
): readonly Piece[] {
  const pieces: Piece[] = [];
  for (const [name, { name: alias, placed }] of branch.leaves) {
    if (pieces.length > 0) pieces.push({ text: ',' });
    const { column } = placed;
    pieces.push({ text: jsonKey(name) }, { sql: jsonOf(`a.${alias}`, column.type) });
    const label = formatted ? labelOf(compilation, placed, `a.${alias}`, language) : undefined;
    if (label !== undefined) {
      pieces.push({ text: `,${jsonKey(name + formattedValue)}` }, { sql: `coalesce(to_json(${label})::text, 'null')` });
    }
  }
  for (const [name, inner] of branch.branches) {
    if (pieces.length > 0) pieces.push({ text: ',' });
    pieces.push({ text: `${jsonKey(name)}{` }, ...nested(compilation, inner, formatted, language), { text: '}' });
  }
  return pieces;
}
