// Creates many rows of one entity. All of them in one transaction.
import type { Call } from '../engine.ts';
import { run } from '../events/pipeline.ts';
import type { Entity } from '../model/model.ts';
import type { MakeReach } from '../plugins/context.ts';
import { planCreate, type CreateOptions } from './create-write.ts';
import { fail } from './errors.ts';
import type { RecordInput } from './input.ts';
import { transactAll } from './transact.ts';

/** The ids, in the order of the rows; all of them are made or none. Throws what creating each of them would. */
export async function createMany(
  call: Call,
  entity: Entity,
  rows: readonly RecordInput[],
  options: Pick<CreateOptions, 'trusted'>,
  reach: MakeReach,
): Promise<readonly string[]> {
  return transactAll(call, async (inside) => {
    const ids: string[] = [];
    for (const row of rows) {
      const made = await run(inside, planCreate(inside, entity, row, options), reach);
      if (!made) throw fail('WRITE_CONFLICT');
      ids.push(made.id);
    }
    return ids;
  });
}
