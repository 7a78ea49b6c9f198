// What plugins' processes meet, in the log and in /metrics.
import { listenToHost, type HostEvent } from '../../core/plugins/host/events.ts';
import type { LoadedPlugin } from '../../core/plugins/load-plugins.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';

/** Returns what ends it. */
export function watchPlugins(parts: () => readonly LoadedPlugin[], { logger }: Log, metrics: Metrics): () => void {
  const faults = new Map<string, number>();
  metrics.also(() => {
    const lines = [
      '# HELP peyvand_plugin_stopped 1 where a plugin failed so often that it is not called for a while.',
      '# TYPE peyvand_plugin_stopped gauge',
    ];
    for (const { manifest, process } of parts()) {
      if (process)
        lines.push(
          gauge('peyvand_plugin_stopped', manifest.id, process.health(manifest.id).state === 'closed' ? 0 : 1),
        );
    }
    lines.push(
      '# HELP peyvand_plugin_faults_total Times that a plugin was ended, or failed where nobody waited.',
      '# TYPE peyvand_plugin_faults_total counter',
    );
    for (const [plugin, count] of faults) lines.push(gauge('peyvand_plugin_faults_total', plugin, count));
    return lines;
  });
  return listenToHost((event: HostEvent) => {
    if (event.kind === 'printed') return logger.info({ plugin: event.process }, event.text);
    if (event.kind === 'opened')
      return logger.error(event, 'a plugin failed several times and is not called for a while');
    const plugin = event.plugin ?? 'unknown';
    faults.set(plugin, (faults.get(plugin) ?? 0) + 1);
    return logger.error(
      event,
      event.kind === 'ended' ? 'the process of a plugin ended' : 'a plugin failed where nobody waited',
    );
  });
}

function gauge(name: string, plugin: string, value: number): string {
  return `${name}{plugin="${plugin}"} ${value}`;
}
