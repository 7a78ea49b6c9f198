// `MSCRMCallerID: <systemuserid>` or `CallerObjectId: <id>`: the request is done in somebody else's name. It takes the right
// `act-on-behalf`, and allows what both may: the person's rows, no further than the caller's own roles reach. The audit log
// names the person and, behind how the request came, the caller.
import type { Principal } from '../../../core/security/principal.ts';
import { administratorRole, requireRight } from '../../../core/security/access.ts';
import { findBySubject } from '../../../core/security/sign-in/users.ts';
import { readId } from '../../../core/records/parse-address.ts';
import { fail } from '../errors.ts';
import { header, type Exchange } from '../exchange.ts';
import type { Services } from '../services.ts';

/** Principals are held by identity in many places, so what is made of two of them is held with them. */
const made = new WeakMap<Principal, WeakMap<Principal, Principal>>();

/**
 * Who acts: the caller where no header names anybody. Throws RIGHT_MISSING, ON_BEHALF_ADMINISTRATOR (403), HEADER_INVALID (400),
 * ON_BEHALF_UNKNOWN (404).
 */
export function actingFor(services: Services, exchange: Exchange, caller: Principal): Principal | Promise<Principal> {
  const byId = header(exchange, 'mscrmcallerid');
  const bySubject = byId === undefined ? header(exchange, 'callerobjectid') : undefined;
  if (byId !== undefined) return actFor(services, exchange, caller, 'MSCRMCallerID', byId);
  return bySubject === undefined ? caller : actFor(services, exchange, caller, 'CallerObjectId', bySubject);
}

async function actFor(
  services: Services,
  exchange: Exchange,
  caller: Principal,
  name: 'MSCRMCallerID' | 'CallerObjectId',
  text: string,
): Promise<Principal> {
  const id = readId(text.trim());
  if (id === undefined) throw fail('HEADER_INVALID', { name, reason: 'it is no id of a user' });
  if (id === caller.userId) return caller;
  const { model } = services.organization.current();
  requireRight(caller, model, 'act-on-behalf');
  const { principals } = services.auth;
  let person = await principals.resolve(id);
  if (!person && name === 'CallerObjectId') {
    // The id by which an identity provider knows the person.
    const bound = await findBySubject(services.database, text.trim());
    person = bound === undefined ? undefined : await principals.resolve(bound);
  }
  if (!person) throw fail('ON_BEHALF_UNKNOWN', { user: id, header: name });
  const isFree = caller.roles.includes(administratorRole);
  if (person.roles.includes(administratorRole) && !isFree) throw fail('ON_BEHALF_ADMINISTRATOR');
  exchange.actingFor = person.userId;
  exchange.via = `${exchange.via ?? ''}, on behalf by ${caller.userId}`.replace(/^, /, '');
  return isFree ? person : limited(person, caller);
}

function limited(person: Principal, caller: Principal): Principal {
  let people = made.get(caller);
  if (!people) made.set(caller, (people = new WeakMap()));
  let one = people.get(person);
  if (!one) people.set(person, (one = Object.freeze({ ...person, within: caller })));
  return one;
}
