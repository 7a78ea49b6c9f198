// What stands in the audit log after a write or an event: who, when, from where, through what.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { recordEvent } from '../../../core/audit/record-event.ts';
import type { Call } from '../../../core/engine.ts';
import { associate } from '../../../core/records/associate.ts';
import { create } from '../../../core/records/create.ts';
import { disassociate } from '../../../core/records/disassociate.ts';
import { remove } from '../../../core/records/remove.ts';
import { update } from '../../../core/records/update.ts';
import { administrator, inputOf, testEngine, type TestEngine } from '../../support/engine.ts';

let world: TestEngine;
beforeAll(async () => {
  world = await testEngine();
});
afterAll(() => world.drop());

interface Entry {
  readonly action: string;
  readonly user_id: string | null;
  readonly address: string | null;
  readonly via: string | null;
  readonly request_id: string | null;
  readonly changes: string | null;
}
const entries = (record: string): Promise<Entry[]> =>
  world.rows<Entry>(
    `select action, user_id, address, via, request_id, changes from org_default._audit where record = $1 order by at`,
    [record],
  );
const from = (call: Call, via: string): Call => ({ ...call, origin: { address: '192.0.2.7', via } });

test('every kind of write says from where and through what', async () => {
  const account = world.entity('account');
  const call = from(world.call, 'session');
  const { id } = await create(call, account, inputOf({ name: 'Acme' }));
  await update(from(world.call, 'api-key nightly'), account, { id }, inputOf({ name: 'Acme Ltd' }));
  const tag = await create(call, world.entity('tag'), inputOf({ name: 'Important' }));
  const navigation = [...account.navigation.values()].find((one) => one.target === 'tag');
  await associate(call, account, { id }, navigation?.name ?? '', { id: tag.id });
  await disassociate(call, account, { id }, navigation?.name ?? '', { id: tag.id });
  await associate(call, account, { id }, navigation?.name ?? '', { id: tag.id });
  await remove(from(world.call, 'cli'), account, { id });
  const log = await entries(id);
  expect(log.map(({ action, via }) => [action, via])).toEqual([
    ['create', 'session'],
    ['update', 'api-key nightly'],
    ['associate', 'session'],
    ['disassociate', 'session'],
    ['associate', 'session'],
    ['disassociate', 'cli'],
    ['delete', 'cli'],
  ]);
  for (const entry of log) expect(entry).toMatchObject({ user_id: administrator, address: '192.0.2.7' });
});

test('a write that a handler makes names the handlers that led to it', async () => {
  const account = world.entity('account');
  const call = world.with({
    handlers: [
      {
        name: 'sales/first-contact',
        message: 'create',
        entity: 'account',
        stage: 'after',
        async run({ id, records }) {
          await records.create('contact', { lastname: 'First', parentcustomerid: { entity: 'account', id } });
        },
      },
    ],
  });
  const { id } = await create(from(call, 'session'), account, inputOf({ name: 'Handled' }));
  const [contact] = await world.rows<{ id: string }>(
    `select contactid as id from org_default.contact where parentcustomerid = $1`,
    [id],
  );
  expect(await entries(contact?.id ?? '')).toMatchObject([
    { action: 'create', via: 'session → handler sales/first-contact (after create account)', address: '192.0.2.7' },
  ]);
});

test('entries of one record stand in the order in which they happened, also inside one transaction', async () => {
  const account = world.entity('account');
  const { id } = await create(world.call, account, inputOf({ name: '0' }));
  // The transaction begins before the other write and writes after it.
  await world.engine.database.transaction(async (executor) => {
    await executor.query('select now()');
    await update(world.call, account, { id }, inputOf({ name: '1' }));
    const inside = { ...world.call, executor };
    await update(inside, account, { id }, inputOf({ name: '2' }));
    await update(inside, account, { id }, inputOf({ name: '3' }));
  });
  const names = (await entries(id)).map(({ changes }) => (JSON.parse(changes ?? '{}') as { name: unknown[] }).name[1]);
  expect(names).toEqual(['0', '1', '2', '3']);
});

test('an event that writes no row is logged under whom it concerns', async () => {
  const { database, schema } = world.engine;
  await recordEvent(database, schema, {
    action: 'sign-in-refused',
    entity: 'systemuser',
    record: administrator,
    origin: { address: '198.51.100.4' },
    requestId: 'r-1',
    data: { reason: 'password' },
  });
  const log = (await entries(administrator)).filter(({ action }) => action === 'sign-in-refused');
  expect(log.map((entry) => ({ ...entry, changes: JSON.parse(entry.changes ?? 'null') as unknown }))).toEqual([
    {
      action: 'sign-in-refused',
      user_id: null,
      address: '198.51.100.4',
      via: null,
      request_id: 'r-1',
      changes: { reason: 'password' },
    },
  ]);
});
