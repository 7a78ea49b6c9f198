// Server-sent events over real HTTP: who hears what, from whichever server process, and when a stream ends.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectDatabase } from '../../core/db/connect.ts';
import { layerOf } from '../../core/model/read-layer.ts';
import { revokeApiKey } from '../../core/security/sign-in/api-keys.ts';
import { BUNDLE } from '../../runtime/cli/bundle.ts';
import { readConfig } from '../../runtime/server/config.ts';
import { startServer, type RunningServer } from '../../runtime/server/server.ts';
import { openStream } from '../../runtime/server/events/stream.ts';
import { newcomer } from '../support/newcomer.ts';
import { readEvents, type EventReader } from '../support/event-reader.ts';
import { testDatabase, type TestDatabase } from '../support/database.ts';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makePerson, visitor } from '../support/visitor.ts';

const BASE = '/api/data/v9.2';
const folder = mkdtempSync(join(tmpdir(), 'peyvand-events-'));
const servers: RunningServer[] = [];
let database: TestDatabase;
const keys = { ada: '', bob: '' };
const ids = { ada: '', bob: '' };
const open: EventReader[] = [];

beforeAll(async () => {
  database = await testDatabase();
  const config = readConfig({
    PORT: '0',
    DATABASE_URL: database.url,
    PEYVAND_DATA: folder,
    PEYVAND_ADMIN_EMAIL: 'admin@example.com',
    PEYVAND_ADMIN_PASSWORD: 'correct horse battery',
    LOG_LEVEL: 'silent',
  });
  for (let count = 0; count < 2; count += 1) servers.push(await startServer({ config, pages: BUNDLE }));
  const everyone = { systemuser: { read: 'organization' }, team: { read: 'organization' } };
  const role = { title: 'Own accounts', privileges: { ...everyone, account: 'own' } };
  const { layer } = layerOf({ id: 'organization', version: '1', kind: 'organization' }, { 'roles/new_own': role });
  await one().organization.publish(layer);
  for (const name of ['ada', 'bob'] as const)
    ({ id: ids[name], key: keys[name] } = await newcomer(one(), name, ['new_own']));
});
afterAll(async () => {
  for (const reader of open) reader.close();
  await Promise.all(servers.map((server) => server.close(1000)));
  await database.drop();
  rmSync(folder, { recursive: true, force: true });
});

function one(): RunningServer {
  const [first] = servers;
  if (!first) throw new TypeError('no server');
  return first;
}

