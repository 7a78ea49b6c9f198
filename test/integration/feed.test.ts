// Delta links case by case: late commits, deletions, rows that leave and enter the caller's view, and tokens that are not theirs.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Call } from '../../core/engine.ts';
import { writeToken, readToken } from '../../core/feed/token.ts';
import { countChanges } from '../../core/feed/changes.ts';
import { create } from '../../core/records/create.ts';
import { remove } from '../../core/records/remove.ts';
import { update } from '../../core/records/update.ts';
import { share, sweepShares, unshare } from '../../core/security/sharing/shares.ts';
import { inputOf } from '../support/engine.ts';
import { changes, feedKey, queryOf, tracked } from '../support/feed-client.ts';
import { paperWorld, people, roleOf, teams, type PaperWorld } from '../support/paper-world.ts';

/** Own folders below one that is called "open". */
const belowOpen = {
  title: 'Below open',
  privileges: { new_folder: { read: { depth: 'own', when: 'new_above.new_name = "open"' } } },
};

let world: PaperWorld;
beforeAll(async () => void (world = await paperWorld({ 'roles/new_below_open': belowOpen })));
afterAll(() => world.drop());

const paper = () => world.entity('new_paper');
const folder = () => world.entity('new_folder');
const me = () => world.as('me', roleOf('read', 'own'));

interface Told {
  readonly changed: readonly string[];
  readonly gone: Readonly<Record<string, unknown>>;
  readonly query: string;
}

async function begin(call: Call, query = '', entity = paper()): Promise<string> {
  return queryOf((await tracked(call, entity, query))['@odata.deltaLink']);
}

async function follow(call: Call, query: string, entity = paper()): Promise<Told> {
  const { value, ...rest } = await changes(call, entity, query);
  const key = entity.key.name;
  return {
    changed: value.flatMap((one) => (typeof one[key] === 'string' ? [one[key]] : [])).toSorted(),
    gone: Object.fromEntries(value.filter((one) => !(key in one)).map((one) => [String(one['id']), one['reason']])),
    query: queryOf(rest['@odata.deltaLink']),
  };
}

const set = (id: string, values: Record<string, unknown>, targets: Record<string, string> = {}, call = world.call) =>
  update(call, paper(), { id }, inputOf(values, targets));
const give = (id: string, ownerid: string) => set(id, { ownerid }, { ownerid: 'systemuser' });

test('a change committed late, behind later ones that were told already, is told by the next link', async () => {
  const [early, late] = [await world.made('new_paper', people.me), await world.made('new_paper', people.me)];
  const first = await begin(me());
  const { promise: gate, resolve: commit } = Promise.withResolvers<void>();
  const { promise: isWritten, resolve: written } = Promise.withResolvers<void>();
  const slow = world.engine.database.transaction(async (executor) => {
    await set(early, { new_title: 'early' }, {}, { ...world.call, executor });
    written();
    await gate;
  });
  await isWritten;
  await set(late, { new_title: 'late' });
  const second = await follow(me(), first);
  expect(second.changed).toEqual([late]);
  commit();
  await slow;
  const third = await follow(me(), second.query);
  expect(third.changed).toEqual([early]);
  expect((await follow(me(), third.query)).changed).toEqual([]);
});

test('deleted rows are told to who could see them, and to nobody else', async () => {
  const [mine, others] = [await world.made('new_paper', people.me), await world.made('new_paper', people.far)];
  const [a, b] = [await begin(me()), await begin(world.as('far', roleOf('read', 'own')))];
  await remove(world.call, paper(), { id: mine });
  await remove(world.call, paper(), { id: others });
  expect((await follow(me(), a)).gone).toEqual({ [mine]: 'deleted' });
  expect((await follow(world.as('far', roleOf('read', 'own')), b)).gone).toEqual({ [others]: 'deleted' });
});

test('a row made and deleted between two readings is told as deleted', async () => {
  const link = await begin(me());
  const id = await world.made('new_paper', people.me);
  await remove(world.call, paper(), { id });
  expect((await follow(me(), link)).gone).toEqual({ [id]: 'deleted' });
});

test('a row given to somebody else leaves, and one given to the caller comes', async () => {
  const [mine, others] = [await world.made('new_paper', people.me), await world.made('new_paper', people.far)];
  const link = await begin(me());
  await give(mine, people.far);
  await give(others, people.me);
  expect(await follow(me(), link)).toMatchObject({ changed: [others], gone: { [mine]: 'changed' } });
});

test('a row shared later comes into view without a change of its own, and leaves when the share ends', async () => {
  const id = await world.made('new_paper', people.far);
  const first = await begin(me());
  await share(world.call, paper(), id, { principal: people.me, rights: ['read'] });
  const second = await follow(me(), first);
  expect(second.changed).toEqual([id]);
  await unshare(world.call, paper(), id, people.me);
  const third = await follow(me(), second.query);
  expect(third.gone).toEqual({ [id]: 'changed' });
  expect((await follow(me(), third.query)).gone).toEqual({});
});

