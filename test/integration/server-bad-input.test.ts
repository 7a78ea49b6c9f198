// Bad input over real HTTP: each gets the right 4xx with every violation and its target, and nothing is stored.
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { API_KEY, testServer, type InProcessServer } from '../support/server.ts';

const BASE = '/api/data/v9.2';
const NOBODY = '0197a1b2-3c4d-7e5f-8a9b-0c1d2e3f4a5b';
let server: InProcessServer;

beforeAll(async () => {
  server = await testServer();
});
afterAll(async () => {
  await server.stop();
});

interface ErrorBody {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly details?: readonly { readonly code: string; readonly target: string; readonly message: string }[];
  };
}

async function send(
  method: string,
  path: string,
  body?: string,
  headers: Record<string, string> = {},
): Promise<Response> {
  return server.request(BASE + path, {
    method,
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body }),
  });
}

async function count(set: string): Promise<number> {
  return Number(await (await send('GET', `/${set}/$count`)).text());
}

/** Status and the targets of all violations; checks that the body is an OData error with words. */
async function refusal(
  response: Response,
): Promise<{ status: number; code: string; targets: string[]; message: string }> {
  const { error } = (await response.json()) as ErrorBody;
  expect(error.message.length).toBeGreaterThan(10);
  for (const detail of error.details ?? []) expect(detail.message.length).toBeGreaterThan(5);
  return {
    status: response.status,
    code: error.code,
    message: error.message,
    targets: (error.details ?? []).map(({ target }) => target).toSorted(),
  };
}

/** Refused on create and on update alike, and neither stores anything. */
async function refusedWrite(body: unknown, targets: readonly string[]): Promise<void> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const before = await count('accounts');
  const created = await refusal(await send('POST', '/accounts', text));
  expect(created).toMatchObject({ status: 400, targets: [...targets].toSorted() });
  expect(await count('accounts')).toBe(before);

  const id = await existing();
  const version = (await (await send('GET', `/accounts(${id})`)).json()) as Record<string, unknown>;
  const updated = await refusal(await send('PATCH', `/accounts(${id})`, text, { 'if-match': '*' }));
  expect(updated).toMatchObject({ status: 400, targets: [...targets].toSorted() });
  expect(await (await send('GET', `/accounts(${id})`)).json()).toEqual(version);
}

let known: string | undefined;
async function existing(): Promise<string> {
  if (known !== undefined) return known;
  const response = await send('POST', '/accounts', JSON.stringify({ name: 'Untouched' }));
  return (known = /\(([^)]+)\)$/.exec(response.headers.get('odata-entityid') ?? '')?.[1] ?? '');
}

test('a wrong type, for every wrong field at once', async () => {
  await refusedWrite({ name: 12, numberofemployees: 'many', donotemail: 'yes' }, [
    'donotemail',
    'name',
    'numberofemployees',
  ]);
});

test('an unknown field, with the name that was probably meant', async () => {
  await refusedWrite({ name: 'A', telefone1: '021' }, ['telefone1']);
  const { message } = await refusal(await send('POST', '/accounts', '{"name":"A","telefone1":"021"}'));
  expect(message).toContain('telephone1');
});

test('unknown fields and wrong values are told together', async () => {
  await refusedWrite({ name: 'A', nosuchfield: 1, numberofemployees: 'many' }, ['nosuchfield', 'numberofemployees']);
});

test('over-long text', async () => {
  await refusedWrite({ name: 'x'.repeat(5000), telephone1: '1'.repeat(500) }, ['name', 'telephone1']);
});

test('an invalid date', async () => {
  const before = await count('contacts');
  for (const birthdate of ['1390-02-31', '2026-13-01', 'yesterday', 5]) {
    const refused = await refusal(await send('POST', '/contacts', JSON.stringify({ lastname: 'D', birthdate })));
    expect(refused).toMatchObject({ status: 400, targets: ['birthdate'] });
  }
  expect(await count('contacts')).toBe(before);
});

