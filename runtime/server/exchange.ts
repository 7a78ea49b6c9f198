// One request as the routes see it: read once from Node's own request object, so that nothing is parsed twice.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import type { Origin } from '../../core/engine.ts';
import type { Principal } from '../../core/security/principal.ts';
import { hasKeyInAddress } from './key-in-address.ts';

export interface Exchange {
  readonly id: string;
  readonly incoming: IncomingMessage;
  readonly method: string;
  /** As sent, still percent-encoded, without the query. */
  readonly path: string;
  /** As sent, without the question mark. */
  readonly query: string;
  /** The address holds a key: it is refused, and not written down. */
  readonly secret: boolean;
  /** performance.now() at the beginning. */
  readonly started: number;
  /** Set once known; for the log line. */
  principal: Principal | undefined;
  /** How the caller proved who they are, set with it: `session`, `api-key <name>`. For the audit log. */
  via: string | undefined;
  /** Whose eyes the caller, `principal`, asked to borrow: as the header Peyvand-View-As says. */
  viewingAs: string | undefined;
}

/** What @hono/node-server hands over, and our own reading of it. */
export interface Bindings {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  exchange: Exchange;
}

const SAFE_ID = /^[\w.-]{1,64}$/;
const PREFIX = `${Date.now().toString(36)}${process.pid.toString(36)}-`;
let counter = 0;

export function openExchange(incoming: IncomingMessage): Exchange {
  let url = incoming.url ?? '/';
  // A proxy's absolute form: only its path matters.
  if (!url.startsWith('/')) url = url.replace(/^[a-z]+:\/\/[^/?#]*/i, '') || '/';
  const hash = url.indexOf('#');
  if (hash >= 0) url = url.slice(0, hash);
  const mark = url.indexOf('?');
  const given = incoming.headers['x-request-id'];
  return {
    id: typeof given === 'string' && SAFE_ID.test(given) ? given : PREFIX + (counter++).toString(36),
    incoming,
    method: incoming.method ?? 'GET',
    path: mark < 0 ? url : url.slice(0, mark),
    query: mark < 0 ? '' : url.slice(mark + 1),
    secret: hasKeyInAddress(incoming),
    started: performance.now(),
    principal: undefined,
    via: undefined,
    viewingAs: undefined,
  };
}

/** What the audit log keeps of where a request came from. */
export function originOf(exchange: Exchange): Origin {
  return { address: clientAddress(exchange), via: exchange.via };
}

export function header(exchange: Exchange, name: string): string | undefined {
  const value = exchange.incoming.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

const LOOPBACK = /^(?:127\.|::1$|::ffff:127\.)/;

/**
 * Where the caller sits. Behind a proxy on this machine that is what the proxy wrote last, else everyone behind it would be
 * one; what a caller from elsewhere says of itself does not count.
 */
export function clientAddress(exchange: Exchange): string {
  const peer = exchange.incoming.socket.remoteAddress ?? '';
  if (!LOOPBACK.test(peer)) return peer;
  const last = header(exchange, 'x-forwarded-for')?.split(',').at(-1)?.trim();
  return last !== undefined && isIP(last) !== 0 ? last : peer;
}
