// Runs a plan: all of it or nothing, while requests go on. Every finished step is noted in `_publish`, so that after a kill
// the next start takes back what was half done, or finishes what had already switched.
import { setTimeout as pause } from 'node:timers/promises';
import { databaseError } from '../db/errors.ts';
import { ident, qualified } from '../db/identifier.ts';
import type { Database, Executor } from '../db/sql.ts';
import { uuidv7 } from '../db/uuid.ts';
import { PeyvandError } from '../sdk/index.ts';
import { fail } from './errors.ts';
import type { Plan, Step } from './plan.ts';

export interface Publication {
  readonly schema: string;
  readonly plan: Plan;
  readonly modelVersion: string;
  readonly userId?: string | undefined;
  /** Runs inside the switch: what else becomes true with the new tables (the organization's layer). */
  readonly onSwitch?: (executor: Executor) => Promise<void>;
  /** Runs after the switch, before the old model's columns are put away: take the new model into use. */
  readonly afterSwitch?: () => void | Promise<void>;
  readonly onStep?: (step: Step, position: number) => void;
  /** Milliseconds that requests on the old model get to end before its columns are put away. Default 1,000. */
  readonly grace?: number;
  /** Milliseconds to go on asking for a lock that others hold. Default 120,000. */
  readonly patience?: number;
}

export interface Published {
  /** Row of `_publish`. */
  readonly id: string;
  /** True when the new model is in use but some step of tidying up has to be finished by the next start. */
  readonly unfinished: boolean;
}

/** No request waits longer than this behind a schema change that itself waits for a lock. */
const LOCK_TIMEOUT = 150;
const PATIENCE = 120_000;
/** Rows per batch and the milliseconds a batch may hold them. */
const BATCH = { first: 1_000, least: 200, most: 10_000, slow: 60, quick: 25 } as const;

interface Journal {
  readonly id: string;
  readonly schema: string;
  readonly steps: readonly Step[];
  readonly patience: number;
}

/** One publisher per organization at a time. `work` gets a connection of its own that holds the lock. */
export async function withPublishLock<T>(
  database: Database,
  schema: string,
  work: (executor: Executor) => Promise<T>,
): Promise<T> {
  return database.reserve(async (executor) => {
    // Asked for again and again rather than waited for: a waiting statement would keep the holder's concurrent index build
    // from ever ending.
    for (;;) {
      const [row] = await executor.query<{ held: boolean }>(
        `select pg_try_advisory_lock(hashtextextended('peyvand publish ' || $1, 0)) as held`,
        [schema],
      );
      if (row?.held) break;
      await pause(50 + Math.random() * 50);
    }
    // Autovacuum gives way to those who wait as long as this. Only a superuser may shorten it; others wait autovacuum out.
    await executor.script(`set deadlock_timeout = ${Math.floor(LOCK_TIMEOUT / 2)}`).catch(() => undefined);
    // The lock goes with the connection. One process builds, and writes out as it goes: others keep a core and their commits
    // find no mountain of unwritten pages before them.
    await executor.script(
      `set lock_timeout = ${LOCK_TIMEOUT}; set max_parallel_maintenance_workers = 0; set client_min_messages = error;
       set backend_flush_after = '256kB'`,
    );
    return work(executor);
  });
}

