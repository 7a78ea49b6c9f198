// Signing in, keys, and what keeps strangers out, over real HTTP.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApiKey, revokeApiKey } from '../../core/security/sign-in/api-keys.ts';
import { createUser } from '../../core/security/bootstrap.ts';
import { systemPrincipal } from '../../core/security/system-principal.ts';
import { resetPassword } from '../../core/security/sign-in/users.ts';
import { hashPassword } from '../../runtime/server/auth/sessions.ts';
import { ADMIN_EMAIL, ADMIN_PASSWORD, testServer, type InProcessServer } from '../support/server.ts';

let server: InProcessServer;
const BASE = '/api/data/v9.2';

beforeAll(async () => {
  server = await testServer();
});
afterAll(async () => {
  await server.stop();
});

function plain(path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(server.url + path, init);
}

function signIn(email: string, password: string): Promise<Response> {
  return plain('/api/auth/sign-in/email', {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: server.url },
    body: JSON.stringify({ email, password }),
  });
}

function cookieOf(response: Response): string {
  return response.headers.getSetCookie()[0]?.split(';')[0] ?? '';
}

async function makeUser(email: string, roles: readonly string[], password: string): Promise<string> {
  const engine = server.server.organization.current();
  const passwordHash = await hashPassword(password);
  return engine.database.transaction((executor) =>
    createUser(
      { engine, principal: systemPrincipal, executor, requestId: 'test' },
      { firstName: 'Test', lastName: email, email, roles, passwordHash },
    ),
  );
}

test.each([
  ['GET', `${BASE}`],
  ['GET', `${BASE}/accounts`],
  ['POST', `${BASE}/accounts`],
  ['GET', `${BASE}/accounts(0197a1b2-3c4d-7e5f-8a9b-0c1d2e3f4a5b)`],
  ['PATCH', `${BASE}/accounts(0197a1b2-3c4d-7e5f-8a9b-0c1d2e3f4a5b)`],
  ['DELETE', `${BASE}/accounts(0197a1b2-3c4d-7e5f-8a9b-0c1d2e3f4a5b)`],
  ['GET', `${BASE}/$metadata`],
  ['GET', `${BASE}/WhoAmI`],
  ['GET', `${BASE}/EntityDefinitions`],
  ['GET', `${BASE}/nonsense`],
  ['GET', '/api/metadata/app'],
  ['GET', '/api/metadata/entities/account'],
  ['GET', '/api/me'],
  ['PATCH', '/api/me'],
  ['GET', '/api/setup'],
  ['POST', '/api/setup'],
  ['GET', '/api/auth/get-session'],
  ['POST', '/api/auth/sign-out'],
  ['POST', '/api/auth/change-password'],
  ['POST', '/api/auth/sign-up/email'],
  ['GET', '/api/auth/list-sessions'],
  ['GET', '/api/events'],
  ['GET', '/api'],
  ['GET', '/api/nonsense'],
  ['GET', '/openapi.json'],
])('%s %s answers 401 without a principal', async (method, path) => {
  const body = method === 'POST' || method === 'PATCH' ? '{}' : null;
  const headers = { 'content-type': 'application/json', origin: server.url };
  for (const extra of [
    {},
    { authorization: 'Bearer pvd_wrong-key-0123456789abcdef' },
    { authorization: 'Basic eDp5' },
    { cookie: 'peyvand.session_token=forged.x' },
  ]) {
    const response = await plain(path, { method, body, headers: { ...headers, ...extra } });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toContain('Bearer');
    expect(((await response.json()) as { error: { code: string } }).error.code).toMatch(/^PRINCIPAL_/);
  }
});

test('the administrator signs in, is known, and signs out', async () => {
  const response = await signIn(ADMIN_EMAIL, ADMIN_PASSWORD);
  expect(response.status).toBe(200);
  const [set = ''] = response.headers.getSetCookie();
  expect(set).toMatch(/HttpOnly/i);
  expect(set).toMatch(/SameSite=Lax/i);
  const cookie = cookieOf(response);
  const me = await plain('/api/me', { headers: { cookie } });
  expect(await me.json()).toMatchObject({ email: ADMIN_EMAIL, administrator: true });
  const out = await plain('/api/auth/sign-out', { method: 'POST', headers: { cookie, origin: server.url } });
  expect(out.status).toBe(204);
  expect((await plain('/api/me', { headers: { cookie } })).status).toBe(401);
});

test('behind https the cookie is marked Secure', async () => {
  const response = await plain('/api/auth/sign-in/email', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-forwarded-proto': 'https' },
    body: JSON.stringify({ email: ADMIN_EMAIL, password: ADMIN_PASSWORD }),
  });
  expect(response.headers.getSetCookie()[0]).toMatch(/; Secure/);
});

