// Sessions of people who sign in with e-mail and password, and their second factor: better-auth over kysely and
// postgres.js. It is heavy, so it is loaded when the first cookie or password arrives; API keys never need it.
import type { Identity } from '../../../core/security/sign-in/users.ts';
import { authHeaders, openAuthOptions, refusal } from './better-auth-options.ts';
import type { ClientHint } from './client-hint.ts';
import { PENDING_COOKIE } from './cookies.ts';

export type SecondFactorKind = 'totp' | 'recovery-code';

/** `second-factor`: the password was right, and a code must follow; the cookies hold no session yet. */
export type SignInOutcome =
  { readonly kind: 'refused' } | { readonly kind: 'signed-in' | 'second-factor'; readonly cookies: readonly string[] };

/**
 * `ended`: the pending sign-in is too old or had too many wrong codes; it begins anew with the password. `unreadable`: the
 * second factor was encrypted with another secret than the server has now.
 */
export type CodeOutcome =
  { readonly kind: 'wrong' | 'ended' | 'unreadable' } | { readonly kind: 'right'; readonly cookies: readonly string[] };

export interface NewSecondFactor {
  /** `otpauth://…`, for an authenticator app's camera. */
  readonly uri: string;
  /** The same secret in base32, to type in. */
  readonly secret: string;
  readonly recoveryCodes: readonly string[];
}

export interface SessionHost {
  /** The new session is never one that the browser brought along. */
  signIn(email: string, password: string, client: ClientHint): Promise<SignInOutcome>;
  /** Who is about to give a second factor. */
  pendingUser(pendingCookie: string): Promise<string | undefined>;
  giveSecondFactor(
    pendingCookie: string,
    kind: SecondFactorKind,
    code: string,
    client: ClientHint,
  ): Promise<CodeOutcome>;
  /** Ends the session of the cookie; Set-Cookie values that clear it. */
  signOut(cookie: string): Promise<readonly string[]>;
  /** Who the cookie stands for. */
  resolve(cookie: string): Promise<SessionUser | undefined>;
  /** Every session of the user ends; Set-Cookie values of the one that follows. Undefined: the current password is wrong. */
  changePassword(cookie: string, current: string, next: string): Promise<readonly string[] | undefined>;
  /** A secret that is in force once a code of it was given. Undefined: the password is wrong. */
  beginSecondFactor(cookie: string, password: string): Promise<NewSecondFactor | undefined>;
  confirmSecondFactor(cookie: string, code: string, client: ClientHint): Promise<CodeOutcome>;
  /** Set-Cookie values of the session that follows. Undefined: the password is wrong. */
  disableSecondFactor(cookie: string, password: string): Promise<readonly string[] | undefined>;
  recoveryCodesLeft(userId: string): Promise<number>;
  close(): Promise<void>;
}

