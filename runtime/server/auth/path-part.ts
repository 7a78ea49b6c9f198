// The variable part of an address of signing in: ids of ours, which need no percent-encoding.
import { fail } from '../errors.ts';
import type { Exchange } from '../exchange.ts';

const ID = /^[\w-]{1,64}$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The part of the path at `index` (negative: from its end). Throws ROUTE_UNKNOWN where it cannot be an id. */
function part(exchange: Exchange, index: number): string {
  const found = exchange.path.split('/').at(index) ?? '';
  if (!ID.test(found)) throw fail('ROUTE_UNKNOWN', { path: exchange.path });
  return found;
}

export function lastPart(exchange: Exchange): string {
  return part(exchange, -1);
}

export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/** The id in `/api/admin/users/:id/…`. */
export function userPart(exchange: Exchange): string {
  const id = part(exchange, 4);
  if (!isUuid(id)) throw fail('USER_UNKNOWN', { id });
  return id.toLowerCase();
}
