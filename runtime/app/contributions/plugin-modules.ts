// Modules of plugins' browser halves, as they were built into the app. Loaded with the first contribution that is shown.
import { moduleLoaders } from 'virtual:peyvand-modules';

/** The app that this page runs is older than the one that the server gives by now. */
async function isOutdated(): Promise<boolean> {
  const page = await fetch('/', { cache: 'no-cache' }).then((answer) => answer.text());
  const [, entry] = /<script[^>]+src="([^"]+)"/.exec(page) ?? [];
  return entry !== undefined && ![...document.scripts].some((script) => script.getAttribute('src') === entry);
}

/**
 * @throws where the plugin has no such module, or it fails while loading; an error with the name `AppOutdated` where the plugin
 * came after the page was opened
 */
export async function loadModule(plugin: string, path: string): Promise<unknown> {
  const load = moduleLoaders[`${plugin}/${path}`];
  try {
    if (!load) throw new Error(`The plugin "${plugin}" has no module ${path}.`);
    return await load();
  } catch (error) {
    if (!(await isOutdated().catch(() => false))) throw error;
    throw Object.assign(new Error('The page is older than its plugins.', { cause: error }), { name: 'AppOutdated' });
  }
}
