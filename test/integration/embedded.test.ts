import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectDatabase } from '../../core/db/connect.ts';
import { startEmbedded, type EmbeddedDatabase } from '../../core/db/embedded.ts';
import { isRunning } from '../../core/db/folder-lock.ts';
import { ensureSystemTables } from '../../core/schema/system-tables.ts';

let folder: string;
let running: EmbeddedDatabase[] = [];
const leftovers: string[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'peyvand-embedded-'));
  chmodSync(folder, 0o755);
});
afterEach(async () => {
  for (const server of running.splice(0)) await server.stop();
  for (const path of [folder, ...leftovers.splice(0)]) rmSync(path, { recursive: true, force: true });
});

async function start(log: string[] = []): Promise<EmbeddedDatabase> {
  const server = await startEmbedded({ folder, log: (message) => log.push(message) });
  running.push(server);
  return server;
}

async function stop(server: EmbeddedDatabase): Promise<void> {
  await server.stop();
  running = running.filter((other) => other !== server);
}

async function ask(url: string, statement: string): Promise<unknown[]> {
  const database = connectDatabase({ url, max: 1 });
  try {
    return [...(await database.query(statement))];
  } finally {
    await database.end();
  }
}

// Each makes a cluster with initdb, which takes its time on a busy machine.
describe('the embedded database', { timeout: 120_000 }, () => {
  it('starts from nothing, sorts every script as its readers do, and keeps its password to itself', async () => {
    const server = await start();
    const sorted = await ask(
      server.url,
      `select string_agg(w, ' ' order by w) as words from unnest(array['گل', 'آب', 'پدر', 'b', 'B', 'a', 'é', 'f']) w`,
    );
    expect(sorted).toEqual([{ words: 'a b B é f آب پدر گل' }]);
    expect(await ask(server.url, `select lower('ÄÖÜ') as low, current_setting('data_checksums') as sums`)).toEqual([
      { low: 'äöü', sums: 'on' },
    ]);
    expect(statSync(join(folder, 'postgres-password')).mode & 0o777).toBe(0o600);
    const wrong = new URL(server.url);
    wrong.password = 'wrong';
    await expect(ask(wrong.href, 'select 1')).rejects.toThrow('password authentication failed');
    const { pid } = server;
    await stop(server);
    expect(isRunning(pid)).toBe(false);
    expect(existsSync(join(folder, 'lock'))).toBe(false);
  });

  it('refuses a data folder in use, and says by whom', async () => {
    const child = await writer();
    await expect(startEmbedded({ folder })).rejects.toMatchObject({
      code: 'DATA_FOLDER_IN_USE',
      message: expect.stringContaining(`in use by another Peyvand process (pid ${child.process.pid}`) as string,
    });
    child.process.kill('SIGKILL');
    await once(child.process, 'exit');
  });

  it('after the server was killed starts again with every acknowledged row, and leaves no second Postgres behind', async () => {
    const child = await writer();
    await child.reached(20);
    child.process.kill('SIGKILL');
    await once(child.process, 'exit');
    const acknowledged = child.last();
    expect(isRunning(child.postgres())).toBe(true);
    const log: string[] = [];
    const server = await start(log);
    expect(log.join()).toContain('an earlier, killed server left running');
    expect(isRunning(child.postgres())).toBe(false);
    const [row] = await ask(server.url, 'select count(*)::integer as count, max(number) as last from kept');
    expect(row).toMatchObject({ count: (row as { last: number }).last });
    expect((row as { last: number }).last).toBeGreaterThanOrEqual(acknowledged);
  });

  it('comes up by itself when Postgres is killed under it, and connections recover', async () => {
    const log: string[] = [];
    const server = await start(log);
    const database = connectDatabase({ url: server.url, max: 3, patience: 20_000 });
    await database.script('create table kept (number integer primary key)');
    await database.query('insert into kept values (1)');
    const { pid } = server;
    process.kill(pid, 'SIGKILL');
    // A statement that meets the broken connection says so, and may have run; the next ones wait for the new Postgres.
    for (let written = false; !written;) {
      written = await database.query('insert into kept values (2) on conflict do nothing').then(
        () => server.pid !== pid && server.pid !== 0,
        (error: unknown) => {
          expect(error).toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
          return false;
        },
      );
    }
    expect([...(await database.query('select number from kept order by 1'))]).toEqual([{ number: 1 }, { number: 2 }]);
    expect(server.pid).not.toBe(pid);
    expect(log).toContain('Postgres ended unexpectedly; starting it again');
    await database.end();
  });

  it('takes over a lock that a dead process left, and one that its own pid left in an earlier life', async () => {
    writeFileSync(join(folder, 'lock'), `${JSON.stringify({ pid: 4_194_000, began: 'x', since: '2026-01-01' })}\n`);
    await stop(await start());
    writeFileSync(join(folder, 'lock'), `${JSON.stringify({ pid: process.pid, began: 'x', since: '2026-01-01' })}\n`);
    await stop(await start());
    writeFileSync(join(folder, 'lock'), '');
    await stop(await start());
  });

  it('that does not start says why, and lets the folder go', async () => {
    await expect(startEmbedded({ folder, settings: { shared_buffers: 'much' } })).rejects.toMatchObject({
      code: 'EMBEDDED_START_FAILED',
      message: expect.stringContaining('invalid value for parameter "shared_buffers"') as string,
    });
    await stop(await start());
  });

  it('refuses a cluster of another Postgres, and says what to do', async () => {
    const server = await start();
    await stop(server);
    writeFileSync(join(server.cluster, 'PG_VERSION'), '14\n');
    await expect(startEmbedded({ folder })).rejects.toMatchObject({ code: 'DATA_FOLDER_VERSION' });
  });

  it.runIf(process.getuid?.() === 0)('works for root in a folder that only root may enter', async () => {
    const closed = folder;
    chmodSync(closed, 0o700);
    folder = join(closed, 'data');
    mkdirSync(folder);
    const server = await start();
    leftovers.push(closed, dirname(server.cluster));
    expect(server.cluster.startsWith('/var/lib/peyvand/')).toBe(true);
    expect(readFileSync(join(folder, 'postgres-location'), 'utf8').trim()).toBe(server.cluster);
    await ask(server.url, 'create table kept as select 7 as number');
    await stop(server);
    const again = await start();
    expect(again.cluster).toBe(server.cluster);
    expect(await ask(again.url, 'select number from kept')).toEqual([{ number: 7 }]);
    await stop(again);
    rmSync(server.cluster, { recursive: true });
    await expect(startEmbedded({ folder })).rejects.toMatchObject({ code: 'DATA_FOLDER_MOVED' });
  });
});

