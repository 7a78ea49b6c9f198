// The first run over real HTTP: the administrator makes the installation their own, once, and nobody else does.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createUser } from '../../core/security/bootstrap.ts';
import { systemPrincipal } from '../../core/security/system-principal.ts';
import type { SetupState } from '../../core/security/setup.ts';
import type { Me } from '../../metadata/effective.ts';
import { hashPassword } from '../../runtime/server/auth/sessions.ts';
import { ADMIN_EMAIL, ADMIN_PASSWORD, testServer, type InProcessServer } from '../support/server.ts';

const DATA = '/api/data/v9.2';

const wanted = {
  you: { firstName: 'سارا', lastName: 'امینی', email: 'Sara@Example.com', password: 'یک گذرواژهٔ بلند' },
  organization: { name: 'بازرگانی امینی', language: 'fa', calendar: 'persian', timeZone: 'Asia/Tehran' },
  currency: { code: 'IRT', name: 'تومان', symbol: 'تومان', decimals: 0 },
};

/** A server whose administrator has a random password, as after `npm start` on a fresh machine. */
const freshServer = () => testServer({ PEYVAND_ADMIN_PASSWORD: '' });

async function cookieOf(server: InProcessServer, email: string, password: string): Promise<string> {
  const response = await fetch(`${server.url}/api/auth/sign-in/email`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: server.url },
    body: JSON.stringify({ email, password }),
  });
  return response.headers.getSetCookie()[0]?.split(';')[0] ?? `none=${response.status}`;
}

const firstCookie = (server: InProcessServer) => cookieOf(server, ADMIN_EMAIL, server.firstPassword ?? '');

