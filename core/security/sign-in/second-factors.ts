// What the database knows of second factors (TOTP). Secrets and recovery codes in it are encrypted by the session host
// (runtime/server/auth), which alone reads them.
import type { Database, Executor } from '../../db/sql.ts';
import { hashKey } from './api-keys.ts';

export async function hasSecondFactor(executor: Executor, userId: string): Promise<boolean> {
  const [row] = await executor.query<{ on: boolean }>(
    'select "twoFactorEnabled" as on from peyvand_auth."user" where id = $1',
    [userId],
  );
  return row?.on === true;
}

/** For who lost the device and the recovery codes: the password alone signs in again. False: there was none. */
export async function removeSecondFactor(database: Database, userId: string): Promise<boolean> {
  return database.transaction(async (executor) => {
    await executor.query('delete from peyvand_auth."twoFactor" where "userId" = $1', [userId]);
    const { count } = await executor.query(
      'update peyvand_auth."user" set "twoFactorEnabled" = false where id = $1 and "twoFactorEnabled"',
      [userId],
    );
    return count > 0;
  });
}

/** A code is taken once (RFC 6238, 5.2): false where this one was taken before within the time it is valid. */
export async function takeCode(database: Database, userId: string, code: string): Promise<boolean> {
  await database.query(`delete from peyvand_auth.used_code where used_at < now() - interval '5 minutes'`);
  const { count } = await database.query(
    'insert into peyvand_auth.used_code (user_id, hash) values ($1, $2) on conflict do nothing',
    [userId, hashKey(`${userId}\n${code}`)],
  );
  return count > 0;
}
