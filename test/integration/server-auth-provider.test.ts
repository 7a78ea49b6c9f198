// Signing in at an identity provider: the real oidc-provider for what should work, one in an attacker's hands for what must
// not: expired, foreign, wrong-audience and replayed tokens, another's state, a redirect elsewhere.
import { generateKeyPairSync } from 'node:crypto';
import { createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readPrincipal } from '../../core/security/principals.ts';
import {
  CLIENT_ID,
  CLIENT_SECRET,
  hostileProvider,
  identityProvider,
  signJwt,
  throughProvider,
  type HostileProvider,
  type ProviderClaims,
  type TestProvider,
} from '../support/identity-provider.ts';
import { testServer, type InProcessServer } from '../support/server.ts';
import { makePerson, SESSION, visitor, type Visitor } from '../support/visitor.ts';

let server: InProcessServer;
let provider: TestProvider;

function settings(issuer: string): Record<string, string> {
  return {
    PEYVAND_OIDC_ISSUER: issuer,
    PEYVAND_OIDC_CLIENT_ID: CLIENT_ID,
    PEYVAND_OIDC_CLIENT_SECRET: CLIENT_SECRET,
    PEYVAND_OIDC_TITLE: 'Example & Co.',
    PEYVAND_OIDC_ROLES: 'admins=system-administrator, CN=Bosses=system-administrator, ghosts=no-such-role',
  };
}

beforeAll(async () => {
  provider = await identityProvider(() => server.url);
  server = await testServer(settings(provider.issuer));
});
afterAll(async () => {
  await server.stop();
  await provider[Symbol.asyncDispose]();
});

function seat(subject: string, claims: ProviderClaims): void {
  provider.people.set(subject, { name: 'Sara Ahmadi', email_verified: true, ...claims });
  provider.sitsThere = subject;
}

async function meOf(person: Visitor): Promise<unknown> {
  return (await person.ask('GET', '/api/me')).json();
}

async function rolesOf(userId: string): Promise<readonly string[]> {
  const { database, schema, model } = server.server.organization.current();
  return (await readPrincipal(database, schema, model, userId))?.roles ?? [];
}

function errorOf(url: URL): string {
  return new URLSearchParams(url.hash.slice(1)).get('error') ?? '';
}

test('the sign-in page offers the provider', async () => {
  const options = await visitor(server.url).ask('GET', '/api/auth/sign-in/options');
  expect(await options.json()).toMatchObject({ providers: [{ id: 'oidc', title: 'Example & Co.' }] });
});

test('the request to the provider carries PKCE, state and nonce, and another state each time', async () => {
  const ask = async () => {
    const response = await visitor(server.url).ask('GET', '/api/auth/sign-in/provider/oidc');
    expect(response.status).toBe(302);
    return new URL(response.headers.get('location') ?? '').searchParams;
  };
  const [first, second] = [await ask(), await ask()];
  expect(first.get('response_type')).toBe('code');
  expect(first.get('code_challenge_method')).toBe('S256');
  expect(first.get('redirect_uri')).toBe(`${server.url}/api/auth/callback/oidc`);
  for (const name of ['state', 'nonce', 'code_challenge']) {
    expect((first.get(name) ?? '').length).toBeGreaterThan(20);
    expect(first.get(name)).not.toBe(second.get(name));
  }
});

test('a person whom the provider knows by a verified address comes in, and lands where they wanted to go', async () => {
  const userId = await makePerson(server, 'sara@example.com', undefined, ['basic-user']);
  seat('subject-sara', { email: 'Sara@Example.com', groups: ['staff', 'ghosts'] });
  const person = visitor(server.url);
  const landed = await throughProvider(person, server.url, '/app/accounts?view=mine#top');
  expect(landed.href).toBe(`${server.url}/app/accounts?view=mine#top`);
  expect(await meOf(person)).toMatchObject({ userId, email: 'sara@example.com' });
  expect(await rolesOf(userId)).toEqual(['basic-user']);
});

test('at each sign-in the groups give and take the mapped roles, and leave the others', async () => {
  const userId = await makePerson(server, 'groups@example.com', undefined, ['basic-user']);
  seat('subject-groups', { email: 'groups@example.com', groups: ['CN=Bosses', 'ghosts'] });
  await throughProvider(visitor(server.url), server.url);
  expect(await rolesOf(userId)).toEqual(['basic-user', 'system-administrator']);
  seat('subject-groups', { email: 'groups@example.com', groups: 'admins' });
  await throughProvider(visitor(server.url), server.url);
  expect(await rolesOf(userId)).toEqual(['basic-user', 'system-administrator']);
  seat('subject-groups', { email: 'groups@example.com' });
  await throughProvider(visitor(server.url), server.url);
  expect(await rolesOf(userId)).toEqual(['basic-user']);
});

