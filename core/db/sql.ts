// The database as the stages see it: a pool or a transaction on one connection, prepared statements by text.
import type { ColumnValue } from '../sdk/index.ts';

/** Text arrays for `any($1)` and `text[]`; bytes for bytea. JSON goes in as its text. */
export type Parameter = ColumnValue | readonly (string | null)[] | Uint8Array;

/**
 * Rows of one statement; `count` is the command's row count. Values arrive as text, except: integer and smallint as
 * number, boolean as boolean, bytea as Buffer, arrays as arrays of these. So bigint, numeric, dates, times and JSON keep
 * every digit, and a page of JSON passes through unparsed.
 */
export interface Result<Row> extends ReadonlyArray<Row> {
  readonly count: number;
}

/** `once`: prepared and cached by its text. `each-time`: planned for the values it is given. */
export type Planned = 'once' | 'each-time';

export interface Executor {
  /** Runs one statement. Values only as `$1 …`. Planned once where nothing is said. */
  query<Row = Record<string, unknown>>(
    text: string,
    parameters?: readonly Parameter[],
    planned?: Planned,
  ): Promise<Result<Row>>;
  /** Runs one or several statements without parameters by the simple protocol (DDL). */
  script(text: string): Promise<void>;
  /** One transaction on one connection; rolls back when `work` throws. On a transaction's own executor: a savepoint. */
  transaction<T>(work: (executor: Executor) => Promise<T>): Promise<T>;
}

export interface Database extends Executor {
  /** One connection of its own beside the pool, without a statement timeout (advisory locks, CREATE INDEX CONCURRENTLY). */
  reserve<T>(work: (executor: Executor) => Promise<T>): Promise<T>;
  /** `onReconnect` runs when the connection was lost and listens again: payloads in between were missed. */
  listen(channel: string, onPayload: (payload: string) => void, onReconnect?: () => void): Promise<() => Promise<void>>;
  /** Waits for running statements (at most five seconds), then closes every connection. */
  end(): Promise<void>;
}
