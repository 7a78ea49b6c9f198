// What of an entity is described to a caller at all: fields of which something is granted, and the ways that lead over them.
import type { Entity, Field, Model, Navigation } from '../model/model.ts';
import { fieldAccess } from './field-access.ts';
import type { Principal } from './principal.ts';

function isUsable(principal: Principal, model: Model, field: Field): boolean {
  const { read, create, update } = fieldAccess(principal, model, field);
  return read !== 'none' || create || update;
}

/** Fields that the caller may read, or at least give a value. */
export function usableFields(principal: Principal, model: Model, entity: Entity): readonly Field[] {
  return [...entity.fields.values()].filter((field) => isUsable(principal, model, field));
}

/** False for a relationship over a lookup that is kept from the caller: it leads nowhere, from either side. */
export function isWalkable(principal: Principal, model: Model, entity: Entity, step: Navigation): boolean {
  const holder = step.kind === 'one' ? entity : model.entities.get(step.target);
  const lookup = step.field === undefined ? undefined : holder?.fields.get(step.field);
  if (!lookup) return true;
  // From the row itself it is also the name by which the lookup is written.
  return step.kind === 'one'
    ? isUsable(principal, model, lookup)
    : fieldAccess(principal, model, lookup).read !== 'none';
}
