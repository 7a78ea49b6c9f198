// The cookies of signing in: their names, reading them from a request, setting them on an answer.
import { SECURITY_HEADERS } from '../answer.ts';
import { header, type Exchange } from '../exchange.ts';

export const COOKIE_PREFIX = 'peyvand';
export const SESSION_COOKIE = `${COOKIE_PREFIX}.session_token`;
/** Set between the password and the second factor. */
export const PENDING_COOKIE = `${COOKIE_PREFIX}.two_factor`;
/** Set while the person is at the identity provider. */
export const STATE_COOKIE = `${COOKIE_PREFIX}.state`;

/** Header in which the session host is told the client's address; it never comes from outside. */
export const ADDRESS_HEADER = 'x-peyvand-address';

/** The cookie's whole `name=value`, or undefined. */
export function cookieNamed(exchange: Exchange, name: string): string | undefined {
  const cookies = exchange.headers.cookie;
  if (cookies === undefined) return undefined;
  for (const part of cookies.split(';')) {
    const cookie = part.trim();
    if (cookie.startsWith(`${name}=`)) return cookie;
  }
  return undefined;
}

/** The signed session cookie's whole `name=value`, or undefined. */
export function sessionCookie(exchange: Exchange): string | undefined {
  return cookieNamed(exchange, SESSION_COOKIE);
}

/** Behind a proxy that speaks https the cookie must never travel in the clear. */
function travelsSafely(origin: string, exchange: Exchange): boolean {
  if (header(exchange, 'x-forwarded-proto')?.split(',')[0]?.trim() === 'https') return true;
  const { protocol, host } = new URL(origin);
  return protocol === 'https:' && header(exchange, 'host') === host;
}

/** `origin`: where people reach this server. */
export function withCookies(
  { origin }: { readonly origin: string },
  exchange: Exchange,
  response: Response,
  cookies: readonly string[],
): Response {
  const secure = travelsSafely(origin, exchange);
  for (const cookie of cookies) response.headers.append('Set-Cookie', secure ? `${cookie}; Secure` : cookie);
  return response;
}

/** A Set-Cookie value that removes the cookie from the browser. */
export function expiredCookie(name: string): string {
  return `${name}=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax`;
}

export function noContent(): Response {
  return new Response(null, { status: 204, headers: { ...SECURITY_HEADERS } });
}
