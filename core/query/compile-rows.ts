// Rows as JSON text: which page of rows (sort, keyset, limit), and what each of them says (columns, annotations, expansions).
// The page is found first, over the table and the paths that filter and sort need; names and expansions are looked up for its
// rows only.
import { ident } from '../db/identifier.ts';
import type { Column, Entity, Field } from '../model/model.ts';
import { annotations } from './annotations.ts';
import { compileCondition } from './compile-condition.ts';
import { compileTerm } from './compile-term.ts';
import { foldedSql, inOrder } from './folded.ts';
import { evaluatedText } from './evaluated-text.ts';
import { entityOf, From, mainColumn } from './from.ts';
import type { Compilation } from './from.ts';
import { concat, jsonKey, jsonOf } from './json-text.ts';
import type { Piece } from './json-text.ts';
import { convert } from './literal.ts';
import type { LiteralKind, ValueType } from './literal.ts';
import { isNumber } from './term-types.ts';
import type { Expand, Join, Path, Query, Sort, Term } from './tree.ts';

/** Rows of one expanded collection that an answer carries for each parent. */
export const expansionLimit = 5000;

export interface SortKey {
  readonly sql: string;
  readonly type: ValueType;
  /** False for what holds a value in every row. */
  readonly nullable: boolean;
  /** What it is called in messages. */
  readonly wire: string;
  readonly direction: 'asc' | 'desc';
  /** Its place in the order: a text's is that of the one collation. */
  readonly ordered: string;
  /** How it is sorted, where not by its direction. */
  readonly by?: string;
  /** The name it has among the columns of the page. */
  readonly carried: string;
  /** The page has it beside the row's own columns. */
  readonly isBeside: boolean;
}

/** The sort asked for, made unique by the key, which goes the way of the last. */
export function sortKeys(from: From, sorts: readonly Sort[], joins: readonly Join[] = []): readonly SortKey[] {
  const last = sorts.at(-1)?.direction ?? 'asc';
  const keys: readonly Path[] = [[mainColumn(from.entity.key).wire], ...joinedKeys(from, joins)];
  const missing = keys.filter((key) => sorts.every((sort) => sort.path?.join('/') !== key.join('/')));
  return placeKeys(from, [...sorts, ...missing.map((path) => ({ path, direction: last }))]);
}

/** Of joins that may lead to several rows. */
function joinedKeys(from: From, joins: readonly Join[]): readonly Path[] {
  return joins.flatMap((join) => {
    const path = [`@${join.alias}`];
    const key = mainColumn(from.walk(path).entity.key).wire;
    const isOne = join.type === 'first' || (!join.through && join.from === key);
    return [...(isOne ? [] : [[...path, key]]), ...joinedKeys(from, join.joins ?? [])];
  });
}

/** Sorts as they are, without the key. */
export function placeKeys(from: From, sorts: readonly Sort[]): readonly SortKey[] {
  return sorts.map((sort, index) => {
    const term: Term = sort.term ?? { kind: 'column', path: sort.path };
    const { sql, type, nullable, column } = compileTerm(from, term);
    // A column under its own name comes with the row as it is stored; what security puts in its place is carried beside it.
    const isOwn = column !== undefined && sql === `${from.alias}.${ident(column.name)}`;
    const carried = isOwn ? column.name : `_sort${index}`;
    const wire = column?.wire ?? 'what rows are sorted by';
    // What is worked out may be larger than any column holds; durations travel as their seconds.
    const held = column || !(isNumber(type) || type === 'duration') ? type : 'numeric';
    const { schema } = from.compilation;
    if (sort.path && sort.plain === true && held === 'text') {
      const letters = foldedSql(schema, sql);
      return {
        sql: letters,
        ordered: letters,
        type: held,
        nullable,
        wire,
        direction: 'asc',
        by: 'using operator(pg_catalog.~<~)',
        carried: `_sort${index}`,
        isBeside: true,
      };
    }
    const ordered = inOrder(schema, held, sql);
    return { sql, ordered, type: held, nullable, wire, direction: sort.direction, carried, isBeside: !isOwn };
  });
}

/** Null is lower than every value, as in OData; columns that are never null keep the order of their index: that of texts has nulls first. */
export function orderBy(keys: readonly SortKey[]): string {
  return keys.map((key) => `${key.ordered} ${direction(key)}`).join(', ');
}

/** The key among the columns of a page that `alias` stands for. */
export function carriedAs(key: SortKey, alias: string, schema: string): SortKey {
  const sql = `${alias}.${ident(key.carried)}`;
  return { ...key, sql, ordered: inOrder(schema, key.type, sql) };
}

