// A person's own sessions: where they are signed in, and ending one.
import type { Principal } from '../../../core/security/principal.ts';
import { endSession, listSessions, type Session } from '../../../core/security/sign-in/sessions.ts';
import { answerJson } from '../answer.ts';
import { fail } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import type { AuthHost } from './auth-host.ts';
import { requireSession } from './caller.ts';
import { noContent, sessionCookie } from './cookies.ts';
import { lastPart } from './path-part.ts';

/** GET sessions */
export async function showSessions(auth: AuthHost, exchange: Exchange, principal: Principal): Promise<Response> {
  const cookie = exchange.headers.authorization === undefined ? sessionCookie(exchange) : undefined;
  const [sessions, user] = await Promise.all([
    listSessions(auth.database, principal.userId),
    cookie === undefined ? undefined : auth.sessions.resolve(cookie),
  ]);
  const withCurrent = ({ id, ...session }: Session) => ({ id, ...session, current: id === user?.sessionId });
  return answerJson(200, { sessions: sessions.map(withCurrent) });
}

/** DELETE sessions/:id */
export async function endMySession(auth: AuthHost, exchange: Exchange, principal: Principal): Promise<Response> {
  requireSession(exchange);
  const ended = await endSession(auth.database, lastPart(exchange), principal.userId);
  if (ended === undefined) throw fail('SESSION_UNKNOWN');
  auth.forget(ended);
  auth.happenings.signedOut(exchange, ended, principal.userId, false);
  return noContent();
}
