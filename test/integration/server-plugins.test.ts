// Plugins over the API of the whole server: while 32 clients read and write, and with a second server on the same database.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readConfig } from '../../runtime/server/config.ts';
import { BUNDLE } from '../../runtime/cli/bundle.ts';
import { startServer, type RunningServer } from '../../runtime/server/server.ts';
import { fleet, folderOf, packed } from '../support/fleet-plugin.ts';
import { testDatabase, type TestDatabase } from '../support/database.ts';
import { API_KEY } from '../support/server.ts';

let database: TestDatabase;
let folder: string;
const servers: RunningServer[] = [];

/** Each with a data folder of its own, as on two machines. */
async function start(): Promise<RunningServer> {
  const config = readConfig({
    PORT: '0',
    DATABASE_URL: database.url,
    PEYVAND_DATA: join(folder, String(servers.length)),
    PEYVAND_ADMIN_EMAIL: 'admin@example.com',
    PEYVAND_ADMIN_PASSWORD: 'correct horse battery',
    PEYVAND_API_KEY: API_KEY,
    PEYVAND_SECRET: 'one secret for all the servers there are',
    LOG_LEVEL: 'silent',
  });
  const server = await startServer({ config, pages: BUNDLE });
  servers.push(server);
  return server;
}
const at = (index: number): string => servers[index]?.url ?? '';

async function ask(path: string, init: RequestInit = {}, server = 0): Promise<{ status: number; body: Body_ }> {
  const headers = new Headers(init.headers);
  headers.set('authorization', `Bearer ${API_KEY}`);
  if (typeof init.body === 'string') headers.set('content-type', 'application/json');
  const answer = await fetch(at(server) + path, { ...init, headers });
  const text = await answer.text();
  return { status: answer.status, body: (text.startsWith('{') ? JSON.parse(text) : {}) as Body_ };
}
type Body_ = Readonly<Record<string, unknown>> & {
  readonly error?: {
    readonly code: string;
    readonly message: string;
    readonly '@peyvand.data'?: Readonly<Record<string, unknown>>;
  };
};
const post = (path: string, body: object = {}): ReturnType<typeof ask> =>
  ask(path, { method: 'POST', body: JSON.stringify(body) });
const upload = (path: string, bytes: Buffer): ReturnType<typeof ask> =>
  ask(path, { method: 'POST', body: new Uint8Array(bytes), headers: { 'content-type': 'application/gzip' } });

beforeAll(async () => {
  database = await testDatabase();
  await database.database.end();
  folder = mkdtempSync(join(tmpdir(), 'peyvand-two-'));
  await start();
  await start();
});
afterAll(async () => {
  for (const server of servers) await server.close(1000);
  await database.drop();
  rmSync(folder, { recursive: true, force: true });
});

