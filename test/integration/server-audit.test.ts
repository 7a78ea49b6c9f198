// The audit log over HTTP: histories, moments, restoring, search, and what signing in leaves there.
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { ADMIN_EMAIL, ADMIN_PASSWORD, testServer, type InProcessServer } from '../support/server.ts';

let server: InProcessServer;
beforeAll(async () => {
  server = await testServer();
}, 60_000);
afterAll(() => server.stop());

interface Entry {
  readonly at: string;
  readonly action: string;
  readonly via: string | null;
  readonly address?: string;
  readonly user: { readonly id: string; readonly name?: string } | null;
  readonly changes: readonly { readonly field: string }[];
  readonly record?: string;
  readonly data?: Readonly<Record<string, unknown>>;
}
const json = { 'content-type': 'application/json' };
const get = async (path: string): Promise<{ entries: readonly Entry[]; next?: string }> => {
  const response = await server.request(path);
  expect(response.status).toBe(200);
  return (await response.json()) as { entries: readonly Entry[]; next?: string };
};
const make = async (body: unknown): Promise<string> => {
  const response = await server.request('/api/data/v9.2/accounts', {
    method: 'POST',
    headers: json,
    body: JSON.stringify(body),
  });
  return /\(([\w-]{36})\)/.exec(response.headers.get('odata-entityid') ?? '')?.[1] ?? '';
};
const patch = (id: string, body: unknown): Promise<Response> =>
  server.request(`/api/data/v9.2/accounts(${id})`, { method: 'PATCH', headers: json, body: JSON.stringify(body) });

test('a record tells its history, shows a moment of it and goes back there', async () => {
  const id = await make({ name: 'Acme', description: 'first' });
  await patch(id, { name: 'Acme Ltd', description: null });
  const { entries } = await get(`/api/audit/records/account/${id}`);
  expect(entries.map(({ action, via }) => [action, via])).toEqual([
    ['update', 'api-key PEYVAND_API_KEY'],
    ['create', 'api-key PEYVAND_API_KEY'],
  ]);
  expect(entries[0]?.address).toMatch(/127\.0\.0\.1|::1/);
  const at = entries[1]?.at ?? '';
  const past = await server.request(`/api/audit/records/account/${id}/as-of?at=${encodeURIComponent(at)}`);
  expect(await past.json()).toMatchObject({
    row: { name: 'Acme', description: 'first' },
    differs: ['name', 'description'],
  });
  const restoring = (body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
    server.request(`/api/audit/records/account/${id}/restore`, {
      method: 'POST',
      headers: { ...json, ...headers },
      body: JSON.stringify(body),
    });
  expect((await restoring({ at }, { 'if-match': 'W/"1"' })).status).toBe(412);
  const back = await restoring({ at, fields: ['name'] });
  expect(back.status).toBe(200);
  expect(await back.json()).toMatchObject({ restored: ['name'], skipped: [], created: false });
  const row = await (await server.request(`/api/data/v9.2/accounts(${id})?$select=name,description`)).json();
  expect(row).toMatchObject({ name: 'Acme', description: null });
  expect((await get(`/api/audit/records/account/${id}`)).entries[0]?.via).toBe('api-key PEYVAND_API_KEY → restore');
});

test.each([
  ['GET', '/api/audit/records/nothing/0197a1b2-3c4d-7e5f-8a9b-000000000001', 404],
  ['GET', '/api/audit/records/account/0197a1b2-3c4d-7e5f-8a9b-000000000001', 404],
  ['GET', '/api/audit/records/account/x', 404],
  ['GET', '/api/audit/records/account/%00', 404],
  ['GET', '/api/audit/records/account/0197a1b2-3c4d-7e5f-8a9b-000000000001?top=many', 400],
  ['GET', '/api/audit/search?user=me', 400],
  ['GET', '/api/audit/search?action=eat', 400],
  ['GET', '/api/audit/search?before=1', 400],
  ['GET', '/api/audit/search?from=0', 400],
  ['POST', '/api/audit/search', 405],
  ['DELETE', '/api/audit/records/account/0197a1b2-3c4d-7e5f-8a9b-000000000001', 405],
  ['GET', '/api/audit/records/account/0197a1b2-3c4d-7e5f-8a9b-000000000001/restore', 405],
] as const)('%s %s is refused with %s', async (method, path, status) => {
  const response = await server.request(path, { method });
  expect(response.status).toBe(status);
});

test.each([
  {},
  { at: 5 },
  { at: 'now' },
  { at: '2026-01-01T00:00:00Z', fields: 'name' },
  { at: '2026-01-01T00:00:00Z', all: true },
])('a restore that says %j is refused', async (body) => {
  const id = await make({ name: 'Acme' });
  const response = await server.request(`/api/audit/records/account/${id}/restore`, {
    method: 'POST',
    headers: json,
    body: JSON.stringify(body),
  });
  expect(response.status).toBe(400);
});

test('signing in, wrong tries and signing out stand in the log, without what was typed', async () => {
  const signIn = (email: string, password: string): Promise<Response> =>
    fetch(`${server.url}/api/auth/sign-in/email`, {
      method: 'POST',
      headers: { ...json, 'user-agent': 'test' },
      body: JSON.stringify({ email, password }),
    });
  expect((await signIn('stranger@example.com', 'hunter2')).status).toBe(401);
  expect((await signIn(ADMIN_EMAIL, 'hunter2 wrong')).status).toBe(401);
  const right = await signIn(ADMIN_EMAIL, ADMIN_PASSWORD);
  expect(right.status).toBe(200);
  const cookie = right.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ');
  const out = await fetch(`${server.url}/api/auth/sign-out`, {
    method: 'POST',
    headers: { cookie, origin: server.url },
  });
  expect(out.status).toBe(204);
  await vi.waitFor(async () => {
    const { entries } = await get('/api/audit/search?action=sign-ins');
    expect(entries.map(({ action }) => action)).toEqual(['sign-out', 'sign-in', 'sign-in-refused', 'sign-in-refused']);
    const [, inside, known, unknown] = entries;
    expect(inside?.user?.id).toBe(inside?.record);
    expect(known).toMatchObject({ user: null, record: inside?.record });
    expect(unknown).toMatchObject({ user: null, record: '00000000-0000-0000-0000-000000000000' });
    expect(JSON.stringify(entries)).not.toMatch(/hunter2|stranger/);
  });
});

test('who has no right to it sees nothing of the log', async () => {
  const response = await fetch(`${server.url}/api/audit/search`);
  expect(response.status).toBe(401);
});
