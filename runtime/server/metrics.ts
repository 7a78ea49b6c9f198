// Figures for /metrics in the Prometheus text format 0.0.4: requests by method and status class, a latency histogram,
// and the process's memory and event loop.
import { monitorEventLoopDelay } from 'node:perf_hooks';

/** Upper bounds in seconds. */
const BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;

export interface Metrics {
  /** One finished request; `milliseconds` from its first byte to its answer. */
  observe(method: string, status: number, milliseconds: number): void;
  begin(): void;
  /** Requests that have begun and not ended. */
  running(): number;
  /** Further lines, made when they are asked for. */
  also(lines: () => readonly string[]): void;
  render(): string;
  close(): void;
}

const KNOWN_METHODS = new Set(['GET', 'POST', 'PATCH', 'PUT', 'DELETE', 'HEAD', 'OPTIONS']);

export function createMetrics(): Metrics {
  const requests = new Map<string, Map<number, number>>();
  const buckets = Array.from({ length: BOUNDS.length + 1 }, () => 0);
  let seconds = 0;
  let count = 0;
  let open = 0;
  const others: (() => readonly string[])[] = [];
  const delay = monitorEventLoopDelay({ resolution: 50 });
  delay.enable();

  const render = (): string => {
    const lines = ['# HELP peyvand_requests_total Finished requests.', '# TYPE peyvand_requests_total counter'];
    for (const [method, statuses] of requests)
      for (const [status, number] of statuses)
        lines.push(`peyvand_requests_total{method="${method}",status="${status}"} ${number}`);
    lines.push(
      '# HELP peyvand_request_seconds Time from a request to its answer.',
      '# TYPE peyvand_request_seconds histogram',
    );
    let below = 0;
    BOUNDS.forEach((bound, index) => {
      below += buckets[index] ?? 0;
      lines.push(`peyvand_request_seconds_bucket{le="${bound}"} ${below}`);
    });
    lines.push(
      `peyvand_request_seconds_bucket{le="+Inf"} ${count}`,
      `peyvand_request_seconds_sum ${seconds}`,
      `peyvand_request_seconds_count ${count}`,
    );
    const memory = process.memoryUsage();
    const gauges: readonly (readonly [string, string, number])[] = [
      ['peyvand_requests_running', 'Requests that have not ended.', open],
      ['process_resident_memory_bytes', 'Resident memory.', memory.rss],
      ['nodejs_heap_size_used_bytes', 'Used heap.', memory.heapUsed],
      ['nodejs_external_memory_bytes', 'Memory outside the heap.', memory.external],
      ['nodejs_eventloop_lag_p99_seconds', 'Event loop delay, 99th percentile.', delay.percentile(99) / 1e9],
      ['process_uptime_seconds', 'Time since the start.', process.uptime()],
    ];
    for (const [name, help, value] of gauges)
      lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} gauge`, `${name} ${Number.isFinite(value) ? value : 0}`);
    for (const other of others) lines.push(...other());
    return `${lines.join('\n')}\n`;
  };

  return {
    also: (lines) => void others.push(lines),
    begin() {
      open += 1;
    },
    observe(method, status, milliseconds) {
      open -= 1;
      const name = KNOWN_METHODS.has(method) ? method : 'other';
      let statuses = requests.get(name);
      if (!statuses) requests.set(name, (statuses = new Map()));
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      const elapsed = milliseconds / 1000;
      seconds += elapsed;
      count += 1;
      let index = 0;
      while (index < BOUNDS.length && elapsed > (BOUNDS[index] ?? 0)) index += 1;
      buckets[index] = (buckets[index] ?? 0) + 1;
    },
    running: () => open,
    render,
    close: () => {
      delay.disable();
    },
  };
}
