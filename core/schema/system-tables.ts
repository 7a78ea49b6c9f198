// The engine's own tables in an organization's schema: made once, brought up to date at every start. The audit log and its
// partitions are made by the functions of core/audit/ownership.ts. Their names begin with `_`; every one has a primary key.
import { createHash } from 'node:crypto';
import { addAuditMonth, ensureAuditLog } from '../audit/ownership.ts';
import { databaseError } from '../db/errors.ts';
import { ORDER, orderCollation } from '../db/collation.ts';
import { foldFunctions } from '../db/fold.ts';
import { literal, qualified } from '../db/identifier.ts';
import type { Executor } from '../db/sql.ts';
import { fail } from './errors.ts';
import { readTrigramSchema } from './introspect.ts';

/** `_share.source` of a row that is shared itself; else the id of the row whose share was passed on to it. */
export const SHARED_ITSELF = '00000000-0000-0000-0000-000000000000';

/** Creates what is missing. Safe to run at every start, under the organization's lock. `log`: for the operator. */
export async function ensureSystemTables(
  database: Executor,
  schema: string,
  log: (message: string) => void = () => undefined,
): Promise<void> {
  const [server] = await database.query<{ number: number; version: string }>(
    `select current_setting('server_version_num')::integer as number, current_setting('server_version') as version`,
  );
  if (!server || server.number < 150000) throw fail('POSTGRES_TOO_OLD', { found: server?.version ?? '?' });
  // The schema comes with its audit log.
  const { advice } = await ensureAuditLog(database, schema);
  if (advice !== undefined) log(advice);
  await ensureTrigrams(database);
  await ensureTables(database, schema);
  for (const line of await languageAdvice(database, schema)) log(line);
  await ensureAuditPartitions(database, schema);
}

/** Even "if not exists" takes locks that wait for writers, so what was made is remembered in a comment. */
async function ensureTables(database: Executor, schema: string): Promise<void> {
  const tables =
    systemTables(schema) + orderCollation(schema) + foldFunctions(schema, await readTrigramSchema(database));
  const mark = `peyvand:${createHash('sha256').update(tables).digest('hex').slice(0, 32)}`;
  const [made] = await database.query<{ mark: string | null }>(
    `select obj_description(c.oid, 'pg_class') as mark from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = $1 and c.relname = '_version'`,
    [schema],
  );
  if (made?.mark === mark) return;
  await database.transaction(async (executor) => {
    await executor.script(`set local lock_timeout = '10s'; ${tables}`);
    await executor.script(`comment on sequence ${qualified(schema, '_version')} is ${literal(mark)}`);
  });
}

/** What this database does not know of people's languages; everything is answered rightly without, but not as fast. */
async function languageAdvice(database: Executor, schema: string): Promise<readonly string[]> {
  const trigrams = `${qualified(await readTrigramSchema(database), 'show_trgm')}('سلام')`;
  const [found] = await database.query<{ letters: boolean; order: boolean; name: string }>(
    `select cardinality(${trigrams}) > 0 as letters, current_database()::text as name,
            exists (select 1 from pg_collation c join pg_namespace n on n.oid = c.collnamespace
                     where n.nspname = $1 and c.collname = $2 and c.collprovider = 'i') as order`,
    [schema, ORDER],
  );
  const advice: string[] = [];
  if (found?.letters === false) {
    advice.push(
      `The database ${found.name} has LC_CTYPE C, where only Latin letters are letters: searches over Persian texts read whole tables. ` +
        `To mend it, dump it and load it into one made by: create database … template template0 encoding 'UTF8' lc_ctype 'C.UTF-8'`,
    );
  }
  if (found?.order === false) {
    advice.push(
      'This Postgres was built without ICU: lists sort texts by their code points, not in the order of the alphabet.',
    );
  }
  return advice;
}

