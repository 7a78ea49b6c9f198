// What a deletion takes along, what it empties, and what stands in its way.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { associate } from '../../../core/records/associate.ts';
import { create } from '../../../core/records/create.ts';
import { deletePreview } from '../../../core/records/delete-preview.ts';
import { storeFile } from '../../../core/records/files.ts';
import { remove } from '../../../core/records/remove.ts';
import { update } from '../../../core/records/update.ts';
import { inputOf, testEngine, type TestEngine } from '../../support/engine.ts';
import { refused } from '../../support/refused.ts';
import { voyage } from '../../support/voyage.ts';

let world: TestEngine;
beforeAll(async () => {
  world = await testEngine(voyage);
});
afterAll(() => world.drop());

const make = async (entity: string, values: Record<string, unknown>, to: Record<string, string> = {}) =>
  (await create(world.call, world.entity(entity), inputOf(values, to))).id;
const drop = (entity: string, id: string, version?: string) =>
  remove(world.call, world.entity(entity), { id }, version === undefined ? {} : { version });
const count = async (table: string, where: string, id: string) =>
  Number(
    (
      await world.rows<{ n: string }>(`select count(*)::text as n from org_default.${table} where ${where} = $1`, [id])
    )[0]?.n,
  );

test('rows below go too, level by level, with notes, links and files, each in the log', async () => {
  const flagship = await make('new_ship', { new_name: 'Flagship' });
  const consort = await make('new_ship', { new_name: 'Consort', new_fleet: flagship });
  const cargo = await make('new_cargo', { new_label: 'Grain', new_ship: consort });
  const port = await make('new_port', { new_name: 'Bushehr' });
  await associate(world.call, world.entity('new_ship'), { id: consort }, 'new_ship_ports', { id: port });
  await storeFile(world.call, world.entity('new_ship'), { id: consort }, 'new_papers', {
    name: 'a.txt',
    mediaType: 'text/plain',
    data: Buffer.from('hello'),
  });
  const preview = await deletePreview(world.call, world.entity('new_ship'), flagship);
  expect(preview).toMatchObject({
    allowed: true,
    restrict: [],
    unlink: [],
    disassociate: [{ entity: 'new_port', count: 1 }],
  });
  expect(preview.delete.map((one) => [one.relation, one.count])).toEqual([
    ['new_ship_fleet', 1],
    ['new_ship_cargo', 1],
  ]);

  await drop('new_ship', flagship);
  expect(await count('new_ship', 'new_shipid', consort)).toBe(0);
  expect(await count('new_cargo', 'new_cargoid', cargo)).toBe(0);
  expect(await count('new_ship_ports', 'new_shipid', consort)).toBe(0);
  expect(await count('_file', 'record', consort)).toBe(0);
  expect(await count('new_port', 'new_portid', port)).toBe(1);
  const log = await world.rows<{ record: string; changes: string }>(
    `select record, changes from org_default._audit where action = 'delete' and record = any ($1::text[]::uuid[])`,
    [[flagship, consort, cargo]],
  );
  expect(log).toHaveLength(3);
  expect(JSON.parse(log.find((one) => one.record === cargo)?.changes ?? '{}')).toMatchObject({
    new_label: ['Grain', null],
  });
  const told = await world.rows(
    `select 1 from org_default._outbox where message = 'delete' and record = any ($1::text[]::uuid[])`,
    [[flagship, consort, cargo]],
  );
  expect(told).toHaveLength(3);
});

test('restricting rows refuse it, with how many and the first names, and nothing is gone', async () => {
  const ship = await make('new_ship', { new_name: 'Held' });
  for (const label of ['A', 'B', 'C', 'D']) await make('new_cargo', { new_label: label, new_bond: ship });
  const error = await refused(drop('new_ship', ship));
  expect(error).toMatchObject({ code: 'DELETE_RESTRICTED', status: 409 });
  expect(error.data?.['restricts']).toEqual([
    {
      relation: 'new_ship_bond',
      entity: 'new_cargo',
      title: 'Cargo',
      field: 'new_bond',
      count: 4,
      names: ['A', 'B', 'C'],
      others: false,
    },
  ]);
  expect((await deletePreview(world.call, world.entity('new_ship'), ship)).allowed).toBe(false);
  expect(await count('new_ship', 'new_shipid', ship)).toBe(1);
});

test('restricting rows that go along themselves do not stand in the way', async () => {
  const ship = await make('new_ship', { new_name: 'Both' });
  await make('new_cargo', { new_label: 'x', new_bond: ship, new_ship: ship });
  await drop('new_ship', ship);
  expect(await count('new_cargo', 'new_ship', ship)).toBe(0);
});

test('links are emptied and logged, those of several targets too', async () => {
  const account = await make('account', { name: 'Acme' });
  const cargo = await make('new_cargo', { new_label: 'x', new_owner: account }, { new_owner: 'account' });
  expect((await deletePreview(world.call, world.entity('account'), account)).unlink).toMatchObject([
    { relation: 'new_cargo_customer_accounts', entity: 'new_cargo', count: 1, names: ['x'] },
  ]);
  await drop('account', account);
  const [row] = await world.rows(`select new_owner, new_owner_type from org_default.new_cargo where new_cargoid = $1`, [
    cargo,
  ]);
  expect(row).toEqual({ new_owner: null, new_owner_type: null });
  const [log] = await world.rows<{ changes: string }>(
    `select changes from org_default._audit where record = $1 and action = 'update'`,
    [cargo],
  );
  expect(JSON.parse(log?.changes ?? '{}')).toMatchObject({ new_owner: [account, null] });
});

test('an account and its contact that name each other can both go', async () => {
  const account = await make('account', { name: 'Ring' });
  const contact = await make(
    'contact',
    { lastname: 'Ring', parentcustomerid: account },
    { parentcustomerid: 'account' },
  );
  await update(world.call, world.entity('account'), { id: account }, inputOf({ primarycontactid: contact }));
  await drop('account', account);
  await drop('contact', contact);
});

test('activities and their parties, and notes, go with the row they are about', async () => {
  const account = await make('account', { name: 'Busy' });
  const task = await make('task', { subject: 'Call', regardingobjectid: account }, { regardingobjectid: 'account' });
  const note = await make('annotation', { subject: 'n', objectid: account }, { objectid: 'account' });
  const party = await make(
    'activityparty',
    { activityid: task, participationtypemask: 2, partyid: account },
    { activityid: 'task', partyid: 'account' },
  );
  await drop('account', account);
  expect(await count('task', 'activityid', task)).toBe(0);
  expect(await count('annotation', 'annotationid', note)).toBe(0);
  expect(await count('activityparty', 'activitypartyid', party)).toBe(0);
});

test('a stale version and a missing row are told apart', async () => {
  const ship = await make('new_ship', { new_name: 'Old' });
  expect(await refused(drop('new_ship', ship, '1'))).toMatchObject({ code: 'PRECONDITION_FAILED', status: 412 });
  await drop('new_ship', ship);
  expect(await refused(drop('new_ship', ship))).toMatchObject({ code: 'RECORD_NOT_FOUND', status: 404 });
});
