// The tables of sign-in (schema peyvand_auth), beside the organizations: users with passwords, sessions and second factors
// in the shape better-auth expects, API keys, one-use links, and the count of wrong tries. A user's id here is its
// systemuserid.
import { createHash } from 'node:crypto';
import { ident, literal } from '../../db/identifier.ts';
import type { Database } from '../../db/sql.ts';

/** Channel on which every server process hears that a user, key or session changed; the payload is what to forget. */
export const AUTH_CHANNEL = 'peyvand_auth';

const SCHEMA = 'peyvand_auth';
const LOCK = 7_203_441;

/** Every statement may be run again: a column that came later is added to the tables of an older release. */
const TABLES = `
create schema if not exists peyvand_auth;
create table if not exists peyvand_auth."user" (
  id text primary key, name text not null, email text not null unique, "emailVerified" boolean not null default false,
  image text, "createdAt" timestamptz not null default now(), "updatedAt" timestamptz not null default now());
create table if not exists peyvand_auth.session (
  id text primary key, "expiresAt" timestamptz not null, token text not null unique,
  "createdAt" timestamptz not null default now(), "updatedAt" timestamptz not null default now(),
  "ipAddress" text, "userAgent" text, "userId" text not null references peyvand_auth."user" (id) on delete cascade);
create index if not exists session_by_user on peyvand_auth.session ("userId");
create table if not exists peyvand_auth.account (
  id text primary key, "accountId" text not null, "providerId" text not null, "issuer" text,
  "userId" text not null references peyvand_auth."user" (id) on delete cascade,
  "accessToken" text, "refreshToken" text, "idToken" text, "accessTokenExpiresAt" timestamptz,
  "refreshTokenExpiresAt" timestamptz, scope text, password text,
  "createdAt" timestamptz not null default now(), "updatedAt" timestamptz not null default now());
create index if not exists account_by_user on peyvand_auth.account ("userId");
create table if not exists peyvand_auth.verification (
  id text primary key, identifier text not null, value text not null, "expiresAt" timestamptz not null,
  "createdAt" timestamptz not null default now(), "updatedAt" timestamptz not null default now());
create index if not exists verification_by_identifier on peyvand_auth.verification (identifier);
create table if not exists peyvand_auth.api_key (
  id uuid primary key, name text not null, hash text not null unique, start text not null,
  user_id text not null references peyvand_auth."user" (id) on delete cascade,
  created_at timestamptz not null default now(), expires_at timestamptz, last_used_at timestamptz, revoked_at timestamptz);
create table if not exists peyvand_auth.sign_in_attempt (
  key text primary key, failures integer not null, last_at timestamptz not null, locked_until timestamptz);
alter table peyvand_auth."user" add column if not exists "twoFactorEnabled" boolean not null default false;
alter table peyvand_auth.session add column if not exists last_used_at timestamptz;
alter table peyvand_auth.api_key add column if not exists roles text[];
create index if not exists api_key_by_user on peyvand_auth.api_key (user_id);
create unique index if not exists account_by_subject on peyvand_auth.account ("providerId", "accountId");
create unique index if not exists account_by_provider on peyvand_auth.account ("userId", "providerId");
create table if not exists peyvand_auth."twoFactor" (
  id text primary key, secret text not null, "backupCodes" text not null, verified boolean not null default true,
  "userId" text not null unique references peyvand_auth."user" (id) on delete cascade,
  "failedVerificationCount" integer not null default 0, "lockedUntil" timestamptz);
create table if not exists peyvand_auth.used_code (
  user_id text not null references peyvand_auth."user" (id) on delete cascade, hash text not null,
  used_at timestamptz not null default now(), primary key (user_id, hash));
create table if not exists peyvand_auth.password_link (
  hash text primary key, user_id text not null references peyvand_auth."user" (id) on delete cascade,
  created_at timestamptz not null default now(), expires_at timestamptz not null);
create index if not exists password_link_by_user on peyvand_auth.password_link (user_id);
`;

/** Makes what is missing, in a new database as in one of an older release; several processes may do so at once. */
export async function ensureAuthTables(database: Database): Promise<void> {
  const mark = `peyvand:${createHash('sha256').update(TABLES).digest('hex').slice(0, 32)}`;
  const [made] = await database.query<{ mark: string | null }>(
    `select obj_description(oid, 'pg_namespace') as mark from pg_namespace where nspname = $1`,
    [SCHEMA],
  );
  if (made?.mark === mark) return;
  await database.transaction(async (executor) => {
    await executor.query('select pg_advisory_xact_lock($1)', [LOCK]);
    await executor.script(`${TABLES} comment on schema ${ident(SCHEMA)} is ${literal(mark)}`);
  });
}

/** Tells every server process to forget what it holds about `subject`: a user's id, or '' for all. */
export async function announceAuthChange(database: Database, subject: string): Promise<void> {
  await database.query('select pg_notify($1, $2)', [AUTH_CHANNEL, subject]);
}
