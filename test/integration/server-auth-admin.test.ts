// How others sign in, as administrators see and change it; and that nobody else may.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApiKey } from '../../core/security/sign-in/api-keys.ts';
import { SYSTEM_USER_ID } from '../../core/security/system-principal.ts';
import { ADMIN_EMAIL, ADMIN_PASSWORD, testServer, type InProcessServer } from '../support/server.ts';
import { mailbox, type Mailbox } from '../support/mailbox.ts';
import { codeOf, makePerson, totp, visitor, type Visitor } from '../support/visitor.ts';

let server: InProcessServer;
let administrator: Visitor;
const PASSWORD = 'right password';

beforeAll(async () => {
  server = await testServer();
  administrator = visitor(server.url);
  await administrator.signIn(ADMIN_EMAIL, ADMIN_PASSWORD);
});
afterAll(() => server.stop());

function access(id: string): Promise<Response> {
  return administrator.ask('GET', `/api/admin/users/${id}/access`);
}

function change(id: string, what: string, body: unknown = {}): Promise<Response> {
  return administrator.ask('POST', `/api/admin/users/${id}/${what}`, body);
}

/** A user's row without a way to sign in. */
async function bareUser(email: string | undefined, firstname = 'Nilu'): Promise<string> {
  const made = await server.request('/api/data/v9.2/systemusers', {
    method: 'POST',
    headers: { 'content-type': 'application/json', prefer: 'return=representation' },
    body: JSON.stringify({
      firstname,
      lastname: 'Far',
      ...(email !== undefined && { internalemailaddress: email }),
      'businessunitid@odata.bind': '/businessunits(00000000-0000-7000-8000-000000000002)',
    }),
  });
  expect(made.status).toBe(201);
  return ((await made.json()) as { systemuserid: string }).systemuserid;
}

async function resetBy(link: string, newPassword: string): Promise<Response> {
  const token = new URLSearchParams(new URL(link).hash.slice(1)).get('token');
  return visitor(server.url).ask('POST', '/api/auth/reset-password', { token, newPassword });
}

test('a user without a sign-in is invited, chooses a password and comes in', async () => {
  const id = await bareUser('invited@example.com');
  expect(await (await access(id)).json()).toEqual({
    email: null,
    canSignIn: false,
    secondFactor: false,
    lockedUntil: null,
    sessions: [],
    keys: [],
  });
  const answer = (await (await change(id, 'invitation')).json()) as { sent: boolean; link: string };
  // No mail is configured here: the administrator hands the link over.
  expect(answer.sent).toBe(false);
  expect(answer.link.startsWith(`${server.url}/reset-password#token=`)).toBe(true);
  expect((await visitor(server.url).signIn('invited@example.com', '')).status).toBe(400);
  expect((await resetBy(answer.link, 'chosen password')).status).toBe(204);
  expect((await resetBy(answer.link, 'another password')).status).toBe(400);
  const person = visitor(server.url);
  expect((await person.signIn('invited@example.com', 'chosen password')).status).toBe(200);
  expect(await (await access(id)).json()).toMatchObject({
    email: 'invited@example.com',
    canSignIn: true,
    sessions: [{ address: '127.0.0.1' }],
  });
});

test('an invitation is mailed where mail is configured, and the link is then not shown', async () => {
  await using box: Mailbox = await mailbox();
  await using mailing = await testServer({ PEYVAND_SMTP_URL: box.url, PEYVAND_MAIL_FROM: 'crm@example.com' });
  const id = await makePerson(mailing, 'mailed@example.com');
  const person = visitor(mailing.url);
  await person.signIn(ADMIN_EMAIL, ADMIN_PASSWORD);
  const answer = await person.ask('POST', `/api/admin/users/${id}/invitation`, {});
  expect(await answer.json()).toEqual({ sent: true });
  expect(box.mails[0]?.to).toEqual(['mailed@example.com']);
  expect(box.mails[0]?.text).toContain(`${mailing.url}/reset-password#token=`);
});

test('an invitation that could not be mailed is handed to the administrator instead', async () => {
  await using mailing = await testServer({
    PEYVAND_SMTP_URL: 'smtp://127.0.0.1:1',
    PEYVAND_MAIL_FROM: 'crm@example.com',
  });
  const id = await makePerson(mailing, 'unmailed@example.com');
  const person = visitor(mailing.url);
  await person.signIn(ADMIN_EMAIL, ADMIN_PASSWORD);
  const answer = await person.ask('POST', `/api/admin/users/${id}/invitation`, {});
  expect(await answer.json()).toMatchObject({ sent: false, link: expect.stringContaining('#token=') });
});

test('an invitation needs an address that is nobody else’s, and a user who is not disabled', async () => {
  const id = await bareUser(undefined);
  expect(await codeOf(await change(id, 'invitation'))).toBe('BODY_INVALID');
  for (const email of ['nobody', 7, 'x@localhost', ''])
    expect((await change(id, 'invitation', { email })).status).toBe(400);
  expect(await codeOf(await change(id, 'invitation', { email: ADMIN_EMAIL }))).toBe('EMAIL_TAKEN');
  expect((await change(id, 'invitation', { email: 'given@example.com' })).status).toBe(200);
  expect(await (await access(id)).json()).toMatchObject({ email: 'given@example.com' });
  await server.request(`/api/data/v9.2/systemusers(${id})`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: '{"isdisabled":true}',
  });
  expect(await codeOf(await change(id, 'invitation'))).toBe('USER_IS_DISABLED');
  expect(await (await access(id)).json()).toMatchObject({ canSignIn: false });
});

