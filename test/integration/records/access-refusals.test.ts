// What a refusal says and does not say: rows out of reach are like rows that are not there, and errors tell nothing of what the
// caller may not read. Conditions, denies, races.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Call } from '../../../core/engine.ts';
import { associate } from '../../../core/records/associate.ts';
import { create } from '../../../core/records/create.ts';
import { deletePreview } from '../../../core/records/delete-preview.ts';
import { disassociate } from '../../../core/records/disassociate.ts';
import { readFile, storeFile } from '../../../core/records/files.ts';
import { removeFile } from '../../../core/records/remove-file.ts';
import { recordsOf } from '../../../core/records/reach.ts';
import { remove } from '../../../core/records/remove.ts';
import { update } from '../../../core/records/update.ts';
import { upsert } from '../../../core/records/upsert.ts';
import { PeyvandError } from '../../../core/sdk/index.ts';
import { inputOf } from '../../support/engine.ts';
import { paperWorld, people, roleOf, teams, type PaperWorld } from '../../support/paper-world.ts';
import { refused } from '../../support/refused.ts';

let world: PaperWorld;
beforeAll(async () => {
  world = await paperWorld({
    'roles/new_small': {
      title: 'Small amounts',
      privileges: {
        new_paper: {
          '*': 'organization',
          write: { depth: 'organization', when: 'new_amount < 100' },
          create: { depth: 'own', when: 'new_amount < 100' },
          delete: { depth: 'organization', when: 'new_amount != 7' },
        },
        new_folder: 'organization',
      },
    },
    'roles/new_no_secrets': {
      title: 'No secrets',
      privileges: {},
      deny: [
        { id: 'secret', entity: 'new_paper', privileges: ['write', 'delete', 'create'], when: 'new_title = "Secret"' },
      ],
    },
    'roles/new_writer': {
      title: 'Writes without reading',
      privileges: {
        new_paper: { write: 'organization', read: 'own' },
        new_folder: { read: 'own', append: 'organization' },
      },
    },
    'roles/new_deleter': {
      title: 'Deletes folders',
      privileges: { new_folder: 'organization', new_paper: { read: 'own', delete: 'own' } },
    },
    'roles/new_clerk': {
      title: 'Clerk',
      privileges: {
        new_paper: 'organization',
        new_folder: { read: 'own', write: 'own', create: 'own', append: 'organization', 'append-to': 'unit' },
      },
    },
  });
});
afterAll(() => world.drop());

const paper = () => world.entity('new_paper');
const folder = () => world.entity('new_folder');
const file = { name: 'a.txt', mediaType: 'text/plain', data: new TextEncoder().encode('a') };
const none = '00000000-0000-7000-8000-00000000dead';

/** Everything that goes out to the caller, with the id taken out. */
async function bodyOf(work: Promise<unknown>, id: string): Promise<string> {
  const { code, status, message, details, data } = await refused(work);
  return JSON.stringify({ code, status, message, details, data }).replaceAll(id, 'ID');
}

