// Forgets what of signing in has ended: expired sessions, links and pending sign-ins, tries that no longer count. At the
// start and every hour, never in a request.
import type { Database } from '../../db/sql.ts';

const HOUR = 3_600_000;

const ENDED = [
  `delete from peyvand_auth.session where "expiresAt" < now()`,
  `delete from peyvand_auth.verification where "expiresAt" < now()`,
  'delete from peyvand_auth.password_link where expires_at < now()',
  `delete from peyvand_auth.used_code where used_at < now() - interval '5 minutes'`,
  `delete from peyvand_auth.sign_in_attempt
   where last_at < now() - interval '1 day' and (locked_until is null or locked_until < now())`,
] as const;

export async function sweepSignIn(database: Database): Promise<void> {
  for (const statement of ENDED) await database.query(statement);
}

/** Does it now and every hour; returns what ends it. */
export function startSweeping(database: Database, onFailure: (fault: unknown) => void): () => Promise<void> {
  let running: Promise<void> | undefined;
  const begin = (): void => {
    running ??= sweepSignIn(database)
      .catch(onFailure)
      .finally(() => (running = undefined));
  };
  const clock = setInterval(begin, HOUR);
  clock.unref();
  begin();
  return async () => {
    clearInterval(clock);
    await running;
  };
}
