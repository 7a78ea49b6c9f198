// Power cuts: kill -9 of the server or of the embedded Postgres in the middle of writes. What was acknowledged is there
// afterwards, what was begun is whole or absent, and the database comes up by itself.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync, mkdirSync, chmodSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { API_KEY, childServer, dataFolder, ownEnvironment, type ChildServer } from '../support/server.ts';

const BASE = '/api/data/v9.2';
const folders: string[] = [];
const servers: ChildServer[] = [];

afterEach(async () => {
  for (const server of servers.splice(0))
    if (server.process.exitCode === null && server.process.signalCode === null) await server.stop();
  for (const folder of folders.splice(0)) {
    const pointer = join(folder, 'postgres-location');
    if (existsSync(pointer)) rmSync(readFileSync(pointer, 'utf8').trim(), { recursive: true, force: true });
    rmSync(folder, { recursive: true, force: true });
  }
});

async function start(folder: string): Promise<ChildServer> {
  const server = await childServer({ folder });
  servers.push(server);
  return server;
}

/** The data of a server that was started and stopped once. */
const begun = dataFolder();
beforeAll(async () => (await childServer({ folder: begun })).stop(), 180_000);
afterAll(() => rmSync(begun, { recursive: true, force: true }));

/** A copy of it, its owners kept: making every table anew is not what these tests ask for. */
function begunFolder(): string {
  const folder = dataFolder();
  folders.push(folder);
  execFileSync('cp', ['-a', `${begun}/.`, folder]);
  return folder;
}

