// Tries of passwords, codes and reset requests: counted before they are checked; too many are refused for a while.
import {
  beginAttempt,
  endAttempt,
  type Attempt,
  type AttemptKind,
} from '../../../core/security/sign-in/sign-in-attempts.ts';
import { normalizeEmail } from '../../../core/security/sign-in/users.ts';
import { fail } from '../errors.ts';
import { clientAddress, type Exchange } from '../exchange.ts';
import type { AuthHost } from './auth-host.ts';

export interface RunningAttempt {
  readonly email: string;
  /** It was right: the try counts for nobody. */
  succeed(): Promise<void>;
}

/** Throws SIGN_IN_LOCKED (429, with Retry-After) while too many were wrong. */
export async function attempt(
  { database, happenings }: AuthHost,
  exchange: Exchange,
  typed: string,
  kind: AttemptKind = 'password',
): Promise<RunningAttempt> {
  const tried: Attempt = { email: normalizeEmail(typed), address: clientAddress(exchange) };
  const seconds = await beginAttempt(database, tried, kind);
  if (seconds > 0) {
    happenings.signInLocked(exchange, tried.email, seconds);
    throw fail('SIGN_IN_LOCKED', { seconds }, { data: { seconds } });
  }
  return {
    email: tried.email,
    succeed: async () => {
      if (kind !== 'reset') await endAttempt(database, tried, kind);
    },
  };
}
