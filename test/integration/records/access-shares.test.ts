// Sharing a row: what it opens, what it cannot open, how it ends, and what it passes on.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Call } from '../../../core/engine.ts';
import { readRow } from '../../../core/records/read-row.ts';
import { remove } from '../../../core/records/remove.ts';
import { update } from '../../../core/records/update.ts';
import type { Privilege } from '../../../core/security/access.ts';
import {
  privilegesOn,
  share,
  shareable,
  sharesOf,
  sweepShares,
  unshare,
} from '../../../core/security/sharing/shares.ts';
import { inputOf } from '../../support/engine.ts';
import { paperWorld, people, teams, type PaperWorld } from '../../support/paper-world.ts';
import { refused } from '../../support/refused.ts';

let world: PaperWorld;
beforeAll(async () => {
  world = await paperWorld();
});
afterAll(() => world.drop());

const paper = () => world.entity('new_paper');
const folder = () => world.entity('new_folder');
const me = () => world.as('me', 'new_own');
const far = () => world.as('far', 'new_own');
const may = (call: Call, id: string) => privilegesOn(call, paper(), id);
const write = (call: Call, id: string) => update(call, paper(), { id }, inputOf({ new_title: `by ${Math.random()}` }));
const later = (milliseconds: number) => new Date(Date.now() + milliseconds).toISOString();
const logOf = (id: string) =>
  world.rows<{ action: string; changes: string; user_id: string }>(
    `select action, changes::text as changes, user_id from org_default._audit where record = $1::uuid and action in ('share', 'unshare') order by at`,
    [id],
  );

describe('a shared row', () => {
  test('is had with the shared rights and no other, until it is shared no more', async () => {
    const id = await world.made('new_paper', people.me, { new_title: 'Mine' });
    expect(await may(far(), id)).toEqual([]);
    expect((await refused(write(far(), id))).code).toBe('RECORD_NOT_FOUND');
    await share(me(), paper(), id, { principal: people.far, rights: ['read'] });
    expect(await may(far(), id)).toEqual(['read']);
    expect((await refused(write(far(), id))).code).toBe('ROW_PRIVILEGE_MISSING');
    await share(me(), paper(), id, { principal: people.far, rights: ['write'], add: true });
    expect(await may(far(), id)).toEqual(['read', 'write']);
    expect((await write(far(), id)).changed).toBe(true);
    await share(me(), paper(), id, { principal: people.far, rights: ['read', 'delete'] });
    expect(await may(far(), id)).toEqual(['read', 'delete']);
    await unshare(me(), paper(), id, people.far);
    expect(await may(far(), id)).toEqual([]);
    expect((await refused(remove(far(), paper(), { id }))).code).toBe('RECORD_NOT_FOUND');
  });

  test('is had by the members of the team it is shared with, an access team too', async () => {
    const id = await world.made('new_paper', people.me, { new_title: 'Mine' });
    await share(me(), paper(), id, { principal: teams.guests, rights: ['read', 'write'] });
    expect(await may(far(), id)).toEqual(['read', 'write']);
    expect(await may(world.as('mate', 'new_own'), id)).toEqual([]);
  });

  test('opens nothing that no role of the receiver grants on the entity, and says so', async () => {
    const id = await world.made('new_paper', people.me, { new_title: 'Mine' });
    // Nobody has a role in the tables of this world; the call below says what far would hold.
    const { ineffective } = await share(me(), paper(), id, { principal: people.far, rights: ['read', 'write'] });
    expect(ineffective).toEqual(['read', 'write']);
    expect(await may(world.as('far'), id)).toEqual([]);
  });

  test('tells of its shares with rights, reason, end and who shared', async () => {
    const id = await world.made('new_paper', people.me, { new_title: 'Mine' });
    const expiresAt = later(3_600_000);
    await share(me(), paper(), id, { principal: people.far, rights: ['read'], expiresAt, reason: 'Audit' });
    expect(await sharesOf(world.call, paper(), id)).toEqual([
      {
        principal: { id: people.far, entity: 'systemuser', name: 'far' },
        rights: ['read'],
        expiresAt,
        reason: 'Audit',
        sharedAt: expect.any(String) as string,
        sharedBy: { id: people.me, entity: 'systemuser', name: 'me' },
        source: null,
      },
    ]);
    expect((await refused(sharesOf(world.as('mate', 'new_own'), paper(), id))).code).toBe('RECORD_NOT_FOUND');
  });

  test('takes its shares along when it is deleted', async () => {
    const id = await world.made('new_paper', people.me, { new_title: 'Mine' });
    await share(me(), paper(), id, { principal: people.far, rights: ['read'] });
    await remove(me(), paper(), { id });
    expect(await world.rows('select 1 from org_default._share where record = $1::uuid', [id])).toEqual([]);
  });
});

