// The rows of `_job`: put there by who asks for work, taken by the servers. A server holds a job by a lease that it renews; the
// lease of one that died runs out and another goes on. `worker` is new with each taking, so that nobody works on for a lost one.
import { qualified } from '../db/identifier.ts';
import type { Executor } from '../db/sql.ts';
import { uuidv7 } from '../db/uuid.ts';
import type { Call, Engine } from '../engine.ts';
import { administratorRole } from '../security/access.ts';
import type { JsonObject } from '../sdk/index.ts';
import { fail } from './errors.ts';
import { jobChannel, type Job, type JobState, type Progress } from './job.ts';

/** Jobs of one user that wait or run. */
const MOST_AT_ONCE = 20;
/** Milliseconds. */
export const LEASE = 30_000;
/** Days after its end that a job, its errors and what takes it back are kept; its file for fewer. */
const KEEP_DAYS = 30;
const KEEP_FILE_DAYS = 7;
const MOST_ATTEMPTS = 8;

/** Who a job acts as, beside the user's own id: what the request was narrowed to and how it spoke. */
export interface Acting {
  readonly roles: readonly string[];
  readonly language: string;
  readonly calendar: 'gregory' | 'persian';
  readonly timeZone: string;
  readonly requestId?: string | undefined;
  readonly address?: string | undefined;
  readonly via?: string | undefined;
}

export interface NewJob {
  readonly kind: string;
  readonly entity?: string;
  readonly parameters: JsonObject;
  readonly total?: number;
  readonly undoes?: string;
}

interface JobRow {
  readonly id: string;
  readonly kind: string;
  readonly state: JobState;
  readonly entity: string | null;
  readonly created_by: string;
  readonly created_at: string;
  readonly started_at: string | null;
  readonly finished_at: string | null;
  readonly done: string;
  readonly total: string | null;
  readonly errors: string;
  readonly parameters: string;
  readonly result: string | null;
  readonly failure: string | null;
  readonly undoes: string | null;
  readonly undone_by: string | null;
  readonly undoable: boolean;
  readonly file: string | null;
}

const instant = (column: string): string =>
  `to_char(j.${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as ${column}`;

function columns(schema: string): string {
  return `j.id, j.kind, j.state, j.entity, j.created_by, ${['created_at', 'started_at', 'finished_at'].map(instant).join(', ')},
  j.done, j.total, j.errors, j.parameters, j.result, j.failure, j.undoes, j.undone_by, j.file,
  exists (select from ${qualified(schema, '_job_row')} r where r.job = j.id and r.act is not null) as undoable`;
}

function jobOf(row: JobRow): Job {
  return {
    id: row.id,
    kind: row.kind,
    state: row.state,
    entity: row.entity,
    createdBy: row.created_by,
    createdAt: row.created_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    done: Number(row.done),
    total: row.total === null ? null : Number(row.total),
    errors: Number(row.errors),
    parameters: JSON.parse(row.parameters) as JsonObject,
    result: row.result === null ? null : (JSON.parse(row.result) as JsonObject),
    failure: row.failure === null ? null : (JSON.parse(row.failure) as Job['failure']),
    undoes: row.undoes,
    undoneBy: row.undone_by,
    undoable: row.undoable,
    file: row.file === null ? null : (JSON.parse(row.file) as Job['file']),
  };
}

const NEWS = `json_build_object('id', j.id, 'user', j.created_by, 'kind', j.kind, 'entity', j.entity, 'state', j.state,
  'done', j.done, 'total', j.total, 'errors', j.errors)::text`;

/** Puts a job in the queue, in the call's transaction where there is one. Throws JOB_TOO_MANY (429). Answers its id. */
export async function enqueueJob(call: Call, job: NewJob): Promise<string> {
  const { engine, principal, origin } = call;
  // A job acts as its user alone: the limits of who began it in that name would be gone.
  if (principal.within) throw fail('JOB_ON_BEHALF');
  const { schema } = engine;
  const executor = call.executor ?? engine.database;
  const acting: Acting = {
    roles: principal.roles,
    language: principal.language,
    calendar: principal.calendar,
    timeZone: principal.timeZone,
    requestId: call.requestId,
    address: origin?.address,
    via: origin?.via,
  };
  const id = uuidv7();
  const made = await executor.query<{ news: string }>(
    `with j as (insert into ${qualified(schema, '_job')} (id, kind, entity, created_by, parameters, acting, total, undoes)
       select $1::uuid, $2::text, $3::text, $4::uuid, $5::text::jsonb, $6::text::jsonb, $7::bigint, $8::uuid
       where (select count(*) from ${qualified(schema, '_job')} o
         where o.created_by = $4::uuid and o.state in ('waiting', 'running', 'cancelling')) < ${MOST_AT_ONCE}
       returning *)
     select ${NEWS} as news from j`,
    [
      id,
      job.kind,
      job.entity ?? null,
      principal.userId,
      JSON.stringify(job.parameters),
      JSON.stringify(acting),
      job.total ?? null,
      job.undoes ?? null,
    ],
  );
  if (made.length === 0) throw fail('JOB_TOO_MANY', { limit: MOST_AT_ONCE });
  await tell(executor, schema, made);
  return id;
}