/** The embedded postmaster's pid, from its own file. */
function postmaster(folder: string): number {
  const pointer = join(folder, 'postgres-location');
  const cluster = existsSync(pointer) ? readFileSync(pointer, 'utf8').trim() : join(folder, 'postgres');
  return Number(readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n')[0]);
}

interface Writers {
  /** Names whose create was answered with 204. */
  readonly acknowledged: Set<string>;
  stop(): Promise<void>;
}

/** Creates accounts as fast as it can until stopped; failures are expected and not counted. */
function writeInBackground(server: ChildServer, run: string): Writers {
  const acknowledged = new Set<string>();
  let going = true;
  let counter = 0;
  const writer = async () => {
    while (going) {
      const name = `${run}-${counter++}`;
      try {
        const response = await fetch(`${server.url}${BASE}/accounts`, {
          method: 'POST',
          headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
          body: JSON.stringify({ name, description: 'x'.repeat(500) }),
          signal: AbortSignal.timeout(10_000),
        });
        if (response.status === 204) acknowledged.add(name);
        else expect(response.status, await response.text()).toBe(503);
      } catch (fault) {
        if (fault instanceof Error && fault.name === 'AssertionError') throw fault;
        // The connection broke: the write may or may not be there.
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
  };
  const writers = Array.from({ length: 4 }, writer);
  return {
    acknowledged,
    async stop() {
      going = false;
      await Promise.all(writers);
    },
  };
}

async function until(condition: () => boolean): Promise<void> {
  await expect.poll(condition, { timeout: 30_000, interval: 5 }).toBe(true);
}

async function namesOf(server: ChildServer, run: string): Promise<Set<string>> {
  const names = new Set<string>();
  let path: string | undefined = `${BASE}/accounts?$select=name&$filter=startswith(name,'${run}-')`;
  while (path !== undefined) {
    const response = await server.request(path);
    expect(response.status).toBe(200);
    const page = (await response.json()) as { value: { name: string }[]; '@odata.nextLink'?: string };
    for (const { name } of page.value) names.add(name);
    path = page['@odata.nextLink']?.slice(server.url.length);
  }
  return names;
}

function missing(acknowledged: ReadonlySet<string>, stored: ReadonlySet<string>): readonly string[] {
  return [...acknowledged].filter((name) => !stored.has(name));
}

/** Every stored row has its audit and outbox rows: they are written by one statement. */
async function halfWrites(folder: string): Promise<unknown> {
  const { connectDatabase } = await import('../../core/db/connect.ts');
  const { url } = JSON.parse(readFileSync(join(folder, 'connection.json'), 'utf8')) as { url: string };
  const database = connectDatabase({ url, max: 1 });
  try {
    const [row] = await database.query<{ count: number }>(
      `select count(*)::int as count from org_default.account a
       where not exists (select 1 from org_default._audit u where u.record = a.accountid and u.action = 'create')
          or not exists (select 1 from org_default._outbox o where o.record = a.accountid and o.message = 'create')`,
    );
    return row?.count;
  } finally {
    await database.end();
  }
}

test('kill -9 of the server in the middle of writes loses no acknowledged write', { timeout: 180_000 }, async () => {
  const folder = begunFolder();
  const acknowledged = new Set<string>();
  for (let round = 0; round < 3; round++) {
    const server = await start(folder);
    const writers = writeInBackground(server, 'server');
    await until(() => writers.acknowledged.size > 30 + round * 20);
    await server.kill();
    await writers.stop();
    for (const name of writers.acknowledged) acknowledged.add(`${name}`);
  }
  const server = await start(folder);
  expect(missing(acknowledged, await namesOf(server, 'server'))).toEqual([]);
  expect(await halfWrites(folder)).toBe(0);
});

test(
  'kill -9 of the embedded Postgres: it comes up by itself and no acknowledged write is lost',
  { timeout: 180_000 },
  async () => {
    const folder = begunFolder();
    const server = await start(folder);
    const writers = writeInBackground(server, 'postgres');
    for (let round = 0; round < 2; round++) {
      const before = writers.acknowledged.size;
      await until(() => writers.acknowledged.size > before + 30);
      const pid = postmaster(folder);
      process.kill(pid, 'SIGKILL');
      const killed = writers.acknowledged.size;
      await until(() => writers.acknowledged.size > killed + 30);
      expect(postmaster(folder)).not.toBe(pid);
    }
    await writers.stop();
    expect((await server.request('/readyz')).status).toBe(200);
    expect(missing(writers.acknowledged, await namesOf(server, 'postgres'))).toEqual([]);
    expect(await halfWrites(folder)).toBe(0);
  },
);

test('both killed at once, as by a power cut', { timeout: 180_000 }, async () => {
  const folder = begunFolder();
  const first = await start(folder);
  const writers = writeInBackground(first, 'both');
  await until(() => writers.acknowledged.size > 50);
  process.kill(postmaster(folder), 'SIGKILL');
  await first.kill();
  await writers.stop();
  const second = await start(folder);
  expect(missing(writers.acknowledged, await namesOf(second, 'both'))).toEqual([]);
  expect(await halfWrites(folder)).toBe(0);
});

test('a data folder in use by another server is refused with a clear word', { timeout: 120_000 }, async () => {
  const folder = begunFolder();
  const first = await start(folder);
  await expect(childServer({ folder })).rejects.toThrow(/in use by another Peyvand process \(pid \d+/);
  expect((await first.request('/readyz')).status).toBe(200);
});

test('a taken port is refused with a clear word', { timeout: 120_000 }, async () => {
  const first = await start(begunFolder());
  const { port } = new URL(first.url);
  const second = childServer({ folder: begunFolder(), environment: { PORT: port } });
  await expect(second).rejects.toThrow(`Port ${port} of 127.0.0.1 is in use`);
});

test(
  'a stop by signal finishes what runs, answers everything it took, and the next start finds all',
  { timeout: 120_000 },
  async () => {
    const folder = begunFolder();
    const first = await start(folder);
    const writers = writeInBackground(first, 'stop');
    await until(() => writers.acknowledged.size > 30);
    await first.stop();
    expect(first.process.exitCode).toBe(0);
    await writers.stop();
    const second = await start(folder);
    expect(missing(writers.acknowledged, await namesOf(second, 'stop'))).toEqual([]);
  },
);

test.runIf(process.getuid?.() === 0)(
  'root may keep the data in a folder that only root can enter',
  { timeout: 120_000 },
  async () => {
    const outer = mkdtempSync(join(tmpdir(), 'peyvand-root-'));
    chmodSync(outer, 0o700);
    folders.push(outer);
    const folder = join(outer, 'data');
    mkdirSync(folder, { mode: 0o700 });
    folders.unshift(folder);
    const first = await start(folder);
    const created = await first.request(`${BASE}/accounts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"name":"root-1"}',
    });
    expect(created.status).toBe(204);
    await first.stop();
    const second = await start(folder);
    expect(await namesOf(second, 'root')).toEqual(new Set(['root-1']));
  },
);

test('a publish killed in its middle leaves the old state or the new one, whole', { timeout: 240_000 }, async () => {
  const folder = begunFolder();
  const layer = mkdtempSync(join(tmpdir(), 'peyvand-layer-'));
  folders.push(layer);
  const source = new URL('../../metadata/base/tag/', import.meta.url);
  mkdirSync(join(layer, 'zz_killed'), { recursive: true });
  const entity = JSON.parse(readFileSync(new URL('entity.json', source), 'utf8')) as Record<string, unknown>;
  const settings = entity['entity'] as Record<string, unknown>;
  const document = { ...entity, title: 'Killed', entity: { ...settings, set: 'zz_killeds', plural: 'Killed ones' } };
  delete (document as Record<string, unknown>)['$schema'];
  writeFileSync(join(layer, 'zz_killed', 'entity.json'), JSON.stringify(document));
  const { spawn } = await import('node:child_process');
  const main = new URL('../../runtime/cli/peyvand.js', import.meta.url).pathname;

  const server = await start(folder);
  for (const delay of [400, 900, 1400]) {
    const child = spawn(process.execPath, [main, 'publish', '--from', layer, '--yes'], {
      env: { ...ownEnvironment(), PEYVAND_DATA: folder },
      stdio: 'ignore',
    });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    setTimeout(() => child.kill('SIGKILL'), delay);
    await ended;
    // Either there is no such set, or it works from end to end.
    const response = await server.request(`${BASE}/zz_killeds`);
    expect([200, 404]).toContain(response.status);
    expect((await server.request(`${BASE}/accounts?$top=1`)).status).toBe(200);
  }
  await server.kill();
  const again = await start(folder);
  expect((await again.request(`${BASE}/accounts?$top=1`)).status).toBe(200);
  expect([200, 404]).toContain((await again.request(`${BASE}/zz_killeds`)).status);
  const publish = spawn(process.execPath, [main, 'publish', '--from', layer, '--yes'], {
    env: { ...ownEnvironment(), PEYVAND_DATA: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  publish.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  publish.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  expect(await new Promise((resolve) => publish.once('exit', resolve)), said).toBe(0);
  const created = async () =>
    (
      await again.request(`${BASE}/zz_killeds`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"name":"after"}',
      })
    ).status;
  await expect.poll(created, { timeout: 10_000 }).toBe(204);
});
