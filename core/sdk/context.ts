// What every piece of a plugin's server half is given when it runs: who asks, in which words and calendar, rows, settings and
// the one door to the world outside.
import type { NamedRow, Records } from './records.ts';

export interface PluginContext {
  /** The acting user's id. */
  readonly userId: string;
  /** Of the acting user: IANA zone, BCP 47 language, calendar. */
  readonly timeZone: string;
  readonly language: string;
  readonly calendar: 'gregory' | 'persian';
  /** This moment, UTC (`2026-11-22T10:00:00.000Z`). Use it instead of the clock, so that tests can travel in time. */
  readonly now: string;
  /** What the administrator set, by the schema in plugin.json; its defaults where nothing was set. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Inside the same transaction, as the caller: what the caller may not do is refused. */
  readonly records: Records;
  /** Inside the same transaction, with the rights that plugin.json declares: for ledgers, numbers and totals. */
  readonly system: Records;
  /** Another function or action, in the same transaction, as the caller. Answers what it returns. */
  invoke(operation: string, parameters?: Readonly<Record<string, unknown>>, target?: NamedRow): Promise<unknown>;
  /** To hosts that plugin.json declares, nowhere else. Best after the commit: a transaction should not wait for others. */
  fetch(url: string, init?: FetchOptions): Promise<Fetched>;
  /** A secret that plugin.json declares; undefined where nobody set it. */
  secret(name: string): Promise<string | undefined>;
}

export interface FetchOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Fetched {
  readonly status: number;
  readonly ok: boolean;
  readonly headers: Readonly<Record<string, string>>;
  /** Whole, as text. */
  readonly body: string;
}
