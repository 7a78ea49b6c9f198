// What signing in has to tell: one function for each thing that happens, called in one place each. They go to the log.
import type { Logger } from 'pino';
import { clientAddress, type Exchange } from '../exchange.ts';

/** By what somebody signed in: a password, password and second factor, an identity provider. */
export type SignInMeans = 'password' | 'totp' | 'recovery-code' | 'provider';

export interface Happenings {
  signedIn(exchange: Exchange, userId: string, by: SignInMeans): void;
  /** `userId` undefined: nobody of ours. `reason`: a code of the error catalogue. */
  signInRefused(exchange: Exchange, userId: string | undefined, reason: string): void;
  /** Too many tries; `email` as it was typed. */
  signInLocked(exchange: Exchange, email: string, seconds: number): void;
  secondFactorFailed(exchange: Exchange, userId: string): void;
  secondFactorChanged(exchange: Exchange, userId: string, by: string, on: boolean): void;
  /** `everywhere`: every session of the user ended. `by`: who ended them. */
  signedOut(exchange: Exchange, userId: string, by: string, everywhere: boolean): void;
  /** `userId` undefined: nobody of ours asked. */
  passwordResetAsked(exchange: Exchange, userId: string | undefined): void;
  passwordChanged(exchange: Exchange, userId: string, by: 'link' | 'current-password' | 'first-run'): void;
  invited(exchange: Exchange, userId: string, by: string): void;
  unlocked(exchange: Exchange, userId: string, by: string): void;
  keyMade(exchange: Exchange, userId: string, key: string): void;
  /** `userId`: whose key it was. */
  keyRevoked(exchange: Exchange, userId: string, key: string, by: string): void;
  /** A key that has expired or was revoked was tried. */
  keyRefused(exchange: Exchange, userId: string, key: string, state: 'expired' | 'revoked'): void;
}

export function createHappenings(logger: Logger): Happenings {
  const note = (exchange: Exchange, happened: string, facts: Readonly<Record<string, unknown>>) =>
    logger.info({ id: exchange.id, happened, address: clientAddress(exchange), ...facts });
  return {
    signedIn: (exchange, user, by) => note(exchange, 'signed-in', { user, by }),
    signInRefused: (exchange, user, reason) => note(exchange, 'sign-in-refused', { user, reason }),
    // The address typed may be a password in the wrong box: it does not go to the log.
    signInLocked: (exchange, _email, seconds) => note(exchange, 'sign-in-locked', { seconds }),
    secondFactorFailed: (exchange, user) => note(exchange, 'second-factor-failed', { user }),
    secondFactorChanged: (exchange, user, by, on) => note(exchange, 'second-factor-changed', { user, by, on }),
    signedOut: (exchange, user, by, everywhere) => note(exchange, 'signed-out', { user, by, everywhere }),
    passwordResetAsked: (exchange, user) => note(exchange, 'password-reset-asked', { user }),
    passwordChanged: (exchange, user, by) => note(exchange, 'password-changed', { user, by }),
    invited: (exchange, user, by) => note(exchange, 'invited', { user, by }),
    unlocked: (exchange, user, by) => note(exchange, 'unlocked', { user, by }),
    keyMade: (exchange, user, key) => note(exchange, 'key-made', { user, key }),
    keyRevoked: (exchange, user, key, by) => note(exchange, 'key-revoked', { user, key, by }),
    keyRefused: (exchange, user, key, state) => note(exchange, 'key-refused', { user, key, state }),
  };
}
