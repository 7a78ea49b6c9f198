// `Peyvand-View-As: <systemuserid>`: an administrator reads what somebody else would be shown. Only reading: every other
// method is refused before its route runs. Kept in the audit log once for each look, not for each request.
import { recordEvent } from '../../../core/audit/record-event.ts';
import { administratorRole, requireRight } from '../../../core/security/access.ts';
import type { Principal } from '../../../core/security/principal.ts';
import { fail } from '../errors.ts';
import { header, originOf, type Exchange } from '../exchange.ts';
import type { Services } from '../services.ts';

export const VIEW_AS_HEADER = 'peyvand-view-as';

const ID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;
/** What belongs to the caller alone: signing in, keys, sessions, setting up, administering. */
const OWN = /^\/api\/(?:auth|admin|setup)(?:\/|$)/;
/** After so long without a request a look has ended, and the next is a new one. */
const LOOK_MS = 30 * 60_000;
const MOST_LOOKS = 10_000;

interface Look {
  readonly noted: Promise<void>;
  last: number;
}

/** By server, so that servers in one process (tests) do not share looks. */
const looksOf = new WeakMap<Services, Map<string, Look>>();

/**
 * The person whose eyes are lent, or the caller where the header is absent. `path` is as the routes match it.
 * Throws VIEW_AS_READ_ONLY, VIEW_AS_OWN, RIGHT_MISSING, VIEW_AS_ADMINISTRATOR (403), HEADER_INVALID (400), VIEW_AS_UNKNOWN (404).
 */
export function viewAs(
  services: Services,
  exchange: Exchange,
  caller: Principal,
  path: string,
): Principal | Promise<Principal> {
  const asked = header(exchange, VIEW_AS_HEADER);
  return asked === undefined ? caller : look(services, exchange, caller, path, asked);
}

async function look(
  services: Services,
  exchange: Exchange,
  caller: Principal,
  path: string,
  asked: string,
): Promise<Principal> {
  exchange.viewingAs = asked.slice(0, 36);
  if (exchange.method !== 'GET' && exchange.method !== 'HEAD') throw fail('VIEW_AS_READ_ONLY');
  if (OWN.test(path)) throw fail('VIEW_AS_OWN', { path });
  const { model, database, schema } = services.organization.current();
  requireRight(caller, model, 'view-as');
  if (!ID.test(asked)) throw fail('HEADER_INVALID', { name: 'Peyvand-View-As', reason: 'it is no systemuserid' });
  const id = asked.toLowerCase();
  const viewed = await services.auth.principals.resolve(id);
  if (!viewed) throw fail('VIEW_AS_UNKNOWN', { user: id });
  const isHigher = viewed.roles.includes(administratorRole) && !caller.roles.includes(administratorRole);
  if (isHigher) throw fail('VIEW_AS_ADMINISTRATOR');
  const origin = originOf(exchange);
  await noteOnce(services, `${caller.userId} ${id} ${origin.via ?? ''}`, () =>
    recordEvent(database, schema, {
      action: 'view-as',
      entity: 'systemuser',
      record: id,
      userId: caller.userId,
      requestId: exchange.id,
      origin,
    }),
  );
  exchange.via = `view-as by ${caller.userId}`;
  return viewed;
}

async function noteOnce(services: Services, key: string, note: () => Promise<void>): Promise<void> {
  let looks = looksOf.get(services);
  if (!looks) looksOf.set(services, (looks = new Map()));
  const now = Date.now();
  const known = looks.get(key);
  if (known && now - known.last < LOOK_MS) {
    known.last = now;
    return known.noted;
  }
  if (looks.size >= MOST_LOOKS) looks.clear();
  const noted = note();
  looks.set(key, { noted, last: now });
  // What could not be written down is not looked at, and tried again.
  noted.catch(() => looks.delete(key));
  return noted;
}
