// Functions and actions over real HTTP: ours, and those a plugin declares.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testServer, type InProcessServer } from '../support/server.ts';

const BASE = '/api/data/v9.2';
const PLUGIN = `
import { defineErrors, defineOperation, definePlugin } from 'peyvand/sdk';
const fail = defineErrors({ TEST_REFUSED: { status: 422, message: 'Not {what}.' } });
export default definePlugin({
  operations: [
    defineOperation({
      name: 'test_Echo', kind: 'function',
      parameters: [
        { name: 'Text', type: 'text' }, { name: 'Number', type: 'integer', optional: true }, { name: 'Amount', type: 'decimal', optional: true },
        { name: 'On', type: 'date', optional: true }, { name: 'Row', type: 'entity', entity: 'account', optional: true },
      ],
      returns: { type: 'json' },
      run: ({ parameters }) => parameters,
    }),
    defineOperation({
      name: 'test_Double', kind: 'action', bound: { entity: 'account' }, parameters: [{ name: 'Fail', type: 'text', optional: true }],
      returns: { properties: [{ name: 'Copy', type: 'entity' }, { name: 'Contacts', type: 'integer' }] },
      async run({ parameters, target, records }) {
        const row = await records.retrieve('account', target.id);
        const id = await records.create('account', { name: row.name + ' again', parentaccountid: target.id });
        if (parameters.Fail === 'words') throw fail('TEST_REFUSED', { what: 'today' });
        if (parameters.Fail === 'crash') throw new Error('the plugin stumbled');
        const contacts = await records.list('contact', '$select=contactid&$filter=_parentcustomerid_value eq ' + target.id);
        return { Copy: { entity: 'account', id }, Contacts: contacts.length };
      },
    }),
    defineOperation({
      name: 'test_Make', kind: 'action', parameters: [{ name: 'Records', type: 'record', collection: true }],
      returns: { type: 'entity', collection: true },
      async run({ parameters, records }) {
        const made = [];
        for (const { entity, values } of parameters.Records) made.push({ entity, id: await records.create(entity, values) });
        return made;
      },
    }),
    defineOperation({ name: 'test_Audited', kind: 'action', right: 'audit', parameters: [], run() {} }),
  ],
});`;

let server: InProcessServer;
const folder = mkdtempSync(join(tmpdir(), 'peyvand-operations-'));
beforeAll(async () => {
  writeFileSync(
    join(folder, 'plugin.json'),
    JSON.stringify({
      id: 'test',
      version: '1.0.0',
      title: 'Test',
      requires: {},
      rights: { entities: { account: ['read', 'create', 'append', 'append-to'], contact: ['read', 'append-to'] } },
    }),
  );
  writeFileSync(join(folder, 'server.ts'), PLUGIN);
  server = await testServer({ PEYVAND_PLUGINS: folder });
});
afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

type Row = Record<string, unknown>;
async function send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const response = await server.request(BASE + path, {
    method,
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    text,
    body: (text.startsWith('{') ? JSON.parse(text) : {}) as Row,
    headers: response.headers,
  };
}
async function create(set: string, values: Row): Promise<string> {
  const { status, text, headers } = await send('POST', `/${set}`, values);
  expect(status, text).toBe(204);
  return /\(([0-9a-f-]{36})\)$/.exec(headers.get('odata-entityid') ?? '')?.[1] ?? '';
}
const alias = (value: unknown) => encodeURIComponent(typeof value === 'string' ? value : JSON.stringify(value));

