// What plugins cost and what a hostile one can do. Cost: a handler inside the transaction of creating an account, in its process
// and as a plain function, in alternating rounds. Containment: the 99th percentile of other requests, calm and during each attack
// of test/fixtures/hostile, which is let go on whenever the breaker has stopped it. BENCH_SECONDS (default 6) for each;
// BENCH_ATTACKS=LongMessage,Buffers: only these, and no cost.
import { mkdtemp, rm } from 'node:fs/promises';
import { chmodSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { create } from '../../core/records/create.ts';
import type { Call } from '../../core/engine.ts';
import { connectDatabase } from '../../core/db/connect.ts';
import { startEmbedded } from '../../core/db/embedded.ts';
import { openOrganization } from '../../core/organization.ts';
import { closePlugins, loadPlugins } from '../../core/plugins/load-plugins.ts';
import { bootstrap } from '../../core/security/bootstrap.ts';
import { systemPrincipal } from '../../core/security/system-principal.ts';
import type { EventHandler } from '../../core/sdk/index.ts';
import { load } from './load.ts';
import { key, startGeneric, stop } from './server-process.ts';
import { median, table } from './table.ts';

const seconds = Number(process.env['BENCH_SECONDS'] ?? 6);
const WRITES = 400;
const ROUNDS = 5;
const CONNECTIONS = 4;
const ROWS = 300;
const API = '/api/data/v9.2';
const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));

const attacks = [
  'Loop',
  'AsyncLoop',
  'Heap',
  'Buffers',
  'Exit',
  'ThrowLater',
  'RejectLater',
  'Flood',
  'Print',
  'LongMessage',
  'ForbiddenTable',
  'UndeclaredHost',
  'Passwords',
  'Tampering',
  'Prototype',
];

export async function bench(): Promise<Readonly<Record<string, unknown>>> {
  const only = process.env['BENCH_ATTACKS']?.split(',');
  const unknown = only?.filter((name) => !attacks.includes(name)) ?? [];
  if (unknown.length > 0) throw new TypeError(`There is no attack ${unknown.join(', ')}: ${attacks.join(', ')}.`);
  const cost = only ? {} : await measureCost();
  const containment = await measureAttacks(only ?? attacks);
  return { ...cost, ...containment };
}

async function measureCost(): Promise<Readonly<Record<string, unknown>>> {
  const folder = await mkdtemp(join(tmpdir(), 'peyvand-bench-'));
  chmodSync(folder, 0o755);
  const server = await startEmbedded({ folder });
  const database = connectDatabase({ url: server.url, max: 4 });
  const loaded = await loadPlugins({ folders: [fixture('neighbour')] });
  const organization = await openOrganization({ database, plugins: loaded });
  try {
    await bootstrap(organization.current(), {
      organization: 'Bench',
      adminEmail: 'admin@example.com',
      setUp: true,
      passwordHash: async () => 'none',
    });
    const engine = organization.current();
    const account = engine.model.entities.get('account');
    if (!account) throw new TypeError('there is no account');
    const hosted = engine.handlers.filter(({ name }) => name === 'neighbour/describe');
    const spent: number[] = [];
    const timed = hosted.map((handler): EventHandler => ({
      ...handler,
      async run(context) {
        const begun = performance.now();
        await handler.run(context);
        spent.push(performance.now() - begun);
      },
    }));
    const plain = hosted.map((handler): EventHandler => ({
      ...handler,
      run({ values, now, shared }) {
        values['description'] = `made at ${now}`;
        shared['described'] = true;
      },
    }));
    const write = async (handlers: readonly EventHandler[]): Promise<number> => {
      const call: Call = { engine: { ...engine, handlers }, principal: systemPrincipal, requestId: 'bench' };
      const times: number[] = [];
      for (let at = 0; at < WRITES; at++) {
        const begun = performance.now();
        await create(call, account, { values: { name: `Account ${at}` }, targets: {}, exact: {} });
        times.push(performance.now() - begun);
      }
      return median(times);
    };
    await write(timed);
    await write(plain);
    spent.length = 0;
    const rounds = { inProcess: [] as number[], hosted: [] as number[] };
    for (let round = 0; round < ROUNDS; round++) {
      rounds.inProcess.push(await write(plain));
      rounds.hosted.push(await write(timed));
    }
    const [bare, whole, call] = [median(rounds.inProcess), median(rounds.hosted), median(spent)];
    print(
      ['a create with one handler', 'median ms'],
      [
        ['the handler as a function of the server', bare.toFixed(3)],
        ['the handler in its process', whole.toFixed(3)],
        ['of it, the call', call.toFixed(3)],
      ],
    );
    return {
      handlerMs: round(call),
      createInProcessMs: round(bare),
      createHostedMs: round(whole),
      overheadMs: round(whole - bare),
    };
  } finally {
    await organization.close();
    await closePlugins(loaded);
    await database.end();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function measureAttacks(attempted: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
  const folder = await mkdtemp(join(tmpdir(), 'peyvand-bench-'));
  chmodSync(folder, 0o755);
  const running = await startGeneric(folder, {
    PEYVAND_PLUGINS: `${fixture('hostile')},${fixture('neighbour')}`,
    PEYVAND_LIMITS: 'requests=10000000,seconds=10000000,rows=100000000,parallel=1000',
    LOG_LEVEL: 'silent',
  });
  const headers = { Authorization: `Bearer ${key}` };
  const post = async (path: string, body: object = {}): Promise<number> => {
    const answer = await fetch(running.url + path, {
      method: 'POST',
      headers: { ...headers, 'Content-Type': 'application/json', Origin: running.url },
      body: JSON.stringify(body),
    });
    await answer.arrayBuffer();
    return answer.status;
  };
  const others = (duration: number): Promise<{ readonly p50: number; readonly p99: number }> =>
    load({
      url: running.url,
      headers,
      connections: CONNECTIONS,
      duration,
      status: 200,
      next: () => ({ method: 'GET', path: `${API}/accounts?$select=name,description&$top=50` }),
    });
  try {
    for (let at = 0; at < ROWS; at++) await post(`${API}/accounts`, { name: `Account ${at}` });
    await others(2_000);
    const figures: Record<string, { calm: number; during: number; ratio: number; attempts: number }> = {};
    for (const attack of attempted) {
      const before = await others(seconds * 500);
      let isOver = false;
      let attempts = 0;
      const attacking = (async () => {
        while (!isOver) {
          attempts += 1;
          // 503: the breaker is open.
          if ((await post(`${API}/Hostile${attack}`)) === 503) await post('/api/plugins/hostile/reset');
        }
      })();
      const during = await others(seconds * 1_000);
      isOver = true;
      await attacking;
      await post('/api/plugins/hostile/reset');
      const after = await others(seconds * 500);
      const calm = Math.max(before.p99, after.p99);
      figures[attack] = { calm: round(calm), during: round(during.p99), ratio: round(during.p99 / calm), attempts };
    }
    print(
      ['attack', 'attempts', 'p99 calm, ms', 'p99 during, ms', 'ratio'],
      Object.entries(figures).map(([name, one]) => [
        name,
        String(one.attempts),
        one.calm.toFixed(2),
        one.during.toFixed(2),
        one.ratio.toFixed(2),
      ]),
    );
    return { attacks: figures, worst: Math.max(...Object.values(figures).map(({ ratio }) => ratio)) };
  } finally {
    await stop(running.process);
    await rm(folder, { recursive: true, force: true });
  }
}

function print(head: readonly string[], rows: readonly (readonly string[])[]): void {
  process.stdout.write(`${table(head, rows)}\n\n`);
}

function round(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
