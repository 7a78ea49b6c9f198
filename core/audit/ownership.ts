// Whose the audit log is. Its tables are made, extended by months and shortened by whole months through a few functions of
// the schema `peyvand_audit`; nobody changes or removes an entry otherwise. With a role of its own behind these functions
// (embedded database, or the script of `peyvand audit-owner`) the server's role may only read and add.
import { createHash } from 'node:crypto';
import { databaseError } from '../db/errors.ts';
import { ident, literal } from '../db/identifier.ts';
import type { Executor } from '../db/sql.ts';
import { fail } from './errors.ts';

/** The role without login that owns the log, and the schema of the functions. */
export const AUDIT_ROLE = 'peyvand_audit';
const SCHEMA = ident(AUDIT_ROLE);

const SIGNATURES = ['refuse()', 'prepare(text)', 'add_month(text, date)', 'retain(text, integer)'] as const;

/** `server`: the role that reads and adds. The functions work with the rights of who owns them. */
function functions(server: string, mark: string): string {
  const settings = `security definer set search_path = pg_catalog, pg_temp set lock_timeout = '5s'`;
  const lock = `perform pg_advisory_xact_lock(hashtextextended('peyvand audit ' || organization, 0));`;
  return `
create or replace function ${SCHEMA}.refuse() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $function$
begin
  raise exception 'The audit log takes new entries only: % is refused.', lower(tg_op) using errcode = '42501';
end $function$;

create or replace function ${SCHEMA}.guard(organization text, part text) returns void language plpgsql set search_path = pg_catalog, pg_temp as $function$
begin
  execute format('revoke update, delete, truncate on %I.%I from %I', organization, part, current_user);
  execute format('create or replace trigger "_append_only_truncate" before truncate on %I.%I for each statement execute function ${SCHEMA}.refuse()', organization, part);
end $function$;

create or replace function ${SCHEMA}.prepare(organization text) returns void language plpgsql ${settings} as $function$
declare
  log text := format('%I._audit', organization);
  part name;
begin
  ${lock}
  if not exists (select from pg_namespace where nspname = organization) then
    execute format('create schema %I', organization);
    execute format('grant usage, create on schema %I to %I', organization, ${literal(server)});
  end if;
  execute format('create table if not exists %s (
    id uuid not null, at timestamptz not null default now(), entity text not null, record uuid not null,
    action text not null, user_id uuid, request_id text, changes jsonb, address text, via text, primary key (at, id)
  ) partition by range (at)', log);
  execute format('alter table %s add column if not exists address text, add column if not exists via text', log);
  execute format('create table if not exists %I._audit_default partition of %s default', organization, log);
  execute format('create index if not exists "_audit_record_idx" on %s (record, at desc)', log);
  execute format('create index if not exists "_audit_user_idx" on %s (user_id, at desc)', log);
  execute format('create index if not exists "_audit_entity_idx" on %s (entity, at desc)', log);
  -- Of what is done all day, the log's own order finds enough; what is rare has its index.
  execute format('create index if not exists "_audit_action_idx" on %s (action, at desc) where action not in (''create'', ''update'')', log);
  if not exists (
    select from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
     where i.indrelid = log::regclass and i.indisprimary and a.attname = 'at'
  ) then
    execute format('create index if not exists "_audit_time_idx" on %s (at desc, id desc)', log);
  end if;
  execute format('create or replace trigger "_append_only" before update or delete on %s for each row execute function ${SCHEMA}.refuse()', log);
  perform ${SCHEMA}.guard(organization, '_audit');
  for part in select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = log::regclass loop
    perform ${SCHEMA}.guard(organization, part);
  end loop;
  execute format('revoke all on %s from public', log);
  execute format('grant select, insert on %s to %I', log, ${literal(server)});
  execute format('comment on table %s is %L', log, ${literal(mark)});
end $function$;

create or replace function ${SCHEMA}.add_month(organization text, month date) returns void language plpgsql ${settings} as $function$
declare
  begins timestamptz := date_trunc('month', month::timestamp) at time zone 'UTC';
  ends timestamptz := (date_trunc('month', month::timestamp) + interval '1 month') at time zone 'UTC';
  part name := '_audit_' || to_char(month, 'YYYY_MM');
  log text := format('%I._audit', organization);
  rest text := format('%I._audit_default', organization);
  late boolean;
begin
  if begins < '2000-01-01' or begins > now() + interval '3 months' then
    raise exception 'The audit log keeps no month %.', month using errcode = '22023';
  end if;
  ${lock}
  if exists (select from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = log::regclass and c.relname = part) then
    return;
  end if;
  execute format('create table %I.%I (like %s including defaults including constraints including indexes)', organization, part, log);
  execute format('select exists (select from %s where at >= $1 and at < $2)', rest) into late using begins, ends;
  if late then
    -- The month began before its table was there: its entries are carried over while nobody can add any.
    execute format('alter table %s disable trigger user', rest);
    execute format('grant delete on %s to %I', rest, current_user);
    execute format('with moved as (delete from %s where at >= $1 and at < $2 returning *) insert into %I.%I select * from moved', rest, organization, part) using begins, ends;
    execute format('revoke delete on %s from %I', rest, current_user);
    execute format('alter table %s enable trigger user', rest);
  end if;
  execute format('alter table %s attach partition %I.%I for values from (%L) to (%L)', log, organization, part, begins, ends);
  perform ${SCHEMA}.guard(organization, part);
end $function$;

create or replace function ${SCHEMA}.retain(organization text, months integer) returns jsonb language plpgsql ${settings} as $function$
declare
  log text := format('%I._audit', organization);
  cutoff timestamptz := (date_trunc('month', now() at time zone 'UTC') - make_interval(months => months)) at time zone 'UTC';
  dropped jsonb := '[]';
  late date[];
  month date;
  part name;
  entries bigint;
begin
  if months is null or months < 1 then
    raise exception 'The audit log keeps at least one month; % is refused.', coalesce(months::text, 'nothing') using errcode = '22023';
  end if;
  ${lock}
  -- Read to the end first: a table that a query is still reading takes no partition.
  execute format('select array(select distinct date_trunc(''month'', at at time zone ''UTC'')::date from %I._audit_default where at < $1 and at >= ''2000-01-01'')', organization) into late using cutoff;
  foreach month in array late loop
    perform ${SCHEMA}.add_month(organization, month);
  end loop;
  for part in
    select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
     where i.inhparent = log::regclass and c.relname ~ '^_audit_[0-9]{4}_[0-9]{2}$' order by c.relname
  loop
    month := to_date(substr(part, 8), 'YYYY_MM');
    continue when (month + interval '1 month') at time zone 'UTC' > cutoff;
    execute format('select count(*) from %I.%I', organization, part) into entries;
    execute format('drop table %I.%I', organization, part);
    dropped := dropped || jsonb_build_object('month', to_char(month, 'YYYY-MM'), 'entries', entries);
  end loop;
  if jsonb_array_length(dropped) > 0 then
    execute format('insert into %s (id, at, entity, record, action, via, changes) values (gen_random_uuid(), clock_timestamp(), ''_audit'', ''00000000-0000-0000-0000-000000000000'', ''retention'', ''system'', $1)', log)
      using jsonb_build_object('months', months, 'dropped', dropped);
  end if;
  return dropped;
end $function$;
`;
}

