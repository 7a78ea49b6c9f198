// Runs what a plugin declares: an action in one transaction, a function as the reader it is. What it writes goes the way of the
// caller's own writes; what it throws becomes words.
import { databaseError } from '../db/errors.ts';
import type { Call } from '../engine.ts';
import { run } from '../events/pipeline.ts';
import type { Entity } from '../model/model.ts';
import { planCreate } from '../records/create-write.ts';
import { fail as failWrite } from '../records/errors.ts';
import { handlerRecords, inputOf } from '../records/handler-records.ts';
import { listOData } from '../records/list.ts';
import { notFound } from '../records/not-found.ts';
import { parseAddress } from '../records/parse-address.ts';
import { readRow } from '../records/read-row.ts';
import { planRemove } from '../records/remove-write.ts';
import { resolveAddress } from '../records/resolve-address.ts';
import { transactAll } from '../records/transact.ts';
import { planUpdate } from '../records/update-write.ts';
import { PeyvandError } from '../sdk/index.ts';
import type { NamedRow, Operation, OperationContext, OperationRecords } from '../sdk/index.ts';
import { fail } from './errors.ts';

/** What `run` answered. Throws PeyvandErrors only, beside faults of the database. */
export async function runOperation(
  call: Call,
  operation: Operation,
  parameters: Readonly<Record<string, unknown>>,
  target: NamedRow | undefined,
): Promise<unknown> {
  const origin = { ...call.origin, via: [call.origin?.via, operation.name].filter(Boolean).join(', ') };
  const work = async (inside: Call): Promise<unknown> => {
    const { principal } = inside;
    const context: OperationContext = {
      parameters,
      ...(target && { target }),
      userId: principal.userId,
      timeZone: principal.timeZone,
      language: principal.language,
      records: operationRecords(inside),
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

function operationRecords(call: Call): OperationRecords {
  const { retrieve } = handlerRecords(call);
  return {
    async retrieve(name, id, options) {
      const row = await retrieve(name, id);
      return row && options?.lock && call.executor ? readRow(call, entityOf(call, name), id, true) : row;
    },
    async create(name, values) {
      const made = await run(call, planCreate(call, entityOf(call, name), inputOf(values)), handlerRecords);
      if (!made) throw failWrite('WRITE_CONFLICT');
      return made.id;
    },
    async update(name, id, values) {
      const entity = entityOf(call, name);
      if (!(await run(call, planUpdate(call, entity, id, inputOf(values)), handlerRecords))) {
        throw notFound(entity, { id });
      }
    },
    async remove(name, id) {
      const entity = entityOf(call, name);
      if (!(await run(call, planRemove(entity, id), handlerRecords))) throw notFound(entity, { id });
    },
    async list(name, query) {
      const { body } = await listOData(call, entityOf(call, name), query, { root: '' });
      return (JSON.parse(body) as { readonly value: readonly Readonly<Record<string, unknown>>[] }).value;
    },
  };
}

function entityOf(call: Call, name: string): Entity {
  const entity = call.engine.model.entities.get(name);
  if (!entity) throw new TypeError(`there is no entity ${name}`);
  return entity;
}
