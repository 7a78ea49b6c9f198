// Merging two rows and taking it back: everything that refers to the loser goes along, and comes back.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readHistory } from '../../../core/audit/history.ts';
import type { Call } from '../../../core/engine.ts';
import { merge } from '../../../core/merge/merge.ts';
import { mergesOf } from '../../../core/merge/history.ts';
import { previewMerge } from '../../../core/merge/preview.ts';
import { undoMerge } from '../../../core/merge/undo.ts';
import { associate } from '../../../core/records/associate.ts';
import { create } from '../../../core/records/create.ts';
import { disassociate } from '../../../core/records/disassociate.ts';
import { readFile, storeFile } from '../../../core/records/files.ts';
import { remove } from '../../../core/records/remove.ts';
import { update } from '../../../core/records/update.ts';
import type { PeyvandError } from '../../../core/sdk/index.ts';
import { inputOf, testEngine, type TestEngine } from '../../support/engine.ts';

let world: TestEngine;
let call: Call;
beforeAll(async () => {
  world = await testEngine({
    'client/entity': {
      title: 'Client',
      type: 'object',
      entity: { set: 'clients', plural: 'Clients', ownership: 'user', keys: { code: ['code'] } },
      properties: {
        name: { title: 'Name', type: 'string', field: { type: 'text' } },
        code: { title: 'Code', type: 'string', field: { type: 'text' } },
        partnerid: { title: 'Partner', type: 'string', format: 'uuid', field: { type: 'lookup', target: 'client' } },
      },
    },
    'roles/reader': { title: 'Reader', privileges: { account: { read: 'organization' } } },
    'roles/half-writer': {
      title: 'Writes own',
      privileges: { account: { read: 'organization', write: 'own', 'append-to': 'organization' } },
    },
    'roles/no-append': {
      title: 'Appends nothing',
      privileges: { account: { read: 'organization', write: 'organization' } },
    },
    'relations/client_tags': { title: 'Tags', first: { entity: 'client' }, second: { entity: 'tag' } },
    'relations/client_friends': { title: 'Friends', first: { entity: 'client' }, second: { entity: 'client' } },
    'visit/entity': {
      title: 'Visit',
      type: 'object',
      entity: { set: 'visits', plural: 'Visits', ownership: 'organization', stateless: true },
      properties: {
        name: { title: 'Name', type: 'string', field: { type: 'text' } },
        hostid: { title: 'Host', type: 'string', format: 'uuid', field: { type: 'lookup', target: 'client' } },
        guestid: {
          title: 'Guest',
          type: 'string',
          format: 'uuid',
          field: { type: 'polymorphic', targets: ['client', 'contact'] },
        },
      },
    },
    'seat/entity': {
      title: 'Seat',
      type: 'object',
      entity: {
        set: 'seats',
        plural: 'Seats',
        ownership: 'organization',
        stateless: true,
        keys: { one: ['clientid'] },
      },
      properties: {
        name: { title: 'Name', type: 'string', field: { type: 'text' } },
        clientid: { title: 'Client', type: 'string', format: 'uuid', field: { type: 'lookup', target: 'client' } },
      },
    },
  });
  call = world.call;
});
afterAll(() => world?.drop());

const make = async (
  entity: string,
  values: Record<string, unknown>,
  targets: Record<string, string> = {},
): Promise<string> => (await create(call, world.entity(entity), inputOf(values, targets))).id;

const account = (name: string, values: Record<string, unknown> = {}) => make('account', { name, ...values });

/** The row as it stands, without what says when it was last touched. */
async function stored(entity: string, id: string): Promise<Record<string, unknown>> {
  const key = world.entity(entity).key.name;
  const [row] = await world.rows<{ row: string }>(
    `select to_jsonb(t) - 'versionnumber' - 'modifiedon' - 'modifiedby' as row from org_default."${entity}" t where "${key}" = $1::uuid`,
    [id],
  );
  if (!row) throw new Error(`no ${entity} ${id}`);
  return JSON.parse(row.row) as Record<string, unknown>;
}

const refused = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
    return 'done';
  } catch (error) {
    return (error as PeyvandError).code;
  }
};