async function ensureTrigrams(database: Executor): Promise<void> {
  const found = await database.query(`select 1 from pg_extension where extname = 'pg_trgm'`);
  if (found.length > 0) return;
  try {
    await database.script('create extension if not exists pg_trgm');
  } catch (error) {
    const raised = databaseError(error);
    // Two organizations of one database may start at once.
    if (raised?.code === '23505' || raised?.code === '42710') return;
    throw fail('TRIGRAM_MISSING', { reason: raised?.message ?? String(error) }, { cause: error });
  }
}

/** Bytes as they are, so that a range of them is read without the rest; mostly they are compressed already. */
function uncompressed(table: string): string {
  return `do $$ begin
  if exists (select from pg_attribute where attrelid = '${table}'::regclass and attname = 'data' and attstorage <> 'e') then
    alter table ${table} alter column data set storage external;
  end if;
end $$;`;
}

function systemTables(schema: string): string {
  const name = (table: string): string => qualified(schema, table);
  return `
create sequence if not exists ${name('_version')};
create table if not exists ${name('_outbox')} (
  id bigint generated always as identity primary key, at timestamptz not null default now(), message text not null,
  entity text not null, record uuid not null, version bigint, user_id uuid, request_id text, changed text[],
  payload jsonb, processed_at timestamptz
);
create index if not exists "_outbox_waiting_idx" on ${name('_outbox')} (id) where processed_at is null;
alter table ${name('_outbox')} add column if not exists xact bigint;
alter table ${name('_outbox')} alter column xact set default (pg_current_xact_id()::text::bigint);
create index if not exists "_outbox_xact_idx" on ${name('_outbox')} using brin (xact) with (pages_per_range = 16, autosummarize = on);
create table if not exists ${name('_outbox_retry')} (
  outbox bigint primary key, attempts integer not null, due_at timestamptz not null, done text[] not null,
  failure text not null, parked_at timestamptz
);
create table if not exists ${name('_file')} (
  id uuid primary key, entity text not null, record uuid not null, field text not null, name text not null,
  media_type text not null, size bigint not null, sha256 text not null, data bytea not null,
  created_on timestamptz not null default now()
);
create index if not exists "_file_record_idx" on ${name('_file')} (record, field);
create table if not exists ${name('_upload')} (
  id uuid primary key, user_id uuid not null, entity text not null, record uuid not null, field text not null,
  name text not null, media_type text not null, version text, received bigint not null default 0, total bigint,
  finished boolean not null default false, expires_at timestamptz not null
);
create index if not exists "_upload_user_idx" on ${name('_upload')} (user_id);
create table if not exists ${name('_upload_part')} (
  upload uuid not null references ${name('_upload')} (id) on delete cascade, position bigint not null, data bytea not null,
  primary key (upload, position)
);
${uncompressed(name('_file'))}
${uncompressed(name('_upload_part'))}
create table if not exists ${name('_share')} (
  entity text not null, record uuid not null, principal uuid not null, principal_type text not null,
  rights integer not null, expires_at timestamptz, reason text, shared_at timestamptz not null default now(),
  shared_by uuid, source uuid not null default '${SHARED_ITSELF}', primary key (entity, record, principal, source)
);
create index if not exists "_share_source_idx" on ${name('_share')} (source) where source <> '${SHARED_ITSELF}';
create index if not exists "_share_principal_idx" on ${name('_share')} (principal, entity) include (record, rights, expires_at);
create table if not exists ${name('_layer')} (
  id text primary key, version text not null, kind text not null, documents jsonb not null,
  published_at timestamptz not null default now(), published_by uuid
);
create table if not exists ${name('_plugin')} (
  id text primary key, version text not null, source text not null, hash text, enabled boolean not null default true,
  state text not null default 'installed', settings jsonb not null default '{}', accepted text[] not null default '{}',
  relaxed text[] not null default '{}', documents jsonb, documents_hash text not null default '',
  changed_at timestamptz not null default now(), changed_by uuid
);
create table if not exists ${name('_plugin_package')} (
  plugin text not null, hash text not null, version text not null, at timestamptz not null default now(),
  data bytea not null, primary key (plugin, hash)
);
create table if not exists ${name('_plugin_migration')} (
  plugin text not null, version text not null, at timestamptz not null default now(), ran boolean not null,
  primary key (plugin, version)
);
create table if not exists ${name('_schedule_run')} (
  schedule text not null, due timestamptz not null, began timestamptz not null default now(), ended timestamptz,
  failure text, primary key (schedule, due)
);
create table if not exists ${name('_plugin_merge')} (
  id uuid primary key default gen_random_uuid(), plugin text not null, from_version text not null, to_version text not null,
  at timestamptz not null default clock_timestamp(), document text not null, path text not null, conflict jsonb not null,
  decision text, decided_at timestamptz, decided_by uuid
);
create table if not exists ${name('_publish')} (
  id uuid primary key, at timestamptz not null default now(), finished_at timestamptz, user_id uuid,
  model_version text not null, state text not null, reason text, done integer not null default 0,
  begun integer not null default -1, plan jsonb not null, layer jsonb
);
create table if not exists ${name('_publish_touched')} (
  publish uuid not null, step integer not null, key text not null, primary key (publish, step, key)
);
create table if not exists ${name('_recycle')} (
  id uuid primary key default gen_random_uuid(), at timestamptz not null default clock_timestamp(), kind text not null,
  table_name text not null, column_name text, type text, moved_to text not null, restored_at timestamptz
);
create table if not exists ${name('_merge')} (
  id uuid primary key, at timestamptz not null default now(), user_id uuid, entity text not null, winner uuid not null,
  loser uuid not null, undo jsonb not null, undone_at timestamptz, undone_by uuid
);
create index if not exists "_merge_winner_idx" on ${name('_merge')} (winner);
create index if not exists "_merge_loser_idx" on ${name('_merge')} (loser);
create table if not exists ${name('_job')} (
  id uuid primary key, kind text not null, state text not null default 'waiting', entity text, created_by uuid not null,
  created_at timestamptz not null default clock_timestamp(), started_at timestamptz, finished_at timestamptz,
  done bigint not null default 0, total bigint, errors bigint not null default 0, parameters jsonb not null, acting jsonb not null,
  position jsonb, result jsonb, failure jsonb, file jsonb, undoes uuid, undone_by uuid,
  attempts integer not null default 0, worker uuid, lease_until timestamptz
);
create index if not exists "_job_open_idx" on ${name('_job')} (id) where state in ('waiting', 'running', 'cancelling');
create index if not exists "_job_created_by_idx" on ${name('_job')} (created_by, id);
create table if not exists ${name('_job_row')} (
  job uuid not null, n bigint not null, state text not null default 'waiting', record uuid, version bigint, input jsonb,
  code text, message text, act text, at timestamptz, undo jsonb, primary key (job, n)
);
create index if not exists "_job_row_waiting_idx" on ${name('_job_row')} (job, n) where state = 'waiting';
create index if not exists "_job_row_failed_idx" on ${name('_job_row')} (job, n) where state = 'failed';
create index if not exists "_job_row_act_idx" on ${name('_job_row')} (job, n) where act is not null;
create table if not exists ${name('_view_use')} (
  view text primary key, runs bigint not null, total_ms double precision not null, longest_ms double precision not null,
  last_at timestamptz not null
);
create table if not exists ${name('_view_index')} (
  name text primary key, view text not null, entity text not null, keys jsonb not null, before_ms double precision not null,
  after_ms double precision, made_at timestamptz not null default clock_timestamp(), made_by uuid not null
);
create table if not exists ${name('_job_part')} (job uuid not null, n integer not null, data bytea not null, primary key (job, n));`;
}

/** Audit rows of this month and the next have their partition; a late one takes its rows out of the default partition. */
export async function ensureAuditPartitions(database: Executor, schema: string, now = new Date()): Promise<void> {
  for (const offset of [0, 1]) {
    const from = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + offset, 1));
    const month = from.toISOString().slice(0, 7).replace('-', '_');
    const attached = await database.query(
      `select 1 from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = $1 and c.relname = $2 and c.relispartition`,
      [schema, `_audit_${month}`],
    );
    if (attached.length === 0) await addAuditMonth(database, schema, from);
  }
}
