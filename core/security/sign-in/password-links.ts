// Links that let somebody set a password: after "I forgot it" and as an invitation. The link holds 32 random bytes, the
// database their SHA-256; it works once and for a limited time.
import { randomBytes } from 'node:crypto';
import type { Database, Executor } from '../../db/sql.ts';
import { hashKey } from './api-keys.ts';
import { findIdentityById, resetPassword, type Identity } from './users.ts';

/** Seconds. A forgotten password is in a hurry, an invitation may wait for a week. */
export const LINK_SECONDS = { reset: 3600, invitation: 7 * 24 * 3600 } as const;

/** The token is returned once; earlier links of the user stay until they end or one of them is used. */
export async function createPasswordLink(
  executor: Executor,
  userId: string,
  purpose: keyof typeof LINK_SECONDS,
): Promise<string> {
  const token = randomBytes(32).toString('base64url');
  await executor.query('delete from peyvand_auth.password_link where expires_at < now()');
  await executor.query(
    `insert into peyvand_auth.password_link (hash, user_id, expires_at) values ($1, $2, now() + make_interval(secs => $3))`,
    [hashKey(token), userId, LINK_SECONDS[purpose]],
  );
  return token;
}

/** Whose link it is, if it still works. */
async function ownerOf(executor: Executor, token: string): Promise<string | undefined> {
  const [row] = await executor.query<{ userId: string }>(
    `select user_id as "userId" from peyvand_auth.password_link where hash = $1 and expires_at > now()`,
    [hashKey(token)],
  );
  return row?.userId;
}

/**
 * Sets the password of the link's owner and uses up every link of theirs. Undefined: the link is unknown, used or too old.
 * `passwordHash` is costly, so it is made only for a link that works.
 */
export async function redeemPasswordLink(
  database: Database,
  token: string,
  passwordHash: () => Promise<string>,
): Promise<Identity | undefined> {
  const userId = await ownerOf(database, token);
  const identity = userId === undefined ? undefined : await findIdentityById(database, userId);
  if (!identity) return undefined;
  const hash = await passwordHash();
  const done = await resetPassword(database, identity, hash, async (executor) => {
    // Of two uses at once one deletes the row, the other finds none.
    const [used] = await executor.query(
      'delete from peyvand_auth.password_link where hash = $1 and expires_at > now() returning user_id',
      [hashKey(token)],
    );
    return used !== undefined;
  });
  return done ? identity : undefined;
}
