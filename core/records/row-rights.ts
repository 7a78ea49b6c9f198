// What a write asks of the rows it touches. The conditions of core/security stand inside the write's own statement; nothing is
// asked, and no statement differs, where the caller's privilege reaches every row.
import { ident } from '../db/identifier.ts';
import type { Parameter } from '../db/sql.ts';
import type { Call } from '../engine.ts';
import type { Entity } from '../model/model.ts';
import { accessShape, mayAll, mayOwn, rowsFor, type Privilege } from '../security/access.ts';
import { refuse } from '../security/errors.ts';
import { columnOf } from './entity-facts.ts';
import { notFound } from './not-found.ts';
import { fillConditions, rowConditions, type RowConditions } from './row-conditions.ts';
import { slots, table, type Asked } from './statement.ts';
import { statementFor } from './statement-cache.ts';
import { executorOf } from './transact.ts';

/** What is to be asked of one row of an entity. */
export interface Asking {
  /** Each becomes a column of the answer (`may`). */
  readonly flags: readonly Asked[];
  /** All of these must hold. */
  readonly required: readonly Privilege[];
  /** One of these must hold, else there is no such row for the caller; undefined: every row may be known of. */
  readonly known: readonly Privilege[] | undefined;
}

/** Those of `privileges` that do not reach every row of the entity. */
export function askedOf(
  { principal, engine }: Call,
  entity: string,
  privileges: readonly Privilege[],
): readonly Asked[] {
  return privileges
    .filter((privilege) => !mayAll(principal, engine.model, privilege, entity))
    .map((privilege) => ({ privilege, condition: rowsFor(principal, engine.model, privilege, entity) }));
}

const nothing: Asking = { flags: [], required: [], known: undefined };

/**
 * What has to be asked of a row for all of `privileges`. A row that the caller may neither read nor write is as if it were
 * not there. `tells`: the answer may show the row's values, so whether it may be read is asked too.
 */
export function askingOf(call: Call, entity: string, privileges: readonly Privilege[], tells = false): Asking {
  const required = askedOf(call, entity, privileges);
  if (required.length === 0 && !tells) return nothing;
  const readable = askedOf(call, entity, ['read']);
  if (required.length === 0) return readable.length === 0 ? nothing : { ...nothing, flags: readable };
  const writable = askedOf(call, entity, ['write']);
  const known = readable.length === 0 || writable.length === 0 ? undefined : [...readable, ...writable];
  const flags = new Map<Privilege, Asked>();
  for (const one of [...required, ...(known ?? []), ...(tells ? readable : [])]) flags.set(one.privilege, one);
  return {
    flags: [...flags.values()],
    required: required.map(({ privilege }) => privilege),
    known: known?.map(({ privilege }) => privilege),
  };
}

/** Part of a statement's signature: what about the caller decides its conditions; empty where nothing is asked. */
export function askedShape({ principal }: Call, asked: readonly Asked[]): string {
  if (asked.length === 0) return '';
  return `${asked.map(({ privilege }) => privilege).join()} of ${accessShape(principal)}`;
}

/** Name of the answer's column that says whether a privilege reaches the row. */
export function may(privilege: Privilege): string {
  return `may ${privilege}`;
}

/** `, <condition> as "may write" …` over the row that `alias` names. */
export function askedText(conditions: RowConditions, entity: Entity, alias: string, asked: readonly Asked[]): string {
  return asked
    .map(({ privilege, condition }) => `, ${conditions.over(entity, alias, condition)} as ${ident(may(privilege))}`)
    .join('');
}

export type Flags = Readonly<Record<string, unknown>>;

/** How a row stands to what was asked of it. `unknown`: as if it were not there. */
export function standing(
  { required, known }: Asking,
  holds: (privilege: Privilege) => boolean,
): 'reached' | 'out of reach' | 'unknown' {
  if (required.every(holds)) return 'reached';
  return known && !known.some(holds) ? 'unknown' : 'out of reach';
}