describe('the end of a share', () => {
  test('comes at its time without anybody doing anything, and the sweep logs it', async () => {
    const id = await world.made('new_paper', people.me, { new_title: 'Mine' });
    await share(me(), paper(), id, { principal: people.far, rights: ['read'], expiresAt: later(3_600_000) });
    expect(await may(far(), id)).toEqual(['read']);
    await world.rows(`update org_default._share set expires_at = now() - interval '1 second' where record = $1::uuid`, [
      id,
    ]);
    expect(await may(far(), id)).toEqual([]);
    expect(await sharesOf(world.call, paper(), id)).toEqual([]);
    // What has ended does not come back with the next share.
    expect((await share(me(), paper(), id, { principal: people.far, rights: ['append'], add: true })).rights).toEqual([
      'append',
    ]);
    await world.rows(`update org_default._share set expires_at = now() - interval '1 second' where record = $1::uuid`, [
      id,
    ]);
    expect(await sweepShares(world.engine)).toBe(1);
    expect(await sweepShares(world.engine)).toBe(0);
    expect((await logOf(id)).map(({ action }) => action)).toEqual(['share', 'share', 'unshare']);
  });

  test.each(['yesterday', '2001-01-01T00:00:00Z', '', later(-1000)])('cannot be %s', async (expiresAt) => {
    const id = await world.made('new_paper', people.me, { new_title: 'Mine' });
    const error = await refused(share(me(), paper(), id, { principal: people.far, rights: ['read'], expiresAt }));
    expect(error).toMatchObject({ code: 'SHARE_INVALID', status: 400 });
  });
});

describe('nobody passes on more than they have', () => {
  const given = async (rights: readonly Privilege[]) => {
    const id = await world.made('new_paper', people.me, { new_title: 'Mine' });
    await share(me(), paper(), id, { principal: people.far, rights });
    return id;
  };

  test.each(shareable.filter((right) => right !== 'read' && right !== 'share'))(
    'not the right to %s',
    async (right) => {
      const id = await given(['read', 'share']);
      const error = await refused(share(far(), paper(), id, { principal: people.mate, rights: ['read', right] }));
      expect(error).toMatchObject({ code: 'ROW_PRIVILEGE_MISSING', status: 403, data: { privilege: right } });
      expect((await share(far(), paper(), id, { principal: people.mate, rights: ['read'] })).rights).toEqual(['read']);
    },
  );

  test('not without the right to share', async () => {
    const id = await given(['read', 'write']);
    const error = await refused(share(far(), paper(), id, { principal: people.mate, rights: ['read'] }));
    expect(error).toMatchObject({ code: 'ROW_PRIVILEGE_MISSING', data: { privilege: 'share' } });
    expect((await refused(unshare(far(), paper(), id, people.far))).code).toBe('ROW_PRIVILEGE_MISSING');
  });

  test('not to themselves', async () => {
    const id = await given(['read', 'share']);
    const error = await refused(share(far(), paper(), id, { principal: people.far, rights: ['read', 'write'] }));
    expect(error.code).toBe('ROW_PRIVILEGE_MISSING');
    expect(await may(far(), id)).toEqual(['read', 'share']);
  });

  test('not for longer: a new end of a share with rights of others takes these rights', async () => {
    const id = await given(['read', 'share']);
    await share(me(), paper(), id, { principal: people.mate, rights: ['write'], expiresAt: later(60_000) });
    const error = await refused(
      share(far(), paper(), id, { principal: people.mate, rights: ['read'], add: true, expiresAt: null }),
    );
    expect(error).toMatchObject({ code: 'ROW_PRIVILEGE_MISSING', data: { privilege: 'write' } });
  });

  test('and a row that one may not know of is none, whoever is to have it', async () => {
    const id = await world.made('new_paper', people.me, { new_title: 'Mine' });
    const none = '00000000-0000-7000-8000-00000000dead';
    for (const principal of [people.mate, none]) {
      const [hidden, missing] = await Promise.all(
        [id, none].map((one) => refused(share(far(), paper(), one, { principal, rights: ['read'] }))),
      );
      expect(hidden?.code).toBe('RECORD_NOT_FOUND');
      expect(hidden?.message.replace(id, '')).toBe(missing?.message.replace(none, ''));
    }
  });

  test('a share takes somebody to share with, and rights', async () => {
    const id = await world.made('new_paper', people.me, { new_title: 'Mine' });
    const principal = '00000000-0000-7000-8000-00000000dead';
    expect((await refused(share(world.call, paper(), id, { principal, rights: ['read'] }))).code).toBe(
      'SHARE_PRINCIPAL_UNKNOWN',
    );
    const error = await refused(share(me(), paper(), id, { principal: people.far, rights: [] }));
    expect(error.code).toBe('SHARE_INVALID');
    const created = await refused(share(me(), paper(), id, { principal: people.far, rights: ['create'] }));
    expect(created.code).toBe('SHARE_INVALID');
    const unit = world.entity('businessunit');
    expect((await refused(share(world.call, unit, id, { principal: people.far, rights: ['read'] }))).code).toBe(
      'SHARE_UNOWNED',
    );
  });
});