test('a change with a cookie from a foreign page is refused, with an API key it needs no origin', async () => {
  const cookie = cookieOf(await signIn(ADMIN_EMAIL, ADMIN_PASSWORD));
  const send = (headers: Record<string, string>) =>
    plain(`${BASE}/accounts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: '{"name":"CSRF"}',
    });
  expect((await send({ cookie, origin: 'https://evil.example' })).status).toBe(403);
  expect((await send({ cookie, origin: 'null' })).status).toBe(403);
  expect((await send({ cookie })).status).toBe(403);
  expect((await send({ cookie, origin: server.url })).status).toBe(204);
  const list = await plain(`${BASE}/accounts/$count?$filter=name eq 'CSRF'`, { headers: { cookie } });
  expect(await list.text()).toBe('1');
});

test('wrong passwords lock a person out for a while; a new password lifts it', async () => {
  const id = await makeUser('locked@example.com', ['basic-user'], 'right password');
  for (let number = 0; number < 5; number++) expect((await signIn('locked@example.com', 'wrong')).status).toBe(401);
  const locked = await signIn('Locked@Example.com ', 'right password');
  expect(locked.status).toBe(429);
  expect(Number(locked.headers.get('retry-after'))).toBeGreaterThan(0);
  expect((await signIn(ADMIN_EMAIL, ADMIN_PASSWORD)).status).toBe(200);
  const { database } = server.server;
  const identity = { id, name: 'x', email: 'locked@example.com' };
  await resetPassword(database, identity, await hashPassword('another password'));
  expect((await signIn('locked@example.com', 'another password')).status).toBe(200);
});

test('many wrong passwords at once are not more than as many in a row', async () => {
  await makeUser('crowd@example.com', ['basic-user'], 'right password');
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, number) =>
      plain('/api/auth/sign-in/email', {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-forwarded-for': '198.51.100.20' },
        body: JSON.stringify({ email: 'crowd@example.com', password: `wrong ${number}` }),
      }),
    ),
  );
  const statuses = answers.map(({ status }) => status);
  expect(statuses.filter((status) => status === 401)).toHaveLength(5);
  expect(statuses.filter((status) => status === 429)).toHaveLength(15);
});

test('an unknown person and a wrong password cannot be told apart', async () => {
  const unknown = await signIn('nobody@example.com', 'some password');
  const wrong = await signIn(ADMIN_EMAIL, 'wrong password');
  expect(unknown.status).toBe(wrong.status);
  expect(await unknown.text()).toBe(await wrong.text());
});

test('a password is changed only by who knows it, and ends the other sessions', async () => {
  await makeUser('change@example.com', ['basic-user'], 'first password');
  const other = cookieOf(await signIn('change@example.com', 'first password'));
  const mine = cookieOf(await signIn('change@example.com', 'first password'));
  expect((await plain('/api/me', { headers: { cookie: other } })).status).toBe(200);
  const change = (currentPassword: string) =>
    plain('/api/auth/change-password', {
      method: 'POST',
      headers: { cookie: mine, origin: server.url, 'content-type': 'application/json' },
      body: JSON.stringify({ currentPassword, newPassword: 'second password' }),
    });
  expect((await change('wrong password')).status).toBe(400);
  expect((await change('first password')).status).toBe(204);
  expect((await signIn('change@example.com', 'first password')).status).toBe(401);
  expect((await signIn('change@example.com', 'second password')).status).toBe(200);
  await expect.poll(async () => (await plain('/api/me', { headers: { cookie: other } })).status).toBe(401);
});

test('guessing the current password with somebody’s session is locked like signing in', async () => {
  await makeUser('guessed@example.com', ['basic-user'], 'right password');
  const cookie = cookieOf(await signIn('guessed@example.com', 'right password'));
  const guess = (currentPassword: string) =>
    plain('/api/auth/change-password', {
      method: 'POST',
      headers: { cookie, origin: server.url, 'content-type': 'application/json' },
      body: JSON.stringify({ currentPassword, newPassword: 'second password' }),
    });
  for (let number = 0; number < 5; number++) expect((await guess(`wrong ${number}`)).status).toBe(400);
  const locked = await guess('right password');
  expect(locked.status).toBe(429);
  expect(Number(locked.headers.get('retry-after'))).toBeGreaterThan(0);
});

test('behind a proxy on this machine one place’s wrong passwords do not lock out the others', async () => {
  await makeUser('office@example.com', ['basic-user'], 'right password');
  const from = (address: string, email: string, password: string) =>
    plain('/api/auth/sign-in/email', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-forwarded-for': `203.0.113.9, ${address}` },
      body: JSON.stringify({ email, password }),
    });
  for (let number = 0; number < 30; number++) await from('198.51.100.7', `nobody${number}@no`, 'wrong password');
  expect((await from('198.51.100.7', 'office@example.com', 'right password')).status).toBe(429);
  expect((await from('198.51.100.8', 'office@example.com', 'right password')).status).toBe(200);
});

test('an API key acts for its user with that user’s rights, until it is revoked or has expired', async () => {
  const { database } = server.server;
  const userId = await makeUser('integration@example.com', ['basic-user'], 'some password');
  const { id, key } = await createApiKey(database, { name: 'integration', userId });
  const withKey = (path: string, init: RequestInit = {}) =>
    plain(path, { ...init, headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' } });
  expect(((await (await withKey(`${BASE}/WhoAmI`)).json()) as { UserId: string }).UserId).toBe(userId);
  expect((await withKey(`${BASE}/accounts`, { method: 'POST', body: '{"name":"By key"}' })).status).toBe(204);
  const refused = await withKey(`${BASE}/systemusers(${userId})`, { method: 'PATCH', body: '{"isdisabled":true}' });
  expect(refused.status).toBe(403);
  const [row] = await database.query<{ hash: string }>('select hash from peyvand_auth.api_key where id = $1', [id]);
  expect(row?.hash).toMatch(/^[0-9a-f]{64}$/);
  expect(key).not.toContain(row?.hash);
  expect(await revokeApiKey(database, 'integration')).toBe(true);
  await expect.poll(async () => (await withKey(`${BASE}/WhoAmI`)).status).toBe(401);

  const short = await createApiKey(database, { name: 'short', userId, expiresAt: new Date(Date.now() - 1000) });
  const expired = await plain(`${BASE}/WhoAmI`, { headers: { authorization: `Bearer ${short.key}` } });
  expect(expired.status).toBe(401);
});

test('a disabled user is out at once, and back when enabled', async () => {
  const userId = await makeUser('disabled@example.com', ['basic-user'], 'some password');
  const cookie = cookieOf(await signIn('disabled@example.com', 'some password'));
  const status = async () => (await plain('/api/me', { headers: { cookie } })).status;
  expect(await status()).toBe(200);
  const set = (isdisabled: boolean) =>
    server.request(`${BASE}/systemusers(${userId})`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ isdisabled }),
    });
  expect((await set(true)).status).toBe(204);
  await expect.poll(status).toBe(401);
  expect((await set(false)).status).toBe(204);
  await expect.poll(status).toBe(200);
});

test('a role given or taken counts from the next request on', async () => {
  const userId = await makeUser('promoted@example.com', ['basic-user'], 'some password');
  const { key } = await createApiKey(server.server.database, { name: 'promoted', userId });
  const administrator = async () => {
    const response = await plain('/api/me', { headers: { authorization: `Bearer ${key}` } });
    return ((await response.json()) as { administrator: boolean }).administrator;
  };
  expect(await administrator()).toBe(false);
  const roles = await server.request(`${BASE}/roles?$select=roleid&$filter=document eq 'system-administrator'`);
  const { value } = (await roles.json()) as { value: { roleid: string }[] };
  const { model } = server.server.organization.current();
  const steps = [...(model.entities.get('systemuser')?.navigation.values() ?? [])];
  const name = steps.find(({ relation }) => relation === 'systemuserroles_association')?.name;
  const link = `${BASE}/systemusers(${userId})/${name}`;
  const given = await server.request(`${link}/$ref`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ '@odata.id': `${server.url}${BASE}/roles(${value[0]?.roleid})` }),
  });
  expect(given.status, await given.text()).toBe(204);
  await expect.poll(administrator).toBe(true);
  expect((await server.request(`${link}(${value[0]?.roleid})/$ref`, { method: 'DELETE' })).status).toBe(204);
  await expect.poll(administrator).toBe(false);
});

test('one’s own settings are changed by oneself, with every mistake told', async () => {
  await makeUser('settings@example.com', ['basic-user'], 'some password');
  const cookie = cookieOf(await signIn('settings@example.com', 'some password'));
  const change = (body: unknown) =>
    plain('/api/me', {
      method: 'PATCH',
      headers: { cookie, origin: server.url, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const response = await change({ language: 'fa', calendar: 'persian', timeZone: 'Asia/Tehran', theme: 'dark' });
  expect(await response.json()).toMatchObject({
    language: 'fa',
    calendar: 'persian',
    timeZone: 'Asia/Tehran',
    theme: 'dark',
  });
  const refused = await change({ language: 7, calendar: 'lunar', timeZone: 'Mars/Base', theme: 'pink', admin: true });
  expect(refused.status).toBe(400);
  const { error } = (await refused.json()) as { error: { details: { target: string }[] } };
  expect(error.details.map(({ target }) => target).toSorted()).toEqual([
    'admin',
    'calendar',
    'language',
    'theme',
    'timeZone',
  ]);
});

test('pages and answers carry security headers, scripts only from ourselves', async () => {
  const api = await server.request('/api/me');
  expect(api.headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(api.headers.get('x-content-type-options')).toBe('nosniff');
  const page = await plain('/');
  const policy = page.headers.get('content-security-policy') ?? '';
  if (page.status === 200) expect(policy).toContain("script-src 'self'");
  expect(policy).not.toMatch(/script-src[^;]*unsafe-inline/);
});
