// What the parts of a FetchXML reader share: the model, the joins by alias, the constants set apart, and what is wrong.
import type { Entity, Model } from '../../model/model.ts';
import { suggest } from '../../model/suggest.ts';
import type { Literal, LiteralKind } from '../literal.ts';
import type { Problems } from '../odata/token-reader.ts';
import type { Resolved } from '../scope.ts';
import type { ColumnType } from '../../sdk/index.ts';
import type { Condition, Path, Slot } from '../tree.ts';
import { noteAt, type Element, type Place } from './parse-xml.ts';

export interface FetchScope {
  readonly model: Model;
  readonly problems: Problems;
  readonly literals: Literal[];
  /** The query's own entity. */
  readonly root: Entity;
  /** Joins of the answer by alias. */
  readonly joined: Map<string, Table>;
  /** Every alias taken, those of what is only asked about included. */
  readonly taken: Set<string>;
  /** Reads a link-entity inside a filter; handed in to keep the files apart. */
  readonly related: (scope: FetchScope, table: Table, element: Element) => Condition | undefined;
}

/** A table that attributes and conditions stand under. */
export interface Table {
  readonly entity: Entity;
  /** How a path from anywhere in the query gets here: nothing for the query's own table, else `@` and the alias. */
  readonly path: Path;
  /** The link-entities it stands in, by alias, itself included: what conditions inside may point at. */
  readonly around: ReadonlyMap<string, Table>;
  /** Wire names that stand in for the columns of an intersect table: of paths from this table. */
  readonly pairs?: ReadonlyMap<string, Path>;
}

/** More is wrong than anybody reads at once; the rest of the text is left alone. */
export class TooMuch extends Error {}

const mostProblems = 100;
/** Looking for the name that was meant takes longer than reading. */
const mostHints = 10;

export function note(scope: FetchScope, code: string, message: string, place: Place): void {
  noteAt(scope.problems, code, message, place);
  if (scope.problems.found.length >= mostProblems) throw new TooMuch(message);
}

/** ` (did you mean "name"?)` beside the first problems. */
export function hint(scope: FetchScope, wrong: string, known: Iterable<string>): string {
  return scope.problems.found.length < mostHints ? suggest(wrong, known) : '';
}

/** Sets a constant apart. */
export function slotOf(
  scope: FetchScope,
  kind: LiteralKind,
  value: string | readonly string[],
  item?: Literal['item'],
): Slot {
  scope.literals.push({ kind, value, item, option: 'fetchXml', at: 0 });
  return { slot: scope.literals.length - 1 };
}

/** Attributes that an element does not know, each noted. `bare`: known, but without any effect here. */
export function refuseAttributes(scope: FetchScope, element: Element, known: readonly string[]): void {
  for (const name of element.attributes.keys()) {
    if (known.includes(name)) continue;
    const message = `<${element.name}> has no attribute ${name.slice(0, 60)}${hint(scope, name, known)}`;
    note(scope, 'QUERY_OPTION_UNKNOWN', message, element);
  }
}

export function refuseChild(scope: FetchScope, parent: Element, child: Element, known: readonly string[]): void {
  const message = `<${parent.name}> holds no <${child.name.slice(0, 60)}>${hint(scope, child.name, known)}`;
  note(scope, 'QUERY_SYNTAX', message, child);
}

/** True, false, or a note. */
export function flag(scope: FetchScope, element: Element, name: string): boolean {
  const text = element.attributes.get(name)?.toLowerCase();
  if (text === undefined || text === 'false' || text === '0') return false;
  if (text !== 'true' && text !== '1')
    note(scope, 'QUERY_VALUE_INVALID', `${name} is true or false, not "${text.slice(0, 40)}"`, element);
  return true;
}

/** A whole number from `least` to `greatest`. */
export function wholeNumber(
  scope: FetchScope,
  element: Element,
  name: string,
  least: number,
  greatest: number,
): number | undefined {
  const text = element.attributes.get(name);
  if (text === undefined) return undefined;
  const number = /^\d{1,9}$/.test(text.trim()) ? Number(text) : -1;
  if (number >= least && number <= greatest) return number;
  const message = `${name} is a whole number from ${least} to ${greatest}, not "${text.slice(0, 40)}"`;
  note(scope, 'QUERY_VALUE_INVALID', message, element);
  return undefined;
}

export interface Attributed extends Resolved {
  /** From the table the attribute was asked of. */
  readonly path: Path;
}

/** A column by its logical name (`customerid`); that of the answer (`_customerid_value`) is understood too. */
export function attributeOf(scope: FetchScope, table: Table, name: string, place: Place): Attributed | undefined {
  const { entity } = table;
  const stand = table.pairs?.get(name);
  if (stand) return standIn(scope, stand, table);
  const column = entity.fields.get(name)?.columns[0] ?? entity.wire.get(name);
  const field = column && entity.fields.get(column.field);
  if (column && field) return { entity, field, column, path: [column.wire] };
  const known = [...entity.fields.keys(), ...(table.pairs?.keys() ?? [])];
  const message = `${entity.name} has no attribute ${name.slice(0, 100)}${hint(scope, name, known)}`;
  note(scope, 'QUERY_FIELD_UNKNOWN', message, place);
  return undefined;
}

/** Columns of an intersect table are the keys of the rows on its two sides. */
function standIn(scope: FetchScope, path: Path, own: Table): Attributed | undefined {
  const start = path.length > 1 ? (path[0] ?? '').slice(1) : undefined;
  const entity = start === undefined ? own.entity : start === '' ? scope.root : own.around.get(start)?.entity;
  const column = entity?.wire.get(path.at(-1) ?? '');
  const field = column && entity?.fields.get(column.field);
  return entity && column && field ? { entity, field, column, path } : undefined;
}

/** The table that `entityname` or the part before the dot in `valueof` names, as seen from `table`. */
export function tableNamed(scope: FetchScope, table: Table, name: string, place: Place): Table | undefined {
  // The query itself sees every join, a link-entity those it stands in.
  const seen = table.path.length === 0 ? scope.joined : table.around;
  const found = seen.get(name);
  if (found) return found;
  if (name === scope.root.name) return { entity: scope.root, path: ['@'], around: new Map() };
  const known = [...seen.keys(), scope.root.name];
  const message = `there is no link-entity ${name.slice(0, 100)} in reach here${hint(scope, name, known)}`;
  note(scope, 'QUERY_NAVIGATION_UNKNOWN', message, place);
  return undefined;
}

/** A path of a table as the rest of the query writes it. */
export function placed(table: Table, path: Path): Path {
  return path[0]?.startsWith('@') === true ? path : [...table.path, ...path];
}

/** Whether values of two columns can be the same. */
export function isAlike(left: ColumnType, right: ColumnType): boolean {
  const isNumber = (type: ColumnType): boolean => type === 'integer' || type === 'bigint' || type === 'numeric';
  if (left === 'jsonb' || left === 'integer[]') return false;
  return left === right || (isNumber(left) && isNumber(right));
}