/** Applies the plan; on failure takes back what was done and throws. Call it with the executor of `withPublishLock`. */
export async function applyPlan(executor: Executor, publication: Publication): Promise<Published> {
  const { schema, plan } = publication;
  const journal: Journal = {
    id: uuidv7(),
    schema,
    steps: plan.steps,
    patience: publication.patience ?? PATIENCE,
  };
  await executor.query(
    `insert into ${qualified(schema, '_publish')} (id, user_id, model_version, state, plan) values ($1, $2, $3, 'running', $4)`,
    [journal.id, publication.userId ?? null, publication.modelVersion, JSON.stringify(plan)],
  );
  const expand = plan.steps.findLastIndex((step) => step.phase === 'expand') + 1;
  const contract = plan.steps.findIndex((step) => step.phase === 'contract');
  const end = contract < 0 ? plan.steps.length : contract;
  let position = 0;
  try {
    while (position < expand) {
      const group = freshGroup(plan.steps, position, expand);
      for (const [offset, step] of group.entries()) publication.onStep?.(step, position + offset);
      await runExpand(executor, journal, group, position);
      position += group.length;
    }
    const switching = plan.steps.slice(expand, end);
    for (const [offset, step] of switching.entries()) publication.onStep?.(step, expand + offset);
    position = expand;
    await withLocks(executor, journal, switching[0]?.table, (transaction) =>
      runSwitch(transaction, publication, journal, switching, end),
    );
  } catch (error) {
    throw await takeBack(executor, journal, position, error);
  }
  await publication.afterSwitch?.();
  if (end === plan.steps.length) {
    await finish(executor, journal);
    return { id: journal.id, unfinished: false };
  }
  await pause(publication.grace ?? 1_000);
  try {
    for (const [offset, step] of plan.steps.slice(end).entries()) publication.onStep?.(step, end + offset);
    await runContract(executor, journal, end);
    return { id: journal.id, unfinished: false };
  } catch {
    // The new model is in use and complete; the next start or publish finishes the tidying up.
    return { id: journal.id, unfinished: true };
  }
}

/** Ends what a killed process began: undoes a publish that had not switched, finishes one that had. */
export async function recoverPublishes(executor: Executor, schema: string): Promise<readonly string[]> {
  const rows = await executor.query<{ id: string; state: string; done: number; begun: number; plan: string }>(
    `select id, state, done, begun, plan from ${qualified(schema, '_publish')} where state in ('running', 'switched') order by at`,
  );
  for (const row of rows) {
    const { steps } = JSON.parse(row.plan) as Plan;
    const journal: Journal = { id: row.id, schema, steps, patience: PATIENCE };
    if (row.state === 'switched') await runContract(executor, journal, row.done);
    else await undo(executor, journal, 'the server was stopped in the middle');
  }
  return rows.map(({ state }) =>
    state === 'switched'
      ? 'finished a publish that was interrupted after its switch'
      : 'took back a publish that was interrupted',
  );
}

async function runSwitch(
  transaction: Executor,
  publication: Publication,
  journal: Journal,
  steps: readonly Step[],
  done: number,
): Promise<void> {
  for (const step of steps) for (const statement of step.sql) await transaction.script(statement);
  await publication.onSwitch?.(transaction);
  await transaction.query(
    `update ${qualified(journal.schema, '_publish')} set state = 'switched', done = $2 where id = $1`,
    [journal.id, done],
  );
}

/** Steps on tables that this plan makes share a transaction: nobody can wait for them. */
function freshGroup(steps: readonly Step[], from: number, to: number): readonly Step[] {
  let end = from;
  while (end < to && steps[end]?.fresh && steps[end]?.run === 'transaction') end += 1;
  return steps.slice(from, Math.max(end, from + 1));
}

async function runExpand(
  executor: Executor,
  journal: Journal,
  group: readonly Step[],
  position: number,
): Promise<void> {
  const [step] = group;
  if (!step) return;
  try {
    if (step.run === 'transaction') {
      await withLocks(executor, journal, step.table, async (transaction) => {
        for (const { sql } of group) for (const statement of sql) await transaction.script(statement);
        await noteDone(transaction, journal, position + group.length);
      });
      return;
    }
    await note(executor, journal, 'begun', position);
    if (step.run === 'alone') await runAlone(executor, step.sql);
    else {
      // A batch lets go of its rows without waiting for the disk; noting the step as done makes all of them durable.
      await executor.script('set synchronous_commit = off');
      try {
        await runBatches(executor, journal, step, position);
      } finally {
        await executor.script('set synchronous_commit = on').catch(() => undefined);
      }
    }
    await noteDone(executor, journal, position + 1);
  } catch (error) {
    throw await explain(executor, journal, step, position, error);
  }
}

async function runAlone(executor: Executor, statements: readonly string[]): Promise<void> {
  // Concurrent builds wait for old transactions under a lock that holds up no reader and no writer.
  await executor.script('set lock_timeout = 0');
  try {
    for (const statement of statements) await executor.script(statement);
  } finally {
    await executor.script(`set lock_timeout = ${LOCK_TIMEOUT}`).catch(() => undefined);
  }
}

