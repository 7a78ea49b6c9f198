// What clients of the Dataverse Web API do beside plain reading and writing: rows inside bodies, links, files in chunks, acting in
// somebody's name, leaving plugins out.
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newcomer } from '../support/newcomer.ts';
import { testServer, type InProcessServer } from '../support/server.ts';

const BASE = '/api/data/v9.2';
const PLUGIN = `
import { defineHandler, definePlugin } from 'peyvand/sdk';
export default definePlugin({ handlers: [defineHandler({
  name: 'stamp', stage: 'before', message: 'create', entity: 'account', run({ values }) { values.description = 'stamped'; },
})] });`;
const READER = { account: { read: 'own', write: 'own', create: 'own', append: 'own', 'append-to': 'own' } };

let server: InProcessServer;
const folder = mkdtempSync(join(tmpdir(), 'peyvand-protocol-'));
const put = (name: string, text: string) => {
  mkdirSync(join(folder, name, '..'), { recursive: true });
  writeFileSync(join(folder, name), text);
};
beforeAll(async () => {
  put(
    'plugin.json',
    JSON.stringify({
      id: 'protocol',
      version: '1.0.0',
      title: 'Test',
      requires: { standard: '^0.1.0' },
      rights: { entities: { account: ['read'] } },
    }),
  );
  put('server.ts', PLUGIN);
  put(
    'account/entity.json',
    JSON.stringify({
      overlays: 'base@0.1.0:account/entity',
      properties: {
        new_contract: { title: 'Contract', type: 'string', format: 'uuid', field: { type: 'file' } },
        new_small: { title: 'Small', type: 'string', format: 'uuid', field: { type: 'file', maxSize: 1000 } },
      },
    }),
  );
  put('roles/own.json', JSON.stringify({ title: 'Own', privileges: READER }));
  put('roles/delegate.json', JSON.stringify({ title: 'Delegate', privileges: READER, rights: ['act-on-behalf'] }));
  put(
    'roles/wide.json',
    JSON.stringify({
      title: 'Wide',
      privileges: { account: 'organization', contact: 'organization' },
      rights: ['manage-users'],
    }),
  );
  put(
    'roles/machine.json',
    JSON.stringify({
      title: 'Machine',
      privileges: { account: 'organization' },
      rights: ['act-on-behalf', 'bypass-plugins'],
    }),
  );
  server = await testServer({ PEYVAND_PLUGINS: folder });
});
afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