function post(
  server: InProcessServer,
  cookie: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return fetch(`${server.url}/api/setup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: server.url, cookie, ...headers },
    body: JSON.stringify(body),
  });
}

async function read<T>(server: InProcessServer, path: string, cookie: string): Promise<T> {
  const response = await fetch(server.url + path, { headers: { cookie } });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

interface Refusal {
  readonly error: { readonly code: string; readonly details?: readonly { readonly target: string; code: string }[] };
}
const refusalOf = async (response: Response) => {
  const { error } = (await response.json()) as Refusal;
  return [response.status, error.code, ...(error.details ?? []).map(({ target, code }) => `${target} ${code}`)];
};

async function makeUser(server: InProcessServer, email: string, roles: readonly string[]): Promise<void> {
  const engine = server.server.organization.current();
  const passwordHash = await hashPassword('another password');
  await engine.database.transaction((executor) =>
    createUser(
      { engine, principal: systemPrincipal, executor, requestId: 'test' },
      { firstName: 'Test', lastName: email, email, roles, passwordHash },
    ),
  );
}

test('an installation whose password was given in the environment is set up already', async () => {
  await using server = await testServer();
  const cookie = await cookieOf(server, ADMIN_EMAIL, ADMIN_PASSWORD);
  expect((await read<SetupState>(server, '/api/setup', cookie)).needed).toBe(false);
  expect(await read<Me>(server, '/api/me', cookie)).not.toHaveProperty('setupNeeded');
  expect(await refusalOf(await post(server, cookie, wanted))).toEqual([409, 'SETUP_DONE']);
});

describe('the first administrator of a new installation', () => {
  let server: InProcessServer;
  let cookie: string;
  beforeAll(async () => {
    server = await freshServer();
    cookie = await firstCookie(server);
  });
  afterAll(() => server.stop());

  test('learns that it waits to be set up, and what there is', async () => {
    expect(await read<Me>(server, '/api/me', cookie)).toMatchObject({ administrator: true, setupNeeded: true });
    expect(await read<SetupState>(server, '/api/setup', cookie)).toEqual({
      needed: true,
      you: { firstName: 'System', lastName: 'Administrator', email: ADMIN_EMAIL },
      organization: { name: 'Peyvand', language: null, calendar: null, timeZone: null },
      currency: { code: 'USD', name: 'US Dollar', symbol: '$', decimals: 2, fixed: false },
    });
  });

  test('is told everything that is wrong at once, and nothing is written', async () => {
    const everything = {
      you: { firstName: 'x'.repeat(65), lastName: ' ', email: 'sara', password: '1234567', admin: true },
      organization: { name: '', language: 'klingon!', calendar: 'mayan', timeZone: 'Atlantis/Sunken' },
      currency: { code: 'usd', name: null, symbol: '12345678901', decimals: 2.5 },
      role: 'system-administrator',
    };
    const invalid = (name: string) => `${name} SETTING_INVALID`;
    const [status, code, ...details] = await refusalOf(await post(server, cookie, everything));
    expect([status, code]).toEqual([400, 'BODY_INVALID']);
    expect(details.toSorted()).toEqual(
      [
        ...['firstName', 'lastName', 'email', 'password'].map((name) => invalid(`you.${name}`)),
        'you.admin SETTING_UNKNOWN',
        ...['name', 'language', 'calendar', 'timeZone'].map((name) => invalid(`organization.${name}`)),
        ...['code', 'name', 'symbol', 'decimals'].map((name) => invalid(`currency.${name}`)),
        'role SETTING_UNKNOWN',
      ].toSorted(),
    );
    for (const nothing of [{}, { you: null, organization: [], currency: 'EUR' }])
      expect((await refusalOf(await post(server, cookie, nothing))).length).toBe(14);
    expect((await read<SetupState>(server, '/api/setup', cookie)).organization.name).toBe('Peyvand');
  });

  test('cannot take the e-mail somebody else signs in with', async () => {
    await makeUser(server, 'ali@example.com', ['basic-user']);
    const taken = { ...wanted, you: { ...wanted.you, email: 'ALI@example.com', password: 'short' } };
    expect(await refusalOf(await post(server, cookie, taken))).toEqual([
      400,
      'BODY_INVALID',
      'you.password SETTING_INVALID',
      'you.email EMAIL_TAKEN',
    ]);
  });

  test('a foreign page cannot set it up with their cookie, nor an API key, nor nobody', async () => {
    for (const origin of ['https://evil.example', 'null'])
      expect((await refusalOf(await post(server, cookie, wanted, { origin })))[1]).toBe('ORIGIN_REFUSED');
    const body = JSON.stringify(wanted);
    const headers = { 'content-type': 'application/json', origin: server.url };
    const byKey = await server.request('/api/setup', { method: 'POST', headers, body });
    expect(await refusalOf(byKey)).toEqual([403, 'SESSION_NEEDED']);
    expect((await fetch(`${server.url}/api/setup`, { method: 'POST', headers, body })).status).toBe(401);
    expect((await fetch(`${server.url}/api/setup`)).status).toBe(401);
    expect((await server.request('/api/setup', { method: 'DELETE' })).status).toBe(405);
    expect((await read<SetupState>(server, '/api/setup', cookie)).needed).toBe(true);
  });

  test('nobody but an administrator sees it or does it', async () => {
    const other = await cookieOf(server, 'ali@example.com', 'another password');
    const look = await fetch(`${server.url}/api/setup`, { headers: { cookie: other } });
    expect(await refusalOf(look)).toEqual([403, 'ADMINISTRATOR_ONLY']);
    expect(await refusalOf(await post(server, other, wanted))).toEqual([403, 'ADMINISTRATOR_ONLY']);
    expect(await read<Me>(server, '/api/me', other)).not.toHaveProperty('setupNeeded');
  });

  test('makes it their own: name, e-mail, password, language, calendar, zone and currency hold at once', async () => {
    const elsewhere = await firstCookie(server);
    expect((await post(server, cookie, wanted)).status).toBe(204);
    expect(await read<Me>(server, '/api/me', cookie)).toEqual({
      userId: expect.any(String) as string,
      name: 'سارا امینی',
      email: 'sara@example.com',
      language: 'fa',
      calendar: 'persian',
      timeZone: 'Asia/Tehran',
      theme: 'system',
      roles: [{ name: 'system-administrator', title: 'مدیر سامانه' }],
      administrator: true,
      rights: expect.anything() as unknown,
    });
    const state = await read<SetupState>(server, '/api/setup', cookie);
    expect(state).toMatchObject({ needed: false, currency: { ...wanted.currency, fixed: false } });
    const { value: units } = await read<{ value: readonly { name: string }[] }>(
      server,
      `${DATA}/businessunits`,
      cookie,
    );
    expect(units.map(({ name }) => name)).toEqual(['بازرگانی امینی']);

    // The printed password and the session made with it elsewhere are worth nothing any more.
    expect(await firstCookie(server)).toBe('none=401');
    expect((await fetch(`${server.url}/api/me`, { headers: { cookie: elsewhere } })).status).toBe(401);
    const again = await cookieOf(server, 'sara@example.com', wanted.you.password);
    expect((await read<Me>(server, '/api/me', again)).name).toBe('سارا امینی');
  });

  test('a user made afterwards begins with the organization’s language, calendar and time zone', async () => {
    await makeUser(server, 'reza@example.com', ['basic-user']);
    const other = await cookieOf(server, 'reza@example.com', 'another password');
    const chosen = { language: 'fa', calendar: 'persian', timeZone: 'Asia/Tehran' };
    expect(await read<Me>(server, '/api/me', other)).toMatchObject(chosen);
  });

  test('cannot do it a second time, whatever is sent', async () => {
    expect(await refusalOf(await post(server, cookie, wanted))).toEqual([409, 'SETUP_DONE']);
    expect(await refusalOf(await post(server, cookie, {}))).toEqual([409, 'SETUP_DONE']);
  });

  test('who changed the organization, and what, is in the audit log', async () => {
    const engine = server.server.organization.current();
    const rows = await engine.database.query<{ entity: string }>(
      `select distinct entity from org_default._audit where action = 'update' and user_id <> $1`,
      [systemPrincipal.userId],
    );
    expect(rows.map(({ entity }) => entity)).toEqual(
      expect.arrayContaining(['organization', 'systemuser', 'transactioncurrency', 'businessunit']) as string[],
    );
    const noted = async () =>
      (await engine.database.query(`select 1 from org_default._audit where action = 'password-changed'`)).length;
    await expect.poll(noted).toBe(1);
  });
});

describe('the base currency', () => {
  test('cannot be exchanged once rows have amounts in it; its name can', async () => {
    await using server = await freshServer();
    const cookie = await firstCookie(server);
    const account = await server.request(`${DATA}/accounts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"name":"Acme","revenue":1000}',
    });
    expect(account.status).toBe(204);
    expect((await read<SetupState>(server, '/api/setup', cookie)).currency).toMatchObject({ code: 'USD', fixed: true });
    expect(
      await refusalOf(await post(server, cookie, { ...wanted, currency: { ...wanted.currency, code: 'E' } })),
    ).toEqual([400, 'BODY_INVALID', 'currency.code SETTING_INVALID']);
    expect(await refusalOf(await post(server, cookie, wanted))).toEqual([
      400,
      'BODY_INVALID',
      'currency.code BASE_CURRENCY_IN_USE',
    ]);
    const dollar = { code: 'USD', name: 'دلار آمریکا', symbol: '$', decimals: 2 };
    expect((await post(server, cookie, { ...wanted, currency: dollar })).status).toBe(204);
    expect((await read<SetupState>(server, '/api/setup', cookie)).currency).toEqual({ ...dollar, fixed: true });
  });

  test('may be one that was entered as another before: it takes the place of the first one', async () => {
    await using server = await freshServer();
    const cookie = await firstCookie(server);
    const made = await server.request(`${DATA}/transactioncurrencies`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"currencyname":"Euro","isocurrencycode":"EUR","exchangerate":0.92}',
    });
    expect(made.status).toBe(204);
    const euro = { code: 'EUR', name: 'Euro', symbol: '€', decimals: 2 };
    expect((await post(server, cookie, { ...wanted, currency: euro })).status).toBe(204);
    const answer = await read<{ value: readonly Record<string, unknown>[] }>(
      server,
      `${DATA}/transactioncurrencies?$select=isocurrencycode,exchangerate`,
      cookie,
    );
    expect(answer.value.map((row) => [row['isocurrencycode'], row['exchangerate']])).toEqual([['EUR', 1]]);
  });

  test('of two who send at once one sets up, the other is told that it is done', async () => {
    await using server = await freshServer();
    const cookie = await firstCookie(server);
    const answers = await Promise.all([post(server, cookie, wanted), post(server, cookie, wanted)]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([204, 409]);
  });
});