async function tell(executor: Executor, schema: string, rows: readonly { readonly news: string }[]): Promise<void> {
  for (const { news } of rows) await executor.query('select pg_notify($1, $2)', [jobChannel(schema), news]);
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** One's own job; administrators read everybody's. Throws JOB_UNKNOWN (404). */
export async function readJob(call: Call, id: string): Promise<Job> {
  const { schema, database } = call.engine;
  if (!UUID.test(id)) throw fail('JOB_UNKNOWN', { id: id.slice(0, 60) });
  const [row] = await (call.executor ?? database).query<JobRow>(
    `select ${columns(schema)} from ${qualified(schema, '_job')} j where j.id = $1::uuid and ($2::boolean or j.created_by = $3::uuid)`,
    [id, seesAll(call), call.principal.userId],
  );
  if (!row) throw fail('JOB_UNKNOWN', { id });
  return jobOf(row);
}

function seesAll({ principal }: Call): boolean {
  return principal.roles.includes(administratorRole);
}

export interface JobPage {
  readonly jobs: readonly Job[];
  /** Give it as `before` for older ones. */
  readonly next?: string;
}

/** The newest first. `all`: everybody's, for administrators. */
export async function listJobs(
  call: Call,
  options: { readonly all?: boolean; readonly before?: string; readonly top?: number } = {},
): Promise<JobPage> {
  const { schema, database } = call.engine;
  const { before } = options;
  const top = Math.min(options.top ?? 50, 200);
  if (before !== undefined && !UUID.test(before)) throw fail('JOB_POSITION_INVALID', { text: before.slice(0, 60) });
  const rows = await database.query<JobRow>(
    `select ${columns(schema)} from ${qualified(schema, '_job')} j
      where ($1::boolean or j.created_by = $2::uuid) and ($3::uuid is null or j.id < $3::uuid) order by j.id desc limit $4::integer`,
    [options.all === true && seesAll(call), call.principal.userId, before ?? null, top + 1],
  );
  const jobs = rows.slice(0, top).map(jobOf);
  const last = jobs.at(-1);
  return { jobs, ...(rows.length > top && last && { next: last.id }) };
}

/** One that waits ends at once, one that runs after the batch in hand. Throws JOB_UNKNOWN (404), JOB_ENDED (409). */
export async function cancelJob(call: Call, id: string): Promise<Job> {
  const { schema, database } = call.engine;
  const { id: known } = await readJob(call, id);
  const rows = await database.query<{ news: string }>(
    `with j as (update ${qualified(schema, '_job')} set
         state = case when worker is null then 'cancelled' else 'cancelling' end,
         finished_at = case when worker is null then clock_timestamp() end
       where id = $1::uuid and state in ('waiting', 'running') returning *)
     select ${NEWS} as news from j`,
    [known],
  );
  await tell(database, schema, rows);
  const job = await readJob(call, known);
  if (rows.length === 0 && job.state !== 'cancelling') throw fail('JOB_ENDED', { state: job.state });
  return job;
}

/** A job taken for work. */
export interface Taken {
  readonly job: Job;
  readonly worker: string;
  readonly position: JsonObject | null;
  readonly acting: Acting;
  /** How often it was taken since it last got further, this time included. */
  readonly attempts: number;
}

/** The oldest that waits, or whose server let it go. Undefined: nothing to do. */
export async function takeJob(engine: Engine, kinds: readonly string[]): Promise<Taken | undefined> {
  const { schema, database } = engine;
  const worker = uuidv7();
  const [row] = await database.query<JobRow & { position: string | null; acting: string; attempts: number }>(
    `with j as (update ${qualified(schema, '_job')} set worker = $1::uuid, lease_until = clock_timestamp() + $2::integer * interval '1 millisecond',
         state = case state when 'waiting' then 'running' else state end, attempts = attempts + 1,
         started_at = coalesce(started_at, clock_timestamp())
       where id = (select id from ${qualified(schema, '_job')}
         where state in ('waiting', 'running', 'cancelling') and (lease_until is null or lease_until < clock_timestamp()) and kind = any($3::text[])
         order by id limit 1 for update skip locked)
       returning *)
     select ${columns(schema)}, j.position, j.acting, j.attempts from j`,
    [worker, LEASE, [...kinds]],
  );
  if (!row) return undefined;
  const taken: Taken = {
    job: jobOf(row),
    worker,
    position: row.position === null ? null : (JSON.parse(row.position) as JsonObject),
    acting: JSON.parse(row.acting) as Acting,
    attempts: row.attempts,
  };
  if (taken.job.state === 'cancelling') {
    await endJob(engine, taken, { state: 'cancelled' });
    return takeJob(engine, kinds);
  }
  if (row.attempts > MOST_ATTEMPTS) {
    const { code, message } = fail('JOB_STOPPED_TOO_OFTEN', { attempts: MOST_ATTEMPTS });
    await endJob(engine, taken, { state: 'failed', failure: { code, message } });
    return takeJob(engine, kinds);
  }
  await announce(engine, taken.job.id);
  return taken;
}

export async function announce({ schema, database }: Engine, id: string): Promise<void> {
  await tell(
    database,
    schema,
    await database.query<{ news: string }>(
      `select ${NEWS} as news from ${qualified(schema, '_job')} j where j.id = $1::uuid`,
      [id],
    ),
  );
}

/** False: it is not ours any more. */
export async function renewLease({ schema, database }: Engine, taken: Taken): Promise<boolean> {
  const rows = await database.query(
    `update ${qualified(schema, '_job')} set lease_until = clock_timestamp() + $3::integer * interval '1 millisecond'
      where id = $1::uuid and worker = $2::uuid`,
    [taken.job.id, taken.worker, LEASE],
  );
  return rows.count > 0;
}

/** The state it has now; undefined: it is not ours any more. Getting further counts as a good attempt. */
export async function noteProgress(
  executor: Executor,
  schema: string,
  taken: Taken,
  progress: Progress,
): Promise<JobState | undefined> {
  const [row] = await executor.query<{ state: JobState }>(
    `update ${qualified(schema, '_job')} set done = done + $3::bigint, errors = errors + $4::bigint, total = coalesce($5::bigint, total),
       position = coalesce($6::text::jsonb, position), attempts = 0,
       lease_until = clock_timestamp() + $7::integer * interval '1 millisecond'
     where id = $1::uuid and worker = $2::uuid returning state`,
    [
      taken.job.id,
      taken.worker,
      progress.done ?? 0,
      progress.errors ?? 0,
      progress.total ?? null,
      progress.position === undefined ? null : JSON.stringify(progress.position),
      LEASE,
    ],
  );
  return row?.state;
}

export interface JobEnd {
  readonly state: 'cancelled' | 'failed' | 'done';
  readonly result?: JsonObject;
  readonly failure?: { readonly code: string; readonly message: string };
}

export async function endJob({ schema, database }: Engine, taken: Taken, end: JobEnd): Promise<void> {
  // Rows not treated and pieces of a file that was not finished are of no use to anybody.
  const rows = await database.query<{ news: string }>(
    `with j as (update ${qualified(schema, '_job')} set state = $3::text, finished_at = clock_timestamp(), worker = null, lease_until = null,
         result = $4::text::jsonb, failure = $5::text::jsonb where id = $1::uuid and worker = $2::uuid returning *),
       waiting as (delete from ${qualified(schema, '_job_row')} r using j where r.job = j.id and r.state = 'waiting'),
       part as (delete from ${qualified(schema, '_job_part')} p using j where p.job = j.id and j.file is null)
     select ${NEWS} as news from j`,
    [
      taken.job.id,
      taken.worker,
      end.state,
      end.result === undefined ? null : JSON.stringify(end.result),
      end.failure === undefined ? null : JSON.stringify(end.failure),
    ],
  );
  await tell(database, schema, rows);
}

/** Back into the queue, to be taken by any server after `pause` milliseconds. `blameless`: it does not count as an attempt. */
export async function releaseJob(
  { schema, database }: Engine,
  taken: Taken,
  options: { readonly pause: number; readonly blameless: boolean },
): Promise<void> {
  const rows = await database.query<{ news: string }>(
    `with j as (update ${qualified(schema, '_job')} set worker = null, state = case state when 'running' then 'waiting' else state end,
         attempts = attempts - case when $4::boolean and attempts > 0 then 1 else 0 end,
         lease_until = clock_timestamp() + $3::integer * interval '1 millisecond'
       where id = $1::uuid and worker = $2::uuid returning *) select ${NEWS} as news from j`,
    [taken.job.id, taken.worker, options.pause, options.blameless],
  );
  await tell(database, schema, rows);
}

/** Forgets what ended long ago; files earlier than the rest. */
export async function sweepJobs({ schema, database }: Engine): Promise<void> {
  const job = qualified(schema, '_job');
  const old = (days: number): string => `j.finished_at < now() - ${days} * interval '1 day'`;
  await database.query(
    `with j as (update ${job} j set file = null where j.file is not null and ${old(KEEP_FILE_DAYS)} returning j.id)
     delete from ${qualified(schema, '_job_part')} p using j where p.job = j.id`,
  );
  for (;;) {
    const gone = await database.query(
      `delete from ${qualified(schema, '_job_row')} where (job, n) in (select r.job, r.n from ${qualified(schema, '_job_row')} r
         join ${job} j on j.id = r.job where ${old(KEEP_DAYS)} limit 5000)`,
    );
    if (gone.count < 5000) break;
  }
  await database.query(`delete from ${job} j where ${old(KEEP_DAYS)}`);
}
