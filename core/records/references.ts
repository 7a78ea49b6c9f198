// The lookups a write sets: which of them the statement must check itself, and what privileges they take.
import type { Call } from '../engine.ts';
import type { Entity, Model } from '../model/model.ts';
import { requirePrivilege } from '../security/access.ts';
import type { ColumnValue } from '../sdk/index.ts';
import { columnOf, typeColumnOf } from './entity-facts.ts';
import type { CheckedReference } from './statement.ts';

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

/** Those without a foreign key. */
export function unconstrained(model: Model, references: readonly CheckedReference[]): readonly CheckedReference[] {
  return references.filter(
    ({ field, target }) =>
      field.reference?.targets.length !== 1 || !field.reference.constraint || model.entities.get(target)?.union,
  );
}

/** Setting a lookup takes append on the row's entity and append-to on the referenced one. */
export function authorizeReferences(call: Call, entity: Entity, references: readonly CheckedReference[]): void {
  const { model } = call.engine;
  for (const { field, target } of references) {
    if (field.system !== undefined) continue;
    requirePrivilege(call.principal, model, 'append', entity.name);
    requirePrivilege(call.principal, model, 'append-to', target);
  }
}
