// API keys of one's own: shown once, narrowed to roles, ended and expired ones refused, and never in an address.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApiKey } from '../../core/security/sign-in/api-keys.ts';
import { systemPrincipal } from '../../core/security/system-principal.ts';
import { alignRoles } from '../../core/security/administration/user-roles.ts';
import { API_KEY, testServer, type InProcessServer } from '../support/server.ts';
import { codeOf, makePerson, SESSION, visitor, type Visitor } from '../support/visitor.ts';

let server: InProcessServer;
const PASSWORD = 'right password';
const KEYS = '/api/auth/keys';

beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server.stop());

async function signedIn(email: string, roles?: readonly string[]): Promise<Visitor> {
  await makePerson(server, email, PASSWORD, roles);
  const person = visitor(server.url);
  await person.signIn(email, PASSWORD);
  return person;
}

let leaked: Promise<{ readonly owner: Visitor; readonly key: string }> | undefined;

/** A person with a session and a key, for what must be refused whoever asks: made once. */
function somebody(): Promise<{ readonly owner: Visitor; readonly key: string }> {
  leaked ??= signedIn('leaked@example.com').then(async (owner) => ({
    owner,
    key: (await make(owner, { name: 'leaked' })).key,
  }));
  return leaked;
}

interface Made {
  readonly id: string;
  readonly key: string;
}

async function make(person: Visitor, body: unknown): Promise<Made> {
  const response = await person.ask('POST', KEYS, body);
  expect(response.status).toBe(201);
  return (await response.json()) as Made;
}

function withKey(key: string, path: string, method = 'GET', body?: unknown): Promise<Response> {
  return visitor(server.url).ask(method, path, body, { authorization: `Bearer ${key}` });
}

test('a key is shown once; afterwards only how it begins, when it ends and when it was used', async () => {
  const person = await signedIn('owner@example.com');
  const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
  const { id, key } = await make(person, { name: ' nightly import ', expiresAt });
  expect(key).toMatch(/^pvd_[\w-]{43}$/);
  expect((await withKey(key, '/api/me')).status).toBe(200);
  const listed = async () =>
    (await (await person.ask('GET', KEYS)).json()) as { keys: { lastUsedAt: string | null }[] };
  await expect.poll(async () => (await listed()).keys[0]?.lastUsedAt).toMatch(/^\d{4}-.*Z$/);
  const shown = await listed();
  expect(shown.keys).toEqual([
    expect.objectContaining({ id, name: 'nightly import', start: key.slice(0, 10), expiresAt, roles: null }),
  ]);
  expect(JSON.stringify(shown)).not.toContain(key);
  const stored = await server.server.database.query('select * from peyvand_auth.api_key where id = $1', [id]);
  expect(JSON.stringify(stored)).not.toContain(key);
});

test('a key narrowed to one role has no more than that, although its owner has', async () => {
  const owner = await signedIn('narrow@example.com', ['system-administrator', 'basic-user']);
  const { key } = await make(owner, { name: 'reader', roles: ['basic-user'] });
  const { key: whole } = await make(owner, { name: 'all' });
  const me = async (token: string) => (await withKey(token, '/api/me')).json();
  expect(await me(key)).toMatchObject({ email: 'narrow@example.com', administrator: false });
  expect(await me(whole)).toMatchObject({ administrator: true });
  expect((await withKey(key, '/api/admin/keys')).status).toBe(403);
  expect((await withKey(whole, '/api/admin/keys')).status).toBe(200);
});

test('a role that the owner loses is lost to the key, and a narrowed key gains none', async () => {
  const owner = await signedIn('loses@example.com', ['basic-user', 'system-administrator']);
  const { userId } = (await (await owner.ask('GET', '/api/me')).json()) as { userId: string };
  const { key } = await make(owner, { name: 'administers', roles: ['system-administrator'] });
  const { key: reader } = await make(owner, { name: 'reads', roles: ['basic-user'] });
  const status = async (token: string) => (await withKey(token, '/api/admin/keys')).status;
  const give = (roles: readonly string[]) =>
    alignRoles(
      { engine: server.server.organization.current(), principal: systemPrincipal, requestId: 'test' },
      userId,
      new Set(['system-administrator']),
      new Set(roles),
    );
  expect([await status(key), await status(reader)]).toEqual([200, 403]);
  await give([]);
  await expect.poll(() => status(key)).toBe(403);
  await give(['system-administrator']);
  await expect.poll(() => status(key)).toBe(200);
  expect(await status(reader)).toBe(403);
});

test('a key cannot make keys, end sessions, change the password or the second factor: a lost one stays what it is', async () => {
  const owner = await signedIn('lost@example.com', ['system-administrator']);
  const { key } = await make(owner, { name: 'lost' });
  const session = owner.cookies.get(SESSION) ?? '';
  for (const [method, path, body] of [
    ['POST', KEYS, { name: 'heir' }],
    ['DELETE', `${KEYS}/0197a1b2-3c4d-7e5f-8a9b-0c1d2e3f4a5b`, undefined],
    ['POST', '/api/auth/change-password', { currentPassword: PASSWORD, newPassword: 'second password' }],
    ['POST', '/api/auth/second-factor/begin', { password: PASSWORD }],
    ['POST', '/api/auth/second-factor/confirm', { code: '123456' }],
    ['POST', '/api/auth/second-factor/disable', { password: PASSWORD }],
    ['POST', '/api/auth/sign-out-everywhere', undefined],
    ['DELETE', '/api/auth/sessions/any', undefined],
  ] as const) {
    for (const cookie of [{}, { cookie: `${SESSION}=${session}` }]) {
      const headers = { authorization: `Bearer ${key}`, ...cookie };
      const response = await visitor(server.url).ask(method, path, body, headers);
      expect(response.status, path).toBe(403);
      expect(await codeOf(response)).toBe('SESSION_NEEDED');
    }
  }
});

