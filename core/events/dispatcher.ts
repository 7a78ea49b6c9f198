// Hands outbox rows to the asynchronous handlers: at least once, each row by one server process at a time (SKIP LOCKED),
// woken by NOTIFY and by a slow clock, tried again with growing pauses, and parked when it keeps failing.
import type { Executor } from '../db/sql.ts';
import { qualified } from '../db/identifier.ts';
import type { Call, Engine } from '../engine.ts';
import type { EventHandler, HandlerContext, WriteMessage } from '../sdk/index.ts';
import type { Principal } from '../security/principal.ts';
import { changedBy, handlersOf } from './handlers.ts';
import { DEPTH_LIMIT } from './pipeline.ts';
import { picked } from './run-handlers.ts';
import { readRow } from '../records/read-row.ts';
import { callOf, contextOf, pluginOf, type MakeReach } from '../plugins/context.ts';

export interface DispatcherOptions {
  /** The engine of now; a row is handled on the model that holds when it is taken. */
  engine(): Engine;
  /** Who the handlers act as: the user whose write it was, null for the system's own. */
  principalOf(userId: string | null): Promise<Principal>;
  readonly reach: MakeReach;
  /** What handlers take for this moment, where it is not the clock's. */
  now?(): string | undefined;
  /** Told of every failure; `parked`: it was the last attempt. */
  onFailure?(failure: Failure): void;
  /** Milliseconds between looks without being woken. Default 5,000. */
  readonly interval?: number;
  /** Works only when it is told to `drain`: not when something is written, nor by the clock. */
  readonly asked?: boolean;
  /** Attempts before a row is parked. Default 10. */
  readonly attempts?: number;
  /** Pause in milliseconds before attempt `n` (2, 3 …). Default 1 s, 2 s, 4 s … up to an hour. */
  pause?(attempt: number): number;
}

export interface Failure {
  readonly row: string;
  readonly handler: string;
  readonly attempt: number;
  readonly parked: boolean;
  readonly error: unknown;
}

export interface Dispatcher {
  /** Works off everything that is due; ends when nothing is. */
  drain(): Promise<void>;
  /** Ends after the row in hand. */
  stop(): Promise<void>;
}

/** No handler may hold its row longer. */
const HANDLER_LIMIT = 50_000;
/** A day longer than a delta link is good for (core/feed). */
const KEEP_DAYS = 8;

interface OutboxRow {
  readonly id: string;
  readonly message: WriteMessage;
  readonly entity: string;
  readonly record: string;
  readonly user_id: string | null;
  readonly request_id: string | null;
  readonly changed: readonly string[] | null;
  readonly payload: string | null;
  readonly attempts: number | null;
  readonly done: readonly string[] | null;
}

export async function startDispatcher(options: DispatcherOptions): Promise<Dispatcher> {
  const { database, schema } = options.engine();
  const stop = new AbortController();
  let again = false;
  let running: Promise<void> | undefined;

  async function work(): Promise<void> {
    let more = true;
    while (more && !stop.signal.aborted) {
      again = false;
      more = (await takeOne(options)) || again;
    }
  }
  function wake(): Promise<void> {
    again = true;
    running ??= work().finally(() => (running = undefined));
    return running;
  }
  // A database that is away for a moment is no reason to end: the clock comes round again.
  const nudge = (): void => void wake().catch(() => undefined);

  const isAsked = options.asked === true;
  const unlisten = isAsked ? undefined : await database.listen(`${schema}_outbox`, nudge, nudge);
  const clock = isAsked ? undefined : setInterval(nudge, options.interval ?? 5_000);
  clock?.unref();
  const broom = setInterval(() => void prune(database, schema).catch(() => undefined), 3_600_000);
  broom.unref();
  if (!isAsked) nudge();
  return {
    drain: wake,
    async stop() {
      stop.abort();
      clearInterval(clock);
      clearInterval(broom);
      await running?.catch(() => undefined);
      await unlisten?.();
    },
  };
}

/** False when nothing is due. */
async function takeOne(options: DispatcherOptions): Promise<boolean> {
  const engine = options.engine();
  const { database, schema } = engine;
  const [outbox, retry] = [qualified(schema, '_outbox'), qualified(schema, '_outbox_retry')];
  return database.transaction(async (executor) => {
    const [row] = await executor.query<OutboxRow>(
      `select o.id, o.message, o.entity, o.record, o.user_id, o.request_id, o.changed, o.payload, r.attempts, r.done
from ${outbox} o left join ${retry} r on r.outbox = o.id
where o.processed_at is null and (r.outbox is null or r.due_at <= now())
order by o.id limit 1 for update of o skip locked`,
    );
    if (!row) return false;
    const done = new Set(row.done ?? []);
    const failures: { handler: string; error: unknown }[] = [];
    for (const handler of handlersOf(engine.handlers, row.message, row.entity).async) {
      if (done.has(handler.name)) continue;
      const changed = changedBy(handler, engine.model.entities.get(row.entity));
      if (changed && row.message === 'update' && !changed.some((name) => row.changed?.includes(name))) continue;
      try {
        await within(HANDLER_LIMIT, deliver(options, engine, row, handler));
        done.add(handler.name);
      } catch (error) {
        failures.push({ handler: handler.name, error });
      }
    }
    await settle(executor, options, row, done, failures, outbox, retry);
    return true;
  });
}