export interface SessionUser extends Identity {
  readonly sessionId: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

export interface SessionHostOptions {
  readonly databaseUrl: string;
  readonly secret: string;
  /** Shown by authenticator apps beside the person's address. */
  readonly issuer: string;
}

const PENDING_SECONDS = 600;

/** `name=value.signature` → value: what the row of a pending sign-in is found by. */
function signedValue(cookie: string): string | undefined {
  const value = cookie.slice(cookie.indexOf('=') + 1);
  try {
    const decoded = decodeURIComponent(value);
    const dot = decoded.lastIndexOf('.');
    return dot > 0 ? decoded.slice(0, dot) : undefined;
  } catch {
    return undefined;
  }
}

async function hostSessions({ databaseUrl, secret, issuer }: SessionHostOptions): Promise<SessionHost> {
  const [{ betterAuth }, { twoFactor }, { symmetricDecrypt }, { options, end }] = await Promise.all([
    import('better-auth'),
    import('better-auth/plugins'),
    import('better-auth/crypto'),
    openAuthOptions(databaseUrl, secret),
  ]);
  const auth = betterAuth({
    ...options,
    appName: issuer,
    emailAndPassword: { enabled: true, disableSignUp: true },
    plugins: [
      twoFactor({
        issuer,
        twoFactorCookieMaxAge: PENDING_SECONDS,
        // Wrong codes are counted by our own lock-out, which administrators can lift.
        accountLockout: { enabled: false },
      }),
    ],
  });

  /** Undefined where better-auth refused with one of the codes, or with any where none is named. */
  const unlessRefused = async <T>(work: () => Promise<T>, codes?: readonly string[]): Promise<T | undefined> => {
    try {
      return await work();
    } catch (fault) {
      const refused = refusal(fault);
      if (refused && (codes === undefined || codes.includes(refused.code))) return undefined;
      throw fault;
    }
  };

  /** False where PEYVAND_SECRET was changed since the user set the second factor up. */
  const isReadable = async (userId: string): Promise<boolean> => {
    const { adapter, secretConfig } = await auth.$context;
    const where = [{ field: 'userId', value: userId }];
    const row = await adapter.findOne<{ secret: string }>({ model: 'twoFactor', where });
    if (!row) return true;
    return symmetricDecrypt({ key: secretConfig, data: row.secret }).then(
      () => true,
      () => false,
    );
  };

  const pendingUser = async (pendingCookie: string): Promise<string | undefined> => {
    const identifier = pendingCookie.startsWith(`${PENDING_COOKIE}=`) ? signedValue(pendingCookie) : undefined;
    if (identifier === undefined || !/^2fa-[\w-]{20}$/.test(identifier)) return undefined;
    const { internalAdapter } = await auth.$context;
    const found = await internalAdapter.findVerificationValue(identifier);
    return found && new Date(found.expiresAt).getTime() > Date.now() ? found.value : undefined;
  };

  const verify = async (
    cookie: string,
    kind: SecondFactorKind,
    code: string,
    client: ClientHint,
  ): Promise<CodeOutcome> => {
    const request = { body: { code }, headers: authHeaders(cookie, client), returnHeaders: true } as const;
    try {
      const { headers } = await (kind === 'totp' ? auth.api.verifyTOTP(request) : auth.api.verifyBackupCode(request));
      return { kind: 'right', cookies: headers.getSetCookie() };
    } catch (fault) {
      const refused = refusal(fault);
      if (!refused) throw fault;
      const ended = ['INVALID_TWO_FACTOR_COOKIE', 'TOO_MANY_ATTEMPTS_REQUEST_NEW_CODE', 'TOTP_NOT_ENABLED'];
      return { kind: ended.includes(refused.code) ? 'ended' : 'wrong' };
    }
  };

  return {
    async signIn(email, password, client) {
      const answer = await unlessRefused(() =>
        auth.api.signInEmail({
          body: { email, password },
          headers: authHeaders(undefined, client),
          returnHeaders: true,
        }),
      );
      if (!answer) return { kind: 'refused' };
      const pending = 'twoFactorRedirect' in answer.response;
      return { kind: pending ? 'second-factor' : 'signed-in', cookies: answer.headers.getSetCookie() };
    },
    pendingUser,
    async giveSecondFactor(pendingCookie, kind, code, client) {
      const userId = await pendingUser(pendingCookie);
      if (userId === undefined) return { kind: 'ended' };
      return (await isReadable(userId)) ? verify(pendingCookie, kind, code, client) : { kind: 'unreadable' };
    },
    async signOut(cookie) {
      const { headers } = await auth.api.signOut({ headers: authHeaders(cookie, undefined), returnHeaders: true });
      return headers.getSetCookie();
    },
    async resolve(cookie) {
      const found = await auth.api.getSession({ headers: authHeaders(cookie, undefined) });
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
      const answer = await unlessRefused(() =>
        auth.api.changePassword({
          body: { currentPassword: current, newPassword: next, revokeOtherSessions: true },
          headers: authHeaders(cookie, undefined),
          returnHeaders: true,
        }),
      );
      return answer?.headers.getSetCookie();
    },
    async beginSecondFactor(cookie, password) {
      const made = await unlessRefused(
        () => auth.api.enableTwoFactor({ body: { password, method: 'totp' }, headers: authHeaders(cookie, undefined) }),
        ['INVALID_PASSWORD'],
      );
      if (made?.method !== 'totp') return undefined;
      const { totpURI: uri, backupCodes: recoveryCodes } = made;
      return { uri, secret: new URL(uri).searchParams.get('secret') ?? '', recoveryCodes };
    },
    confirmSecondFactor: (cookie, code, client) => verify(cookie, 'totp', code, client),
    async disableSecondFactor(cookie, password) {
      const answer = await unlessRefused(
        () =>
          auth.api.disableTwoFactor({
            body: { password },
            headers: authHeaders(cookie, undefined),
            returnHeaders: true,
          }),
        ['INVALID_PASSWORD'],
      );
      return answer?.headers.getSetCookie();
    },
    async recoveryCodesLeft(userId) {
      if (!(await isReadable(userId))) return 0;
      const found = await unlessRefused(() => auth.api.viewBackupCodes({ body: { userId } }));
      return found?.backupCodes.length ?? 0;
    },
    close: end,
  };
}

/** Loads better-auth on the first use. */
export function createSessionHost(options: SessionHostOptions): SessionHost {
  let loading: Promise<SessionHost> | undefined;
  const load = () => (loading ??= hostSessions(options));
  return {
    signIn: async (...given) => (await load()).signIn(...given),
    pendingUser: async (...given) => (await load()).pendingUser(...given),
    giveSecondFactor: async (...given) => (await load()).giveSecondFactor(...given),
    signOut: async (...given) => (await load()).signOut(...given),
    resolve: async (...given) => (await load()).resolve(...given),
    changePassword: async (...given) => (await load()).changePassword(...given),
    beginSecondFactor: async (...given) => (await load()).beginSecondFactor(...given),
    confirmSecondFactor: async (...given) => (await load()).confirmSecondFactor(...given),
    disableSecondFactor: async (...given) => (await load()).disableSecondFactor(...given),
    recoveryCodesLeft: async (...given) => (await load()).recoveryCodesLeft(...given),
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
