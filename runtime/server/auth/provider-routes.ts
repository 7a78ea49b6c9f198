// GET sign-in/provider/:id sends the browser to the identity provider, GET callback/:id takes it back in. Both are opened
// by the browser itself, so what goes wrong is told on the sign-in page, behind the `#`.
import { PeyvandError } from '../../../core/sdk/index.ts';
import { SECURITY_HEADERS } from '../answer.ts';
import { fail } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import { readQueryString } from '../query-string.ts';
import type { AuthHost } from './auth-host.ts';
import { clientHint } from './client-hint.ts';
import { cookieNamed, expiredCookie, STATE_COOKIE, withCookies } from './cookies.ts';
import type { IdentityProvider } from './identity-provider.ts';
import { lastPart } from './path-part.ts';
import { endFormerSession, refuseDisabled } from './sign-in.ts';

const LONGEST_RETURN = 2000;

/** A path of this site, else `/`: nobody is led elsewhere by a link that begins with our address. */
export function sameSitePath(asked: string | undefined): string {
  if (asked === undefined || asked.length > LONGEST_RETURN || !/^\/(?![/\\])[^\\\p{Cc}]*$/u.test(asked)) return '/';
  const here = 'http://peyvand.invalid';
  if (!URL.canParse(asked, here)) return '/';
  const { origin, pathname, search, hash } = new URL(asked, here);
  // `/.//elsewhere` becomes `//elsewhere` once its dots are resolved.
  return origin === here && !pathname.startsWith('//') ? `${pathname}${search}${hash}` : '/';
}

function redirect(location: string): Response {
  return new Response(null, { status: 302, headers: { ...SECURITY_HEADERS, Location: location } });
}

function providerOf({ provider }: AuthHost, exchange: Exchange): IdentityProvider {
  const id = lastPart(exchange);
  if (provider?.id !== id) throw fail('PROVIDER_UNKNOWN', { id });
  return provider;
}

/** Back to the sign-in page with a code it has words for; anything but a refusal of ours is a fault and goes to the log. */
function tellOnPage(auth: AuthHost, exchange: Exchange, fault: unknown): Response {
  if (!(fault instanceof PeyvandError)) auth.onFault(fault);
  else if (fault.cause !== undefined) auth.onFault(fault);
  const code = fault instanceof PeyvandError ? fault.code : 'REQUEST_FAULT';
  auth.happenings.signInRefused(exchange, undefined, code);
  return redirect(`/sign-in#error=${encodeURIComponent(code)}`);
}

/** GET sign-in/provider/:id?returnTo=/… */
export async function goToProvider(auth: AuthHost, exchange: Exchange): Promise<Response> {
  const provider = providerOf(auth, exchange);
  const returnTo = sameSitePath(readQueryString(exchange.query).get('returnTo'));
  try {
    const { url, cookies } = await provider.begin(returnTo);
    return withCookies(auth, exchange, redirect(url), cookies);
  } catch (fault) {
    return tellOnPage(auth, exchange, fault);
  }
}

/** GET callback/:id */
export async function comeFromProvider(auth: AuthHost, exchange: Exchange): Promise<Response> {
  const provider = providerOf(auth, exchange);
  const query = readQueryString(exchange.query);
  try {
    const arrival = await provider.finish(cookieNamed(exchange, STATE_COOKIE), query, clientHint(exchange));
    await refuseDisabled(auth, exchange, arrival.userId, arrival.cookies);
    await endFormerSession(auth, exchange);
    auth.happenings.signedIn(exchange, arrival.userId, 'provider');
    return withCookies(auth, exchange, redirect(sameSitePath(arrival.returnTo)), arrival.cookies);
  } catch (fault) {
    return withCookies(auth, exchange, tellOnPage(auth, exchange, fault), [expiredCookie(STATE_COOKIE)]);
  }
}
