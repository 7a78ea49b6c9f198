// The plugins that come with the release share one process: they are ours, and one is less to hold in memory than three.
import { createPluginProcess, type HostedPlugin, type PluginProcess } from './plugin-process.ts';

const hosted = new Map<string, HostedPlugin>();
let process: PluginProcess | undefined;

/** `folder`: where all of them lie. */
export function shippedProcess(plugin: HostedPlugin, folder: string): PluginProcess {
  hosted.set(plugin.id, plugin);
  process ??= createPluginProcess('shipped', hosted, [folder]);
  return process;
}

/** Ends it; it starts anew when it is called again. */
export async function closeShippedProcess(): Promise<void> {
  await process?.close();
}
