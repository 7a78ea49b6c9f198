// CreateMultiple, UpdateMultiple, UpsertMultiple and DeleteMultiple: many rows of one entity in one request and one transaction,
// each by the pipeline that every write goes.
import type { Call } from '../../../../core/engine.ts';
import type { Entity } from '../../../../core/model/model.ts';
import { create } from '../../../../core/records/create.ts';
import type { RecordAddress, RecordInput } from '../../../../core/records/input.ts';
import { remove } from '../../../../core/records/remove.ts';
import { transactAll } from '../../../../core/records/transact.ts';
import { update } from '../../../../core/records/update.ts';
import { upsert } from '../../../../core/records/upsert.ts';
import { PeyvandError } from '../../../../core/sdk/index.ts';
import { answerEmpty, answerOData } from '../../answer.ts';
import { fail } from '../../errors.ts';
import { shipped, type GivenRecord, type Invocation, type NamedRow } from './operation.ts';

const bound = { entity: '*', collection: true };
const targets = { name: 'Targets', type: 'record', collection: true } as const;

/** What is wrong with one of them says which. */
async function each<T extends { readonly entity: Entity }, R>(
  invocation: Invocation,
  rows: readonly T[],
  work: (call: Call, entity: Entity, row: T) => Promise<R>,
): Promise<readonly R[]> {
  const { entity, request } = invocation;
  if (!entity) throw new TypeError('an operation bound to a set was called without it');
  const strange = rows.findIndex((row) => row.entity !== entity);
  if (strange >= 0)
    throw refuse(strange, `it is of ${rows[strange]?.entity.name ?? ''}, and the set holds ${entity.name}`);
  return transactAll(request.call, async (inside) => {
    const done: R[] = [];
    for (const [index, row] of rows.entries()) {
      try {
        done.push(await work(inside, entity, row));
      } catch (error) {
        if (!(error instanceof PeyvandError)) throw error;
        const details = error.details.map((one) => ({ ...one, target: `Targets/${index}/${one.target}` }));
        const data = { ...error.data, index };
        throw new PeyvandError(error.code, error.status, `Targets/${index}: ${error.message}`, {
          details,
          data,
          cause: error,
        });
      }
    }
    return done;
  });
}

function refuse(index: number, reason: string): Error {
  const target = `Targets/${index}`;
  return fail(
    'BODY_INVALID',
    { count: 1 },
    { details: [{ code: 'TARGET_INVALID', target, message: `${target}: ${reason}.` }] },
  );
}

async function recordsOf(invocation: Invocation): Promise<readonly GivenRecord[]> {
  return (await invocation.parameters())['Targets'] as readonly GivenRecord[];
}

function addressed(rows: readonly GivenRecord[]): readonly (GivenRecord & { readonly address: RecordAddress })[] {
  return rows.map((row, index) => {
    if (row.address) return { ...row, address: row.address };
    throw refuse(index, `it does not say which row it is: give its ${row.entity.key.name} or "@odata.id"`);
  });
}

/** The key among the values is the address, not a change. */
function withoutKey(entity: Entity, input: RecordInput): RecordInput {
  const { [entity.key.name]: _key, ...values } = input.values;
  return { ...input, values };
}

function context({ request }: Invocation, name: string): string {
  return `${request.reading.root}/$metadata#Microsoft.Dynamics.CRM.${name}Response`;
}

export const createMultiple = shipped({
  name: 'CreateMultiple',
  kind: 'action',
  bound,
  parameters: [targets],
  returns: { properties: [{ name: 'Ids', type: 'id', collection: true }] },
  async answer(invocation) {
    const made = await each(invocation, await recordsOf(invocation), (call, entity, { input }) =>
      create(call, entity, input),
    );
    const body = { '@odata.context': context(invocation, 'CreateMultiple'), Ids: made.map(({ id }) => id) };
    return answerOData(200, JSON.stringify(body));
  },
});

export const updateMultiple = shipped({
  name: 'UpdateMultiple',
  kind: 'action',
  bound,
  parameters: [targets],
  async answer(invocation) {
    const rows = addressed(await recordsOf(invocation));
    await each(invocation, rows, (call, entity, { address, input }) =>
      update(call, entity, address, withoutKey(entity, input)),
    );
    return answerEmpty(204);
  },
});

export const upsertMultiple = shipped({
  name: 'UpsertMultiple',
  kind: 'action',
  bound,
  parameters: [targets],
  returns: { properties: [{ name: 'Results', type: 'json', collection: true }] },
  async answer(invocation) {
    const rows = addressed(await recordsOf(invocation));
    const written = await each(invocation, rows, (call, entity, { address, input }) =>
      upsert(call, entity, address, withoutKey(entity, input)),
    );
    const Results = written.map(({ id, created }) => ({
      RecordCreated: created,
      Target: {
        '@odata.type': `#Microsoft.Dynamics.CRM.${invocation.entity?.name ?? ''}`,
        [invocation.entity?.key.name ?? 'id']: id,
      },
    }));
    return answerOData(200, JSON.stringify({ '@odata.context': context(invocation, 'UpsertMultiple'), Results }));
  },
});

export const deleteMultiple = shipped({
  name: 'DeleteMultiple',
  kind: 'action',
  bound,
  parameters: [{ name: 'Targets', type: 'entity', collection: true }],
  async answer(invocation) {
    const rows = (await invocation.parameters())['Targets'] as readonly NamedRow[];
    await each(invocation, rows, (call, entity, { address }) => remove(call, entity, address));
    return answerEmpty(204);
  },
});