/** Walks the table along its key; each batch commits, and makes room for others before the next. */
async function runBatches(executor: Executor, journal: Journal, step: Step, position: number): Promise<void> {
  const { key = '', table, sql } = step;
  const [statement = ''] = sql;
  const column = ident(key);
  const next = `select key::text from (select ${column} as key from ${qualified(journal.schema, table)}
    where ($1::uuid is null or ${column} > $1) order by ${column} limit $2) page order by key desc limit 1`;
  const update = step.record
    ? `with touched as (${statement} returning ${column}::text as key)
       insert into ${qualified(journal.schema, '_publish_touched')} (publish, step, key) select $3, $4, key from touched`
    : statement;
  let size: number = BATCH.first;
  let after: string | null = null;
  for (;;) {
    const [page]: readonly { readonly key: string }[] = await executor.query<{ key: string }>(next, [after, size]);
    if (!page) return;
    const began = performance.now();
    try {
      await executor.query(update, step.record ? [after, page.key, journal.id, position] : [after, page.key]);
    } catch (error) {
      if (!isBusy(error)) throw error;
      // Somebody holds one of these rows.
      size = Math.max(BATCH.least, Math.floor(size / 4));
      await pause(50);
      continue;
    }
    const took = performance.now() - began;
    after = page.key;
    if (took > BATCH.slow) size = Math.max(BATCH.least, Math.floor(size / 2));
    else if (took < BATCH.quick) size = Math.min(BATCH.most, size * 2);
    await pause(took);
  }
}

async function runContract(executor: Executor, journal: Journal, from: number): Promise<void> {
  for (let position = from; position < journal.steps.length; position += 1) {
    const step = journal.steps[position];
    if (!step) break;
    if (step.run === 'alone') {
      await runAlone(executor, step.sql);
      await noteDone(executor, journal, position + 1);
      continue;
    }
    await withLocks(executor, journal, step.table, async (transaction) => {
      for (const statement of step.sql) await transaction.script(statement);
      await noteDone(transaction, journal, position + 1);
    });
  }
  await finish(executor, journal);
}

async function finish(executor: Executor, journal: Journal): Promise<void> {
  await close(executor, journal, 'done', null);
}

async function close(executor: Executor, journal: Journal, state: string, reason: string | null): Promise<void> {
  await executor.transaction(async (transaction) => {
    await transaction.query(`delete from ${qualified(journal.schema, '_publish_touched')} where publish = $1`, [
      journal.id,
    ]);
    await transaction.query(
      `update ${qualified(journal.schema, '_publish')} set state = $2, reason = $3, finished_at = now() where id = $1`,
      [journal.id, state, reason],
    );
  });
}

/** A transaction that asks for its locks briefly and often, so that nobody queues behind it. */
async function withLocks(
  executor: Executor,
  journal: Journal,
  table: string | undefined,
  work: (transaction: Executor) => Promise<void>,
): Promise<void> {
  const began = performance.now();
  for (;;) {
    try {
      await executor.transaction(work);
      return;
    } catch (error) {
      if (!isBusy(error)) throw error;
      if (performance.now() - began > journal.patience) {
        throw fail(
          'LOCK_BUSY',
          {
            table: table ?? journal.schema,
            seconds: Math.round(journal.patience / 1000),
            holder: await holderOf(executor, journal.schema, table),
          },
          { cause: error },
        );
      }
      await pause(100 + Math.random() * 200);
    }
  }
}

/** Lock not given in time, or a deadlock of which we were the victim. */
function isBusy(error: unknown): boolean {
  const code = databaseError(error)?.code;
  return code === '55P03' || code === '40P01';
}

