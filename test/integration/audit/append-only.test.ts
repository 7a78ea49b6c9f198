// Nobody who comes through the server can change the audit log: not by its database role, not by its functions.
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { ensureAuditOwner, retainAudit } from '../../../core/audit/ownership.ts';
import { recordEvent } from '../../../core/audit/record-event.ts';
import { connectDatabase } from '../../../core/db/connect.ts';
import { ident } from '../../../core/db/identifier.ts';
import type { Database } from '../../../core/db/sql.ts';
import { openOrganization, type Organization } from '../../../core/organization.ts';
import { loadPlugins } from '../../../core/plugins/load-plugins.ts';
import { ensureAuditPartitions, ensureSystemTables } from '../../../core/schema/system-tables.ts';
import { testDatabase, type TestDatabase } from '../../support/database.ts';

const RECORD = '00000000-0000-7000-8000-00000000000a';
const code = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'done',
    (error: { code?: string }) => error.code,
  );

const forbidden = [
  `update org_default._audit set action = 'x'`,
  'delete from org_default._audit',
  'truncate org_default._audit',
  'truncate org_default._audit_default',
  `delete from org_default._audit_default`,
];

describe('a server whose database role is its own', () => {
  const role = `server_${randomBytes(6).toString('hex')}`;
  let fresh: TestDatabase;
  let server: Database;
  let organization: Organization;
  const said: string[] = [];

  beforeAll(async () => {
    fresh = await testDatabase();
    await fresh.database.script(`create role ${ident(role)} login password 'secret'`);
    await ensureAuditOwner(fresh.database, role);
    const url = new URL(fresh.url);
    url.username = role;
    url.password = 'secret';
    server = connectDatabase({ url: url.href, max: 4 });
    organization = await openOrganization({
      database: server,
      plugins: await loadPlugins(),
      log: (line) => said.push(line),
    });
    await recordEvent(server, 'org_default', { action: 'sign-in', entity: 'systemuser', record: RECORD });
  }, 120_000);
  afterAll(async () => {
    await organization.close();
    await server.end();
    await fresh.drop();
    const administer = connectDatabase({ url: inject('databaseUrl'), max: 1 });
    await administer.script(`drop role ${ident(role)}`);
    await administer.end();
  });

  test('makes its tables and writes entries, and has nothing to be told about the log', async () => {
    expect(said.filter((line) => line.includes('audit'))).toEqual([]);
    const rows = await server.query(`select action from org_default._audit where record = $1`, [RECORD]);
    expect([...rows]).toEqual([{ action: 'sign-in' }]);
  });

  test.each([
    ...forbidden,
    'drop table org_default._audit',
    'drop table org_default._audit_default',
    'drop schema org_default cascade',
    'alter table org_default._audit disable trigger all',
    'alter table org_default._audit owner to current_user',
    'alter table org_default._audit detach partition org_default._audit_default',
    'drop trigger "_append_only" on org_default._audit',
    'create trigger mine before insert on org_default._audit for each row execute function peyvand_audit.refuse()',
    'set role peyvand_audit',
    'drop function peyvand_audit.refuse() cascade',
    `create or replace function peyvand_audit.refuse() returns trigger language plpgsql as 'begin return old; end'`,
    `select peyvand_audit.guard('org_default', '_audit')`,
    `set session_replication_role = replica`,
    'grant delete on org_default._audit to current_user; delete from org_default._audit',
  ])('is refused: %s', async (statement) => {
    expect(['42501', '2BP01', '42809']).toContain(await code(server.script(statement)));
    const rows = await server.query(`select action from org_default._audit where record = $1`, [RECORD]);
    expect([...rows]).toEqual([{ action: 'sign-in' }]);
  });

  test('a function of its own in a schema of its own does not stand in for what the functions call', async () => {
    await server.script(
      `create schema if not exists mine; create or replace function mine.now() returns timestamptz language sql as 'select timestamptz ''2200-01-01'''`,
    );
    await server.transaction(async (executor) => {
      await executor.script('set local search_path = mine, pg_catalog');
      expect(await retainAudit(executor, 'org_default', 1)).toEqual([]);
    });
    await server.script('drop schema mine cascade');
  });

  test('an entry of a month without a partition goes into it when it is made', async () => {
    const late = new Date(Date.UTC(new Date().getUTCFullYear(), new Date().getUTCMonth() - 4, 12));
    await add(server, late, 2);
    expect(await monthsOf(fresh.database)).not.toContain(late.toISOString().slice(0, 7));
    await ensureAuditPartitions(server, 'org_default', late);
    expect(await monthsOf(fresh.database)).toContain(late.toISOString().slice(0, 7));
    const [left] = await server
      .query<{ count: number }>('select count(*)::int as count from org_default._audit_default')
      .catch(() =>
        fresh.database.query<{ count: number }>('select count(*)::int as count from org_default._audit_default'),
      );
    expect(left?.count).toBe(0);
    expect(await code(fresh.database.script(`delete from org_default._audit`))).toBe('42501');
  });

  test('retention takes whole months that are past, keeps the rest, and says in the log what it took', async () => {
    const now = new Date();
    const month = (back: number, day: number): Date =>
      new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back, day));
    await add(server, month(3, 1), 3);
    await add(server, month(2, 28), 5);
    await add(server, month(1, 1), 7);
    const [before] = await server.query<{ count: number }>(
      'select count(*)::int as count from org_default._audit where at >= $1::timestamptz',
      [month(2, 1).toISOString()],
    );
    const gone = await retainAudit(server, 'org_default', 2);
    expect(gone).toEqual([
      { month: month(4, 1).toISOString().slice(0, 7), entries: 2 },
      { month: month(3, 1).toISOString().slice(0, 7), entries: 3 },
    ]);
    const [after] = await server.query<{ count: number; first: string }>(
      'select count(*)::int as count, min(at) as first from org_default._audit',
    );
    expect(after?.count).toBe((before?.count ?? 0) + 1);
    expect(new Date(after?.first ?? 0).getTime()).toBeGreaterThanOrEqual(month(2, 1).getTime());
    const [entry] = await server.query<{ changes: string }>(
      `select changes from org_default._audit where action = 'retention'`,
    );
    expect(JSON.parse(entry?.changes ?? '{}')).toEqual({ months: 2, dropped: gone });
    expect(await retainAudit(server, 'org_default', 2)).toEqual([]);
  });

  test.each([0, -5])('retention of %s months is refused', async (months) => {
    expect(await code(retainAudit(server, 'org_default', months))).toBe('22023');
  });
});

