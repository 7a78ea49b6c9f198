// Takes the link between two rows away: the intersect row of an N:N, or the lookup of a 1:N where it names that row.
import { ident } from '../db/identifier.ts';
import type { Call } from '../engine.ts';
import { run } from '../events/pipeline.ts';
import type { Entity } from '../model/model.ts';
import { PeyvandError } from '../sdk/index.ts';
import { requireFields } from './authorize-fields.ts';
import { columnOf, factsOf } from './entity-facts.ts';
import { fail } from './errors.ts';
import { reachOf } from './reach.ts';
import type { RecordAddress } from './input.ts';
import { linkEnds, planIntersect } from './link.ts';
import { notFound } from './not-found.ts';
import { requireRow } from './row-rights.ts';
import { table } from './statement.ts';
import { alone, executorOf } from './transact.ts';
import { writeLookup } from './write-lookup.ts';

const ATTEMPTS = 5;

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
    if (targetId === undefined) return writeLookup(call, entity, ends.id, field, null);
    return emptyLookup(call, entity, ends.id, field, targetId);
  }
  if (targetId === undefined) throw fail('TARGET_MISSING', { entity: ends.target.name, name: navigation });
  if (kind === 'many' && field !== undefined) return emptyLookup(call, ends.target, targetId, field, ends.id);
  const intersect = call.engine.model.relations.get(relation);
  if (intersect?.kind !== 'many-to-many') return;
  await run(call, planIntersect(entity, { ...ends, targetId }, intersect, 'disassociate'), reachOf);
}

/** Empties the lookup if it names `expected`; looked at again when somebody else changed the row meanwhile. */
async function emptyLookup(call: Call, entity: Entity, id: string, field: string, expected: string): Promise<void> {
  // Before the look, whose outcome would tell what stands there.
  requireFields(call, entity, [field], 'update');
  requireFields(call, entity, [field], 'read');
  const version = factsOf(entity).system.get('version');
  const columns = `${ident(field)} as value, ${version ? ident(columnOf(version).name) : 'null'}::text as version`;
  for (let attempt = 1; ; attempt++) {
    const [row] = await alone(call, entity, (inside) =>
      executorOf(inside).query<{ value: string | null; version: string | null }>(
        `select ${columns} from ${table(call.engine.schema, entity)} where ${ident(columnOf(entity.key).name)} = $1::uuid`,
        [id],
      ),
    );
    if (!row) throw notFound(entity, { id });
    // Before a word about the lookup's value.
    await requireRow(call, entity, id, ['write']);
    if (row.value !== expected) return;
    try {
      return await writeLookup(call, entity, id, field, null, row.version === null ? {} : { version: row.version });
    } catch (error) {
      if (!(error instanceof PeyvandError) || error.code !== 'PRECONDITION_FAILED' || attempt >= ATTEMPTS) throw error;
    }
  }
}