describe('a row that may neither be read nor written is answered like one that is not there', () => {
  const ways: readonly (readonly [string, (call: Call, id: string) => Promise<unknown>])[] = [
    ['update', (call, id) => update(call, paper(), { id }, inputOf({ new_title: 'x' }))],
    ['update in capitals', (call, id) => update(call, paper(), { id: id.toUpperCase() }, inputOf({ new_title: 'x' }))],
    ['update at a version', (call, id) => update(call, paper(), { id }, inputOf({ new_title: 'x' }), { version: '1' })],
    ['update by key', (call, id) => update(call, paper(), { key: { new_mark: id } }, inputOf({ new_title: 'x' }))],
    ['upsert', (call, id) => upsert(call, paper(), { id }, inputOf({ new_title: 'x' }), { only: 'update' })],
    ['assign', (call, id) => update(call, paper(), { id }, inputOf({ ownerid: people.me }, { ownerid: 'systemuser' }))],
    ['a tree', (call, id) => update(call, folder(), { id }, inputOf({ new_above: id }))],
    ['delete', (call, id) => remove(call, paper(), { id })],
    ['delete at a version', (call, id) => remove(call, paper(), { id }, { version: '1' })],
    ['delete preview', (call, id) => deletePreview(call, paper(), id)],
    ['storing a file', (call, id) => storeFile(call, paper(), { id }, 'new_scan', file)],
    ['reading a file', (call, id) => readFile(call, paper(), { id }, 'new_scan')],
    ['removing a file', (call, id) => removeFile(call, paper(), { id }, 'new_scan')],
    ['linking', (call, id) => associate(call, paper(), { id }, 'new_paper_folders', { id: none })],
    ['ending a link', (call, id) => disassociate(call, paper(), { id }, 'new_folder', { id: none })],
    ['ending an N:N link', (call, id) => disassociate(call, paper(), { id }, 'new_paper_folders', { id: none })],
    ['a handler', (call, id) => recordsOf(call, true).update('new_paper', id, { new_title: 'x' })],
    ['referring to it', (call, id) => create(call, paper(), inputOf({ new_title: 'x', new_folder: id }))],
    [
      'linking with it',
      async (call, id) => {
        const own = await create(call, paper(), inputOf({ new_title: 'x' }));
        return associate(call, paper(), { id: own.id }, 'new_paper_folders', { id });
      },
    ],
  ];
  test.each(ways)('%s', async (_name, way) => {
    const hiddenPaper = await world.made('new_paper', people.far, { new_title: 'Hidden' });
    await update(world.call, paper(), { id: hiddenPaper }, inputOf({ new_mark: hiddenPaper }));
    const hiddenFolder = await world.made('new_folder', people.far, { new_name: 'Hidden' });
    const call = world.as('me', 'new_own');
    for (const hidden of [hiddenPaper, hiddenFolder]) {
      const said = await bodyOf(way(call, hidden), hidden);
      expect(said).toBe(await bodyOf(way(call, none), none));
    }
  });

  test('and a handler that asks for it gets nothing', async () => {
    const hidden = await world.made('new_paper', people.far, { new_title: 'Hidden' });
    expect(await recordsOf(world.as('me', 'new_own'), true).retrieve('new_paper', hidden)).toBeUndefined();
    expect(await recordsOf(world.call, true).retrieve('new_paper', hidden)).toMatchObject({ new_title: 'Hidden' });
  });

  test('an upsert under its id meets a taken id, and tells no more', async () => {
    const hidden = await world.made('new_paper', people.far, { new_title: 'Hidden' });
    const error = await refused(
      upsert(world.as('me', 'new_own'), paper(), { id: hidden }, inputOf({ new_title: 'x' })),
    );
    expect(error).toMatchObject({ code: 'KEY_TAKEN', status: 409 });
    expect(JSON.stringify(error)).not.toContain('Hidden');
  });
});

test('a refusal of a row that may be read names privilege and entity, and where to ask why', async () => {
  const id = await world.made('new_paper', people.far, { new_title: 'Seen' });
  const error = await refused(
    update(world.as('me', roleOf('write', 'own')), paper(), { id }, inputOf({ new_title: 'x' })),
  );
  expect(error).toMatchObject({
    code: 'ROW_PRIVILEGE_MISSING',
    status: 403,
    data: { privilege: 'write', entity: 'new_paper', record: id },
  });
  expect(error.message).toContain('/api/access/explain?entity=new_paper&privilege=write&record=');
});

