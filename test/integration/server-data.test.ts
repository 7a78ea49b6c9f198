// The data API over real HTTP: statuses, headers and bodies as published clients of the Dataverse Web API expect them.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testServer, type InProcessServer } from '../support/server.ts';

const BASE = '/api/data/v9.2';
let server: InProcessServer;

beforeAll(async () => {
  server = await testServer();
});
afterAll(async () => {
  await server.stop();
});

type Row = Record<string, unknown>;

function send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return server.request(BASE + path, {
    method,
    headers: { ...(body !== undefined && { 'content-type': 'application/json; charset=utf-8' }), ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

async function create(set: string, values: Row): Promise<string> {
  const response = await send('POST', `/${set}`, values);
  expect(response.status, await response.clone().text()).toBe(204);
  const id = /\(([0-9a-f-]{36})\)$/.exec(response.headers.get('odata-entityid') ?? '')?.[1];
  expect(id).toBeDefined();
  return id ?? '';
}

async function read(path: string, headers: Record<string, string> = {}): Promise<Row> {
  const response = await send('GET', path, undefined, headers);
  expect(response.status, await response.clone().text()).toBe(200);
  return (await response.json()) as Row;
}

async function errorOf(
  response: Response,
): Promise<{ code: string; message: string; details?: Row[]; '@peyvand.data'?: Row }> {
  expect(response.headers.get('content-type')).toContain('application/json');
  return ((await response.json()) as { error: { code: string; message: string } }).error;
}

test('create answers 204 with the address of the new row, and the row is there with its ETag', async () => {
  const response = await send('POST', '/accounts', { name: 'شرکت آزمایشی' });
  expect(response.status).toBe(204);
  expect(response.headers.get('odata-version')).toBe('4.0');
  const url = response.headers.get('odata-entityid') ?? '';
  expect(url).toMatch(new RegExp(`^${server.url}${BASE}/accounts\\([0-9a-f-]{36}\\)$`));
  const got = await server.request(url.slice(server.url.length));
  expect(got.status).toBe(200);
  expect(got.headers.get('etag')).toMatch(/^W\/"\d+"$/);
  const row = (await got.json()) as Row;
  expect(row).toMatchObject({ name: 'شرکت آزمایشی', '@odata.etag': got.headers.get('etag') });
});

test('create with Prefer: return=representation answers 201 with the selected fields', async () => {
  const response = await send(
    'POST',
    '/accounts?$select=name',
    { name: 'Contoso' },
    { prefer: 'return=representation' },
  );
  expect(response.status).toBe(201);
  expect(response.headers.get('preference-applied')).toBe('return=representation');
  expect(response.headers.get('odata-entityid')).toContain('/accounts(');
  const row = (await response.json()) as Row;
  expect(row['name']).toBe('Contoso');
  expect(row).not.toHaveProperty('telephone1');
});

test('an id in braces and upper case names the same row', async () => {
  const id = await create('accounts', { name: 'Braces' });
  expect(await read(`/accounts(%7B${id.toUpperCase()}%7D)?$select=name`)).toMatchObject({ name: 'Braces' });
});

test('update with If-Match: * changes a row, answers 404 for a missing one and never creates it', async () => {
  const id = await create('accounts', { name: 'Before' });
  const updated = await send('PATCH', `/accounts(${id})`, { name: 'After' }, { 'if-match': '*' });
  expect(updated.status).toBe(204);
  expect(await read(`/accounts(${id})?$select=name`)).toMatchObject({ name: 'After' });
  const missing = '0197a1b2-3c4d-7e5f-8a9b-000000000001';
  const refused = await send('PATCH', `/accounts(${missing})`, { name: 'Ghost' }, { 'if-match': '*' });
  expect(refused.status).toBe(404);
  expect((await send('GET', `/accounts(${missing})`)).status).toBe(404);
});

test('upsert without If-Match creates the row under the given id, then changes it', async () => {
  const id = '0197a1b2-3c4d-7e5f-8a9b-000000000002';
  const created = await send('PATCH', `/accounts(${id})`, { name: 'Upserted' });
  expect(created.status).toBe(204);
  expect(created.headers.get('odata-entityid')).toContain(id);
  const changed = await send('PATCH', `/accounts(${id})`, { name: 'Again' }, { prefer: 'return=representation' });
  expect(changed.status).toBe(200);
  expect(((await changed.json()) as Row)['name']).toBe('Again');
  const only = await send('PATCH', `/accounts(${id})`, { name: 'No' }, { 'if-none-match': '*' });
  expect(only.status).toBe(412);
});

test('a stale ETag answers 412 with the current values, and nothing is stored', async () => {
  const id = await create('accounts', { name: 'One' });
  const first = await read(`/accounts(${id})`);
  const etag = String(first['@odata.etag']);
  expect((await send('PATCH', `/accounts(${id})`, { name: 'Two' }, { 'if-match': etag })).status).toBe(204);
  const stale = await send('PATCH', `/accounts(${id})`, { name: 'Three' }, { 'if-match': etag });
  expect(stale.status).toBe(412);
  const error = await errorOf(stale);
  expect(error.code).toBe('PRECONDITION_FAILED');
  expect(error['@peyvand.data']).toMatchObject({ current: { name: 'Two' } });
  expect((await send('DELETE', `/accounts(${id})`, undefined, { 'if-match': etag })).status).toBe(412);
  expect(await read(`/accounts(${id})?$select=name`)).toMatchObject({ name: 'Two' });
});

test('If-None-Match with the current ETag answers 304 without a body', async () => {
  const id = await create('accounts', { name: 'Cached' });
  const etag = String((await read(`/accounts(${id})`))['@odata.etag']);
  const response = await send('GET', `/accounts(${id})`, undefined, { 'if-none-match': etag });
  expect(response.status).toBe(304);
  expect(await response.text()).toBe('');
});

test('alternate keys with / & : % and quotes address a row', async () => {
  const set = 'transactioncurrencies';
  expect(await read(`/${set}(isocurrencycode='USD')?$select=currencyname`)).toMatchObject({
    currencyname: 'US Dollar',
  });
  const odd = encodeURIComponent("A/B & C: 100% O''Brien");
  expect((await send('GET', `/${set}(isocurrencycode='${odd}')`)).status).toBe(404);
  expect((await send('GET', `/accounts(telephone1='1')`)).status).toBe(400);
});

test('delete answers 204, then 404', async () => {
  const id = await create('accounts', { name: 'Gone' });
  expect((await send('DELETE', `/accounts(${id})`)).status).toBe(204);
  expect((await send('DELETE', `/accounts(${id})`)).status).toBe(404);
  expect((await send('GET', `/accounts(${id})`)).status).toBe(404);
});

test('lists page by Prefer: odata.maxpagesize and @odata.nextLink, which is followed as it stands', async () => {
  for (let number = 0; number < 5; number++) await create('contacts', { firstname: 'Page', lastname: `P${number}` });
  const prefer = { prefer: 'odata.maxpagesize=2' };
  const seen: unknown[] = [];
  let path: string | undefined = `/contacts?$select=lastname&$filter=firstname eq 'Page'&$orderby=lastname&$count=true`;
  for (let page = 0; path !== undefined && page < 10; page++) {
    const response = await send('GET', path, undefined, prefer);
    expect(response.headers.get('preference-applied')).toBe('odata.maxpagesize=2');
    const body = (await response.json()) as Row & { value: Row[] };
    expect(body['@odata.count']).toBe(5);
    seen.push(...body.value.map((row) => row['lastname']));
    const next = body['@odata.nextLink'];
    path = typeof next === 'string' ? next.slice(`${server.url}${BASE}`.length) : undefined;
  }
  expect(seen).toEqual(['P0', 'P1', 'P2', 'P3', 'P4']);
});

test('/$count is plain text', async () => {
  const response = await send('GET', `/contacts/$count?$filter=firstname eq 'Page'`);
  expect(response.headers.get('content-type')).toContain('text/plain');
  expect(await response.text()).toBe('5');
});

test('preferences that make no sense here are ignored', async () => {
  const prefer = 'return=representation,odata.include-annotations="*",odata.maxpagesize=3,respond-async';
  expect((await send('GET', '/accounts', undefined, { prefer })).status).toBe(200);
  expect((await send('POST', '/accounts', { name: 'd' }, { prefer })).status).toBe(201);
  expect((await send('GET', '/accounts?tag=job-7&p1=1')).status).toBe(200);
});

test('lookups are written by @odata.bind, read with annotations, walked, linked and unlinked', async () => {
  const contact = await create('contacts', { firstname: 'Ada', lastname: 'Lovelace' });
  const account = await create('accounts', { name: 'Engines', 'primarycontactid@odata.bind': `/contacts(${contact})` });
  const row = await read(`/accounts(${account})?$select=name,_primarycontactid_value`, {
    prefer: 'odata.include-annotations="*"',
  });
  expect(row).toMatchObject({
    _primarycontactid_value: contact,
    '_primarycontactid_value@OData.Community.Display.V1.FormattedValue': 'Ada Lovelace',
    '_primarycontactid_value@Microsoft.Dynamics.CRM.lookuplogicalname': 'contact',
  });
  expect(await read(`/accounts(${account})/primarycontactid?$select=lastname`)).toMatchObject({ lastname: 'Lovelace' });
  expect(await read(`/accounts(${account})/primarycontactid/$ref`)).toMatchObject({
    '@odata.id': `${server.url}${BASE}/contacts(${contact})`,
  });
  const refUrl = `/accounts(${account})/primarycontactid/$ref`;
  expect((await send('DELETE', refUrl)).status).toBe(204);
  expect((await send('GET', `/accounts(${account})/primarycontactid`)).status).toBe(204);
  const link = { '@odata.id': `${server.url}${BASE}/contacts(${contact})` };
  expect((await send('PUT', refUrl, link)).status).toBe(204);
  expect((await send('GET', `/accounts(${account})/primarycontactid`)).status).toBe(200);
});

test('collections are linked, listed, counted and unlinked by $ref', async () => {
  const account = await create('accounts', { name: 'Tagged' });
  const tag = await create('tags', { name: 'vip' });
  const path = `/accounts(${account})/account_tags`;
  expect((await send('POST', `${path}/$ref`, { '@odata.id': `${server.url}${BASE}/tags(${tag})` })).status).toBe(204);
  expect(((await read(path)) as { value?: Row[] }).value).toHaveLength(1);
  expect(await (await send('GET', `${path}/$count`)).text()).toBe('1');
  expect((await read(`${path}/$ref`))['value']).toEqual([{ '@odata.id': `${server.url}${BASE}/tags(${tag})` }]);
  expect((await send('DELETE', `${path}(${tag})/$ref`)).status).toBe(204);
  expect(await (await send('GET', `${path}/$count`)).text()).toBe('0');
});

test('one property is read, written and emptied', async () => {
  const id = await create('accounts', { name: 'Property', telephone1: '021' });
  expect(await read(`/accounts(${id})/telephone1`)).toMatchObject({ value: '021' });
  expect(await (await send('GET', `/accounts(${id})/telephone1/$value`)).text()).toBe('021');
  expect((await send('PUT', `/accounts(${id})/telephone1`, { value: '0912' })).status).toBe(204);
  expect(await read(`/accounts(${id})/telephone1`)).toMatchObject({ value: '0912' });
  expect((await send('DELETE', `/accounts(${id})/telephone1`)).status).toBe(204);
  expect((await send('GET', `/accounts(${id})/telephone1`)).status).toBe(204);
});

test('a money amount keeps every digit on the way in and out', async () => {
  const response = await server.request(`${BASE}/accounts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', prefer: 'return=representation' },
    body: '{"name":"Exact","revenue":123456789012345.67}',
  });
  expect(response.status).toBe(201);
  expect(await response.text()).toMatch(/"revenue":123456789012345\.67\d*[,}]/);
});

test('what a delete takes along is told before', async () => {
  const account = await create('accounts', { name: 'Parent' });
  await create('accounts', { name: 'Child', 'parentaccountid@odata.bind': `/accounts(${account})` });
  const preview = await read(`/accounts(${account})/Peyvand.DeletePreview()`);
  expect(preview['items']).toEqual(
    expect.arrayContaining([expect.objectContaining({ entity: 'account', count: 1, effect: 'unlink' })]),
  );
});

test('an image is stored, read back as bytes and as base64 with a range, and removed', async () => {
  const id = await create('contacts', { lastname: 'Picture' });
  const png = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  );
  const put = await server.request(`${BASE}/contacts(${id})/entityimage`, {
    method: 'PUT',
    headers: { 'content-type': 'image/png', 'x-ms-file-name': encodeURIComponent('عکس.png') },
    body: png,
  });
  expect(put.status, await put.clone().text()).toBe(204);
  const bytes = await server.request(`${BASE}/contacts(${id})/entityimage/$value`);
  expect(bytes.headers.get('content-type')).toBe('image/png');
  expect(Buffer.from(await bytes.arrayBuffer())).toEqual(png);
  const part = await server.request(`${BASE}/contacts(${id})/entityimage?size=full`, {
    headers: { range: 'bytes=0-7' },
  });
  expect(part.headers.get('x-ms-file-size')).toBe(String(png.length));
  expect(decodeURIComponent(part.headers.get('x-ms-file-name') ?? '')).toBe('عکس.png');
  expect(((await part.json()) as Row)['value']).toBe(png.subarray(0, 8).toString('base64'));
  expect((await send('DELETE', `/contacts(${id})/entityimage`)).status).toBe(204);
  expect((await send('GET', `/contacts(${id})/entityimage/$value`)).status).toBe(404);
});

test('formatted values come in the language a request asks for', async () => {
  const id = await create('accounts', { name: 'Words' });
  const label = async (language: string) => {
    const headers = { prefer: 'odata.include-annotations="*"', 'accept-language': language };
    const row = await read(`/accounts(${id})?$select=statecode`, headers);
    return row['statecode@OData.Community.Display.V1.FormattedValue'];
  };
  expect(await label('en')).toBe('Active');
  expect(await label('fa')).toBe('فعال');
  expect(await label('en-US,en;q=0.9,fa;q=0.8')).toBe('Active');
});

test('who am I, the service document, $metadata and EntityDefinitions find their way', async () => {
  expect(await read('/WhoAmI()')).toMatchObject({ BusinessUnitId: expect.any(String) as string });
  expect((await read(''))['value']).toContainEqual({ name: 'accounts', kind: 'EntitySet', url: 'accounts' });
  const csdl = await send('GET', '/$metadata', undefined, { accept: 'application/xml' });
  expect(csdl.headers.get('content-type')).toContain('application/xml');
  expect(await csdl.text()).toContain('<EntityType Name="account" ');
  const names = await read('/EntityDefinitions?$select=EntitySetName,LogicalName');
  expect(names['value']).toContainEqual(
    expect.objectContaining({ LogicalName: 'account', EntitySetName: 'accounts' }) as unknown,
  );
  const one = await read(`/EntityDefinitions(LogicalName='account')/Attributes?$select=LogicalName`);
  expect(one['value']).toContainEqual(expect.objectContaining({ LogicalName: 'name' }) as unknown);
});

test('the app gets its metadata in the asked language, and 304 while nothing changed', async () => {
  const response = await server.request('/api/metadata/app?language=fa');
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({ language: 'fa' });
  const etag = response.headers.get('etag') ?? '';
  expect((await server.request('/api/metadata/app?language=fa', { headers: { 'if-none-match': etag } })).status).toBe(
    304,
  );
  expect((await server.request('/api/metadata/app?language=en', { headers: { 'if-none-match': etag } })).status).toBe(
    200,
  );
  expect((await server.request('/api/metadata/entities/account')).status).toBe(200);
  expect((await server.request('/api/metadata/entities/acount')).status).toBe(404);
});

test('OpenAPI describes what the caller may do', async () => {
  const document = (await (await server.request('/openapi.json')).json()) as { openapi: string; paths: Row };
  expect(document.openapi).toBe('3.1.0');
  expect(document.paths).toHaveProperty(['/api/data/v9.2/accounts', 'post']);
});

test('health, readiness and figures are there for the operator', async () => {
  expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
  const figures = await (await fetch(`${server.url}/metrics`)).text();
  expect(figures).toMatch(/peyvand_request_seconds_bucket\{le="\+Inf"\} \d+/);
});