test('a share that runs out takes the row away, whether it was swept or not', async () => {
  const [swept, left] = [await world.made('new_paper', people.far), await world.made('new_paper', people.far)];
  for (const id of [swept, left])
    await share(world.call, paper(), id, {
      principal: people.me,
      rights: ['read'],
      expiresAt: new Date(Date.now() + 600).toISOString(),
    });
  const link = await begin(me());
  await expect
    .poll(async () => (await tracked(me(), paper(), '')).value.map((one) => one['new_paperid']))
    .not.toContain(left);
  expect((await follow(me(), link)).gone).toEqual({ [swept]: 'changed', [left]: 'changed' });
  await sweepShares(world.engine);
  expect((await follow(me(), link)).gone).toEqual({ [swept]: 'changed', [left]: 'changed' });
});

test('a shared row that is deleted is told to whom it was shared with', async () => {
  const id = await world.made('new_paper', people.far);
  await share(world.call, paper(), id, { principal: people.me, rights: ['read'] });
  const [mine, mates] = [await begin(me()), await begin(world.as('mate', roleOf('read', 'own')))];
  await remove(world.call, paper(), { id });
  expect((await follow(me(), mine)).gone).toEqual({ [id]: 'deleted' });
  expect((await follow(world.as('mate', roleOf('read', 'own')), mates)).gone).toEqual({});
});

test('rows below a row come and go with it, where rights come from there', async () => {
  const above = await world.made('new_folder', people.far);
  const id = await world.made('new_paper', people.far);
  await set(id, { new_folder: above }, { new_folder: 'new_folder' });
  const first = await begin(me());
  await update(world.call, folder(), { id: above }, inputOf({ ownerid: people.me }, { ownerid: 'systemuser' }));
  await give(id, people.far);
  const second = await follow(me(), first);
  expect(second.changed).toEqual([id]);
  await update(world.call, folder(), { id: above }, inputOf({ ownerid: people.far }, { ownerid: 'systemuser' }));
  expect((await follow(me(), second.query)).gone).toEqual({ [id]: 'changed' });
});

test('a row leaves when rights come from a row above it of the same kind, which nobody touched', async () => {
  const above = await world.made('new_folder', people.far, { new_name: 'open' });
  const id = await world.made('new_folder', people.me, { new_name: 'below' });
  await update(world.call, folder(), { id }, inputOf({ new_above: above }, { new_above: 'new_folder' }));
  const mine = () => world.as('me', 'new_below_open');
  const first = await begin(mine(), '', folder());
  await update(world.call, folder(), { id }, inputOf({ ownerid: people.far }, { ownerid: 'systemuser' }));
  expect((await follow(mine(), first, folder())).gone).toEqual({ [id]: 'changed' });
});

test('a row given away after a savepoint leaves, though it was written while a later write was told', async () => {
  const [given, other] = [await world.made('new_paper', people.me), await world.made('new_paper', people.me)];
  const first = await begin(me());
  const { promise: gate, resolve: commit } = Promise.withResolvers<void>();
  const { promise: isWritten, resolve: written } = Promise.withResolvers<void>();
  const slow = world.engine.database.transaction(async (executor) => {
    await set(other, { new_title: 'first' }, {}, { ...world.call, executor });
    await executor.transaction((inner) =>
      set(given, { ownerid: people.far }, { ownerid: 'systemuser' }, { ...world.call, executor: inner }),
    );
    written();
    await gate;
  });
  await isWritten;
  const later = await world.made('new_paper', people.me);
  const second = await follow(me(), first);
  expect(second.changed).toEqual([later]);
  commit();
  await slow;
  expect((await follow(me(), second.query)).gone).toEqual({ [given]: 'changed' });
});

test('a row that no longer matches the filter leaves, one that never did is not spoken of', async () => {
  const [leaves, stays] = [
    await world.made('new_paper', people.me, { new_amount: 5 }),
    await world.made('new_paper', people.me),
  ];
  const query = '$select=new_title&$filter=new_amount gt 3';
  const link = await begin(me(), query);
  await set(leaves, { new_amount: 1 });
  await set(stays, { new_title: 'x' });
  expect(await follow(me(), link)).toMatchObject({ changed: [], gone: { [leaves]: 'changed' } });
  expect(await countChanges(me(), paper(), link, { root: '' }, feedKey)).toBe(1);
  const { value } = await changes(
    me(),
    paper(),
    await begin(me(), '$filter=modifiedon gt 2000-01-01').then((text) => text),
  );
  expect(value).toEqual([]);
});

