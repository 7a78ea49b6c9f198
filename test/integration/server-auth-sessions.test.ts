// Sessions: no planted, forged, foreign or expired one is taken; people see theirs and end them; foreign pages change nothing.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testServer, type InProcessServer } from '../support/server.ts';
import { codeOf, makePerson, SESSION, visitor, type Visitor } from '../support/visitor.ts';

let server: InProcessServer;
const PASSWORD = 'right password';

beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server.stop());

async function signedIn(email: string): Promise<Visitor> {
  const person = visitor(server.url);
  expect((await person.signIn(email, PASSWORD)).status).toBe(200);
  return person;
}

async function me(person: Visitor): Promise<number> {
  return (await person.ask('GET', '/api/me')).status;
}

interface Listed {
  readonly id: string;
  readonly current: boolean;
  readonly userAgent: string;
  readonly address: string;
  readonly createdAt: string;
  readonly lastUsedAt: string;
  readonly expiresAt: string;
}

async function listed(person: Visitor): Promise<readonly Listed[]> {
  return ((await (await person.ask('GET', '/api/auth/sessions')).json()) as { sessions: Listed[] }).sessions;
}

test('a session planted before sign-in is not the session afterwards, and ends (fixation)', async () => {
  await makePerson(server, 'attacker@example.com', PASSWORD);
  await makePerson(server, 'victim@example.com', PASSWORD);
  const attacker = await signedIn('attacker@example.com');
  const planted = attacker.cookies.get(SESSION) ?? '';
  const victim = visitor(server.url);
  victim.cookies.set(SESSION, planted);
  expect((await victim.signIn('victim@example.com', PASSWORD)).status).toBe(200);
  expect(victim.cookies.get(SESSION)).not.toBe(planted);
  expect(await (await victim.ask('GET', '/api/me')).json()).toMatchObject({ email: 'victim@example.com' });
  expect(await me(attacker)).toBe(401);
});

test('an invented session cookie stays invented after sign-in (fixation)', async () => {
  await makePerson(server, 'fixed@example.com', PASSWORD);
  const victim = visitor(server.url);
  victim.cookies.set(SESSION, 'chosen-by-the-attacker.c2lnbmF0dXJl');
  expect((await victim.signIn('fixed@example.com', PASSWORD)).status).toBe(200);
  const attacker = visitor(server.url);
  attacker.cookies.set(SESSION, 'chosen-by-the-attacker.c2lnbmF0dXJl');
  expect(await me(attacker)).toBe(401);
  expect(await me(victim)).toBe(200);
});

test('every sign-in makes another session id', async () => {
  await makePerson(server, 'twice@example.com', PASSWORD);
  const person = await signedIn('twice@example.com');
  const first = person.cookies.get(SESSION);
  expect((await person.signIn('twice@example.com', PASSWORD)).status).toBe(200);
  expect(person.cookies.get(SESSION)).not.toBe(first);
  expect(await listed(person)).toHaveLength(1);
});

test('a tampered session cookie is refused, whichever character was changed', async () => {
  await makePerson(server, 'tampered@example.com', PASSWORD);
  const person = await signedIn('tampered@example.com');
  const cookie = decodeURIComponent(person.cookies.get(SESSION) ?? '');
  const dot = cookie.lastIndexOf('.');
  const change = (at: number) => {
    const other = cookie[at] === 'A' ? 'B' : 'A';
    return cookie.slice(0, at) + other + cookie.slice(at + 1);
  };
  const tampered = [
    change(0),
    change(dot - 1),
    change(dot + 1),
    change(dot + 20),
    cookie.slice(0, dot),
    `${cookie.slice(0, dot)}.`,
    `${cookie}x`,
    cookie.slice(dot + 1),
    '',
    '%',
    '%ff%fe',
  ];
  for (const value of tampered) {
    const thief = visitor(server.url);
    thief.cookies.set(SESSION, value.startsWith('%') ? value : encodeURIComponent(value));
    const response = await thief.ask('GET', '/api/me');
    expect(response.status, value).toBe(401);
    expect(await codeOf(response)).toMatch(/^PRINCIPAL_/);
  }
  expect(await me(person)).toBe(200);
});

