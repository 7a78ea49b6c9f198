// What core/db raises, and how other stages read the state of an error that Postgres raised.
import postgres from 'postgres';
import { PeyvandError, defineErrors } from '../sdk/index.ts';

export const fail = defineErrors({
  DATABASE_UNAVAILABLE: {
    message:
      'The database does not answer ({reason}). Nothing more is known about the last statement; try again shortly.',
    status: 503,
  },
  DATABASE_TIMEOUT: {
    message: 'The database did not finish within {limit} ms. Narrow the request (filter, fewer columns) and try again.',
    status: 503,
  },
  SCHEMA_CHANGED: {
    message:
      'A publish changed the tables while this request ran, and it met the new ones with the old model. Repeat it.',
    status: 503,
  },
  DATABASE_ENDED: { message: 'The connections to the database are closed: the server is stopping.', status: 503 },
  DATABASE_URL_INVALID: {
    message: 'The database address is not a URL such as postgres://user:password@host:5432/name ({reason}).',
    status: 500,
  },
  DATA_FOLDER_IN_USE: {
    message:
      'The data folder {folder} is in use by another Peyvand process (pid {pid}, since {since}). Stop that one, or choose another folder with PEYVAND_DATA.',
    status: 500,
  },
  DATA_FOLDER_MOVED: {
    message:
      'The data folder {folder} says that its database lies in {cluster}, which does not exist. Bring that folder back, or delete {pointer} to begin with an empty database.',
    status: 500,
  },
  DATA_FOLDER_VERSION: {
    message:
      'The database in {folder} was made by Postgres {found}; this version of Peyvand ships Postgres {shipped}. Export it with the version that made it, or set DATABASE_URL to a server of your own.',
    status: 500,
  },
  EMBEDDED_UNSUPPORTED: {
    message:
      'There is no shipped Postgres for {platform}. Set DATABASE_URL to a Postgres server (15 or later), or install with optional dependencies.',
    status: 500,
  },
  EMBEDDED_USER_MISSING: {
    message:
      'Postgres refuses to run as root, and the user "postgres" could not be made ({reason}). Create it (useradd --system postgres), start Peyvand as an ordinary user, or set DATABASE_URL.',
    status: 500,
  },
  EMBEDDED_START_FAILED: {
    message: 'The shipped Postgres did not start: {reason} (its log: {log}).',
    status: 500,
  },
});

/** What Postgres says about a refused statement. */
export interface DatabaseError {
  /** SQLSTATE: `23505`. */
  readonly code: string;
  readonly message: string;
  readonly detail: string | undefined;
  readonly table: string | undefined;
  readonly column: string | undefined;
  readonly constraint: string | undefined;
}

/** The SQLSTATE and what goes with it, when Postgres itself raised the error; undefined for everything else. */
export function databaseError(error: unknown): DatabaseError | undefined {
  const raised = error instanceof PeyvandError && error.code === 'SCHEMA_CHANGED' ? error.cause : error;
  if (!(raised instanceof postgres.PostgresError)) return undefined;
  return {
    code: raised.code,
    message: raised.message,
    detail: raised.detail,
    table: raised.table_name,
    column: raised.column_name,
    constraint: raised.constraint_name,
  };
}
