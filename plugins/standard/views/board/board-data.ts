// What a board shows, read by its columns: how many rows and how much each has, and the first cards of it.
import { odataString } from 'peyvand/ui';
import type { EntityMetadata, FieldMetadata, FieldValue, Row, ViewContext } from 'peyvand/ui';

/** `options` of a view of the kind `board`, as plugin.json's schema has them. */
export interface BoardOptions {
  /** A choice or a lookup: its values are the columns. */
  readonly group: string;
  /** A number that is summed over each column. */
  readonly sum?: string;
  /** Only these values of a choice, in this order. */
  readonly values?: readonly number[];
  /** Lookups: the field of the other entity that its rows are ordered by. */
  readonly order?: string;
}

export interface BoardColumn {
  /** A choice's value, a row's id; null: without a value. */
  readonly value: number | string | null;
  readonly title: string;
  readonly color: string | undefined;
  readonly count: number;
  readonly sum: number | undefined;
  readonly rows: readonly Row[];
}

export interface BoardData {
  readonly group: FieldMetadata;
  readonly columns: readonly BoardColumn[];
}

/** Cards of a column to begin with, and with each asking for more. */
export const PAGE = 25;
/** Columns of a lookup. */
const MOST_COLUMNS = 30;

interface Head {
  readonly value: number | string | null;
  readonly title: string;
  readonly color?: string;
}

/** The columns of the field's values, before anything is counted. */
export function headsOf(field: FieldMetadata, options: BoardOptions, without: string): readonly Head[] {
  const choices = (field.choices ?? []).map(({ value, title, color }) => ({
    value,
    title,
    ...(color === undefined ? {} : { color }),
  }));
  const wanted = options.values;
  if (wanted) return wanted.flatMap((value) => choices.filter((one) => one.value === value));
  return field.required ? choices : [{ value: null, title: without }, ...choices];
}

async function headsOfLookup(
  context: ViewContext,
  field: FieldMetadata,
  options: BoardOptions,
): Promise<readonly Head[]> {
  const target = field.targets?.[0]?.entity;
  if (target === undefined) return [];
  const entity = await context.entityOf(target);
  const name = entity.fields[entity.primary]?.wire ?? entity.primary;
  const order = entity.fields[options.order ?? '']?.wire ?? name;
  const rows = await context.client.list(target, {
    $select: `${entity.key},${name}`,
    $orderby: order,
    $top: MOST_COLUMNS,
  });
  const heads = rows.map((row) => ({ value: String(row[entity.key]), title: String(row[name] ?? '') }));
  return field.required ? heads : [{ value: null, title: context.texts('board.without') }, ...heads];
}

/** A condition on the field as OData has it. */
export function conditionOf(field: FieldMetadata, value: Head['value']): string {
  if (value === null) return `${field.wire} eq null`;
  return `${field.wire} eq ${typeof value === 'number' || field.targets ? value : odataString(value)}`;
}

function both(...conditions: readonly (string | undefined)[]): string {
  return conditions.flatMap((one) => (one === undefined || one === '' ? [] : `(${one})`)).join(' and ');
}

/** What is summed of a field: amounts in the base currency, since those of several do not add up. */
function summed({ base, wire }: FieldMetadata): string {
  return base ?? wire;
}

/** How many rows, and how much of them, each value has. */
async function totals(
  { client, entity, query }: ViewContext,
  group: FieldMetadata,
  sum: FieldMetadata | undefined,
): Promise<ReadonlyMap<string, { readonly count: number; readonly sum: number }>> {
  const { $filter, $search, savedQuery } = query;
  const measures = ['$count as n', ...(sum ? [`${summed(sum)} with sum as total`] : [])].join(',');
  const rows = await client.list(entity.name, {
    ...(savedQuery !== undefined && { savedQuery }),
    ...($search !== undefined && { $search }),
    $apply: `${$filter === undefined ? '' : `filter(${$filter})/`}groupby((${group.wire}),aggregate(${measures}))`,
  });
  return new Map(
    rows.map((row) => [
      String(row[group.wire] ?? null),
      { count: Number(row['n'] ?? 0), sum: Number(row['total'] ?? 0) },
    ]),
  );
}

export async function cardsOf(
  context: ViewContext,
  group: FieldMetadata,
  value: Head['value'],
  top: number,
): Promise<readonly Row[]> {
  const { client, entity, query } = context;
  const options = context.options as Partial<BoardOptions>;
  const sum = entity.fields[options.sum ?? ''];
  const more = [group.wire, ...(sum ? [summed(sum)] : [])];
  return client.list(entity.name, {
    ...query,
    $select: [...new Set([...(query['$select'] ?? entity.key).split(','), ...more])].join(','),
    $filter: both(query['$filter'], conditionOf(group, value)),
    $top: top,
  });
}

export async function loadBoard(context: ViewContext): Promise<BoardData> {
  const { entity } = context;
  const options = context.options as unknown as BoardOptions;
  const group = entity.fields[options.group];
  if (!group) throw new Error(context.texts('board.noField', { field: options.group }));
  const sum = options.sum === undefined ? undefined : entity.fields[options.sum];
  const [heads, counted] = await Promise.all([
    group.choices ? headsOf(group, options, context.texts('board.without')) : headsOfLookup(context, group, options),
    totals(context, group, sum),
  ]);
  const columns = await Promise.all(
    heads.map(async (head): Promise<BoardColumn> => {
      const total = counted.get(String(head.value));
      return {
        value: head.value,
        title: head.title,
        color: head.color,
        count: total?.count ?? 0,
        sum: sum ? (total?.sum ?? 0) : undefined,
        rows: total ? await cardsOf(context, group, head.value, PAGE) : [],
      };
    }),
  );
  // A column for rows without a value is only there where there are some.
  const shown = columns.filter(({ value, count }) => value !== null || count > 0);
  context.tell(
    shown.reduce((all, { count }) => all + count, 0),
    shown.flatMap(({ rows }) => rows.map((row) => String(row[entity.key]))),
  );
  return { group, columns: shown };
}

/** What a card's move writes. */
export function moved(
  entity: EntityMetadata,
  group: FieldMetadata,
  to: BoardColumn,
): Readonly<Record<string, FieldValue>> {
  const target = group.targets?.[0]?.entity;
  const value = target === undefined || to.value === null ? to.value : { entity: target, id: to.value, name: to.title };
  return entity.fields[group.name] ? { [group.name]: value } : {};
}

/** The columns with a card in another one. */
export function withMoved(
  columns: readonly BoardColumn[],
  row: Row,
  from: BoardColumn,
  to: BoardColumn,
  sum: FieldMetadata | undefined,
): readonly BoardColumn[] {
  const amount = sum ? Number(row[summed(sum)] ?? 0) : 0;
  const change = (column: BoardColumn, by: 1 | -1, rows: readonly Row[]): BoardColumn => ({
    ...column,
    rows,
    count: column.count + by,
    sum: column.sum === undefined ? undefined : column.sum + by * amount,
  });
  return columns.map((column) =>
    column.value === from.value
      ? change(
          column,
          -1,
          column.rows.filter((one) => one !== row),
        )
      : column.value === to.value
        ? change(column, 1, [row, ...column.rows])
        : column,
  );
}
