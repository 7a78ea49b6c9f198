// One request as the routes see it: read once from Node's own request object, so that nothing is parsed twice.
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import type { Origin } from '../../core/engine.ts';
import type { Principal } from '../../core/security/principal.ts';
import { hasKeyInAddress } from './key-in-address.ts';
import type { Pass } from './limits.ts';

export interface Exchange {
  readonly id: string;
  /** What came over the wire, where the body is still to be read from it. */
  readonly incoming: IncomingMessage | undefined;
  /** The network address at the other end of the connection. */
  readonly peer: string;
  /** By their names in lower case. */
  readonly headers: IncomingHttpHeaders;
  /** The body of a request inside a batch, or of one that is done later; undefined where it is still to be read. */
  readonly content: Buffer | undefined;
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
  /** What the caller's limits know of this request, once the caller is known; a request inside a batch has the batch's. */
  pass: Pass | undefined;
  /** Whose eyes the caller, `principal`, asked to borrow: as the header Peyvand-View-As says. */
  viewingAs: string | undefined;
  /** In whose name it is done, where `MSCRMCallerID` or `CallerObjectId` say so. For the log line. */
  actingFor: string | undefined;
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

/** The parts of an address as sent: absolute forms lose their host, fragments go. */
function partsOf(address: string): { readonly path: string; readonly query: string } {
  let url = address;
  // A proxy's absolute form: only its path matters.
  if (!url.startsWith('/')) url = url.replace(/^[a-z]+:\/\/[^/?#]*/i, '') || '/';
  const hash = url.indexOf('#');
  if (hash >= 0) url = url.slice(0, hash);
  const mark = url.indexOf('?');
  return { path: mark < 0 ? url : url.slice(0, mark), query: mark < 0 ? '' : url.slice(mark + 1) };
}

export function openExchange(incoming: IncomingMessage): Exchange {
  const given = incoming.headers['x-request-id'];
  return {
    id: typeof given === 'string' && SAFE_ID.test(given) ? given : PREFIX + (counter++).toString(36),
    incoming,
    peer: incoming.socket.remoteAddress ?? '',
    headers: incoming.headers,
    content: undefined,
    method: incoming.method ?? 'GET',
    ...partsOf(incoming.url ?? '/'),
    secret: hasKeyInAddress(incoming),
    started: performance.now(),
    principal: undefined,
    via: undefined,
    pass: undefined,
    viewingAs: undefined,
    actingFor: undefined,
  };
}

export interface InnerRequest {
  readonly method: string;
  /** Absolute, or beginning with a slash. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | undefined;
}

/** What a request inside a batch has from the batch where it does not say otherwise: who calls, from where, in which language. */
const INHERITED = [
  'host',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-forwarded-for',
  'accept-language',
  'mscrmcallerid',
  'callerobjectid',
] as const;

/** The request number `number` inside the batch `outer`, by the same caller. */
export function openInnerExchange(outer: Exchange, request: InnerRequest, number: number): Exchange {
  const headers: Record<string, string> = {};
  for (const name of INHERITED) {
    const value = header(outer, name);
    if (value !== undefined) headers[name] = value;
  }
  for (const [name, value] of Object.entries(request.headers)) {
    const lower = name.toLowerCase();
    // Where the service lives and who called is the batch's to say.
    if (!lower.startsWith('x-forwarded-') && lower !== 'host') headers[lower] = value;
  }
  const { peer, principal, via, pass } = outer;
  return { ...own(`${outer.id}.${number}`, { ...request, headers }), peer, principal, via, pass };
}

/** A request that is done when its caller has its answer already; `peer` and `via` as it came. */
export function openLaterExchange(
  id: string,
  request: InnerRequest,
  from: { readonly peer: string; readonly via: string | undefined },
): Exchange {
  return { ...own(id, request), ...from };
}

function own(id: string, request: InnerRequest): Exchange {
  return {
    id,
    incoming: undefined,
    peer: '',
    headers: request.headers,
    content: request.body ?? Buffer.alloc(0),
    method: request.method,
    ...partsOf(request.url),
    secret: hasKeyInAddress(request),
    started: performance.now(),
    principal: undefined,
    via: undefined,
    pass: undefined,
    viewingAs: undefined,
    actingFor: undefined,
  };
}

/** What the audit log keeps of where a request came from. */
export function originOf(exchange: Exchange): Origin {
  return { address: clientAddress(exchange), via: exchange.via };
}

export function header(exchange: Exchange, name: string): string | undefined {
  const value = exchange.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

const LOOPBACK = /^(?:127\.|::1$|::ffff:127\.)/;

/**
 * Where the caller sits. Behind a proxy on this machine that is what the proxy wrote last, else everyone behind it would be
 * one; what a caller from elsewhere says of itself does not count.
 */
export function clientAddress(exchange: Exchange): string {
  const { peer } = exchange;
  if (!LOOPBACK.test(peer)) return peer;
  const last = header(exchange, 'x-forwarded-for')?.split(',').at(-1)?.trim();
  return last !== undefined && isIP(last) !== 0 ? last : peer;
}
