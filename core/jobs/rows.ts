// The rows of a job: which were meant, noted before the first is touched, and what became of each. A batch of them is written in
// one transaction together with what became of it, so that each is done once, whatever stops in between.
import { ident, literal, qualified } from '../db/identifier.ts';
import type { Executor } from '../db/sql.ts';
import type { Call } from '../engine.ts';
import type { Entity } from '../model/model.ts';
import type { Compiled } from '../query/compile.ts';
import type { Literal } from '../query/literal.ts';
import { runPlan } from '../query/plan.ts';
import { columnOf, factsOf } from '../records/entity-facts.ts';
import { transact } from '../records/transact.ts';
import { PeyvandError } from '../sdk/index.ts';
import { fail } from './errors.ts';
import type { JobRun } from './job.ts';

/** Savepoints of one transaction: Postgres keeps 64 of them cheaply. */
const BATCH = 50;

/** A row to treat. */
export interface JobRowInput {
  readonly n: string;
  /** Id of the row; null for one that is to be made. */
  readonly record: string | null;
  /** Its version when it was noted. */
  readonly version: string | null;
  /** What the kind put there, as JSON text. */
  readonly input: string | null;
}

/** What was done to the row: kept with its former values where it can be taken back. */
export type RowAct = 'create' | 'update' | 'delete';

export interface RowOutcome {
  readonly act: RowAct;
  /** Id of the row that was made. */
  readonly record?: string;
  /** Something to tell although it was done: as for a failure, the row counts as one. */
  readonly trouble?: PeyvandError;
}

export type WriteRow = (call: Call, row: JobRowInput) => Promise<RowOutcome | undefined>;

export interface RowsWork {
  readonly entity: Entity;
  /** Treats one row inside the batch's transaction; a PeyvandError that it throws is that row's, and the rest goes on. */
  readonly write: WriteRow;
  /** Keep what the rows were. */
  readonly undo: boolean;
}

/**
 * Notes the rows that a job means, all at one moment: those of a compiled `compileKeys`, run with its constants. Answers how many.
 * What was noted by an attempt that died is noted anew.
 */
export async function noteRows(call: Call, job: string, keys: Compiled, literals: readonly Literal[]): Promise<number> {
  const { schema } = call.engine;
  const rows = qualified(schema, '_job_row');
  await (call.executor ?? call.engine.database).query(`delete from ${rows} where job = $1::uuid`, [job]);
  const noted = await runPlan(
    call,
    {
      text: `insert into ${rows} (job, n, record, version) select $${keys.bindings.length + 1}::uuid, row_number() over (order by q.id), q.id, q.version from (${keys.text}) q`,
      bindings: [...keys.bindings, () => job],
    },
    { literals },
  );
  return noted.count;
}

/** The same for rows named one by one. */
export async function noteIds(call: Call, job: string, ids: readonly string[]): Promise<number> {
  const { schema, database } = call.engine;
  const noted = await (call.executor ?? database).query(
    `insert into ${qualified(schema, '_job_row')} (job, n, record) select $1::uuid, min(i.n), i.id
       from unnest($2::text[]::uuid[]) with ordinality i(id, n) group by i.id`,
    [job, ids],
  );
  return noted.count;
}

/** The rows that an earlier job changed, to be taken back, the last first; not those that are back already. */
export async function noteDone(call: Call, job: string, earlier: string): Promise<number> {
  const { schema, database } = call.engine;
  const rows = qualified(schema, '_job_row');
  const noted = await (call.executor ?? database).query(
    `insert into ${rows} (job, n, record, input) select $1::uuid, row_number() over (order by r.n desc), r.record,
       jsonb_build_object('act', r.act, 'at', to_char(r.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), 'undo', r.undo)
     from ${rows} r where r.job = $2::uuid and r.act is not null and not exists (
       select from ${qualified(schema, '_job')} j join ${rows} u on u.job = j.id
         where j.undoes = $2::uuid and u.record = r.record and u.state = 'done')`,
    [job, earlier],
  );
  return noted.count;
}

/** How many rows are noted. */
export async function countNoted(call: Call, job: string): Promise<number> {
  const { schema, database } = call.engine;
  const [row] = await database.query<{ n: number }>(
    `select count(*)::integer as n from ${qualified(schema, '_job_row')} where job = $1::uuid`,
    [job],
  );
  return row?.n ?? 0;
}

