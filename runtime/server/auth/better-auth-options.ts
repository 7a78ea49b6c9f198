// What every better-auth instance of ours shares: its tables over kysely and postgres.js, its secret, its cookies. Only its
// functions are called, never its routes: addresses, origins and limits are checked by our own.
import type { ClientHint } from './client-hint.ts';
import { ADDRESS_HEADER, COOKIE_PREFIX } from './cookies.ts';

const WEEK_SECONDS = 7 * 24 * 3600;

/** Loads kysely and opens a small pool; call `end` when done. */
export async function openAuthOptions(databaseUrl: string, secret: string) {
  const [{ Kysely }, { PostgresJSDialect }, { default: postgres }] = await Promise.all([
    import('kysely'),
    import('kysely-postgres-js'),
    import('postgres'),
  ]);
  const sql = postgres(databaseUrl, {
    max: 2,
    idle_timeout: 30,
    onnotice: () => {},
    connection: { search_path: 'peyvand_auth', statement_timeout: 10_000, application_name: 'peyvand sessions' },
  });
  return {
    options: {
      database: {
        db: new Kysely({ dialect: new PostgresJSDialect({ postgres: sql }) }),
        type: 'postgres' as const,
      },
      secret,
      baseURL: 'http://peyvand.invalid',
      session: { expiresIn: WEEK_SECONDS, updateAge: WEEK_SECONDS / 7 },
      verification: { storeIdentifier: 'hashed' as const },
      advanced: {
        cookiePrefix: COOKIE_PREFIX,
        useSecureCookies: false,
        defaultCookieAttributes: { httpOnly: true, sameSite: 'lax' as const, path: '/' },
        ipAddress: { ipAddressHeaders: [ADDRESS_HEADER] },
      },
      rateLimit: { enabled: false },
      telemetry: { enabled: false },
      logger: { disabled: true },
    },
    end: () => sql.end({ timeout: 2 }),
  };
}

/** The headers better-auth is told: the cookies it may see and what is kept with a session. */
export function authHeaders(cookie: string | undefined, client: ClientHint | undefined): Headers {
  const headers = new Headers();
  if (cookie !== undefined) headers.set('cookie', cookie);
  if (client?.userAgent !== undefined) headers.set('user-agent', client.userAgent);
  if (client) headers.set(ADDRESS_HEADER, client.address);
  return headers;
}

/** True where better-auth refused, rather than failed. */
export function refusal(fault: unknown): { readonly status: number; readonly code: string } | undefined {
  if (!(fault instanceof Error && fault.name === 'APIError' && 'statusCode' in fault)) return undefined;
  const status = Number(fault.statusCode);
  if (!(status < 500)) return undefined;
  const body: unknown = 'body' in fault ? fault.body : undefined;
  const code = typeof body === 'object' && body !== null && 'code' in body ? String(body.code) : '';
  return { status, code };
}