/** Of this version's functions, whoever owns them: a change of theirs brings every log up to date at the next start. */
const MARK = `peyvand:${createHash('sha256').update(functions('', '')).digest('hex').slice(0, 32)}`;

function installScript(owner: string, server: string): string {
  const named = [...SIGNATURES, 'guard(text, text)'].map((signature) => `${SCHEMA}.${signature}`);
  return `
create schema if not exists ${SCHEMA};
${functions(server, MARK)}
${named.map((name) => `revoke all on function ${name} from public;`).join('\n')}
alter schema ${SCHEMA} owner to ${ident(owner)};
${named.map((name) => `alter function ${name} owner to ${ident(owner)};`).join('\n')}
grant usage on schema ${SCHEMA} to ${ident(server)};
${named
  .slice(1, 4)
  .map((name) => `grant execute on function ${name} to ${ident(server)};`)
  .join('\n')}
comment on schema ${SCHEMA} is ${literal(MARK)};
`;
}

/**
 * SQL for a superuser, in the organizations' database: gives the log to a role nobody signs in as, so that `server` (which
 * must exist) may read and add entries and nothing else. Organizations' schemas go along, because the owner of a schema may
 * drop what is in it; all else in them is the server's. Safe to repeat.
 */
export function ownershipScript(server: string): string {
  const role = literal(AUDIT_ROLE);
  const other = literal(server);
  return `begin;
do $body$ begin
  if not exists (select from pg_roles where rolname = ${role}) then create role ${SCHEMA} nologin; end if;
  execute format('grant create on database %I to ${SCHEMA}', current_database());
  execute format('grant connect, create, temporary on database %I to %I', current_database(), ${other});
end $body$;
revoke ${SCHEMA} from ${ident(server)};
create extension if not exists pg_trgm;
${installScript(AUDIT_ROLE, server)}
do $body$
declare
  item record;
  -- An organization's schema whose making was cut short has no log yet.
  audit text[] := array(
    select n.nspname from pg_namespace n
     where n.nspname like 'org\\_%' or exists (select from pg_class c where c.relnamespace = n.oid and c.relname = '_audit' and c.relkind = 'p'));
begin
  for item in
    select n.nspname, c.relname, c.relkind, pg_get_userbyid(c.relowner) as owner,
           n.nspname = any (audit) and c.relname ~ '^_audit(_|$)' and c.relkind in ('r', 'p') as log
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where (n.nspname = any (audit) or n.nspname = 'peyvand_auth') and c.relkind in ('r', 'p', 'v', 'm', 'S')
       and not exists (select from pg_depend d where d.objid = c.oid and d.deptype in ('a', 'i', 'e') and d.classid = 'pg_class'::regclass
                          and (c.relkind = 'S' or d.deptype = 'e'))
  loop
    if item.owner <> (case when item.log then ${role} else ${other} end) then
      execute format('alter %s %I.%I owner to %I',
        case item.relkind when 'v' then 'view' when 'm' then 'materialized view' when 'S' then 'sequence' else 'table' end,
        item.nspname, item.relname, case when item.log then ${role} else ${other} end);
    end if;
  end loop;
  for item in
    select p.oid::regprocedure::text as name from pg_proc p join pg_namespace n on n.oid = p.pronamespace
     where (n.nspname = any (audit) or n.nspname = 'peyvand_auth') and pg_get_userbyid(p.proowner) <> ${other}
       and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
  loop
    execute format('alter routine %s owner to %I', item.name, ${other});
  end loop;
  if exists (select from pg_namespace where nspname = 'peyvand_auth') then
    execute format('alter schema peyvand_auth owner to %I', ${other});
  end if;
  for item in select unnest(audit) as nspname loop
    execute format('alter schema %I owner to ${SCHEMA}', item.nspname);
    execute format('revoke all on schema %I from %I', item.nspname, ${other});
    execute format('grant usage, create on schema %I to %I', item.nspname, ${other});
    execute format('revoke all on %I._audit from %I', item.nspname, ${other});
    perform ${SCHEMA}.prepare(item.nspname);
  end loop;
end $body$;
commit;
`;
}

