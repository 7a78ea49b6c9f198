// A person's own second factor: codes of an authenticator app (TOTP), and recovery codes for when the device is lost.
import { announceAuthChange } from '../../../core/security/sign-in/auth-tables.ts';
import type { Principal } from '../../../core/security/principal.ts';
import { hasSecondFactor } from '../../../core/security/sign-in/second-factors.ts';
import { answerJson } from '../answer.ts';
import { fail } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import { attempt, type RunningAttempt } from './attempt.ts';
import type { AuthHost } from './auth-host.ts';
import { requireSession } from './caller.ts';
import { clientHint } from './client-hint.ts';
import { noContent, withCookies } from './cookies.ts';
import { readTexts } from './read-fields.ts';
import { readCode } from './sign-in.ts';
import type { SessionUser } from './sessions.ts';

/** GET second-factor */
export async function showSecondFactor(auth: AuthHost, _exchange: Exchange, principal: Principal): Promise<Response> {
  const enabled = await hasSecondFactor(auth.database, principal.userId);
  const recoveryCodesLeft = enabled ? await auth.sessions.recoveryCodesLeft(principal.userId) : 0;
  return answerJson(200, { enabled, recoveryCodesLeft });
}

async function sessionUser(auth: AuthHost, cookie: string): Promise<SessionUser> {
  const user = await auth.sessions.resolve(cookie);
  if (!user) throw fail('PRINCIPAL_UNKNOWN');
  return user;
}

/** A session left open on a desk must not do for changing what guards it: the password is asked again, and counted. */
async function readPassword(
  auth: AuthHost,
  exchange: Exchange,
  user: SessionUser,
): Promise<{ readonly password: string; readonly tried: RunningAttempt }> {
  const { password } = await readTexts(exchange, ['password']);
  return { password, tried: await attempt(auth, exchange, user.email) };
}

/** POST second-factor/begin */
export async function beginSecondFactor(auth: AuthHost, exchange: Exchange, principal: Principal): Promise<Response> {
  const cookie = requireSession(exchange);
  const user = await sessionUser(auth, cookie);
  const { password, tried } = await readPassword(auth, exchange, user);
  if (await hasSecondFactor(auth.database, principal.userId)) throw fail('SECOND_FACTOR_ON');
  const made = await auth.sessions.beginSecondFactor(cookie, password);
  if (!made) throw fail('PASSWORD_WRONG');
  await tried.succeed();
  return answerJson(200, made);
}

/** POST second-factor/confirm: a code of the new secret proves that the app holds it. */
export async function confirmSecondFactor(auth: AuthHost, exchange: Exchange, principal: Principal): Promise<Response> {
  const cookie = requireSession(exchange);
  const user = await sessionUser(auth, cookie);
  const { code } = await readCode(exchange);
  if (await hasSecondFactor(auth.database, principal.userId)) throw fail('SECOND_FACTOR_ON');
  const tried = await attempt(auth, exchange, user.email, 'second-factor');
  const outcome = await auth.sessions.confirmSecondFactor(cookie, code, clientHint(exchange));
  if (outcome.kind !== 'right')
    throw fail(outcome.kind === 'ended' ? 'SECOND_FACTOR_NOT_BEGUN' : 'SECOND_FACTOR_REFUSED_HERE');
  await tried.succeed();
  await sessionChanged(auth, exchange, principal, true);
  return withCookies(auth, exchange, noContent(), outcome.cookies);
}

/** POST second-factor/disable */
export async function disableSecondFactor(auth: AuthHost, exchange: Exchange, principal: Principal): Promise<Response> {
  const cookie = requireSession(exchange);
  const user = await sessionUser(auth, cookie);
  const { password, tried } = await readPassword(auth, exchange, user);
  const cookies = await auth.sessions.disableSecondFactor(cookie, password);
  if (!cookies) throw fail('PASSWORD_WRONG');
  await tried.succeed();
  await sessionChanged(auth, exchange, principal, false);
  return withCookies(auth, exchange, noContent(), cookies);
}

/** The session goes on under another id. */
async function sessionChanged(
  { database, forget, happenings }: AuthHost,
  exchange: Exchange,
  { userId }: Principal,
  on: boolean,
): Promise<void> {
  forget(userId);
  await announceAuthChange(database, userId);
  happenings.secondFactorChanged(exchange, userId, userId, on);
}