test('every share and its end stand in the log of the row, with the old and the new rights', async () => {
  const id = await world.made('new_paper', people.me, { new_title: 'Mine' });
  await share(me(), paper(), id, { principal: people.far, rights: ['read'] });
  await share(me(), paper(), id, { principal: people.far, rights: ['read'] });
  await share(me(), paper(), id, { principal: people.far, rights: ['write'], reason: 'Help' });
  await unshare(me(), paper(), id, people.far);
  const log = (await logOf(id)).map(({ action, changes, user_id }) => {
    const { share: pair } = JSON.parse(changes) as { share: ({ rights: number; reason: string } | null)[] };
    return [action, user_id, ...pair.map((one) => one && [one.rights, one.reason])];
  });
  expect(log).toEqual([
    ['share', people.me, null, [1, null]],
    ['share', people.me, [1, null], [2, 'Help']],
    ['unshare', people.me, [2, 'Help'], null],
  ]);
  const told = await world.rows<{ message: string }>(
    'select message from org_default._outbox where record = $1::uuid and message <> $2 order by id',
    [id, 'create'],
  );
  expect(told.map(({ message }) => message)).toEqual(['share', 'share', 'unshare']);
});

describe('a share is passed on along relationships that say so', () => {
  test('to what lies below, as far as the sharer may share it, and ends with the share', async () => {
    const above = await world.made('new_folder', people.me);
    const mine = await world.made('new_paper', people.me, { new_folder: above });
    const theirs = await world.made('new_paper', people.far, { new_folder: above });
    const other = await world.made('new_paper', people.me);
    const mate = world.as('mate', 'new_own');
    await share(me(), folder(), above, { principal: people.mate, rights: ['read', 'write'] });
    expect(await may(mate, mine)).toEqual(['read', 'write']);
    expect(await may(mate, theirs)).toEqual([]);
    expect(await may(mate, other)).toEqual([]);
    expect((await sharesOf(me(), paper(), mine))[0]?.source).toBe(above);
    await share(me(), folder(), above, { principal: people.mate, rights: ['read'] });
    expect(await may(mate, mine)).toEqual(['read']);
    // What was shared on its own stays when the passed on share ends.
    await share(me(), paper(), mine, { principal: people.mate, rights: ['append'] });
    await unshare(me(), folder(), above, people.mate);
    expect(await may(mate, mine)).toEqual(['append']);
  });

  test('and what is passed on goes with the row it came from', async () => {
    const above = await world.made('new_folder', people.me);
    const mine = await world.made('new_paper', people.me, { new_folder: above });
    await share(me(), folder(), above, { principal: people.mate, rights: ['read'] });
    await update(me(), paper(), { id: mine }, inputOf({ new_folder: null }));
    await remove(me(), folder(), { id: above });
    expect(await may(world.as('mate', 'new_own'), mine)).toEqual([]);
    expect(await readRow(world.call, paper(), mine, false)).toBeDefined();
  });
});