test('while 32 clients read and write, a plugin comes, goes off, on, is upgraded and goes: no 5xx, and every answer is of one model', async () => {
  const [first, second] = [await packed(fleet.first), await packed(fleet.second)];
  const wrong: string[] = [];
  const seen = new Map<string, number>();
  let going = true;
  const count = (name: string): void => void seen.set(name, (seen.get(name) ?? 0) + 1);

  async function client(index: number): Promise<void> {
    const server = index % 2;
    for (let turn = 0; going; turn += 1) {
      // People look at what they got before they ask again.
      await pause(100 + index);
      const name = `Client ${index} ${turn}`;
      const asks = [
        () => ask('/api/data/v9.2/accounts?$top=3', {}, server),
        () => ask('/api/data/v9.2/accounts?$select=name,fleet_size&$top=1', {}, server),
        () => ask('/api/data/v9.2/fleet_vehicles?$top=2', {}, server),
        () => ask('/api/data/v9.2/accounts', { method: 'POST', body: JSON.stringify({ name }) }, server),
        () =>
          ask('/api/data/v9.2/fleet_vehicles', { method: 'POST', body: JSON.stringify({ fleet_plate: 'p' }) }, server),
        () => ask('/api/metadata/entities/account', {}, server),
      ];
      const kind = (turn + index) % asks.length;
      const { status, body } = (await asks[kind]?.()) ?? { status: 0, body: {} };
      count(`${kind} ${status}`);
      const fine = status < 300 || (status === 400 || status === 404 ? kind !== 0 && kind !== 3 && kind !== 5 : false);
      if (!fine) wrong.push(`${kind} ${status} ${body.error?.code} ${body.error?.message}`);
      // A row says either everything of the plugin or nothing: never a model of one moment with columns of another.
      const rows = Array.isArray(body['value']) ? (body['value'] as Record<string, unknown>[]) : [];
      if (kind === 0 && new Set(rows.map((row) => Object.hasOwn(row, 'fleet_size'))).size > 1)
        wrong.push('two models in one answer');
      for (const row of kind === 2 ? rows : [])
        if (row['fleet_plate'] !== 'P') wrong.push(`a plate ${String(row['fleet_plate'])}`);
    }
  }
  const clients = Array.from({ length: 32 }, (_, index) => client(index));

  try {
    const refused = await upload('/api/plugins', first);
    expect([refused.status, refused.body.error?.code]).toEqual([409, 'PLUGIN_RIGHTS']);
    const accept = async (bytes: Buffer, path: string): Promise<string> => {
      const { body } = await upload(path, bytes);
      return `${path}?acceptRights=${String(body.error?.['@peyvand.data']?.['accept'] ?? '')}&confirm=true`;
    };
    const step = async (name: string, work: Promise<{ status: number; body: Body_ }>): Promise<void> => {
      const { status, body } = await work;
      expect([name, status, body.error]).toEqual([name, name === 'install' ? 201 : 200, undefined]);
    };
    await step('install', upload(await accept(first, '/api/plugins'), first));
    await step('disable', post('/api/plugins/fleet/disable'));
    await step('enable', post('/api/plugins/fleet/enable'));
    await step('upgrade', upload(await accept(second, '/api/plugins/fleet/upgrade'), second));
    await expect
      .poll(() => servers[1]?.organization.plugins().rows.find(({ id }) => id === 'fleet')?.version, {
        timeout: 10_000,
      })
      .toBe('1.1.0');
    await step('uninstall', post('/api/plugins/fleet/uninstall', { confirm: true }));
  } finally {
    going = false;
    await Promise.all(clients);
  }

  expect(wrong).toEqual([]);
  // The clients met the plugin and its absence.
  for (const outcome of ['2 200', '2 404', '4 204']) expect(seen.get(outcome) ?? 0).toBeGreaterThan(0);
}, 180_000);

test('an administrator sees what a plugin asks for, sets it, decides and takes the data along; others see nothing of it', async () => {
  const source = folderOf(fleet.first);
  const rights = ['account:read'];
  const installed = await post('/api/plugins', { folder: source.folder, acceptRights: rights, confirm: true });
  source.remove();
  expect(installed).toMatchObject({ status: 201, body: { id: 'fleet', version: '1.0.0', state: 'on', rights } });
  expect((await ask('/api/plugins')).body['app']).toBe('ready');
  expect((await ask('/api/plugins')).body['plugins']).toEqual(
    expect.arrayContaining([expect.objectContaining({ id: 'sales', source: 'release', requires: ['standard'] })]),
  );
  const put = await ask('/api/plugins/fleet/settings', {
    method: 'PUT',
    body: JSON.stringify({ prefix: 'A-', token: 'hush' }),
  });
  expect(put.body).toMatchObject({ values: { prefix: 'A-' }, secrets: [{ name: 'token', set: true }] });
  expect(JSON.stringify(put.body)).not.toContain('hush');
  await post('/api/data/v9.2/fleet_vehicles', { fleet_plate: '=x' });
  const report = await ask('/api/plugins/fleet/uninstall');
  // The row of the test before is back from the recycle bin, too.
  expect(report.body['entities']).toEqual([
    { entity: 'fleet_vehicle', title: 'Vehicle', rows: expect.any(Number) as number },
  ]);
  const zip = await fetch(`${at(0)}/api/plugins/fleet/export`, { headers: { authorization: `Bearer ${API_KEY}` } });
  expect([
    zip.status,
    Buffer.from(await zip.arrayBuffer())
      .subarray(0, 4)
      .toString('latin1'),
  ]).toEqual([200, 'PK\u0003\u0004']);
  expect((await post('/api/plugins/standard/disable')).body.error?.code).toBe('PLUGIN_NEEDED');
  expect((await ask('/api/plugins/nothing')).status).toBe(404);
  expect((await upload('/api/plugins', Buffer.from('no package'))).body.error?.code).toBe('PACKAGE_INVALID');
  expect((await post('/api/plugins', { npm: '../../etc' })).body.error?.code).toBe('PACKAGE_NAME');
  expect((await fetch(`${at(0)}/api/plugins`)).status).toBe(401);
});
