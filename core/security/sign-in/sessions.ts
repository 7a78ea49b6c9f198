// Sessions as their owner and administrators see and end them. Making and checking them is the session host's
// (runtime/server/auth), which keeps them in the same table.
import type { Database, Executor } from '../../db/sql.ts';
import { announceAuthChange } from './auth-tables.ts';
import { isoText } from '../../db/iso-text.ts';

export interface Session {
  readonly id: string;
  /** ISO 8601, as are the others. */
  readonly createdAt: string;
  readonly lastUsedAt: string;
  readonly expiresAt: string;
  /** Network address it was made from; '' where unknown. */
  readonly address: string;
  readonly userAgent: string;
}

/** Those in force, the one used last first. */
export async function listSessions(executor: Executor, userId: string): Promise<readonly Session[]> {
  return executor.query<Session>(
    `select id, ${isoText('createdAt', 's')} as "createdAt",
       coalesce(${isoText('last_used_at', 's')}, ${isoText('createdAt', 's')}) as "lastUsedAt",
       ${isoText('expiresAt', 's')} as "expiresAt",
       coalesce("ipAddress", '') as address, coalesce("userAgent", '') as "userAgent"
     from peyvand_auth.session s where "userId" = $1 and "expiresAt" > now()
     order by coalesce(last_used_at, "createdAt") desc, id`,
    [userId],
  );
}

export async function touchSession(database: Database, id: string): Promise<void> {
  await database.query('update peyvand_auth.session set last_used_at = now() where id = $1', [id]);
}

/** Ends the session with this id, of this user where one is given. Returns whose it was; undefined: there is none. */
export async function endSession(database: Database, id: string, userId?: string): Promise<string | undefined> {
  const [ended] = await database.query<{ userId: string }>(
    `delete from peyvand_auth.session where id = $1 and ($2::text is null or "userId" = $2) returning "userId"`,
    [id, userId ?? null],
  );
  if (ended) await announceAuthChange(database, ended.userId);
  return ended?.userId;
}

/** Ends every session of the user. */
export async function endSessions(database: Database, userId: string): Promise<void> {
  await database.query('delete from peyvand_auth.session where "userId" = $1', [userId]);
  await announceAuthChange(database, userId);
}
