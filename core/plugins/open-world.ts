// The world of plugins that run in a server: the rights that each declares, its secrets, and the one door to the network.
import type { LoadedPlugin } from './load-plugins.ts';
import { fetchFor } from './network.ts';
import { pluginError } from './errors.ts';
import type { PluginScope } from './scope.ts';
import type { PluginWorld } from './world.ts';

type Settings = PluginWorld['settings'];

/** Secrets stand in the environment (`PEYVAND_SECRET_<PLUGIN>_<NAME>`), or among the settings. */
export function openWorld(parts: readonly LoadedPlugin[], settings: Settings): PluginWorld {
  const scopes = new Map(
    parts.map(({ manifest: { id, rights }, own }): [string, PluginScope] => [id, { plugin: id, rights, own }]),
  );
  return Object.freeze({
    scope: (plugin: string) => scopes.get(plugin),
    settings,
    async secret(plugin: string, name: string) {
      if (!scopes.get(plugin)?.rights.secrets.has(name)) {
        throw pluginError('PLUGIN_RIGHT_MISSING', {
          plugin,
          what: `the secret ${name}`,
          line: `"secrets": ["${name}"]`,
        });
      }
      const said = process.env[`PEYVAND_SECRET_${screaming(plugin)}_${screaming(name)}`];
      const set = settings(plugin)[name];
      return said ?? (typeof set === 'string' ? set : undefined);
    },
    fetch: (plugin, url, options) =>
      fetchFor({ plugin, hosts: scopes.get(plugin)?.rights.hosts ?? none }, url, options),
  } satisfies PluginWorld);
}

const none: ReadonlySet<string> = new Set();

function screaming(name: string): string {
  return name.toUpperCase().replaceAll('-', '_');
}