function direction(key: SortKey): string {
  if (key.by !== undefined) return key.by;
  if (!key.nullable && key.type !== 'text') return key.direction;
  return key.direction === 'asc' ? 'asc nulls first' : 'desc nulls last';
}

/**
 * The rows after a cursor. `nulls` says which of its values are null: they decide the text, the rest are parameters. `start`: by
 * the keys from there on alone, among rows that share the values of those before.
 */
export function afterCursor(from: From, all: readonly SortKey[], allNulls: readonly boolean[], start = 0): string {
  const { statement } = from.compilation;
  const [keys, nulls] = [all.slice(start), allNulls.slice(start)];
  const values = keys.map((key, index) =>
    nulls[index] === true
      ? 'null'
      : statement.parameter(key.type, (run) => {
          const text = run.after[start + index] ?? '';
          const isBoolean = key.type === 'boolean' && (text === 'true' || text === 'false');
          const converted = isBoolean ? { value: text } : convert(kindOf(key.type), text, key.type);
          if ('value' in converted) return isBoolean ? text === 'true' : converted.value;
          run.refuse('QUERY_PAGE_INVALID', '$skiptoken', `${key.wire}: ${converted.problem}`);
          return null;
        }),
  );
  const isUniform = keys.every((key) => key.direction === keys[0]?.direction);
  const isDown = keys[0]?.direction === 'desc';
  if (isUniform && !nulls.includes(true) && !(isDown && keys.some((key) => key.nullable))) {
    const columns = keys.map((key) => key.ordered);
    return keys.length === 1
      ? `${columns[0]} ${isDown ? '<' : '>'} ${values[0]}`
      : `(${columns.join(', ')}) ${isDown ? '<' : '>'} (${values.join(', ')})`;
  }
  return afterFrom(keys, values, nulls, 0);
}

function afterFrom(
  keys: readonly SortKey[],
  values: readonly string[],
  nulls: readonly boolean[],
  index: number,
): string {
  const key = keys[index];
  const value = values[index];
  if (!key || value === undefined) return 'false';
  const isNull = nulls[index] === true;
  const rest = afterFrom(keys, values, nulls, index + 1);
  const orRest = (text: string) => (rest === 'false' ? text : `(${text} or ${rest})`);
  if (key.direction === 'asc') {
    return isNull
      ? `(${key.sql} is not null or (${key.sql} is null and ${rest}))`
      : `(${key.ordered} >= ${value} and ${orRest(`${key.ordered} > ${value}`)})`;
  }
  if (isNull) return `(${key.sql} is null and ${rest})`;
  const below = `(${key.ordered} <= ${value} and ${orRest(`${key.ordered} < ${value}`)})`;
  return key.nullable ? `(${key.sql} is null or ${below})` : below;
}

function kindOf(type: ValueType): LiteralKind {
  return isNumber(type) ? 'number' : 'string';
}

/** One sort value as JSON that loses nothing on its way through the cursor. */
export function cursorValue(sql: string, type: ValueType): string {
  if (type === 'timestamptz') return `to_json(${sql} at time zone 'UTC')`;
  return type === 'timestamp' || type === 'date' ? `to_json(${sql})` : `${sql}::text`;
}

export interface Source {
  readonly from: From;
  readonly where: readonly string[];
}

/** The table of a query with its filter and the caller's. `links` joins it to a parent row. */
export function sourceOf(compilation: Compilation, query: Query, link?: (from: From) => string): Source {
  const from = new From(compilation, entityOf(compilation, query));
  const joined = from.join(query.joins ?? []);
  const where = [
    link?.(from),
    query.within && withinText(from, query.within),
    from.visible,
    ...joined,
    query.filter && compileCondition(from, query.filter),
  ];
  return { from, where: where.filter((one) => one !== undefined && one !== 'true') as string[] };
}

/** Only what the navigation property of one row, itself readable, leads to. */
function withinText(from: From, within: NonNullable<Query['within']>): string {
  const { compilation } = from;
  const parent = new From(compilation, entityOf(compilation, within));
  const { navigation } = parent.navigation(within.navigation);
  const id = compilation.statement.parameter('uuid', (run) => run.within ?? null);
  const where = [`${parent.key} = ${id}`, parent.link(navigation, from), parent.visible].filter(
    (one) => one !== undefined,
  );
  return `exists (select 1 from ${parent.text} where ${where.join(' and ')})`;
}

export function whereText(conditions: readonly string[]): string {
  return conditions.length > 0 ? ` where ${conditions.join(' and ')}` : '';
}