test('a user whom an administrator added without a password comes in through the provider', async () => {
  const made = await server.request('/api/data/v9.2/systemusers', {
    method: 'POST',
    headers: { 'content-type': 'application/json', prefer: 'return=representation' },
    body: JSON.stringify({
      firstname: 'Added',
      lastname: 'Before',
      internalemailaddress: 'Added@example.com',
      'businessunitid@odata.bind': '/businessunits(00000000-0000-7000-8000-000000000002)',
    }),
  });
  const { systemuserid } = (await made.json()) as { systemuserid: string };
  seat('subject-added', { email: 'added@example.com', email_verified: false });
  expect(errorOf(await throughProvider(visitor(server.url), server.url))).toBe('PROVIDER_EMAIL_UNVERIFIED');
  seat('subject-added', { email: 'added@example.com' });
  const person = visitor(server.url);
  await throughProvider(person, server.url);
  expect(await meOf(person)).toMatchObject({ userId: systemuserid });
});

test('an address of a provider that is not configured leads nowhere', async () => {
  for (const path of ['sign-in/provider/other', 'callback/other', 'callback/oidc%2f..'])
    expect((await visitor(server.url).ask('GET', `/api/auth/${path}`)).status).toBe(404);
});

test('the last administrator stays one, whatever the provider says', async () => {
  const me = (await (await server.request('/api/me')).json()) as { userId: string };
  seat('subject-admin', { email: 'admin@example.com', groups: [] });
  await throughProvider(visitor(server.url), server.url);
  expect(await rolesOf(me.userId)).toContain('system-administrator');
});

test('once bound, a person is known by issuer and subject: another address there changes nothing', async () => {
  const userId = await makePerson(server, 'bound@example.com');
  seat('subject-bound', { email: 'bound@example.com' });
  await throughProvider(visitor(server.url), server.url);
  seat('subject-bound', { email: 'renamed@example.com' });
  const person = visitor(server.url);
  await throughProvider(person, server.url);
  expect(await meOf(person)).toMatchObject({ userId });
});

test('an address that went to another person does not take the account along', async () => {
  await makePerson(server, 'reused@example.com');
  seat('subject-first', { email: 'reused@example.com' });
  await throughProvider(visitor(server.url), server.url);
  seat('subject-second', { email: 'reused@example.com' });
  const person = visitor(server.url);
  expect(errorOf(await throughProvider(person, server.url))).toBe('PROVIDER_OTHER_PERSON');
  expect(person.cookies.has(SESSION)).toBe(false);
});

test('an address that the provider has not verified opens nobody’s account', async () => {
  for (const email_verified of [false, undefined, 'false', 'no']) {
    seat('subject-impostor', { email: 'admin@example.com', email_verified });
    const person = visitor(server.url);
    expect(errorOf(await throughProvider(person, server.url))).toBe('PROVIDER_EMAIL_UNVERIFIED');
    expect(person.cookies.has(SESSION)).toBe(false);
  }
});

test('the provider’s tokens are not kept', async () => {
  await makePerson(server, 'tokens@example.com');
  seat('subject-tokens', { email: 'tokens@example.com' });
  for (let time = 0; time < 2; time++) await throughProvider(visitor(server.url), server.url);
  const rows = await server.server.database.query(
    `select 1 from peyvand_auth.account where coalesce("accessToken", "refreshToken", "idToken") is not null`,
  );
  expect(rows).toHaveLength(0);
});

test('a stranger is refused with a reason, and no user is made', async () => {
  seat('subject-stranger', { email: 'stranger@example.com', groups: ['admins'] });
  const person = visitor(server.url);
  const landed = await throughProvider(person, server.url);
  expect(landed.pathname).toBe('/sign-in');
  expect(errorOf(landed)).toBe('PROVIDER_PERSON_UNKNOWN');
  expect(person.cookies.has(SESSION)).toBe(false);
  const [row] = await server.server.database.query<{ count: number }>(
    `select count(*)::int as count from peyvand_auth."user" where email = 'stranger@example.com'`,
  );
  expect(row?.count).toBe(0);
});