test('a session signed with another secret is refused', async () => {
  await using other = await testServer({ PEYVAND_SECRET: 'another secret of at least thirty-two characters' });
  await makePerson(other, 'foreign@example.com', PASSWORD);
  await makePerson(server, 'foreign@example.com', PASSWORD);
  const person = visitor(other.url);
  expect((await person.signIn('foreign@example.com', PASSWORD)).status).toBe(200);
  const abroad = visitor(server.url);
  for (const [name, value] of person.cookies) abroad.cookies.set(name, value);
  expect(await me(abroad)).toBe(401);
});

test('a session that has expired is refused', async () => {
  const userId = await makePerson(server, 'expired@example.com', PASSWORD);
  const person = await signedIn('expired@example.com');
  await server.server.database.query(
    `update peyvand_auth.session set "expiresAt" = now() - interval '1 second' where "userId" = $1`,
    [userId],
  );
  expect(await me(person)).toBe(401);
  expect((await person.ask('POST', '/api/auth/sign-out')).status).toBe(401);
});

test('people see where they are signed in, and which of these is here', async () => {
  await makePerson(server, 'where@example.com', PASSWORD);
  const there = visitor(server.url);
  const body = { email: 'where@example.com', password: PASSWORD };
  await there.ask('POST', '/api/auth/sign-in/email', body, {
    'user-agent': 'Old Phone',
    'x-forwarded-for': '198.51.100.4',
  });
  const here = await signedIn('where@example.com');
  const sessions = await listed(here);
  expect(sessions).toHaveLength(2);
  expect(sessions.filter(({ current }) => current)).toHaveLength(1);
  const other = sessions.find(({ current }) => !current);
  expect(other).toMatchObject({ userAgent: 'Old Phone', address: '198.51.100.4' });
  for (const time of [other?.createdAt, other?.lastUsedAt, other?.expiresAt])
    expect(time).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  expect(JSON.stringify(sessions)).not.toContain(decodeURIComponent(there.cookies.get(SESSION) ?? '').split('.')[0]);
});

test('ending one session there leaves the one here; another’s cannot be ended', async () => {
  await makePerson(server, 'ending@example.com', PASSWORD);
  await makePerson(server, 'neighbour@example.com', PASSWORD);
  const there = await signedIn('ending@example.com');
  const here = await signedIn('ending@example.com');
  const neighbour = await signedIn('neighbour@example.com');
  expect(await me(there)).toBe(200);
  const [foreign] = await listed(neighbour);
  const refused = await here.ask('DELETE', `/api/auth/sessions/${foreign?.id}`);
  expect(refused.status).toBe(404);
  expect(await codeOf(refused)).toBe('SESSION_UNKNOWN');
  const other = (await listed(here)).find(({ current }) => !current);
  expect((await here.ask('DELETE', `/api/auth/sessions/${other?.id}`)).status).toBe(204);
  // At once in this process: the request after it is refused already.
  expect(await me(there)).toBe(401);
  expect(await me(here)).toBe(200);
  expect(await me(neighbour)).toBe(200);
});

test('signing out everywhere ends every session of the person, here too, and nobody else’s', async () => {
  await makePerson(server, 'everywhere@example.com', PASSWORD);
  await makePerson(server, 'bystander@example.com', PASSWORD);
  const [one, two, bystander] = [
    await signedIn('everywhere@example.com'),
    await signedIn('everywhere@example.com'),
    await signedIn('bystander@example.com'),
  ];
  const stolen = one.cookies.get(SESSION) ?? '';
  expect((await one.ask('POST', '/api/auth/sign-out-everywhere')).status).toBe(204);
  expect(one.cookies.has(SESSION)).toBe(false);
  one.cookies.set(SESSION, stolen);
  expect(await me(one)).toBe(401);
  expect(await me(two)).toBe(401);
  expect(await me(bystander)).toBe(200);
});

test('who changes the password stays signed in, under another session id', async () => {
  await makePerson(server, 'stays@example.com', PASSWORD);
  const [here, there] = [await signedIn('stays@example.com'), await signedIn('stays@example.com')];
  const before = here.cookies.get(SESSION);
  const body = { currentPassword: PASSWORD, newPassword: 'second password' };
  expect((await here.ask('POST', '/api/auth/change-password', body)).status).toBe(204);
  expect(here.cookies.get(SESSION)).not.toBe(before);
  expect(await me(here)).toBe(200);
  expect(await me(there)).toBe(401);
});

