// Servers as processes of their own, for benches: the generic one as `npm start` runs it, or any script that says where it
// listens.
import { spawn, type ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** The administrator key that every server of a bench knows. */
export const key = `pvd_bench_${'0123456789abcdef'}`;

export interface Running {
  readonly url: string;
  readonly process: ChildProcess;
  /** Milliseconds from its start to being ready. */
  readonly started: number;
}

/** As `npm start` does it. */
export async function startGeneric(folder: string, more: Readonly<Record<string, string>> = {}): Promise<Running> {
  const card = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8')) as {
    readonly scripts: { readonly start: string };
  };
  const [, ...args] = card.scripts.start.split(' ');
  const environment = {
    PORT: '0',
    PEYVAND_DATA: folder,
    PEYVAND_API_KEY: key,
    LOG_LEVEL: 'warn',
    DATABASE_URL: '',
    ...more,
  };
  return start(args, environment, /ready at (http:\S+)/, '/readyz');
}

/** Starts a server and waits until it says where it listens, and answers there. */
export async function start(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  ready: RegExp,
  probe: string | undefined,
): Promise<Running> {
  const begun = performance.now();
  const child = spawn(process.execPath, [...args], {
    cwd: new URL('../..', import.meta.url),
    env: { ...process.env, NODE_ENV: 'production', ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said: string[] = [];
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`it ended with ${code}:\n${said.join('\n')}`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      said.push(line);
      const found = ready.exec(line)?.[1];
      if (found !== undefined) resolve(found);
    });
  });
  if (probe !== undefined && (await fetch(url + probe)).status !== 200) throw new Error(`${url}${probe} is not ready`);
  return { url, process: child, started: performance.now() - begun };
}

export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}

export async function databaseUrl(folder: string): Promise<string> {
  return (JSON.parse(await readFile(join(folder, 'connection.json'), 'utf8')) as { readonly url: string }).url;
}