test("a plugin's function takes literals, aliases, dates, decimals and rows, and says everything that is wrong at once", async () => {
  const id = await create('accounts', { name: 'Echo' });
  const { status, body, text } = await send(
    'GET',
    `/test_Echo(Text=@p1,Number=7,Amount=@a,On=2026-03-21,Row=@r)?@p1=${alias("'it''s @p2'")}&@a=12345678901234567890.12&@r=${alias({ '@odata.id': `accounts({${id.toUpperCase()}})` })}`,
  );
  expect(status, text).toBe(200);
  expect(body['value']).toEqual({
    Text: "it's @p2",
    Number: 7,
    Amount: '12345678901234567890.12',
    On: '2026-03-21',
    Row: { entity: 'account', id },
  });
  const wrong = await send('GET', `/Microsoft.Dynamics.CRM.test_Echo(Number=@n,On='never',Nosuch=1)?@n='x'`);
  expect(wrong.status).toBe(400);
  const { details } = wrong.body['error'] as { details: { target: string }[] };
  expect(details.map(({ target }) => target)).toEqual(['Nosuch', 'Text', 'Number', 'On']);
  expect((await send('POST', '/test_Echo', {})).status).toBe(405);
  expect((await send('GET', "/test_Echo(Text='a''b%2Fc')")).body['value']).toEqual({ Text: "a'b/c" });
});

test("a plugin's action runs in one transaction on the row it is bound to; whatever it throws takes everything back", async () => {
  const id = await create('accounts', { name: 'Twin' });
  await create('contacts', { lastname: 'Of twin', 'parentcustomerid_account@odata.bind': `/accounts(${id})` });
  const done = await send('POST', `/accounts(${id})/Microsoft.Dynamics.CRM.test_Double`);
  expect(done.status, done.text).toBe(200);
  expect(done.body).toMatchObject({ Contacts: 1, Copy: { '@odata.type': '#Microsoft.Dynamics.CRM.account' } });
  expect(done.body['@odata.context']).toContain('#Microsoft.Dynamics.CRM.test_DoubleResponse');
  const words = await send('POST', `/accounts(${id})/test_Double`, { Fail: 'words' });
  expect([words.status, (words.body['error'] as Row)['code']]).toEqual([422, 'TEST_REFUSED']);
  const crash = await send('POST', `/accounts(${id})/test_Double`, { Fail: 'crash' });
  expect([crash.status, (crash.body['error'] as Row)['code']]).toEqual([409, 'OPERATION_FAILED']);
  const copies = await send('GET', `/accounts?$select=name&$filter=name eq 'Twin again'`);
  expect(copies.body['value']).toHaveLength(1);
  expect((await send('POST', `/contacts(${id})/test_Double`)).status).toBe(404);
  expect((await send('POST', '/accounts(0197a1b2-3c4d-7e5f-8a9b-00000000dead)/test_Double')).status).toBe(404);
  expect((await send('POST', '/test_Audited')).status).toBe(204);
});

test('records as parameters are read like bodies, with binds and exact numbers', async () => {
  const id = await create('contacts', { lastname: 'Bound' });
  const made = await send('POST', '/test_Make', {
    Records: [
      {
        '@odata.type': 'Microsoft.Dynamics.CRM.account',
        name: 'Made',
        revenue: 0.1,
        'primarycontactid@odata.bind': `/contacts(${id})`,
      },
    ],
  });
  expect(made.status, made.text).toBe(200);
  const [row] = made.body['value'] as Row[];
  const read = await send('GET', `/accounts(${String(row?.['accountid'])})?$select=revenue,_primarycontactid_value`);
  expect(read.body).toMatchObject({ revenue: 0.1, _primarycontactid_value: id });
  const wrong = await send('POST', '/test_Make', {
    Records: [{ name: 'x' }, { '@odata.type': '#mscrm.account', nmae: 'x' }],
  });
  expect(wrong.status).toBe(400);
  expect(wrong.text).toContain('Records/1/nmae');
});

