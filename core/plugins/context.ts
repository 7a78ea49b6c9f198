// What a piece of a plugin is given when it runs, apart from what it runs for.
import type { Call } from '../engine.ts';
import type { EventHandler, PluginContext, Records } from '../sdk/index.ts';
import { closedWorld } from './world.ts';

/** What plugins may do to rows and ask of operations, within one call. */
export interface Reach {
  readonly records: Records;
  readonly system: Records;
  invoke(...call: Parameters<PluginContext['invoke']>): Promise<unknown>;
}

/** Made by core/records, which knows the writes. `trusted`: a handler may fill what callers may not. */
export type MakeReach = (call: Call, trusted: boolean) => Reach;

/** A handler's full name begins with its plugin. */
export function pluginOf({ name }: Pick<EventHandler, 'name'>): string {
  return name.split('/', 1)[0] ?? name;
}

/** The call as the plugin's code makes it. */
export function callOf(call: Call, plugin: string): Call {
  const { plugin: _other, ...rest } = call;
  const scope = call.engine.world?.scope(plugin);
  return scope ? { ...rest, plugin: scope } : rest;
}

export function contextOf(call: Call, plugin: string, reach: Reach): PluginContext {
  const { userId, timeZone, language, calendar } = call.principal;
  const world = call.engine.world ?? closedWorld;
  return {
    userId,
    timeZone,
    language,
    calendar,
    now: call.now ?? new Date().toISOString(),
    settings: world.settings(plugin),
    ...reach,
    fetch: (url, init) => world.fetch(plugin, url, init ?? {}),
    secret: (name) => world.secret(plugin, name),
  };
}
