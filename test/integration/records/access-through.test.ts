// Rows that are had through another: parts of a row (who takes part in an activity), and rows below one's own.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { create } from '../../../core/records/create.ts';
import { list } from '../../../core/records/list.ts';
import { remove } from '../../../core/records/remove.ts';
import { update } from '../../../core/records/update.ts';
import type { Call } from '../../../core/engine.ts';
import { privilegesOn } from '../../../core/security/sharing/shares.ts';
import { inputOf } from '../../support/engine.ts';
import { problemsOf } from '../../support/model.ts';
import { paperWorld, people, type PaperWorld } from '../../support/paper-world.ts';
import { refused } from '../../support/refused.ts';

let world: PaperWorld;
beforeAll(async () => {
  world = await paperWorld({
    'roles/new_tasks': { title: 'Tasks', privileges: { task: 'own', contact: 'organization' } },
    'roles/new_task_reader': {
      title: 'Reader',
      privileges: { task: { read: 'organization', delete: 'organization' } },
    },
    'roles/new_all_parties': { title: 'Parties', privileges: { activityparty: 'organization' } },
  });
});
afterAll(() => world.drop());

const party = () => world.entity('activityparty');
const partiesOf = async (call: Call, task: string) => {
  const { json } = await list(call, {
    entity: 'activityparty',
    select: ['activitypartyid'],
    filter: { kind: 'compare', path: ['_activityid_value'], operator: 'eq', value: task },
    sort: [],
    expand: [],
    count: false,
    annotations: { formatted: false, lookup: false },
  });
  return (JSON.parse(`[${json}]`) as unknown[]).length;
};
const attend = (call: Call, task: string) =>
  create(call, party(), inputOf({ activityid: task, addressused: 'a@b.c' }, { activityid: 'task' }));

test('who attends an activity is told to those who may read it, and changed by those who may change it', async () => {
  const mine = await world.made('task', people.me, { subject: 'Mine' });
  const theirs = await world.made('task', people.far, { subject: 'Theirs' });
  await attend(world.call, mine);
  const { id } = await attend(world.call, theirs);
  const me = world.as('me', 'new_tasks');
  expect([await partiesOf(me, mine), await partiesOf(me, theirs)]).toEqual([1, 0]);
  expect((await refused(update(me, party(), { id }, inputOf({ addressused: 'x' })))).code).toBe('RECORD_NOT_FOUND');
  const added = await attend(me, mine);
  expect((await update(me, party(), { id: added.id }, inputOf({ addressused: 'x' }))).changed).toBe(true);
  expect(['LOOKUP_NOT_FOUND', 'RECORD_INVALID']).toContain((await refused(attend(me, theirs))).code);
  await remove(me, party(), { id: added.id });
  const reader = world.as('me', 'new_task_reader');
  expect([await partiesOf(reader, mine), await partiesOf(reader, theirs)]).toEqual([1, 1]);
  expect((await refused(update(reader, party(), { id }, inputOf({ addressused: 'x' })))).status).toBe(403);
});

test('a role on the parts themselves opens nothing', async () => {
  const theirs = await world.made('task', people.far, { subject: 'Theirs' });
  await attend(world.call, theirs);
  const call = world.as('me', 'new_tasks', 'new_all_parties');
  expect(await partiesOf(call, theirs)).toBe(0);
});

test('parts go with their row for who may delete it, though they may not change it', async () => {
  const task = await world.made('task', people.far, { subject: 'Theirs' });
  await attend(world.call, task);
  await remove(world.as('me', 'new_task_reader'), world.entity('task'), { id: task });
  expect(await partiesOf(world.call, task)).toBe(0);
});

test('the owner of a row reads what is below it where the relationship passes reading on, as long as it is below', async () => {
  const mine = await world.made('new_folder', people.me);
  const id = await world.made('new_paper', people.far, { new_folder: mine });
  const me = world.as('me', 'new_own');
  const paper = world.entity('new_paper');
  expect(await privilegesOn(me, paper, id)).toEqual(['read']);
  expect(await privilegesOn(world.as('mate', 'new_own'), paper, id)).toEqual([]);
  await update(world.call, paper, { id }, inputOf({ new_folder: null }));
  expect(await privilegesOn(me, paper, id)).toEqual([]);
  await update(world.call, paper, { id }, inputOf({ new_folder: mine }));
  await update(
    world.call,
    world.entity('new_folder'),
    { id: mine },
    inputOf({ ownerid: people.mate }, { ownerid: 'systemuser' }),
  );
  expect(await privilegesOn(me, paper, id)).toEqual([]);
});

test('what rows are had through must be there, and have rights of its own', async () => {
  const text = { title: 'Name', type: 'string', field: { type: 'text' } };
  const lookup = {
    title: 'Of',
    type: 'string',
    format: 'uuid',
    field: { type: 'lookup', target: 'account', immutable: true },
  };
  const part = (entity: object, required: readonly string[], of: object = lookup) => ({
    title: 'Part',
    type: 'object',
    entity: { set: 'new_parts', primary: 'new_name', ownership: 'organization', through: 'new_of', ...entity },
    properties: { new_name: text, new_of: of },
    required: [...required],
  });
  const codes = async (document: object) =>
    (await problemsOf({ 'new_part/entity': document as never })).map(({ code }) => code);
  expect(await codes(part({}, ['new_of']))).toEqual([]);
  expect(await codes(part({}, []))).toEqual(['THROUGH_INVALID']);
  const movable = { ...lookup, field: { type: 'lookup', target: 'account' } };
  expect(await codes(part({}, ['new_of'], movable))).toEqual(['THROUGH_INVALID']);
  expect(await codes(part({ through: 'new_name' }, ['new_of']))).toContain('THROUGH_INVALID');
  expect(await codes(part({ through: 'new_none' }, ['new_of']))).toContain('FIELD_UNKNOWN');
  expect(await codes(part({ ownership: 'user' }, ['new_of']))).toEqual(['THROUGH_INVALID']);
});
