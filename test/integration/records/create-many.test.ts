// Many rows in few statements: the same rows, audit and outbox entries as one by one.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { recordsOf } from '../../../core/records/reach.ts';
import { defineHandler } from '../../../core/sdk/index.ts';
import { testEngine, type TestEngine } from '../../support/engine.ts';

let world: TestEngine;
beforeAll(async () => {
  world = await testEngine({
    'new_entry/entity': {
      title: 'Entry',
      type: 'object',
      entity: { set: 'new_entries', plural: 'Entries', ownership: 'user', primary: 'new_name', audit: true },
      properties: {
        new_name: { title: 'Name', type: 'string', maxLength: 100, field: { type: 'text' } },
        new_points: { title: 'Points', type: 'integer', field: { type: 'big-integer' } },
        new_rate: { title: 'Rate', type: 'number', field: { type: 'decimal', precision: 4 } },
        new_day: { title: 'Day', type: 'string', format: 'date', field: { type: 'date' } },
        new_open: { title: 'Open', type: 'boolean', default: true, field: { type: 'yes-no' } },
        new_account: {
          title: 'Account',
          type: 'string',
          format: 'uuid',
          field: { type: 'lookup', target: 'systemuser', relation: { name: 'new_entry_user' } },
        },
      },
      required: ['new_name'],
    },
  });
});
afterAll(() => world.drop());

const rows = [
  { new_name: 'A', new_points: '9007199254740993', new_rate: '1.2345', new_day: '2026-03-21' },
  { new_name: "B'; drop table", new_points: 2, new_open: false },
  { new_name: 'C', new_points: 3 },
  { new_name: 'D', new_open: null },
];

const logged = (ids: readonly string[]) =>
  world.rows(
    `select r.new_name, r.new_points::text, r.new_rate::text, r.new_day::text, r.new_open, r.ownerid::text, r.owningbusinessunit::text as unit,
       a.action, a.changes::text as changes, a.user_id::text as by, o.message, o.changed::text as changed, o.version = r.versionnumber as same
     from org_default.new_entry r join org_default._audit a on a.record = r.new_entryid join org_default._outbox o on o.record = r.new_entryid
     where r.new_entryid = any($1::uuid[]) order by r.new_name`,
    [ids],
  );

test('many rows at once are, with their audit and outbox entries, what they are one by one', async () => {
  const records = recordsOf(world.call, true);
  const single: string[] = [];
  for (const row of rows) single.push(await records.create('new_entry', row));
  const many = await records.createMany('new_entry', rows);
  const [one, all] = [await logged(single), await logged(many)];
  expect(one).toHaveLength(4);
  expect(all).toEqual(one);
  const names = await Promise.all(many.map((id) => records.retrieve('new_entry', id)));
  expect(names.map((row) => row?.['new_name'])).toEqual(rows.map((row) => row.new_name));
});

test('one row that will not do, and none of them is there', async () => {
  const records = recordsOf(world.call, true);
  await expect(records.createMany('new_entry', [{ new_name: 'fine' }, { new_points: 1 }])).rejects.toMatchObject({
    code: 'RECORD_INVALID',
  });
  const gone = '01900000-0000-7000-8000-00000000dead';
  await expect(
    records.createMany('new_entry', [{ new_name: 'fine' }, { new_name: 'x', new_account: gone }]),
  ).rejects.toMatchObject({ status: 400 });
  expect(await world.rows(`select 1 from org_default.new_entry where new_name = 'fine'`)).toEqual([]);
});

test('handlers see each of the rows', async () => {
  const seen: unknown[] = [];
  const handler = defineHandler({
    name: 'test/see',
    stage: 'after',
    message: 'create',
    entity: 'new_entry',
    run: ({ values }) => void seen.push(values['new_name']),
  });
  await recordsOf(world.with({ handlers: [handler] }), true).createMany('new_entry', rows);
  expect(seen).toEqual(rows.map((row) => row.new_name));
});
