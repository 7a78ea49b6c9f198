// Runs plugins' schedules: each once for each time it is due, by whichever server process comes first, with the plugin's rights.
import { qualified } from '../db/identifier.ts';
import type { Call, Engine, OwnedSchedule } from '../engine.ts';
import { systemPrincipal } from '../security/system-principal.ts';
import type { ScheduleContext } from '../sdk/index.ts';
import { callOf, contextOf, type MakeReach } from './context.ts';
import { lastDue } from './timetable.ts';

export interface SchedulesOptions {
  engine(): Engine;
  /** Of the plugins that are switched on now. */
  schedules(): readonly OwnedSchedule[];
  readonly reach: MakeReach;
  onFailure?(error: unknown, schedule: string): void;
  /** Milliseconds between looks. Default 20,000. */
  readonly interval?: number;
  readonly clock?: () => number;
}

export interface Schedules {
  /** Runs what is due; ends when it has run. */
  tick(): Promise<void>;
  stop(): Promise<void>;
}

export interface ScheduleRun {
  readonly schedule: string;
  readonly due: string;
  readonly began: string;
  readonly ended: string | null;
  readonly failure: string | null;
}

export async function startSchedules(options: SchedulesOptions): Promise<Schedules> {
  const clock = options.clock ?? Date.now;
  let running: Promise<void> | undefined;
  let stopped = false;

  async function work(): Promise<void> {
    for (const schedule of options.schedules()) {
      if (stopped) return;
      try {
        const due = await claim(options.engine(), schedule, clock());
        if (due !== undefined) await perform(options, schedule, due);
      } catch (error) {
        options.onFailure?.(error, schedule.name);
      }
    }
  }
  const tick = (): Promise<void> => (running ??= work().finally(() => (running = undefined)));
  const timer = setInterval(() => {
    if (options.schedules().length > 0) void tick();
  }, options.interval ?? 20_000);
  timer.unref();
  return {
    tick,
    async stop() {
      stopped = true;
      clearInterval(timer);
      await running;
    },
  };
}

/** The time that this process is to run it for; undefined where it is not due, or another one has it. */
async function claim({ database, schema }: Engine, schedule: OwnedSchedule, now: number): Promise<string | undefined> {
  const runs = qualified(schema, '_schedule_run');
  const [last] = await database.query<{ due: string }>(
    `select (extract(epoch from max(due)) * 1000)::bigint as due from ${runs} where schedule = $1`,
    [schedule.name],
  );
  const isNew = last?.due === null || last?.due === undefined;
  // One that was never seen waits for its next time, and does not make up for the past.
  const due = isNew ? now : lastDue(schedule, Number(last.due), now);
  if (due === undefined) return undefined;
  const at = new Date(due).toISOString();
  const taken = await database.query(
    `insert into ${runs} (schedule, due, ended) values ($1, $2::timestamptz, case when $3::boolean then now() end)
on conflict (schedule, due) do nothing`,
    [schedule.name, at, isNew],
  );
  return taken.count === 1 && !isNew ? at : undefined;
}

async function perform(options: SchedulesOptions, schedule: OwnedSchedule, due: string): Promise<void> {
  const engine = options.engine();
  const runs = qualified(engine.schema, '_schedule_run');
  const asked: Call = {
    engine,
    principal: systemPrincipal,
    requestId: `schedule ${schedule.name}`,
    origin: { via: `schedule ${schedule.name}` },
  };
  const call = callOf(asked, schedule.plugin);
  const context: ScheduleContext = { ...contextOf(call, schedule.plugin, options.reach(call, true)), due };
  let failure: string | null = null;
  try {
    await schedule.run(context);
  } catch (error) {
    failure = error instanceof Error ? error.message : String(error);
    options.onFailure?.(error, schedule.name);
  }
  await engine.database.query(
    `with old as (delete from ${runs} where schedule = $1 and due < now() - interval '30 days')
update ${runs} set ended = now(), failure = $3::text where schedule = $1 and due = $2::timestamptz`,
    [schedule.name, due, failure?.slice(0, 4_000) ?? null],
  );
}

/** The latest runs of a plugin's schedules, the newest first. */
export async function listScheduleRuns({ database, schema }: Engine, plugin: string): Promise<readonly ScheduleRun[]> {
  return database.query<ScheduleRun>(
    `select schedule, to_json(due) #>> '{}' as due, to_json(began) #>> '{}' as began, to_json(ended) #>> '{}' as ended, failure
from ${qualified(schema, '_schedule_run')} where starts_with(schedule, $1 || '/') order by due desc, schedule limit 200`,
    [plugin],
  );
}
