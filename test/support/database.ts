// A fresh, empty database of the shared embedded Postgres for one test file or one test.
import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import { connectDatabase, type ConnectOptions } from '../../core/db/connect.ts';
import { ident } from '../../core/db/identifier.ts';
import type { Database } from '../../core/db/sql.ts';

export interface TestDatabase extends AsyncDisposable {
  readonly database: Database;
  readonly url: string;
  /** Closes the pool and drops the database. */
  drop(): Promise<void>;
}

export async function testDatabase(options: Omit<ConnectOptions, 'url'> = {}): Promise<TestDatabase> {
  const server = inject('databaseUrl');
  const name = `test_${randomBytes(8).toString('hex')}`;
  const url = new URL(server);
  url.pathname = `/${name}`;
  await administer(server, `create database ${ident(name)}`);
  const database = connectDatabase({ url: url.href, max: 4, ...options });
  const drop = async (): Promise<void> => {
    await database.end();
    await administer(server, `drop database if exists ${ident(name)} with (force)`);
  };
  return { database, url: url.href, drop, [Symbol.asyncDispose]: drop };
}

async function administer(url: string, statement: string): Promise<void> {
  const database = connectDatabase({ url, max: 1 });
  try {
    await database.script(statement);
  } finally {
    await database.end();
  }
}
