// Every privilege at every depth on every way of writing: what reaches a row changes it, what does not changes nothing.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Call } from '../../../core/engine.ts';
import { associate } from '../../../core/records/associate.ts';
import { create } from '../../../core/records/create.ts';
import { deletePreview } from '../../../core/records/delete-preview.ts';
import { disassociate } from '../../../core/records/disassociate.ts';
import { readFile, storeFile } from '../../../core/records/files.ts';
import { removeFile } from '../../../core/records/remove-file.ts';
import { remove } from '../../../core/records/remove.ts';
import { update } from '../../../core/records/update.ts';
import { upsert } from '../../../core/records/upsert.ts';
import { PeyvandError } from '../../../core/sdk/index.ts';
import { depths, type Depth, type Privilege } from '../../../core/security/access.ts';
import { paperWorld, people, roleOf, teams, type PaperWorld } from '../../support/paper-world.ts';
import { inputOf } from '../../support/engine.ts';

let world: PaperWorld;
beforeAll(async () => {
  world = await paperWorld();
});
afterAll(() => world.drop());

/** Whose rows there are, from the nearest to the farthest. */
const owners = { mine: people.me, crew: teams.crew, mate: people.mate, below: people.below, far: people.far } as const;
type Whose = keyof typeof owners;

const reach: Readonly<Record<Depth, readonly Whose[]>> = {
  none: [],
  own: ['mine', 'crew'],
  unit: ['mine', 'crew', 'mate'],
  'unit-and-below': ['mine', 'crew', 'mate', 'below'],
  organization: ['mine', 'crew', 'mate', 'below', 'far'],
};

/** Ways of using a privilege on a row of somebody's: `paper` and `folder` are theirs, `open` is a folder of mine. */
type Way = (call: Call, rows: { paper: string; folder: string; open: string; whose: Whose }) => Promise<unknown>;

const paper = () => world.entity('new_paper');
const folder = () => world.entity('new_folder');
const file = { name: 'a.txt', mediaType: 'text/plain', data: new TextEncoder().encode('a') };

const ways: readonly (readonly [Privilege, string, Way])[] = [
  ['write', 'update', (call, { paper: id }) => update(call, paper(), { id }, inputOf({ new_title: 'b' }))],
  ['write', 'upsert', (call, { paper: id }) => upsert(call, paper(), { id }, inputOf({ new_title: 'b' }))],
  [
    'write',
    'update by an alternate key',
    (call, { paper: id }) => update(call, paper(), { key: { new_mark: id } }, inputOf({ new_title: 'b' })),
  ],
  ['write', 'storing a file', (call, { paper: id }) => storeFile(call, paper(), { id }, 'new_scan', file)],
  ['write', 'removing a file', (call, { paper: id }) => removeFile(call, paper(), { id }, 'new_scan')],
  ['write', 'emptying a lookup', (call, { paper: id }) => disassociate(call, paper(), { id }, 'new_folder', undefined)],
  ['delete', 'delete', (call, { paper: id }) => remove(call, paper(), { id })],
  ['delete', 'delete of what is above it', (call, { folder: id }) => remove(call, folder(), { id })],
  ['delete', 'the preview of a delete', (call, { paper: id }) => deletePreview(call, paper(), id)],
  [
    'append',
    'setting a lookup',
    (call, { paper: id, open }) => update(call, paper(), { id }, inputOf({ new_folder: open })),
  ],
  [
    'append',
    'linking over N:N',
    (call, { paper: id, open }) => associate(call, paper(), { id }, 'new_paper_folders', { id: open }),
  ],
  [
    'append',
    'linking over N:N from the other side',
    (call, { paper: id, open }) => associate(call, folder(), { id: open }, 'new_paper_folders', { id }),
  ],
  [
    'append-to',
    'being referred to by a new row',
    (call, { folder: id }) => create(call, paper(), inputOf({ new_title: 'c', new_folder: id })),
  ],
  [
    'append-to',
    'being referred to by a changed row',
    async (call, { folder: id }) => {
      const mine = await create(call, paper(), inputOf({ new_title: 'c' }));
      return update(call, paper(), { id: mine.id }, inputOf({ new_folder: id }));
    },
  ],
  [
    'assign',
    'giving away',
    (call, { paper: id }) =>
      update(call, paper(), { id }, inputOf({ ownerid: people.me }, { ownerid: 'systemuser' })).then((done) => {
        // What is mine already is not given.
        if (!done.changed) throw new TypeError('nothing changed');
      }),
  ],
  [
    'create',
    'creating for somebody',
    (call, { whose }) =>
      create(
        call,
        paper(),
        inputOf({ new_title: 'c', ownerid: owners[whose] }, { ownerid: whose === 'crew' ? 'team' : 'systemuser' }),
      ),
  ],
  ['read', 'reading a file', (call, { paper: id }) => readFile(call, paper(), { id }, 'new_scan')],
];

async function outcome(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'done';
  } catch (error) {
    if (error instanceof PeyvandError) return `${error.status} ${error.code}`;
    if (error instanceof TypeError && error.message === 'nothing changed') return 'done';
    throw error;
  }
}

describe.each(depths)('at the depth %s', (depth) => {
  test.each(ways)('%s: %s', async (privilege, _name, way) => {
    const call = world.as('me', roleOf(privilege, depth));
    const said: Record<string, string> = {};
    for (const whose of Object.keys(owners) as Whose[]) {
      const open = await world.made('new_folder', people.me);
      const own = await world.made('new_folder', owners[whose]);
      const id = await world.made('new_paper', owners[whose], { new_title: 'a', new_folder: own });
      await update(world.call, paper(), { id }, inputOf({ new_mark: id }));
      await storeFile(world.call, paper(), { id }, 'new_scan', file);
      said[whose] = await outcome(way(call, { paper: id, folder: own, open, whose }));
    }
    const refusal = depth === 'none' ? '403 PRIVILEGE_MISSING' : '403 ROW_PRIVILEGE_MISSING';
    expect(said).toEqual(
      Object.fromEntries(
        Object.keys(owners).map((whose) => [whose, reach[depth].includes(whose as Whose) ? 'done' : refusal]),
      ),
    );
  });
});
