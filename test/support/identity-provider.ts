// Identity providers to sign in at: the real oidc-provider with people of the test's choosing, and one in an attacker's
// hands that answers with whatever ID token it likes.
import { createSign, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Provider } from 'oidc-provider';
import { visitor, type Visitor } from './visitor.ts';

export const CLIENT_ID = 'peyvand';
export const CLIENT_SECRET = 'a client secret that only the two of them know';

async function listen(listener: RequestListener): Promise<{ readonly server: Server; readonly url: string }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

export type ProviderClaims = Readonly<Record<string, unknown>>;

export interface TestProvider extends AsyncDisposable {
  /** For PEYVAND_OIDC_ISSUER. */
  readonly issuer: string;
  /** Subject → claims of whoever may sign in there. */
  readonly people: Map<string, ProviderClaims>;
  /** Who sits at the provider's own sign-in page; undefined: they press "cancel". */
  sitsThere: string | undefined;
}

/** The real provider; `site` is Peyvand's address, or a function that says it once it is known. */
export async function identityProvider(site: () => string): Promise<TestProvider> {
  let handle: RequestListener = (_request, response) => response.writeHead(503).end();
  const { server, url: issuer } = await listen((request, response) => handle(request, response));
  const people = new Map<string, ProviderClaims>();
  const state: { sitsThere: string | undefined } = { sitsThere: undefined };
  let running: Provider | undefined;
  // Made when it is first asked: it wants to know the client's address.
  const provider = (): Provider =>
    (running ??= new Provider(issuer, {
      clients: [
        {
          client_id: CLIENT_ID,
          client_secret: CLIENT_SECRET,
          redirect_uris: [`${site()}/api/auth/callback/oidc`],
          grant_types: ['authorization_code'],
          response_types: ['code'],
        },
      ],
      claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'groups'] },
      features: { devInteractions: { enabled: false } },
      interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
      jwks: { keys: [{ ...generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' }) }] },
      ttl: { Interaction: 600, Session: 600, Grant: 600, AccessToken: 600, IdToken: 600, AuthorizationCode: 60 },
      pkce: { required: () => true },
      cookies: { keys: ['only for this test'] },
      findAccount: (_context, subject) => ({
        accountId: subject,
        claims: () => ({ ...people.get(subject), sub: subject }),
      }),
    }));
  const interact = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { prompt, params, session, grantId } = await provider().interactionDetails(request, response);
    const { sitsThere } = state;
    if (sitsThere === undefined) {
      await provider().interactionFinished(request, response, { error: 'access_denied' });
    } else if (prompt.name === 'login') {
      await provider().interactionFinished(request, response, { login: { accountId: sitsThere } });
    } else {
      const known = grantId === undefined ? undefined : await provider().Grant.find(grantId);
      const grant = known ?? new (provider().Grant)({ accountId: session?.accountId ?? '', clientId: CLIENT_ID });
      grant.addOIDCScope(String(params['scope']));
      await provider().interactionFinished(request, response, { consent: { grantId: await grant.save() } });
    }
  };
  handle = (request, response) => {
    if (!request.url?.startsWith('/interaction/')) return void provider().callback()(request, response);
    interact(request, response).catch((fault: unknown) => response.writeHead(500).end(String(fault)));
  };
  return {
    issuer,
    people,
    get sitsThere() {
      return state.sitsThere;
    },
    set sitsThere(subject) {
      state.sitsThere = subject;
    },
    [Symbol.asyncDispose]: () => stop(server),
  };
}

/** Goes where the browser is sent, from our site to the provider and back, until something of ours is shown. */
export async function throughProvider(person: Visitor, site: string, returnTo = '/'): Promise<URL> {
  const elsewhere = new Map<string, Visitor>();
  let url = `${site}/api/auth/sign-in/provider/oidc?returnTo=${encodeURIComponent(returnTo)}`;
  for (let hop = 0; hop < 20; hop++) {
    const { origin, pathname } = new URL(url);
    if (origin === site && !pathname.startsWith('/api/')) return new URL(url);
    const browser = origin === site ? person : (elsewhere.get(origin) ?? visitor(origin));
    if (origin !== site) elsewhere.set(origin, browser);
    const response = await browser.go(url);
    const location = response.headers.get('location');
    if (location === null) throw new Error(`${response.status} at ${url}: ${await response.text()}`);
    url = new URL(location, url).href;
  }
  throw new Error(`sent round and round, last to ${url}`);
}

export interface HostileProvider extends AsyncDisposable {
  readonly issuer: string;
  /** Its published key. */
  readonly key: KeyObject;
  /** What its token endpoint answers next. */
  answer: Readonly<Record<string, unknown>>;
  /** What its userinfo endpoint answers. */
  userInfo: ProviderClaims;
  /** What was sent to its token endpoint. */
  readonly asked: URLSearchParams[];
  /** Answers nothing but 503 while true. */
  away: boolean;
}

/** A JWT signed by `key`, with `alg` as the header says. */
export function signJwt(key: KeyObject, claims: ProviderClaims, header: ProviderClaims = {}): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const text = `${part({ alg: 'RS256', typ: 'JWT', kid: 'published', ...header })}.${part(claims)}`;
  return `${text}.${createSign('RSA-SHA256').update(text).sign(key).toString('base64url')}`;
}

export async function hostileProvider(): Promise<HostileProvider> {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const state: { answer: ProviderClaims; userInfo: ProviderClaims; away: boolean } = {
    answer: {},
    userInfo: {},
    away: false,
  };
  const asked: URLSearchParams[] = [];
  const { server, url: issuer } = await listen((request, response) => {
    const send = (value: unknown) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    if (state.away) return void response.writeHead(503).end();
    if (request.url === '/.well-known/openid-configuration')
      return void send({
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        userinfo_endpoint: `${issuer}/userinfo`,
        jwks_uri: `${issuer}/keys`,
        id_token_signing_alg_values_supported: ['RS256'],
        subject_types_supported: ['public'],
        response_types_supported: ['code'],
      });
    if (request.url === '/keys')
      return void send({
        keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'published', use: 'sig', alg: 'RS256' }],
      });
    if (request.url === '/userinfo') return void send(state.userInfo);
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      asked.push(new URLSearchParams(body));
      send(state.answer);
    });
  });
  return {
    issuer,
    key: privateKey,
    asked,
    get answer() {
      return state.answer;
    },
    set answer(answer) {
      state.answer = answer;
    },
    get userInfo() {
      return state.userInfo;
    },
    set userInfo(claims) {
      state.userInfo = claims;
    },
    get away() {
      return state.away;
    },
    set away(away) {
      state.away = away;
    },
    [Symbol.asyncDispose]: () => stop(server),
  };
}