/** Writes through the first server. */
async function as(who: 'ada' | 'bob', method: string, path: string, body?: unknown): Promise<Response> {
  const response = await fetch(`${one().url}${path}`, {
    method,
    headers: { authorization: `Bearer ${keys[who]}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  expect(response.status, await response.clone().text()).toBeLessThan(300);
  return response;
}

async function account(who: 'ada' | 'bob'): Promise<string> {
  const made = await as(who, 'POST', `${BASE}/accounts`, { name: 'Observed' });
  return /\(([^)]+)\)$/.exec(made.headers.get('odata-entityid') ?? '')?.[1] ?? '';
}

async function listen(
  who: 'ada' | 'bob',
  topics: string,
  more: Readonly<Record<string, string>> = {},
  at = servers[1],
): Promise<EventReader> {
  const reader = await readEvents(`${at?.url}/api/events?topics=${topics}`, {
    authorization: `Bearer ${keys[who]}`,
    ...more,
  });
  open.push(reader);
  await reader.next('ready');
  return reader;
}

interface Change {
  readonly entity: string;
  readonly id: string;
  readonly kind: string;
}

const about = (id: string, kind: string) => (data: unknown) =>
  (data as readonly Change[]).some((change) => change.id === id && change.kind === kind);

test('what one server writes is heard at another, by those who may see the row and by nobody else', async () => {
  const [ada, bob] = [await listen('ada', 'account'), await listen('bob', 'account')];
  const id = await account('ada');
  const made = await ada.next('changes', about(id, 'created'));
  expect(made.data).toEqual([{ entity: 'account', id, kind: 'created', version: expect.stringMatching(/^\d+$/) }]);
  await as('ada', 'PATCH', `${BASE}/accounts(${id})`, { name: 'Observed twice' });
  await ada.next('changes', about(id, 'updated'));
  // Shared: it comes into Bob's view; deleted: both are told, and nothing before was for Bob.
  const target = { Target: { accountid: id, '@odata.type': 'Microsoft.Dynamics.CRM.account' } };
  const party = { systemuserid: ids.bob, '@odata.type': 'Microsoft.Dynamics.CRM.systemuser' };
  await as('ada', 'POST', `${BASE}/GrantAccess`, {
    ...target,
    PrincipalAccess: { Principal: party, AccessMask: 'ReadAccess' },
  });
  await bob.next('changes', about(id, 'updated'));
  await as('ada', 'DELETE', `${BASE}/accounts(${id})`);
  await ada.next('changes', about(id, 'removed'));
  await bob.next('changes', about(id, 'removed'));
  const heard = bob.told.filter(({ event }) => event === 'changes').flatMap(({ data }) => data as readonly Change[]);
  expect(heard.map(({ kind }) => kind)).toEqual(['updated', 'removed']);
});

test('a stream about one row tells of that row only, and of one that left its view', async () => {
  const [mine, other] = [await account('ada'), await account('ada')];
  const ada = await listen('ada', `account:${mine}`);
  await as('ada', 'PATCH', `${BASE}/accounts(${other})`, { name: 'not asked for' });
  await as('ada', 'PATCH', `${BASE}/accounts(${mine})`, { 'ownerid@odata.bind': `/systemusers(${ids.bob})` });
  const { data } = await ada.next('changes', about(mine, 'removed'));
  expect(data).toEqual([{ entity: 'account', id: mine, kind: 'removed' }]);
  expect(JSON.stringify(ada.told)).not.toContain(other);
});

test('a reader who comes back hears what happened meanwhile, or that everything has to be read again', async () => {
  const before = await listen('ada', 'account');
  const { id: last = '' } = await before.next('ready');
  before.close();
  const id = await account('ada');
  const back = await listen('ada', 'account', { 'last-event-id': last });
  await back.next('changes', about(id, 'created'));
  const lost = await listen('ada', 'account', { 'last-event-id': `${last}x` });
  expect((await lost.next('reset')).data).toEqual({ reason: 'resume' });
});

test('other rights begin the stream anew; a revoked key and an ended session end it', async () => {
  const { id, key } = await newcomer(one(), 'cleo', ['basic-user']);
  const cleo = await readEvents(`${servers[1]?.url}/api/events?topics=account`, { authorization: `Bearer ${key}` });
  await cleo.next('ready');
  const pool = connectDatabase({ url: database.url, max: 1 });
  try {
    await pool.query(
      `insert into org_default.systemuserroles_association (systemuserid, roleid) select $1::uuid, roleid from org_default.role where document = 'system-administrator'`,
      [id],
    );
    expect((await cleo.next('reset')).data).toEqual({ reason: 'rights' });
    await revokeApiKey(pool, 'cleo');
    await cleo.ended;
  } finally {
    await pool.end();
  }
  const site = servers[1]?.url ?? '';
  await makePerson({ server: one() } as never, 'dora@example.com', 'a good passphrase');
  const dora = visitor(site);
  await dora.signIn('dora@example.com', 'a good passphrase');
  const cookie = [...dora.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const stream = await readEvents(`${site}/api/events?topics=account,jobs`, { cookie });
  await stream.next('ready');
  await dora.ask('POST', '/api/auth/sign-out');
  await stream.ended;
});

test('what cannot be listened to is refused', async () => {
  const ask = (query: string, headers: Record<string, string> = { authorization: `Bearer ${keys.bob}` }) =>
    fetch(`${one().url}/api/events?topics=${query}`, { headers });
  expect((await ask('nothing')).status).toBe(404);
  expect((await ask('account:1')).status).toBe(400);
  expect((await ask(Array.from({ length: 201 }, () => 'account').join())).status).toBe(400);
  expect((await ask('account', {})).status).toBe(401);
  const streams = await Promise.all(Array.from({ length: 14 }, () => ask('account')));
  expect(streams.filter(({ status }) => status === 429).length).toBeGreaterThan(0);
  await Promise.all(streams.map(({ body }) => body?.cancel()));
});

test('who reads slower than things happen is told to begin again, and holds no more than a bounded heap', async () => {
  let closed = false;
  const stream = openStream(() => (closed = true));
  for (let sent = 0; sent < 10_000 && !closed; sent += 1) stream.send('changes', ['x'.repeat(100)]);
  expect(closed).toBe(true);
  const text = await new Response(stream.body).text();
  expect(text.length).toBeLessThan(70_000);
  expect(text.endsWith('event: reset\ndata: {"reason":"slow"}\n\n')).toBe(true);
});

test('a server that stops ends its streams at once', async () => {
  const last = servers.pop();
  const reader = await listen('ada', 'account', {}, last);
  await last?.close(10_000);
  await reader.ended;
});
