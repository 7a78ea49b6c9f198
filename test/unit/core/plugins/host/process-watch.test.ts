import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { busyOf, tiedToUs } from '../../../../../core/plugins/host/process-watch.ts';

const script = fileURLToPath(new URL('../../../../fixtures/server-with-loop.ts', import.meta.url));
const begun: number[] = [];

/** What has ended and was not yet fetched by anybody does not run. */
function runs(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return !['Z', 'X'].includes(stat[stat.lastIndexOf(')') + 2] ?? '');
  } catch {
    return false;
  }
}

afterEach(() => {
  for (const pid of begun.splice(0)) if (runs(pid)) process.kill(pid, 'SIGKILL');
});

describe('the process of a plugin', () => {
  // By the system's own means, which Linux has.
  it.runIf(tiedToUs().length > 0)('that loops does not outlive a server that is killed with SIGKILL', async () => {
    const server = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    if (server.pid !== undefined) begun.push(server.pid);
    const [said] = (await once(server.stdout, 'data')) as [Buffer];
    const plugin = Number(said.toString());
    begun.push(plugin);
    const before = busyOf(plugin) ?? 0;
    await vi.waitFor(() => expect(busyOf(plugin)).toBeGreaterThan(before + 100), 20_000);
    expect(runs(plugin)).toBe(true);
    server.kill('SIGKILL');
    await once(server, 'exit');
    await vi.waitFor(() => expect(runs(plugin)).toBe(false), 10_000);
  });
});
