// Sessions of people who sign in with e-mail and password: better-auth over kysely and postgres.js. It is heavy, so it is
// loaded when the first cookie or password arrives; API keys never need it.
import type { Identity } from '../../../core/security/users.ts';

export interface SessionHost {
  /** Set-Cookie values, or undefined when e-mail or password is wrong. */
  signIn(email: string, password: string, client: ClientHint): Promise<readonly string[] | undefined>;
  /** Ends the session of the cookie; Set-Cookie values that clear it. */
  signOut(cookie: string): Promise<readonly string[]>;
  /** Who the cookie stands for. */
  resolve(cookie: string): Promise<SessionUser | undefined>;
  /** False when the current password is wrong. Every other session of the user ends. */
  changePassword(cookie: string, current: string, next: string): Promise<boolean>;
  close(): Promise<void>;
}

export interface SessionUser extends Identity {
  readonly sessionId: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** Kept with the session, so that people recognize theirs. */
export interface ClientHint {
  readonly userAgent: string | undefined;
}

export const COOKIE_PREFIX = 'peyvand';
export const SESSION_COOKIE = `${COOKIE_PREFIX}.session_token`;

const WEEK_SECONDS = 7 * 24 * 3600;

async function hostSessions(databaseUrl: string, secret: string): Promise<SessionHost> {
  const [{ betterAuth }, { Kysely }, { PostgresJSDialect }, { default: postgres }] = await Promise.all([
    import('better-auth'),
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
  const auth = betterAuth({
    database: { db: new Kysely({ dialect: new PostgresJSDialect({ postgres: sql }) }), type: 'postgres' },
    secret,
    // Only its functions are called, never its routes: addresses, origins and limits are checked by our own.
    baseURL: 'http://peyvand.invalid',
    emailAndPassword: { enabled: true, disableSignUp: true },
    session: { expiresIn: WEEK_SECONDS, updateAge: WEEK_SECONDS / 7 },
    advanced: {
      cookiePrefix: COOKIE_PREFIX,
      useSecureCookies: false,
      defaultCookieAttributes: { httpOnly: true, sameSite: 'lax', path: '/' },
    },
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    logger: { disabled: true },
  });
  const cookieHeaders = (cookie: string) => new Headers({ cookie });
  const refused = (fault: unknown) =>
    fault instanceof Error && fault.name === 'APIError' && 'statusCode' in fault && Number(fault.statusCode) < 500;
  return {
    async signIn(email, password, client) {
      try {
        const { headers } = await auth.api.signInEmail({
          body: { email, password },
          headers: new Headers(client.userAgent === undefined ? {} : { 'user-agent': client.userAgent }),
          returnHeaders: true,
        });
        return headers.getSetCookie();
      } catch (fault) {
        if (refused(fault)) return undefined;
        throw fault;
      }
    },
    async signOut(cookie) {
      const { headers } = await auth.api.signOut({ headers: cookieHeaders(cookie), returnHeaders: true });
      return headers.getSetCookie();
    },
    async resolve(cookie) {
      const found = await auth.api.getSession({ headers: cookieHeaders(cookie) });
      if (!found) return undefined;
      const { user, session } = found;
      return {
        id: user.id,
        name: user.name,
        email: user.email,
        sessionId: session.id,
        expiresAt: new Date(session.expiresAt).getTime(),
      };
    },
    async changePassword(cookie, current, next) {
      try {
        await auth.api.changePassword({
          body: { currentPassword: current, newPassword: next, revokeOtherSessions: true },
          headers: cookieHeaders(cookie),
        });
        return true;
      } catch (fault) {
        if (refused(fault)) return false;
        throw fault;
      }
    },
    close: () => sql.end({ timeout: 2 }),
  };
}

/** Loads better-auth on the first use. */
export function createSessionHost(databaseUrl: string, secret: string): SessionHost {
  let loading: Promise<SessionHost> | undefined;
  const load = () => (loading ??= hostSessions(databaseUrl, secret));
  return {
    signIn: async (email, password, client) => (await load()).signIn(email, password, client),
    signOut: async (cookie) => (await load()).signOut(cookie),
    resolve: async (cookie) => (await load()).resolve(cookie),
    changePassword: async (cookie, current, next) => (await load()).changePassword(cookie, current, next),
    async close() {
      if (loading) await (await loading).close();
    },
  };
}

/** A password's hash in the form the session host compares with (scrypt). */
export async function hashPassword(password: string): Promise<string> {
  const { hashPassword: hash } = await import('better-auth/crypto');
  return hash(password);
}
