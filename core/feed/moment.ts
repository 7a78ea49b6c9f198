// Moments of the database. A row of `_outbox` keeps the number of the transaction that wrote it, and a moment is the snapshot
// of which transactions were over: so what commits late is found by the next reading, whatever its place in the outbox.
import type { Parameter } from '../db/sql.ts';
import { literal, qualified } from '../db/identifier.ts';
import type { Database, Executor } from '../db/sql.ts';
import { databaseError } from '../db/errors.ts';
import { fail } from './errors.ts';
import { digest, type Moment, type Token } from './token.ts';

/** How long a delta link is good for. The outbox keeps its rows a day longer. */
export const VALID_DAYS = 7;

/** `$n::type` for a value, as core/query/statement.ts numbers them. */
export type Use = (type: string, value: Parameter) => string;

export async function readMoment(executor: Executor): Promise<Moment> {
  const [row] = await executor.query<Moment>(
    `select pg_current_snapshot()::text as snapshot, to_json(clock_timestamp())#>>'{}' as at`,
  );
  if (!row) throw new TypeError('there is always a moment');
  return row;
}

const worlds = new WeakMap<Database, Promise<string>>();

/** Which cluster and database this is; a dump that was read into another one has other transaction numbers. */
export function worldOf(database: Database, schema: string): Promise<string> {
  let world = worlds.get(database);
  if (!world) {
    world = readWorld(database, schema);
    worlds.set(database, world);
    world.catch(() => worlds.delete(database));
  }
  return world;
}

async function readWorld(database: Database, schema: string): Promise<string> {
  const own = `select oid::text as id from pg_database where datname = current_database()`;
  try {
    const [row] = await database.query<{ id: string }>(
      `select (select system_identifier::text from pg_control_system()) || ' ' || (${own}) as id`,
    );
    return digest(schema, row?.id ?? '');
  } catch (error) {
    // Not every hosted database tells.
    if (databaseError(error)?.code !== '42501') throw error;
    const [row] = await database.query<{ id: string }>(own);
    return digest(schema, row?.id ?? '');
  }
}

/** Throws FEED_EXPIRED (410). */
export function requireValid(token: Token, world: string, now: Moment): void {
  const age = Date.parse(now.at) - Date.parse(token.since.at);
  if (age > VALID_DAYS * 86_400_000) throw fail('FEED_EXPIRED', { reason: `it is older than ${VALID_DAYS} days` });
  const ahead = BigInt(token.since.snapshot.split(':')[1] ?? '0') > BigInt(now.snapshot.split(':')[1] ?? '0');
  if (token.world !== world || ahead) throw fail('FEED_EXPIRED', { reason: 'the database was restored elsewhere' });
}

/** Over `o`, a row of `_outbox`: it was not there at the moment. */
export function isFresh(since: Moment, use: Use): string {
  const oldest = use('bigint', since.snapshot.split(':')[0] ?? '0');
  return `o."xact" >= ${oldest} and not pg_visible_in_snapshot(o."xact"::text::xid8, ${use('text', since.snapshot)}::pg_snapshot)`;
}

/** Ids of the rows of these entities that something happened to. */
export function freshRecords(schema: string, entities: readonly string[], since: Moment, use: Use): string {
  const names = entities.map((name) => literal(name)).join(', ');
  return `select o."record" from ${qualified(schema, '_outbox')} o where o."entity" in (${names}) and ${isFresh(since, use)}`;
}

/**
 * Over `a`, an entry of the audit log: it may not have been there at the moment. Entries are never updated, so the tuple itself
 * tells which transaction wrote it; the 32 bits it keeps are completed from the moment's. What is written after a savepoint
 * keeps a number of its own, of which no snapshot says whether it was over: so all entries count from the oldest transaction
 * on that was not. One too many does no harm: it tells of a time when the caller could see the row, too.
 */
export function isFreshEntry(since: Moment, use: Use): string {
  const [oldest = '0', next = '0'] = since.snapshot.split(':');
  const base = use('bigint', next);
  const whole = `${base} + (((a.xmin::text::bigint - ${base}) % 4294967296 + 6442450944) % 4294967296) - 2147483648`;
  // No transaction writes for a day: the log is read from there on only.
  return `a."at" >= ${use('timestamptz', since.at)} - interval '1 day' and ${whole} >= ${use('bigint', oldest)}`;
}