const mergeAccounts = (winner: string, loser: string, values?: Record<string, unknown>) =>
  merge(call, world.entity('account'), winner, loser, values ? { content: inputOf(values) } : {});

describe('a merge', () => {
  test('moves lookups of one and of several targets, party lists and links, puts the loser aside and points it to the winner', async () => {
    const [winner, loser] = [await account('Winner'), await account('Loser')];
    const child = await account('Child', { parentaccountid: loser });
    const contact = await make('contact', { lastname: 'C', parentcustomerid: loser }, { parentcustomerid: 'account' });
    const note = await make('annotation', { subject: 'n', objectid: loser }, { objectid: 'account' });
    const task = await make('task', { subject: 't', regardingobjectid: loser }, { regardingobjectid: 'account' });
    const party = await make(
      'activityparty',
      { activityid: task, partyid: loser, participationtypemask: 1 },
      { activityid: 'task', partyid: 'account' },
    ).catch(() => undefined);
    const [shared, own] = [await make('tag', { name: 'both' }), await make('tag', { name: 'loser' })];
    for (const [id, tag] of [
      [winner, shared],
      [loser, shared],
      [loser, own],
    ] as const)
      await associate(call, world.entity('account'), { id }, 'account_tags', { id: tag });

    const preview = await previewMerge(call, world.entity('account'), loser);
    expect(Object.fromEntries(preview.map(({ field, count }) => [field, count]))).toMatchObject({
      parentaccountid: 1,
      parentcustomerid: 1,
      regardingobjectid: 1,
      objectid: 1,
      account_tags: 2,
    });
    const before = { winner: await stored('account', winner), loser: await stored('account', loser) };
    const { id } = await mergeAccounts(winner, loser);
    expect(await stored('account', child)).toMatchObject({ parentaccountid: winner });
    expect(await stored('contact', contact)).toMatchObject({
      parentcustomerid: winner,
      parentcustomerid_type: 'account',
    });
    expect(await stored('annotation', note)).toMatchObject({ objectid: winner });
    expect(await stored('task', task)).toMatchObject({ regardingobjectid: winner });
    if (party !== undefined) expect(await stored('activityparty', party)).toMatchObject({ partyid: winner });
    expect(await stored('account', loser)).toMatchObject({
      statecode: 1,
      statuscode: 2,
      masterid: winner,
      merged: true,
    });
    const links = await world.rows(
      'select accountid, tagid from org_default.account_tags where accountid = any ($1::uuid[])',
      [[winner, loser]],
    );
    expect(links.map(({ accountid }) => accountid)).toEqual([winner, winner]);

    expect(await mergesOf(call, world.entity('account'), loser)).toMatchObject([{ id, winner, loser, undoneAt: null }]);
    expect(await undoMerge(call, id)).toEqual({ entity: 'account', winner, loser, kept: [] });
    expect({ winner: await stored('account', winner), loser: await stored('account', loser) }).toEqual(before);
    expect(await stored('account', child)).toMatchObject({ parentaccountid: loser });
    expect(await stored('task', task)).toMatchObject({ regardingobjectid: loser });
    const back = await world.rows(
      'select accountid from org_default.account_tags where accountid = any ($1::uuid[]) order by 1',
      [[winner, loser]],
    );
    expect(back.filter((row) => row['accountid'] === loser)).toHaveLength(2);
    expect(await refused(undoMerge(call, id))).toBe('MERGE_UNDONE');
  });

  test('gives the winner the values chosen, what follows from them, and a unique key of the loser', async () => {
    const winner = await make('client', { name: 'A', code: 'K-1' });
    const loser = await make('client', { name: 'B', code: 'K-2' });
    const before = { winner: await stored('client', winner), loser: await stored('client', loser) };
    const done = await merge(call, world.entity('client'), winner, loser, {
      content: inputOf({ name: 'B', code: 'K-2' }),
    });
    expect(await stored('client', winner)).toMatchObject({ name: 'B', code: 'K-2' });
    expect(await stored('client', loser)).toMatchObject({ code: null, merged: true });
    expect((await undoMerge(call, done.id)).kept).toEqual([]);
    expect({ winner: await stored('client', winner), loser: await stored('client', loser) }).toEqual(before);

    const one = await make('contact', { firstname: 'Ada', lastname: 'L', creditlimit: 10 });
    const two = await make('contact', { firstname: 'Augusta', lastname: 'King', creditlimit: 99.5 });
    const contacts = [await stored('contact', one), await stored('contact', two)];
    const merged = await merge(call, world.entity('contact'), one, two, {
      content: inputOf({ firstname: 'Augusta', creditlimit: 99.5 }),
    });
    expect(await stored('contact', one)).toMatchObject({
      fullname: 'Augusta L',
      creditlimit: 99.5,
      creditlimit_base: 99.5,
    });
    await undoMerge(call, merged.id);
    expect([await stored('contact', one), await stored('contact', two)]).toEqual(contacts);
  });

  test('lets files change places, so that neither is lost', async () => {
    const entity = world.entity('account');
    const [winner, loser] = [await account('W'), await account('L')];
    const png = (end: number) =>
      new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, ...Array.from({ length: 60 }, () => end)]);
    await storeFile(call, entity, { id: winner }, 'entityimage', {
      name: 'w.png',
      mediaType: 'image/png',
      data: png(1),
    });
    await storeFile(call, entity, { id: loser }, 'entityimage', {
      name: 'l.png',
      mediaType: 'image/png',
      data: png(2),
    });
    const image = (await stored('account', loser))['entityimage'];
    const { id } = await mergeAccounts(winner, loser, { entityimage: image });
    expect((await readFile(call, entity, { id: winner }, 'entityimage')).name).toBe('l.png');
    expect((await readFile(call, entity, { id: loser }, 'entityimage')).name).toBe('w.png');
    await undoMerge(call, id);
    expect((await readFile(call, entity, { id: winner }, 'entityimage')).name).toBe('w.png');
    expect((await readFile(call, entity, { id: loser }, 'entityimage')).name).toBe('l.png');
    expect(await refused(mergeAccounts(winner, loser, { entityimage: winner }))).toBe('MERGE_CONTENT');
  });

  test('adds shares up, and takes them apart again', async () => {
    const [winner, loser] = [await account('W'), await account('L')];
    const [one, two] = ['a0000000-0000-7000-8000-0000000000a1', 'a0000000-0000-7000-8000-0000000000a2'];
    const share = (record: string, principal: string, rights: string) =>
      world.rows(
        `insert into org_default._share (entity, record, principal, principal_type, rights) values ('account', $1::uuid, $2::uuid, 'systemuser', $3::integer)`,
        [record, principal, rights],
      );
    await share(winner, one, '1');
    await share(loser, one, '3');
    await share(loser, two, '1');
    const all = () =>
      world.rows<{ record: string; principal: string; rights: number }>(
        `select record, principal, rights from org_default._share where record = any ($1::uuid[]) order by record, principal`,
        [[winner, loser]],
      );
    const before = await all();
    const { id } = await mergeAccounts(winner, loser);
    expect((await all()).map((row) => [row.record, row.principal, row.rights])).toEqual([
      [winner, one, 3],
      [winner, two, 1],
    ]);
    await undoMerge(call, id);
    expect(await all()).toEqual(before);
  });

  test('lets a winner that stands below the loser take its place in the tree', async () => {
    const top = await account('Top');
    const loser = await account('Loser', { parentaccountid: top });
    const middle = await account('Middle', { parentaccountid: loser });
    const winner = await account('Winner', { parentaccountid: middle });
    const { id } = await mergeAccounts(winner, loser);
    expect(await stored('account', winner)).toMatchObject({ parentaccountid: top });
    expect(await stored('account', middle)).toMatchObject({ parentaccountid: winner });
    await undoMerge(call, id);
    expect(await stored('account', winner)).toMatchObject({ parentaccountid: middle });
    expect(await stored('account', middle)).toMatchObject({ parentaccountid: loser });
  });

  test('leaves no row referring to itself', async () => {
    const loser = await make('client', { name: 'L' });
    const winner = await make('client', { name: 'W', partnerid: loser });
    const { id } = await merge(call, world.entity('client'), winner, loser);
    expect(await stored('client', winner)).toMatchObject({ partnerid: null });
    await undoMerge(call, id);
    expect(await stored('client', winner)).toMatchObject({ partnerid: loser });
  });

  test('stands in the record’s history by the other’s name, for who may read that', async () => {
    const [winner, loser] = [await account('W'), await account('The loser')];
    const { id } = await mergeAccounts(winner, loser);
    await undoMerge(call, id);
    const { entries } = await readHistory(call, world.entity('account'), winner);
    expect(entries.filter(({ action }) => action.endsWith('merge'))).toMatchObject([
      { action: 'unmerge', changes: [{ field: 'account_master', old: loser, oldLabel: 'The loser', new: null }] },
      { action: 'merge', changes: [{ field: 'account_master', old: null, new: loser, newLabel: 'The loser' }] },
    ]);
  });

  test('is logged at every row it changed, as a merge', async () => {
    const [winner, loser] = [await account('W'), await account('L')];
    const contact = await make('contact', { lastname: 'C', parentcustomerid: loser }, { parentcustomerid: 'account' });
    await mergeAccounts(winner, loser);
    const log = await world.rows<{ record: string; action: string; via: string }>(
      `select record, action, via from org_default._audit where record = any ($1::uuid[]) and action <> 'create' order by at`,
      [[winner, loser, contact]],
    );
    expect(log).toEqual([
      { record: loser, action: 'update', via: 'merge' },
      { record: contact, action: 'update', via: 'merge' },
      { record: winner, action: 'merge', via: 'merge' },
    ]);
    const outbox = await world.rows<{ message: string }>(
      `select message from org_default._outbox where record = $1::uuid and message = 'merge'`,
      [winner],
    );
    expect(outbox).toHaveLength(1);
  });
});

