// What the server can see and do about another process of its own: memory and processor time (on Linux), priority.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';

const PAGE = 4_096;
/** Of `/proc/<pid>/stat`, everywhere we run. */
const TICKS_A_SECOND = 100;

/** Bytes in memory; undefined where the system does not tell. */
export function residentOf(pid: number): number | undefined {
  try {
    return Number(readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1]) * PAGE;
  } catch {
    return undefined;
  }
}

/** Milliseconds of processor time it has used; undefined where the system does not tell. */
export function busyOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return ((Number(fields[11]) + Number(fields[12])) * 1_000) / TICKS_A_SECOND;
  } catch {
    return undefined;
  }
}

/** Every thread of it: its collector of garbage would go on at full strength otherwise. False where it may not be changed. */
export function prioritize(pid: number, priority: number): boolean {
  try {
    for (const thread of threadsOf(pid)) setPriority(thread, priority);
    return true;
  } catch {
    return false;
  }
}

function threadsOf(pid: number): readonly number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).map(Number);
  } catch {
    return [pid];
  }
}

/** Where memory runs out, the system ends this process before any other. */
export function sacrificeFirst(pid: number): void {
  try {
    writeFileSync(`/proc/${pid}/oom_score_adj`, '1000');
  } catch {
    // Only Linux has it.
  }
}

let tie: readonly string[] | undefined;

/**
 * What a command is started with so that the system kills it when the thread that started it ends, however that ends and
 * whatever the command does then: `setpriv` sets PR_SET_PDEATHSIG and becomes the command. Empty where there is none.
 */
export function tiedToUs(): readonly string[] {
  tie ??= findTie();
  return tie;
}

function findTie(): readonly string[] {
  if (process.platform !== 'linux') return [];
  const words = ['/usr/bin/setpriv', '/bin/setpriv']
    .filter((file) => existsSync(file))
    .map((file) => [file, '--pdeathsig', 'KILL']);
  // Small systems have one that does less.
  return words.find(([file = '', ...flags]) => succeeds(file, [...flags, file, '--version'])) ?? [];
}

function succeeds(file: string, words: readonly string[]): boolean {
  return spawnSync(file, words, { env: {}, stdio: 'ignore', timeout: 2_000 }).status === 0;
}
