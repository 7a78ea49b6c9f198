// Signing in at an identity provider (OpenID Connect, authorization code with PKCE, state and nonce) by better-auth's
// generic-oauth, which checks signature, issuer, audience, time and nonce of the ID token. Loaded, and the provider asked
// for its addresses, when somebody first chooses it: one that is away stops neither the server nor passwords.
import { AsyncLocalStorage } from 'node:async_hooks';
import { createHash } from 'node:crypto';
import { PeyvandError } from '../../../core/sdk/index.ts';
import type { OidcConfig } from '../config.ts';
import { fail } from '../errors.ts';
import { authHeaders, openAuthOptions } from './better-auth-options.ts';
import type { ClientHint } from './client-hint.ts';

/** What the provider vouches for, after its ID token was checked. */
export interface Claims {
  /** Names the provider and its issuer; changes when another issuer is configured. */
  readonly providerId: string;
  readonly subject: string;
  readonly email: string | undefined;
  readonly emailVerified: boolean;
  readonly name: string;
  readonly givenName: string | undefined;
  readonly familyName: string | undefined;
  readonly groups: readonly string[];
}

export interface Arrival {
  readonly userId: string;
  /** Set-Cookie values of the new session. */
  readonly cookies: readonly string[];
  readonly returnTo: string;
}

export interface IdentityProvider {
  /** In addresses: `oidc`. */
  readonly id: string;
  readonly title: string;
  /** Where to send the browser, and the cookies it takes along. Throws PROVIDER_AWAY. */
  begin(returnTo: string): Promise<{ readonly url: string; readonly cookies: readonly string[] }>;
  /** The provider sent the browser back. Throws what stood in the way. */
  finish(stateCookie: string | undefined, query: ReadonlyMap<string, string>, client: ClientHint): Promise<Arrival>;
  close(): Promise<void>;
}

export interface IdentityProviderOptions {
  readonly config: OidcConfig;
  readonly databaseUrl: string;
  readonly secret: string;
  /** Where people reach this server. */
  readonly origin: string;
  /** Finds, or makes, the user these claims stand for; throws where they may not come in. */
  admit(claims: Claims): Promise<string>;
  onFault(fault: unknown): void;
}

export const PROVIDER_ID = 'oidc';
const PATIENCE_MS = 10_000;

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && !value.includes('\0') ? value.slice(0, 256) : undefined;
}

/** A list of texts, or one text. */
function texts(value: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.filter((item): item is string => typeof item === 'string');
}

function withoutSlash(issuer: string): string {
  return issuer.replace(/\/+$/, '');
}

/** The claims inside a JWT that better-auth has checked already. */
function claimsOf(idToken: string): Readonly<Record<string, unknown>> {
  const payload: unknown = JSON.parse(Buffer.from(idToken.split('.')[1] ?? '', 'base64url').toString('utf8'));
  return typeof payload === 'object' && payload !== null ? { ...payload } : {};
}

/** Whether the provider answers, and is the one that was configured (OpenID Connect Discovery 1.0, 4.3). */
async function checkDiscovery(url: string, issuer: string): Promise<void> {
  let found: unknown;
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS) });
    found = response.ok ? await response.json() : undefined;
  } catch (cause) {
    throw fail('PROVIDER_AWAY', {}, { cause });
  }
  const said = typeof found === 'object' && found !== null && 'issuer' in found ? found.issuer : undefined;
  if (typeof said !== 'string') throw fail('PROVIDER_AWAY');
  if (withoutSlash(said) !== withoutSlash(issuer)) throw fail('PROVIDER_ISSUER', { said, issuer });
}