/** Treats the rows that wait, to the last. `entity` and `write` are asked for each batch: the model may change on the way. */
export async function workRows(run: JobRun, work: (call: Call) => RowsWork): Promise<void> {
  let careful = 0;
  for (;;) {
    const call = await run.call();
    const size = careful > 0 ? 1 : BATCH;
    let treated: number;
    try {
      treated = await batch(run, call, work(call), size);
    } catch (error) {
      if (error instanceof PeyvandError && error.status === 503) throw error;
      if (!isOfRows(error)) throw error;
      // Something in the batch spoils its transaction: one row at a time, until it is past.
      if (size > 1) {
        careful = BATCH;
        continue;
      }
      treated = await giveUp(run, call, error);
    }
    if (treated === 0) return;
    careful = Math.max(0, careful - 1);
  }
}

class RowFault extends Error {}

function isOfRows(error: unknown): boolean {
  return error instanceof RowFault || (error instanceof PeyvandError && error.code === 'WRITE_CONFLICT');
}

interface Outcome {
  readonly n: string;
  readonly state: 'done' | 'failed';
  readonly code?: string;
  readonly message?: string;
  readonly act?: RowAct;
  readonly record?: string | null;
  readonly at?: string | undefined;
  /** The row as it was, as JSON text. */
  readonly before?: string | undefined;
}

/** How many rows were treated. */
async function batch(run: JobRun, call: Call, work: RowsWork, size: number): Promise<number> {
  return transact(call, work.entity, async (inside) => {
    const { executor } = inside;
    if (!executor) throw new TypeError('a batch runs in a transaction');
    const { schema } = call.engine;
    const rows = await executor.query<JobRowInput>(
      `select n, record, version, input from ${qualified(schema, '_job_row')} where job = $1::uuid and state = 'waiting'
        order by n limit $2::integer for update skip locked`,
      [run.job.id, size],
    );
    if (rows.length === 0) return 0;
    const before = work.undo ? await snapshot(executor, schema, work.entity, rows) : new Map<string, Before>();
    const outcomes: Outcome[] = [];
    for (const row of rows) outcomes.push(await treat(run, inside, work, row, before.get(row.record ?? '')));
    await settle(executor, schema, run.job.id, work, outcomes);
    const errors = outcomes.filter(({ code }) => code !== undefined).length;
    await run.note(inside, { done: rows.length, errors });
    return rows.length;
  });
}

interface Before {
  readonly row: string;
  readonly at: string;
}

/** The rows as they are, locked, and the instant: later than whatever was done to them before, sooner than what comes. */
async function snapshot(
  executor: Executor,
  schema: string,
  entity: Entity,
  rows: readonly JobRowInput[],
): Promise<ReadonlyMap<string, Before>> {
  const key = ident(columnOf(entity.key).name);
  const found = await executor.query<{ id: string; row: string }>(
    `select t.${key} as id, to_jsonb(t) as row from ${qualified(schema, entity.name)} t
      where t.${key} = any($1::text[]::uuid[]) order by t.${key} for no key update`,
    [rows.flatMap(({ record }) => record ?? [])],
  );
  const [now] = await executor.query<{ at: string }>(
    `select to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at`,
  );
  return new Map(found.map(({ id, row }) => [id, { row, at: now?.at ?? '' }]));
}

async function treat(
  run: JobRun,
  inside: Call,
  work: RowsWork,
  row: JobRowInput,
  before: Before | undefined,
): Promise<Outcome> {
  const { executor } = inside;
  try {
    const done = await (executor ?? inside.engine.database).transaction((point) =>
      work.write({ ...inside, executor: point }, row),
    );
    return {
      n: row.n,
      state: done?.trouble ? 'failed' : 'done',
      ...(done?.trouble && told(done.trouble)),
      ...(done && work.undo && { act: done.act, at: before?.at, before: before?.row }),
      record: done?.record ?? row.record,
    };
  } catch (error) {
    if (error instanceof PeyvandError) {
      if (error.status >= 500) throw error;
      return { n: row.n, state: 'failed', record: row.record, ...told(error) };
    }
    // A deadlock or the like: the whole transaction begins anew, which transact does.
    if (typeof error === 'object' && error !== null && 'code' in error) throw error;
    run.fault(error);
    throw new RowFault('a row met a fault', { cause: error });
  }
}

