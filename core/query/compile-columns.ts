// Values of an answer that are no columns of the row itself: those of joined rows, those under another name, those worked out.
// They are found with the page and carried beside its rows; what annotates them is looked up for the page's rows only.
import { ident } from '../db/identifier.ts';
import { annotatedBy, annotations } from './annotations.ts';
import { compileTerm } from './compile-term.ts';
import type { Compilation, From, PlacedColumn } from './from.ts';
import { jsonKey, jsonOf } from './json-text.ts';
import type { Piece } from './json-text.ts';
import type { ValueType } from './literal.ts';
import type { Query, SelectedColumn } from './tree.ts';

export interface CarriedColumn {
  /** Key in the answer. */
  readonly as: string;
  /** Its name among the columns of the page. */
  readonly name: string;
  readonly sql: string;
  readonly type: ValueType;
  readonly nullable: boolean;
  /** What it is of, but for terms. */
  readonly placed: PlacedColumn | undefined;
  /** What annotates it: the page's names by the names of its field's columns. */
  readonly beside: readonly { readonly column: string; readonly name: string; readonly sql: string }[];
}

export function carryColumns(from: From, query: Query): readonly CarriedColumn[] {
  const isAnnotated = query.annotations.formatted || query.annotations.lookup;
  return (query.columns ?? []).map((selected, index) => carry(from, selected, `_c${index}`, isAnnotated));
}

function carry(from: From, selected: SelectedColumn, name: string, isAnnotated: boolean): CarriedColumn {
  const { path, term, rows, as } = selected;
  if (rows) {
    const home = rows.of === undefined ? from : from.walk([`@${rows.of}`]);
    const sql = home.countRelated(rows.join);
    return { as, name, sql, type: 'bigint', nullable: false, placed: undefined, beside: [] };
  }
  const { sql, type, nullable } = compileTerm(from, term ?? { kind: 'column', path });
  const placed = path && from.column(path);
  const columns = placed && isAnnotated && placed.column.suffix === '' ? annotatedBy(placed.field) : [];
  const home = path && from.walk(path.slice(0, -1));
  const beside = columns.map((column, index) => {
    return { column: column.name, name: `${name}_${index}`, sql: home?.columnOf(column) ?? 'null' };
  });
  return { as, name, sql, type, nullable, placed, beside };
}

/** `, c.name as _c0, …` */
export function carriedText(columns: readonly CarriedColumn[]): readonly string[] {
  return columns.flatMap(({ sql, name, beside }) => [
    `${sql} as ${ident(name)}`,
    ...beside.map((one) => `${one.sql} as ${ident(one.name)}`),
  ]);
}

/** `"c.name":…` and its annotations, over the page called `alias`. */
export function columnPieces(
  compilation: Compilation,
  alias: string,
  { as, name, type, placed, beside }: CarriedColumn,
  query: Query,
): readonly Piece[] {
  const sql = `${alias}.${ident(name)}`;
  const pieces: Piece[] = [{ text: jsonKey(as) }, { sql: jsonOf(sql, type) }];
  if (!placed) return pieces;
  const { entity, field, column } = placed;
  const sqlOf = (one: { readonly name: string }): string => {
    const found = beside.find((other) => other.column === one.name);
    return found ? `${alias}.${ident(found.name)}` : sql;
  };
  return [...pieces, ...annotations(compilation, { entity, field, column, key: as, sqlOf }, query)];
}
