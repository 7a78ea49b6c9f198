// The generic runtime against a server written by hand for the same four requests (hand-written/server.ts): the same tables, rows
// and Postgres, each server a process of its own, load in alternating rounds so that whatever else the machine does hits both.
// BENCH_SECONDS (default 3) is the length of a round, BENCH_ROUNDS (default 5) their number.
import type { ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectDatabase } from '../../core/db/connect.ts';
import type { Database } from '../../core/db/sql.ts';
import { load } from './load.ts';
import type { LoadRequest, Throughput } from './load.ts';
import { seed } from './seed.ts';
import type { Seeded } from './seed.ts';
import { databaseUrl, key, start, startGeneric, stop, type Running } from './server-process.ts';
import { median, spread, table } from './table.ts';

const seconds = Number(process.env['BENCH_SECONDS'] ?? 3);
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 5);
const connections = 16;
const api = '/api/data/v9.2';

interface Scenario {
  readonly name: string;
  readonly kind: 'read' | 'write';
  readonly status: number;
  readonly generic: () => LoadRequest;
  readonly handWritten: () => LoadRequest;
}

export async function bench(): Promise<Readonly<Record<string, unknown>>> {
  const folder = await mkdtemp(join(tmpdir(), 'peyvand-bench-'));
  const processes: ChildProcess[] = [];
  let database: Database | undefined;
  try {
    process.stderr.write('preparing: first start, 200,000 rows …\n');
    const first = await startGeneric(folder);
    processes.push(first.process);
    database = connectDatabase({ url: await databaseUrl(folder), max: 1, statementTimeout: 0 });
    const seeded = await seed(database);
    await database.end();
    await stop(first.process);

    const generic = await startGeneric(folder);
    processes.push(generic.process);
    await new Promise((resolve) => setTimeout(resolve, 3000));
    const idle = await memory(generic.process);
    const handWritten = await startHandWritten(await databaseUrl(folder), seeded);
    processes.push(handWritten.process);

    const figures = await compare(generic, handWritten, scenarios(seeded));
    const loaded = await memory(generic.process, 'VmHWM');
    print(figures, generic.started, idle, loaded, await memory(handWritten.process, 'VmHWM'));
    const ratios = (kind: Scenario['kind']) =>
      Object.fromEntries(
        figures.filter((one) => one.kind === kind).map((one) => [one.name, round(median(one.ratios))]),
      );
    return {
      read_ratios: ratios('read'),
      write_ratios: ratios('write'),
      idle_mb: idle,
      load_mb: loaded,
      second_start_ms: Math.round(generic.started),
    };
  } finally {
    await database?.end();
    for (const child of processes.toReversed()) await stop(child);
    await rm(folder, { recursive: true, force: true });
  }
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}

interface Compared {
  readonly name: string;
  readonly kind: Scenario['kind'];
  readonly generic: readonly Throughput[];
  readonly handWritten: readonly Throughput[];
  /** Of each pair of rounds. */
  readonly ratios: readonly number[];
}

async function compare(generic: Running, handWritten: Running, all: readonly Scenario[]): Promise<readonly Compared[]> {
  const results: Compared[] = [];
  for (const scenario of all) {
    const run = (server: Running, next: () => LoadRequest, duration: number) =>
      load({
        url: server.url,
        headers: {
          Authorization: `Bearer ${key}`,
          ...(scenario.name === 'page' && { Prefer: 'odata.maxpagesize=50' }),
        },
        connections,
        duration,
        status: scenario.status,
        next,
      });
    process.stderr.write(`${scenario.name} …\n`);
    await run(generic, scenario.generic, 2000);
    await run(handWritten, scenario.handWritten, 2000);
    const a: Throughput[] = [];
    const b: Throughput[] = [];
    for (let index = 0; index < rounds; index += 1) {
      const sides = [
        async () => void a.push(await run(generic, scenario.generic, seconds * 1000)),
        async () => void b.push(await run(handWritten, scenario.handWritten, seconds * 1000)),
      ];
      // Who goes first changes, so that neither always follows the other's work.
      for (const side of index % 2 === 0 ? sides : sides.toReversed()) await side();
    }
    const ratios = a.map((one, index) => one.rate / (b[index]?.rate ?? NaN));
    results.push({ name: scenario.name, kind: scenario.kind, generic: a, handWritten: b, ratios });
  }
  return results;
}

