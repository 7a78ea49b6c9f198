// The client's part for signing in and for what belongs to somebody's account: apart from the rest, so that only the
// pages that need it load it.
import type { Client } from './client.ts';

export interface SignInOptions {
  readonly organization: string;
  readonly password: boolean;
  /** A forgotten password can be replaced by a mailed link. */
  readonly reset: boolean;
  readonly providers: readonly { readonly id: string; readonly title: string }[];
}

export type SecondFactorKind = 'totp' | 'recovery-code';

export interface SignInAnswer {
  readonly signedIn: boolean;
  /** Not signed in yet: one of these must follow. */
  readonly secondFactor?: readonly SecondFactorKind[];
}

/** Times are ISO 8601. */
export interface SessionInfo {
  readonly id: string;
  readonly createdAt: string;
  readonly lastUsedAt: string;
  readonly expiresAt: string;
  readonly address: string;
  readonly userAgent: string;
  readonly current: boolean;
}

export interface NewSecondFactor {
  /** `otpauth://…` */
  readonly uri: string;
  /** The same secret in base32. */
  readonly secret: string;
  readonly recoveryCodes: readonly string[];
}

export interface ApiKeyInfo {
  readonly id: string;
  readonly name: string;
  /** Its first characters. */
  readonly start: string;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly lastUsedAt: string | null;
  /** Absent or null: all of its owner's. */
  readonly roles?: readonly string[] | null;
}

export interface NewApiKey {
  readonly name: string;
  readonly expiresAt?: string;
  readonly roles?: readonly string[];
}

export interface BaseCurrency {
  readonly code: string;
  readonly name: string;
  readonly symbol: string;
  readonly decimals: number;
}

/** What the first-run page sends. */
export interface Setup {
  readonly you: {
    readonly firstName: string;
    readonly lastName: string;
    readonly email: string;
    readonly password: string;
  };
  readonly organization: {
    readonly name: string;
    readonly language: string;
    readonly calendar: string;
    readonly timeZone: string;
  };
  readonly currency: BaseCurrency;
}

export interface SetupState {
  readonly needed: boolean;
  readonly you: { readonly firstName: string; readonly lastName: string; readonly email: string };
  readonly organization: { readonly [K in keyof Setup['organization']]: string | null };
  /** `fixed`: another cannot take its place any more. */
  readonly currency: BaseCurrency & { readonly fixed: boolean };
}

export interface AuthClient {
  options(): Promise<SignInOptions>;
  signIn(email: string, password: string): Promise<SignInAnswer>;
  giveSecondFactor(code: string, kind: SecondFactorKind): Promise<SignInAnswer>;
  /** Where the browser goes to sign in with a provider; it comes back to `returnTo`. */
  providerUrl(id: string, returnTo: string): string;
  requestPasswordReset(email: string): Promise<void>;
  resetPassword(token: string, newPassword: string): Promise<void>;
  changePassword(currentPassword: string, newPassword: string): Promise<void>;
  signOutEverywhere(): Promise<void>;
  sessions(): Promise<readonly SessionInfo[]>;
  endSession(id: string): Promise<void>;
  secondFactor(): Promise<{ readonly enabled: boolean; readonly recoveryCodesLeft: number }>;
  beginSecondFactor(password: string): Promise<NewSecondFactor>;
  confirmSecondFactor(code: string): Promise<void>;
  disableSecondFactor(password: string): Promise<void>;
  keys(): Promise<readonly ApiKeyInfo[]>;
  /** `key` is told this once. */
  makeKey(key: NewApiKey): Promise<{ readonly id: string; readonly key: string }>;
  revokeKey(id: string): Promise<void>;
  setup(): Promise<SetupState>;
  completeSetup(setup: Setup): Promise<void>;
}

export function createAuthClient({ ask }: Pick<Client, 'ask'>): AuthClient {
  const at = (path: string) => `/api/auth/${path}`;
  const post = async <T = unknown>(path: string, value: unknown): Promise<T> => (await ask('POST', path, value)) as T;
  const get = async <T>(path: string): Promise<T> => (await ask('GET', path)) as T;
  const remove = async (path: string): Promise<void> => void (await ask('DELETE', path));
  return {
    options: () => get(at('sign-in/options')),
    signIn: (email, password) => post(at('sign-in/email'), { email, password }),
    giveSecondFactor: (code, kind) => post(at('sign-in/second-factor'), { code, kind }),
    providerUrl: (id, returnTo) =>
      at(`sign-in/provider/${encodeURIComponent(id)}?returnTo=${encodeURIComponent(returnTo)}`),
    requestPasswordReset: async (email) => void (await post(at('request-password-reset'), { email })),
    resetPassword: async (token, newPassword) => void (await post(at('reset-password'), { token, newPassword })),
    changePassword: async (currentPassword, newPassword) =>
      void (await post(at('change-password'), { currentPassword, newPassword })),
    signOutEverywhere: async () => void (await post(at('sign-out-everywhere'), {})),
    sessions: async () => (await get<{ sessions: readonly SessionInfo[] }>(at('sessions'))).sessions,
    endSession: (id) => remove(at(`sessions/${encodeURIComponent(id)}`)),
    secondFactor: () => get(at('second-factor')),
    beginSecondFactor: (password) => post(at('second-factor/begin'), { password }),
    confirmSecondFactor: async (code) => void (await post(at('second-factor/confirm'), { code })),
    disableSecondFactor: async (password) => void (await post(at('second-factor/disable'), { password })),
    keys: async () => (await get<{ keys: readonly ApiKeyInfo[] }>(at('keys'))).keys,
    makeKey: (key) => post(at('keys'), key),
    revokeKey: (id) => remove(at(`keys/${encodeURIComponent(id)}`)),
    setup: () => get('/api/setup'),
    completeSetup: async (setup) => void (await post('/api/setup', setup)),
  };
}
