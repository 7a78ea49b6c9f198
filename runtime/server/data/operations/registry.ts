// Which functions and actions there are: ours and the plugins', by name and by what they are bound to. $metadata tells them
// from here, the route finds them here.
import type { Engine } from '../../../../core/engine.ts';
import type { Entity } from '../../../../core/model/model.ts';
import type { Operation, OperationDescription } from '../../../../core/sdk/index.ts';
import type { ShippedOperation } from './operation.ts';
import { bareName } from './read-parameters.ts';
import { shippedOperations } from './shipped.ts';

/** All of them; those of entities that the model lacks are left out. */
export function operationsOf(engine: Engine): readonly OperationDescription[] {
  const { model } = engine;
  return allOf(engine).filter(({ bound }) => !bound || bound.entity === '*' || model.entities.has(bound.entity));
}

function allOf(engine: Engine): readonly (Operation | ShippedOperation)[] {
  return [...shippedOperations, ...(engine.operations ?? [])];
}

/** `on`: the set (`collection`) or the row it is called on; undefined for an unbound one. */
export function findOperation(
  engine: Engine,
  name: string,
  on: { readonly entity: Entity; readonly collection: boolean } | undefined,
): Operation | ShippedOperation | undefined {
  const bare = bareName(name);
  return allOf(engine).find(({ name: known, bound }) => {
    if (known !== bare) return false;
    if (!on || !bound) return on === bound;
    const fits = bound.entity === '*' || bound.entity === on.entity.name || bound.entity === on.entity.base;
    return fits && (bound.collection ?? false) === on.collection;
  });
}

/** Names that may be meant, for suggestions. */
export function unboundNames(engine: Engine): readonly string[] {
  return allOf(engine).flatMap(({ name, bound }) => (bound ? [] : [name]));
}
