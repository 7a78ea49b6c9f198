// Changes the given fields of one row; what is not given stays. A value that is already there is no change.
import type { Call } from '../engine.ts';
import { run } from '../events/pipeline.ts';
import type { Entity } from '../model/model.ts';
import { reachOf } from './reach.ts';
import type { RecordAddress, RecordInput, Written } from './input.ts';
import { notFound, resolveAddress } from './resolve-address.ts';
import { withRelated } from './related.ts';
import { planUpdate } from './update-write.ts';

/**
 * `version`: only if the row still has it. Throws RECORD_INVALID (400), PRIVILEGE_MISSING (403), RECORD_NOT_FOUND (404),
 * KEY_TAKEN (409), PRECONDITION_FAILED (412, with `data.current` and `data.version`).
 */
export async function update(
  call: Call,
  entity: Entity,
  address: RecordAddress,
  input: RecordInput,
  options: { readonly version?: string } = {},
): Promise<Written> {
  const id = await resolveAddress(call, entity, address);
  return withRelated(call, entity, input, async (inside, plain) => {
    const written = id && (await run(inside, planUpdate(inside, entity, id, plain, options), reachOf));
    if (!written) throw notFound(entity, address);
    return written;
  });
}