test('choosing a lookup that names the loser itself means the winner', async () => {
  const client = world.entity('client');
  const winner = (await create(call, client, inputOf({ name: 'stays' }))).id;
  const loser = (await create(call, client, inputOf({ name: 'goes' }))).id;
  await update(call, client, { id: loser }, inputOf({ partnerid: loser }));
  const { id } = await merge(call, client, winner, loser, { content: inputOf({ partnerid: loser }) });
  const partner = async () =>
    (
      await world.rows('select partnerid::text as partner from org_default.client where clientid = $1::uuid', [winner])
    )[0];
  expect(await partner()).toEqual({ partner: winner });
  await undoMerge(call, id);
  expect(await partner()).toEqual({ partner: null });
});

describe('taking a merge back', () => {
  test('keeps what was changed since and tells of it', async () => {
    const [winner, loser] = [await account('W', { sic: '1' }), await account('L', { sic: '2', tickersymbol: '9' })];
    const [moved, stays] = [
      await account('m', { parentaccountid: loser }),
      await account('s', { parentaccountid: loser }),
    ];
    const gone = await account('g', { parentaccountid: loser });
    const tag = await make('tag', { name: 'since' });
    await associate(call, world.entity('account'), { id: loser }, 'account_tags', { id: tag });
    const { id } = await mergeAccounts(winner, loser, { sic: '2', tickersymbol: '9' });
    await update(call, world.entity('account'), { id: winner }, inputOf({ sic: '3' }));
    await update(call, world.entity('account'), { id: moved }, inputOf({ parentaccountid: null }));
    await remove(call, world.entity('account'), { id: gone });
    await disassociate(call, world.entity('account'), { id: winner }, 'account_tags', { id: tag });
    const { kept } = await undoMerge(call, id);
    expect(kept).toEqual([
      { entity: 'account', id: winner, field: 'sic' },
      { entity: 'account', id: moved, field: 'parentaccountid' },
      { entity: 'tag', id: tag, field: 'account_tags' },
    ]);
    expect(await stored('account', winner)).toMatchObject({ sic: '3', tickersymbol: null });
    expect(await stored('account', moved)).toMatchObject({ parentaccountid: null });
    expect(await stored('account', stays)).toMatchObject({ parentaccountid: loser });
    expect(await stored('account', loser)).toMatchObject({ statecode: 0, masterid: null, merged: null });
  });

  test('is refused when one of the rows is gone, and for merges there never were', async () => {
    const [winner, loser] = [await account('W'), await account('L')];
    const { id } = await mergeAccounts(winner, loser);
    await remove(call, world.entity('account'), { id: loser });
    expect(await refused(undoMerge(call, id))).toBe('MERGE_GONE');
    expect(await refused(undoMerge(call, winner))).toBe('MERGE_UNKNOWN');
    expect(await refused(undoMerge(call, 'x'))).toBe('MERGE_UNKNOWN');
  });
});

