// The database as the stages see it: a pool or a transaction on one connection, prepared statements by text.
import type { ColumnValue } from '../sdk/index.ts';

export type Parameter = ColumnValue;

/** Rows of one statement; `count` is the command's row count. */
export interface Result<Row> extends ReadonlyArray<Row> {
  readonly count: number;
}

export interface Executor {
  /** Runs one statement, prepared and cached by its text. Values only as `$1 …`. */
  query<Row = Record<string, unknown>>(text: string, parameters?: readonly Parameter[]): Promise<Result<Row>>;
  /** Runs one or several statements without parameters by the simple protocol (DDL). */
  script(text: string): Promise<void>;
}

export interface Database extends Executor {
  /** One transaction on one connection; rolls back when `work` throws. Inside another: a savepoint. */
  transaction<T>(work: (executor: Executor) => Promise<T>): Promise<T>;
  /** One connection outside the pool's hands (advisory locks, CREATE INDEX CONCURRENTLY). */
  reserve<T>(work: (executor: Executor) => Promise<T>): Promise<T>;
  listen(channel: string, onPayload: (payload: string) => void): Promise<() => Promise<void>>;
  end(): Promise<void>;
}
