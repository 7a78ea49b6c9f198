// Writers that meet: one wins, nothing dangles, nothing is lost without a word.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { associate } from '../../../core/records/associate.ts';
import { create } from '../../../core/records/create.ts';
import { remove } from '../../../core/records/remove.ts';
import { update } from '../../../core/records/update.ts';
import { upsert } from '../../../core/records/upsert.ts';
import { PeyvandError } from '../../../core/sdk/index.ts';
import { inputOf, testEngine, type TestEngine } from '../../support/engine.ts';
import { voyage } from '../../support/voyage.ts';

const ROUNDS = 12;
let world: TestEngine;
const ship = () => world.entity('new_ship');
const cargo = () => world.entity('new_cargo');
beforeAll(async () => {
  world = await testEngine(voyage);
});
afterAll(() => world.drop());

/** How each ended: the value, or the error's code. Anything but an error of the platform fails the test. */
async function race(work: readonly Promise<unknown>[]): Promise<readonly unknown[]> {
  return (await Promise.allSettled(work)).map((one) => {
    if (one.status === 'fulfilled') return one.value;
    if (one.reason instanceof PeyvandError) return one.reason.code;
    throw one.reason;
  });
}
const argo = async () => (await create(world.call, ship(), inputOf({ new_name: 'Argo' }))).id;
const turns = Array.from({ length: ROUNDS }, (_, turn) => turn);

test('of two changes at one version exactly one wins', async () => {
  for (const turn of turns) {
    const made = await create(world.call, ship(), inputOf({ new_name: 'Argo' }));
    const ends = await race(
      [1, 2, 3, 4].map((n) =>
        update(world.call, ship(), { id: made.id }, inputOf({ new_crew: 100 * (turn + 1) + n }), {
          version: made.version,
        }),
      ),
    );
    expect(ends.filter((end) => end !== 'PRECONDITION_FAILED')).toHaveLength(1);
  }
});

test('changes of different fields without a version all stay, and the log leads to the row', async () => {
  const id = await argo();
  await race(
    turns.flatMap((n) => [
      update(world.call, ship(), { id }, inputOf({ new_crew: n + 20 })),
      update(world.call, ship(), { id }, inputOf({ new_flag: String(n) })),
    ]),
  );
  const log = await world.rows<{ changes: string }>(
    `select changes from org_default._audit where record = $1 and action = 'update'`,
    [id],
  );
  const steps = log.map((one) => JSON.parse(one.changes) as Record<string, [unknown, unknown]>);
  // Every old value is the new value of another step: a chain without gaps, whatever the order was.
  for (const field of ['new_crew', 'new_flag']) {
    const mine = steps.flatMap((step) => (step[field] ? [step[field]] : []));
    const [row] = await world.rows(`select * from org_default.new_ship where new_shipid = $1`, [id]);
    const olds = mine.map(([old]) => old).concat([row?.[field]]);
    const news = mine.map(([, next]) => next).concat([field === 'new_crew' ? 12 : null]);
    expect(olds.map(String).toSorted()).toEqual(news.map(String).toSorted());
  }
});

test('a row deleted while others refer to it leaves nothing dangling', async () => {
  for (const turn of turns) {
    const id = await argo();
    const account = (await create(world.call, world.entity('account'), inputOf({ name: `A${turn}` }))).id;
    await race([
      remove(world.call, ship(), { id }),
      create(world.call, cargo(), inputOf({ new_label: 'x', new_ship: id })),
      create(world.call, cargo(), inputOf({ new_label: 'x', new_bond: id })),
      remove(world.call, world.entity('account'), { id: account }),
      create(world.call, cargo(), inputOf({ new_label: 'x', new_owner: account }, { new_owner: 'account' })),
      create(world.call, cargo(), inputOf({ new_label: 'y', new_owner: account }, { new_owner: 'account' })),
    ]);
  }
  const dangling = await world.rows(
    `select c.new_cargoid from org_default.new_cargo c
where (c.new_ship is not null and not exists (select from org_default.new_ship s where s.new_shipid = c.new_ship))
   or (c.new_bond is not null and not exists (select from org_default.new_ship s where s.new_shipid = c.new_bond))
   or (c.new_owner is not null and not exists (select from org_default.account a where a.accountid = c.new_owner))`,
  );
  expect(dangling).toEqual([]);
});

test('of upserts under one key exactly one creates', async () => {
  for (const turn of turns) {
    const ends = await race(
      [1, 2, 3, 4].map((n) =>
        upsert(world.call, ship(), { key: { new_imo: `U${turn}` } }, inputOf({ new_name: `n${n}` })),
      ),
    );
    expect(ends.filter((end) => (end as { created: boolean }).created)).toHaveLength(1);
    expect(await world.rows(`select 1 from org_default.new_ship where new_imo = $1`, [`U${turn}`])).toHaveLength(1);
  }
});

test('two rows put below each other never make a loop', async () => {
  for (const _ of turns) {
    const [a, b] = [await argo(), await argo()];
    const ends = await race([
      update(world.call, ship(), { id: a }, inputOf({ new_fleet: b })),
      update(world.call, ship(), { id: b }, inputOf({ new_fleet: a })),
    ]);
    expect(ends.filter((end) => end === 'RECORD_INVALID')).toHaveLength(1);
  }
});

test('a link made many times at once is there once, and logged once', async () => {
  const id = await argo();
  const port = (await create(world.call, world.entity('new_port'), inputOf({ new_name: 'P' }))).id;
  await race(turns.map(() => associate(world.call, ship(), { id }, 'new_ship_ports', { id: port })));
  const log = await world.rows(`select 1 from org_default._audit where record = $1 and action = 'associate'`, [id]);
  expect(log).toHaveLength(1);
});

test('status steps that meet keep to the allowed ways', async () => {
  for (const _ of turns) {
    const id = await argo();
    await race([2, 3, 1, 3].map((reason) => update(world.call, ship(), { id }, inputOf({ statuscode: reason }))));
    const log = await world.rows<{ changes: string }>(
      `select changes from org_default._audit where record = $1 and action = 'update'`,
      [id],
    );
    const steps = log.map((one) => (JSON.parse(one.changes) as { statuscode: [number, number] }).statuscode.join('→'));
    for (const step of steps) expect(['1→2', '2→1', '2→3', '3→1', '3→2']).toContain(step);
  }
});