/** Runs it where it is needed; `database` is a superuser's. One transaction: a kill in the middle leaves what was. */
export async function ensureAuditOwner(database: Executor, server: string): Promise<void> {
  const [found] = await database.query<{ owner: string; mark: string | null }>(
    `select pg_get_userbyid(nspowner)::text as owner, obj_description(oid, 'pg_namespace') as mark from pg_namespace where nspname = $1`,
    [AUDIT_ROLE],
  );
  if (found?.owner === AUDIT_ROLE && found.mark === MARK) return;
  await database.script(ownershipScript(server));
}

export interface AuditLogState {
  /** What an operator should know: the log could be guarded better, and how. */
  readonly advice: string | undefined;
}

interface Found {
  readonly owner: string | null;
  readonly mark: string | null;
  readonly self: string;
  readonly superuser: boolean;
  readonly database: string;
  readonly log: string | null;
}

/** Makes the log of an organization (and its schema) or brings it up to date. Safe at every start, by several servers. */
export async function ensureAuditLog(database: Executor, schema: string): Promise<AuditLogState> {
  const look = async (executor: Executor): Promise<Found> => {
    const [found] = await executor.query<Found>(
      `select (select pg_get_userbyid(nspowner) from pg_namespace where nspname = $1)::text as owner,
              (select obj_description(oid, 'pg_namespace') from pg_namespace where nspname = $1) as mark,
              current_user::text as self, (select rolsuper from pg_roles where rolname = current_user) as superuser,
              current_database()::text as database,
              (select obj_description(c.oid, 'pg_class') from pg_class c join pg_namespace n on n.oid = c.relnamespace
                where n.nspname = $2 and c.relname = '_audit') as log`,
      [AUDIT_ROLE, schema],
    );
    if (!found) throw fail('AUDIT_LOG_FOREIGN', { role: '?', owner: '?' });
    return found;
  };
  let found = await look(database);
  const own = found.owner === null || found.owner === found.self;
  if (own && found.mark !== MARK) {
    await database.transaction(async (executor) => {
      // Two organizations of one database may start at once.
      await executor.query(`select pg_advisory_xact_lock(hashtextextended('peyvand audit functions', 0))`);
      if ((await look(executor)).mark !== MARK) await executor.script(installScript(found.self, found.self));
    });
    found = { ...found, mark: MARK };
  }
  if (found.log === null || found.log !== found.mark) {
    try {
      await database.query(`select ${SCHEMA}.prepare($1)`, [schema]);
    } catch (error) {
      if (databaseError(error)?.code !== '42501') throw error;
      throw fail('AUDIT_LOG_FOREIGN', { role: found.self, owner: found.owner ?? '' }, { cause: error });
    }
  }
  const command = `peyvand audit-owner --role ${found.self} | psql -U postgres ${found.database}`;
  if (own) {
    const why = found.superuser
      ? `the database role ${found.self} is a superuser`
      : `it belongs to ${found.self} itself`;
    return {
      advice: `the audit log refuses changes, but a server turned against it could lift that, because ${why}; to take the right away: ${found.superuser ? 'connect as another role and run ' : ''}${command}`,
    };
  }
  return {
    advice:
      found.mark === MARK
        ? undefined
        : `the functions that guard the audit log are of another version; bring them up to date: ${command}`,
  };
}

/** The month's own partition; entries that came before it are carried over. */
export async function addAuditMonth(database: Executor, schema: string, month: Date): Promise<void> {
  await database.query(`select ${SCHEMA}.add_month($1, $2::text::date)`, [schema, month.toISOString().slice(0, 10)]);
}

export interface DroppedMonth {
  /** `2026-03` */
  readonly month: string;
  readonly entries: number;
}

/** Drops the months that are past for longer than `months` (at least 1) whole months; what went stands in the log. */
export async function retainAudit(
  database: Executor,
  schema: string,
  months: number,
): Promise<readonly DroppedMonth[]> {
  const [row] = await database.query<{ dropped: string }>(`select ${SCHEMA}.retain($1, $2::integer) as dropped`, [
    schema,
    months,
  ]);
  return JSON.parse(row?.dropped ?? '[]') as readonly DroppedMonth[];
}
