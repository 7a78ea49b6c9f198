// The lookups a write sets: which of them the statement must check itself, and what privileges they take.
import type { Call } from '../engine.ts';
import type { Entity, Model } from '../model/model.ts';
import { accessShape, mayAll, requirePrivilege, rowsFor } from '../security/access.ts';
import type { ColumnValue } from '../sdk/index.ts';
import { columnOf, factsOf, typeColumnOf } from './entity-facts.ts';
import { invalid } from './invalid.ts';
import { rowPrivilegeMissing } from './row-rights.ts';
import { flagOf, type CheckedReference } from './statement.ts';

/** The lookups among `columns` that are set to a row, with the referenced entity. */
export function referencesOf(entity: Entity, columns: ReadonlyMap<string, ColumnValue>): readonly CheckedReference[] {
  const references: CheckedReference[] = [];
  for (const name of columns.keys()) {
    const field = entity.fields.get(name);
    if (!field?.reference || (columns.get(columnOf(field).name) ?? null) === null) continue;
    const type = typeColumnOf(field);
    const said = type ? columns.get(type.name) : undefined;
    const target = typeof said === 'string' ? said : field.reference.targets[0];
    if (target !== undefined) references.push({ field, target });
  }
  return references;
}

/**
 * Those that the statement checks: without a foreign key, of owners, of rows that may be merged, and of rows that the caller may
 * not all refer to. What the engine itself fills asks nothing of the caller.
 */
export function checkedOf(call: Call, references: readonly CheckedReference[]): readonly CheckedReference[] {
  const { principal, engine } = call;
  const { model } = engine;
  return references.flatMap((reference): readonly CheckedReference[] => {
    const { field, target } = reference;
    if (field.system === 'owner') return [{ ...reference, owner: true }];
    const standing = field.system === undefined && isMerged(model, target) ? { standing: true } : {};
    if (field.system === undefined && !mayAll(principal, model, 'append-to', target)) {
      const reach = (entity: string) => {
        const to = rowsFor(principal, model, 'append-to', entity);
        return { target: to, known: { kind: 'or' as const, of: [to, rowsFor(principal, model, 'read', entity)] } };
      };
      return [{ ...reference, ...standing, reach }];
    }
    const isKept = field.reference?.targets.length === 1 && field.reference.constraint;
    if (isKept && !model.entities.get(target)?.union && !standing.standing) return [];
    return [{ ...reference, ...standing }];
  });
}

/** Rows of the entity, or of a union's members, may be merged into others. */
function isMerged(model: Model, target: string): boolean {
  const entity = model.entities.get(target);
  if (!entity) return false;
  return entity.union
    ? entity.union.members.some((member) => isMerged(model, member))
    : factsOf(entity).system.has('merged');
}

/** Part of a statement's signature. */
export function checkedShape({ principal }: Call, checked: readonly CheckedReference[]): string {
  if (checked.length === 0) return '';
  const shape = checked.map(({ field, target }) => `${field.name}:${target}`).join();
  return checked.some(({ reach }) => reach) ? `${shape} of ${accessShape(principal)}` : shape;
}

/** Setting a lookup takes append on the row's entity and append-to on the referenced one: on some row, here. */
export function authorizeReferences(call: Call, entity: Entity, references: readonly CheckedReference[]): void {
  const { model } = call.engine;
  for (const { field, target } of references) {
    if (field.system !== undefined) continue;
    requirePrivilege(call.principal, model, 'append', entity.name);
    requirePrivilege(call.principal, model, 'append-to', target);
  }
}

/** True when a lookup is set that takes `append` on its row. */
export function appends(references: readonly CheckedReference[]): boolean {
  return references.some(({ field }) => field.system === undefined);
}

/** Throws what the flags of a written row say of its lookups: all that are not there at once, else the first refused. */
export function refuseReferences(
  entity: Entity,
  checked: readonly CheckedReference[],
  columns: ReadonlyMap<string, ColumnValue>,
  flags: Readonly<Record<string, unknown>> | undefined,
): void {
  const failing = (kind: 'ref' | 'to' | 'own') => checked.filter(({ field }) => flags?.[flagOf(field, kind)] === false);
  const missing = failing('ref');
  if (missing.length > 0) throw danglingLookups(entity, missing, columns);
  const [unable] = failing('own');
  if (unable) throw unable.owner ? ownerUnable(entity, unable, columns) : mergedAway(entity, unable, columns);
  const [refused] = failing('to');
  if (!refused) return;
  const id = columns.get(columnOf(refused.field).name);
  const row = `the ${refused.target} that ${refused.field.name} is to refer to`;
  throw rowPrivilegeMissing('append-to', refused.target, row, typeof id === 'string' ? id : undefined);
}

/** RECORD_INVALID: lookups that name rows which are not there. */
function danglingLookups(
  entity: Entity,
  missing: readonly CheckedReference[],
  columns: ReadonlyMap<string, ColumnValue>,
): Error {
  return invalid(
    entity,
    missing.map(({ field, target }) => ({
      code: 'LOOKUP_NOT_FOUND',
      target: field.name,
      message: `${field.name} refers to ${target} ${String(columns.get(columnOf(field).name))}, which does not exist (any more). Choose another.`,
    })),
  );
}

/** RECORD_INVALID: nothing is added to a row that another has taken the place of. */
function mergedAway(
  entity: Entity,
  { field, target }: CheckedReference,
  columns: ReadonlyMap<string, ColumnValue>,
): Error {
  const message = `${field.name} refers to ${target} ${String(columns.get(columnOf(field).name))}, which was merged into another. Choose that one.`;
  return invalid(entity, [{ code: 'LOOKUP_MERGED', target: field.name, message }]);
}

/** RECORD_INVALID: an access team or a disabled user cannot own rows. */
function ownerUnable(
  entity: Entity,
  { field, target }: CheckedReference,
  columns: ReadonlyMap<string, ColumnValue>,
): Error {
  const why = target === 'team' ? 'is an access team, which owns no rows' : 'is disabled';
  const message = `${target} ${String(columns.get(columnOf(field).name))} ${why}. Choose another owner.`;
  return invalid(entity, [{ code: 'OWNER_UNABLE', target: field.name, message }]);
}
