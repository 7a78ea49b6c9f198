// What has been written in the organization, by whichever server process, as batches: a look at the outbox a few times a second
// while somebody watches, none else. Writes send no notice for it: that would make every commit wait for one lock.
import type { Engine } from '../engine.ts';
import type { Parameter } from '../db/sql.ts';
import { qualified } from '../db/identifier.ts';
import { isFresh, readMoment, type Use } from './moment.ts';
import type { Moment } from './token.ts';

export interface Written {
  readonly entity: string;
  readonly record: string;
  readonly message: string;
  /** Row version, where the message has one. */
  readonly version: string | null;
}

export interface Batch {
  /** What is written came after this … */
  readonly since: Moment;
  /** … and by then. */
  readonly until: Moment;
  /** Undefined: more than anybody should be told one by one. */
  readonly written: readonly Written[] | undefined;
}

export interface Watch {
  /** Called with each batch that is not empty. Returns what ends it. */
  add(listener: (batch: Batch) => void): () => void;
  /** The moment of the last look, once there was one: what listeners were told reaches to here. */
  moment(): Promise<Moment>;
  stop(): void;
}

/** Writes of one batch; more are said to be many. */
export const MOST_WRITTEN = 2000;

export interface WatchOptions {
  engine(): Engine;
  /** Milliseconds between two looks. Default 400. */
  readonly interval?: number;
  onFailure?(error: unknown): void;
}

export function startWatch({ engine, interval = 400, onFailure }: WatchOptions): Watch {
  const listeners = new Set<(batch: Batch) => void>();
  let last: Moment | undefined;
  let clock: NodeJS.Timeout | undefined;
  let stopped = false;
  let waiting: ((moment: Moment) => void)[] = [];

  const look = async (): Promise<void> => {
    clock = undefined;
    try {
      if (last === undefined) {
        const now = (last = await readMoment(engine().database));
        for (const resolve of waiting) resolve(now);
        waiting = [];
      } else {
        const batch = await writtenSince(engine(), last);
        last = batch.until;
        if (batch.written?.length !== 0) for (const listener of listeners) listener(batch);
      }
    } catch (error) {
      // The database is away; the next look begins where this one did.
      onFailure?.(error);
    }
    if (listeners.size > 0 && !stopped) clock = setTimeout(() => void look(), interval).unref();
    else last = undefined;
  };
  return {
    add(listener) {
      listeners.add(listener);
      if (listeners.size === 1 && clock === undefined) clock = setTimeout(() => void look(), 0).unref();
      return () => listeners.delete(listener);
    },
    moment: () => (last ? Promise.resolve(last) : new Promise((resolve) => waiting.push(resolve))),
    stop() {
      stopped = true;
      clearTimeout(clock);
      listeners.clear();
    },
  };
}

/** Everything committed since, in one statement, so that the moment it ends at is the one it was read at. */
export async function writtenSince({ database, schema }: Engine, since: Moment): Promise<Batch> {
  const values: Parameter[] = [];
  const use: Use = (type, value) => `$${values.push(value)}::${type}`;
  const fresh = `select o."id", o."entity", o."record", o."message", o."version"::text as version from ${qualified(schema, '_outbox')} o where ${isFresh(since, use)} order by o."id" limit ${MOST_WRITTEN + 1}`;
  const [row] = await database.query<Moment & { written: string }>(
    `select pg_current_snapshot()::text as snapshot, to_json(clock_timestamp())#>>'{}' as at, coalesce((select json_agg(json_build_object('entity', f."entity", 'record', f."record", 'message', f."message", 'version', f.version) order by f."id") from (${fresh}) f), '[]')::text as written`,
    values,
  );
  if (!row) throw new TypeError('there is always a moment');
  const written = JSON.parse(row.written) as readonly Written[];
  const until: Moment = { snapshot: row.snapshot, at: row.at };
  return { since, until, written: written.length > MOST_WRITTEN ? undefined : written };
}
