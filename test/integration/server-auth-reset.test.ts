// A forgotten password: a mailed link that works once, tells strangers nothing and leads nowhere else.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPasswordLink } from '../../core/security/sign-in/password-links.ts';
import { childServer, testServer, type InProcessServer } from '../support/server.ts';
import { testDatabase } from '../support/database.ts';
import { mailbox, type Mail, type Mailbox } from '../support/mailbox.ts';
import { codeOf, makePerson, visitor } from '../support/visitor.ts';

let server: InProcessServer;
let box: Mailbox;
const PASSWORD = 'first password';
const ASK = '/api/auth/request-password-reset';
const RESET = '/api/auth/reset-password';

beforeAll(async () => {
  box = await mailbox();
  server = await testServer({ PEYVAND_SMTP_URL: box.url, PEYVAND_MAIL_FROM: 'CRM <crm@example.com>' });
});
afterAll(async () => {
  await server.stop();
  await box[Symbol.asyncDispose]();
});

function mailsTo(email: string): readonly Mail[] {
  return box.mails.filter(({ to }) => to.includes(email));
}

/** The link of the newest mail, once there are `count` mails. */
async function linkTo(email: string, count = 1): Promise<URL> {
  await expect.poll(() => mailsTo(email).length).toBe(count);
  return new URL(/https?:\/\/\S+#token=[\w-]+/.exec(mailsTo(email).at(-1)?.text ?? '')?.[0] ?? '');
}

function tokenOf(link: URL): string {
  return new URLSearchParams(link.hash.slice(1)).get('token') ?? '';
}

const stranger = () => visitor(server.url);

test('a person who forgot the password gets a link, sets another, and every session ends', async () => {
  await makePerson(server, 'forgot@example.com', PASSWORD);
  const there = stranger();
  await there.signIn('forgot@example.com', PASSWORD);
  const asked = await stranger().ask('POST', ASK, { email: ' Forgot@Example.com' });
  expect(asked.status).toBe(202);
  const link = await linkTo('forgot@example.com');
  expect(link.origin).toBe(server.url);
  expect(link.pathname).toBe('/reset-password');
  // Behind the `#`: never sent to a server, so in nobody's log.
  expect(link.search).toBe('');
  const token = tokenOf(link);
  const short = await stranger().ask('POST', RESET, { token, newPassword: 'short' });
  expect(await codeOf(short)).toBe('BODY_INVALID');
  expect((await stranger().ask('POST', RESET, { token, newPassword: 'second password' })).status).toBe(204);
  expect((await there.ask('GET', '/api/me')).status).toBe(401);
  expect((await stranger().signIn('forgot@example.com', PASSWORD)).status).toBe(401);
  expect((await stranger().signIn('forgot@example.com', 'second password')).status).toBe(200);
});

test('a link that was used is refused (replay)', async () => {
  await makePerson(server, 'replay@example.com', PASSWORD);
  await stranger().ask('POST', ASK, { email: 'replay@example.com' });
  const token = tokenOf(await linkTo('replay@example.com'));
  expect((await stranger().ask('POST', RESET, { token, newPassword: 'second password' })).status).toBe(204);
  const again = await stranger().ask('POST', RESET, { token, newPassword: 'third password' });
  expect(again.status).toBe(400);
  expect(await codeOf(again)).toBe('RESET_TOKEN_INVALID');
  expect((await stranger().signIn('replay@example.com', 'second password')).status).toBe(200);
});

test('a link used many times at once sets one password', async () => {
  const userId = await makePerson(server, 'race@example.com', PASSWORD);
  const token = await createPasswordLink(server.server.database, userId, 'reset');
  const tries = Array.from({ length: 8 }, (_, number) =>
    stranger().ask('POST', RESET, { token, newPassword: `password number ${number}` }),
  );
  const statuses = (await Promise.all(tries)).map(({ status }) => status);
  expect(statuses.filter((status) => status === 204)).toHaveLength(1);
  expect(statuses.filter((status) => status === 400)).toHaveLength(7);
});

test('of two links the other ends with the first that is used', async () => {
  const userId = await makePerson(server, 'two-links@example.com', PASSWORD);
  const [one, two] = [
    await createPasswordLink(server.server.database, userId, 'reset'),
    await createPasswordLink(server.server.database, userId, 'reset'),
  ];
  expect((await stranger().ask('POST', RESET, { token: two, newPassword: 'second password' })).status).toBe(204);
  expect(await codeOf(await stranger().ask('POST', RESET, { token: one, newPassword: 'third password' }))).toBe(
    'RESET_TOKEN_INVALID',
  );
});

test('a link that has run out, is invented, or is the hash from the database is refused', async () => {
  const userId = await makePerson(server, 'late@example.com', PASSWORD);
  const { database } = server.server;
  const token = await createPasswordLink(database, userId, 'reset');
  const [row] = await database.query<{ hash: string; seconds: number }>(
    `select hash, extract(epoch from expires_at - created_at)::int as seconds
     from peyvand_auth.password_link where user_id = $1`,
    [userId],
  );
  expect(row?.hash).not.toContain(token);
  expect(row?.seconds).toBe(3600);
  await database.query(`update peyvand_auth.password_link set expires_at = now() where user_id = $1`, [userId]);
  for (const tried of [token, row?.hash ?? '', 'invented', `${token}x`]) {
    const response = await stranger().ask('POST', RESET, { token: tried, newPassword: 'second password' });
    expect(response.status).toBe(400);
    expect(await codeOf(response)).toBe('RESET_TOKEN_INVALID');
  }
});

test('nobody learns who has an account: the same answer for everyone, and no mail to strangers', async () => {
  await makePerson(server, 'known@example.com', PASSWORD);
  const answers = await Promise.all(
    ['known@example.com', 'unknown@example.com', 'no address at all'].map(async (email) => {
      const response = await stranger().ask('POST', ASK, { email }, { 'x-forwarded-for': '203.0.113.77' });
      return [response.status, await response.text(), [...response.headers.keys()].toSorted()];
    }),
  );
  expect(answers[1]).toEqual(answers[0]);
  expect(answers[2]).toEqual(answers[0]);
  await linkTo('known@example.com');
  expect(mailsTo('unknown@example.com')).toEqual([]);
});

test('who has no password of ours, or is disabled, gets no link', async () => {
  await makePerson(server, 'provider-only@example.com');
  const gone = await makePerson(server, 'gone@example.com', PASSWORD);
  await makePerson(server, 'control@example.com', PASSWORD);
  await server.request(`/api/data/v9.2/systemusers(${gone})`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: '{"isdisabled":true}',
  });
  for (const email of ['provider-only@example.com', 'gone@example.com', 'control@example.com'])
    expect((await stranger().ask('POST', ASK, { email })).status).toBe(202);
  await linkTo('control@example.com');
  const [links] = await server.server.database.query<{ count: number }>(
    `select count(*)::int as count from peyvand_auth.password_link l join peyvand_auth."user" u on u.id = l.user_id
     where u.email = any($1)`,
    [['provider-only@example.com', 'gone@example.com']],
  );
  expect(links?.count).toBe(0);
});

