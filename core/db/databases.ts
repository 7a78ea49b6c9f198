// Whole databases of a Postgres: listed, made, copied, dropped. For superusers of test clusters; servers have one database.
import { connectDatabase } from './connect.ts';
import { ident } from './identifier.ts';
import type { Database } from './sql.ts';

export interface Databases extends AsyncDisposable {
  /** Names that begin so, the newest first. */
  list(prefix: string): Promise<readonly string[]>;
  /** Of these, the ones that somebody is connected to. */
  busy(prefix: string): Promise<readonly string[]>;
  /** Empty, or a copy of `template`, in which nobody may be at that moment. */
  create(name: string, template?: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** Whoever is in it is thrown out. */
  drop(name: string): Promise<void>;
  /** Waits until nobody else holds the lock of this number; held until this is closed. */
  lock(number: number): Promise<void>;
}

/** `url`: of a superuser, any database of the server. */
export function openDatabases(url: string): Databases {
  const database: Database = connectDatabase({ url, max: 1, statementTimeout: 0 });
  return {
    async list(prefix) {
      const found = await database.query<{ name: string }>(
        'select datname::text as name from pg_database where starts_with(datname, $1) order by oid desc',
        [prefix],
      );
      return found.map(({ name }) => name);
    },
    async busy(prefix) {
      const found = await database.query<{ name: string }>(
        'select distinct datname::text as name from pg_stat_activity where starts_with(datname, $1)',
        [prefix],
      );
      return found.map(({ name }) => name);
    },
    async create(name, template) {
      const copied = template === undefined ? '' : ` template ${ident(template)}`;
      await database.script(`create database ${ident(name)}${copied}`);
    },
    rename: async (from, to) => void (await database.script(`alter database ${ident(from)} rename to ${ident(to)}`)),
    drop: async (name) => void (await database.script(`drop database if exists ${ident(name)} with (force)`)),
    lock: async (number) => void (await database.query('select pg_advisory_lock($1)', [number])),
    [Symbol.asyncDispose]: () => database.end(),
  };
}
