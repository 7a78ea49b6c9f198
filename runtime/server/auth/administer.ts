// How others sign in, for administrators: see it, invite, unlock, sign out, take a lost second factor or a key away.
import { requireRight } from '../../../core/security/access.ts';
import { endApiKey, listApiKeys } from '../../../core/security/sign-in/api-keys.ts';
import { touchUser } from '../../../core/security/administration/guard.ts';
import { createPasswordLink } from '../../../core/security/sign-in/password-links.ts';
import { readPerson, type Person } from '../../../core/security/sign-in/person.ts';
import type { Principal } from '../../../core/security/principal.ts';
import { hasSecondFactor, removeSecondFactor } from '../../../core/security/sign-in/second-factors.ts';
import { endSession, endSessions, listSessions } from '../../../core/security/sign-in/sessions.ts';
import { forgetAttempts, lockedUntil } from '../../../core/security/sign-in/sign-in-attempts.ts';
import { findIdentity, findIdentityById, isSignInEmail, saveIdentity } from '../../../core/security/sign-in/users.ts';
import { answerJson } from '../answer.ts';
import { fail } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import { invitationMail } from '../mail/messages.ts';
import type { AuthHost } from './auth-host.ts';
import { noContent } from './cookies.ts';
import { notRevoked, shownKey } from './keys.ts';
import { organizationName } from './organization-name.ts';
import { passwordLink } from './password-link.ts';
import { isUuid, lastPart, userPart } from './path-part.ts';
import { readFields, refuseViolations } from './read-fields.ts';

function requireManageUsers({ organization }: AuthHost, principal: Principal): void {
  requireRight(principal, organization.current().model, 'manage-users');
}

async function personOf({ organization, database }: AuthHost, exchange: Exchange): Promise<Person> {
  const id = userPart(exchange);
  const person = await readPerson(database, organization.current().schema, id);
  if (!person) throw fail('USER_UNKNOWN', { id });
  return person;
}

/** Who could set another's password could act as them: only who has all that the person has may. */
async function requireOver(auth: AuthHost, principal: Principal, person: Person): Promise<void> {
  await touchUser({ engine: auth.organization.current(), principal }, person.id);
}

/** GET /api/admin/users/:id/access */
export async function showAccess(auth: AuthHost, exchange: Exchange, principal: Principal): Promise<Response> {
  requireManageUsers(auth, principal);
  const person = await personOf(auth, exchange);
  const { database } = auth;
  const identity = await findIdentityById(database, person.id);
  if (!identity) {
    const none = { email: null, canSignIn: false, secondFactor: false, lockedUntil: null, sessions: [], keys: [] };
    return answerJson(200, none);
  }
  const [secondFactor, locked, sessions, keys] = await Promise.all([
    hasSecondFactor(database, person.id),
    lockedUntil(database, identity.email),
    listSessions(database, person.id),
    listApiKeys(database, person.id),
  ]);
  return answerJson(200, {
    email: identity.email,
    canSignIn: !person.disabled,
    secondFactor,
    lockedUntil: locked,
    sessions,
    keys: notRevoked(keys).map(shownKey),
  });
}

/** The address to sign in with: the one given, else the present one, else the one in the user's row. */
async function addressFor(auth: AuthHost, exchange: Exchange, person: Person): Promise<string> {
  const { email: given } = await readFields(exchange);
  const present = (await findIdentityById(auth.database, person.id))?.email;
  const email = given ?? present ?? person.email ?? '';
  if (typeof email === 'string' && isSignInEmail(email)) {
    const owner = await findIdentity(auth.database, email);
    if (owner && owner.id !== person.id) throw fail('EMAIL_TAKEN', { email });
    return email;
  }
  const message = 'Give email as an address the person can sign in with, such as me@example.com.';
  refuseViolations([{ code: 'EMAIL_EXPECTED', target: 'email', message }]);
  return '';
}

