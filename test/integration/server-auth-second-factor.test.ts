// The second factor: set up with the password, asked for at sign-in before there is a session, locked after wrong codes.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testServer, type InProcessServer } from '../support/server.ts';
import { codeOf, makePerson, SESSION, totp, visitor, type Visitor } from '../support/visitor.ts';

let server: InProcessServer;
const PASSWORD = 'right password';
const FACTOR = '/api/auth/second-factor';
const SECOND = '/api/auth/sign-in/second-factor';

beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server.stop());

interface Begun {
  readonly uri: string;
  readonly secret: string;
  readonly recoveryCodes: readonly string[];
}

/** A person with a second factor, signed in. */
async function guarded(email: string): Promise<Begun & { readonly person: Visitor; readonly userId: string }> {
  const userId = await makePerson(server, email, PASSWORD);
  const person = visitor(server.url);
  await person.signIn(email, PASSWORD);
  const begun = (await (await person.ask('POST', `${FACTOR}/begin`, { password: PASSWORD })).json()) as Begun;
  expect((await person.ask('POST', `${FACTOR}/confirm`, { code: totp(begun.secret) })).status).toBe(204);
  return { ...begun, person, userId };
}

async function state(person: Visitor): Promise<unknown> {
  return (await person.ask('GET', FACTOR)).json();
}

test('a second factor is in force once a code of it was given, and the session goes on under another id', async () => {
  await makePerson(server, 'setup@example.com', PASSWORD);
  const person = visitor(server.url);
  await person.signIn('setup@example.com', PASSWORD);
  expect(await state(person)).toEqual({ enabled: false, recoveryCodesLeft: 0 });
  expect(await codeOf(await person.ask('POST', `${FACTOR}/begin`, { password: 'wrong password' }))).toBe(
    'PASSWORD_WRONG',
  );
  expect(await codeOf(await person.ask('POST', `${FACTOR}/confirm`, { code: '123456' }))).toBe(
    'SECOND_FACTOR_NOT_BEGUN',
  );

  const begun = (await (await person.ask('POST', `${FACTOR}/begin`, { password: PASSWORD })).json()) as Begun;
  expect(begun.uri).toMatch(/^otpauth:\/\/totp\/.*setup/);
  expect(begun.secret).toMatch(/^[A-Z2-7]{16,}$/);
  expect(new Set(begun.recoveryCodes).size).toBe(10);
  expect(await state(person)).toEqual({ enabled: false, recoveryCodesLeft: 0 });
  const wrong = await person.ask('POST', `${FACTOR}/confirm`, { code: totp(begun.secret, 500) });
  expect(await codeOf(wrong)).toBe('SECOND_FACTOR_REFUSED_HERE');

  const before = person.cookies.get(SESSION) ?? '';
  expect((await person.ask('POST', `${FACTOR}/confirm`, { code: totp(begun.secret) })).status).toBe(204);
  expect(person.cookies.get(SESSION)).not.toBe(before);
  expect(await state(person)).toEqual({ enabled: true, recoveryCodesLeft: 10 });
  const old = visitor(server.url);
  old.cookies.set(SESSION, before);
  expect((await old.ask('GET', '/api/me')).status).toBe(401);
  expect(await codeOf(await person.ask('POST', `${FACTOR}/begin`, { password: PASSWORD }))).toBe('SECOND_FACTOR_ON');
});

test('between password and code there is no session', async () => {
  const { secret } = await guarded('between@example.com');
  const person = visitor(server.url);
  const first = await person.signIn('between@example.com', PASSWORD);
  expect(await first.json()).toEqual({ signedIn: false, secondFactor: ['totp', 'recovery-code'] });
  expect(person.cookies.has(SESSION)).toBe(false);
  expect((await person.ask('GET', '/api/me')).status).toBe(401);
  const second = await person.ask('POST', SECOND, { code: totp(secret), kind: 'totp' });
  expect(await second.json()).toEqual({ signedIn: true });
  expect((await person.ask('GET', '/api/me')).status).toBe(200);
});

