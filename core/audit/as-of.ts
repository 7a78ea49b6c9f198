// A record as it was at an instant: today's row (or what its deletion logged), taken back change by change. Exact, because
// every write of the row stands in the log with what was there before.
import { ident, qualified } from '../db/identifier.ts';
import type { Call } from '../engine.ts';
import type { Column, Entity, Field } from '../model/model.ts';
import { columnOf, factsOf, typeColumnOf } from '../records/entity-facts.ts';
import { readRow } from '../records/read-row.ts';
import { fieldAccess, maskText } from '../security/field-access.ts';
import { loggedColumn, wireValue } from './audit-value.ts';
import { fail } from './errors.ts';
import { isInstant, requireReadable } from './history.ts';
import { Names } from './names.ts';
import { optionLabel } from './visible-changes.ts';

/** Wire values by column name, those of hidden columns included. */
export type Snapshot = Readonly<Record<string, unknown>>;

export interface Past {
  readonly id: string;
  /** The row at that instant. */
  readonly was: Snapshot;
  /** The row now; undefined: it is gone. */
  readonly now: Snapshot | undefined;
}

/** Nothing but what the log says; whether the caller may see it is asked by `readAsOf`. Throws AUDIT_OFF, AUDIT_NO_ROW. */
export async function reconstruct(call: Call, entity: Entity, id: string, at: string): Promise<Past> {
  if (!entity.audit || entity.union) throw fail('AUDIT_OFF', { entity: entity.name });
  if (!isInstant(at)) throw fail('AUDIT_INSTANT_INVALID', { at: at.slice(0, 80) });
  const { database, schema } = call.engine;
  return (call.executor ?? database).transaction(async (executor) => {
    // Row and log of one moment.
    if (!call.executor) await executor.script('set transaction isolation level repeatable read');
    const now = await readRow({ ...call, executor }, entity, id, false);
    const later = `from ${qualified(schema, '_audit')} a where a.record = $1::uuid and a.entity = $2 and a.at > $3::timestamptz and a.action in ('create', 'update', 'delete')`;
    const [next] = await executor.query<{ action: string }>(`select a.action ${later} order by a.at, a.id limit 1`, [
      id,
      entity.name,
      at,
    ]);
    if (next?.action === 'create' || (!next && !now)) throw fail('AUDIT_NO_ROW', { entity: entity.name, id, at });
    const old = await executor.query<{ name: string; value: string | null }>(
      `select distinct on (e.key) e.key as name, (e.value -> 0)::text as value
         from (select a.at, a.id, a.changes ${later}) a, jsonb_each(a.changes) e order by e.key, a.at, a.id`,
      [id, entity.name, at],
    );
    const was: Record<string, unknown> = {};
    for (const field of entity.fields.values()) {
      for (const column of field.columns) was[column.name] = now?.[column.name] ?? null;
    }
    was[columnOf(entity.key).name] = id;
    for (const { name, value } of old) {
      const logged = loggedColumn(entity, name);
      if (logged) was[logged.column.name] = wireValue(logged.column, value);
    }
    const [last] = await executor.query<{ at: string; user_id: string | null }>(
      `select to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at, user_id from ${qualified(schema, '_audit')} a
        where record = $1::uuid and entity = $2 and at <= $3::timestamptz and action in ('create', 'update') order by a.at desc, a.id desc limit 1`,
      [id, entity.name, at],
    );
    const { system } = factsOf(entity);
    // Who changed it when is not among its changes: the entry itself says it.
    const modified = system.get('modified-on');
    if (next && last && modified) was[columnOf(modified).name] = wireValue(columnOf(modified), JSON.stringify(last.at));
    const modifier = system.get('modified-by');
    if (next && last && modifier) was[columnOf(modifier).name] = last.user_id;
    return { id, was, now };
  });
}

export interface AsOf {
  readonly at: string;
  /** As the Web API answers a row, with labels and lookups' names; fields out of reach are null. */
  readonly row: Readonly<Record<string, unknown>>;
  /** Fields that are different now; all with a value where the row is gone. */
  readonly differs: readonly string[];
  /** Fields that are not logged: they show what they are now. */
  readonly unlogged: readonly string[];
  /** The row is gone. */
  readonly deleted: boolean;
}

const FORMATTED = '@OData.Community.Display.V1.FormattedValue';
const LOGICAL_NAME = '@Microsoft.Dynamics.CRM.lookuplogicalname';

/** For who may read the row now, or has the right `audit` where it is gone. Throws AUDIT_RECORD_NOT_FOUND (404) and the above. */
export async function readAsOf(call: Call, entity: Entity, given: string, at: string): Promise<AsOf> {
  const id = await requireReadable(call, entity, given);
  const past = await reconstruct(call, entity, id, at);
  const { model } = call.engine;
  const names = new Names();
  const fields = [...entity.fields.values()].filter((field) => field.system !== 'version' && !field.derivation);
  for (const field of fields) names.want(targetOf(field, past.was), past.was[columnOf(field).name]);
  await names.load(call);
  const row: Record<string, unknown> = {};
  for (const field of fields) {
    const shown = fieldAccess(call.principal, model, field).read;
    for (const column of field.columns) if (!column.hidden) row[column.wire] = shownValue(column, past.was, shown);
    const value = past.was[columnOf(field).name] ?? null;
    if (shown !== 'full' || value === null) continue;
    const target = targetOf(field, past.was);
    const label = target === undefined ? optionLabel(call, field, value) : names.get(target, value);
    if (label !== undefined) row[columnOf(field).wire + FORMATTED] = label;
    if (target !== undefined) row[columnOf(field).wire + LOGICAL_NAME] = target;
  }
  return {
    at,
    row,
    differs: differing(entity, past)
      .filter((field) => fieldAccess(call.principal, model, field).read === 'full')
      .map(({ name }) => name),
    unlogged: fields.filter((field) => !field.audit && !field.system).map(({ name }) => name),
    deleted: past.now === undefined,
  };
}

function shownValue(column: Column, values: Snapshot, shown: ReturnType<typeof fieldAccess>['read']): unknown {
  const value = values[column.name] ?? null;
  if (shown === 'full' || value === null) return value;
  return shown !== 'none' && column.type === 'text' && column.suffix === '' && typeof value === 'string'
    ? maskText(value, shown)
    : null;
}

/** Logical name of the entity a lookup's value refers to. */
export function targetOf(field: Field, values: Snapshot): string | undefined {
  if (!field.reference) return undefined;
  const type = typeColumnOf(field);
  const said = type && values[type.name];
  return type ? (typeof said === 'string' ? said : undefined) : field.reference.targets[0];
}

/** Fields whose value is another now; what the engine keeps of every write (when, by whom, version) is none of them. */
export function differing(entity: Entity, { was, now }: Past): readonly Field[] {
  return [...entity.fields.values()].filter((field) => {
    if (field.system !== undefined && kept.has(field.system)) return false;
    const [column] = field.columns;
    if (!column) return false;
    const parts = field.columns.filter((one) => one === column || one.suffix === '_type');
    return parts.some((one) => !same(was[one.name], now?.[one.name]));
  });
}

const kept: ReadonlySet<string> = new Set(['id', 'created-on', 'created-by', 'modified-on', 'modified-by', 'version']);

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one ?? null) === JSON.stringify(other ?? null);
}

/** SQL that answers the ids of `$1` that there are. */
export function existing(schema: string, entity: Entity): string {
  const key = ident(columnOf(entity.key).name);
  return `select ${key}::text as id from ${qualified(schema, entity.name)} where ${key} = any ($1::text[]::uuid[])`;
}