test('who presses cancel at the provider is told so on the sign-in page', async () => {
  provider.sitsThere = undefined;
  expect(errorOf(await throughProvider(visitor(server.url), server.url))).toBe('PROVIDER_DENIED');
});

test('a disabled person is refused although the provider lets them in', async () => {
  const userId = await makePerson(server, 'disabled@example.com');
  await server.request(`/api/data/v9.2/systemusers(${userId})`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: '{"isdisabled":true}',
  });
  seat('subject-disabled', { email: 'disabled@example.com' });
  const person = visitor(server.url);
  expect(errorOf(await throughProvider(person, server.url))).toBe('USER_DISABLED');
  expect(person.cookies.has(SESSION)).toBe(false);
});

test.each([
  'https://evil.example/',
  '//evil.example',
  '/\\evil.example',
  '/.//evil.example',
  '/%0d%0aLocation:https://evil.example',
  'javascript:alert(1)',
  '\thttps://evil.example',
  '/\t/evil.example',
  'evil',
])('afterwards nobody is led elsewhere: returnTo=%s', async (returnTo) => {
  await makePerson(server, `return-${crypto.randomUUID()}@example.com`);
  const [row] = await server.server.database.query<{ email: string }>(
    `select email from peyvand_auth."user" where email like 'return-%' order by "createdAt" desc limit 1`,
  );
  seat(`subject-${row?.email}`, { email: row?.email });
  const landed = await throughProvider(visitor(server.url), server.url, returnTo);
  expect(landed.origin).toBe(server.url);
  expect(landed.pathname).not.toMatch(/^\/[/\\]/);
});

test('with PEYVAND_OIDC_CREATE_USERS a stranger gets a user with the roles of the groups', async () => {
  let site = '';
  await using other = await identityProvider(() => site);
  await using open = await testServer({
    ...settings(other.issuer),
    PEYVAND_OIDC_CREATE_USERS: 'yes',
    PEYVAND_OIDC_ROLES: 'sales=basic-user',
  });
  site = open.url;
  other.people.set('new', { name: 'Nilu Far', email: 'nilu@example.com', email_verified: true, groups: ['sales'] });
  other.sitsThere = 'new';
  const both = [visitor(open.url), visitor(open.url)];
  await Promise.all(both.map((person) => throughProvider(person, open.url)));
  for (const person of both) expect(await meOf(person)).toMatchObject({ email: 'nilu@example.com', name: 'Nilu Far' });
  const list = await both[0]?.ask('GET', '/api/data/v9.2/accounts');
  expect(list?.status).toBe(200);
  const [row] = await open.server.database.query<{ users: number; bindings: number }>(
    `select count(distinct u.id)::int as users, count(a.id)::int as bindings from peyvand_auth."user" u
     join peyvand_auth.account a on a."userId" = u.id where u.email = 'nilu@example.com'`,
  );
  expect(row).toEqual({ users: 1, bindings: 1 });
});

test('a provider that is away at the start stops neither the server nor passwords, and is asked again when it is back', async () => {
  await using hostile = await hostileProvider();
  hostile.away = true;
  await using early = await testServer(settings(hostile.issuer));
  await makePerson(early, 'patient@example.com', 'right password');
  expect((await visitor(early.url).signIn('patient@example.com', 'right password')).status).toBe(200);
  const ask = async () =>
    (await visitor(early.url).ask('GET', '/api/auth/sign-in/provider/oidc')).headers.get('location');
  expect(await ask()).toBe('/sign-in#error=PROVIDER_AWAY');
  hostile.away = false;
  expect(await ask()).toContain(`${hostile.issuer}/authorize?`);
});

test('a provider that calls itself by another name than the configured one is not trusted', async () => {
  await using hostile = await hostileProvider();
  await using misled = await testServer(settings(`${hostile.issuer.replace('127.0.0.1', 'localhost')}`));
  const response = await visitor(misled.url).ask('GET', '/api/auth/sign-in/provider/oidc');
  expect(response.headers.get('location')).toBe('/sign-in#error=PROVIDER_ISSUER');
});

interface Begun {
  readonly person: Visitor;
  readonly state: string;
  readonly nonce: string;
}

