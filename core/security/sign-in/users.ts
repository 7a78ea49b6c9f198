// Sign-in identities: e-mail and password of a systemuser. Hashing is better-auth's (scrypt), handed in by the caller, so
// that the heavy library is loaded only where a password is at hand.
import type { Database, Executor } from '../../db/sql.ts';
import { uuidv7 } from '../../db/uuid.ts';
import { announceAuthChange } from './auth-tables.ts';
import { forgetAttempts } from './sign-in-attempts.ts';

export interface Identity {
  /** systemuserid. */
  readonly id: string;
  readonly name: string;
  readonly email: string;
}

const PROVIDER = 'credential';

/** The e-mail in the form it is stored and compared. */
export function normalizeEmail(email: string): string {
  return email.trim().toLowerCase();
}

/** What the session host takes for an e-mail address: ASCII, with a domain of at least two parts. */
const EMAIL = /^(?:[\w'+-]+\.)*[\w'+-]*[\w+-]@(?:[a-z0-9][a-z0-9-]*\.)+[a-z]{2,}$/i;

/** True where someone with this e-mail could sign in. */
export function isSignInEmail(email: string): boolean {
  return email.length <= 256 && EMAIL.test(email.trim());
}

export async function findIdentity(executor: Executor, email: string): Promise<Identity | undefined> {
  const [row] = await executor.query<Identity>('select id, name, email from peyvand_auth."user" where email = $1', [
    normalizeEmail(email),
  ]);
  return row;
}

export async function findIdentityById(executor: Executor, id: string): Promise<Identity | undefined> {
  const [row] = await executor.query<Identity>('select id, name, email from peyvand_auth."user" where id = $1', [id]);
  return row;
}

/** True where the person signs in with a password of ours. */
export async function hasPassword(executor: Executor, userId: string): Promise<boolean> {
  const rows = await executor.query(
    `select 1 from peyvand_auth.account where "userId" = $1 and "providerId" = $2 and password is not null`,
    [userId, PROVIDER],
  );
  return rows.length > 0;
}

/** Whose account at a provider this is: bound by the provider's own id and the subject it gave, never by e-mail. */
export async function findBoundUser(
  executor: Executor,
  providerId: string,
  subject: string,
): Promise<string | undefined> {
  const [row] = await executor.query<{ userId: string }>(
    `select "userId" from peyvand_auth.account where "providerId" = $1 and "accountId" = $2`,
    [providerId, subject],
  );
  return row?.userId;
}

/** The user whom a subject of any provider is bound to; undefined for none, or several. */
export async function findBySubject(executor: Executor, subject: string): Promise<string | undefined> {
  const rows = await executor.query<{ userId: string }>(
    `select distinct "userId" from peyvand_auth.account where "accountId" = $1 and "providerId" <> 'credential'`,
    [subject],
  );
  return rows.length === 1 ? rows[0]?.userId : undefined;
}

/** True where an account at the provider is bound to the user already. */
export async function isBound(executor: Executor, userId: string, providerId: string): Promise<boolean> {
  const rows = await executor.query('select 1 from peyvand_auth.account where "userId" = $1 and "providerId" = $2', [
    userId,
    providerId,
  ]);
  return rows.length > 0;
}

/** From now on the provider's subject is this user. */
export async function bindUser(executor: Executor, userId: string, providerId: string, subject: string): Promise<void> {
  await executor.query(
    'insert into peyvand_auth.account (id, "accountId", "providerId", "userId") values ($1, $2, $3, $4)',
    [uuidv7(), subject, providerId, userId],
  );
}

/** Makes the identity, or renames it where it exists. `passwordHash` undefined: one without a password (API keys only). */
export async function saveIdentity(
  executor: Executor,
  identity: Identity,
  passwordHash: string | undefined,
): Promise<void> {
  await executor.query(
    `insert into peyvand_auth."user" (id, name, email, "emailVerified") values ($1, $2, $3, true)
     on conflict (id) do update set name = excluded.name, email = excluded.email, "updatedAt" = now()`,
    [identity.id, identity.name, normalizeEmail(identity.email)],
  );
  if (passwordHash !== undefined) await writePassword(executor, identity.id, passwordHash);
}

async function writePassword(executor: Executor, userId: string, passwordHash: string): Promise<void> {
  const updated = await executor.query(
    `update peyvand_auth.account set password = $2, "updatedAt" = now() where "userId" = $1 and "providerId" = $3`,
    [userId, passwordHash, PROVIDER],
  );
  if (updated.count > 0) return;
  await executor.query(
    `insert into peyvand_auth.account (id, "accountId", "providerId", "userId", password) values ($1, $2, $3, $2, $4)`,
    [uuidv7(), userId, PROVIDER, passwordHash],
  );
}

/**
 * Sets the password, ends every session of the user, lifts a lock-out and uses up every link that would set it again.
 * `allowed` is asked first, in the same transaction; false changes nothing.
 */
export async function resetPassword(
  database: Database,
  identity: Identity,
  passwordHash: string,
  allowed: (executor: Executor) => Promise<boolean> = async () => true,
): Promise<boolean> {
  const done = await database.transaction(async (executor) => {
    if (!(await allowed(executor))) return false;
    await writePassword(executor, identity.id, passwordHash);
    await executor.query('delete from peyvand_auth.password_link where user_id = $1', [identity.id]);
    await executor.query('delete from peyvand_auth.session where "userId" = $1', [identity.id]);
    await forgetAttempts(executor, identity.email);
    return true;
  });
  if (done) await announceAuthChange(database, identity.id);
  return done;
}
