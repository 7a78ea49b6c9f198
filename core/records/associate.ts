// Links two rows over a navigation property: N:N by an intersect row, 1:N by the lookup, from either side.
import type { Call } from '../engine.ts';
import { run } from '../events/pipeline.ts';
import type { Entity } from '../model/model.ts';
import { reachOf } from './reach.ts';
import type { RecordAddress } from './input.ts';
import { linkEnds, planIntersect } from './link.ts';
import { writeLookup } from './write-lookup.ts';

/** Linking what is linked changes nothing. Throws NAVIGATION_UNKNOWN (400), RECORD_NOT_FOUND, TARGET_NOT_FOUND (404). */
export async function associate(
  call: Call,
  entity: Entity,
  address: RecordAddress,
  navigation: string,
  target: RecordAddress,
): Promise<void> {
  const ends = await linkEnds(call, entity, address, navigation, target);
  const { targetId } = ends;
  if (targetId === undefined) return;
  const { kind, field, relation } = ends.navigation;
  if (kind === 'one' && field !== undefined) {
    return writeLookup(call, entity, ends.id, field, { entity: ends.target.name, id: targetId });
  }
  if (kind === 'many' && field !== undefined) {
    return writeLookup(call, ends.target, targetId, field, { entity: entity.name, id: ends.id });
  }
  const intersect = call.engine.model.relations.get(relation);
  if (intersect?.kind !== 'many-to-many') return;
  await run(call, planIntersect(entity, { ...ends, targetId }, intersect, 'associate'), reachOf);
}
