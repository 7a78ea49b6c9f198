// Duplicates and merging over HTTP: the header of the Dataverse Web API, the action Merge, undo, history, pairs.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testServer, type InProcessServer } from '../support/server.ts';

let server: InProcessServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server?.stop());

type Json = Record<string, unknown>;

const send = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> =>
  server.request(path, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
const create = async (set: string, values: object): Promise<string> => {
  const response = await send('POST', `/api/data/v9.2/${set}`, values);
  expect(response.status).toBe(204);
  return /\(([^)]+)\)/.exec(response.headers.get('odata-entityid') ?? '')?.[1] ?? '';
};
const read = async (path: string): Promise<Json> => (await (await server.request(path)).json()) as Json;
const errorOf = async (response: Response): Promise<{ code: string; data: Json; details: readonly Json[] }> => {
  const { error } = (await response.json()) as { error: Json };
  return {
    code: String(error['code']),
    data: (error['@peyvand.data'] ?? {}) as Json,
    details: (error['details'] ?? []) as readonly Json[],
  };
};
const named = (id: string, type = 'account') => ({
  [`${type}id`]: id,
  '@odata.type': `Microsoft.Dynamics.CRM.${type}`,
});
const DETECT = { 'MSCRM.SuppressDuplicateDetection': 'false' };

test('duplicates are told of where the header says so, and stored where it does not', async () => {
  const id = await create('accounts', { name: 'شركت نمونه' });
  const refused = await send('POST', '/api/data/v9.2/accounts', { name: 'شرکت نمونه' }, DETECT);
  expect(refused.status).toBe(412);
  const { code, data } = await errorOf(refused);
  expect(code).toBe('DUPLICATE_FOUND');
  expect(data).toMatchObject({
    refused: false,
    duplicates: [{ entity: 'account', id, name: 'شركت نمونه', title: 'Accounts of the same name', score: 1 }],
  });
  const inPersian = await send(
    'POST',
    '/api/data/v9.2/accounts',
    { name: 'شرکت نمونه' },
    { ...DETECT, 'accept-language': 'fa' },
  );
  expect((await errorOf(inPersian)).data).toMatchObject({ duplicates: [{ title: 'شرکت‌های هم‌نام' }] });
  for (const headers of [{}, { 'MSCRM.SuppressDuplicateDetection': 'true' }])
    expect((await send('POST', '/api/data/v9.2/accounts', { name: 'شرکت نمونه' }, headers)).status).toBe(204);
  const other = await create('accounts', { name: 'Something else' });
  expect((await send('PATCH', `/api/data/v9.2/accounts(${other})`, { name: 'شرکت نمونه' }, DETECT)).status).toBe(412);
  expect((await send('PATCH', `/api/data/v9.2/accounts(${other})`, { sic: '1' }, DETECT)).status).toBe(204);
  const wrong = await send(
    'POST',
    '/api/data/v9.2/accounts',
    { name: 'x' },
    { 'MSCRM.SuppressDuplicateDetection': 'no' },
  );
  expect([wrong.status, (await errorOf(wrong)).code]).toEqual([400, 'HEADER_INVALID']);
  const row = await read(`/api/data/v9.2/accounts(${id})/peyvand.duplicates`);
  expect(row['value']).toHaveLength(2);
});