test('CreateMultiple, UpdateMultiple, UpsertMultiple and DeleteMultiple are all or nothing', async () => {
  const made = await send('POST', '/accounts/Microsoft.Dynamics.CRM.CreateMultiple', {
    Targets: [
      { '@odata.type': 'Microsoft.Dynamics.CRM.account', name: 'M1' },
      {
        '@odata.type': 'Microsoft.Dynamics.CRM.account',
        name: 'M2',
        contact_customer_accounts: [{ lastname: 'In M2' }],
      },
    ],
  });
  expect(made.status, made.text).toBe(200);
  const [first = '', second = ''] = made.body['Ids'] as string[];
  const refused = await send('POST', '/accounts/CreateMultiple', {
    Targets: [{ name: 'M3' }, { name: 'x'.repeat(500) }],
  });
  expect(refused.status).toBe(400);
  expect(refused.text).toContain('Targets/1/name');
  const type = '@odata.type';
  const account = 'Microsoft.Dynamics.CRM.account';
  const changed = await send('POST', '/accounts/UpdateMultiple', {
    Targets: [first, second].map((accountid) => ({ [type]: account, accountid, description: 'many' })),
  });
  expect(changed.status, changed.text).toBe(204);
  const upserted = await send('POST', '/accounts/UpsertMultiple', {
    Targets: [
      { [type]: account, '@odata.id': "accounts(accountnumber='UM-1')", name: 'By key' },
      { [type]: account, accountid: first, name: 'M1 changed' },
    ],
  });
  expect(upserted.status, upserted.text).toBe(200);
  expect((upserted.body['Results'] as Row[]).map((one) => one['RecordCreated'])).toEqual([true, false]);
  const gone = await send('POST', '/accounts/DeleteMultiple', {
    Targets: [{ [type]: account, accountid: first }, { '@odata.id': 'accounts(0197a1b2-3c4d-7e5f-8a9b-00000000dead)' }],
  });
  expect(gone.status).toBe(404);
  expect((await send('GET', `/accounts(${first})?$select=name,description`)).body).toMatchObject({
    name: 'M1 changed',
    description: 'many',
  });
  const deleted = await send('POST', '/accounts/DeleteMultiple', { Targets: [{ accountid: first }] });
  expect(deleted.status, deleted.text).toBe(204);
});

test('InitializeFrom gives the values that a new row made from another begins with', async () => {
  const id = await create('accounts', { name: 'Parent', telephone1: '021', address1_city: 'تهران', revenue: 5 });
  const moniker = alias(`{'@odata.id':'accounts(${id})'}`);
  const { status, body, text } = await send(
    'GET',
    `/InitializeFrom(EntityMoniker=@p1,TargetEntityName=@p2,TargetFieldType=@p3)?@p1=${moniker}&@p2='contact'&@p3=Microsoft.Dynamics.CRM.TargetFieldType'ValidForCreate'`,
  );
  expect(status, text).toBe(200);
  expect(body).toMatchObject({
    '@odata.type': '#Microsoft.Dynamics.CRM.contact',
    address1_city: 'تهران',
    telephone1: '021',
  });
  expect(text).toContain(`"/accounts(${id})"`);
  for (const name of ['contactid', 'createdon', 'ownerid', 'name']) expect(body).not.toHaveProperty(name);
  const contact = await create('contacts', {
    ...Object.fromEntries(Object.entries(body).filter(([key]) => !key.startsWith('@odata'))),
    lastname: 'X',
  });
  expect(contact).not.toBe('');
});

test('WhoAmI, privileges, counts and time zones answer as clients expect, misspelled names with a suggestion', async () => {
  const me = await send('GET', '/WhoAmI()');
  expect(me.body).toMatchObject({ UserId: expect.any(String) as string, OrganizationId: expect.any(String) as string });
  const user = String(me.body['UserId']);
  for (const path of [
    `/systemusers(${user})/Microsoft.Dynamics.CRM.RetrieveUserPrivileges()`,
    '/RetrieveUserPrivileges()',
  ]) {
    const rights = (await send('GET', path)).body['RolePrivileges'] as Row[];
    expect(rights.find((one) => one['PrivilegeName'] === 'prvAppendToaccount')).toMatchObject({ Depth: 'Global' });
  }
  const zone = await send(
    'GET',
    `/GetTimeZoneCodeByLocalizedName(LocalizedStandardName=@p1,LocaleId=@p2)?@p1=%27Iran%20Standard%20Time%27&@p2=1033`,
  );
  expect(zone.body['TimeZoneCode']).toBe(160);
  const count = await send('GET', `/RetrieveTotalRecordCount(EntityNames=@p1)?@p1=${alias(['systemuser'])}`);
  expect(count.body['EntityRecordCountCollection']).toMatchObject({ Count: 1, Keys: ['systemuser'] });
  expect((await send('GET', '/WhoAmi()')).text).toContain('WhoAmI');
});
