// Tries what might help a view on the table itself: each proposed index is built while people work, the view is measured
// again, and the best one stays if it is worth its keep. It is nobody's but this room's: publishing leaves it alone, and one
// word takes it back.
import { qualified } from '../db/identifier.ts';
import type { Database, Executor } from '../db/sql.ts';
import type { Call, Engine } from '../engine.ts';
import { enqueueJob } from '../jobs/store.ts';
import type { JobKind, JobRun } from '../jobs/job.ts';
import type { JsonObject } from '../sdk/index.ts';
import { withPublishLock } from '../schema/apply.ts';
import { indexSql } from '../schema/index-sql.ts';
import { introspect } from '../schema/introspect.ts';
import type { IndexKey, TableIndex } from '../schema/tables.ts';
import { requireRight } from '../security/access.ts';
import { fail } from './errors.ts';
import { proposeIndexes, type ProposedIndex } from './propose.ts';
import { compileView, measureView, type ViewPlan } from './view-plan.ts';
import { forgetViewUse, readViewUse, type ViewUse } from './view-use.ts';

/** How many times faster a view has to be for an index to stay. */
const WORTH = 1.3;

/** An index that was made for a view. Times in milliseconds. */
export interface ViewIndex {
  readonly name: string;
  readonly view: string;
  readonly entity: string;
  readonly keys: readonly IndexKey[];
  readonly before: number;
  readonly after: number;
  readonly madeAt: string;
}

export interface ViewAdvice extends ViewPlan {
  readonly view: string;
  readonly entity: string;
  readonly proposals: readonly ProposedIndex[];
}

/** Throws RIGHT_MISSING (403) unless the caller may customize. */
function requireCustomizer({ principal, engine }: Call): void {
  requireRight(principal, engine.model, 'customize');
}

/** What each view costs people, the longest first, and what was made for it. */
export async function listViewUse(
  call: Call,
): Promise<{ readonly views: readonly ViewUse[]; readonly indexes: readonly ViewIndex[] }> {
  requireCustomizer(call);
  const views = await readViewUse(call.engine);
  return { views: views.toSorted((a, b) => b.mean - a.mean), indexes: await readIndexes(call.engine) };
}

/** What a view costs now, and what may be tried. */
export async function adviseView(call: Call, view: string): Promise<ViewAdvice> {
  requireCustomizer(call);
  const compiled = compileView(call, view);
  const { entity, tree } = compiled;
  return call.engine.database.reserve(async (executor) => {
    const existing = await indexesOf(executor, call.engine, entity.name);
    const plan = await measureView(call, executor, compiled);
    return { view, entity: entity.name, ...plan, proposals: proposeIndexes(entity, tree, existing) };
  });
}

/** Begins the job that tries what is proposed; answers its id. */
export async function tryViewIndexes(call: Call, view: string): Promise<string> {
  requireCustomizer(call);
  const { entity } = compileView(call, view);
  return enqueueJob(call, { kind: KIND, entity: entity.name, parameters: { view } });
}

/** Takes back what was made for a view, while people work. */
export async function dropViewIndex(call: Call, name: string): Promise<void> {
  requireCustomizer(call);
  const { engine } = call;
  const table = qualified(engine.schema, '_view_index');
  const [found] = await engine.database.query<{ view: string }>(`select view from ${table} where name = $1`, [name]);
  if (!found) throw fail('VIEW_INDEX_NOT_FOUND', { name: name.slice(0, 100) });
  await building(engine, (executor) => drop(executor, engine.schema, name));
  await engine.database.query(`delete from ${table} where name = $1`, [name]);
  await forgetViewUse(engine, found.view);
}

const KIND = 'view-index';

export const viewIndexJob: JobKind = { name: KIND, run: tryIndexes };

interface Tried {
  readonly name: string;
  readonly keys: readonly IndexKey[];
  readonly after: number;
}