/** POST /api/admin/users/:id/invitation */
export async function invite(auth: AuthHost, exchange: Exchange, principal: Principal): Promise<Response> {
  requireManageUsers(auth, principal);
  const person = await personOf(auth, exchange);
  await requireOver(auth, principal, person);
  const email = await addressFor(auth, exchange, person);
  if (person.disabled) throw fail('USER_IS_DISABLED');
  const { database, mailer, origin } = auth;
  const token = await database.transaction(async (executor) => {
    await saveIdentity(executor, { id: person.id, name: person.name || email, email }, undefined);
    return createPasswordLink(executor, person.id, 'invitation');
  });
  auth.happenings.invited(exchange, person.id, principal.userId);
  const link = passwordLink(origin, token);
  const { language, name } = person;
  const message = invitationMail(language, { name, link, address: email, organization: await organizationName(auth) });
  const sent =
    mailer === undefined
      ? false
      : await mailer.send(email, message).then(
          () => true,
          (fault: unknown) => {
            auth.onFault(fault);
            return false;
          },
        );
  // Where no mail goes out, the administrator hands the link over.
  return answerJson(200, sent ? { sent } : { sent, link });
}

/** POST /api/admin/users/:id/unlock */
export async function unlock(auth: AuthHost, exchange: Exchange, principal: Principal): Promise<Response> {
  requireManageUsers(auth, principal);
  const person = await personOf(auth, exchange);
  const identity = await findIdentityById(auth.database, person.id);
  if (identity) await forgetAttempts(auth.database, identity.email);
  auth.happenings.unlocked(exchange, person.id, principal.userId);
  return noContent();
}

/** POST /api/admin/users/:id/sign-out */
export async function signOutUser(auth: AuthHost, exchange: Exchange, principal: Principal): Promise<Response> {
  requireManageUsers(auth, principal);
  const person = await personOf(auth, exchange);
  await endSessions(auth.database, person.id);
  auth.forget(person.id);
  auth.happenings.signedOut(exchange, person.id, principal.userId, true);
  return noContent();
}

/** POST /api/admin/users/:id/disable-second-factor */
export async function dropSecondFactor(auth: AuthHost, exchange: Exchange, principal: Principal): Promise<Response> {
  requireManageUsers(auth, principal);
  const person = await personOf(auth, exchange);
  await requireOver(auth, principal, person);
  if (await removeSecondFactor(auth.database, person.id))
    auth.happenings.secondFactorChanged(exchange, person.id, principal.userId, false);
  return noContent();
}

/** DELETE /api/admin/sessions/:id */
export async function endAnySession(auth: AuthHost, exchange: Exchange, principal: Principal): Promise<Response> {
  requireManageUsers(auth, principal);
  const ended = await endSession(auth.database, lastPart(exchange));
  if (ended === undefined) throw fail('SESSION_UNKNOWN');
  auth.forget(ended);
  auth.happenings.signedOut(exchange, ended, principal.userId, false);
  return noContent();
}

/** GET /api/admin/keys */
export async function showAllKeys(auth: AuthHost, _exchange: Exchange, principal: Principal): Promise<Response> {
  requireManageUsers(auth, principal);
  const keys = notRevoked(await listApiKeys(auth.database));
  return answerJson(200, { keys: keys.map((key) => ({ ...shownKey(key), userId: key.userId, email: key.email })) });
}

/** DELETE /api/admin/keys/:id */
export async function endAnyKey(auth: AuthHost, exchange: Exchange, principal: Principal): Promise<Response> {
  requireManageUsers(auth, principal);
  const id = lastPart(exchange);
  const owner = isUuid(id) ? await endApiKey(auth.database, id) : undefined;
  if (owner === undefined) throw fail('KEY_UNKNOWN');
  auth.forget(owner);
  auth.happenings.keyRevoked(exchange, owner, id, principal.userId);
  return noContent();
}