/** `select t0.*, … from … where … order by … limit …`; `beside`: further columns that the page's rows carry. */
export function pageText(
  source: Source,
  keys: readonly SortKey[],
  limit: number | 'all',
  { beside = [], offset = '' }: { readonly beside?: readonly string[]; readonly offset?: string } = {},
): string {
  const { from, where } = source;
  const columns = [
    `${from.alias}.*`,
    ...keys.filter((key) => key.isBeside).map((key) => `${key.sql} as ${ident(key.carried)}`),
    ...beside,
  ];
  return `select ${columns.join(', ')} from ${from.text}${whereText(where)} order by ${orderBy(keys)}${offset} limit ${limit}`;
}

/** ` offset …` for pages that begin after a number of rows. */
export function offsetText({ statement }: Compilation, query: Query): string {
  return query.skips === true ? ` offset ${statement.parameter('bigint', (run) => run.skip ?? 0)}` : '';
}

/** The JSON text of the row `row` stands at, with the values it carries beside its own (compile-columns.ts). */
export function rowText(row: From, query: Query, beside: readonly (readonly Piece[])[] = []): string {
  const { entity } = row;
  const pieces: Piece[] = [{ text: '{' }];
  const version = [...entity.fields.values()].find((field) => field.system === 'version');
  if (version) {
    pieces.push({ text: '"@odata.etag":"W/\\"' }, { sql: row.columnOf(mainColumn(version)) }, { text: '\\"",' });
  }
  let first = true;
  for (const { column, field } of selected(entity, query.select)) {
    pieces.push({ text: `${first ? '' : ','}${jsonKey(column.wire)}` });
    const isEvaluated = field.derivation?.kind === 'evaluated' && row.compilation.shown(field) === 'full';
    pieces.push({ sql: isEvaluated ? evaluatedText(row, field) : jsonOf(row.columnOf(column), column.type) });
    const sqlOf = (one: Column): string => row.columnOf(one);
    pieces.push(...annotations(row.compilation, { entity, field, column, key: column.wire, sqlOf }, query));
    first = false;
  }
  for (const expand of query.expand) {
    if (expand.gives === 'count' || expand.query.count)
      pieces.push({ text: `,${jsonKey(`${expand.as}@odata.count`)}` }, { sql: expansionCount(row, expand) });
    if (expand.gives !== 'count') pieces.push({ text: `,${jsonKey(expand.as)}` }, { sql: expansionText(row, expand) });
  }
  for (const one of beside) pieces.push({ text: ',' }, ...one);
  pieces.push({ text: '}' });
  return concat(pieces);
}

/** The columns asked for; the key always comes along. */
function selected(
  entity: Entity,
  select: readonly string[],
): readonly { readonly column: Column; readonly field: Field }[] {
  const key = mainColumn(entity.key);
  const columns =
    select.length === 0
      ? [...entity.fields.values()].flatMap((field) => field.columns).filter((column) => column.hidden !== true)
      : [...select.map((name) => entity.wire.get(name)), ...(select.includes(key.wire) ? [] : [key])];
  return columns.map((column) => {
    const field = column && entity.fields.get(column.field);
    if (!column || !field) throw new TypeError(`${entity.name} has no such property`);
    return { column, field };
  });
}

/** How many rows there are to expand, whatever of them is given. */
function expansionCount(row: From, expand: Expand): string {
  const { navigation } = row.navigation(expand.navigation);
  const { from, where } = sourceOf(row.compilation, expand.query, (one) => row.link(navigation, one));
  return `(select count(*) from ${from.text}${whereText(where)})::text`;
}

/** The row itself, or where it is found. */
function expandedText(row: From, { gives, query }: Expand): string {
  if (gives !== 'references') return rowText(row, query);
  return concat([{ text: `{"@odata.id":"${row.entity.set}(` }, { sql: row.key }, { text: ')"}' }]);
}

function expansionText(row: From, expand: Expand): string {
  const { navigation } = row.navigation(expand.navigation);
  const source = sourceOf(row.compilation, expand.query, (from) => row.link(navigation, from));
  if (navigation.kind === 'one') {
    const inner = expandedText(source.from, expand);
    return `coalesce((select ${inner} from ${source.from.text}${whereText(source.where)}), 'null')`;
  }
  const keys = sortKeys(source.from, expand.query.sort);
  const page = new From(row.compilation, source.from.entity);
  const limit = Math.min(expand.query.top ?? expansionLimit, expansionLimit);
  const list = row.compilation.statement.alias();
  const rows = `select ${expandedText(page, expand)} as j from (${pageText(source, keys, limit)}) ${page.alias}`;
  return `(select concat('[', string_agg(${list}.j, ','), ']') from (${rows}) ${list})`;
}
