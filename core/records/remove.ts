// Deletes one row with what its relationships take along, in one transaction.
import type { Call } from '../engine.ts';
import { run } from '../events/pipeline.ts';
import type { Entity } from '../model/model.ts';
import { reachOf } from './reach.ts';
import type { RecordAddress } from './input.ts';
import { planRemove } from './remove-write.ts';
import { notFound, resolveAddress } from './resolve-address.ts';

/** Throws PRIVILEGE_MISSING (403), RECORD_NOT_FOUND (404), DELETE_RESTRICTED (409, `data.restricts`), PRECONDITION_FAILED (412). */
export async function remove(
  call: Call,
  entity: Entity,
  address: RecordAddress,
  options: { readonly version?: string } = {},
): Promise<void> {
  const id = await resolveAddress(call, entity, address);
  const gone = id !== undefined && (await run(call, planRemove(entity, id, options), reachOf));
  if (!gone) throw notFound(entity, address);
}
