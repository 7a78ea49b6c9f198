// Advice about views on a started server: which is slow, what an index of its own gains, that publishing leaves the index alone,
// and that one word takes it back.
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Database } from '../../core/db/sql.ts';
import { layerOf } from '../../core/model/read-layer.ts';
import type { JsonObject } from '../../core/sdk/index.ts';
import { newcomer } from '../support/newcomer.ts';
import { testServer, type InProcessServer } from '../support/server.ts';

const ROWS = 15_000;
let server: InProcessServer;
let database: Database;

beforeAll(async () => {
  server = await testServer();
  database = server.server.organization.current().database;
  // One row in five thousand has the symbol; nothing leads to it but reading them all.
  await database.script(`insert into org_default.account (accountid, name, tickersymbol, createdon, modifiedon, statecode, statuscode)
    select ('00000000-0000-7000-8001-' || lpad(to_hex(n), 12, '0'))::uuid, 'Account ' || n, case when n % 5000 = 1 then 'rare' else 'common' end,
      now() - n * interval '1 minute', now(), 0, 1 from generate_series(1, ${ROWS}) n`);
  await database.script('analyze org_default.account');
});
afterAll(() => server?.stop());

/** The organization's layer with these views. */
async function publish(views: Readonly<Record<string, JsonObject>>): Promise<void> {
  const { layer } = layerOf({ id: 'organization', version: '1.0.0', kind: 'organization' }, views);
  await server.server.organization.publish(layer);
}
const rare: JsonObject = {
  title: 'Rare symbols',
  columns: [{ id: 'name' }, { id: 'tickersymbol' }],
  filter: { field: 'tickersymbol', is: 'eq', value: 'rare' },
  sort: [{ id: 'createdon', direction: 'desc' }],
};

const ask = async <T>(method: string, path: string, status: number, body?: object): Promise<T> => {
  const answer = await server.request(path, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  expect([path, answer.status, text.slice(0, answer.status === status ? 0 : 300)]).toEqual([path, status, '']);
  return (text === '' ? undefined : JSON.parse(text)) as T;
};

interface Advice {
  readonly took: number;
  readonly index: string | null;
  readonly discarded: number;
  readonly proposals: readonly { readonly name: string; readonly keys: readonly { readonly column: string }[] }[];
}
interface Listed {
  readonly views: readonly { readonly view: string; readonly runs: number; readonly mean?: number }[];
  readonly indexes: readonly { readonly name: string; readonly before: number; readonly after: number }[];
}
interface Job {
  readonly id: string;
  readonly state: string;
  readonly result: { readonly kept: string | null; readonly before: number } | null;
  readonly failure: { readonly code: string } | null;
}

const ended = (id: string): Promise<Job> =>
  vi.waitFor(
    async () => {
      const job = await ask<Job>('GET', `/api/jobs/${id}`, 200);
      expect(job.state).toBeOneOf(['done', 'failed']);
      return job;
    },
    { timeout: 30_000, interval: 100 },
  );
const indexNames = async (): Promise<readonly string[]> =>
  (
    await database.query<{ name: string }>(
      `select indexrelid::regclass::text as name from pg_index where indrelid = 'org_default.account'::regclass and indisvalid`,
    )
  ).map(({ name }) => name);

test('a slow view is found, gets an index that is measured and kept, keeps it over a publish, and gives it back', async () => {
  await publish({ 'account/views/rare': rare });
  for (let time = 0; time < 3; time++)
    await ask('GET', '/api/data/v9.2/accounts?$select=name&savedQuery=account/views/rare', 200);
  const listed = await ask<Listed>('GET', '/api/admin/views', 200);
  expect(listed.views.find(({ view }) => view === 'account/views/rare')).toMatchObject({ runs: 3 });

  const before = await ask<Advice>('GET', '/api/admin/views/account/rare', 200);
  expect(before.discarded).toBeGreaterThan(ROWS / 2);
  expect(before.proposals[0]?.keys.map(({ column }) => column)).toEqual(['tickersymbol', 'createdon', 'accountid']);

  const { id } = await ask<Job>('POST', '/api/admin/views/account/rare/index', 202);
  const job = await ended(id);
  expect(job.failure).toBeNull();
  const kept = job.result?.kept ?? '';
  expect(kept).toMatch(/^advice_/);
  const { indexes } = await ask<Listed>('GET', '/api/admin/views', 200);
  expect(indexes).toMatchObject([{ name: kept }]);
  expect((indexes[0]?.before ?? 0) > (indexes[0]?.after ?? Infinity)).toBe(true);
  const after = await ask<Advice>('GET', '/api/admin/views/account/rare', 200);
  expect(after).toMatchObject({ index: kept, discarded: 0 });
  // The others that were tried are gone.
  expect((await indexNames()).filter((name) => name.includes('advice_'))).toEqual([`org_default.${kept}`]);

  await publish({ 'account/views/rare': rare, 'account/views/other': { title: 'Another', columns: [{ id: 'name' }] } });
  expect(await indexNames()).toContain(`org_default.${kept}`);

  await ask('DELETE', `/api/admin/views/indexes/${kept}`, 204);
  expect((await indexNames()).filter((name) => name.includes('advice_'))).toEqual([]);
  await ask('DELETE', `/api/admin/views/indexes/${kept}`, 404);
});

test('a view that has what it needs is left alone, and only who may customize asks', async () => {
  const { id } = await ask<Job>('POST', '/api/admin/views/account/other/index', 202);
  expect(await ended(id)).toMatchObject({ state: 'failed', failure: { code: 'VIEW_NOTHING_TO_TRY' } });
  await ask('GET', '/api/admin/views/account/nothing', 404);
  const { key } = await newcomer(server.server, 'seller', ['salesperson']);
  for (const [method, path] of [
    ['GET', ''],
    ['GET', '/account/rare'],
    ['POST', '/account/rare/index'],
    ['DELETE', '/indexes/advice_0'],
  ] as const) {
    const answer = await server.request(`/api/admin/views${path}`, {
      method,
      headers: { authorization: `Bearer ${key}` },
    });
    expect([path, answer.status]).toEqual([path, 403]);
    await answer.arrayBuffer();
  }
});