test('even a superuser is refused by the trigger, and the start says how to guard the log better', async () => {
  await using fresh = await testDatabase();
  const said: string[] = [];
  await ensureSystemTables(fresh.database, 'org_default', (line) => said.push(line));
  await recordEvent(fresh.database, 'org_default', { action: 'sign-in', entity: 'systemuser', record: RECORD });
  for (const statement of forbidden.slice(0, 4)) expect(await code(fresh.database.script(statement))).toBe('42501');
  expect(said.join()).toContain('peyvand audit-owner --role');
});

test('a role that owns the log, for want of another, is refused by its privileges as well', async () => {
  await using fresh = await testDatabase();
  const role = `owner_${randomBytes(6).toString('hex')}`;
  const name = new URL(fresh.url).pathname.slice(1);
  await fresh.database.script(
    `create role ${ident(role)} login password 'secret'; grant create on database ${ident(name)} to ${ident(role)}; create extension pg_trgm`,
  );
  const url = new URL(fresh.url);
  url.username = role;
  url.password = 'secret';
  const server = connectDatabase({ url: url.href, max: 2 });
  const said: string[] = [];
  await ensureSystemTables(server, 'org_default', (line) => said.push(line));
  await recordEvent(server, 'org_default', { action: 'sign-in', entity: 'systemuser', record: RECORD });
  for (const statement of forbidden) expect(await code(server.script(statement))).toBe('42501');
  expect(said.join()).toContain(`it belongs to ${role} itself`);

  // An administrator takes the right away: entries stay, and nothing more is said.
  await ensureAuditOwner(fresh.database, role);
  said.length = 0;
  await ensureSystemTables(server, 'org_default', (line) => said.push(line));
  expect(said).toEqual([]);
  await recordEvent(server, 'org_default', { action: 'sign-out', entity: 'systemuser', record: RECORD });
  const rows = await server.query(`select action from org_default._audit order by at`);
  expect([...rows]).toEqual([{ action: 'sign-in' }, { action: 'sign-out' }]);
  expect(await code(server.script('drop table org_default._audit'))).toBe('42501');
  expect(await code(server.script('alter table org_default._outbox add column mine text'))).toBe('done');
  await server.end();
  await fresh.database.script(`drop owned by ${ident(role)} cascade; drop role ${ident(role)}`);
});

/** Entries as of another time. */
async function add(server: Database, at: Date, count: number): Promise<void> {
  await server.query(
    `insert into org_default._audit (id, at, entity, record, action)
     select gen_random_uuid(), $1::timestamptz + n * interval '1 minute', 'account', gen_random_uuid(), 'update' from generate_series(1, $2::int) n`,
    [at.toISOString(), count],
  );
}

async function monthsOf(database: Database): Promise<readonly string[]> {
  const rows = await database.query<{ name: string }>(
    `select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
      where i.inhparent = 'org_default._audit'::regclass and c.relname <> '_audit_default'`,
  );
  return rows.map(({ name }) => name.slice('_audit_'.length).replace('_', '-'));
}
