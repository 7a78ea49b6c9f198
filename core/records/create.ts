// Creates one row, and those that its body holds along navigation properties. Its audit and outbox rows are written by the same statement.
import type { Call } from '../engine.ts';
import { run } from '../events/pipeline.ts';
import type { Entity } from '../model/model.ts';
import { planCreate } from './create-write.ts';
import { fail } from './errors.ts';
import { reachOf } from './reach.ts';
import type { RecordInput, Written } from './input.ts';
import { withRelated } from './related.ts';

/** Throws RECORD_INVALID (400), PRIVILEGE_MISSING (403), KEY_TAKEN (409). */
export async function create(
  call: Call,
  entity: Entity,
  input: RecordInput,
  options: { readonly id?: string } = {},
): Promise<Written> {
  return withRelated(call, entity, input, async (inside, plain) => {
    const written = await run(inside, planCreate(inside, entity, plain, options), reachOf);
    if (!written) throw fail('WRITE_CONFLICT');
    return written;
  });
}