async function hostProvider(
  options: IdentityProviderOptions,
  running: AsyncLocalStorage<{ fault?: unknown; userId?: string }>,
) {
  const { config, databaseUrl, secret, origin, admit } = options;
  const discoveryUrl = `${withoutSlash(config.issuer)}/.well-known/openid-configuration`;
  await checkDiscovery(discoveryUrl, config.issuer);
  const [{ betterAuth }, { genericOAuth }, opened] = await Promise.all([
    import('better-auth'),
    import('better-auth/plugins'),
    openAuthOptions(databaseUrl, secret),
  ]);
  // Another issuer is another provider: its subjects say nothing about the people of the first.
  const providerId = `oidc-${createHash('sha256').update(withoutSlash(config.issuer)).digest('hex').slice(0, 16)}`;
  const auth = betterAuth({
    ...opened.options,
    // `admit` binds people to the provider, nothing else does; the provider's tokens are not kept.
    account: { updateAccountOnSignIn: false, accountLinking: { enabled: false } },
    plugins: [
      genericOAuth({
        config: [
          {
            providerId,
            discoveryUrl,
            requireIdTokenVerification: true,
            clientId: config.clientId,
            clientSecret: config.clientSecret,
            authentication: 'basic',
            scopes: ['openid', 'profile', 'email', ...config.scopes],
            pkce: true,
            redirectURI: `${origin}/api/auth/callback/${PROVIDER_ID}`,
            // Users are made by `admit`, or not at all.
            disableSignUp: true,
            accountSubject: async ({ tokens, profile }) => {
              const store = running.getStore() ?? {};
              try {
                // Without an ID token nothing was checked but that somebody holds an access token.
                if (tokens.idToken === undefined) throw fail('PROVIDER_TOKEN');
                const { sub, iss } = claimsOf(tokens.idToken);
                const subject = text(sub);
                if (subject === undefined || typeof iss !== 'string') throw fail('PROVIDER_TOKEN');
                if (withoutSlash(iss) !== withoutSlash(config.issuer)) throw fail('PROVIDER_TOKEN');
                store.userId = await admit({
                  providerId,
                  subject,
                  email: text(profile.email),
                  emailVerified: [true, 'true'].includes(profile['email_verified'] as boolean | string),
                  name: text(profile.name) ?? text(profile.email) ?? subject,
                  givenName: text(profile['given_name']),
                  familyName: text(profile['family_name']),
                  groups: texts(profile[config.groupsClaim]),
                });
                return subject;
              } catch (fault) {
                // better-auth tells only that something failed here.
                store.fault = fault;
                throw fault;
              }
            },
          },
        ],
      }),
    ],
  });
  return { auth, providerId, end: opened.end };
}

/** What better-auth's words for a failed callback mean to people. */
const FAULTS: Readonly<Record<string, Parameters<typeof fail>[0]>> = {
  access_denied: 'PROVIDER_DENIED',
  state_not_found: 'PROVIDER_STATE',
  state_mismatch: 'PROVIDER_STATE',
  state_invalid: 'PROVIDER_STATE',
  email_not_found: 'PROVIDER_PERSON_UNKNOWN',
};

export function createIdentityProvider(options: IdentityProviderOptions): IdentityProvider {
  const running = new AsyncLocalStorage<{ fault?: unknown; userId?: string }>();
  let loading: ReturnType<typeof hostProvider> | undefined;
  const load = () => {
    loading ??= hostProvider(options, running);
    // Asked again next time.
    loading.catch(() => (loading = undefined));
    return loading;
  };
  return {
    id: PROVIDER_ID,
    title: options.config.title,
    async begin(returnTo) {
      const { auth, providerId } = await load();
      const { headers, response } = await auth.api.signInSocial({
        body: { provider: providerId, callbackURL: returnTo, disableRedirect: true },
        returnHeaders: true,
      });
      if (!('url' in response) || typeof response.url !== 'string') throw fail('PROVIDER_AWAY');
      return { url: response.url, cookies: headers.getSetCookie() };
    },
    async finish(stateCookie, query, client) {
      const { auth, providerId } = await load();
      const store: { fault?: unknown; userId?: string } = {};
      const given = (name: string) => {
        const value = query.get(name);
        return value === undefined ? {} : { [name]: value };
      };
      const response = await running.run(store, () =>
        auth.api.callbackOAuth({
          method: 'GET',
          params: { id: providerId },
          query: { ...given('code'), ...given('state'), ...given('error'), ...given('iss') },
          headers: authHeaders(stateCookie, client),
          asResponse: true,
        }),
      );
      const cookies = response.headers.getSetCookie();
      const target = new URL(response.headers.get('location') ?? '/', 'http://peyvand.invalid');
      const error = target.searchParams.get('error');
      if (error === null && store.userId !== undefined && response.status === 302)
        return { userId: store.userId, cookies, returnTo: `${target.pathname}${target.search}${target.hash}` };
      if (store.fault instanceof PeyvandError) throw store.fault;
      if (store.fault !== undefined) options.onFault(store.fault);
      throw fail(FAULTS[error ?? ''] ?? 'PROVIDER_TOKEN');
    },
    async close() {
      if (loading) await loading.then(({ end }) => end()).catch(() => undefined);
    },
  };
}
