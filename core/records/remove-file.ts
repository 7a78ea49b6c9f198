// Takes the file out of a row, as any change of the row. Apart from files.ts, which handlers use themselves.
import type { Call } from '../engine.ts';
import { run } from '../events/pipeline.ts';
import type { Entity } from '../model/model.ts';
import { fileField } from './files.ts';
import type { RecordAddress, Written } from './input.ts';
import { reachOf } from './reach.ts';
import { notFound, resolveAddress } from './resolve-address.ts';
import { planUpdate } from './update-write.ts';

/** Removes the file; where there is none, nothing changes. */
export async function removeFile(
  call: Call,
  entity: Entity,
  address: RecordAddress,
  name: string,
  options: { readonly version?: string } = {},
): Promise<Written> {
  const { field } = fileField(entity, name);
  const id = await resolveAddress(call, entity, address);
  const input = { values: { [field.name]: null }, targets: {}, exact: {} };
  const written = id && (await run(call, planUpdate(call, entity, id, input, options), reachOf));
  if (!written) throw notFound(entity, address);
  return written;
}