/** The server under attack: everything is right but what each test changes. */
async function attack(
  work: (hostile: HostileProvider, attacked: InProcessServer, begin: () => Promise<Begun>) => Promise<void>,
): Promise<void> {
  await using hostile = await hostileProvider();
  await using attacked = await testServer(settings(hostile.issuer));
  await makePerson(attacked, 'target@example.com');
  await work(hostile, attacked, async () => {
    const person = visitor(attacked.url);
    const response = await person.ask('GET', '/api/auth/sign-in/provider/oidc');
    const asked = new URL(response.headers.get('location') ?? '').searchParams;
    return { person, state: asked.get('state') ?? '', nonce: asked.get('nonce') ?? '' };
  });
}

function soundClaims({ issuer }: HostileProvider, nonce: string): ProviderClaims {
  const now = Math.floor(Date.now() / 1000);
  return {
    iss: issuer,
    aud: CLIENT_ID,
    sub: 'target',
    iat: now,
    exp: now + 300,
    nonce,
    email: 'target@example.com',
    email_verified: true,
  };
}

function without(claims: ProviderClaims, name: string): ProviderClaims {
  return Object.fromEntries(Object.entries(claims).filter(([claim]) => claim !== name));
}

async function comeBack(
  { person, state }: Begun,
  query = `code=any&state=${encodeURIComponent(state)}`,
): Promise<string> {
  const response = await person.ask('GET', `/api/auth/callback/oidc?${query}`);
  expect(response.status).toBe(302);
  return response.headers.get('location') ?? '';
}

test('expired, foreign, wrong-audience and otherwise wrong ID tokens open nobody’s account', { timeout: 60_000 }, () =>
  attack(async (hostile, _attacked, begin) => {
    const foreignKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    const now = Math.floor(Date.now() / 1000);
    const unsigned = (claims: ProviderClaims) =>
      `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.`;
    const wrong: readonly (readonly [string, (claims: ProviderClaims) => string | undefined])[] = [
      ['expired', (claims) => signJwt(hostile.key, { ...claims, iat: now - 7200, exp: now - 3600 })],
      ['not valid yet', (claims) => signJwt(hostile.key, { ...claims, nbf: now + 3600 })],
      ['signed by a foreign key', (claims) => signJwt(foreignKey, claims)],
      ['signed by a key it does not publish', (claims) => signJwt(foreignKey, claims, { kid: 'other' })],
      ['for another audience', (claims) => signJwt(hostile.key, { ...claims, aud: 'another-client' })],
      ['without an audience', (claims) => signJwt(hostile.key, without(claims, 'aud'))],
      ['of another issuer', (claims) => signJwt(hostile.key, { ...claims, iss: 'https://other.example' })],
      ['with the nonce of another sign-in', (claims) => signJwt(hostile.key, { ...claims, nonce: 'replayed' })],
      ['without a nonce', (claims) => signJwt(hostile.key, without(claims, 'nonce'))],
      ['without a subject', (claims) => signJwt(hostile.key, without(claims, 'sub'))],
      ['unsigned', unsigned],
      [
        'tampered',
        (claims) =>
          signJwt(hostile.key, claims).replace(/\.[^.]+\./, `.${unsigned({ ...claims, sub: 'x' }).split('.')[1]}.`),
      ],
      ['no JWT at all', () => 'nonsense'],
      ['missing', () => undefined],
    ];
    for (const [what, forge] of wrong) {
      const begun = await begin();
      const token = forge(soundClaims(hostile, begun.nonce));
      hostile.answer = { access_token: 'x', token_type: 'Bearer', ...(token !== undefined && { id_token: token }) };
      // What userinfo says is bound to nothing: it must not do in place of a token.
      hostile.userInfo = { sub: 'target', email: 'target@example.com', email_verified: true };
      expect(await comeBack(begun), what).toBe('/sign-in#error=PROVIDER_TOKEN');
      expect(begun.person.cookies.has(SESSION), what).toBe(false);
    }
    // The same with nothing wrong comes in: the refusals above mean something.
    const begun = await begin();
    hostile.answer = {
      access_token: 'x',
      token_type: 'Bearer',
      id_token: signJwt(hostile.key, soundClaims(hostile, begun.nonce)),
    };
    expect(await comeBack(begun)).toBe('/');
    expect(begun.person.cookies.has(SESSION)).toBe(true);
    expect(hostile.asked.at(-1)?.get('code_verifier')?.length).toBeGreaterThanOrEqual(43);
  }),
);

