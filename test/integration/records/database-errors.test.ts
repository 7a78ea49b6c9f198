// What the database refuses is said in our words and never ends in a 500; cascades have an end.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { create } from '../../../core/records/create.ts';
import { remove } from '../../../core/records/remove.ts';
import { alone, transact } from '../../../core/records/transact.ts';
import { inputOf, testEngine, type TestEngine } from '../../support/engine.ts';
import { refused } from '../../support/refused.ts';
import { voyage } from '../../support/voyage.ts';

let world: TestEngine;
beforeAll(async () => {
  world = await testEngine(voyage);
});
afterAll(() => world.drop());

const raise = (state: string) =>
  `do $$ begin raise exception 'said by the database' using errcode = '${state}'; end $$`;

test.each([
  ['22001', 400, 'VALUE_REFUSED'],
  ['54000', 400, 'VALUE_REFUSED'],
  ['23514', 409, 'WRITE_REFUSED'],
  ['42703', 503, 'MODEL_CHANGED'],
  ['57014', 503, 'DATABASE_TIMEOUT'],
  ['55P03', 503, 'DATABASE_TIMEOUT'],
  ['53100', 503, 'DATABASE_BUSY'],
  ['XX001', 503, 'DATABASE_BUSY'],
])('an error %s answers %i %s', async (state, status, code) => {
  const ship = world.entity('new_ship');
  const error = await refused(alone(world.call, ship, () => world.engine.database.script(raise(state))));
  expect(error).toMatchObject({ status, code });
});

test('a deadlock or a serialization failure is tried again, and said when it does not end', async () => {
  const ship = world.entity('new_ship');
  for (const state of ['40001', '40P01']) {
    let tries = 0;
    const answer = await transact(world.call, ship, async (inside) => {
      if (++tries < 3) await inside.executor?.script(raise(state));
      return tries;
    });
    expect(answer).toBe(3);
    const error = await refused(transact(world.call, ship, async (inside) => inside.executor?.script(raise(state))));
    expect(error).toMatchObject({ status: 409, code: 'WRITE_CONFLICT' });
  }
});

test('a tree deeper than a cascade may go is refused, and stays', async () => {
  const ship = world.entity('new_ship');
  let above: string | undefined;
  const first = (await create(world.call, ship, inputOf({ new_name: 'Top' }))).id;
  above = first;
  for (let depth = 0; depth < 50; depth++) {
    above = (await create(world.call, ship, inputOf({ new_name: 'Below', new_fleet: above }))).id;
  }
  expect(await refused(remove(world.call, ship, { id: first }))).toMatchObject({
    status: 409,
    code: 'CASCADE_TOO_DEEP',
  });
  expect(await world.rows(`select 1 from org_default.new_ship`)).toHaveLength(51);
});