test('all mistakes of a new key are told at once', async () => {
  const person = await signedIn('mistakes@example.com');
  const refused = await person.ask('POST', KEYS, {
    name: '',
    expiresAt: '2020-01-01',
    roles: ['system-administrator'],
  });
  const { error } = (await refused.json()) as { error: { details: { code: string; target: string }[] } };
  expect(error.details.map(({ code, target }) => `${target} ${code}`)).toEqual([
    'name TEXT_EXPECTED',
    'expiresAt TIME_EXPECTED',
    'roles ROLE_NOT_HELD',
  ]);
  for (const body of [
    { name: '   ' },
    { name: 'x'.repeat(101) },
    { name: 'x', expiresAt: 'tomorrow' },
    { name: 'x', expiresAt: 7 },
    { name: 'x', roles: [] },
    { name: 'x', roles: 'basic-user' },
    { name: 'x', roles: [7] },
  ])
    expect((await person.ask('POST', KEYS, body)).status, JSON.stringify(body)).toBe(400);
});

test('a revoked key is refused at once; another’s cannot be revoked', async () => {
  const [owner, other] = [await signedIn('revoker@example.com'), await signedIn('other@example.com')];
  const { id, key } = await make(owner, { name: 'short-lived' });
  expect((await withKey(key, '/api/me')).status).toBe(200);
  expect(await codeOf(await other.ask('DELETE', `${KEYS}/${id}`))).toBe('KEY_UNKNOWN');
  expect((await withKey(key, '/api/me')).status).toBe(200);
  expect((await owner.ask('DELETE', `${KEYS}/${id}`)).status).toBe(204);
  expect((await withKey(key, '/api/me')).status).toBe(401);
  expect((await owner.ask('DELETE', `${KEYS}/${id}`)).status).toBe(404);
  expect(await (await owner.ask('GET', KEYS)).json()).toEqual({ keys: [] });
});

test('a key that has run out is refused, and still shown, so that its owner sees why', async () => {
  const owner = await signedIn('run-out@example.com');
  const { id, key } = await make(owner, {
    name: 'until now',
    expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
  });
  await server.server.database.query(`update peyvand_auth.api_key set expires_at = now() where id = $1`, [id]);
  const refused = await withKey(key, '/api/me');
  expect(refused.status).toBe(401);
  expect(await codeOf(refused)).toBe('PRINCIPAL_UNKNOWN');
  expect(await (await owner.ask('GET', KEYS)).json()).toMatchObject({ keys: [{ id }] });
});

test('a key of a disabled user is refused', async () => {
  const userId = await makePerson(server, 'dormant@example.com');
  const { key } = await createApiKey(server.server.database, { name: 'dormant', userId });
  expect((await withKey(key, '/api/me')).status).toBe(200);
  await server.request(`/api/data/v9.2/systemusers(${userId})`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: '{"isdisabled":true}',
  });
  await expect.poll(async () => (await withKey(key, '/api/me')).status).toBe(401);
});

test.each([
  ['/api/me?api_key=KEY'],
  ['/api/me?access_token=KEY'],
  ['/api/me?x=1&API_KEY=KEY'],
  ['/api/me?apikey=anything-at-all'],
  ['/api/me?%61pi%5Fkey=KEY'],
  ['/api/me?note=KEY'],
  ['/api/data/v9.2/accounts?$filter=name eq %27KEY%27'],
  ['/api/data/v9.2/accounts/KEY'],
  ['/app/KEY'],
  ['/?access_token=KEY'],
])('a key in the address %s is refused with what to do, even beside a right one', async (path) => {
  const { key } = await somebody();
  for (const headers of [{}, { authorization: `Bearer ${API_KEY}` }]) {
    const response = await visitor(server.url).ask('GET', path.replace('KEY', key), undefined, headers);
    expect(response.status).toBe(400);
    const text = await response.text();
    expect(text).toContain('KEY_IN_ADDRESS');
    expect(text).toContain('Authorization header');
    expect(text).not.toContain(key);
  }
});

test.each([
  'Bearer',
  'Bearer ',
  'Bearer x',
  'Bearer pvd_',
  'Bearer pvd_short',
  'Bearer pvd_0123456789abcdefghijklmnopqrstuvwxyz0123456',
  `Bearer ${API_KEY}x`,
  `Bearer ${API_KEY.slice(0, -1)}`,
  `Bearer ${API_KEY} ${API_KEY}`,
  'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9.',
  `Basic ${Buffer.from(`x:${API_KEY}`).toString('base64')}`,
  `Token ${API_KEY}`,
  API_KEY,
])('Authorization: %s is refused, also beside a session', async (authorization) => {
  const { owner } = await somebody();
  const response = await owner.ask('GET', '/api/me', undefined, { authorization });
  expect(response.status).toBe(401);
  expect(await codeOf(response)).toBe('PRINCIPAL_UNKNOWN');
});