type Row = Record<string, unknown>;
async function send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const isBytes = body instanceof Uint8Array;
  const response = await server.request(path.startsWith('http') ? path.slice(server.url.length) : BASE + path, {
    method,
    headers: {
      ...(body !== undefined && { 'content-type': isBytes ? 'application/octet-stream' : 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: isBytes ? new Uint8Array(body) : JSON.stringify(body) }),
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  const text = bytes.toString();
  return {
    status: response.status,
    bytes,
    text,
    body: (text.startsWith('{') ? JSON.parse(text) : {}) as Row,
    headers: response.headers,
  };
}
async function create(set: string, values: Row, headers: Record<string, string> = {}): Promise<string> {
  const { status, text, headers: answered } = await send('POST', `/${set}`, values, headers);
  expect(status, text).toBe(204);
  return /\(([0-9a-f-]{36})\)$/.exec(answered.get('odata-entityid') ?? '')?.[1] ?? '';
}

test('a body makes rows along its navigation properties, at any depth, and links those that are there', async () => {
  const tag = await create('tags', { name: 'deep' });
  const other = await create('contacts', { lastname: 'Already there' });
  const id = await create('accounts', {
    name: 'Deep',
    revenue: 0.1,
    primarycontactid: { lastname: 'Primary', creditlimit: 12345678901.25 },
    account_parent_account: [
      {
        name: 'Child',
        contact_customer_accounts: [
          { firstname: 'A', lastname: 'B', 'parentcustomerid_account@odata.bind': null },
          { lastname: 'C' },
        ].slice(1),
        account_parent_account: [{ name: 'Grandchild', 'primarycontactid@odata.bind': `/contacts(${other})` }],
      },
      { name: 'Second child', primarycontactid: { '@odata.id': `contacts(${other})` } },
    ],
    'account_tags@odata.bind': [`/tags(${tag})`, "tags(name='deep')"],
  });
  const read = await send(
    'GET',
    `/accounts(${id})?$select=name&$expand=primarycontactid($select=lastname,creditlimit),account_tags($select=name),account_parent_account($select=name,_primarycontactid_value;$orderby=name;$expand=contact_customer_accounts($select=lastname),account_parent_account($select=name,_primarycontactid_value))`,
  );
  expect(read.status, read.text).toBe(200);
  expect(read.body).toMatchObject({
    primarycontactid: { lastname: 'Primary', creditlimit: 12345678901.25 },
    account_tags: [{ name: 'deep' }],
    account_parent_account: [
      {
        name: 'Child',
        contact_customer_accounts: [{ lastname: 'C' }],
        account_parent_account: [{ name: 'Grandchild', _primarycontactid_value: other }],
      },
      { name: 'Second child', _primarycontactid_value: other },
    ],
  });
});

test('what is wrong inside a body is told by its place, all at once, and nothing of it is stored', async () => {
  const wrong = await send('POST', '/accounts', {
    name: 'Never',
    nosuch: 1,
    primarycontactid: { lastnaem: 'x' },
    account_parent_account: [{ name: 'ok' }, { naem: 'x' }, 5],
    'account_tags@odata.bind': ['/contacts(0197a1b2-3c4d-7e5f-8a9b-00000000dead)'],
  });
  expect(wrong.status).toBe(400);
  const targets = ((wrong.body['error'] as Row)['details'] as Row[]).map(({ target }) => target);
  expect(targets).toEqual([
    'nosuch',
    'primarycontactid/lastnaem',
    'account_parent_account/1/naem',
    'account_parent_account/2',
    'account_tags@odata.bind',
  ]);
  const late = await send('POST', '/accounts', {
    name: 'Never',
    contact_customer_accounts: [{ lastname: 'x'.repeat(500) }],
  });
  expect(late.status).toBe(400);
  expect(late.text).toContain('contact_customer_accounts/0/lastname');
  const list = await send('GET', "/accounts?$select=name&$filter=name eq 'Never' or name eq 'ok'");
  expect(list.body['value']).toEqual([]);
  let nested: Row = { name: 'bottom' };
  for (let depth = 0; depth < 40; depth++) nested = { name: 'x', account_parent_account: [nested] };
  expect((await send('POST', '/accounts', nested)).status).toBe(400);
  expect(
    (
      await send('POST', '/accounts', {
        name: 'x',
        contact_customer_accounts: Array.from({ length: 1001 }, () => ({})),
      })
    ).status,
  ).toBe(400);
  const id = await create('accounts', { name: 'There' });
  expect((await send('PATCH', `/accounts(${id})`, { contact_customer_accounts: [{ lastname: 'x' }] })).status).toBe(
    400,
  );
  expect((await send('GET', `/accounts(${id})/contact_customer_accounts/$count`)).text).toBe('0');
});

test('references of a collection are read in pages, made by POST and ended by key or by $id', async () => {
  const id = await create('accounts', { name: 'Linked' });
  const tags: string[] = [];
  for (const name of ['r1', 'r2', 'r3']) tags.push(await create('tags', { name }));
  for (const tag of tags) {
    const linked = await send('POST', `/accounts(${id})/account_tags/$ref`, {
      '@odata.id': `${server.url}${BASE}/tags(${tag})`,
    });
    expect(linked.status, linked.text).toBe(204);
  }
  const page = await send('GET', `/accounts(${id})/account_tags/$ref?$orderby=name&$count=true`, undefined, {
    prefer: 'odata.maxpagesize=2',
  });
  expect(page.body['@odata.count']).toBe(3);
  expect(page.body['value']).toEqual(
    tags.slice(0, 2).map((tag) => ({ '@odata.id': `${server.url}${BASE}/tags(${tag})` })),
  );
  const rest = await send('GET', String(page.body['@odata.nextLink']), undefined, { prefer: 'odata.maxpagesize=2' });
  expect(rest.body['value']).toEqual([{ '@odata.id': `${server.url}${BASE}/tags(${tags[2] ?? ''})` }]);
  expect((await send('DELETE', `/accounts(${id})/account_tags(${tags[0] ?? ''})/$ref`)).status).toBe(204);
  expect(
    (await send('DELETE', `/accounts(${id})/account_tags/$ref?$id=${server.url}${BASE}/tags(${tags[1] ?? ''})`)).status,
  ).toBe(204);
  expect((await send('GET', `/accounts(${id})/account_tags/$count`)).text).toBe('1');
});

test('where only the row itself is written, rows inside the body are refused with a word', async () => {
  const [one, two] = [await create('accounts', { name: '1' }), await create('accounts', { name: '2' })];
  const merged = await send('POST', '/Merge', {
    Target: { accountid: one, '@odata.type': 'Microsoft.Dynamics.CRM.account' },
    Subordinate: { accountid: two, '@odata.type': 'Microsoft.Dynamics.CRM.account' },
    UpdateContent: { contact_customer_accounts: [{ lastname: 'x' }] },
  });
  expect([merged.status, merged.text.includes('FIELD_IS_NAVIGATION')]).toEqual([400, true]);
});

test('rows inside a body take the rights of each, whoever sends them', async () => {
  const { key } = await newcomer(server.server, 'deep', ['own']);
  const headers = { authorization: `Bearer ${key}` };
  const refused = await send('POST', '/accounts', { name: 'Half', primarycontactid: { lastname: 'x' } }, headers);
  expect(refused.status).toBe(403);
  expect((await send('GET', "/accounts?$filter=name eq 'Half'", undefined, headers)).body['value']).toEqual([]);
});

test('a file goes up in chunks and comes down in ranges, byte for byte', async () => {
  const id = await create('accounts', { name: 'Files' });
  const whole = randomBytes(8_500_000);
  const begun = await send(
    'PATCH',
    `/accounts(${id})/new_contract?x-ms-file-name=${encodeURIComponent('قرارداد.pdf')}`,
    undefined,
    {
      'x-ms-transfer-mode': 'chunked',
    },
  );
  expect([begun.status, begun.text]).toEqual([200, '']);
  const size = Number(begun.headers.get('x-ms-chunk-size'));
  const location = begun.headers.get('location') ?? '';
  const chunk = (from: number, to: number, total = whole.length) =>
    send('PATCH', location, new Uint8Array(whole.subarray(from, to)), {
      'content-range': `bytes ${from}-${to - 1}/${total}`,
    });
  expect((await chunk(size, 2 * size)).status).toBe(409);
  expect((await chunk(0, size)).status).toBe(206);
  expect((await chunk(0, size)).status).toBe(206);
  expect((await chunk(size, 2 * size, whole.length - 1)).status).toBe(400);
  expect((await chunk(size, 2 * size)).status).toBe(206);
  expect((await send('GET', `/accounts(${id})/new_contract`)).status).toBe(404);
  const last = await chunk(2 * size, whole.length);
  expect(last.status, last.text).toBe(204);
  expect((await chunk(whole.length, whole.length)).status).toBe(204);

  const part = await send('GET', `/accounts(${id})/new_contract?size=full`, undefined, {
    range: 'bytes=4194304-8388607',
  });
  expect([part.status, part.headers.get('x-ms-file-size')]).toEqual([206, String(whole.length)]);
  expect(decodeURIComponent(part.headers.get('x-ms-file-name') ?? '')).toBe('قرارداد.pdf');
  expect(Buffer.from(String(part.body['value']), 'base64').equals(whole.subarray(4194304, 8388608))).toBe(true);
  const behind = await send('GET', `/accounts(${id})/new_contract`, undefined, { range: `bytes=${whole.length}-` });
  expect([behind.status, behind.body['value']]).toEqual([200, '']);
  const all = await send('GET', `/accounts(${id})/new_contract/$value`);
  expect(all.bytes.equals(whole)).toBe(true);
});

test('an upload belongs to its caller, row and column; files that are too large are refused early', async () => {
  const id = await create('accounts', { name: 'Bound' });
  const chunked = { 'x-ms-transfer-mode': 'chunked' };
  const begun = await send('PATCH', `/accounts(${id})/new_small?x-ms-file-name=a.txt`, undefined, chunked);
  const location = begun.headers.get('location') ?? '';
  const range = { 'content-range': 'bytes 0-2/3' };
  const bytes = new Uint8Array([1, 2, 3]);
  const { key } = await newcomer(server.server, 'other', ['wide']);
  expect((await send('PATCH', location, bytes, { ...range, authorization: `Bearer ${key}` })).status).toBe(404);
  expect((await send('PATCH', location.replace('new_small', 'new_contract'), bytes, range)).status).toBe(404);
  expect((await send('PATCH', location, bytes, { 'content-range': 'bytes 0-NaN/3' })).status).toBe(400);
  expect((await send('PATCH', location, bytes, { 'content-range': 'bytes 0-2/5000' })).status).toBe(413);
  expect((await send('PATCH', location, bytes, { 'content-range': 'bytes 0-4/5' })).status).toBe(400);
  expect((await send('PATCH', location, bytes, range)).status).toBe(204);
  expect((await send('PATCH', location, bytes, { 'content-range': 'bytes 3-5/6' })).status).toBe(404);
  const value = await send('GET', `/accounts(${id})/new_small`);
  expect(value.body['value']).toBe('AQID');
  const empty = await send('PATCH', `/accounts(${id})/new_small?x-ms-file-name=e.txt`, undefined, chunked);
  const emptied = await send('PATCH', empty.headers.get('location') ?? '', new Uint8Array(), {
    'content-range': 'bytes 0--1/0',
  });
  expect(emptied.status, emptied.text).toBe(204);
  expect((await send('GET', `/accounts(${id})/new_small`)).body['value']).toBe('');
});

test('who has the right acts in the name of somebody else, with what both may, and the audit log names both', async () => {
  const wide = await newcomer(server.server, 'wide', ['wide']);
  const delegate = await newcomer(server.server, 'delegate', ['delegate']);
  const machine = await newcomer(server.server, 'machine', ['machine']);
  const plain = await newcomer(server.server, 'plain', ['own']);
  const as = (key: string, user: string, header = 'MSCRMCallerID') => ({
    authorization: `Bearer ${key}`,
    [header]: user,
  });
  const foreign = await create('accounts', { name: 'Nobody’s of them' });
  const read = (headers: Record<string, string>) =>
    send('GET', `/accounts(${foreign})?$select=name`, undefined, headers);

  expect((await read(as(plain.key, wide.id))).status).toBe(403);
  expect((await read(as(machine.key, `{${wide.id.toUpperCase()}}`))).status).toBe(200);
  expect((await read(as(machine.key, wide.id, 'CallerObjectId'))).status).toBe(200);
  expect((await read(as(machine.key, plain.id))).status).toBe(404);
  // The delegate's own role reaches own rows only: in a wider name it is the person's own rows.
  expect((await read(as(delegate.key, wide.id))).status).toBe(404);
  const made = await create('accounts', { name: 'In the name of' }, as(delegate.key, wide.id));
  expect((await send('GET', `/accounts(${made})?$select=_ownerid_value`)).body['_ownerid_value']).toBe(wide.id);
  expect((await send('GET', `/accounts(${made})`, undefined, as(delegate.key, wide.id))).status).toBe(200);
  expect((await send('POST', '/contacts', { lastname: 'x' }, as(delegate.key, wide.id))).status).toBe(403);
  expect((await send('POST', `/accounts`, { name: 'x' }, as(delegate.key, 'nobody'))).status).toBe(400);
  expect((await read(as(delegate.key, '0197a1b2-3c4d-7e5f-8a9b-00000000dead'))).status).toBe(404);
  const admin = String((await send('GET', '/WhoAmI')).body['UserId']);
  expect((await read(as(delegate.key, admin))).status).toBe(403);
  expect(
    (await send('PATCH', `/systemusers(${plain.id})`, { isdisabled: true }, as(delegate.key, wide.id))).status,
  ).toBe(403);
  expect((await send('GET', '/WhoAmI()', undefined, as(machine.key, plain.id))).body['UserId']).toBe(plain.id);

  const history = await server.request(`/api/audit/records/account/${made}`);
  const text = await history.text();
  expect(text).toContain(wide.id);
  expect(text).toContain(`on behalf by ${delegate.id}`);

  const inside = await server.request(`${BASE}/$batch`, {
    method: 'POST',
    headers: { ...as(machine.key, plain.id), 'content-type': 'application/json' },
    body: JSON.stringify({ requests: [{ id: '1', method: 'GET', url: 'WhoAmI()' }] }),
  });
  expect(await inside.text()).toContain(plain.id);
});

test('plugins are left out for who has the right; from others the header is ignored', async () => {
  const machine = await newcomer(server.server, 'skips', ['machine']);
  const plain = await newcomer(server.server, 'cannot', ['own']);
  const bypass = { 'MSCRM.BypassCustomPluginExecution': 'true' };
  const described = async (key: string) => {
    const id = await create('accounts', { name: 'Handled' }, { ...bypass, authorization: `Bearer ${key}` });
    return (await send('GET', `/accounts(${id})?$select=description`)).body['description'];
  };
  expect(await described(machine.key)).toBeNull();
  expect(await described(plain.key)).toBe('stamped');
});
