// Side doors: what a signed-in user learns or writes of entities that their roles do not grant, over real HTTP.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemPrincipal } from '../../core/security/system-principal.ts';
import { newcomer } from '../support/newcomer.ts';
import { pluginFolder, type PluginFolder } from '../support/plugin-folder.ts';
import { testServer, type InProcessServer } from '../support/server.ts';

const BASE = '/api/data/v9.2';
const ID = { type: 'string', format: 'uuid' };

/** Gadgets that the role `narrow` writes without reading them, and that keep their account from being deleted. */
const PLUGIN = {
  'plugin.json': {
    id: 'side-doors',
    version: '1.0.0',
    title: 'Side doors',
    engine: '^0.1.0',
    requires: { standard: '^0.1.0' },
  },
  'roles/narrow.json': {
    title: 'Narrow',
    privileges: {
      account: {
        create: 'organization',
        read: 'organization',
        write: 'organization',
        delete: 'organization',
        append: 'organization',
      },
      gadget: { create: 'organization', write: 'organization', 'append-to': 'organization' },
    },
  },
  'gadget/entity.json': {
    title: 'Gadget',
    type: 'object',
    entity: { set: 'gadgets', plural: 'Gadgets', ownership: 'organization', primary: 'name', keys: { code: ['code'] } },
    properties: {
      name: { title: 'Name', type: 'string', field: { type: 'text' } },
      code: { title: 'Code', type: 'string', field: { type: 'text' } },
      payload: { title: 'Payload', field: { type: 'json' } },
      accountid: {
        title: 'Account',
        ...ID,
        field: { type: 'lookup', target: 'account', relation: { delete: 'restrict' } },
      },
    },
  },
};

let server: InProcessServer;
let plugin: PluginFolder;
let key: string;
let account: string;
let gadget: string;

beforeAll(async () => {
  plugin = pluginFolder(PLUGIN);
  server = await testServer({ PEYVAND_PLUGINS: plugin.folder });
  ({ key } = await newcomer(server.server, 'narrow', ['narrow']));
  account = await made('accounts', { name: 'Open' });
  gadget = await made('gadgets', { name: 'SECRET', code: 'G1', 'accountid@odata.bind': `/accounts(${account})` });
});
afterAll(async () => {
  await server.stop();
  plugin?.remove();
});

/** Written by the administrator. */
async function made(set: string, body: Readonly<Record<string, unknown>>): Promise<string> {
  const response = await server.request(`${BASE}/${set}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(response.status).toBe(204);
  return /\(([^)]+)\)$/.exec(response.headers.get('odata-entityid') ?? '')?.[1] ?? '';
}

interface Said {
  readonly status: number;
  readonly text: string;
}

async function narrow(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Said> {
  const response = await fetch(`${server.url}${BASE}/${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: response.status, text: await response.text() };
}

test('a stale ETag tells the current values only to who may read the row', async () => {
  const { status, text } = await narrow('PATCH', `gadgets(${gadget})`, { name: 'x' }, { 'if-match': 'W/"1"' });
  expect(status).toBe(412);
  expect(text).not.toContain('SECRET');
});

test('what stands in the way of a delete is neither counted nor named for who may not read it', async () => {
  const preview = await narrow('GET', `accounts(${account})/DeletePreview()`);
  expect(preview.status).toBe(200);
  expect(preview.text).toContain('"count":0,"names":[],"others":true');
  expect(preview.text).not.toContain('SECRET');
  const removed = await narrow('DELETE', `accounts(${account})`);
  expect(removed.status).toBe(409);
  expect(removed.text).toContain('Gadgets you may not see');
  expect(removed.text).not.toContain('SECRET');
});

test('a taken key names the row that has it only to who may read it', async () => {
  const { status, text } = await narrow('POST', 'gadgets', { code: 'G1' });
  expect(status).toBe(409);
  expect(text).not.toContain(gadget);
});

test('an alternate key tells nobody without the right to read whether there is such a row', async () => {
  const write = (code: string) => narrow('PATCH', `gadgets(code='${code}')`, { name: 'x' }, { 'if-match': '*' });
  expect((await write('G1')).status).toBe(403);
  expect((await write('none')).status).toBe(403);
});

test('a row made for somebody else takes the privilege to assign', async () => {
  const owner = `/systemusers(${systemPrincipal.userId})`;
  const { status, text } = await narrow('POST', 'accounts', { name: 'x', 'ownerid_systemuser@odata.bind': owner });
  expect(status).toBe(403);
  expect(text).toContain('assign');
  expect((await narrow('POST', 'accounts', { name: 'mine' })).status).toBe(204);
});

test('metadata describes only what the caller may read', async () => {
  const definitions = await narrow('GET', 'EntityDefinitions?$select=LogicalName');
  expect(definitions.text).toContain('"account"');
  expect(definitions.text).not.toContain('gadget');
  expect((await narrow('GET', "EntityDefinitions(LogicalName='gadget')")).status).toBe(404);
  const csdl = await narrow('GET', '$metadata');
  expect(csdl.text).toContain('<EntityType Name="account" ');
  expect(csdl.text).not.toContain('gadget');
});

test('numbers inside a JSON field keep every digit', async () => {
  const payload = '{"a":12345678901234567890,"b":[0.12345678901234567891]}';
  for (const sent of [payload, '12345678901234567890']) {
    const response = await server.request(`${BASE}/gadgets(${gadget})`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: `{"payload":${sent}}`,
    });
    expect(response.status).toBe(204);
    const row = await (await server.request(`${BASE}/gadgets(${gadget})?$select=payload`)).text();
    expect(row.replaceAll(/\s/g, '')).toContain(`"payload":${sent}`);
  }
});
