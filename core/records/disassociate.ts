// Takes the link between two rows away: the intersect row of an N:N, or the lookup of a 1:N where it names that row.
import { ident } from '../db/identifier.ts';
import type { Call } from '../engine.ts';
import { run } from '../events/pipeline.ts';
import type { Entity } from '../model/model.ts';
import { columnOf } from './entity-facts.ts';
import { fail } from './errors.ts';
import { handlerRecords } from './handler-records.ts';
import type { RecordAddress } from './input.ts';
import { linkEnds, planIntersect, writeLookup } from './link.ts';
import { notFound } from './resolve-address.ts';
import { table } from './statement.ts';
import { executorOf } from './transact.ts';

/** `target` may be left out for a lookup: whatever stands there goes. Ending a link that is not there changes nothing. */
export async function disassociate(
  call: Call,
  entity: Entity,
  address: RecordAddress,
  navigation: string,
  target?: RecordAddress,
): Promise<void> {
  const ends = await linkEnds(call, entity, address, navigation, target);
  const { targetId } = ends;
  const { kind, field, relation } = ends.navigation;
  if (kind === 'one' && field !== undefined) {
    if (targetId !== undefined && (await lookupOf(call, entity, ends.id, field)) !== targetId) return;
    return writeLookup(call, entity, ends.id, field, null);
  }
  if (targetId === undefined) throw fail('TARGET_MISSING', { entity: ends.target.name, name: navigation });
  if (kind === 'many' && field !== undefined) {
    if ((await lookupOf(call, ends.target, targetId, field)) !== ends.id) return;
    return writeLookup(call, ends.target, targetId, field, null);
  }
  const intersect = call.engine.model.relations.get(relation);
  if (intersect?.kind !== 'many-to-many') return;
  await run(call, planIntersect(entity, { ...ends, targetId }, intersect, 'disassociate'), handlerRecords);
}

async function lookupOf(call: Call, entity: Entity, id: string, field: string): Promise<string | null> {
  const rows = await executorOf(call).query<{ value: string | null }>(
    `select ${ident(field)} as value from ${table(call.engine.schema, entity)} where ${ident(columnOf(entity.key).name)} = $1::uuid`,
    [id],
  );
  if (!rows[0]) throw notFound(entity, { id });
  return rows[0].value;
}