test('a locked person is seen as such and unlocked', async () => {
  const id = await makePerson(server, 'locked@example.com', PASSWORD);
  const person = visitor(server.url);
  for (let number = 0; number < 5; number++) await person.signIn('locked@example.com', 'wrong password');
  expect((await person.signIn('locked@example.com', PASSWORD)).status).toBe(429);
  const { lockedUntil } = (await (await access(id)).json()) as { lockedUntil: string };
  expect(Date.parse(lockedUntil)).toBeGreaterThan(Date.now());
  expect((await change(id, 'unlock')).status).toBe(204);
  expect(await (await access(id)).json()).toMatchObject({ lockedUntil: null });
  expect((await person.signIn('locked@example.com', PASSWORD)).status).toBe(200);
});

test('sessions of others are seen and ended, one or all', async () => {
  const id = await makePerson(server, 'sessions@example.com', PASSWORD);
  const people = [visitor(server.url), visitor(server.url), visitor(server.url)] as const;
  for (const person of people) await person.signIn('sessions@example.com', PASSWORD);
  const { sessions } = (await (await access(id)).json()) as { sessions: { id: string }[] };
  expect(sessions).toHaveLength(3);
  const statuses = () => Promise.all(people.map(async (person) => (await person.ask('GET', '/api/me')).status));
  expect(await statuses()).toEqual([200, 200, 200]);
  expect((await administrator.ask('DELETE', `/api/admin/sessions/${sessions[0]?.id}`)).status).toBe(204);
  expect((await statuses()).toSorted()).toEqual([200, 200, 401]);
  expect((await change(id, 'sign-out')).status).toBe(204);
  expect(await statuses()).toEqual([401, 401, 401]);
  expect(await codeOf(await administrator.ask('DELETE', `/api/admin/sessions/${sessions[0]?.id}`))).toBe(
    'SESSION_UNKNOWN',
  );
});

test('who lost the device and the recovery codes is let in by password again', async () => {
  const id = await makePerson(server, 'device@example.com', PASSWORD);
  const person = visitor(server.url);
  await person.signIn('device@example.com', PASSWORD);
  const begun = await person.ask('POST', '/api/auth/second-factor/begin', { password: PASSWORD });
  const { secret } = (await begun.json()) as { secret: string };
  await person.ask('POST', '/api/auth/second-factor/confirm', { code: totp(secret) });
  expect(await (await access(id)).json()).toMatchObject({ secondFactor: true });
  expect((await change(id, 'disable-second-factor')).status).toBe(204);
  expect(await (await access(id)).json()).toMatchObject({ secondFactor: false });
  const again = visitor(server.url);
  expect(await (await again.signIn('device@example.com', PASSWORD)).json()).toEqual({ signedIn: true });
});

test('all keys are listed with whose they are, and any is ended', async () => {
  const userId = await makePerson(server, 'keyed@example.com');
  const { id, key } = await createApiKey(server.server.database, { name: 'theirs', userId, roles: ['basic-user'] });
  const { keys } = (await (await administrator.ask('GET', '/api/admin/keys')).json()) as { keys: { id: string }[] };
  expect(keys.find((listed) => listed.id === id)).toMatchObject({
    name: 'theirs',
    userId,
    email: 'keyed@example.com',
    roles: ['basic-user'],
  });
  const use = () => visitor(server.url).ask('GET', '/api/me', undefined, { authorization: `Bearer ${key}` });
  expect((await use()).status).toBe(200);
  expect((await administrator.ask('DELETE', `/api/admin/keys/${id}`)).status).toBe(204);
  expect((await use()).status).toBe(401);
});

const NOBODY = '0197a1b2-3c4d-7e5f-8a9b-0c1d2e3f4a5b';

test.each([
  ['GET', `/api/admin/users/${NOBODY}/access`],
  ['POST', `/api/admin/users/${NOBODY}/invitation`],
  ['POST', `/api/admin/users/${NOBODY}/unlock`],
  ['POST', `/api/admin/users/${NOBODY}/sign-out`],
  ['POST', `/api/admin/users/${NOBODY}/disable-second-factor`],
  ['DELETE', '/api/admin/sessions/any'],
  ['GET', '/api/admin/keys'],
  ['DELETE', `/api/admin/keys/${NOBODY}`],
])('%s %s needs the right manage-users; then what is not there is 404', async (method, path) => {
  await makePerson(server, `plain-${crypto.randomUUID()}@example.com`, PASSWORD);
  const body = method === 'POST' ? {} : undefined;
  const email = `user-${crypto.randomUUID()}@example.com`;
  await makePerson(server, email, PASSWORD);
  const person = visitor(server.url);
  await person.signIn(email, PASSWORD);
  const refused = await person.ask(method, path, body);
  expect(refused.status).toBe(403);
  expect(await codeOf(refused)).toBe('RIGHT_MISSING');
  expect((await visitor(server.url).ask(method, path, body)).status).toBe(401);
  expect((await administrator.ask(method, path, body)).status).toBe(path === '/api/admin/keys' ? 200 : 404);
});

test('the platform’s own user is nobody to invite, and what is no id is not found', async () => {
  for (const id of [SYSTEM_USER_ID, 'x', '%00', "1'--", NOBODY.replace('0197', 'zzzz')])
    expect((await change(id, 'invitation', { email: 'system@example.com' })).status).toBe(404);
});
