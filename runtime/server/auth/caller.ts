// What a request must bring along to change something with a cookie.
import { fail } from '../errors.ts';
import { header, type Exchange } from '../exchange.ts';
import { sessionCookie } from './cookies.ts';

/** Refuses a change that a foreign page makes with the user's cookie (CSRF). `own`: where people reach this server. */
export function requireOwnOrigin(exchange: Exchange, own: string): void {
  if (exchange.method === 'GET' || exchange.method === 'HEAD' || exchange.method === 'OPTIONS') return;
  const host = header(exchange, 'x-forwarded-host') ?? header(exchange, 'host') ?? '';
  const origin = header(exchange, 'origin');
  const site = header(exchange, 'sec-fetch-site');
  if (origin === undefined) {
    if (site === 'same-origin' || site === 'none') return;
  } else if (URL.canParse(origin)) {
    const from = new URL(origin);
    if (from.origin === own || from.host === host.toLowerCase()) return;
  }
  throw fail('ORIGIN_REFUSED', { origin: origin ?? '(none)', host });
}

/**
 * The session's cookie. An API key may read and write records, but not what lets somebody in: one that got lost would make
 * itself another without an end.
 */
export function requireSession(exchange: Exchange): string {
  const cookie = sessionCookie(exchange);
  if (cookie === undefined || exchange.headers.authorization !== undefined) throw fail('SESSION_NEEDED');
  return cookie;
}