test('the link leads to our own address, whatever host a request names (host-header poisoning)', async () => {
  await makePerson(server, 'poison@example.com', PASSWORD);
  const headers = { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https', origin: 'https://evil.example' };
  expect((await stranger().ask('POST', ASK, { email: 'poison@example.com' }, headers)).status).toBe(202);
  expect((await linkTo('poison@example.com')).origin).toBe(server.url);
});

test('behind a proxy the link leads to PEYVAND_PUBLIC_URL', async () => {
  await using proxied = await testServer({
    PEYVAND_SMTP_URL: box.url,
    PEYVAND_MAIL_FROM: 'crm@example.com',
    PEYVAND_PUBLIC_URL: 'https://crm.example.com/',
  });
  await makePerson(proxied, 'proxied@example.com', PASSWORD);
  await visitor(proxied.url).ask('POST', ASK, { email: 'proxied@example.com' });
  expect((await linkTo('proxied@example.com')).href).toMatch(/^https:\/\/crm\.example\.com\/reset-password#token=/);
});

test('asking again and again is refused for a while, for strangers as for people we know (lock-out)', async () => {
  await makePerson(server, 'flood@example.com', PASSWORD);
  for (const email of ['flood@example.com', 'flood-nobody@example.com']) {
    const from = { 'x-forwarded-for': '203.0.113.99' };
    for (let number = 0; number < 3; number++)
      expect((await stranger().ask('POST', ASK, { email }, from)).status).toBe(202);
    const refused = await stranger().ask('POST', ASK, { email }, from);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  }
});

test('the mail speaks the person’s language, from the right side in Persian, and escapes their name', async () => {
  const userId = await makePerson(server, 'sara@example.com', PASSWORD);
  const set = await server.request(`/api/data/v9.2/systemusers(${userId})`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ uilanguage: 'fa', firstname: '<b>سارا', lastname: 'احمدی' }),
  });
  expect(set.status).toBe(204);
  await stranger().ask('POST', ASK, { email: 'sara@example.com' });
  await linkTo('sara@example.com');
  const text = mailsTo('sara@example.com')[0]?.text ?? '';
  expect(text).toContain('گذرواژه');
  expect(text).toContain('dir="rtl"');
  expect(text).toContain('&#60;b&#62;سارا');
  expect(text).toMatch(/^From: CRM <crm@example\.com>/m);
  expect(text).toMatch(/^Auto-Submitted: auto-generated/m);
});