function told(error: PeyvandError): { readonly code: string; readonly message: string } {
  return { code: error.code, message: error.message.slice(0, 2_000) };
}

/** Writes down what became of the rows; of those that changed, each column's old and new value. */
async function settle(
  executor: Executor,
  schema: string,
  job: string,
  { entity, undo }: RowsWork,
  outcomes: readonly Outcome[],
): Promise<void> {
  const key = ident(columnOf(entity.key).name);
  const { system } = factsOf(entity);
  const kept = (['version', 'modified-on', 'modified-by'] as const).flatMap((name) => {
    const field = system.get(name);
    return field ? [literal(columnOf(field).name)] : [];
  });
  const changes = `(select jsonb_object_agg(b.key, jsonb_build_array(b.value, a.value)) from jsonb_each(o.before) b
      join jsonb_each(to_jsonb(t)) a on a.key = b.key where a.value is distinct from b.value and b.key <> all(array[${kept.join(', ')}]::text[]))`;
  const undoText = undo
    ? `case o.act when 'update' then ${changes} when 'create' then jsonb_build_object('version', to_jsonb(t) -> ${versionName(entity)}) end`
    : 'null::jsonb';
  await executor.query(
    `update ${qualified(schema, '_job_row')} r set state = o.state, code = o.code, message = o.message, record = o.record, at = o.at,
       undo = ${undoText}, act = case when o.act <> 'update' or ${undoText} is not null then o.act end
     from jsonb_to_recordset($2::text::jsonb) as o(n bigint, state text, code text, message text, act text, record uuid, at timestamptz, before jsonb)
       left join ${qualified(schema, entity.name)} t on t.${key} = o.record
     where r.job = $1::uuid and r.n = o.n`,
    [job, `[${outcomes.map(outcomeText).join(',')}]`],
  );
}

function versionName(entity: Entity): string {
  const field = factsOf(entity).system.get('version');
  return literal(field ? columnOf(field).name : '');
}

/** JSON; the row as it was goes in as its own text, so that no number passes through JavaScript. */
function outcomeText({ before, ...outcome }: Outcome): string {
  const text = JSON.stringify(outcome);
  return before === undefined ? text : `${text.slice(0, -1)},"before":${before}}`;
}

/** The next row cannot be treated at all. */
async function giveUp(run: JobRun, call: Call, error: unknown): Promise<number> {
  const { schema, database } = call.engine;
  const said = error instanceof PeyvandError ? error : fail('JOB_ROW_FAULT', { id: run.job.id });
  return database.transaction(async (executor) => {
    const rows = await executor.query(
      `update ${qualified(schema, '_job_row')} set state = 'failed', code = $2::text, message = $3::text where job = $1::uuid and n =
         (select n from ${qualified(schema, '_job_row')} where job = $1::uuid and state = 'waiting' order by n limit 1 for update)`,
      [run.job.id, said.code, said.message],
    );
    await run.note({ ...call, executor }, { done: rows.count, errors: rows.count });
    return rows.count;
  });
}

/** A row that could not be treated, and why. */
export interface RowError {
  /** Its place in the job, from 1. */
  readonly row: number;
  /** The row's id; null where none was made. */
  readonly id: string | null;
  readonly code: string;
  readonly message: string;
}

export interface RowErrorPage {
  readonly errors: readonly RowError[];
  /** Give it as `after` for those that follow. */
  readonly next?: number;
}

/** In the order of the rows. Ask `readJob` first whether the caller may see the job. */
export async function readRowErrors(
  call: Call,
  job: string,
  options: { readonly after?: number; readonly top?: number } = {},
): Promise<RowErrorPage> {
  const { schema, database } = call.engine;
  const top = Math.min(options.top ?? 50, 1_000);
  const rows = await database.query<{ n: string; record: string | null; code: string; message: string }>(
    `select n, record, code, message from ${qualified(schema, '_job_row')} where job = $1::uuid and state = 'failed' and n > $2::bigint
      order by n limit $3::integer`,
    [job, options.after ?? 0, top + 1],
  );
  const errors = rows
    .slice(0, top)
    .map(({ n, record, code, message }) => ({ row: Number(n), id: record, code, message }));
  const last = errors.at(-1);
  return { errors, ...(rows.length > top && last && { next: last.row }) };
}
