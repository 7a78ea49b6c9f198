// /api/auth: sign in, sign out, who am I, change the password. Sign-up is closed: administrators make users.
import type { Database } from '../../../core/db/sql.ts';
import { PeyvandError, type Violation } from '../../../core/sdk/index.ts';
import { announceAuthChange } from '../../../core/security/auth-tables.ts';
import { beginAttempt, endAttempt } from '../../../core/security/sign-in-attempts.ts';
import { normalizeEmail } from '../../../core/security/users.ts';
import { answerError, answerJson, SECURITY_HEADERS } from '../answer.ts';
import { readJson } from '../body.ts';
import { fail } from '../errors.ts';
import { clientAddress, header, type Exchange } from '../exchange.ts';
import { requireOwnOrigin, sessionCookie } from './authenticate.ts';
import type { SessionHost } from './sessions.ts';

const BODY_LIMIT = 16 * 1024;
const LONGEST = 256;

export interface AuthRoutes {
  signIn(exchange: Exchange): Promise<Response>;
  signOut(exchange: Exchange): Promise<Response>;
  session(exchange: Exchange): Promise<Response>;
  changePassword(exchange: Exchange): Promise<Response>;
}

async function readTexts<K extends string>(exchange: Exchange, names: readonly K[]): Promise<Record<K, string>> {
  const { value } = await readJson(exchange, BODY_LIMIT);
  const details: Violation[] = [];
  const texts = {} as Record<K, string>;
  for (const name of names) {
    const text = value[name];
    if (typeof text === 'string' && text !== '' && text.length <= LONGEST && !text.includes('\0')) texts[name] = text;
    else
      details.push({
        code: 'TEXT_EXPECTED',
        target: name,
        message: `Give ${name} as a text of 1 to ${LONGEST} characters.`,
      });
  }
  if (details.length > 0) throw fail('BODY_INVALID', { count: details.length }, { details });
  return texts;
}

/** Behind a proxy that speaks https the cookie must never travel in the clear. */
function withCookies(exchange: Exchange, response: Response, cookies: readonly string[]): Response {
  const secure = header(exchange, 'x-forwarded-proto')?.split(',')[0]?.trim() === 'https';
  for (const cookie of cookies) response.headers.append('Set-Cookie', secure ? `${cookie}; Secure` : cookie);
  return response;
}

function locked(exchange: Exchange, seconds: number): Response {
  return answerError(fail('SIGN_IN_LOCKED', { seconds }), exchange.id, { 'Retry-After': String(seconds) });
}

export function createAuthRoutes(database: Database, sessions: SessionHost): AuthRoutes {
  return {
    async signIn(exchange) {
      if (header(exchange, 'origin') !== undefined) requireOwnOrigin(exchange);
      const { email, password } = await readTexts(exchange, ['email', 'password']);
      const attempt = { email: normalizeEmail(email), address: clientAddress(exchange) };
      const seconds = await beginAttempt(database, attempt);
      if (seconds > 0) return locked(exchange, seconds);
      const cookies = await sessions.signIn(attempt.email, password, { userAgent: header(exchange, 'user-agent') });
      if (!cookies) throw fail('SIGN_IN_REFUSED');
      await endAttempt(database, attempt);
      return withCookies(exchange, answerJson(200, { signedIn: true }), cookies);
    },
    async signOut(exchange) {
      requireOwnOrigin(exchange);
      const cookie = sessionCookie(exchange);
      if (cookie === undefined) throw fail('PRINCIPAL_MISSING');
      const user = await sessions.resolve(cookie);
      if (!user) throw fail('PRINCIPAL_UNKNOWN');
      const cookies = await sessions.signOut(cookie);
      await announceAuthChange(database, user.id);
      return withCookies(exchange, new Response(null, { status: 204, headers: { ...SECURITY_HEADERS } }), cookies);
    },
    async session(exchange) {
      const cookie = sessionCookie(exchange);
      const user = cookie === undefined ? undefined : await sessions.resolve(cookie);
      if (!user) throw fail('PRINCIPAL_MISSING');
      const { id, name, email, expiresAt } = user;
      return answerJson(200, { user: { id, name, email }, expiresAt: new Date(expiresAt).toISOString() });
    },
    async changePassword(exchange) {
      requireOwnOrigin(exchange);
      const cookie = sessionCookie(exchange);
      const user = cookie === undefined ? undefined : await sessions.resolve(cookie);
      if (cookie === undefined || !user) throw fail('PRINCIPAL_MISSING');
      const { currentPassword, newPassword } = await readTexts(exchange, ['currentPassword', 'newPassword']);
      if (newPassword.length < 8 || newPassword.length > 128)
        throw new PeyvandError('BODY_INVALID', 400, 'The new password is too short or too long.', {
          details: [{ code: 'PASSWORD_LENGTH', target: 'newPassword', message: 'Give 8 to 128 characters.' }],
        });
      // A session taken from somebody must not do for guessing the password behind it.
      const attempt = { email: normalizeEmail(user.email), address: clientAddress(exchange) };
      const seconds = await beginAttempt(database, attempt);
      if (seconds > 0) return locked(exchange, seconds);
      if (!(await sessions.changePassword(cookie, currentPassword, newPassword))) throw fail('PASSWORD_WRONG');
      await endAttempt(database, attempt);
      await announceAuthChange(database, user.id);
      return new Response(null, { status: 204, headers: { ...SECURITY_HEADERS } });
    },
  };
}