test('a dangling lookup', async () => {
  const name = 'primarycontactid@odata.bind';
  const before = await count('accounts');
  const response = await send('POST', '/accounts', JSON.stringify({ name: 'A', [name]: `/contacts(${NOBODY})` }));
  const refused = await refusal(response);
  expect(refused.status).toBe(400);
  expect(refused.targets).toHaveLength(1);
  expect(refused.targets[0]).toMatch(/^primarycontactid/);
  expect(await count('accounts')).toBe(before);
});

test('a lookup to the wrong entity, and a reference that is none', async () => {
  for (const value of [`/accounts(${NOBODY})`, 'contact', `/nosuchset(${NOBODY})`, 7])
    expect(
      await refusal(
        await send('POST', '/accounts', JSON.stringify({ name: 'A', 'primarycontactid@odata.bind': value })),
      ),
    ).toMatchObject({ status: 400, targets: ['primarycontactid@odata.bind'] });
});

test('malformed JSON, with its place', async () => {
  const before = await count('accounts');
  for (const text of ['{"name":', '{"name" "A"}', '{name:"A"}', '', 'null', '[]', '"text"', '{"a":1}x', '\u0000']) {
    const { status, message } = await refusal(await send('POST', '/accounts', text));
    expect(status, text).toBe(400);
    expect(message.length).toBeGreaterThan(10);
  }
  const { message } = await refusal(await send('POST', '/accounts', '{"name": "A",\n  "x": }'));
  expect(message).toContain('line 2');
  expect(await count('accounts')).toBe(before);
});

