// Runs what a plugin declares: an action in one transaction, a function as the reader it is. What it writes goes the way of the
// caller's own writes; what it throws becomes words.
import { databaseError } from '../db/errors.ts';
import type { Call, OwnedOperation } from '../engine.ts';
import { contextOf, type MakeReach } from '../plugins/context.ts';
import { parseAddress } from '../records/parse-address.ts';
import { resolveAddress } from '../records/resolve-address.ts';
import { transactAll } from '../records/transact.ts';
import { PeyvandError } from '../sdk/index.ts';
import type { NamedRow, OperationContext } from '../sdk/index.ts';
import { fail } from './errors.ts';

/** What `run` answered. Throws PeyvandErrors only, beside faults of the database. */
export async function runOperation(
  call: Call,
  operation: OwnedOperation,
  parameters: Readonly<Record<string, unknown>>,
  target: NamedRow | undefined,
  reach: MakeReach,
): Promise<unknown> {
  const origin = { ...call.origin, via: [call.origin?.via, operation.name].filter(Boolean).join(', ') };
  const work = async (inside: Call): Promise<unknown> => {
    const context: OperationContext = {
      ...contextOf(inside, operation.plugin ?? operation.name, reach(inside, false)),
      parameters,
      ...(target && { target }),
      reference: (text) => readReference(inside, text),
      refuse(...details) {
        const first = details[0]?.message ?? '';
        throw fail('PARAMETERS_INVALID', { name: operation.name, count: details.length, first }, { details });
      },
    };
    try {
      return await operation.run(context);
    } catch (error) {
      if (error instanceof PeyvandError || databaseError(error)) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw fail('OPERATION_FAILED', { name: operation.name, reason }, { cause: error });
    }
  };
  return operation.kind === 'action' ? transactAll({ ...call, origin }, work) : work({ ...call, origin });
}

async function readReference(call: Call, text: string): Promise<NamedRow | undefined> {
  const parsed = parseAddress(call.engine.model, text);
  if ('problem' in parsed) return undefined;
  const id = await resolveAddress(call, parsed.entity, parsed.address);
  return id === undefined ? undefined : { entity: parsed.entity.name, id };
}
