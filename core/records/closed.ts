// Rows in a readonly state: what of them may change all the same, and how the caller hears that the rest may not. The check stands in
// the update's own statement, on the row it locks (update-statement.ts).
import { ident } from '../db/identifier.ts';
import type { Call } from '../engine.ts';
import type { Entity, State } from '../model/model.ts';
import type { PeyvandError } from '../sdk/index.ts';
import { columnOf, factsOf } from './entity-facts.ts';
import { fail } from './errors.ts';
import { table } from './statement.ts';
import { executorOf } from './transact.ts';

export interface Lock {
  readonly state: number;
  /** Columns that may change in it. */
  readonly free: ReadonlySet<string>;
}

const known = new WeakMap<Entity, readonly Lock[]>();

/** The entity's readonly states; none for who writes with a plugin's own rights. */
export function locksOf(call: Call, entity: Entity): readonly Lock[] {
  if (call.unlocked === true) return [];
  const found = known.get(entity);
  if (found) return found;
  const { system } = factsOf(entity);
  const settled = [system.get('state')?.name, system.get('status')?.name];
  const locks = (entity.status ?? []).flatMap(({ state, readonly }): readonly Lock[] => {
    if (!readonly) return [];
    const fields = [...settled, ...readonly.except].flatMap((name) => entity.fields.get(name ?? '') ?? []);
    return [{ state, free: new Set(fields.flatMap((field) => field.columns.map((column) => column.name))) }];
  });
  known.set(entity, locks);
  return locks;
}

/** Part of a statement's signature. */
export function locksShape(locks: readonly Lock[]): string {
  return locks.map(({ state, free }) => `${state}:${[...free].join()}`).join(' ');
}

/** RECORD_READONLY, 409, with each field that was to change. `state`: undefined for who may not read the row. */
export function readOnly(entity: Entity, state: number | undefined, columns: readonly string[]): PeyvandError {
  const fields = [...entity.fields.values()]
    .filter((field) => field.columns.some((column) => columns.includes(column.name)))
    .map(({ name }) => name);
  const closed = entity.status?.find((one) => one.state === state);
  const reopen = howToReopen(entity);
  const details = fields.map((name) => ({
    code: 'RECORD_READONLY',
    target: name,
    message: `${entity.fields.get(name)?.title ?? name} cannot change while the ${entity.title} is ${say(closed)}.`,
  }));
  const data = { entity: entity.name, fields, ...(closed && { state: closed.state }), ...openState(entity) };
  return fail(
    'RECORD_READONLY',
    { entity: entity.title, state: say(closed), fields: fields.join(', '), reopen },
    { details, data },
  );
}

/** Throws RECORD_KEPT where one of the rows that are to go is in a state that keeps it. */
export async function refuseKept(call: Call, entity: Entity, ids: Iterable<string>): Promise<void> {
  const state = factsOf(entity).system.get('state');
  const kept = (entity.status ?? []).filter((one) => one.kept);
  if (call.unlocked === true || kept.length === 0 || !state) return;
  const column = ident(columnOf(state).name);
  const [row] = await executorOf(call).query<{ state: number }>(
    `select ${column} as state from ${table(call.engine.schema, entity)} where ${ident(columnOf(entity.key).name)} = any ($1::text[]::uuid[]) and ${column} = any ($2::text[]::integer[]) limit 1`,
    [[...ids], kept.map((one) => String(one.state))],
  );
  const found = row && kept.find((one) => one.state === row.state);
  if (!found) return;
  const data = { entity: entity.name, state: found.state, ...openState(entity) };
  throw fail('RECORD_KEPT', { entity: entity.title, state: say(found), reopen: howToReopen(entity) }, { data });
}

function say(state: State | undefined): string {
  return state ? state.title : 'closed';
}

function openState(entity: Entity): { readonly open?: number } {
  const open = entity.status?.find((one) => !one.readonly && !one.kept)?.state;
  return open === undefined ? {} : { open };
}

function howToReopen(entity: Entity): string {
  const { open } = openState(entity);
  const field = factsOf(entity).system.get('state')?.name;
  const title = entity.status?.find((one) => one.state === open)?.title;
  return open === undefined ? 'It stays so.' : `Open it again first: ${field ?? 'statecode'} ${open} (${title ?? ''}).`;
}
