// How often saved views are asked for and how long their pages take: counted in memory, written down now and then, so that a
// page costs nothing more than a look into a map.
import { qualified } from '../db/identifier.ts';
import type { Database } from '../db/sql.ts';
import type { Engine } from '../engine.ts';
import type { Entity } from '../model/model.ts';

/** Of one view, since it was first counted. Times in milliseconds, from asking the database to its answer. */
export interface ViewUse {
  /** Document id: `account/views/active`. */
  readonly view: string;
  readonly runs: number;
  readonly mean: number;
  readonly longest: number;
  /** Instant in UTC. */
  readonly lastAt: string;
}

interface Counted {
  runs: number;
  total: number;
  longest: number;
}

/** What this process has counted and not written down, by database and `schema view`. */
const waiting = new WeakMap<Database, Map<string, Counted>>();

/** `view` as the request names it: an id within the entity, or a document's. */
export function noteViewUse({ database, schema, model }: Engine, entity: Entity, view: string, took: number): void {
  const id = model.views.has(view) ? view : `${entity.name}/views/${view}`;
  if (!model.views.has(id)) return;
  let counted = waiting.get(database);
  if (!counted) waiting.set(database, (counted = new Map()));
  const key = `${schema} ${id}`;
  const one = counted.get(key);
  if (one) {
    one.runs++;
    one.total += took;
    one.longest = Math.max(one.longest, took);
  } else counted.set(key, { runs: 1, total: took, longest: took });
}

/** Writes down what was counted since the last time. */
export async function writeViewUse({ database, schema }: Pick<Engine, 'database' | 'schema'>): Promise<void> {
  const counted = waiting.get(database);
  if (!counted) return;
  const rows: (readonly [string, number, number, number])[] = [];
  for (const [key, one] of counted) {
    if (!key.startsWith(`${schema} `)) continue;
    rows.push([key.slice(schema.length + 1), one.runs, one.total, one.longest]);
    counted.delete(key);
  }
  if (rows.length === 0) return;
  // In one order, so that two servers never wait for each other.
  rows.sort(([a], [b]) => (a < b ? -1 : 1));
  const table = qualified(schema, '_view_use');
  await database.query(
    `insert into ${table} as u (view, runs, total_ms, longest_ms, last_at)
     select r->>0, (r->>1)::bigint, (r->>2)::double precision, (r->>3)::double precision, now()
       from json_array_elements($1::text::json) r
     on conflict (view) do update set runs = u.runs + excluded.runs, total_ms = u.total_ms + excluded.total_ms,
       longest_ms = greatest(u.longest_ms, excluded.longest_ms), last_at = excluded.last_at`,
    [JSON.stringify(rows)],
  );
}

/** Every `interval` milliseconds; the function it returns ends that, after a last time. */
export function startViewUse(
  engine: () => Engine,
  onFailure: (error: unknown) => void,
  interval = 30_000,
): () => Promise<void> {
  const write = () => writeViewUse(engine()).catch(onFailure);
  const timer = setInterval(() => void write(), interval);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await write();
  };
}

/** Of views that were ever asked for, what this process has not written down included. */
export async function readViewUse(engine: Engine): Promise<readonly ViewUse[]> {
  await writeViewUse(engine);
  const rows = await engine.database.query<{
    view: string;
    runs: number;
    mean: number;
    longest: number;
    last: string;
  }>(
    `select view, runs::double precision as runs, total_ms / runs as mean, longest_ms as longest,
            to_char(last_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as last
       from ${qualified(engine.schema, '_view_use')}`,
  );
  return rows
    .filter(({ view }) => engine.model.views.has(view))
    .map(({ view, runs, mean, longest, last }) => ({ view, runs, mean, longest, lastAt: last }));
}

/** Begins anew: after an index was made or taken back, what was slow before says nothing any more. */
export async function forgetViewUse({ database, schema }: Engine, view: string): Promise<void> {
  waiting.get(database)?.delete(`${schema} ${view}`);
  await database.query(`delete from ${qualified(schema, '_view_use')} where view = $1`, [view]);
}
