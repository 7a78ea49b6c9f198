// What lies outside the transaction and is the same for all of a plugin's pieces: its settings, secrets and the network.
import type { Fetched, FetchOptions } from '../sdk/index.ts';
import { pluginError } from './errors.ts';
import type { PluginScope } from './scope.ts';

export interface PluginWorld {
  /** What its plugin.json declares; undefined: it is held to nothing. */
  scope(plugin: string): PluginScope | undefined;
  /** What was set, with the defaults of the schema in plugin.json. */
  settings(plugin: string): Readonly<Record<string, unknown>>;
  /** Throws PLUGIN_RIGHT_MISSING for one that plugin.json does not declare. */
  secret(plugin: string, name: string): Promise<string | undefined>;
  /** Throws PLUGIN_RIGHT_MISSING for a host that plugin.json does not declare. */
  fetch(plugin: string, url: string, options: FetchOptions): Promise<Fetched>;
}

/** Nothing is set, nothing may be reached: where an engine is opened without plugins' affairs. */
export const closedWorld: PluginWorld = Object.freeze({
  scope: () => undefined,
  settings: () => ({}),
  secret: async () => undefined,
  fetch: async (plugin: string, url: string) => {
    throw pluginError('PLUGIN_NO_NETWORK', { plugin, url });
  },
});
