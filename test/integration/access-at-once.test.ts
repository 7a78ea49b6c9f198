// Rights that change through one server hold at once on another: roles, teams, units, shares.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testDatabase, type TestDatabase } from '../support/database.ts';
import { newcomer } from '../support/newcomer.ts';
import { testServer, type InProcessServer } from '../support/server.ts';

const BASE = '/api/data/v9.2';

let database: TestDatabase;
let near: InProcessServer;
let far: InProcessServer;
let user: string;
let key: string;

beforeAll(async () => {
  database = await testDatabase();
  near = await testServer({ DATABASE_URL: database.url });
  far = await testServer({ DATABASE_URL: database.url });
  ({ id: user, key } = await newcomer(near.server, 'sara'));
});
afterAll(async () => {
  await far.stop();
  await near.stop();
  await database.drop();
});

const asUser = (path: string) => far.request(BASE + path, { headers: { authorization: `Bearer ${key}` } });

async function post(path: string, body: unknown, method = 'POST'): Promise<string> {
  const response = await near.request(BASE + path, {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(response.status, await response.clone().text()).toBe(204);
  return /\(([^)]+)\)$/.exec(response.headers.get('odata-entityid') ?? '')?.[1] ?? '';
}

async function remove(path: string): Promise<void> {
  expect((await near.request(BASE + path, { method: 'DELETE' })).status).toBe(204);
}

const link = (path: string, to: string) => post(path, { '@odata.id': near.url + BASE + to });

async function idOf(path: string, field: string): Promise<string> {
  const answer = (await (await near.request(BASE + path)).json()) as {
    readonly value: readonly Record<string, string>[];
  };
  return answer.value[0]?.[field] ?? '';
}

/** The other server hears of it a moment later. */
const soon = (path: string, status: number) =>
  expect.poll(async () => (await asUser(path)).status, { timeout: 5000, interval: 20 }).toBe(status);

test('a role given counts on the other server, and taken no longer does', async () => {
  const role = await idOf(`/roles?$filter=document eq 'salesperson'`, 'roleid');
  expect((await asUser('/accounts')).status).toBe(403);
  await link(`/systemusers(${user})/systemuserroles_association/$ref`, `/roles(${role})`);
  await soon('/accounts', 200);
  await remove(`/systemusers(${user})/systemuserroles_association(${role})/$ref`);
  await soon('/accounts', 403);
});

test('so do a team and its role, and the unit the user is moved to', async () => {
  const unit = await post('/businessunits', { name: 'North' });
  const team = await post('/teams', { name: 'Northerners', 'businessunitid@odata.bind': `/businessunits(${unit})` });
  const account = await post('/accounts', { name: 'Polar', 'ownerid_team@odata.bind': `/teams(${team})` });
  const role = await idOf(`/roles?$filter=document eq 'salesperson'`, 'roleid');
  await link(`/systemusers(${user})/systemuserroles_association/$ref`, `/roles(${role})`);
  await soon('/accounts', 200);
  await soon(`/accounts(${account})`, 404);
  await link(`/teams(${team})/teammembership_association/$ref`, `/systemusers(${user})`);
  await soon(`/accounts(${account})`, 200);
  await remove(`/teams(${team})/teammembership_association(${user})/$ref`);
  await soon(`/accounts(${account})`, 404);
  await post(`/systemusers(${user})`, { 'businessunitid@odata.bind': `/businessunits(${unit})` }, 'PATCH');
  await soon(`/accounts(${account})`, 200);
  await remove(`/systemusers(${user})/systemuserroles_association(${role})/$ref`);
  await soon(`/accounts(${account})`, 403);
});