test('a session planted before the second factor neither answers for it nor survives it (fixation)', async () => {
  const { secret } = await guarded('factor-victim@example.com');
  const attacker = await guarded('factor-attacker@example.com');
  const planted = attacker.person.cookies.get(SESSION) ?? '';
  const victim = visitor(server.url);
  await victim.signIn('factor-victim@example.com', PASSWORD);
  victim.cookies.set(SESSION, planted);
  const wrong = await victim.ask('POST', SECOND, { code: totp(attacker.secret, 1) });
  expect(await codeOf(wrong)).toBe('SECOND_FACTOR_REFUSED');
  expect((await victim.ask('POST', SECOND, { code: totp(secret) })).status).toBe(200);
  expect(victim.cookies.get(SESSION)).not.toBe(planted);
  expect(await (await victim.ask('GET', '/api/me')).json()).toMatchObject({ email: 'factor-victim@example.com' });
  expect((await attacker.person.ask('GET', '/api/me')).status).toBe(401);
});

test('a code is taken once, also while it is still valid', async () => {
  const { secret } = await guarded('replay@example.com');
  const code = totp(secret, 1);
  const first = visitor(server.url);
  await first.signIn('replay@example.com', PASSWORD);
  expect((await first.ask('POST', SECOND, { code })).status).toBe(200);
  const second = visitor(server.url);
  await second.signIn('replay@example.com', PASSWORD);
  const refused = await second.ask('POST', SECOND, { code });
  expect(refused.status).toBe(401);
  expect(await codeOf(refused)).toBe('SECOND_FACTOR_REFUSED');
  expect(second.cookies.has(SESSION)).toBe(false);
});

test('a recovery code signs in once, and people see how many are left', async () => {
  const { recoveryCodes } = await guarded('recovery@example.com');
  const [code = ''] = recoveryCodes;
  const person = visitor(server.url);
  await person.signIn('recovery@example.com', PASSWORD);
  expect((await person.ask('POST', SECOND, { code, kind: 'recovery-code' })).status).toBe(200);
  expect(await state(person)).toEqual({ enabled: true, recoveryCodesLeft: 9 });
  const again = visitor(server.url);
  await again.signIn('recovery@example.com', PASSWORD);
  expect(await codeOf(await again.ask('POST', SECOND, { code, kind: 'recovery-code' }))).toBe('SECOND_FACTOR_REFUSED');
});

test('codes typed with Persian digits and spaces are understood', async () => {
  const { secret } = await guarded('digits@example.com');
  const person = visitor(server.url);
  await person.signIn('digits@example.com', PASSWORD);
  const code = [...totp(secret)].map((digit) => '۰۱۲۳۴۵۶۷۸۹'[Number(digit)] ?? '');
  const typed = `${code.slice(0, 3).join('')} ${code.slice(3).join('')}`;
  expect((await person.ask('POST', SECOND, { code: typed })).status).toBe(200);
});

test('wrong codes lock the second factor, and knowing the password does not begin the count anew (lock-out)', async () => {
  const { secret } = await guarded('factor-lock@example.com');
  const guess = async (code: string) => {
    const thief = visitor(server.url);
    await thief.signIn('factor-lock@example.com', PASSWORD);
    return thief.ask('POST', SECOND, { code });
  };
  for (let number = 0; number < 5; number++) expect((await guess(totp(secret, 100 + number))).status).toBe(401);
  const locked = await guess(totp(secret));
  expect(locked.status).toBe(429);
  expect(await codeOf(locked)).toBe('SIGN_IN_LOCKED');
  expect(Number(locked.headers.get('retry-after'))).toBeGreaterThan(0);
});

test('many wrong codes at once, each with a sign-in of its own, are not more than as many in a row (lock-out)', async () => {
  const { secret } = await guarded('factor-crowd@example.com');
  const thieves: Visitor[] = [];
  for (let number = 0; number < 8; number++) {
    const thief = visitor(server.url);
    await thief.signIn('factor-crowd@example.com', PASSWORD);
    thieves.push(thief);
  }
  const answers = await Promise.all(
    thieves.map((thief, number) => thief.ask('POST', SECOND, { code: totp(secret, 100 + number) })),
  );
  const statuses = answers.map(({ status }) => status).toSorted();
  expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429, 429]);
});

