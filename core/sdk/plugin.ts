// What a plugin's `server.ts` exports by default.
import type { FieldType } from './field-type.ts';
import type { EventHandler } from './events.ts';

export interface ServerPlugin {
  readonly fieldTypes?: readonly FieldType[];
  readonly handlers?: readonly EventHandler[];
}

export function definePlugin(plugin: ServerPlugin): ServerPlugin {
  return plugin;
}
