// Lock-out: wrong passwords are counted per e-mail address and per client address, in the database, so that a restart or
// a second server process does not forget them.
import type { Database } from '../db/sql.ts';

/** Wrong passwords before the first lock; each one after it doubles the time, up to an hour. */
const FREE = { email: 5, address: 20 } as const;
const FIRST_LOCK_SECONDS = 30;
const LONGEST_LOCK_SECONDS = 3600;
/** Failures older than this no longer count. */
const FORGET = '1 day';

export interface Attempt {
  readonly email: string;
  /** The client's network address. */
  readonly address: string;
}

function keys(attempt: Attempt): { readonly email: string; readonly address: string } {
  return { email: `email:${attempt.email}`, address: `address:${attempt.address}` };
}

/** Seconds until the next try is allowed; 0 = now. */
export async function lockedFor(database: Database, attempt: Attempt): Promise<number> {
  const { email, address } = keys(attempt);
  const [row] = await database.query<{ seconds: number }>(
    `select coalesce(ceil(extract(epoch from max(locked_until) - now())), 0)::int as seconds
     from peyvand_auth.sign_in_attempt where key in ($1, $2) and locked_until > now()`,
    [email, address],
  );
  return row?.seconds ?? 0;
}

export async function countFailure(database: Database, attempt: Attempt): Promise<void> {
  const names = keys(attempt);
  for (const [key, free] of [
    [names.email, FREE.email],
    [names.address, FREE.address],
  ] as const) {
    await database.query(
      `insert into peyvand_auth.sign_in_attempt as a (key, failures, last_at) values ($1, 1, now())
       on conflict (key) do update set
         failures = case when a.last_at < now() - interval '${FORGET}' then 1 else a.failures + 1 end,
         last_at = now(),
         locked_until = case
           when a.last_at < now() - interval '${FORGET}' or a.failures + 1 < $2 then null
           else now() + make_interval(secs => least($3::int * power(2, least(a.failures + 1 - $2, 20)), $4::int)) end`,
      [key, free, FIRST_LOCK_SECONDS, LONGEST_LOCK_SECONDS],
    );
  }
}

export async function clearFailures(database: Database, attempt: Attempt): Promise<void> {
  await database.query('delete from peyvand_auth.sign_in_attempt where key = $1', [keys(attempt).email]);
}
