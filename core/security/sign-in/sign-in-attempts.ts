// Lock-out: tries with a wrong password or code, and requests for a reset link, are counted in the database, so that a
// restart or a second server process does not forget them. A try counts before it is checked, so that many at once are not
// more than their number.
import type { Database, Executor } from '../../db/sql.ts';
import { isoText } from '../../db/iso-text.ts';

export interface Attempt {
  readonly email: string;
  /** The client's network address. */
  readonly address: string;
}

export type AttemptKind = 'password' | 'second-factor' | 'reset';

interface Count {
  readonly key: (attempt: Attempt) => string;
  readonly free: number;
}

/**
 * Tries before the first lock. Few for one person from one place; more for a place (an office behind one address) and for a
 * person from anywhere, so that a stranger cannot easily lock somebody out. A second factor is asked only of who knew the
 * password, and its codes are short: few from anywhere, and a right password does not begin the count anew.
 */
const COUNTS: Readonly<Record<AttemptKind, readonly Count[]>> = {
  password: [
    { key: ({ email, address }) => `both:${email}\n${address}`, free: 5 },
    { key: ({ address }) => `address:${address}`, free: 30 },
    { key: ({ email }) => `email:${email}`, free: 50 },
  ],
  'second-factor': [{ key: ({ email }) => `second:${email}`, free: 5 }],
  reset: [
    { key: ({ email }) => `reset:${email}`, free: 3 },
    { key: ({ address }) => `reset-address:${address}`, free: 20 },
  ],
};

/** Each try beyond the free ones doubles the time, up to the longest. */
const FIRST_LOCK_SECONDS = 30;
const LONGEST_LOCK_SECONDS = 3600;
/** Tries older than this no longer count. */
const FORGET = '1 day';

/**
 * Counts the try; returns the seconds until the next one is allowed, 0 when this one is. Tries of the same person or place
 * wait for one another here, so that of many at once no more are allowed than of as many in a row.
 */
export async function beginAttempt(
  database: Database,
  attempt: Attempt,
  kind: AttemptKind = 'password',
): Promise<number> {
  const counts = COUNTS[kind];
  const keys = counts.map(({ key }) => key(attempt));
  return database.transaction(async (executor) => {
    await executor.query(
      `select pg_advisory_xact_lock(hashtextextended(keys.key, 0)) from (select unnest($1::text[]) as key order by 1) keys`,
      [keys],
    );
    // Of the clock, not of the transaction's beginning: it may have waited.
    const [locked] = await executor.query<{ seconds: number }>(
      `select coalesce(ceil(extract(epoch from max(locked_until) - clock_timestamp())), 0)::int as seconds
       from peyvand_auth.sign_in_attempt where key = any($1) and locked_until > clock_timestamp()`,
      [keys],
    );
    if (locked && locked.seconds > 0) return locked.seconds;
    for (const [index, { free }] of counts.entries()) {
      await executor.query(
        `insert into peyvand_auth.sign_in_attempt as a (key, failures, last_at) values ($1, 1, clock_timestamp())
         on conflict (key) do update set
           failures = case when a.last_at < now() - interval '${FORGET}' then 1 else a.failures + 1 end,
           last_at = clock_timestamp(),
           locked_until = case
             when a.last_at < now() - interval '${FORGET}' or a.failures + 1 < $2 then null
             else clock_timestamp() +
               make_interval(secs => least($3::int * power(2, least(a.failures + 1 - $2, 20)), $4::int)) end`,
        [keys[index] ?? '', free, FIRST_LOCK_SECONDS, LONGEST_LOCK_SECONDS],
      );
    }
    return 0;
  });
}

/** The password or code was right: this person from this place begins anew, and the try counts for nobody. */
export async function endAttempt(
  database: Database,
  attempt: Attempt,
  kind: 'password' | 'second-factor' = 'password',
): Promise<void> {
  const [own = '', ...others] = COUNTS[kind].map(({ key }) => key(attempt));
  await database.query('delete from peyvand_auth.sign_in_attempt where key = $1', [own]);
  if (others.length === 0) return;
  await database.query(
    'update peyvand_auth.sign_in_attempt set failures = greatest(failures - 1, 0), locked_until = null where key = any($1)',
    [others],
  );
}

/** What is counted against the person, wherever the tries came from. */
const OF_PERSON = `(key = any(array['email:' || $1, 'second:' || $1, 'reset:' || $1])
  or split_part(key, E'\\n', 1) = 'both:' || $1)`;

/** An administrator unlocked the person or gave a new password: no lock of theirs stays. */
export async function forgetAttempts(executor: Executor, email: string): Promise<void> {
  await executor.query(`delete from peyvand_auth.sign_in_attempt where ${OF_PERSON}`, [email]);
}

/** Until when some of the person's tries are refused (ISO 8601), from whatever place; null: they are not. */
export async function lockedUntil(executor: Executor, email: string): Promise<string | null> {
  const [row] = await executor.query<{ until: string | null }>(
    `select max(${isoText('locked_until', 'a')}) as until from peyvand_auth.sign_in_attempt a
     where ${OF_PERSON} and locked_until > now()`,
    [email],
  );
  return row?.until ?? null;
}
