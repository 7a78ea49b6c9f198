// Signing in with a password, then with a second factor where there is one; signing out.
import { announceAuthChange } from '../../../core/security/sign-in/auth-tables.ts';
import { takeCode } from '../../../core/security/sign-in/second-factors.ts';
import { endSessions } from '../../../core/security/sign-in/sessions.ts';
import type { Principal } from '../../../core/security/principal.ts';
import { findIdentity, findIdentityById } from '../../../core/security/sign-in/users.ts';
import { answerJson } from '../answer.ts';
import { fail } from '../errors.ts';
import { header, type Exchange } from '../exchange.ts';
import { attempt } from './attempt.ts';
import type { AuthHost } from './auth-host.ts';
import { requireOwnOrigin, requireSession } from './caller.ts';
import { clientHint } from './client-hint.ts';
import {
  cookieNamed,
  expiredCookie,
  noContent,
  PENDING_COOKIE,
  SESSION_COOKIE,
  sessionCookie,
  withCookies,
} from './cookies.ts';
import { organizationName } from './organization-name.ts';
import { readFields, readTexts, refuseViolations, textsOf } from './read-fields.ts';
import type { SecondFactorKind } from './sessions.ts';
import type { Violation } from '../../../core/sdk/index.ts';

/** GET sign-in/options: what the sign-in page offers. */
export async function showOptions(auth: AuthHost): Promise<Response> {
  const { mailer, provider } = auth;
  return answerJson(200, {
    organization: await organizationName(auth),
    password: true,
    reset: mailer !== undefined,
    providers: provider ? [{ id: provider.id, title: provider.title }] : [],
  });
}

/** A page may send its Origin, a script none: a page elsewhere signs nobody in. */
export function refuseForeignPage({ origin }: AuthHost, exchange: Exchange): void {
  if (header(exchange, 'origin') !== undefined) requireOwnOrigin(exchange, origin);
}

/** A session that the browser brought along ends where another begins: nobody goes on in one that was planted. */
export async function endFormerSession({ database, sessions, forget }: AuthHost, exchange: Exchange): Promise<void> {
  const cookie = sessionCookie(exchange);
  const user = cookie === undefined ? undefined : await sessions.resolve(cookie);
  if (cookie === undefined || !user) return;
  await sessions.signOut(cookie);
  forget(user.id);
  await announceAuthChange(database, user.id);
}

/** Of the cookies that were set, the session's; undefined: there is none. */
function newSession(cookies: readonly string[]): string | undefined {
  return cookies.find((cookie) => cookie.startsWith(`${SESSION_COOKIE}=`))?.split(';')[0];
}

/** Whoever is disabled gets no session, and is told so: the password or code was right. */
export async function refuseDisabled(
  { principals, sessions, happenings }: AuthHost,
  exchange: Exchange,
  userId: string,
  cookies: readonly string[],
): Promise<void> {
  if (await principals.resolve(userId)) return;
  const session = newSession(cookies);
  if (session !== undefined) await sessions.signOut(session);
  happenings.signInRefused(exchange, userId, 'USER_DISABLED');
  throw fail('USER_DISABLED');
}

/** POST sign-in/email */
export async function signInByEmail(auth: AuthHost, exchange: Exchange): Promise<Response> {
  refuseForeignPage(auth, exchange);
  const { email, password } = await readTexts(exchange, ['email', 'password']);
  const tried = await attempt(auth, exchange, email);
  const outcome = await auth.sessions.signIn(tried.email, password, clientHint(exchange));
  const identity = await findIdentity(auth.database, tried.email);
  if (outcome.kind === 'refused' || !identity) {
    auth.happenings.signInRefused(exchange, identity?.id, 'SIGN_IN_REFUSED');
    throw fail('SIGN_IN_REFUSED');
  }
  await tried.succeed();
  await refuseDisabled(auth, exchange, identity.id, outcome.cookies);
  await endFormerSession(auth, exchange);
  if (outcome.kind === 'signed-in') {
    auth.happenings.signedIn(exchange, identity.id, 'password');
    return withCookies(auth, exchange, answerJson(200, { signedIn: true }), outcome.cookies);
  }
  const kinds: readonly SecondFactorKind[] = ['totp', 'recovery-code'];
  return withCookies(auth, exchange, answerJson(200, { signedIn: false, secondFactor: kinds }), outcome.cookies);
}

