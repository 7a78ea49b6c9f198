// Delta tokens: what a caller knows already, as an opaque text that only this organization's servers make. A token is bound to
// the caller, the entity and the query by what is signed with it, and says nothing a caller could use by changing it.
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { fail } from './errors.ts';

/** A moment of the database: which transactions were over. */
export interface Moment {
  /** `xmin:xmax:xip_list` (pg_snapshot). */
  readonly snapshot: string;
  /** ISO 8601, the database's clock. */
  readonly at: string;
}

export interface Token {
  /** Everything committed by then is known. */
  readonly since: Moment;
  /** Of a page in between: where the link after the last page begins. */
  readonly until?: Moment;
  /** Of a page in between: the last row looked at. */
  readonly last?: string;
  /** The pages of the first reading, in the order of `$skiptoken`. */
  readonly reading?: true;
  /** Caller, entity and query. */
  readonly bound: string;
  /** What the caller may see, see reach.ts. */
  readonly reach: string;
  /** The database cluster: numbers of transactions mean nothing in another. */
  readonly world: string;
}

export function digest(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 22);
}

function signatureOf(key: string, payload: string): Buffer {
  return createHmac('sha256', key).update(`delta\n${payload}`).digest().subarray(0, 16);
}

export function writeToken(token: Token, key: string): string {
  const payload = Buffer.from(JSON.stringify(token)).toString('base64url');
  return `${payload}.${signatureOf(key, payload).toString('base64url')}`;
}

/** Throws FEED_TOKEN_INVALID (400) for what was not made here. */
export function readToken(text: string, key: string): Token {
  const [payload = '', signature = '', ...rest] = text.split('.');
  const given = Buffer.from(signature, 'base64url');
  const own = signatureOf(key, payload);
  if (rest.length > 0 || given.length !== own.length || !timingSafeEqual(given, own))
    throw fail('FEED_TOKEN_INVALID', { reason: 'it was not made here, or was changed' });
  return JSON.parse(Buffer.from(payload, 'base64url').toString()) as Token;
}