describe('attribute conditions hold for writes', () => {
  test('the row as it is decides about a change, the row as it will be about a new one', async () => {
    const call = world.as('me', 'new_small');
    const cheap = await world.made('new_paper', people.far, { new_amount: 5 });
    const dear = await world.made('new_paper', people.far, { new_amount: 500 });
    const empty = await world.made('new_paper', people.far);
    expect((await update(call, paper(), { id: cheap }, inputOf({ new_amount: 6 }))).changed).toBe(true);
    for (const id of [dear, empty]) {
      expect((await refused(update(call, paper(), { id }, inputOf({ new_amount: 6 })))).code).toBe(
        'ROW_PRIVILEGE_MISSING',
      );
    }
    const made = await create(call, paper(), inputOf({ new_title: 'New', new_amount: 50 }));
    expect(made.created).toBe(true);
    const error = await refused(create(call, paper(), inputOf({ new_title: 'Taken back', new_amount: 500 })));
    expect(error).toMatchObject({ code: 'ROW_PRIVILEGE_MISSING', data: { privilege: 'create' } });
    expect(await world.rows(`select 1 from org_default.new_paper where new_title = 'Taken back'`)).toEqual([]);
    // An empty field is not 7, and not known to be anything else either: `!=` finds it, as everywhere.
    await remove(call, paper(), { id: empty });
  });

  test('a deny takes away what roles and ownership grant', async () => {
    const call = world.as('me', 'new_own', 'new_no_secrets');
    const secret = await world.made('new_paper', people.me, { new_title: 'Secret' });
    const plain = await world.made('new_paper', people.me, { new_title: 'Plain' });
    expect((await update(call, paper(), { id: plain }, inputOf({ new_amount: 1 }))).changed).toBe(true);
    expect((await refused(update(call, paper(), { id: secret }, inputOf({ new_amount: 1 })))).code).toBe(
      'ROW_PRIVILEGE_MISSING',
    );
    expect((await refused(remove(call, paper(), { id: secret }))).code).toBe('ROW_PRIVILEGE_MISSING');
    expect((await refused(create(call, paper(), inputOf({ new_title: 'Secret' })))).code).toBe('ROW_PRIVILEGE_MISSING');
  });
});

describe('errors tell nothing of rows that may not be read', () => {
  test('a stale version shows no values of a row that is written without being read', async () => {
    const id = await world.made('new_paper', people.far, { new_title: 'Hidden' });
    const call = world.as('me', 'new_writer');
    const error = await refused(update(call, paper(), { id }, inputOf({ new_title: 'x' }), { version: '1' }));
    expect(error).toMatchObject({ code: 'PRECONDITION_FAILED', data: { current: {} } });
    const own = await world.made('new_paper', people.me, { new_title: 'Shown' });
    const told = await refused(update(call, paper(), { id: own }, inputOf({ new_title: 'x' }), { version: '1' }));
    expect(told.data).toMatchObject({ current: { new_title: 'Shown' } });
  });

  test('nor does the answer whether a guessed value was right', async () => {
    const id = await world.made('new_paper', people.far, { new_title: 'Hidden' });
    const call = world.as('me', 'new_writer');
    const guessed = await update(call, paper(), { id }, inputOf({ new_title: 'Hidden' }));
    const missed = await update(call, paper(), { id }, inputOf({ new_title: 'Other' }));
    expect([guessed.changed, missed.changed]).toEqual([true, true]);
  });

  test('what restricts a delete is counted and named as far as it may be read', async () => {
    const call = world.as('me', 'new_deleter');
    const id = await world.made('new_folder', people.me);
    await world.made('new_paper', people.far, { new_title: 'Hidden', new_source: id });
    const only = await refused(remove(call, folder(), { id }));
    expect(only.message).toContain('Papers you may not see');
    expect(only.data?.['restricts']).toMatchObject([{ count: 0, names: [], others: true }]);
    await world.made('new_paper', people.me, { new_title: 'Shown', new_source: id });
    const both = await refused(remove(call, folder(), { id }));
    expect(both.message).toContain('1 Papers (Shown) and others you may not see');
    expect(JSON.stringify([only, both])).not.toContain('Hidden');
  });

  test('a taken key of several fields shows neither the row nor the values that were not sent', async () => {
    const call = world.as('me', 'new_own');
    await world.made('new_folder', people.far, { new_code: 'A', new_shelf: 'hidden-shelf' });
    const mine = await world.made('new_folder', people.me, { new_code: 'B', new_shelf: 'hidden-shelf' });
    const error = await refused(update(call, folder(), { id: mine }, inputOf({ new_code: 'A' })));
    expect(error.code).toBe('KEY_TAKEN');
    expect(JSON.stringify([error.message, error.data])).not.toMatch(/hidden-shelf|"id"/);
  });

  test('a delete that would take rows out of reach along is refused without naming them', async () => {
    const above = await world.made('new_folder', people.me);
    const id = await world.made('new_paper', people.far, { new_title: 'Hidden', new_folder: above });
    const call = world.as('me', 'new_deleter');
    for (const act of [() => remove(call, folder(), { id: above }), () => deletePreview(call, folder(), above)]) {
      const error = await refused(act());
      expect(error).toMatchObject({
        code: 'ROW_PRIVILEGE_MISSING',
        data: { privilege: 'delete', entity: 'new_paper' },
      });
      expect(JSON.stringify([error.message, error.data])).not.toMatch(new RegExp(`Hidden|${id}`));
    }
  });
});