/** People type codes in groups and with digits of their own language. */
function plainCode(typed: string): string {
  return typed
    .replace(/[۰-۹]/g, (digit) => String(digit.charCodeAt(0) - 0x6f0))
    .replace(/[٠-٩]/g, (digit) => String(digit.charCodeAt(0) - 0x660))
    .replace(/\s/g, '');
}

/** The code and its kind from the body; `kind` is `totp` where it is left out. */
export async function readCode(
  exchange: Exchange,
): Promise<{ readonly code: string; readonly kind: SecondFactorKind }> {
  const fields = await readFields(exchange);
  const details: Violation[] = [];
  const { code } = textsOf(fields, ['code'], details);
  const kind = fields['kind'] ?? 'totp';
  if (kind !== 'totp' && kind !== 'recovery-code')
    details.push({ code: 'KIND_UNKNOWN', target: 'kind', message: 'Give kind as totp or recovery-code.' });
  refuseViolations(details);
  return { code: plainCode(code), kind: kind === 'recovery-code' ? kind : 'totp' };
}

const CODE_FAULTS = {
  wrong: 'SECOND_FACTOR_REFUSED',
  ended: 'SECOND_FACTOR_ENDED',
  unreadable: 'SECOND_FACTOR_UNREADABLE',
} as const;

/** POST sign-in/second-factor */
export async function giveSecondFactor(auth: AuthHost, exchange: Exchange): Promise<Response> {
  refuseForeignPage(auth, exchange);
  const { code, kind } = await readCode(exchange);
  const { sessions, database, happenings } = auth;
  const pending = cookieNamed(exchange, PENDING_COOKIE);
  const userId = pending === undefined ? undefined : await sessions.pendingUser(pending);
  const identity = userId === undefined ? undefined : await findIdentityById(database, userId);
  if (pending === undefined || !identity) throw fail('SECOND_FACTOR_ENDED');
  const tried = await attempt(auth, exchange, identity.email, 'second-factor');
  const outcome = await sessions.giveSecondFactor(pending, kind, code, clientHint(exchange));
  if (outcome.kind !== 'right') {
    happenings.secondFactorFailed(exchange, identity.id);
    throw fail(CODE_FAULTS[outcome.kind]);
  }
  const session = newSession(outcome.cookies);
  if (kind === 'totp' && !(await takeCode(database, identity.id, code))) {
    // Seen over a shoulder or in a log, and tried again while it is still valid.
    if (session !== undefined) await sessions.signOut(session);
    happenings.secondFactorFailed(exchange, identity.id);
    throw fail('SECOND_FACTOR_REFUSED');
  }
  await tried.succeed();
  await refuseDisabled(auth, exchange, identity.id, outcome.cookies);
  await endFormerSession(auth, exchange);
  happenings.signedIn(exchange, identity.id, kind);
  return withCookies(auth, exchange, answerJson(200, { signedIn: true }), outcome.cookies);
}

/** POST sign-out */
export async function signOut(auth: AuthHost, exchange: Exchange): Promise<Response> {
  requireOwnOrigin(exchange, auth.origin);
  const cookie = sessionCookie(exchange);
  if (cookie === undefined) throw fail('PRINCIPAL_MISSING');
  const user = await auth.sessions.resolve(cookie);
  if (!user) throw fail('PRINCIPAL_UNKNOWN');
  const cookies = await auth.sessions.signOut(cookie);
  auth.forget(user.id);
  await announceAuthChange(auth.database, user.id);
  auth.happenings.signedOut(exchange, user.id, user.id, false);
  return withCookies(auth, exchange, noContent(), cookies);
}

/** POST sign-out-everywhere */
export async function signOutEverywhere(auth: AuthHost, exchange: Exchange, principal: Principal): Promise<Response> {
  requireSession(exchange);
  await endSessions(auth.database, principal.userId);
  auth.forget(principal.userId);
  auth.happenings.signedOut(exchange, principal.userId, principal.userId, true);
  return withCookies(auth, exchange, noContent(), [expiredCookie(SESSION_COOKIE)]);
}

/** GET get-session */
export async function showSession(auth: AuthHost, exchange: Exchange): Promise<Response> {
  const cookie = sessionCookie(exchange);
  const user = cookie === undefined ? undefined : await auth.sessions.resolve(cookie);
  if (!user) throw fail('PRINCIPAL_MISSING');
  const { id, name, email, expiresAt } = user;
  return answerJson(200, { user: { id, name, email }, expiresAt: new Date(expiresAt).toISOString() });
}
