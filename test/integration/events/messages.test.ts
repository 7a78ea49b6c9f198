// What handlers hear of beside plain writes: new owners, new states, merges and operations; images by declared columns, values they
// share, and their order.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Call } from '../../../core/engine.ts';
import { merge } from '../../../core/merge/merge.ts';
import { runOperation } from '../../../core/operations/run-operation.ts';
import { create } from '../../../core/records/create.ts';
import { reachOf } from '../../../core/records/reach.ts';
import { update } from '../../../core/records/update.ts';
import { uuidv7 } from '../../../core/db/uuid.ts';
import type { EventHandler, HandlerContext, Operation } from '../../../core/sdk/index.ts';
import { administrator, inputOf, rootUnit, testEngine, type TestEngine } from '../../support/engine.ts';

let world: TestEngine;
const other = 'a0000000-0000-7000-8000-000000000002';
beforeAll(async () => {
  world = await testEngine();
  const user = { systemuserid: other, lastname: 'Other', businessunitid: rootUnit };
  await create(world.call, world.entity('systemuser'), inputOf(user));
});
afterAll(() => world.drop());

const heard: HandlerContext[] = [];
const handler = (name: string, more: Partial<EventHandler>): EventHandler => ({
  name: `p/${name}`,
  stage: 'after',
  message: 'update',
  entity: 'account',
  run: (context) => void heard.push(structuredCloned(context)),
  ...more,
});
const structuredCloned = (context: HandlerContext): HandlerContext => ({
  ...context,
  values: { ...context.values },
  shared: { ...context.shared },
});
const account = async (call: Call, name: string): Promise<string> => {
  const id = uuidv7();
  await create(call, world.entity('account'), inputOf({ accountid: id, name }));
  return id;
};
const change = (call: Call, id: string, values: Record<string, unknown>, targets = {}): Promise<unknown> =>
  update(call, world.entity('account'), { id }, inputOf(values, targets));

describe('messages of handlers', () => {
  it('tells assign from set-state from other updates, and only where something really changes', async () => {
    const handlers = [handler('assign', { message: 'assign' }), handler('state', { message: 'set-state' })];
    const call = world.with({ handlers });
    const id = await account(call, 'Alpha');
    heard.length = 0;
    await change(call, id, { name: 'Beta' });
    await change(call, id, { ownerid: administrator }, { ownerid: 'systemuser' });
    expect(heard).toEqual([]);
    await change(call, id, { ownerid: other, name: 'Gamma' }, { ownerid: 'systemuser' });
    expect(heard.map(({ message }) => message)).toEqual(['assign']);
    await change(call, id, { statecode: 1 });
    await change(call, id, { statuscode: 1 });
    expect(heard.map(({ message }) => message)).toEqual(['assign', 'set-state', 'set-state']);
  });

  it('gives images of the declared columns before and after', async () => {
    const handlers = [handler('look', { image: ['name', 'ownerid'], postImage: ['name', 'statuscode'] })];
    const call = world.with({ handlers });
    const id = await account(call, 'Alpha');
    heard.length = 0;
    await change(call, id, { name: 'Beta', statecode: 1 });
    expect(heard[0]?.image).toEqual({ name: 'Alpha', ownerid: administrator, ownerid_type: 'systemuser' });
    expect(heard[0]?.postImage).toEqual({ name: 'Beta', statuscode: 2 });
  });

  it('keeps what handlers leave for each other through a write and what it sets off, in the order they ask for', async () => {
    const handlers = [
      handler('a-last', { message: 'create', after: ['p/z-first'] }),
      handler('z-first', {
        message: 'create',
        before: ['p/a-last'],
        async run({ shared, records, values }) {
          shared['seen'] = `${String(shared['seen'] ?? '')}${String(values['name'])} `;
          if (values['name'] === 'Outer') await records.create('account', { name: 'Inner' });
        },
      }),
    ];
    heard.length = 0;
    await account(world.with({ handlers }), 'Outer');
    expect(heard.map(({ values, shared }) => [values['name'], shared['seen']])).toEqual([
      ['Inner', 'Outer Inner '],
      ['Outer', 'Outer Inner '],
    ]);
    await account(world.with({ handlers }), 'Again');
    expect(heard.at(-1)?.shared).toEqual({ seen: 'Again ' });
  });

  it('runs around a merge and takes part in it', async () => {
    const handlers = [handler('merge', { message: 'merge', image: ['name'], postImage: ['name'] })];
    const call = world.with({ handlers });
    const [stays, goes] = [await account(call, 'Stays'), await account(call, 'Goes')];
    heard.length = 0;
    await merge(call, world.entity('account'), stays, goes, { content: inputOf({ name: 'Both' }) });
    expect(heard).toMatchObject([
      { message: 'merge', id: stays, values: { subordinate: goes, name: 'Both' }, image: { name: 'Stays' } },
    ]);
    expect(heard[0]?.postImage).toEqual({ name: 'Both' });
    const refusing = world.with({
      handlers: [
        handler('no', { message: 'merge', run: ({ refuse }) => refuse({ code: 'NO', target: '', message: 'No.' }) }),
      ],
    });
    const third = await account(call, 'Third');
    await expect(merge(refusing, world.entity('account'), stays, third)).rejects.toThrow('No.');
  });

  it('runs before an operation, with its parameters, and after it, with what it answered', async () => {
    const operation: Operation = {
      name: 'Greet',
      kind: 'action',
      parameters: [],
      run: ({ parameters }) => `Hello ${String(parameters['Name'])}`,
    };
    const about = { message: 'Greet' } as const;
    const { entity: _all, ...after } = handler('after', about);
    const { entity: _any, ...before } = handler('before', {
      ...about,
      stage: 'before',
      run: ({ values }) => void (values['Name'] = 'you'),
    });
    heard.length = 0;
    const call = world.with({ handlers: [after, before] });
    await expect(runOperation(call, operation, { Name: 'me' }, undefined, reachOf)).resolves.toBe('Hello you');
    expect(heard).toMatchObject([{ message: 'Greet', values: { Name: 'you' }, result: 'Hello you' }]);
  });

  it('refuses operations that call each other without end, with the chain', async () => {
    const operation: Operation = {
      name: 'Round',
      kind: 'action',
      parameters: [],
      run: ({ invoke }) => invoke('Round'),
    };
    const call: Call = { ...world.call, engine: { ...world.engine, operations: [operation] } };
    await expect(runOperation(call, operation, {}, undefined, reachOf)).rejects.toMatchObject({
      code: 'DEPTH_EXCEEDED',
      message: expect.stringContaining('Round → Round'),
    });
  });

  it('asks the right that an operation takes also where another plugin calls it: only the address did', async () => {
    const guarded: Operation = { name: 'Guarded', kind: 'action', parameters: [], right: 'guard', run: () => 'done' };
    const door: Operation = { name: 'Door', kind: 'action', parameters: [], run: ({ invoke }) => invoke('Guarded') };
    const engine = { ...world.engine, operations: [guarded, door] };
    const stranger = world.with({ principal: { roles: ['basic-user'] } });
    await expect(runOperation({ ...stranger, engine }, door, {}, undefined, reachOf)).rejects.toMatchObject({
      code: 'RIGHT_MISSING',
      status: 403,
    });
    await expect(runOperation({ ...world.call, engine }, door, {}, undefined, reachOf)).resolves.toBe('done');
  });
});
