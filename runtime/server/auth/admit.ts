// Who an identity provider's claims stand for: the user bound to issuer and subject; else, once, the one with the same
// verified e-mail address; else a new user where that is allowed. Then the groups decide the roles that are mapped to them.
import { createUser } from '../../../core/security/bootstrap.ts';
import { findUnregistered } from '../../../core/security/sign-in/person.ts';
import { systemPrincipal } from '../../../core/security/system-principal.ts';
import { alignRoles } from '../../../core/security/administration/user-roles.ts';
import {
  bindUser,
  findBoundUser,
  findIdentity,
  isBound,
  isSignInEmail,
  saveIdentity,
} from '../../../core/security/sign-in/users.ts';
import type { Database, Executor } from '../../../core/db/sql.ts';
import type { Call } from '../../../core/engine.ts';
import type { Organization } from '../../../core/organization.ts';
import type { OidcConfig } from '../config.ts';
import { fail } from '../errors.ts';
import type { Claims } from './identity-provider.ts';

export interface AdmitOptions {
  readonly database: Database;
  readonly organization: Organization;
  readonly config: OidcConfig;
}

/** Two first sign-ins of one person at once make one user. */
const LOCK = 7_203_443;

/** Returns the user's id. Throws PROVIDER_PERSON_UNKNOWN, PROVIDER_EMAIL_UNVERIFIED, PROVIDER_OTHER_PERSON. */
export function admit({ database, organization, config }: AdmitOptions, claims: Claims): Promise<string> {
  const engine = organization.current();
  const wanted = new Set(claims.groups.flatMap((group) => config.roles.get(group) ?? []));
  const governed = new Set([...config.roles.values()].flat());
  return database.transaction(async (executor) => {
    await executor.query('select pg_advisory_xact_lock($1)', [LOCK]);
    const call: Call = {
      engine,
      principal: systemPrincipal,
      executor,
      requestId: 'sign-in',
      origin: { via: 'system' },
    };
    let userId = await findBoundUser(executor, claims.providerId, claims.subject);
    if (userId === undefined) {
      userId = (await findByEmail(executor, engine.schema, claims)) ?? (await makeUser(call, config, claims));
      await bindUser(executor, userId, claims.providerId, claims.subject);
    }
    await alignRoles(call, userId, governed, wanted);
    return userId;
  });
}

async function makeUser(call: Call, config: OidcConfig, claims: Claims): Promise<string> {
  const { email, name, givenName, familyName } = claims;
  if (!config.createUsers || email === undefined || !isSignInEmail(email)) throw fail('PROVIDER_PERSON_UNKNOWN');
  const [firstName = '', ...rest] = name.split(/\s+/);
  return createUser(call, {
    firstName: (givenName ?? firstName).slice(0, 64),
    lastName: (familyName ?? rest.join(' ')).slice(0, 64),
    email,
    roles: [],
    passwordHash: undefined,
  });
}

/** Anybody may claim any address at some providers: only one that the provider has verified counts. */
async function findByEmail(executor: Executor, schema: string, claims: Claims): Promise<string | undefined> {
  const { email, emailVerified, providerId } = claims;
  if (email === undefined) return undefined;
  if (!emailVerified) throw fail('PROVIDER_EMAIL_UNVERIFIED');
  const identity = await findIdentity(executor, email);
  // An address that went from one person to the next does not take the account along.
  if (identity && (await isBound(executor, identity.id, providerId))) throw fail('PROVIDER_OTHER_PERSON');
  if (identity) return identity.id;
  const person = await findUnregistered(executor, schema, email);
  if (!person || !isSignInEmail(email)) return undefined;
  // An administrator made the user and left the password to the provider.
  await saveIdentity(executor, { id: person.id, name: person.name || email, email }, undefined);
  return person.id;
}
