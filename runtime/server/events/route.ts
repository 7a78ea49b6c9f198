// GET /api/events?topics=…: server-sent events.
import type { Principal } from '../../../core/security/principal.ts';
import { fail } from '../errors.ts';
import { header, type Exchange } from '../exchange.ts';
import { readQueryString } from '../query-string.ts';
import type { Services } from '../services.ts';

export function showEvents(services: Services, exchange: Exchange, principal: Principal): Response {
  // What somebody else would be told of is not offered; and no page of another origin listens with the user's cookie.
  if (exchange.viewingAs !== undefined) throw fail('VIEW_AS_OWN', { path: exchange.path });
  if (exchange.headers.authorization === undefined && header(exchange, 'sec-fetch-site') === 'cross-site')
    throw fail('ORIGIN_REFUSED', {
      origin: header(exchange, 'origin') ?? '(none)',
      host: header(exchange, 'host') ?? '',
    });
  const body = services.events.open(exchange, principal, readQueryString(exchange.query).get('topics') ?? '');
  return new Response(body, {
    headers: {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-store',
      // nginx holds answers back otherwise.
      'X-Accel-Buffering': 'no',
    },
  });
}