test('a second factor is still asked for after a reset: the mailbox alone is not enough', async () => {
  const userId = await makePerson(server, 'factor@example.com', PASSWORD);
  await server.server.database.query('update peyvand_auth."user" set "twoFactorEnabled" = true where id = $1', [
    userId,
  ]);
  const token = await createPasswordLink(server.server.database, userId, 'reset');
  expect((await stranger().ask('POST', RESET, { token, newPassword: 'second password' })).status).toBe(204);
  const signedIn = await stranger().signIn('factor@example.com', 'second password');
  expect(await signedIn.json()).toMatchObject({ signedIn: false });
});

test('without a mail server the sign-in page offers no reset, and asking for one answers the same', async () => {
  await using silent = await testServer();
  const person = visitor(silent.url);
  expect(await (await person.ask('GET', '/api/auth/sign-in/options')).json()).toMatchObject({ reset: false });
  expect(await (await stranger().ask('GET', '/api/auth/sign-in/options')).json()).toMatchObject({ reset: true });
  expect((await person.ask('POST', ASK, { email: 'admin@example.com' })).status).toBe(202);
});

test(
  'neither reset tokens nor keys in addresses nor typed addresses come into the log',
  { timeout: 120_000 },
  async () => {
    const database = await testDatabase();
    await database.database.end();
    const environment = {
      LOG_LEVEL: 'info',
      DATABASE_URL: database.url,
      PEYVAND_SMTP_URL: box.url,
      PEYVAND_MAIL_FROM: 'a@b.example',
    };
    const child = await childServer({ environment });
    try {
      const person = visitor(child.url);
      await person.ask('POST', ASK, { email: 'admin@example.com' });
      const token = tokenOf(await linkTo('admin@example.com'));
      await person.ask('POST', RESET, { token, newPassword: 'another password' });
      const key = 'pvd_leaked-0123456789abcdefghij';
      for (const path of [
        `/api/me?api_key=${key}`,
        `/api/me?access_token=${key}`,
        `/api/me?x=${key}`,
        `/api/${key}`,
        `/?%61pi_key=secret-of-theirs`,
      ]) {
        const response = await person.ask('GET', path);
        expect(response.status, path).toBe(400);
        expect(await codeOf(response)).toBe('KEY_IN_ADDRESS');
      }
      await person.signIn('typed-into-the-wrong-box', 'not the password');
      await person.ask('GET', '/api/me?$select=marker-of-a-harmless-request');
      await expect.poll(() => child.output(), { timeout: 10_000 }).toContain('marker-of-a-harmless-request');
      const log = child.output();
      expect(log).toContain('withheld');
      for (const secret of [token, key, 'leaked', 'secret-of-theirs', 'typed-into-the-wrong-box', 'another password'])
        expect(log).not.toContain(secret);
    } finally {
      await child.stop();
      await database.drop();
    }
  },
);
