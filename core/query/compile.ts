// Query tree → one SQL statement whose answer is JSON text, with recipes for its parameters. Plain functions of the model, the
// tree and the caller's row filters; what is made here is cached by plan.ts.
import { ident } from '../db/identifier.ts';
import type { Model } from '../model/model.ts';
import type { Restricted } from '../security/restrict.ts';
import { compileAggregate } from './compile-aggregate.ts';
import { branchedPage, type FoundPage, type PageShape } from './compile-branches.ts';
import { compileCondition } from './compile-condition.ts';
import { carriedText, carryColumns, columnPieces, type CarriedColumn } from './compile-columns.ts';
import {
  afterCursor,
  carriedAs,
  cursorValue,
  offsetText,
  orderBy,
  pageText,
  placeKeys,
  rowText,
  sortKeys,
  sourceOf,
  whereText,
  type SortKey,
} from './compile-rows.ts';
import { inOrder } from './folded.ts';
import { entityOf, From, mainColumn } from './from.ts';
import type { Compilation } from './from.ts';
import { concat, type Piece } from './json-text.ts';
import { Statement } from './statement.ts';
import type { Binding } from './statement.ts';
import { isNumber } from './term-types.ts';
import type { Query } from './tree.ts';

export interface Compiled {
  readonly text: string;
  readonly bindings: readonly Binding[];
  /** Rows hold places that JavaScript fills in. */
  readonly evaluates?: boolean;
}

export interface Target {
  readonly model: Model;
  readonly schema: string;
}

function begin(target: Target, restricted: Restricted): Compilation {
  return {
    ...target,
    statement: new Statement(),
    rows: restricted.rows,
    shown: restricted.shown,
    condition: compileCondition,
  };
}

/**
 * A page. Answers one row: `rows` (JSON objects joined by commas), `n` (rows found, one more than asked where more follow),
 * `cursor` (JSON array of the last row's sort values), `total` (the exact count, where asked).
 * `limit` bounds the rows read; how many are given is a parameter, at most `limit`. `few`: the caller's rows belong to few
 * ids, so each may be asked for its own.
 */
export function compilePage(target: Target, restricted: Restricted, page: PageShape): Compiled {
  const compilation = begin(target, restricted);
  const { query } = restricted;
  const { statement } = compilation;
  const branched = query.count || page.lock === true ? undefined : branchedPage(compilation, query, page);
  const {
    keys,
    found,
    count,
    columns = [],
  } = branched ?? (query.distinct === true ? distinctPage : plainPage)(compilation, query, page);
  const size = statement.parameter('integer', (run) => run.size);
  const row = new From(compilation, entityOf(compilation, query));
  const rank = `${row.alias}.${ident('_rank')}`;
  const cursor = keys.map((key) => cursorValue(`${row.alias}.${ident(key.carried)}`, key.type)).join(', ');
  const beside = columns.map((column) => columnPieces(compilation, row.alias, column, query));
  const json = query.distinct === true ? objectText(beside) : rowText(row, query, beside);
  const ranked = `select page.*, row_number() over () as ${ident('_rank')} from (${found}) page`;
  const rows =
    `select case when ${rank} <= ${size} then ${json} end as j, ` +
    `case when ${rank} = ${size} then json_build_array(${cursor})::text end as c ` +
    `from (${ranked}) ${row.alias} where ${rank} <= ${size} + 1`;
  return {
    text: `select coalesce(string_agg(r.j, ','), '') as rows, count(*)::integer as n, max(r.c) as cursor${count} from (${rows}) r`,
    bindings: statement.bindings,
    evaluates: statement.evaluates,
  };
}

function objectText(values: readonly (readonly Piece[])[]): string {
  return concat([
    { text: '{' },
    ...values.flatMap((one, index) => [{ text: index > 0 ? ',' : '' }, ...one]),
    { text: '}' },
  ]);
}

function plainPage(compilation: Compilation, query: Query, { limit, afterNulls, lock }: PageShape): FoundPage {
  const source = sourceOf(compilation, query);
  const keys = sortKeys(source.from, query.sort, query.joins);
  const columns = carryColumns(source.from, query);
  // The count reads the same tables under the same conditions, without the cursor's.
  const count = query.count
    ? `, (select count(*) from ${source.from.text}${whereText(source.where)})::text as total`
    : '';
  const carried = { beside: carriedText(columns), offset: offsetText(compilation, query) };
  const page = (conditions: readonly string[]): string =>
    pageText({ from: source.from, where: [...source.where, ...conditions] }, keys, limit + 1, carried);
  if (!afterNulls) {
    const held = lock === true ? ` for no key update of ${source.from.alias}` : '';
    return { keys, count, columns, found: `${page([])}${held}` };
  }
  const [first] = keys;
  // Where the rows without a value are met on the way, an index is walked before and after that place, not over it.
  if (!first?.nullable || (first.direction === 'asc') !== (afterNulls[0] === true)) {
    return { keys, count, columns, found: page([afterCursor(source.from, keys, afterNulls)]) };
  }
  const both = compilation.statement.alias();
  const parts =
    first.direction === 'asc'
      ? [
          page([`${first.sql} is null`, afterCursor(source.from, keys, afterNulls, 1)]),
          page([`${first.sql} is not null`]),
        ]
      : [
          page([afterCursor(source.from, [{ ...first, nullable: false }, ...keys.slice(1)], afterNulls)]),
          page([`${first.sql} is null`]),
        ];
  const order = orderBy(keys.map((key) => carriedAs(key, both, compilation.schema)));
  const union = parts.map((part) => `(${part})`).join(' union all ');
  return { keys, count, columns, found: `select * from (${union}) ${both} order by ${order} limit ${limit + 1}` };
}

