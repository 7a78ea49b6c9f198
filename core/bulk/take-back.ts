// One row as a job left it → as it was before: field by field where nobody has changed it since, back from its deletion, or gone
// where the job made it. Through the ordinary writes, with the rights of the one who takes it back.
import { wireValue, loggedColumn } from '../audit/audit-value.ts';
import { restore } from '../audit/restore.ts';
import { ident, qualified } from '../db/identifier.ts';
import type { Call } from '../engine.ts';
import type { JobRowInput, RowOutcome } from '../jobs/rows.ts';
import type { Entity } from '../model/model.ts';
import { columnOf, isWritable, typeColumnOf } from '../records/entity-facts.ts';
import { fieldAccess } from '../security/field-access.ts';
import { PeyvandError } from '../sdk/index.ts';
import { remove } from '../records/remove.ts';
import { update } from '../records/update.ts';
import { fail } from './errors.ts';

interface Done {
  readonly act: 'create' | 'update' | 'delete';
  readonly at: string | null;
}

/** `row.input`: what `noteDone` wrote. Throws what update, remove and restore throw, and BULK_UNDO_…. */
export async function takeBack(call: Call, entity: Entity, row: JobRowInput): Promise<RowOutcome | undefined> {
  const { act, at } = JSON.parse(row.input ?? '{}') as Done;
  const id = row.record ?? '';
  if (act === 'delete') {
    await restore(call, entity, id, { at: at ?? '' });
    return { act: 'create' };
  }
  if (act === 'create') {
    const { undo } = JSON.parse(row.input ?? '{}') as { undo: { version: number | string | null } | null };
    const version = undo?.version ?? null;
    await removeMade(call, entity, id, version === null ? undefined : String(version));
    return { act: 'delete' };
  }
  return changeBack(call, entity, id, row.input ?? '{}');
}

async function removeMade(call: Call, entity: Entity, id: string, version: string | undefined): Promise<void> {
  try {
    await remove(call, entity, { id }, version === undefined ? {} : { version });
  } catch (error) {
    if (error instanceof PeyvandError && error.code === 'PRECONDITION_FAILED') throw fail('BULK_UNDO_MADE');
    throw error;
  }
}

interface ChangedColumn {
  readonly name: string;
  /** JSON text. */
  readonly old: string;
  /** The column still has what the job wrote. */
  readonly same: boolean;
}

async function changeBack(call: Call, entity: Entity, id: string, input: string): Promise<RowOutcome | undefined> {
  const key = ident(columnOf(entity.key).name);
  const columns = await (call.executor ?? call.engine.database).query<ChangedColumn>(
    `select e.key as name, (e.value -> 0)::text as old, coalesce(to_jsonb(t) -> e.key, 'null') = coalesce(e.value -> 1, 'null') as same
       from ${qualified(call.engine.schema, entity.name)} t, jsonb_each($2::text::jsonb -> 'undo') e where t.${key} = $1::uuid`,
    [id, input],
  );
  if (columns.length === 0) throw fail('BULK_UNDO_GONE');
  const old = new Map(columns.map((column) => [column.name, column]));
  const values: Record<string, unknown> = {};
  const targets: Record<string, string> = {};
  const kept: string[] = [];
  for (const { name } of columns) {
    const logged = loggedColumn(entity, name);
    // Columns that the engine fills follow what is taken back; those that no field has any more are gone.
    if (!logged || !isWritable(logged.field) || logged.field.type.blob) continue;
    const { field } = logged;
    const access = fieldAccess(call.principal, call.engine.model, field);
    // A handler filled it; it is not the caller's to give back.
    if (!access.update) continue;
    if (field.name in values || kept.includes(field.title)) continue;
    const parts = field.columns
      .flatMap((column) => old.get(column.name) ?? [])
      .filter(({ name: part }) => isStored(field, part));
    if (parts.some(({ same }) => !same)) {
      // Of a field that may not be read nothing is told, not even that it changed.
      if (access.read !== 'none') kept.push(field.title);
      continue;
    }
    const main = columnOf(field);
    const text = old.get(main.name)?.old;
    if (text === undefined) continue;
    const value = wireValue(main, text);
    values[field.name] = value;
    const target = value === null ? undefined : await targetOf(call, entity, id, field, old);
    if (target !== undefined) targets[field.name] = target;
  }
  const trouble = kept.length > 0 ? fail('BULK_UNDO_CHANGED', { fields: kept.join(', ') }) : undefined;
  if (Object.keys(values).length === 0) {
    if (trouble) throw trouble;
    return undefined;
  }
  const back: Call = { ...call, origin: { ...call.origin, via: `${call.origin?.via ?? 'job'}` } };
  await update(back, entity, { id }, { values, targets, exact: {} });
  return { act: 'update', ...(trouble && { trouble }) };
}

function isStored(field: Parameters<typeof columnOf>[0], name: string): boolean {
  return field.columns.some((column) => column.name === name && column.quotient === undefined);
}

/** The entity that the old value of a lookup names: the type column's own old value, else what stands there. */
async function targetOf(
  call: Call,
  entity: Entity,
  id: string,
  field: Parameters<typeof columnOf>[0],
  old: ReadonlyMap<string, ChangedColumn>,
): Promise<string | undefined> {
  if (!field.reference) return undefined;
  const type = typeColumnOf(field);
  if (!type) return field.reference.targets[0];
  const changed = old.get(type.name);
  if (changed) return (wireValue(type, changed.old) as string | null) ?? undefined;
  const key = ident(columnOf(entity.key).name);
  const [row] = await (call.executor ?? call.engine.database).query<{ type: string | null }>(
    `select ${ident(type.name)} as type from ${qualified(call.engine.schema, entity.name)} where ${key} = $1::uuid`,
    [id],
  );
  return row?.type ?? undefined;
}
