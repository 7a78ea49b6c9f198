// The contract of schedules: work that a plugin does by the clock, with the rights that its plugin.json declares (`jobs`).
import type { PluginContext } from './context.ts';

/** `records` and `system` are the same here: nobody asks, the plugin does. Each call stores at once; there is no transaction around them. */
export interface ScheduleContext extends PluginContext {
  /** When it was due, UTC; the same for every attempt, so that work can be done once. */
  readonly due: string;
}

export interface Schedule {
  /** Unique in its plugin. */
  readonly name: string;
  /** `15m`, `1h`, `1d` (from 1 minute), counted from the beginning of time; or five fields of cron: `0 3 * * 1-5`. */
  readonly every: string;
  /** In which cron's fields are read (IANA). Default UTC. */
  readonly timeZone?: string;
  /** Once for each time it is due, by one server process. What it throws is in the log, and it is tried at the next time. */
  run(context: ScheduleContext): void | Promise<void>;
}

export function defineSchedule(schedule: Schedule): Schedule {
  return schedule;
}
