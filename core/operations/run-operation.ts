// Runs what a plugin declares: an action in one transaction, a function as the reader it is. What it writes goes the way of the
// caller's own writes; what it throws becomes words.
import { databaseError } from '../db/errors.ts';
import type { Call, OwnedOperation } from '../engine.ts';
import { handlersOf } from '../events/handlers.ts';
import { DEPTH_LIMIT } from '../events/pipeline.ts';
import { runHandlers, type Happening } from '../events/run-handlers.ts';
import { callOf, contextOf, type MakeReach } from '../plugins/context.ts';
import { requirePluginRight } from '../plugins/scope.ts';
import { fail as failWrite } from '../records/errors.ts';
import { parseAddress } from '../records/parse-address.ts';
import { resolveAddress } from '../records/resolve-address.ts';
import { transactAll } from '../records/transact.ts';
import { requireRight } from '../security/access.ts';
import { PeyvandError } from '../sdk/index.ts';
import type { NamedRow, OperationContext } from '../sdk/index.ts';
import { fail } from './errors.ts';

/** What `run` answered. Throws RIGHT_MISSING (403) and PeyvandErrors only, beside faults of the database. */
export async function runOperation(
  call: Call,
  operation: OwnedOperation,
  given: Readonly<Record<string, unknown>>,
  target: NamedRow | undefined,
  reach: MakeReach,
): Promise<unknown> {
  const origin = { ...call.origin, via: [call.origin?.via, operation.name].filter(Boolean).join(', ') };
  if ((call.depth ?? 0) > DEPTH_LIMIT) {
    const chain = [...(call.chain ?? []), operation.name];
    throw failWrite('DEPTH_EXCEEDED', { limit: DEPTH_LIMIT, chain: chain.join(' → ') }, { data: { chain } });
  }
  // Also where another plugin calls it in somebody's name.
  if (operation.right !== undefined) requireRight(call.principal, call.engine.model, operation.right);
  const work = async (attempt: Call): Promise<unknown> => {
    const parameters = { ...given };
    // Deeper than what called it: operations that call each other end, too.
    const inside: Call = {
      ...attempt,
      shared: call.shared ?? {},
      depth: (call.depth ?? 0) + 1,
      chain: [...(call.chain ?? []), operation.name],
    };
    const plugin = operation.plugin ?? operation.name;
    const own = callOf(inside, plugin);
    const context: OperationContext = {
      ...contextOf(own, plugin, reach(own, false)),
      parameters,
      ...(target && { target }),
      reference: (text) => readReference(own, text),
      refuse(...details) {
        const first = details[0]?.message ?? '';
        throw fail('PARAMETERS_INVALID', { name: operation.name, count: details.length, first }, { details });
      },
    };
    const name = target?.entity ?? '';
    const { before, after, validate } = handlersOf(inside.engine.handlers, operation.name, name);
    const about: Happening = {
      message: operation.name,
      entity: inside.engine.model.entities.get(name),
      id: target?.id ?? '',
      values: parameters,
    };
    await runHandlers(inside, [...validate, ...before], about, reach);
    const result = await answered(() => operation.run(context));
    await runHandlers(inside, after, { ...about, result }, reach);
    return result;
  };
  const answered = async (work: () => unknown): Promise<unknown> => {
    try {
      return await work();
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
  requirePluginRight(call.plugin, 'read', parsed.entity.name);
  const id = await resolveAddress(call, parsed.entity, parsed.address);
  return id === undefined ? undefined : { entity: parsed.entity.name, id };
}
