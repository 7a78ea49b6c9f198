// Schedules: once for each time they are due, over all server processes, with the plugin's rights and a list of runs.
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { OwnedSchedule } from '../../../core/engine.ts';
import { listScheduleRuns, startSchedules } from '../../../core/plugins/schedules.ts';
import { reachOf } from '../../../core/records/reach.ts';
import { testEngine, type TestEngine } from '../../support/engine.ts';

let world: TestEngine;
beforeAll(async () => {
  world = await testEngine();
});
afterAll(() => world.drop());

it('runs what is due once, whichever of the server processes comes first, and lists how it went', async () => {
  const ran: string[] = [];
  let now = Date.parse('2026-11-22T10:05:00Z');
  const schedule: OwnedSchedule = {
    name: 'tidy/hourly',
    plugin: 'tidy',
    every: '1h',
    async run({ due, records }) {
      ran.push(due);
      if (ran.length === 2) throw new Error('not this time');
      await records.create('account', { name: due });
    },
  };
  const failures: unknown[] = [];
  const open = () =>
    startSchedules({
      engine: () => world.engine,
      schedules: () => [schedule],
      reach: reachOf,
      clock: () => now,
      onFailure: (error) => failures.push(error),
    });
  const servers = await Promise.all([open(), open(), open()]);
  const all = (): Promise<unknown> => Promise.all(servers.map((server) => server.tick()));
  // One that is new waits for its next time.
  await all();
  expect(ran).toEqual([]);
  now = Date.parse('2026-11-22T14:30:00Z');
  await all();
  await all();
  expect(ran).toEqual(['2026-11-22T14:00:00.000Z']);
  now = Date.parse('2026-11-22T15:00:01Z');
  await all();
  expect(ran).toHaveLength(2);
  expect(failures).toHaveLength(1);
  expect(await world.rows("select from org_default.account where name = '2026-11-22T14:00:00.000Z'")).toHaveLength(1);
  expect((await listScheduleRuns(world.engine, 'tidy')).slice(0, 2)).toMatchObject([
    { schedule: 'tidy/hourly', due: expect.stringContaining('15:00:00'), failure: 'not this time' },
    { schedule: 'tidy/hourly', due: expect.stringContaining('14:00:00'), ended: expect.any(String), failure: null },
  ]);
  await Promise.all(servers.map((server) => server.stop()));
});
