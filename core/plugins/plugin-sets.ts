// The sets of plugins an organization has at a time: those of the release and the packages of its database, unpacked on this
// machine. What is installed decides about tables, what is switched on about the model and the handlers.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Executor } from '../db/sql.ts';
import { pluginError } from './errors.ts';
import { composePlugins, loadPlugin, type LoadedPlugin, type LoadedPlugins } from './load-plugins.ts';
import { openPackage } from './package.ts';
import { readPackageBytes, type PluginRow } from './store.ts';

export interface PluginSet {
  /** Two sets with one key are the same. */
  readonly key: string;
  readonly installed: LoadedPlugins;
  /** Those that are switched on; the same object where all are. */
  readonly served: LoadedPlugins;
}

export interface PluginSets {
  /** @throws PLUGIN_… of a package that does not fit this release, or of a set that does not fit together */
  load(rows: readonly PluginRow[], executor: Executor): Promise<PluginSet>;
  /** Ends what runs for plugins that `next` no longer serves; they are started anew when they are asked again. */
  retire(before: PluginSet, next: PluginSet): void;
}

export interface PluginSetOptions {
  /** Of the release. */
  readonly plugins: LoadedPlugins;
  readonly schema: string;
  /** Where packages are unpacked. */
  readonly folder: string;
  readonly log: (message: string) => void;
}

export function pluginSets({ plugins, schema, folder, log }: PluginSetOptions): PluginSets {
  const unpacked = new Map<string, Promise<LoadedPlugin>>();

  async function fromPackage({ id, version, hash = '' }: PluginRow, executor: Executor): Promise<LoadedPlugin> {
    const place = join(folder, `${id}@${version}-${hash.slice(0, 16)}`);
    if (existsSync(place)) return loadPlugin(place);
    const bytes = await readPackageBytes(executor, schema, id, hash);
    if (!bytes) throw pluginError('PACKAGE_MISSING', { plugin: id, hash });
    return loadPlugin((await openPackage(bytes, folder)).folder);
  }
  function packaged(row: PluginRow, executor: Executor): Promise<LoadedPlugin> {
    const known = unpacked.get(row.hash ?? '');
    if (known) return known;
    const loading = fromPackage(row, executor);
    unpacked.set(row.hash ?? '', loading);
    loading.catch(() => unpacked.delete(row.hash ?? ''));
    return loading;
  }

  return {
    async load(rows, executor) {
      const byId = new Map(rows.map((row) => [row.id, row]));
      const parts: LoadedPlugin[] = [];
      for (const part of plugins.parts) {
        const row = byId.get(part.manifest.id);
        if (row?.source !== 'package' && row?.state !== 'uninstalled') parts.push(part);
      }
      for (const row of rows) {
        if (row.source === 'package' && row.state === 'installed') parts.push(await packaged(row, executor));
      }
      // Nothing was ever changed: also sets that were not made of parts.
      const whole = parts.length === plugins.parts.length && parts.every((part) => plugins.parts.includes(part));
      const [base] = plugins.layers;
      const installed = whole || !base ? plugins : composePlugins(base, parts);
      const on = enabledOf(installed, byId);
      const all = on.length === installed.parts.length || !base;
      return {
        key: installed.parts.map((part) => keyOf(part, byId, on.includes(part))).join('\n'),
        installed,
        served: all ? installed : composePlugins(base, on),
      };
    },
    retire(before, next) {
      for (const part of before.served.parts) {
        if (next.served.parts.includes(part)) continue;
        part.close?.().catch((error: unknown) => {
          log(`the plugin ${part.manifest.id} did not stop: ${error instanceof Error ? error.message : String(error)}`);
        });
      }
    },
  };
}

function keyOf({ manifest }: LoadedPlugin, rows: ReadonlyMap<string, PluginRow>, enabled: boolean): string {
  const { id, version } = manifest;
  return `${id}@${version} ${rows.get(id)?.hash ?? ''} ${enabled ? 'on' : 'off'}`;
}

/** Those that are on and whose requirements are: a new release may require what was switched off before. */
function enabledOf(installed: LoadedPlugins, rows: ReadonlyMap<string, PluginRow>): readonly LoadedPlugin[] {
  const on = new Set<string>();
  return installed.parts.filter(({ manifest: { id, requires } }) => {
    const enabled = rows.get(id)?.enabled !== false && Object.keys(requires).every((other) => on.has(other));
    if (enabled) on.add(id);
    return enabled;
  });
}