/** Throws RECORD_NOT_FOUND (404) or ROW_PRIVILEGE_MISSING (403) where the row's flags do not allow what was asked. */
export function refuseRow(entity: Entity, id: string, asking: Asking, flags: Flags): void {
  const holds = (privilege: Privilege) => flags[may(privilege)] === true;
  const stands = standing(asking, holds);
  if (stands === 'reached') return;
  const missing = asking.required.find((privilege) => !holds(privilege));
  if (stands === 'unknown' || missing === undefined) throw notFound(entity, { id });
  throw rowPrivilegeMissing(missing, entity.name, 'this row', id);
}

/** ROW_PRIVILEGE_MISSING, 403. `id` only of a row whose existence the caller knows of. */
export function rowPrivilegeMissing(privilege: Privilege, entity: string, row: string, id?: string): Error {
  const query = `entity=${entity}&privilege=${privilege}${id === undefined ? '' : `&record=${id}`}`;
  const hint = `GET /api/access/explain?${query} tells why.`;
  const data = { privilege, entity, ...(id !== undefined && { record: id }) };
  return refuse('ROW_PRIVILEGE_MISSING', { privilege, entity, row, hint }, { data });
}

/** The flags of a row, which is locked where wanted; undefined where there is none. */
export async function flagsOf(
  call: Call,
  entity: Entity,
  id: string,
  asked: readonly Asked[],
  lock: boolean,
): Promise<Flags | undefined> {
  const { engine, principal } = call;
  const statement = statementFor(engine, entity, `rights ${askedShape(call, asked)} ${lock}`, () => {
    const parameters = slots();
    const conditions = rowConditions(engine, parameters.use);
    const flags = askedText(conditions, entity, 't', asked);
    const text = `select 1 as there${flags} from ${table(engine.schema, entity)} t where t.${ident(columnOf(entity.key).name)} = ${parameters.use(':id', 'uuid')}${lock ? ' for no key update' : ''}`;
    return { text, slots: parameters.names, recipes: conditions.recipes };
  });
  const values = new Map<string, Parameter>([[':id', id]]);
  fillConditions(statement.recipes ?? [], principal, values);
  const [row] = await executorOf(call).query<Flags>(
    statement.text,
    statement.slots.map((slot) => values.get(slot) ?? null),
  );
  return row;
}

/** Throws RECORD_NOT_FOUND or ROW_PRIVILEGE_MISSING unless all the privileges reach the row. No query where nothing is asked. */
export async function requireRow(
  call: Call,
  entity: Entity,
  id: string,
  privileges: readonly Privilege[],
  lock = false,
): Promise<void> {
  const asking = askingOf(call, entity.name, privileges);
  if (asking.flags.length === 0) return;
  const flags = await flagsOf(call, entity, id, asking.flags, lock);
  if (!flags) throw notFound(entity, { id });
  refuseRow(entity, id, asking, flags);
}

/**
 * Of the privileges that a new row takes, those that have to be asked of the row itself: where it is somebody else's, or the
 * caller's reach has a condition or a deny.
 */
export function askedOfNew(
  call: Call,
  entity: string,
  privileges: readonly Privilege[],
  isOwn: boolean,
): readonly Asked[] {
  const { principal, engine } = call;
  return askedOf(call, entity, privileges).filter(
    ({ privilege }) => !(isOwn && mayOwn(principal, engine.model, privilege, entity)),
  );
}

/** Throws ROW_PRIVILEGE_MISSING where a row just written, in this transaction, lies outside the caller's reach. */
export async function requireNewRow(call: Call, entity: Entity, id: string, asked: readonly Asked[]): Promise<void> {
  const flags = await flagsOf(call, entity, id, asked, false);
  const missing = asked.find(({ privilege }) => flags?.[may(privilege)] !== true);
  if (missing) throw rowPrivilegeMissing(missing.privilege, entity.name, 'the row that this would make');
}