describe('a data folder of before letters were more than Latin ones', { timeout: 120_000 }, () => {
  it('keeps its rows, and finds Persian texts by its indexes from the next start on', async () => {
    const server = await start();
    const letters = `select cardinality(show_trgm('سلام')) as count`;
    await ask(server.superuserUrl('peyvand'), 'create extension if not exists pg_trgm');
    expect(await ask(server.url, letters)).toEqual([{ count: 5 }]);
    await ask(server.superuserUrl('postgres'), `update pg_database set datctype = 'C' where datname = 'peyvand'`);
    const before = connectDatabase({ url: server.superuserUrl('peyvand'), max: 1 });
    expect([...(await before.query(letters))]).toEqual([{ count: 0 }]);
    const said: string[] = [];
    await ensureSystemTables(before, 'org_default', (line) => said.push(line));
    expect(said.join()).toContain('LC_CTYPE C');
    await before.script(`create table public.word as select 'شیر دریا'::text as name;
      create index word_name on public.word using gin (name gin_trgm_ops); grant select on public.word to peyvand_server`);
    await before.end();
    await stop(server);

    const log: string[] = [];
    const again = await start(log);
    expect(log.join()).toContain('search indexes anew');
    const database = connectDatabase({ url: again.url, max: 1 });
    try {
      await database.script('set enable_seqscan = off');
      expect([...(await database.query(`select name from public.word where name like '%دریا%'`))]).toEqual([
        { name: 'شیر دریا' },
      ]);
      said.length = 0;
      await ensureSystemTables(database, 'org_default', (line) => said.push(line));
      expect(said.join()).not.toContain('LC_CTYPE');
    } finally {
      await database.end();
    }
  });
});