async function deliver(
  options: DispatcherOptions,
  engine: Engine,
  row: OutboxRow,
  handler: EventHandler,
): Promise<void> {
  const principal = await options.principalOf(row.user_id);
  const { request, depth } = traceOf(row.request_id);
  if (depth >= DEPTH_LIMIT) {
    throw new Error(`asynchronous handlers set each other off ${DEPTH_LIMIT} times; ${handler.name} was the last`);
  }
  const moment = options.now?.();
  const asked: Call = {
    engine,
    principal,
    ...(moment !== undefined && { now: moment }),
    requestId: `${request}~${depth + 1}`,
    origin: { via: `handler ${handler.name} (async ${row.message} ${row.entity})` },
  };
  const call = callOf(asked, pluginOf(handler));
  const entity = engine.model.entities.get(row.entity);
  const now = handler.postImage && entity ? await readRow(call, entity, row.record, false) : undefined;
  const context: HandlerContext = {
    ...contextOf(call, pluginOf(handler), options.reach(call, true)),
    message: handler.message,
    ...picked('postImage', now, handler.postImage ?? false),
    shared: {},
    entity: row.entity,
    id: row.record,
    values: row.payload === null ? {} : (JSON.parse(row.payload) as Record<string, unknown>),
    depth,
    idempotencyKey: `${row.id}:${handler.name}`,
    refuse: (...violations) => {
      throw new Error(violations.map((one) => one.message).join(' '));
    },
  };
  await handler.run(context);
}

/** `req-1~2`: made by an asynchronous handler two steps after the request req-1. */
function traceOf(requestId: string | null): { readonly request: string; readonly depth: number } {
  const match = /^(.*)~(\d{1,3})$/s.exec(requestId ?? '');
  return match ? { request: match[1] ?? '', depth: Number(match[2]) } : { request: requestId ?? 'system', depth: 0 };
}

async function within(limit: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it took longer than ${limit} ms`)), limit);
    timer.unref();
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function settle(
  executor: Executor,
  options: DispatcherOptions,
  row: OutboxRow,
  done: ReadonlySet<string>,
  failures: readonly { readonly handler: string; readonly error: unknown }[],
  outbox: string,
  retry: string,
): Promise<void> {
  if (failures.length === 0) {
    await executor.query(
      `with gone as (delete from ${retry} where outbox = $1::bigint) update ${outbox} set processed_at = now() where id = $1::bigint`,
      [row.id],
    );
    return;
  }
  const attempt = (row.attempts ?? 0) + 1;
  const parked = attempt >= (options.attempts ?? 10);
  const pause = options.pause?.(attempt + 1) ?? Math.min(1_000 * 2 ** (attempt - 1), 3_600_000);
  const said = failures.map(
    ({ handler, error }) => `${handler}: ${error instanceof Error ? error.message : String(error)}`,
  );
  await executor.query(
    `insert into ${retry} (outbox, attempts, due_at, done, failure, parked_at)
values ($1::bigint, $2::integer, now() + $3::integer * interval '1 millisecond', $4::text[], $5::text, case when $6::boolean then now() end)
on conflict (outbox) do update set attempts = excluded.attempts, due_at = excluded.due_at, done = excluded.done, failure = excluded.failure, parked_at = excluded.parked_at`,
    [row.id, attempt, Math.round(pause), [...done], said.join('\n').slice(0, 4_000), parked],
  );
  // A parked row leaves the queue; its `_outbox_retry` row says why, and deleting both marks brings it back.
  if (parked) await executor.query(`update ${outbox} set processed_at = now() where id = $1::bigint`, [row.id]);
  for (const { handler, error } of failures) {
    options.onFailure?.({ row: row.id, handler, attempt, parked, error });
  }
}

/** Forgets what was handed over more than eight days ago, except parked rows. */
async function prune(database: Executor, schema: string): Promise<void> {
  const [outbox, retry] = [qualified(schema, '_outbox'), qualified(schema, '_outbox_retry')];
  for (;;) {
    const gone = await database.query(
      `delete from ${outbox} where id in (select o.id from ${outbox} o where o.processed_at < now() - ${KEEP_DAYS} * interval '1 day' and not exists (select from ${retry} r where r.outbox = o.id) order by o.id limit 5000)`,
    );
    if (gone.count < 5000) return;
  }
}
