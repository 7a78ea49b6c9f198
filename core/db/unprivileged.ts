// Postgres never runs as root. Started by root, it runs as the user `postgres`; what that user cannot enter (a data folder
// or node_modules below /root) is put where it can.
import { execFileSync, spawnSync } from 'node:child_process';
import { chownSync, cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fail } from './errors.ts';

/** Whom child processes run as; undefined = as ourselves. */
export interface Identity {
  readonly uid: number;
  readonly gid: number;
}

const NAME = 'postgres';

/** The user Postgres runs as; made when root starts us on a system without one. */
export function unprivilegedIdentity(): Identity | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const found = lookUp();
  if (found) return found;
  const attempts: (readonly [string, readonly string[]])[] = [
    ['useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', NAME]],
    ['adduser', ['-S', '-D', '-H', NAME]], // BusyBox
  ];
  let reason = 'neither useradd nor adduser was found';
  for (const [command, parameters] of attempts) {
    const { status, stderr, error } = spawnSync(command, parameters, { encoding: 'utf8' });
    if (error) continue;
    if (status !== 0) reason = stderr.trim();
    const made = lookUp();
    if (made) return made;
  }
  throw fail('EMBEDDED_USER_MISSING', { reason });
}

function lookUp(): Identity | undefined {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${NAME}:`));
  const [uid, gid] = line ? line.split(':').slice(2, 4).map(Number) : idOf();
  return uid === undefined || gid === undefined ? undefined : { uid, gid };
}

/** Users of a directory service are not in /etc/passwd. */
function idOf(): number[] {
  try {
    return ['-u', '-g'].map((flag) => Number(execFileSync('id', [flag, NAME], { encoding: 'utf8', stdio: 'pipe' })));
  } catch {
    return [];
  }
}

/** Can that user enter the folder? Asked of the system itself: modes, lists and mount options all count. */
export function canEnter(identity: Identity | undefined, folder: string): boolean {
  if (!identity) return true;
  const { status, error } = spawnSync('/bin/sh', ['-c', 'cd -- "$1" && test -r .', 'sh', folder], {
    ...identity,
    cwd: '/',
    stdio: 'ignore',
  });
  return !error && status === 0;
}

/** A folder of that user; parents stay as they are. */
export function makeOwnFolder(identity: Identity | undefined, folder: string): void {
  mkdirSync(dirname(folder), { recursive: true, mode: 0o755 });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (identity) chownSync(folder, identity.uid, identity.gid);
}

/** Copies the binaries once to a folder every user can enter, and names that folder. */
export function reachableCopy(identity: Identity | undefined, native: string, version: string): string {
  if (canEnter(identity, native)) return native;
  const copy = join('/var/cache/peyvand', `postgres-${version}`);
  if (existsSync(copy)) return copy;
  const partial = `${copy}.${process.pid}`;
  mkdirSync(dirname(copy), { recursive: true, mode: 0o755 });
  rmSync(partial, { recursive: true, force: true });
  cpSync(native, partial, { recursive: true, verbatimSymlinks: true });
  spawnSync('chmod', ['-R', 'a+rX', partial]);
  try {
    renameSync(partial, copy);
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    if (!existsSync(copy)) throw error;
  }
  return copy;
}