describe('a data folder of before the audit log had an owner of its own', { timeout: 120_000 }, () => {
  it('is brought over at the start: what was logged stays, and the server may no longer change it', async () => {
    const server = await start();
    const before = connectDatabase({ url: server.superuserUrl('peyvand'), max: 1 });
    await before.script(`
      drop schema peyvand_audit cascade; drop owned by peyvand_server; drop role peyvand_server;
      drop owned by peyvand_audit; drop role peyvand_audit;
      create schema org_default;
      create sequence org_default._version;
      create table org_default.account (accountid uuid primary key, number integer generated always as identity, serial serial);
      create table org_default._audit (
        id uuid not null, at timestamptz not null default now(), entity text not null, record uuid not null,
        action text not null, user_id uuid, request_id text, changes jsonb, primary key (id, at)
      ) partition by range (at);
      create table org_default._audit_default partition of org_default._audit default;
      create table org_default._audit_2026_01 partition of org_default._audit for values from ('2026-01-01') to ('2026-02-01');
      insert into org_default._audit (id, at, entity, record, action)
        select gen_random_uuid(), '2026-01-20'::timestamptz + n * interval '1 day', 'account', gen_random_uuid(), 'create' from generate_series(1, 20) n;
      create function org_default.announce() returns trigger language plpgsql as 'begin return null; end';
      create schema peyvand_auth; create table peyvand_auth."user" (id text primary key)`);
    await before.end();
    await stop(server);
    rmSync(join(folder, 'postgres-server-password'));

    const again = await start();
    const database = connectDatabase({ url: again.url, max: 2 });
    try {
      await ensureSystemTables(database, 'org_default');
      expect([
        ...(await database.query(
          `select count(*)::int as count, count(via)::int as ways from org_default._audit where entity = 'account'`,
        )),
      ]).toEqual([{ count: 20, ways: 0 }]);
      await expect(database.query('delete from org_default._audit')).rejects.toMatchObject({ code: '42501' });
      await expect(database.script('drop table org_default._audit_2026_01')).rejects.toMatchObject({ code: '42501' });
      await database.script(`alter table org_default.account add column name text; drop function org_default.announce();
        insert into org_default.account (accountid) values (gen_random_uuid());
        alter table peyvand_auth."user" add column name text`);
      const [role] = await database.query(
        'select rolsuper, rolcreaterole, rolcreatedb from pg_roles where rolname = current_user',
      );
      expect(role).toEqual({ rolsuper: false, rolcreaterole: false, rolcreatedb: false });
    } finally {
      await database.end();
    }
  });
});

interface Writer {
  readonly process: ChildProcess;
  postgres(): number;
  /** The last number whose row was acknowledged. */
  last(): number;
  reached(count: number): Promise<void>;
}

/** Another server on the folder, writing. */
async function writer(): Promise<Writer> {
  const child = spawn(process.execPath, ['test/support/start-and-write.ts', folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let postgres = 0;
  let last = 0;
  let wanted = 0;
  const begun = Promise.withResolvers<void>();
  let reached = Promise.withResolvers<void>();
  child.once('exit', (code) => begun.reject(new Error(`the writer ended with ${code}`)));
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line.startsWith('pid ')) {
      postgres = Number(line.slice(4));
      begun.resolve();
    } else {
      last = Number(line);
      if (last >= wanted) reached.resolve();
    }
  });
  await begun.promise;
  return {
    process: child,
    postgres: () => postgres,
    last: () => last,
    reached: (count) => {
      wanted = last + count;
      reached = Promise.withResolvers();
      return reached.promise;
    },
  };
}