async function holderOf(executor: Executor, schema: string, table: string | undefined): Promise<string> {
  const [holder] = await executor.query<{ pid: number; seconds: number; application: string }>(
    `select a.pid, extract(epoch from now() - a.xact_start)::integer as seconds, a.application_name as application
       from pg_locks l join pg_class c on c.oid = l.relation join pg_namespace n on n.oid = c.relnamespace
       join pg_stat_activity a on a.pid = l.pid
      where n.nspname = $1 and c.relname = $2 and l.granted and a.pid <> pg_backend_pid()
      order by a.xact_start limit 1`,
    [schema, table ?? ''],
  );
  if (!holder) return 'many short transactions';
  return `a transaction of ${holder.application || 'another program'} (pid ${holder.pid}) has run for ${holder.seconds} s`;
}

async function noteDone(executor: Executor, journal: Journal, count: number): Promise<void> {
  await note(executor, journal, 'done', count);
}

async function note(executor: Executor, journal: Journal, column: 'done' | 'begun', value: number): Promise<void> {
  await executor.query(`update ${qualified(journal.schema, '_publish')} set ${ident(column)} = $2 where id = $1`, [
    journal.id,
    value,
  ]);
}

/** Takes back and says so; where even that is impossible (connection lost) the next start does it. */
async function takeBack(executor: Executor, journal: Journal, position: number, error: unknown): Promise<unknown> {
  const told =
    error instanceof PeyvandError ? error : await explain(executor, journal, journal.steps[position], position, error);
  try {
    await undo(executor, journal, told instanceof Error ? told.message : String(told));
  } catch {
    return told;
  }
  return told;
}

async function undo(executor: Executor, journal: Journal, reason: string): Promise<void> {
  const [row] = await executor.query<{ state: string; done: number; begun: number }>(
    `select state, done, begun from ${qualified(journal.schema, '_publish')} where id = $1`,
    [journal.id],
  );
  // The switch may have been committed although its answer was lost.
  if (row?.state !== 'running') return;
  // A step that is not one transaction may have been begun without being done; its undo works for every part of it.
  for (let position = Math.max(row.done - 1, row.begun); position >= 0; position -= 1) {
    const step = journal.steps[position];
    if (!step) continue;
    if (step.run === 'alone') await runAlone(executor, step.undo);
    else if (step.run === 'batches') {
      for (const statement of step.undo) {
        if (statement.includes('$1')) await executor.query(statement, [journal.id, position]);
        else await withLocks(executor, journal, step.table, (transaction) => transaction.script(statement));
      }
    } else if (position < row.done && step.undo.length > 0) {
      await withLocks(executor, journal, step.table, async (transaction) => {
        for (const statement of step.undo) await transaction.script(statement);
        await noteDone(transaction, journal, position);
      });
      continue;
    }
    await executor.query(
      `update ${qualified(journal.schema, '_publish')} set done = least(done, $2), begun = -1 where id = $1`,
      [journal.id, position],
    );
  }
  await close(executor, journal, 'undone', reason);
}

/** Turns what Postgres says about a step into what an administrator can do about it. */
async function explain(
  executor: Executor,
  journal: Journal,
  step: Step | undefined,
  position: number,
  error: unknown,
): Promise<unknown> {
  const raised = databaseError(error);
  if (!raised || !step) return error;
  const { table } = step;
  if (raised.code === '23514' && raised.constraint?.endsWith('_required')) {
    const field =
      /\(\(?"?([^")\s]+)"? is not null/i.exec(step.sql.join(' '))?.[1] ?? columnOf(raised.constraint, table);
    const [row] = await executor
      .query<{ count: number }>(
        `select count(*)::integer as count from ${qualified(journal.schema, table)} where ${ident(field)} is null`,
      )
      .catch(() => []);
    return fail(
      'REQUIRED_WITHOUT_VALUE',
      { field: field.replace(/^_new_/, ''), table, count: row?.count ?? 'some' },
      { cause: error },
    );
  }
  if (raised.code === '23505') {
    const [, columns = '?', values = '?'] = /\((.+)\)=\((.+)\)/.exec(raised.detail ?? '') ?? [];
    return fail('KEY_NOT_UNIQUE', { table, columns, example: values }, { cause: error });
  }
  const reason = [raised.message, raised.detail].filter(Boolean).join(': ');
  return fail('STEP_FAILED', { number: position + 1, summary: step.summary, reason }, { cause: error });
}

function columnOf(constraint: string, table: string): string {
  return constraint.slice(table.length + 1, -'_required'.length);
}
