// One process per data folder: a lock file naming its owner. A lock left by a killed process is recognized and taken over.
import { execFileSync } from 'node:child_process';
import { readFileSync, renameSync, rmSync, writeFileSync, linkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fail } from './errors.ts';

interface Owner {
  readonly pid: number;
  /** What the system says about when that process began: tells it from a later one with the same pid. */
  readonly began: string;
  readonly since: string;
}

export interface FolderLock {
  release(): void;
}

/** Takes the folder for this process, or throws DATA_FOLDER_IN_USE. */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const file = join(folder, 'lock');
  const mine: Owner = { pid: process.pid, began: beganAt(process.pid) ?? '', since: new Date().toISOString() };
  const content = `${JSON.stringify(mine)}\n`;
  for (;;) {
    try {
      writeFileSync(file, content, { flag: 'wx', mode: 0o644 });
      break;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    const found = await readOwner(file);
    if (found === 'gone') continue;
    if (found.owner && isAlive(found.owner)) {
      throw fail('DATA_FOLDER_IN_USE', { folder, pid: found.owner.pid, since: found.owner.since });
    }
    takeAway(file, found.content);
  }
  held.add(file);
  return {
    release() {
      held.delete(file);
      rmSync(file, { force: true });
    },
  };
}

/** Locks of this very process, which `isAlive` cannot tell from one its predecessor with the same pid left. */
const held = new Set<string>();

async function readOwner(
  file: string,
): Promise<'gone' | { readonly owner: Owner | undefined; readonly content: string }> {
  let content = '';
  // Between creation and writing the file is empty for a moment; one that stays empty was left by a crash.
  for (let attempt = 0; attempt < 10; attempt += 1) {
    try {
      content = readFileSync(file, 'utf8');
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 'gone';
      throw error;
    }
    if (content.endsWith('\n')) break;
    await pause(20);
  }
  try {
    const owner = JSON.parse(content) as Owner;
    if (owner.pid === process.pid && !held.has(file)) return { owner: undefined, content };
    return { owner, content };
  } catch {
    return { owner: undefined, content };
  }
}

/** Removes a stale lock. Two starters may both see it as stale: whoever moved a fresh one away puts it back. */
function takeAway(file: string, stale: string): void {
  const aside = `${file}.${process.pid}`;
  try {
    renameSync(file, aside);
  } catch {
    return;
  }
  try {
    if (readFileSync(aside, 'utf8') !== stale) linkSync(aside, file);
  } finally {
    rmSync(aside, { force: true });
  }
}

function isAlive(owner: Owner): boolean {
  if (!isRunning(owner.pid)) return false;
  const began = beganAt(owner.pid);
  return began === undefined || owner.began === '' || began === owner.began;
}

/** False also for a process that ended and is only not yet collected by its parent. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
  return statOf(pid)?.[0] !== 'Z';
}

/** The fields of /proc/<pid>/stat after the name: state, parent … */
function statOf(pid: number): readonly string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The process name in parentheses may hold spaces and parentheses.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

/** Boot and start time of a process, opaque; undefined where the system does not tell. */
function beganAt(pid: number): string | undefined {
  const ticks = statOf(pid)?.[19];
  if (ticks === undefined) return listed(pid, 'lstart=');
  return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}/${ticks}`;
}

/** The command line of a process; undefined where there is none or the system does not tell. */
export function commandLine(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return listed(pid, 'command=');
  }
}

function listed(pid: number, column: string): string | undefined {
  if (process.platform === 'linux' || process.platform === 'win32') return undefined;
  try {
    return execFileSync('ps', ['-o', column, '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined;
  } catch {
    return undefined;
  }
}
