// API keys: `pvd_` and 32 random bytes. Only the SHA-256 is kept (the key itself is random, so no slow hash is needed);
// a lookup goes by hash, so its time tells nothing about other keys.
import { hash, randomBytes } from 'node:crypto';
import type { Database, Executor } from '../../db/sql.ts';
import { uuidv7 } from '../../db/uuid.ts';
import { announceAuthChange } from './auth-tables.ts';
import { isoText } from '../../db/iso-text.ts';
import type { Principal } from '../principal.ts';

export interface ApiKey {
  readonly id: string;
  readonly name: string;
  /** The first characters, to recognize it. */
  readonly start: string;
  readonly userId: string;
  readonly email: string;
  /** Ids of role documents the key is narrowed to; null: all that its user holds. */
  readonly roles: readonly string[] | null;
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
  options: {
    readonly name: string;
    readonly userId: string;
    readonly expiresAt?: Date;
    /** Ids of role documents; absent: all that the user holds, now and later. */
    readonly roles?: readonly string[];
  },
): Promise<{ readonly id: string; readonly key: string }> {
  const id = uuidv7();
  const key = `pvd_${randomBytes(32).toString('base64url')}`;
  await database.query(
    `insert into peyvand_auth.api_key (id, name, hash, start, user_id, expires_at, roles)
     values ($1, $2, $3, $4, $5, $6::timestamptz, $7::text[])`,
    [
      id,
      options.name,
      hashKey(key),
      key.slice(0, 10),
      options.userId,
      options.expiresAt?.toISOString() ?? null,
      options.roles ?? null,
    ],
  );
  return { id, key };
}

const COLUMNS = `k.id, k.name, k.start, k.user_id as "userId", u.email, k.roles,
  ${isoText('created_at', 'k')} as "createdAt", ${isoText('expires_at', 'k')} as "expiresAt",
  ${isoText('last_used_at', 'k')} as "lastUsedAt", ${isoText('revoked_at', 'k')} as "revokedAt"`;

/** All, or those of one user; revoked ones too. */
export async function listApiKeys(executor: Executor, userId?: string): Promise<readonly ApiKey[]> {
  return executor.query<ApiKey>(
    `select ${COLUMNS} from peyvand_auth.api_key k join peyvand_auth."user" u on u.id = k.user_id
     where $1::text is null or k.user_id = $1 order by k.created_at, k.id`,
    [userId ?? null],
  );
}

export interface ResolvedKey {
  readonly id: string;
  readonly name: string;
  readonly userId: string;
  readonly roles: readonly string[] | null;
  /** Milliseconds since 1970. */
  readonly expiresAt: number | undefined;
  readonly state: 'in-force' | 'expired' | 'revoked';
}

/** The key with this hash; undefined: there never was one. Only one in force may act. */
export async function resolveApiKey(database: Database, keyHash: string): Promise<ResolvedKey | undefined> {
  const [row] = await database.query<Omit<ResolvedKey, 'expiresAt'> & { readonly expires: string | null }>(
    `select id, name, user_id as "userId", roles, (extract(epoch from expires_at) * 1000)::bigint::text as expires,
       case when revoked_at is not null then 'revoked' when expires_at <= now() then 'expired' else 'in-force' end as state
     from peyvand_auth.api_key where hash = $1`,
    [keyHash],
  );
  if (!row) return undefined;
  const { expires, ...key } = row;
  return { ...key, expiresAt: expires === null ? undefined : Number(expires) };
}

export async function touchApiKey(database: Database, id: string): Promise<void> {
  await database.query('update peyvand_auth.api_key set last_used_at = now() where id = $1', [id]);
}

/** Ends the key with this id, of this user where one is given. Returns whose it was; undefined: there is none in force. */
export async function endApiKey(database: Database, id: string, userId?: string): Promise<string | undefined> {
  const [ended] = await database.query<{ userId: string }>(
    `update peyvand_auth.api_key set revoked_at = now()
     where revoked_at is null and id = $1 and ($2::text is null or user_id = $2) returning user_id as "userId"`,
    [id, userId ?? null],
  );
  if (ended) await announceAuthChange(database, ended.userId);
  return ended?.userId;
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

/** The user as the key acts: with those of the key's roles that the user still holds. */
export function narrowTo(principal: Principal, roles: readonly string[] | null): Principal {
  if (roles === null) return principal;
  const kept = (role: string): boolean => roles.includes(role);
  return Object.freeze({
    ...principal,
    roles: Object.freeze(principal.roles.filter(kept)),
    ...(principal.held && { held: Object.freeze(principal.held.filter(({ role }) => kept(role))) }),
  });
}
