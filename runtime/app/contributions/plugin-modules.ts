// Modules of plugins' browser halves: those built into the app, and those of plugins that came while the server ran, served by
// themselves. Loaded with the first contribution that is shown.
import { moduleLoaders } from 'virtual:peyvand-modules';
import type { BrowserModules } from '../../../metadata/effective.ts';

/** @throws where the plugin has no such module, or it fails while loading */
export async function loadModule(modules: BrowserModules, plugin: string, path: string): Promise<unknown> {
  const url = modules[plugin]?.[path];
  if (url !== undefined) {
    return (await import(/* @vite-ignore */ url)) as unknown;
  }
  const load = moduleLoaders[`${plugin}/${path}`];
  if (!load) throw new Error(`The plugin "${plugin}" has no module ${path}.`);
  return load();
}