describe('a lookup', () => {
  test('takes append-to on its target: unseen ones are not there, others are refused', async () => {
    const call = world.as('me', 'new_clerk');
    const [mates, far] = [await world.made('new_folder', people.mate), await world.made('new_folder', people.far)];
    // May be referred to, though not read.
    expect((await create(call, paper(), inputOf({ new_folder: mates }))).created).toBe(true);
    expect((await refused(create(call, paper(), inputOf({ new_folder: far })))).details[0]?.code).toBe(
      'LOOKUP_NOT_FOUND',
    );
    const seen = await refused(
      create(world.as('me', roleOf('append-to', 'own')), paper(), inputOf({ new_folder: far })),
    );
    expect(seen).toMatchObject({ code: 'ROW_PRIVILEGE_MISSING', data: { privilege: 'append-to', record: far } });
  });
});

describe('a new owner', () => {
  test.each([
    ['an access team', teams.guests, 'team'],
    ['a disabled user', people.gone, 'systemuser'],
  ])('is not %s', async (_name, owner, type) => {
    const id = await world.made('new_paper', people.me);
    const given = inputOf({ ownerid: owner }, { ownerid: type });
    expect((await refused(update(world.call, paper(), { id }, given))).details[0]?.code).toBe('OWNER_UNABLE');
    expect((await refused(create(world.call, paper(), given))).details[0]?.code).toBe('OWNER_UNABLE');
  });

  test('that is the old one is no reason to refuse other changes when it was disabled since', async () => {
    const id = await world.made('new_paper', people.below);
    await update(world.call, world.entity('systemuser'), { id: people.below }, inputOf({ isdisabled: true }));
    const same = inputOf({ ownerid: people.below, new_title: 'x' }, { ownerid: 'systemuser' });
    expect((await update(world.call, paper(), { id }, same)).changed).toBe(true);
  });

  test('is passed on only to rows that the caller may give away', async () => {
    const above = await world.made('new_folder', people.me);
    const id = await world.made('new_paper', people.far, { new_folder: above });
    const given = inputOf({ ownerid: people.mate }, { ownerid: 'systemuser' });
    const error = await refused(update(world.as('me', 'new_own'), folder(), { id: above }, given));
    expect(error).toMatchObject({ code: 'ROW_PRIVILEGE_MISSING', data: { privilege: 'assign', entity: 'new_paper' } });
    const [row] = await world.rows<{ owner: string }>(
      'select ownerid as owner from org_default.new_paper where new_paperid = $1::uuid',
      [id],
    );
    expect(row?.owner).toBe(people.far);
  });
});

test('a row that is given away between the look and the write is written no more', async () => {
  const call = world.as('me', 'new_own');
  for (let round = 0; round < 20; round++) {
    const id = await world.made('new_paper', people.me, { new_amount: 0 });
    const { promise: locked, resolve: isLocked } = Promise.withResolvers<void>();
    const { promise: waiting, resolve: goOn } = Promise.withResolvers<void>();
    const away = world.engine.database.transaction(async (executor) => {
      const given = inputOf({ ownerid: people.far }, { ownerid: 'systemuser' });
      await update({ ...world.call, executor }, paper(), { id }, given);
      isLocked();
      await waiting;
    });
    await locked;
    // It sees the row as still its own, and waits for the lock.
    const write = update(call, paper(), { id }, inputOf({ new_amount: 1 })).catch((error: unknown) => error);
    for (;;) {
      const [held] = await world.rows<{ n: number }>(
        `select count(*)::integer as n from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
      );
      if ((held?.n ?? 0) > 0) break;
    }
    goOn();
    await away;
    const error = await write;
    expect(error instanceof PeyvandError && error.code).toBe('RECORD_NOT_FOUND');
    expect(await world.rows('select new_amount from org_default.new_paper where new_paperid = $1::uuid', [id])).toEqual(
      [{ new_amount: 0 }],
    );
  }
});
