// Brings back what a record was at an instant, all of it or some fields, through the ordinary writes: rights, validation,
// handlers and the log hold as for any other change. A deleted record comes back under its id.
import type { Call } from '../engine.ts';
import type { Entity, Field } from '../model/model.ts';
import { suggest } from '../model/suggest.ts';
import { create } from '../records/create.ts';
import { columnOf, isWritable } from '../records/entity-facts.ts';
import type { RecordInput } from '../records/input.ts';
import { update } from '../records/update.ts';
import { requirePrivilege } from '../security/access.ts';
import { fieldAccess } from '../security/field-access.ts';
import type { Violation } from '../sdk/index.ts';
import { differing, existing, reconstruct, targetOf, type Past } from './as-of.ts';
import { fail } from './errors.ts';
import { requireReadable } from './history.ts';

export interface RestoreOptions {
  readonly at: string;
  /** Field names; all that differ when left out. */
  readonly fields?: readonly string[];
  /** Only if the row still has it. */
  readonly version?: string;
}

export interface Restored {
  readonly version: string;
  /** True: the record was gone. */
  readonly created: boolean;
  readonly restored: readonly string[];
  /** What differs and stays as it is, and why. */
  readonly skipped: readonly { readonly field: string; readonly reason: Skip }[];
}

/** `engine`: filled by the platform; `file`: its bytes are gone; `field-access`: out of the caller's reach. */
export type Skip = 'engine' | 'immutable' | 'file' | 'unlogged' | 'field-access';

/**
 * Throws AUDIT_RECORD_NOT_FOUND (404), AUDIT_NO_ROW (404), AUDIT_OFF (409), and what update and create throw: RECORD_INVALID
 * (400) names every field whose old value no longer fits.
 */
export async function restore(call: Call, entity: Entity, given: string, options: RestoreOptions): Promise<Restored> {
  const id = await requireReadable(call, entity, given);
  for (const name of options.fields ?? []) {
    if (entity.fields.has(name)) continue;
    throw fail('AUDIT_FIELD_UNKNOWN', {
      entity: entity.name,
      field: name.slice(0, 80),
      suggestion: suggest(name, entity.fields.keys()),
    });
  }
  const past = await reconstruct(call, entity, id, options.at);
  const creating = past.now === undefined;
  const differs = new Set(differing(entity, past));
  // A new row would get its defaults where nothing is said.
  if (creating) for (const field of entity.fields.values()) if (field.default !== undefined) differs.add(field);
  const wanted = [...differs].filter((field) => options.fields?.includes(field.name) ?? true);
  const restored: Field[] = [];
  const skipped: { field: string; reason: Skip }[] = [];
  for (const field of wanted) {
    if (follows(field)) continue;
    const reason = skipOf(call, field, creating);
    if (reason === undefined) restored.push(field);
    // Of fields that may not be read nothing is said, not even that they differ.
    else if (fieldAccess(call.principal, call.engine.model, field).read !== 'none') {
      skipped.push({ field: field.name, reason });
    }
  }
  const input = await inputOf(call, entity, past, restored);
  const names = restored.map(({ name }) => name);
  const { via } = call.origin ?? {};
  const writing: Call = {
    ...call,
    origin: { ...call.origin, via: via === undefined ? 'restore' : `${via} → restore` },
  };
  if (creating) {
    requirePrivilege(call.principal, call.engine.model, 'create', entity.name);
    const { version } = await create(writing, entity, input, { id });
    return { version, created: true, restored: names, skipped };
  }
  const { version } = await update(writing, entity, { id }, input, {
    ...(options.version !== undefined && { version: options.version }),
  });
  return { version, created: false, restored: names, skipped };
}

/** Made anew from what is restored: full names, rates, owning units. */
function follows(field: Field): boolean {
  return (
    field.compose !== undefined ||
    field.stamp !== undefined ||
    field.system === 'owning-unit' ||
    field.system === 'owning-user' ||
    field.system === 'owning-team'
  );
}

function skipOf(call: Call, field: Field, creating: boolean): Skip | undefined {
  const access = fieldAccess(call.principal, call.engine.model, field);
  if (access.read !== 'full' || !(creating ? access.create : access.update)) return 'field-access';
  if (field.type.blob) return 'file';
  if (!isWritable(field)) return 'engine';
  if (!field.audit) return 'unlogged';
  return field.immutable && !creating ? 'immutable' : undefined;
}

async function inputOf(call: Call, entity: Entity, { was }: Past, fields: readonly Field[]): Promise<RecordInput> {
  const values: Record<string, unknown> = {};
  const targets: Record<string, string> = {};
  for (const field of fields) {
    const value = was[columnOf(field).name] ?? null;
    values[field.name] = value;
    const target = targetOf(field, was);
    if (value !== null && target !== undefined) targets[field.name] = target;
  }
  const problems = await gone(call, entity, fields, values, targets);
  for (const { target } of problems) {
    // Said once: the write itself is not asked about them again.
    delete values[target];
  }
  return { values, targets, exact: {}, problems };
}

/** Lookups whose row is there no more, all at once; the write alone would name them one by one. */
async function gone(
  call: Call,
  entity: Entity,
  fields: readonly Field[],
  values: Readonly<Record<string, unknown>>,
  targets: Readonly<Record<string, string>>,
): Promise<readonly Violation[]> {
  const { database, schema, model } = call.engine;
  const executor = call.executor ?? database;
  const problems = fields.map(async ({ name, title }): Promise<readonly Violation[]> => {
    const [value, target] = [values[name], model.entities.get(targets[name] ?? '')];
    if (typeof value !== 'string' || targets[name] === undefined) return [];
    const found = target ? await executor.query(existing(schema, target), [[value]]) : [];
    if (found.length > 0) return [];
    const message = `${title} (${name}) referred to ${targets[name]} ${value}, which is there no more. Restore that first, or leave this field out.`;
    return [{ code: 'LOOKUP_NOT_FOUND', target: name, message }];
  });
  return (await Promise.all(problems)).flat();
}
