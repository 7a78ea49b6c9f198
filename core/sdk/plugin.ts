// What a plugin's `server.ts` exports by default.
import type { FieldType } from './field-type.ts';
import type { EventHandler } from './events.ts';
import type { Operation } from './operation.ts';
import type { Schedule } from './schedule.ts';

export interface ServerPlugin {
  readonly fieldTypes?: readonly FieldType[];
  readonly handlers?: readonly EventHandler[];
  /** Functions and actions of the data service. */
  readonly operations?: readonly Operation[];
  /** Work by the clock; plugin.json says `"rights": { "jobs": true }`. */
  readonly schedules?: readonly Schedule[];
}

export function definePlugin(plugin: ServerPlugin): ServerPlugin {
  return plugin;
}