async function tryIndexes(run: JobRun): Promise<JsonObject> {
  const view = String(run.job.parameters['view'] ?? '');
  const call = await run.call();
  requireCustomizer(call);
  const { engine } = call;
  const compiled = compileView(call, view);
  const { entity, tree } = compiled;
  const table = qualified(engine.schema, '_view_index');
  const outcome = await building(engine, async (executor) => {
    // A server that died while it built has left something behind.
    const left = await executor.query<{ name: string }>(`select name from ${table} where after_ms is null`);
    for (const { name } of left) {
      await drop(executor, engine.schema, name);
      await executor.query(`delete from ${table} where name = $1`, [name]);
    }
    const proposals = proposeIndexes(entity, tree, await indexesOf(executor, engine, entity.name));
    if (proposals.length === 0) throw fail('VIEW_NOTHING_TO_TRY', { view });
    const before = await measureView(call, executor, compiled);
    await run.note(call, { total: proposals.length });
    const { trigramSchema } = await introspect(executor, engine.schema);
    const tried: Tried[] = [];
    for (const { name, keys } of proposals) {
      await run.call();
      await executor.query(
        `insert into ${table} (name, view, entity, keys, before_ms, made_by) values ($1, $2, $3, $4::text::jsonb, $5, $6)`,
        [name, view, entity.name, JSON.stringify(keys), before.took, call.principal.userId],
      );
      await drop(executor, engine.schema, name);
      const place = { schema: engine.schema, trigramSchema };
      await executor.script(indexSql(place, entity.name, { name, unique: false, keys }, true));
      await executor.script(`analyze ${qualified(engine.schema, entity.name)}`);
      const { took: after, index } = await measureView(call, executor, compiled);
      // One that the plan does not read helps nobody, whatever the clock says.
      tried.push({ name, keys, after: index === name ? after : Math.max(after, before.took) });
      await run.note(call, { done: 1 });
    }
    const best = tried.toSorted((a, b) => a.after - b.after)[0];
    const kept = best && before.took / best.after >= WORTH ? best : undefined;
    for (const { name, after } of tried) {
      if (name === kept?.name) {
        await executor.query(`update ${table} set after_ms = $2 where name = $1`, [name, after]);
        continue;
      }
      await drop(executor, engine.schema, name);
      await executor.query(`delete from ${table} where name = $1`, [name]);
    }
    return { before: before.took, tried, kept: kept?.name ?? null };
  });
  if (outcome.kept !== null) await forgetViewUse(engine, view);
  return {
    view,
    ...outcome,
    tried: outcome.tried.map(({ name, keys, after }) => ({ name, after, keys: keys.map((one) => ({ ...one })) })),
  };
}

/** On a connection of its own, while nobody publishes: a publish must not find an index half built. */
function building<T>(
  { database, schema }: { database: Database; schema: string },
  work: (executor: Executor) => Promise<T>,
): Promise<T> {
  return withPublishLock(database, schema, async (executor) => {
    // Concurrent building waits for those who write, and they do not wait for it.
    await executor.script('set lock_timeout = 0; set max_parallel_maintenance_workers = 1');
    return work(executor);
  });
}

async function drop(executor: Executor, schema: string, name: string): Promise<void> {
  await executor.script(`drop index concurrently if exists ${qualified(schema, name)}`);
}

async function indexesOf(executor: Executor, { schema }: Engine, entity: string): Promise<readonly TableIndex[]> {
  const { tables } = await introspect(executor, schema);
  return tables.get(entity)?.indexes ?? [];
}

async function readIndexes({ database, schema }: Engine): Promise<readonly ViewIndex[]> {
  const rows = await database.query<{
    name: string;
    view: string;
    entity: string;
    keys: string;
    before: number;
    after: number;
    made: string;
  }>(
    `select name, view, entity, keys::text as keys, before_ms as before, after_ms as after,
            to_char(made_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as made
       from ${qualified(schema, '_view_index')} where after_ms is not null order by made_at`,
  );
  return rows.map(({ keys, made, ...row }) => ({
    ...row,
    keys: JSON.parse(keys) as readonly IndexKey[],
    madeAt: made,
  }));
}