test('other rights than when the link was made: the answer is to begin again', async () => {
  const link = await begin(me());
  for (const other of [
    world.as('me', roleOf('read', 'unit')),
    { ...me(), principal: { ...me().principal, teamIds: [teams.guests] } },
  ])
    await expect(changes(other, paper(), link)).rejects.toMatchObject({ code: 'FEED_RIGHTS_CHANGED', status: 410 });
  // A role that says nothing of papers changes nothing.
  const more = { ...me(), principal: { ...me().principal, roles: [...me().principal.roles, 'nobody-knows-it'] } };
  expect((await follow(more, link)).changed).toEqual([]);
});

test('a token is good for its caller, entity and query only, unchanged, and for seven days', async () => {
  const link = await begin(me(), '$select=new_title');
  const token = link.slice(link.indexOf('$deltatoken=') + 12);
  const refused = { code: 'FEED_TOKEN_INVALID', status: 400 };
  await expect(changes(world.as('mate', roleOf('read', 'own')), paper(), link)).rejects.toMatchObject(refused);
  await expect(changes(me(), folder(), link.replace('new_title', 'new_name'))).rejects.toMatchObject(refused);
  await expect(changes(me(), paper(), link.replace('new_title', 'new_mark'))).rejects.toMatchObject(refused);
  await expect(changes(me(), paper(), `$deltatoken=${token}`)).rejects.toMatchObject(refused);
  for (const bad of ['', 'x', '%', '..', `${token}x`, `e30.${token.split('.')[1]}`])
    await expect(changes(me(), paper(), `$select=new_title&$deltatoken=${bad}`)).rejects.toMatchObject(refused);
  const read = readToken(token, feedKey);
  const since = (change: object) => `$select=new_title&$deltatoken=${writeToken({ ...read, ...change }, feedKey)}`;
  const old = new Date(Date.parse(read.since.at) - 7 * 86_400_000 - 60_000).toISOString();
  const expired = { code: 'FEED_EXPIRED', status: 410 };
  await expect(changes(me(), paper(), since({ since: { ...read.since, at: old } }))).rejects.toMatchObject(expired);
  await expect(changes(me(), paper(), since({ world: 'another' }))).rejects.toMatchObject(expired);
  await expect(
    changes(me(), paper(), since({ since: { ...read.since, snapshot: '9:999999999:' } })),
  ).rejects.toMatchObject(expired);
});

test('what cannot be followed is refused with the reason', async () => {
  for (const [query, code] of [
    ['$orderby=new_title', 'FEED_OPTION'],
    ['$expand=new_folder', 'FEED_OPTION'],
    ['$top=3', 'FEED_OPTION'],
    ['$search=x', 'FEED_OPTION'],
    ['$apply=groupby((new_title))', 'FEED_OPTION'],
    ["$filter=new_folder/new_name eq 'x'", 'FEED_FILTER'],
    ["$filter=Microsoft.Dynamics.CRM.Today(PropertyName='createdon')", 'FEED_FILTER'],
    ['$filter=new_paper_folders/any(f:f/new_name eq null)', 'FEED_FILTER'],
  ] as const)
    await expect(tracked(me(), paper(), query), query).rejects.toMatchObject({
      code: expect.stringMatching(`${code}|QUERY_INVALID`),
    });
  await expect(tracked(world.call, world.entity('activitypointer'), '')).rejects.toMatchObject({
    code: 'FEED_NOT_TRACKED',
  });
  // The log keeps no old values of a formula: whether a row was in the list before could not be told.
  await expect(tracked(world.call, world.entity('opportunity'), '$filter=weightedvalue gt 5')).rejects.toMatchObject({
    code: 'FEED_FILTER',
  });
  await expect(tracked(world.as('me'), paper(), '')).rejects.toMatchObject({ code: 'PRIVILEGE_MISSING' });
});

test('the first reading is paged like any list, and what changes meanwhile is told afterwards', async () => {
  const made = await Promise.all(
    Array.from({ length: 5 }, () => create(world.call, folder(), inputOf({ new_name: 'page' }))),
  );
  const ids = new Set(made.map(({ id }) => id));
  const query = "$filter=new_name eq 'page'";
  let page = await tracked(world.call, folder(), query, 2);
  const [one] = [...ids].toSorted();
  await update(world.call, folder(), { id: one ?? '' }, inputOf({ new_code: 'c' }));
  const seen = page.value.map((row) => row['new_folderid']);
  while (page['@odata.nextLink'] !== undefined) {
    expect(page['@odata.deltaLink']).toBeUndefined();
    page = await tracked(world.call, folder(), queryOf(page['@odata.nextLink']), 2);
    seen.push(...page.value.map((row) => row['new_folderid']));
  }
  expect(new Set(seen)).toEqual(ids);
  expect((await follow(world.call, queryOf(page['@odata.deltaLink']), folder())).changed).toEqual([one]);
});
