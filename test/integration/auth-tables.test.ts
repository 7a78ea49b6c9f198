// The tables of sign-in in a database of an older release.
import { expect, test } from 'vitest';
import { announceAuthChange, ensureAuthTables } from '../../core/security/sign-in/auth-tables.ts';
import { createApiKey, resolveApiKey, hashKey } from '../../core/security/sign-in/api-keys.ts';
import { sweepSignIn } from '../../core/security/sign-in/sweep.ts';
import { testDatabase } from '../support/database.ts';

/** As the first release made them. */
const FIRST = `
create schema peyvand_auth;
create table peyvand_auth."user" (id text primary key, name text not null, email text not null unique,
  "emailVerified" boolean not null default false, image text,
  "createdAt" timestamptz not null default now(), "updatedAt" timestamptz not null default now());
create table peyvand_auth.session (id text primary key, "expiresAt" timestamptz not null, token text not null unique,
  "createdAt" timestamptz not null default now(), "updatedAt" timestamptz not null default now(),
  "ipAddress" text, "userAgent" text, "userId" text not null references peyvand_auth."user" (id) on delete cascade);
create table peyvand_auth.account (id text primary key, "accountId" text not null, "providerId" text not null, "issuer" text,
  "userId" text not null references peyvand_auth."user" (id) on delete cascade, "accessToken" text, "refreshToken" text,
  "idToken" text, "accessTokenExpiresAt" timestamptz, "refreshTokenExpiresAt" timestamptz, scope text, password text,
  "createdAt" timestamptz not null default now(), "updatedAt" timestamptz not null default now());
create table peyvand_auth.verification (id text primary key, identifier text not null, value text not null,
  "expiresAt" timestamptz not null, "createdAt" timestamptz not null default now(), "updatedAt" timestamptz not null default now());
create table peyvand_auth.api_key (id uuid primary key, name text not null, hash text not null unique, start text not null,
  user_id text not null references peyvand_auth."user" (id) on delete cascade, created_at timestamptz not null default now(),
  expires_at timestamptz, last_used_at timestamptz, revoked_at timestamptz);
create table peyvand_auth.sign_in_attempt (key text primary key, failures integer not null, last_at timestamptz not null,
  locked_until timestamptz);
insert into peyvand_auth."user" (id, name, email) values ('u', 'Sara', 'sara@example.com');
insert into peyvand_auth.account (id, "accountId", "providerId", "userId", password) values ('a', 'u', 'credential', 'u', 'hash');
insert into peyvand_auth.api_key (id, name, hash, start, user_id)
  values ('0197a1b2-3c4d-7e5f-8a9b-0c1d2e3f4a5b', 'old', 'old-hash', 'pvd_old', 'u')`;

async function columns(database: Awaited<ReturnType<typeof testDatabase>>['database']): Promise<readonly string[]> {
  const rows = await database.query<{ column: string }>(
    `select table_name || '.' || column_name || ' ' || data_type as column from information_schema.columns
     where table_schema = 'peyvand_auth' order by 1`,
  );
  return rows.map(({ column }) => column);
}

test('a database of the first release gets what a new one has, and keeps its people and keys', async () => {
  const [old, fresh] = [await testDatabase(), await testDatabase()];
  try {
    await old.database.script(FIRST);
    await ensureAuthTables(fresh.database);
    // Two servers of the new release may start at once.
    await Promise.all([ensureAuthTables(old.database), ensureAuthTables(old.database)]);
    expect(await columns(old.database)).toEqual(await columns(fresh.database));
    expect(await resolveApiKey(old.database, 'old-hash')).toMatchObject({
      userId: 'u',
      roles: null,
      state: 'in-force',
    });
    const { key } = await createApiKey(old.database, { name: 'new', userId: 'u', roles: ['reader'] });
    expect(await resolveApiKey(old.database, hashKey(key))).toMatchObject({ roles: ['reader'] });
    await announceAuthChange(old.database, 'u');
  } finally {
    await Promise.all([old, fresh].map(async ({ database, drop }) => (await database.end(), drop())));
  }
});

test('at the next start nothing is touched: not even a lock is taken that writers hold', async () => {
  const { database, drop } = await testDatabase();
  try {
    await ensureAuthTables(database);
    await database.reserve(async (holder) => {
      await holder.query('begin');
      await holder.query('lock table peyvand_auth."user" in access exclusive mode');
      await ensureAuthTables(database);
      await holder.query('rollback');
    });
  } finally {
    await database.end();
    await drop();
  }
});

test('what has ended is forgotten, what still counts is kept', async () => {
  const { database, drop } = await testDatabase();
  try {
    await ensureAuthTables(database);
    await database.script(`
      insert into peyvand_auth."user" (id, name, email) values ('u', 'Sara', 'sara@example.com');
      insert into peyvand_auth.session (id, "expiresAt", token, "userId") values
        ('ended', now() - interval '1 minute', 'a', 'u'), ('kept', now() + interval '1 minute', 'b', 'u');
      insert into peyvand_auth.verification (id, identifier, value, "expiresAt") values
        ('ended', 'a', '', now() - interval '1 minute'), ('kept', 'b', '', now() + interval '1 minute');
      insert into peyvand_auth.password_link (hash, user_id, expires_at) values
        ('ended', 'u', now() - interval '1 minute'), ('kept', 'u', now() + interval '1 minute');
      insert into peyvand_auth.sign_in_attempt (key, failures, last_at, locked_until) values
        ('ended', 1, now() - interval '2 days', null), ('kept', 1, now(), null),
        ('kept too', 9, now() - interval '2 days', now() + interval '1 minute')`);
    await sweepSignIn(database);
    const left = async (column: string, table: string) =>
      (await database.query<{ key: string }>(`select ${column} as key from peyvand_auth.${table} order by 1`)).map(
        ({ key }) => key,
      );
    expect(await left('id', 'session')).toEqual(['kept']);
    expect(await left('id', 'verification')).toEqual(['kept']);
    expect(await left('hash', 'password_link')).toEqual(['kept']);
    expect(await left('key', 'sign_in_attempt')).toEqual(['kept', 'kept too']);
  } finally {
    await database.end();
    await drop();
  }
});
