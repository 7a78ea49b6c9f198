// What the routes of signing in share.
import type { Database } from '../../../core/db/sql.ts';
import type { Organization } from '../../../core/organization.ts';
import type { PrincipalSource } from '../../../core/security/principals.ts';
import type { Mailer } from '../mail/mailer.ts';
import type { Happenings } from './happenings.ts';
import type { IdentityProvider } from './identity-provider.ts';
import type { SessionHost } from './sessions.ts';

export interface AuthHost {
  readonly database: Database;
  readonly organization: Organization;
  readonly principals: PrincipalSource;
  readonly sessions: SessionHost;
  /** Absent: no mail is configured. */
  readonly mailer: Mailer | undefined;
  /** Absent: people sign in with a password only. */
  readonly provider: IdentityProvider | undefined;
  readonly happenings: Happenings;
  /**
   * Where people reach this server (`https://crm.example.com`): PEYVAND_PUBLIC_URL, else the listening address. Never what
   * a request says of its host, or a stranger could send somebody a reset link that leads elsewhere.
   */
  readonly origin: string;
  /** Lets this process forget at once what it holds of the user; the others hear of it through the database. */
  forget(userId: string): void;
  /** What went wrong behind an answer that was given already. */
  onFault(fault: unknown): void;
}
