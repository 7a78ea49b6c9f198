// A fresh, empty database of the shared embedded Postgres for one test file or one test.
import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import { connectDatabase, type ConnectOptions } from '../../core/db/connect.ts';
import { ident } from '../../core/db/identifier.ts';
import type { Database, Executor } from '../../core/db/sql.ts';
import { openOrganization } from '../../core/organization.ts';
import { loadPlugins } from '../../core/plugins/load-plugins.ts';

export interface TestDatabase extends AsyncDisposable {
  readonly database: Database;
  readonly url: string;
  /** Closes the pool and drops the database. */
  drop(): Promise<void>;
}

export interface TestDatabaseOptions extends Omit<ConnectOptions, 'url'> {
  /** With the tables of the shipped metadata, and no rows: making them anew takes each test a second or more. */
  readonly shipped?: boolean;
}

export async function testDatabase(given: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const { shipped, ...options } = given;
  const server = inject('databaseUrl');
  const name = `test_${randomBytes(8).toString('hex')}`;
  const url = new URL(server);
  url.pathname = `/${name}`;
  if (shipped) await copyShipped(server, name);
  else await administer(server, `create database ${ident(name)}`);
  const database = connectDatabase({ url: url.href, max: 4, ...options });
  const drop = async (): Promise<void> => {
    await database.end();
    await administer(server, `drop database if exists ${ident(name)} with (force)`);
  };
  return { database, url: url.href, drop, [Symbol.asyncDispose]: drop };
}

const SHIPPED = 'shipped_tables';

/** The first test that asks makes the original, as a first start does; the others wait for it. */
async function copyShipped(server: string, name: string): Promise<void> {
  const database = connectDatabase({ url: server, max: 1, statementTimeout: 0 });
  try {
    await database.reserve(async (executor) => {
      await executor.query(`select pg_advisory_lock(hashtext($1))`, [SHIPPED]);
      try {
        const made = await executor.query('select 1 from pg_database where datname = $1', [SHIPPED]);
        if (made.length === 0) await makeShipped(executor, server);
        await executor.script(`create database ${ident(name)} template ${ident(SHIPPED)} strategy file_copy`);
      } finally {
        await executor.query(`select pg_advisory_unlock(hashtext($1))`, [SHIPPED]);
      }
    });
  } finally {
    await database.end();
  }
}

async function makeShipped(executor: Executor, server: string): Promise<void> {
  const half = `${SHIPPED}_half`;
  await executor.script(`drop database if exists ${ident(half)} with (force)`);
  await executor.script(`create database ${ident(half)}`);
  const url = new URL(server);
  url.pathname = `/${half}`;
  const database = connectDatabase({ url: url.href, max: 4 });
  try {
    const organization = await openOrganization({ database, plugins: await loadPlugins() });
    await organization.close();
  } finally {
    await database.end();
  }
  await executor.script(`alter database ${ident(half)} rename to ${ident(SHIPPED)}`);
}

async function administer(url: string, statement: string): Promise<void> {
  const database = connectDatabase({ url, max: 1 });
  try {
    await database.script(statement);
  } finally {
    await database.end();
  }
}