test('bytes that are not UTF-8', async () => {
  const response = await server.request(`${BASE}/accounts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: Buffer.from([0x7b, 0xff, 0xfe, 0x7d]),
  });
  expect((await refusal(response)).status).toBe(400);
});

test('text that Postgres cannot hold', async () => {
  await refusedWrite('{"name":"zero \\u0000 byte"}', ['name']);
});

test('an unknown entity set, with the name that was probably meant', async () => {
  const refused = await refusal(await send('GET', '/acounts'));
  expect(refused).toMatchObject({ status: 404, code: 'SET_UNKNOWN' });
  expect(refused.message).toContain('accounts');
  expect((await refusal(await send('POST', '/nonsense', '{}'))).status).toBe(404);
});

test.each([
  `$filter=name eq`,
  `$filter=name eqq 'A'`,
  `$filter=nosuch eq 1`,
  `$filter=name eq 'open`,
  `$filter=revenue gt 'text'`,
  `$filter=contains(revenue,'1')`,
  `$filter=((((`,
  `$filter=accountid eq 'x'`,
  `$filter=_primarycontactid_value eq 12`,
  `$orderby=nosuch`,
  `$select=nosuch`,
  `$expand=nosuch`,
  `$top=-1`,
  `$top=x`,
  `$skip=10`,
  `$skiptoken=garbage`,
  `$filter=%E0%A4%A`,
  `$count=maybe`,
  `savedQuery=nosuch`,
])('a malformed query: %s', async (query) => {
  const refused = await refusal(await send('GET', `/accounts?${query}`));
  expect(refused.status).toBe(400);
});

test('every problem of a query is told at once', async () => {
  const { targets } = await refusal(await send('GET', `/accounts?$select=nosuch&$orderby=other&$filter=third eq 1`));
  expect(new Set(targets)).toEqual(new Set(['$select', '$orderby', '$filter']));
});

test('a bad id', async () => {
  for (const path of ['/accounts(1)', '/accounts(nonsense)', `/accounts(${NOBODY}x)`, '/accounts()', `/accounts('x')`])
    expect((await refusal(await send('GET', path))).status, path).toBe(400);
  expect((await refusal(await send('GET', `/accounts(${NOBODY})`))).status).toBe(404);
  expect((await refusal(await send('PATCH', `/accounts(${NOBODY})`, '{"name":"x"}', { 'if-match': '*' }))).status).toBe(
    404,
  );
  expect((await refusal(await send('DELETE', `/accounts(${NOBODY})`))).status).toBe(404);
});

test('a stale ETag, and one that is none', async () => {
  const id = await existing();
  const stale = await send('PATCH', `/accounts(${id})`, '{"name":"x"}', { 'if-match': 'W/"1"' });
  expect((await refusal(stale)).status).toBe(412);
  const foreign = await send('PATCH', `/accounts(${id})`, '{"name":"x"}', { 'if-match': '"not-ours"' });
  expect((await refusal(foreign)).status).toBe(412);
  const broken = await send('PATCH', `/accounts(${id})`, '{"name":"x"}', { 'if-match': 'nonsense' });
  expect((await refusal(broken)).status).toBe(400);
  expect(await (await send('GET', `/accounts(${id})/name`)).json()).toMatchObject({ value: 'Untouched' });
});

test('a huge body is refused before it is read', async () => {
  const before = await count('accounts');
  const { hostname, port } = new URL(server.url);
  const answer = await new Promise<string>((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    socket.on('error', reject);
    socket.on('data', (chunk) => {
      resolve(chunk.toString());
      socket.destroy();
    });
    socket.write(
      `POST ${BASE}/accounts HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${API_KEY}\r\nContent-Type: application/json\r\nContent-Length: 900000000\r\n\r\n{`,
    );
  });
  expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  const large = JSON.stringify({ name: 'x'.repeat(11 * 1024 * 1024) });
  expect((await refusal(await send('POST', '/accounts', large))).status).toBe(413);
  expect(await count('accounts')).toBe(before);
});

test('a body of another type', async () => {
  for (const type of [
    'text/plain',
    'application/xml',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
  ])
    expect((await refusal(await send('POST', '/accounts', '{"name":"A"}', { 'content-type': type }))).status).toBe(415);
});

test('a method that makes no sense here is told the ones that do', async () => {
  const id = await existing();
  for (const [method, path, allow] of [
    ['PUT', `/accounts(${id})`, 'GET, PATCH, DELETE'],
    ['DELETE', '/accounts', 'GET, POST'],
    ['POST', '/$metadata', 'GET'],
    ['PATCH', '/WhoAmI', 'GET'],
  ] as const) {
    const response = await send(method, path, method === 'DELETE' ? undefined : '{}');
    expect(response.headers.get('allow')).toBe(allow);
    expect((await refusal(response)).status).toBe(405);
  }
});

test('fields that only the engine writes, and rows that only read', async () => {
  await refusedWrite({ name: 'A', createdon: '2020-01-01T00:00:00Z' }, ['createdon']);
  const union = await refusal(await send('POST', '/activitypointers', '{"subject":"x"}'));
  expect(union.status).toBe(400);
});

test('unknown routes answer with an OData error', async () => {
  for (const path of [
    '/api/nonsense',
    '/api/data/v8.0/accounts',
    '/api',
    '/studio',
    '/assets/none.js',
    `${BASE}/accounts(${NOBODY})/nosuch`,
  ])
    expect((await refusal(await server.request(path))).status, path).toBe(404);
});

test('a number too small for a double is refused, not stored as 0', async () => {
  await refusedWrite('{"name":"A","revenue":1e-400,"numberofemployees":1e-400}', ['numberofemployees', 'revenue']);
});

test('megabytes of digits are told as a wrong number', async () => {
  await refusedWrite(`{"name":"A","revenue":0.${'0'.repeat(8_000_000)}1}`, ['revenue']);
});

test('a body of very many unknown names is refused without comparing them all', async () => {
  const body = (count: number) =>
    `{"name":"A",${Array.from({ length: count }, (_, index) => `"acount${index}":1`).join(',')}}`;
  const told = await refusal(await send('POST', '/accounts', body(3000)));
  expect(told.targets).toHaveLength(3000);
  expect(await refusal(await send('POST', '/accounts', body(200_000)))).toMatchObject({
    status: 400,
    code: 'BODY_TOO_WIDE',
  });
});

test('an unknown name of megabytes is not sent back', async () => {
  const response = await send('POST', '/accounts', `{"${'a'.repeat(5_000_000)}":1}`);
  expect(response.status).toBe(400);
  expect((await response.text()).length).toBeLessThan(2000);
});
