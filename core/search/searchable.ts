// Where a caller may search: the entities with text fields to look in, as far as they may read them. A field that is hidden or
// masked is not looked in at all, so that no match tells what it holds.
import type { Entity, Field, Model } from '../model/model.ts';
import { suggest } from '../model/suggest.ts';
import { mayI } from '../security/access.ts';
import { fieldAccess } from '../security/field-access.ts';
import type { Principal } from '../security/principal.ts';
import { fail } from './errors.ts';

export interface Searchable {
  readonly entity: Entity;
  /** The text fields that are looked in; the primary name first where it is one of them. */
  readonly fields: readonly Field[];
  /** The primary name may be read. */
  readonly named: boolean;
}

export function searchableOf(principal: Principal, model: Model, entity: Entity): Searchable | undefined {
  if (entity.union || entity.search.length === 0 || !mayI(principal, model, 'read', entity.name)) return undefined;
  const isFull = (field: Field): boolean => fieldAccess(principal, model, field).read === 'full';
  const fields = entity.search
    .flatMap((name) => entity.fields.get(name) ?? [])
    .filter((field) => field.columns[0]?.type === 'text' && isFull(field))
    .toSorted((a, b) => Number(b === entity.primary) - Number(a === entity.primary));
  return fields.length === 0 ? undefined : { entity, fields, named: isFull(entity.primary) };
}

/** All of them, or those named; one that cannot be searched is refused like one that is not there. */
export function searchables(principal: Principal, model: Model, names?: readonly string[]): readonly Searchable[] {
  const all = [...model.entities.values()].flatMap((entity) => searchableOf(principal, model, entity) ?? []);
  if (names === undefined) return all;
  const byName = new Map(all.map((one) => [one.entity.name, one]));
  return names.map((name) => {
    const found = byName.get(name) ?? byName.get(model.entities.values().find(({ set }) => set === name)?.name ?? '');
    if (!found)
      throw fail('SEARCH_ENTITY_UNKNOWN', { name: name.slice(0, 100), suggestion: suggest(name, byName.keys()) });
    return found;
  });
}
