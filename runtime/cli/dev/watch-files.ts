// Tells when files of a plugin change: looks at their times, which every editor, every file system and every system keeps, and
// never at node_modules.
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const EVERY = 250;

async function signature(folder: string, belongs: (path: string) => boolean): Promise<string> {
  const lines: string[] = [];
  const visit = async (below: string): Promise<void> => {
    for (const entry of await readdir(join(folder, below), { withFileTypes: true }).catch(() => [])) {
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      if (entry.name.startsWith('.') || entry.name === 'node_modules' || !belongs(path)) continue;
      if (entry.isDirectory()) await visit(path);
      else {
        const found = await stat(join(folder, path)).catch(() => undefined);
        if (found) lines.push(`${path} ${found.mtimeMs} ${found.size}`);
      }
    }
  };
  await visit('');
  return lines.sort().join('\n');
}

/** Waits for `apply` before it looks again; a change is taken when nothing more changes for a moment. Ends with the signal. */
export async function watchFiles(
  folder: string,
  belongs: (path: string) => boolean,
  ending: AbortSignal,
  apply: () => Promise<void>,
): Promise<void> {
  let known = await signature(folder, belongs);
  while (!ending.aborted) {
    await pause(EVERY, undefined, { signal: ending }).catch(() => undefined);
    let now = await signature(folder, belongs);
    if (now === known) continue;
    for (let before = ''; before !== now && !ending.aborted; now = await signature(folder, belongs)) {
      before = now;
      await pause(100, undefined, { signal: ending }).catch(() => undefined);
    }
    known = now;
    if (!ending.aborted) await apply();
  }
}