test.each([
  ['POST', '/api/auth/sign-out'],
  ['POST', '/api/auth/sign-out-everywhere'],
  ['POST', '/api/auth/change-password'],
  ['DELETE', '/api/auth/sessions/anything'],
  ['POST', '/api/auth/keys'],
  ['DELETE', '/api/auth/keys/0197a1b2-3c4d-7e5f-8a9b-0c1d2e3f4a5b'],
  ['POST', '/api/auth/second-factor/begin'],
  ['POST', '/api/auth/second-factor/confirm'],
  ['POST', '/api/auth/second-factor/disable'],
  ['POST', '/api/admin/users/0197a1b2-3c4d-7e5f-8a9b-0c1d2e3f4a5b/invitation'],
  ['POST', '/api/admin/users/0197a1b2-3c4d-7e5f-8a9b-0c1d2e3f4a5b/unlock'],
  ['POST', '/api/admin/users/0197a1b2-3c4d-7e5f-8a9b-0c1d2e3f4a5b/sign-out'],
  ['POST', '/api/admin/users/0197a1b2-3c4d-7e5f-8a9b-0c1d2e3f4a5b/disable-second-factor'],
  ['DELETE', '/api/admin/sessions/anything'],
  ['DELETE', '/api/admin/keys/0197a1b2-3c4d-7e5f-8a9b-0c1d2e3f4a5b'],
])('%s %s by a foreign page with the user’s cookie is refused (CSRF)', async (method, path) => {
  const email = `csrf-${crypto.randomUUID()}@example.com`;
  await makePerson(server, email, PASSWORD, ['system-administrator']);
  const person = await signedIn(email);
  for (const headers of [{ origin: 'https://evil.example' }, { origin: 'null' }]) {
    const response = await person.ask(method, path, method === 'POST' ? {} : undefined, headers);
    expect(response.status).toBe(403);
    expect(await codeOf(response)).toBe('ORIGIN_REFUSED');
  }
  expect(await me(person)).toBe(200);
});

test('a foreign page signs nobody in and asks for no link (login CSRF)', async () => {
  const stranger = visitor(server.url);
  const headers = { origin: 'https://evil.example' };
  for (const [path, body] of [
    ['/api/auth/sign-in/email', { email: 'victim@example.com', password: PASSWORD }],
    ['/api/auth/sign-in/second-factor', { code: '123456' }],
    ['/api/auth/request-password-reset', { email: 'victim@example.com' }],
    ['/api/auth/reset-password', { token: 'x', newPassword: 'long enough' }],
  ] as const) {
    const response = await stranger.ask('POST', path, body, headers);
    expect(response.status, path).toBe(403);
    expect(response.headers.getSetCookie()).toEqual([]);
  }
});

test('a disabled person with the right password is told so, and gets no session', async () => {
  const userId = await makePerson(server, 'gone@example.com', PASSWORD);
  const set = await server.request(`/api/data/v9.2/systemusers(${userId})`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: '{"isdisabled":true}',
  });
  expect(set.status).toBe(204);
  const person = visitor(server.url);
  await expect.poll(async () => codeOf(await person.signIn('gone@example.com', PASSWORD))).toBe('USER_DISABLED');
  expect(person.cookies.size).toBe(0);
  const wrong = await person.signIn('gone@example.com', 'wrong password');
  expect(await codeOf(wrong)).toBe('SIGN_IN_REFUSED');
});

test('the sign-in page learns what it offers without anybody being known', async () => {
  const options = await visitor(server.url).ask('GET', '/api/auth/sign-in/options');
  expect(await options.json()).toEqual({ organization: 'Peyvand', password: true, reset: false, providers: [] });
});

test('behind a proxy that names its own host, pages of the public address may change things, and cookies are Secure there', async () => {
  await using proxied = await testServer({ PEYVAND_PUBLIC_URL: 'https://crm.example.com' });
  await makePerson(proxied, 'proxied@example.com', PASSWORD);
  const person = visitor(proxied.url);
  const headers = { origin: 'https://crm.example.com' };
  const body = { email: 'proxied@example.com', password: PASSWORD };
  const secure = { ...headers, 'x-forwarded-proto': 'https' };
  const signed = await person.ask('POST', '/api/auth/sign-in/email', body, secure);
  expect(signed.headers.getSetCookie().every((cookie) => /; Secure/.test(cookie))).toBe(true);
  expect((await person.ask('POST', '/api/auth/sign-out', undefined, { origin: 'http://crm.example.com' })).status).toBe(
    403,
  );
  expect((await person.ask('POST', '/api/auth/sign-out', undefined, headers)).status).toBe(204);
});
