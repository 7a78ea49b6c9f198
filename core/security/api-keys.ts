// API keys: `pvd_` and 32 random bytes. Only the SHA-256 is kept (the key itself is random, so no slow hash is needed);
// a lookup goes by hash, so its time tells nothing about other keys.
import { hash, randomBytes } from 'node:crypto';
import type { Database } from '../db/sql.ts';
import { uuidv7 } from '../db/uuid.ts';
import { announceAuthChange } from './auth-tables.ts';

export interface ApiKey {
  readonly id: string;
  readonly name: string;
  /** The first characters, to recognize it. */
  readonly start: string;
  readonly userId: string;
  readonly email: string;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly lastUsedAt: string | null;
  readonly revokedAt: string | null;
}

export function hashKey(key: string): string {
  return hash('sha256', key, 'hex');
}

/** The key is returned once and cannot be read again. */
export async function createApiKey(
  database: Database,
  options: { readonly name: string; readonly userId: string; readonly expiresAt?: Date },
): Promise<{ readonly id: string; readonly key: string }> {
  const id = uuidv7();
  const key = `pvd_${randomBytes(32).toString('base64url')}`;
  await database.query(
    `insert into peyvand_auth.api_key (id, name, hash, start, user_id, expires_at) values ($1, $2, $3, $4, $5, $6::timestamptz)`,
    [id, options.name, hashKey(key), key.slice(0, 10), options.userId, options.expiresAt?.toISOString() ?? null],
  );
  return { id, key };
}

const COLUMNS = `k.id, k.name, k.start, k.user_id as "userId", u.email, k.created_at as "createdAt",
  k.expires_at as "expiresAt", k.last_used_at as "lastUsedAt", k.revoked_at as "revokedAt"`;

export async function listApiKeys(database: Database): Promise<readonly ApiKey[]> {
  return database.query<ApiKey>(
    `select ${COLUMNS} from peyvand_auth.api_key k join peyvand_auth."user" u on u.id = k.user_id order by k.created_at, k.id`,
  );
}

export interface ResolvedKey {
  readonly id: string;
  readonly name: string;
  readonly userId: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number | undefined;
}

/** The user behind a key that is neither ended nor revoked, and its name. */
export async function resolveApiKey(database: Database, keyHash: string): Promise<ResolvedKey | undefined> {
  const [row] = await database.query<{ id: string; name: string; userId: string; expires: string | null }>(
    `select id, name, user_id as "userId", (extract(epoch from expires_at) * 1000)::bigint::text as expires
     from peyvand_auth.api_key where hash = $1 and revoked_at is null and (expires_at is null or expires_at > now())`,
    [keyHash],
  );
  return (
    row && {
      id: row.id,
      name: row.name,
      userId: row.userId,
      expiresAt: row.expires === null ? undefined : Number(row.expires),
    }
  );
}

export async function touchApiKey(database: Database, id: string): Promise<void> {
  await database.query('update peyvand_auth.api_key set last_used_at = now() where id = $1', [id]);
}

/** By id, or by name where only one key not revoked has it. False: there is none. */
export async function revokeApiKey(database: Database, idOrName: string): Promise<boolean> {
  const rows = await database.query<{ userId: string }>(
    `update peyvand_auth.api_key set revoked_at = now() where revoked_at is null and id = (
       select (array_agg(id))[1] from peyvand_auth.api_key
       where revoked_at is null and (id::text = $1 or name = $1) having count(*) = 1)
     returning user_id as "userId"`,
    [idOrName],
  );
  for (const { userId } of rows) await announceAuthChange(database, userId);
  return rows.length > 0;
}