test('a callback with another browser’s state, an invented one, a used one or none opens nobody’s account', () =>
  attack(async (hostile, attacked, begin) => {
    const mine = await begin();
    const answer = ({ nonce }: Begun) => ({
      access_token: 'x',
      token_type: 'Bearer',
      id_token: signJwt(hostile.key, soundClaims(hostile, nonce)),
    });
    hostile.answer = answer(mine);
    // Login CSRF: the attacker's own callback address, opened in the victim's browser.
    const victim = await begin();
    for (const person of [visitor(attacked.url), victim.person]) {
      expect(await comeBack({ ...mine, person })).toBe('/sign-in#error=PROVIDER_STATE');
      expect(person.cookies.has(SESSION)).toBe(false);
    }
    const again = await begin();
    for (const query of ['code=any&state=invented', 'code=any', '', 'state=', `code=any&state=${again.state}x`]) {
      expect(await comeBack(again, query)).toMatch(/^\/sign-in#error=PROVIDER_/);
      expect(again.person.cookies.has(SESSION)).toBe(false);
    }
    const once = await begin();
    hostile.answer = answer(once);
    const { person } = once;
    const stateCookie = person.cookies.get('peyvand.state') ?? '';
    expect(await comeBack(once)).toBe('/');
    person.cookies.set('peyvand.state', stateCookie);
    expect(await comeBack(once)).toBe('/sign-in#error=PROVIDER_STATE');
  }));

test('a session planted before signing in at the provider is not the session afterwards (fixation)', () =>
  attack(async (hostile, attacked, begin) => {
    await makePerson(attacked, 'planter@example.com', 'right password');
    const attacker = visitor(attacked.url);
    await attacker.signIn('planter@example.com', 'right password');
    const planted = attacker.cookies.get(SESSION) ?? '';
    const begun = await begin();
    begun.person.cookies.set(SESSION, planted);
    hostile.answer = {
      access_token: 'x',
      token_type: 'Bearer',
      id_token: signJwt(hostile.key, soundClaims(hostile, begun.nonce)),
    };
    expect(await comeBack(begun)).toBe('/');
    expect(begun.person.cookies.get(SESSION)).not.toBe(planted);
    expect(await meOf(begun.person)).toMatchObject({ email: 'target@example.com' });
    expect((await attacker.ask('GET', '/api/me')).status).toBe(401);
  }));

test('an ID token is no key to the API', () =>
  attack(async (hostile, attacked) => {
    const token = signJwt(hostile.key, soundClaims(hostile, 'any'));
    const response = await visitor(attacked.url).ask('GET', '/api/me', undefined, { authorization: `Bearer ${token}` });
    expect(response.status).toBe(401);
  }));

test('another issuer’s subject of the same name is another person', async () => {
  await using hostile = await hostileProvider();
  const [row] = await server.server.database.query<{ count: number }>(
    `select count(distinct "providerId")::int as count from peyvand_auth.account where "providerId" like 'oidc-%'`,
  );
  expect(row?.count).toBe(1);
  await using attacked = await testServer(settings(hostile.issuer));
  const userId = await makePerson(attacked, 'first-issuer@example.com');
  await attacked.server.database.query(
    `insert into peyvand_auth.account (id, "accountId", "providerId", "userId") values ('x', 'target', 'oidc-0123456789abcdef', $1)`,
    [userId],
  );
  const person = visitor(attacked.url);
  const asked = new URL((await person.ask('GET', '/api/auth/sign-in/provider/oidc')).headers.get('location') ?? '')
    .searchParams;
  const claims = soundClaims(hostile, asked.get('nonce') ?? '');
  hostile.answer = { access_token: 'x', token_type: 'Bearer', id_token: signJwt(hostile.key, claims) };
  expect(await comeBack({ person, state: asked.get('state') ?? '', nonce: '' })).toBe(
    '/sign-in#error=PROVIDER_PERSON_UNKNOWN',
  );
});

test(
  'a provider that takes the connection and says nothing holds up nobody’s password',
  { timeout: 60_000 },
  async () => {
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const address = silent.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const held: Socket[] = [];
    silent.on('connection', (socket) => held.push(socket));
    await using waiting = await testServer(settings(`http://127.0.0.1:${port}`));
    await makePerson(waiting, 'impatient@example.com', 'right password');
    const away = visitor(waiting.url).ask('GET', '/api/auth/sign-in/provider/oidc');
    expect((await visitor(waiting.url).signIn('impatient@example.com', 'right password')).status).toBe(200);
    for (const socket of held) socket.destroy();
    expect((await away).headers.get('location')).toBe('/sign-in#error=PROVIDER_AWAY');
    await new Promise((resolve) => silent.close(resolve));
  },
);