/** Each different row once: sorted as asked, then by all that makes it different. */
function distinctPage(compilation: Compilation, query: Query, { limit, afterNulls }: PageShape): FoundPage {
  const { from, where } = sourceOf(compilation, query);
  const columns = carryColumns(from, query);
  const asked = placeKeys(from, query.sort).map((key) => {
    const same = columns.find((column) => column.sql === key.sql);
    return same ? { ...key, carried: same.name, isBeside: false } : { ...key, isBeside: true };
  });
  const rest = columns.filter((column) => asked.every((key) => key.carried !== column.name));
  const keys = [...asked, ...rest.map((column) => distinctKey(column, compilation.schema))];
  const different = [
    ...carriedText(columns),
    ...keys.filter((key) => key.isBeside).map((key) => `${key.sql} as ${ident(key.carried)}`),
  ];
  const rows = `select distinct ${different.join(', ')} from ${from.text}${whereText(where)}`;
  const row = compilation.statement.alias();
  const placed = keys.map((key) => carriedAs(key, row, compilation.schema));
  const after = afterNulls ? [afterCursor(from, placed, afterNulls)] : [];
  return {
    keys: placed,
    columns,
    count: query.count ? `, (select count(*) from (${rows}) ${row})::text as total` : '',
    found: `select * from (${rows}) ${row}${whereText(after)} order by ${orderBy(placed)}${offsetText(compilation, query)} limit ${limit + 1}`,
  };
}

/** Lists and documents have no order of their own: their text has. */
function distinctKey({ name, sql, type, nullable, as }: CarriedColumn, schema: string): SortKey {
  const isList = type === 'jsonb' || type === 'integer[]';
  const common = { nullable, wire: as, direction: 'asc' as const };
  if (isList) {
    const text = `${sql}::text`;
    return {
      ...common,
      sql: text,
      ordered: inOrder(schema, 'text', text),
      type: 'text',
      carried: `${name}_key`,
      isBeside: true,
    };
  }
  const held = isNumber(type) || type === 'duration' ? 'numeric' : type;
  return { ...common, sql, ordered: inOrder(schema, held, sql), type: held, carried: name, isBeside: false };
}

/** One row by its key or an alternate key: `row` (JSON object) and `version`. */
export function compileRow(target: Target, restricted: Restricted, fields: readonly string[] | undefined): Compiled {
  const compilation = begin(target, restricted);
  const { statement } = compilation;
  const source = sourceOf(compilation, restricted.query);
  const { from } = source;
  const address = (fields ?? [from.entity.key.name]).map((name, index) => {
    const field = from.entity.fields.get(name);
    if (!field) throw new TypeError(`${from.entity.name} has no field ${name}`);
    const column = mainColumn(field);
    return `${from.columnOf(column)} = ${statement.parameter(column.type, (run) => run.after[index] ?? null)}`;
  });
  const version = [...from.entity.fields.values()].find((field) => field.system === 'version');
  const versionText = version ? `${from.columnOf(mainColumn(version))}::text` : "''";
  const row = rowText(from, restricted.query);
  return {
    text: `select ${row} as row, ${versionText} as version from ${from.text}${whereText([...address, ...source.where])}`,
    bindings: statement.bindings,
    evaluates: statement.evaluates,
  };
}

/** How many rows match: `total`. */
export function compileCount(target: Target, restricted: Restricted): Compiled {
  const compilation = begin(target, restricted);
  const source = sourceOf(compilation, restricted.query);
  return {
    text: `select count(*)::text as total from ${source.from.text}${whereText(source.where)}`,
    bindings: compilation.statement.bindings,
  };
}

/** Every row that matches, in order, one JSON text `j` each: for a cursor that is read to its end. */
export function compileStream(target: Target, restricted: Restricted): Compiled {
  const compilation = begin(target, restricted);
  const { query } = restricted;
  const { statement } = compilation;
  const source = sourceOf(compilation, query);
  const keys = sortKeys(source.from, query.sort, query.joins);
  const row = new From(compilation, entityOf(compilation, query));
  const found = pageText(source, keys, 'all');
  const text = `select ${rowText(row, query)} as j from (${found}) ${row.alias}`;
  return { text, bindings: statement.bindings, evaluates: statement.evaluates };
}

/** Every row that matches, without pages: `id` and `version` (null where the entity keeps none), in no order. */
export function compileKeys(target: Target, restricted: Restricted): Compiled {
  const compilation = begin(target, restricted);
  const source = sourceOf(compilation, restricted.query);
  const { from } = source;
  const version = [...from.entity.fields.values()].find((field) => field.system === 'version');
  const versionText = version ? from.columnOf(mainColumn(version)) : 'null::bigint';
  return {
    text: `select ${from.key} as id, ${versionText} as version from ${from.text}${whereText(source.where)}`,
    bindings: compilation.statement.bindings,
  };
}

/** Groups with their results, as a page: `rows`, `n`, `cursor`, `total`. */
export function compileGroups(target: Target, restricted: Restricted, page: PageShape): Compiled {
  const compilation = begin(target, restricted);
  return { text: compileAggregate(compilation, restricted.query, page), bindings: compilation.statement.bindings };
}