test('of one code sent many times at once one signs in', async () => {
  const { secret } = await guarded('factor-race@example.com');
  const people: Visitor[] = [];
  for (let number = 0; number < 4; number++) {
    const person = visitor(server.url);
    await person.signIn('factor-race@example.com', PASSWORD);
    people.push(person);
  }
  const code = totp(secret);
  const answers = await Promise.all(people.map((person) => person.ask('POST', SECOND, { code })));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
});

test('a pending sign-in that is forged, foreign or missing leads nowhere', async () => {
  const { secret } = await guarded('pending@example.com');
  const person = visitor(server.url);
  await person.signIn('pending@example.com', PASSWORD);
  const pending = decodeURIComponent(person.cookies.get('peyvand.two_factor') ?? '');
  expect(pending).toContain('.');
  const signature = pending.lastIndexOf('.') + 1;
  for (const value of [
    undefined,
    'forged.x',
    pending.slice(0, pending.lastIndexOf('.')),
    // The last character holds two bits that count for nothing, so it is the signature's first that is changed.
    `${pending.slice(0, signature)}${pending[signature] === 'A' ? 'B' : 'A'}${pending.slice(signature + 1)}`,
  ]) {
    const thief = visitor(server.url);
    if (value !== undefined) thief.cookies.set('peyvand.two_factor', encodeURIComponent(value));
    const response = await thief.ask('POST', SECOND, { code: totp(secret) });
    expect(response.status).toBe(401);
    expect(await codeOf(response)).toBe('SECOND_FACTOR_ENDED');
    expect(thief.cookies.has(SESSION)).toBe(false);
  }
});

test('it is turned off with the password only, then the password alone signs in', async () => {
  const { person } = await guarded('off@example.com');
  expect(await codeOf(await person.ask('POST', `${FACTOR}/disable`, { password: 'wrong password' }))).toBe(
    'PASSWORD_WRONG',
  );
  expect((await person.ask('POST', `${FACTOR}/disable`, { password: PASSWORD })).status).toBe(204);
  expect((await person.ask('GET', '/api/me')).status).toBe(200);
  expect(await (await visitor(server.url).signIn('off@example.com', PASSWORD)).json()).toEqual({ signedIn: true });
});

test('secret and recovery codes are encrypted in the database', async () => {
  const { secret, recoveryCodes, userId } = await guarded('at-rest@example.com');
  const [row] = await server.server.database.query<{ secret: string; backupCodes: string }>(
    'select secret, "backupCodes" from peyvand_auth."twoFactor" where "userId" = $1',
    [userId],
  );
  const stored = JSON.stringify(row);
  expect(row?.secret.length).toBeGreaterThan(40);
  for (const clear of [secret, ...recoveryCodes]) expect(stored).not.toContain(clear);
});

test('a second factor of before the server’s secret was changed is told as such, and taken away by an administrator', async () => {
  const { userId, secret, person } = await guarded('other-secret@example.com');
  await server.server.database.query(
    `update peyvand_auth."twoFactor" set secret = reverse(secret), "backupCodes" = reverse("backupCodes") where "userId" = $1`,
    [userId],
  );
  expect(await state(person)).toEqual({ enabled: true, recoveryCodesLeft: 0 });
  const again = visitor(server.url);
  await again.signIn('other-secret@example.com', PASSWORD);
  for (const body of [{ code: totp(secret) }, { code: 'abcde-fghij', kind: 'recovery-code' }]) {
    const refused = await again.ask('POST', SECOND, body);
    expect(refused.status).toBe(409);
    expect(await codeOf(refused)).toBe('SECOND_FACTOR_UNREADABLE');
  }
  const dropped = await server.request(`/api/admin/users/${userId}/disable-second-factor`, { method: 'POST' });
  expect(dropped.status).toBe(204);
  expect(await (await again.signIn('other-secret@example.com', PASSWORD)).json()).toEqual({ signedIn: true });
});

test('all mistakes of a body are told at once', async () => {
  const response = await visitor(server.url).ask('POST', SECOND, { code: 7, kind: 'smoke' });
  const { error } = (await response.json()) as { error: { details: { target: string }[] } };
  expect(error.details.map(({ target }) => target)).toEqual(['code', 'kind']);
});
