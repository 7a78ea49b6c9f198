// The organization's setting decides how long the log is kept.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startRetention } from '../../../core/audit/retention.ts';
import { create } from '../../../core/records/create.ts';
import { systemPrincipal } from '../../../core/security/system-principal.ts';
import { update } from '../../../core/records/update.ts';
import { inputOf, testEngine, type TestEngine } from '../../support/engine.ts';

let world: TestEngine;
beforeAll(async () => {
  world = await testEngine();
});
afterAll(() => world.drop());

const old = async (): Promise<number> => {
  const [row] = await world.rows<{ count: number }>(
    `select count(*)::int as count from org_default._audit where entity = 'relic'`,
  );
  return row?.count ?? 0;
};

test('an empty setting keeps everything; months drop what is past, and several servers do it once', async () => {
  const { engine, call } = world;
  await engine.database.query(
    `insert into org_default._audit (id, at, entity, record, action)
     select gen_random_uuid(), now() - interval '400 days', 'relic', gen_random_uuid(), 'update' from generate_series(1, 9)`,
  );
  const run = async (): Promise<void> => {
    const failures: unknown[] = [];
    const ends = [1, 2, 3].map(() =>
      startRetention({ engine: () => engine, onFailure: (error) => failures.push(error) }),
    );
    for (const end of ends) await end();
    expect(failures).toEqual([]);
  };
  const entity = world.entity('organization');
  const { id } = await create({ ...call, principal: systemPrincipal }, entity, inputOf({ name: 'Acme' }));
  await run();
  expect(await old()).toBe(9);
  await update(call, entity, { id }, inputOf({ auditretentionmonths: 12 }));
  await run();
  expect(await old()).toBe(0);
  const said = await world.rows<{ changes: string }>(
    `select changes from org_default._audit where action = 'retention'`,
  );
  expect(said.map(({ changes }) => JSON.parse(changes) as unknown)).toMatchObject([
    { months: 12, dropped: [{ entries: 9 }] },
  ]);
});
