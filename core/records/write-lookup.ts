// Sets or empties the lookup that a link of a 1:N relation is.
import type { Call } from '../engine.ts';
import { run } from '../events/pipeline.ts';
import type { Entity } from '../model/model.ts';
import type { RecordInput } from './input.ts';
import { notFound } from './not-found.ts';
import { reachOf } from './reach.ts';
import { planUpdate } from './update-write.ts';

/** Sets or empties a lookup through the ordinary update; `version`: only if the row still has it. */
export async function writeLookup(
  call: Call,
  entity: Entity,
  id: string,
  field: string,
  value: { readonly entity: string; readonly id: string } | null,
  options: { readonly version?: string } = {},
): Promise<void> {
  const input: RecordInput = {
    values: { [field]: value?.id ?? null },
    targets: value ? { [field]: value.entity } : {},
    exact: {},
  };
  const written = await run(call, planUpdate(call, entity, id, input, options), reachOf);
  if (!written) throw notFound(entity, { id });
}