const rate = (results: readonly Throughput[]) => spread(results.map((one) => one.rate));
const p99 = (results: readonly Throughput[]) =>
  spread(
    results.map((one) => one.p99),
    1,
  );

function print(figures: readonly Compared[], started: number, idle: number, loaded: number, other: number): void {
  const head = ['scenario', 'generic req/s', 'by hand req/s', 'ratio', 'generic p99 ms', 'by hand p99 ms'];
  const rows = figures.map((one) => [
    one.name,
    rate(one.generic),
    rate(one.handWritten),
    spread(one.ratios, 2),
    p99(one.generic),
    p99(one.handWritten),
  ]);
  process.stdout.write(
    `\ncrud: median (least–most) of ${rounds} rounds of ${seconds} s, ${connections} connections, 200,000 opportunities\n\n${table(head, rows)}\n\n` +
      `memory of the generic server: ${idle} MB idle, ${loaded} MB at most under load (by hand: ${other} MB)\n` +
      `second start to /readyz, embedded Postgres included: ${Math.round(started)} ms\n\n`,
  );
}

const select = '$select=name,estimatedvalue,statecode,createdon,description';
const account = 'parentaccountid($select=name)';
const retrieve = `?${select}&$expand=${account},parentcontactid($select=fullname,emailaddress1)`;
const pick = (from: readonly string[]) => from[Math.floor(Math.random() * from.length)] ?? '';
const least = () => Math.floor(Math.random() * 50_000);
const page = () =>
  `?${select}&$filter=statecode%20eq%200%20and%20estimatedvalue%20gt%20${least()}&$orderby=createdon%20desc&$expand=${account}`;
const values = () => ({
  name: `Opportunity ${Math.floor(Math.random() * 1e9)}`,
  estimatedvalue: Math.floor(Math.random() * 1_000_000) / 100,
  estimatedclosedate: '2027-01-31',
  description: 'A deal that came in by the bench.',
});
const change = () => JSON.stringify({ description: `Changed to ${Math.floor(Math.random() * 1e9)}` });

function scenarios({ opportunities, accounts }: Seeded): readonly Scenario[] {
  return [
    {
      name: 'retrieve',
      kind: 'read',
      status: 200,
      generic: () => ({ method: 'GET', path: `${api}/opportunities(${pick(opportunities)})${retrieve}` }),
      handWritten: () => ({ method: 'GET', path: `/opportunities/${pick(opportunities)}` }),
    },
    {
      name: 'page',
      kind: 'read',
      status: 200,
      generic: () => ({ method: 'GET', path: `${api}/opportunities${page()}` }),
      handWritten: () => ({ method: 'GET', path: `/opportunities?least=${least()}` }),
    },
    {
      name: 'create',
      kind: 'write',
      status: 204,
      generic: () => {
        const body = { ...values(), 'parentaccountid@odata.bind': `/accounts(${pick(accounts)})` };
        return { method: 'POST', path: `${api}/opportunities`, body: JSON.stringify(body) };
      },
      handWritten: () => {
        const body = { ...values(), parentaccountid: pick(accounts) };
        return { method: 'POST', path: '/opportunities', body: JSON.stringify(body) };
      },
    },
    {
      name: 'update',
      kind: 'write',
      status: 204,
      generic: () => ({ method: 'PATCH', path: `${api}/opportunities(${pick(opportunities)})`, body: change() }),
      handWritten: () => ({ method: 'PATCH', path: `/opportunities/${pick(opportunities)}`, body: change() }),
    },
  ];
}

async function startHandWritten(url: string, seeded: Seeded): Promise<Running> {
  const environment = {
    DATABASE_URL: url,
    API_KEY: key,
    USER_ID: seeded.userId,
    UNIT_ID: seeded.unitId,
    CURRENCY_ID: seeded.currencyId,
  };
  return start(['test/bench/hand-written/server.ts'], environment, /^ready (http:\S+)/, undefined);
}

/** Resident memory in MB, now or at most so far; NaN where the system does not tell. */
async function memory(child: ChildProcess, which: 'VmRSS' | 'VmHWM' = 'VmRSS'): Promise<number> {
  try {
    const status = await readFile(`/proc/${child.pid}/status`, 'utf8');
    return Math.round(Number(new RegExp(`${which}:\\s+(\\d+) kB`).exec(status)?.[1]) / 1024);
  } catch {
    return NaN;
  }
}
