// Many rows in few statements: the same rows, audit and outbox entries as one by one; and rows locked as they are listed.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { recordsOf } from '../../../core/records/reach.ts';
import { defineHandler, type Records } from '../../../core/sdk/index.ts';
import { testEngine, type TestEngine } from '../../support/engine.ts';

let world: TestEngine;
beforeAll(async () => {
  world = await testEngine({
    'new_entry/entity': {
      title: 'Entry',
      type: 'object',
      entity: {
        set: 'new_entries',
        plural: 'Entries',
        ownership: 'user',
        primary: 'new_name',
        audit: true,
        indexes: { name: { fields: ['new_name', 'new_day'], kind: 'equal' } },
      },
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

const records = (): Records => recordsOf(world.call, true);
const made = (count: number): Promise<readonly string[]> =>
  records().createMany(
    'new_entry',
    Array.from({ length: count }, (_, index) => ({ new_name: `E${index}`, new_points: index })),
  );
const changes = [
  { new_points: '9007199254740993', new_rate: '1.2345' },
  { new_points: 1 },
  { new_points: 77, new_name: "B'; drop table", new_open: false, new_day: '2026-03-21' },
  { new_points: null, new_rate: null },
  { new_points: 4 },
  { statecode: 1 },
];

const changesOf = (ids: readonly string[]) =>
  world.rows(
    `select r.new_name, r.new_points::text, r.new_rate::text, r.new_day::text, r.new_open, r.statecode, r.statuscode, r.modifiedby::text as by,
       a.action, a.changes::text as changes, o.message, o.changed::text as changed, o.version = r.versionnumber as same
     from org_default.new_entry r
     left join org_default._audit a on a.record = r.new_entryid and a.action = 'update'
     left join org_default._outbox o on o.record = r.new_entryid and o.message = 'update'
     where r.new_entryid = any($1::uuid[]) order by r.new_entryid`,
    [ids],
  );

test('many rows changed at once are, with their audit and outbox entries, what they are one by one', async () => {
  const [single, many] = [await made(changes.length), await made(changes.length)];
  for (const [index, change] of changes.entries()) await records().update('new_entry', single[index] ?? '', change);
  const rows = changes.map((change, index) => ({ new_entryid: many[index]?.toUpperCase(), ...change }));
  await records().updateMany('new_entry', rows.toReversed());
  const [one, all] = [await changesOf(single), await changesOf(many)];
  expect(one).toHaveLength(changes.length);
  expect(all).toEqual(one);
  // The second and the fifth already were what they are to be: nothing is written of them.
  expect(all.filter((row) => row['changes'] === null)).toHaveLength(2);
});

test('one row that will not do, and none of them is changed', async () => {
  const [first = '', second = ''] = await made(2);
  const change = (...rows: Readonly<Record<string, unknown>>[]) =>
    records().updateMany('new_entry', [{ new_entryid: first, new_name: 'changed' }, ...rows]);
  const gone = '01900000-0000-7000-8000-00000000dead';
  await expect(change({ new_entryid: second, new_name: null })).rejects.toMatchObject({ code: 'RECORD_INVALID' });
  await expect(change({ new_entryid: gone, new_name: 'x' })).rejects.toMatchObject({ code: 'RECORD_NOT_FOUND' });
  await expect(change({ new_entryid: second, new_account: gone })).rejects.toMatchObject({ status: 400 });
  await expect(change({ new_entryid: first, new_points: 3 })).rejects.toMatchObject({ code: 'RECORD_ID_INVALID' });
  await expect(change({ new_name: 'without a key' })).rejects.toMatchObject({ code: 'RECORD_ID_INVALID' });
  await records().updateMany('new_entry', []);
  expect(await records().retrieve('new_entry', first)).toMatchObject({ new_name: 'E0' });
});

test('an index for what is equal is made of the plain letters of texts, which conditions ask for, and of other values as they are', async () => {
  const indexes = await world.rows(
    `select indexdef from pg_indexes where schemaname = 'org_default' and tablename = 'new_entry' and indexdef like '%new_day%'`,
  );
  expect(indexes).toEqual([
    { indexdef: expect.stringMatching(/btree \(\w+\._plain_1\(new_name\) text_pattern_ops, new_day\)$/) as string },
  ]);
});

test('rows are read on in the order of their keys from where a reader stopped', async () => {
  const ids = [...(await made(7))].sort();
  const [before = ''] = ids;
  const read: unknown[] = [before];
  for (let page: readonly unknown[] = []; ;) {
    const rows = await records().list(
      'new_entry',
      `$select=new_entryid&$filter=new_entryid gt ${String(read.at(-1))} and new_entryid le ${ids.at(-1) ?? ''}&$orderby=new_entryid&$top=2`,
    );
    page = rows.map((row) => row['new_entryid']);
    read.push(...page);
    if (page.length < 2) break;
  }
  expect(read).toEqual(ids);
});

test('handlers see each of the rows that change', async () => {
  const ids = await made(2);
  const seen: unknown[] = [];
  const handler = defineHandler({
    name: 'test/see',
    stage: 'after',
    message: 'update',
    entity: 'new_entry',
    image: ['new_points'],
    run: ({ values, image }) => void seen.push([image?.['new_points'], values['new_points']]),
  });
  await recordsOf(world.with({ handlers: [handler] }), true).updateMany(
    'new_entry',
    ids.map((new_entryid, index) => ({ new_entryid, new_points: 10 + index })),
  );
  expect(seen).toEqual([
    [0, 10],
    [1, 11],
  ]);
});

test('rows that are listed with a lock are kept from others, and two that list the same rows do not wait for each other for ever', async () => {
  const ids = await made(40);
  const filter = (some: readonly string[]) => `$select=new_points&$filter=new_entryid in (${some.join(',')})`;
  // Each adds one to what it read, in the opposite order: without the lock, or with locks in the order asked, some would be lost or stuck.
  const add = (some: readonly string[]): Promise<void> =>
    world.call.engine.database.transaction(async (executor) => {
      const inside = recordsOf({ ...world.call, executor }, true);
      const rows = await inside.list('new_entry', filter(some), { lock: true });
      expect(rows.map((row) => row['new_entryid'])).toEqual([...ids].sort());
      await inside.updateMany(
        'new_entry',
        rows.map(({ new_entryid, new_points }) => ({ new_entryid, new_points: Number(new_points) + 1 })),
      );
    });
  await Promise.all(Array.from({ length: 6 }, (_, index) => add(index % 2 === 0 ? ids : ids.toReversed())));
  const rows = await records().list('new_entry', filter(ids));
  expect(rows.map((row) => row['new_points'])).toEqual([...ids.keys()].map((index) => index + 6));
  await world.call.engine.database.transaction(async (executor) => {
    const inside = recordsOf({ ...world.call, executor }, true);
    await expect(inside.list('new_entry', '$orderby=new_name', { lock: true })).rejects.toThrow('$orderby');
    // A condition is asked again of a row that somebody changed while the lock was waited for.
    expect(await inside.list('new_entry', `${filter(ids)} and new_points gt 1000&$top=5`, { lock: true })).toEqual([]);
  });
});
