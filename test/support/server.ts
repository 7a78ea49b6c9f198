// The real server for tests: in this process on a fresh database of the shared cluster, or as a child process on a data
// folder of its own (for what must be killed, measured or driven by a browser).
import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readConfig } from '../../runtime/server/config.ts';
import { BUNDLE } from '../../runtime/cli/bundle.ts';
import { startServer, type RunningServer } from '../../runtime/server/server.ts';
import { testDatabase } from './database.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** A bootstrap administrator key that every server started here knows. */
export const API_KEY = 'pvd_test-key-0123456789abcdef';
export const ADMIN_EMAIL = 'admin@example.com';
export const ADMIN_PASSWORD = 'correct horse battery';

export interface TestServer extends AsyncDisposable {
  readonly url: string;
  /** fetch with the administrator's key; `path` begins with a slash. */
  request(path: string, init?: RequestInit): Promise<Response>;
  stop(): Promise<void>;
}

function requester(url: string): TestServer['request'] {
  return (path, init = {}) => {
    const headers = new Headers(init.headers);
    if (!headers.has('authorization')) headers.set('authorization', `Bearer ${API_KEY}`);
    return fetch(url + path, { ...init, headers });
  };
}

export interface InProcessServer extends TestServer {
  readonly server: RunningServer;
  /** The administrator's random one, made where the environment gives none (`PEYVAND_ADMIN_PASSWORD: ''`). */
  readonly firstPassword: string | undefined;
}

/** In this process, on a fresh database of the cluster that vitest started. */
export async function testServer(
  environment: Readonly<Record<string, string>> = {},
  pages: string = BUNDLE,
): Promise<InProcessServer> {
  const database = await testDatabase({ shipped: true });
  await database.database.end();
  const folder = mkdtempSync(join(tmpdir(), 'peyvand-server-'));
  const config = readConfig({
    PORT: '0',
    DATABASE_URL: database.url,
    PEYVAND_DATA: folder,
    PEYVAND_ADMIN_EMAIL: ADMIN_EMAIL,
    PEYVAND_ADMIN_PASSWORD: ADMIN_PASSWORD,
    PEYVAND_API_KEY: API_KEY,
    LOG_LEVEL: 'silent',
    ...environment,
  });
  let firstPassword: string | undefined;
  const server = await startServer({
    config,
    pages,
    onFirstStart: ({ password }) => (firstPassword = password),
  });
  const stop = async () => {
    await server.close(1000);
    await database.drop();
    rmSync(folder, { recursive: true, force: true });
  };
  return { url: server.url, server, request: requester(server.url), firstPassword, stop, [Symbol.asyncDispose]: stop };
}

export interface ChildServer extends TestServer {
  readonly process: ChildProcess;
  readonly folder: string;
  /** Everything it wrote to standard output and error so far. */
  output(): string;
  /** Ends it as a power cut would; the folder stays. */
  kill(): Promise<void>;
}

export interface ChildOptions {
  /** A data folder of an earlier server; a fresh temporary one when absent. */
  readonly folder?: string;
  readonly args?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Keep the data folder when it stops. */
  readonly keep?: boolean;
}

/** A data folder that also Postgres's own user can enter when tests are run by root. */
export function dataFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'peyvand-data-'));
  chmodSync(folder, 0o755);
  return folder;
}

/** What people's shells have, without the marks of the test runner: they would change how the app is built. */
export function ownEnvironment(): NodeJS.ProcessEnv {
  const marks = /^(?:VITEST|NODE_ENV$|TEST$|MODE$|DEV$|PROD$|SSR$|BASE_URL$)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !marks.test(name)));
}

/** `peyvand start` as people run it; resolves when it says it is ready, rejects with what it wrote when it ends before. */
export async function childServer(options: ChildOptions = {}): Promise<ChildServer> {
  const folder = options.folder ?? dataFolder();
  const child = spawn(process.execPath, [join(ROOT, 'runtime/cli/peyvand.js'), 'start', ...(options.args ?? [])], {
    cwd: ROOT,
    env: {
      ...ownEnvironment(),
      PORT: '0',
      PEYVAND_DATA: folder,
      PEYVAND_ADMIN_EMAIL: ADMIN_EMAIL,
      PEYVAND_ADMIN_PASSWORD: ADMIN_PASSWORD,
      PEYVAND_API_KEY: API_KEY,
      LOG_LEVEL: 'warn',
      ...options.environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let written = '';
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const url = await new Promise<string>((resolve, reject) => {
    const read = (chunk: Buffer) => {
      written += chunk.toString();
      const ready = /ready at (http:\/\/\S+)/.exec(written)?.[1];
      if (ready !== undefined) resolve(ready);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}:\n${written}`)));
  });
  const remove = () => {
    if (!options.keep && options.folder === undefined) rmSync(folder, { recursive: true, force: true });
  };
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
    remove();
  };
  return {
    url,
    folder,
    process: child,
    request: requester(url),
    output: () => written,
    stop,
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
    [Symbol.asyncDispose]: stop,
  };
}