test('two accounts are merged by the action of the Dataverse Web API, and parted again', async () => {
  const [winner, loser] = [await create('accounts', { name: 'Winner' }), await create('accounts', { name: 'Loser' })];
  const contact = await create('contacts', {
    lastname: 'Child',
    'parentcustomerid_account@odata.bind': `/accounts(${loser})`,
  });
  const preview = await read(`/api/merge/account/${loser}/preview`);
  expect(preview['moving']).toMatchObject([{ entity: 'contact', field: 'parentcustomerid', count: 1 }]);
  const response = await send('POST', '/api/data/v9.2/Merge', {
    Target: named(winner),
    Subordinate: named(loser),
    UpdateContent: { '@odata.type': 'Microsoft.Dynamics.CRM.account', name: 'Chosen', creditlimit: 12345678901234.56 },
    PerformParentingChecks: false,
  });
  expect(response.status).toBe(204);
  const id = response.headers.get('peyvand-merge-id') ?? '';
  expect(await read(`/api/data/v9.2/accounts(${winner})`)).toMatchObject({
    name: 'Chosen',
    creditlimit: 12345678901234.56,
  });
  expect(await read(`/api/data/v9.2/accounts(${loser})`)).toMatchObject({
    statecode: 1,
    merged: true,
    _masterid_value: winner,
  });
  expect(await read(`/api/data/v9.2/contacts(${contact})`)).toMatchObject({ _parentcustomerid_value: winner });
  for (const row of [winner, loser])
    expect((await read(`/api/merge/account/${row}`))['merges']).toMatchObject([{ id, winner, loser, undoneAt: null }]);
  // The winner's pointer is the system's to write.
  const forged = await send('PATCH', `/api/data/v9.2/accounts(${winner})`, { merged: true });
  expect(forged.status).toBe(400);

  const undone = await send('POST', '/api/merge/undo', { id });
  expect([undone.status, await undone.json()]).toEqual([200, { entity: 'account', winner, loser, kept: [] }]);
  expect(await read(`/api/data/v9.2/accounts(${loser})`)).toMatchObject({ statecode: 0, merged: null });
  expect(await read(`/api/data/v9.2/contacts(${contact})`)).toMatchObject({ _parentcustomerid_value: loser });
  expect((await errorOf(await send('POST', '/api/merge/undo', { id }))).code).toBe('MERGE_UNDONE');
});

test('what Merge cannot read it refuses with everything that is wrong', async () => {
  const account = await create('accounts', { name: 'A' });
  const contact = await create('contacts', { lastname: 'C' });
  const merge = (body: unknown) => send('POST', '/api/data/v9.2/Merge', body);
  const bad = await merge({
    Target: 1,
    Subordinate: { '@odata.type': 'nonsense' },
    UpdateContent: 1,
    PerformParentingChecks: 'x',
    Targte: 1,
  });
  expect(bad.status).toBe(400);
  expect((await errorOf(bad)).details.map(({ target }) => target)).toEqual([
    'Target',
    'Subordinate',
    'UpdateContent',
    'PerformParentingChecks',
    'Targte',
  ]);
  const mixed = await merge({ Target: named(account), Subordinate: named(contact, 'contact') });
  expect((await errorOf(mixed)).details).toMatchObject([{ target: 'Subordinate' }]);
  const itself = await merge({ Target: { accountid: account }, Subordinate: { accountid: account } });
  expect((await errorOf(itself)).code).toBe('MERGE_ITSELF');
  const unknown = await merge({ Target: named(account), Subordinate: named('x') });
  expect(unknown.status).toBe(404);
  expect((await send('GET', '/api/data/v9.2/Merge')).status).toBe(405);
  for (const [method, path, status] of [
    ['POST', '/api/merge/undo', 400],
    ['GET', '/api/merge/undo', 405],
    ['GET', '/api/merge/account/x', 404],
    ['GET', '/api/merge/nothing/x', 404],
    ['GET', '/api/merge/systemuser/00000000-0000-7000-8000-000000000001', 400],
    ['DELETE', `/api/merge/account/${account}`, 405],
    ['GET', '/api/merge/account/%/preview', 400],
    ['GET', '/api/duplicates/account?rule=nothing', 404],
    ['GET', '/api/duplicates/task', 404],
    ['GET', '/api/duplicates/account?rule=name&after=x~y', 200],
  ] as const) {
    const response = await send(method, path, method === 'POST' ? {} : undefined);
    expect([path, response.status]).toEqual([path, status]);
  }
});

test('pairs of duplicates are listed by rule', async () => {
  const a = await create('contacts', { lastname: 'P', emailaddress1: 'pair@example.com' });
  const b = await create('contacts', { lastname: 'Q', emailaddress1: 'PAIR@example.com' });
  const { pairs } = await read('/api/duplicates/contact?rule=email');
  expect(pairs).toMatchObject([{ first: { id: a < b ? a : b }, second: { id: a < b ? b : a }, score: 1 }]);
});

test('nobody takes a merge back without signing in', async () => {
  const anonymous = await fetch(`${server.url}/api/merge/undo`, { method: 'POST', body: '{}' });
  expect(anonymous.status).toBe(401);
});
