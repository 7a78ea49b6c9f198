// Lock-out: tries with a wrong password are counted in the database, so that a restart or a second server process does not
// forget them. A try counts before its password is checked, so that many at once are not more than their number.
import type { Database, Executor } from '../db/sql.ts';

export interface Attempt {
  readonly email: string;
  /** The client's network address. */
  readonly address: string;
}

/**
 * Tries before the first lock. Few for one person from one place; more for a place (an office behind one address) and for a
 * person from anywhere, so that a stranger cannot easily lock somebody out.
 */
const COUNTS = [
  { key: ({ email, address }: Attempt) => `both:${email}\n${address}`, free: 5 },
  { key: ({ address }: Attempt) => `address:${address}`, free: 30 },
  { key: ({ email }: Attempt) => `email:${email}`, free: 50 },
] as const;

/** Each try beyond the free ones doubles the time, up to the longest. */
const FIRST_LOCK_SECONDS = 30;
const LONGEST_LOCK_SECONDS = 3600;
/** Tries older than this no longer count. */
const FORGET = '1 day';

/** Counts the try; returns the seconds until the next one is allowed, 0 when this one is. */
export async function beginAttempt(database: Database, attempt: Attempt): Promise<number> {
  const keys = COUNTS.map(({ key }) => key(attempt));
  const [locked] = await database.query<{ seconds: number }>(
    `select coalesce(ceil(extract(epoch from max(locked_until) - now())), 0)::int as seconds
     from peyvand_auth.sign_in_attempt where key = any($1) and locked_until > now()`,
    [keys],
  );
  if (locked && locked.seconds > 0) return locked.seconds;
  for (const [index, { free }] of COUNTS.entries()) {
    await database.query(
      `insert into peyvand_auth.sign_in_attempt as a (key, failures, last_at) values ($1, 1, now())
       on conflict (key) do update set
         failures = case when a.last_at < now() - interval '${FORGET}' then 1 else a.failures + 1 end,
         last_at = now(),
         locked_until = case
           when a.last_at < now() - interval '${FORGET}' or a.failures + 1 < $2 then null
           else now() + make_interval(secs => least($3::int * power(2, least(a.failures + 1 - $2, 20)), $4::int)) end`,
      [keys[index] ?? '', free, FIRST_LOCK_SECONDS, LONGEST_LOCK_SECONDS],
    );
  }
  return 0;
}

/** The password was right: this person from this place begins anew, and the try counts for nobody. */
export async function endAttempt(database: Database, attempt: Attempt): Promise<void> {
  const [both = '', ...others] = COUNTS.map(({ key }) => key(attempt));
  await database.query('delete from peyvand_auth.sign_in_attempt where key = $1', [both]);
  await database.query(
    'update peyvand_auth.sign_in_attempt set failures = greatest(failures - 1, 0), locked_until = null where key = any($1)',
    [others],
  );
}

/** An administrator gave the person a new password: no lock of theirs stays. */
export async function forgetAttempts(executor: Executor, email: string): Promise<void> {
  await executor.query(`delete from peyvand_auth.sign_in_attempt where key = $1 or split_part(key, E'\\n', 1) = $2`, [
    `email:${email}`,
    `both:${email}`,
  ]);
}
