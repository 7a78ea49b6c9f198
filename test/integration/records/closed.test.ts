// Closed rows are read-only, whichever way one comes: only their state, their reason and what the state leaves open changes.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { associate } from '../../../core/records/associate.ts';
import { create } from '../../../core/records/create.ts';
import { remove } from '../../../core/records/remove.ts';
import { update } from '../../../core/records/update.ts';
import { upsert } from '../../../core/records/upsert.ts';
import { defineHandler } from '../../../core/sdk/index.ts';
import { inputOf, testEngine, type TestEngine } from '../../support/engine.ts';
import { refused } from '../../support/refused.ts';

let world: TestEngine;
const deal = () => world.entity('new_deal');
beforeAll(async () => {
  world = await testEngine({
    'new_deal/entity': {
      title: 'Deal',
      type: 'object',
      entity: {
        set: 'new_deals',
        plural: 'Deals',
        ownership: 'user',
        primary: 'new_name',
        keys: { code: ['new_code'] },
        status: [
          { state: 0, title: 'Open', reasons: [{ value: 1, title: 'Open' }] },
          {
            state: 1,
            title: 'Won',
            readonly: true,
            except: ['new_note'],
            reasons: [
              { value: 2, title: 'Won' },
              { value: 3, title: 'Won twice' },
            ],
          },
          { state: 2, title: 'Paid', readonly: true, kept: true, reasons: [{ value: 4, title: 'Paid' }] },
        ],
      },
      properties: {
        new_name: { title: 'Name', type: 'string', field: { type: 'text' } },
        new_code: { title: 'Code', type: 'string', field: { type: 'text' } },
        new_note: { title: 'Note', type: 'string', field: { type: 'text' } },
        new_value: { title: 'Value', type: 'number', field: { type: 'decimal', precision: 2 } },
        new_partner: {
          title: 'Partner',
          type: 'string',
          format: 'uuid',
          field: { type: 'lookup', target: 'account', relation: { name: 'new_deal_partner', delete: 'cascade' } },
        },
      },
      required: ['new_name'],
    },
    'roles/writer': { title: 'Writer', privileges: { new_deal: { write: 'organization' } } },
  });
});
afterAll(() => world.drop());

const made = async (values: Record<string, unknown> = {}) =>
  (await create(world.call, deal(), inputOf({ new_name: 'Argo', new_value: 5, statecode: 1, ...values }))).id;
const change = (id: string, values: Record<string, unknown>, call = world.call) =>
  update(call, deal(), { id }, inputOf(values));
const rowOf = async (id: string) =>
  (await world.rows('select * from org_default.new_deal where new_dealid = $1', [id]))[0];

test('a closed row says what cannot change and how it is opened again', async () => {
  const id = await made();
  const error = await refused(change(id, { new_value: 6, new_name: 'Else', new_note: 'x' }));
  expect(error).toMatchObject({
    code: 'RECORD_READONLY',
    status: 409,
    data: { state: 1, open: 0, fields: ['new_name', 'new_value'] },
  });
  expect(error.message).toBe(
    'This Deal is Won, so it is read-only: new_name, new_value cannot change. Open it again first: statecode 0 (Open).',
  );
  expect(error.details.map(({ target }) => target)).toEqual(['new_name', 'new_value']);
  expect(await rowOf(id)).toMatchObject({ new_name: 'Argo', new_note: null });
});

test('what is left open, the reason, and values that are there already pass', async () => {
  const id = await made();
  await change(id, { new_note: 'Thanks', new_value: 5, statuscode: 3 });
  expect(await rowOf(id)).toMatchObject({ new_note: 'Thanks', statuscode: 3 });
});

test('opening it, alone or with other values in the same write, makes it writable', async () => {
  const id = await made();
  await change(id, { statecode: 0, new_value: 7 });
  await change(id, { new_name: 'Open again' });
  // Closing may still say the last word.
  await change(id, { statecode: 2, new_value: 8 });
  expect(await rowOf(id)).toMatchObject({ statecode: 2, new_name: 'Open again', new_value: '8' });
  expect((await refused(change(id, { statecode: 1, new_value: 9 }))).code).toBe('RECORD_READONLY');
});

test('upsert, links from the other side, and handlers’ own writes are held to it; a plugin’s own rights are not', async () => {
  const id = await made({ new_code: 'K1' });
  const account = (await create(world.call, world.entity('account'), inputOf({ name: 'Partner' }))).id;
  const again = upsert(world.call, deal(), { key: { new_code: 'K1' } }, inputOf({ new_name: 'Other' })).catch(
    (error: unknown) => error,
  );
  expect(await again).toMatchObject({ code: 'RECORD_READONLY' });
  expect((await refused(associate(world.call, deal(), { id }, 'new_partner', { id: account }))).code).toBe(
    'RECORD_READONLY',
  );
  const writing = (way: 'records' | 'system') =>
    world.with({
      handlers: [
        defineHandler({
          name: 'sales/total',
          stage: 'after',
          message: 'update',
          entity: 'account',
          run: async (context) => void (await context[way].update('new_deal', id, { new_value: 42 })),
        }),
      ],
    });
  const rename = (way: 'records' | 'system', name: string) =>
    update(writing(way), world.entity('account'), { id: account }, inputOf({ name }));
  expect((await refused(rename('records', 'A'))).code).toBe('RECORD_READONLY');
  await rename('system', 'B');
  expect(await rowOf(id)).toMatchObject({ new_value: '42' });
});

test('whoever may write but not read learns neither the state nor whether they guessed a value', async () => {
  const id = await made();
  const blind = world.with({ principal: { userId: 'b0000000-0000-7000-8000-000000000009', roles: ['writer'] } });
  const wrong = await refused(change(id, { new_value: 1 }, blind));
  const right = await refused(change(id, { new_value: 5 }, blind));
  expect([wrong.code, right.code]).toEqual(['RECORD_READONLY', 'RECORD_READONLY']);
  expect(right.message).toBe(wrong.message);
  expect(wrong.message).not.toContain('Won');
});

test('a state that keeps its rows lets none be deleted, neither alone nor along with another', async () => {
  const account = (await create(world.call, world.entity('account'), inputOf({ name: 'Owner' }))).id;
  const paid = await made({ statecode: 2, new_partner: account });
  const gone = (id: string) => remove(world.call, deal(), { id });
  expect(await refused(gone(paid))).toMatchObject({ code: 'RECORD_KEPT', status: 409 });
  expect((await refused(remove(world.call, world.entity('account'), { id: account }))).code).toBe('RECORD_KEPT');
  await change(paid, { statecode: 0 });
  await gone(paid);
  await gone(await made());
});