describe('a merge is refused', () => {
  test('of a row with itself, with one that is merged or inactive, or gone', async () => {
    const [a, b, c] = [await account('A'), await account('B'), await account('C')];
    expect(await refused(mergeAccounts(a, a))).toBe('MERGE_ITSELF');
    await mergeAccounts(a, b);
    expect(await refused(mergeAccounts(c, b))).toBe('MERGE_ALREADY');
    expect(await refused(mergeAccounts(b, c))).toBe('MERGE_ALREADY');
    await update(call, world.entity('account'), { id: c }, inputOf({ statecode: 1 }));
    expect(await refused(mergeAccounts(c, a))).toBe('MERGE_INACTIVE');
    expect(await refused(mergeAccounts(a, call.principal.userId))).toBe('RECORD_NOT_FOUND');
    expect(await refused(mergeAccounts(a, 'x'))).toBe('RECORD_NOT_FOUND');
  });

  test('of entities without states, of unions, and of users and roles', async () => {
    for (const name of ['seat', 'activitypointer', 'systemuser', 'role', 'transactioncurrency']) {
      const entity = world.entity(name);
      expect([name, await refused(merge(call, entity, call.principal.userId, rootless))]).toEqual([
        name,
        'MERGE_UNAVAILABLE',
      ]);
    }
  });
  const rootless = '00000000-0000-7000-8000-00000000000f';

  test('of owner and state as chosen values, and where both have a row that must be the only one', async () => {
    const [a, b] = [await make('client', { name: 'A' }), await make('client', { name: 'B' })];
    const clients = world.entity('client');
    for (const name of ['ownerid', 'statecode', 'statuscode'])
      expect(await refused(merge(call, clients, a, b, { content: inputOf({ [name]: 1 }) }))).toBe('MERGE_CONTENT');
    await make('seat', { name: 'a', clientid: a });
    await make('seat', { name: 'b', clientid: b });
    expect(await refused(merge(call, clients, a, b))).toBe('MERGE_KEY_TAKEN');
    expect(await stored('client', b)).toMatchObject({ merged: null, statecode: 0 });
  });

  test('where parents differ, when asked to look', async () => {
    const [p, q] = [await account('P'), await account('Q')];
    const [a, b] = [await account('A', { parentaccountid: p }), await account('B', { parentaccountid: q })];
    const entity = world.entity('account');
    expect(await refused(merge(call, entity, a, b, { checkParents: true }))).toBe('MERGE_PARENTS_DIFFER');
    const content = inputOf({ parentaccountid: q });
    expect(await refused(merge(call, entity, a, b, { checkParents: true, content }))).toBe('done');
  });

  test('of who may not write both rows, or not read one of them', async () => {
    const [a, b] = [await account('A'), await account('B')];
    const entity = world.entity('account');
    for (const [role, code] of [
      ['reader', 'PRIVILEGE_MISSING'],
      ['half-writer', 'ROW_PRIVILEGE_MISSING'],
      ['no-append', 'PRIVILEGE_MISSING'],
    ] as const) {
      const somebody = world.with({ principal: { userId: rootless, roles: [role], businessUnitId: rootless } });
      expect([role, await refused(merge(somebody, entity, a, b))]).toEqual([role, code]);
    }
    const nobody = world.with({ principal: { userId: rootless, roles: [] } });
    expect(await refused(merge(nobody, entity, a, b))).toBe('RECORD_NOT_FOUND');
    const { id } = await merge(call, entity, a, b);
    expect(await refused(undoMerge(nobody, id))).toBe('MERGE_UNKNOWN');
  });
});
