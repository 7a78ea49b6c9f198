// $batch over real HTTP: many requests in one, in order, change sets all or nothing, as clients of OData send them.
import fc from 'fast-check';
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

interface Sent {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

async function post(type: string, body: string, headers: Record<string, string> = {}): Promise<Sent> {
  const response = await server.request(`${BASE}/$batch`, {
    method: 'POST',
    headers: { 'content-type': type, ...headers },
    body,
  });
  return { status: response.status, type: response.headers.get('content-type') ?? '', text: await response.text() };
}

const lines = (...all: readonly string[]) => all.join('\r\n');
const request = (line: string, body?: unknown, id?: string) =>
  lines(
    'Content-Type: application/http',
    'Content-Transfer-Encoding: binary',
    ...(id === undefined ? [] : [`Content-ID: ${id}`]),
    '',
    `${line} HTTP/1.1`,
    'Content-Type: application/json',
    '',
    body === undefined ? '' : JSON.stringify(body),
  );
const set = (boundary: string, ...requests: readonly string[]) =>
  lines(
    `Content-Type: multipart/mixed;boundary=${boundary}`,
    '',
    ...requests.flatMap((one) => [`--${boundary}`, one]),
    `--${boundary}--`,
  );
const batch = (...parts: readonly string[]) => lines('', ...parts.flatMap((one) => ['--b', one]), '--b--', '');
const send = (parts: readonly string[], headers: Record<string, string> = {}) =>
  post('multipart/mixed;boundary=b', batch(...parts), headers);
const statusesOf = (text: string) => [...text.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status]) => Number(status));

interface JsonAnswer {
  readonly id: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: { readonly value?: readonly unknown[]; readonly error?: { readonly code: string } };
}
async function sendJson(requests: unknown, headers: Record<string, string> = {}) {
  const { status, text } = await post('application/json', JSON.stringify({ requests }), headers);
  const parsed = JSON.parse(text) as {
    readonly responses?: readonly JsonAnswer[];
    readonly error?: { message: string };
  };
  return { status, responses: parsed.responses ?? [], error: parsed.error, text };
}

async function countOf(name: string): Promise<number> {
  const filter = encodeURIComponent(`name eq '${name}'`);
  const response = await server.request(`${BASE}/accounts?$select=name&$filter=${filter}`);
  return ((await response.json()) as { value: unknown[] }).value.length;
}

test('reads and a change set answer in order, later changes refer to earlier ones by $1, also in their address', async () => {
  const { status, type, text } = await send([
    request(`GET ${server.url}${BASE}/accounts?$select=name&$filter=name eq 'none, none'&$top=1`),
    set(
      'c1',
      request(`POST ${server.url}${BASE}/contacts`, { lastname: 'Batched' }, '1'),
      request('POST accounts', { name: 'By batch', 'primarycontactid@odata.bind': '$1' }, '2'),
      request('PATCH $2', { description: 'changed by its address' }),
      request('PUT $2/primarycontactid/$ref', { '@odata.id': '$1' }),
      request('POST $1/account_primary_contact/$ref', { '@odata.id': '$2' }),
    ),
    request(
      `GET ${BASE}/accounts?$select=name,description&$filter=name eq 'By batch'&$expand=primarycontactid($select=lastname)`,
    ),
  ]);
  expect(status, text).toBe(200);
  expect(type).toMatch(/^multipart\/mixed; boundary=batchresponse_/);
  expect(text).toMatch(/^--batchresponse_/);
  expect(text).toContain('--changesetresponse_');
  expect(statusesOf(text), text).toEqual([200, 204, 204, 204, 204, 204, 200]);
  expect(text).toMatch(/Content-ID: 1\r\n\r\nHTTP\/1\.1 204 No Content\r\n[^]*?OData-EntityId: http/);
  expect(text).toContain('"description":"changed by its address"');
  expect(text).toContain('"lastname":"Batched"');
});

test('a change set is all or nothing, and a batch ends at the first failure unless it is to go on', async () => {
  const parts = [
    set('c', request('POST /accounts', { name: 'half' }, '1'), request('POST /accounts', { nosuch: 1 }, '2')),
    request('POST /accounts', { name: 'behind' }),
  ];
  const stopped = await send(parts);
  expect(stopped.status).toBe(200);
  expect(statusesOf(stopped.text)).toEqual([400]);
  expect(stopped.text).toContain('Content-ID: 2');
  expect(await countOf('half')).toBe(0);
  expect(await countOf('behind')).toBe(0);
  const went = await send(parts, { prefer: 'odata.continue-on-error' });
  expect(statusesOf(went.text)).toEqual([400, 204]);
  expect(await countOf('half')).toBe(0);
  expect(await countOf('behind')).toBe(1);
});

test('quoted boundaries, bare line feeds, a charset, braces and addresses of every form are read', async () => {
  const body = [
    'a preamble nobody reads',
    '--x y',
    'content-type: application/http; msgtype=request',
    '',
    'GET /api/data/v9.2/accounts?$top=1 HTTP/1.1',
    'Accept: application/json',
    '',
    '--x y  ',
    'Content-Type: application/http',
    '',
    'DELETE accounts({0197A1B2-3C4D-7E5F-8A9B-00000000DEAD})',
    '--x y--',
    'an epilogue',
  ].join('\n');
  const { status, text } = await post('multipart/mixed; charset=utf-8; boundary="x y"', body, {
    prefer: 'odata.continue-on-error',
  });
  expect(status, text).toBe(200);
  expect(statusesOf(text)).toEqual([200, 404]);
});

test('names of any script may stand bare in addresses and bodies', async () => {
  const { text } = await send([
    request('POST accounts', { name: 'شرکت یک' }),
    request("GET accounts?$select=name&$filter=name eq 'شرکت یک'"),
  ]);
  expect(statusesOf(text)).toEqual([204, 200]);
  expect(text).toContain('"name":"شرکت یک"');
});

test('a malformed batch is refused before anything of it is done, and told where', async () => {
  const good = request('POST accounts', { name: 'never' });
  const wrong: readonly [body: string, type: string, said: RegExp][] = [
    [batch(good), 'multipart/mixed', /Content-Type/],
    [batch(good), 'multipart/mixed;boundary=other', /no part that begins with --other/],
    [lines('--b', good), 'multipart/mixed;boundary=b', /does not end with --b--/],
    [
      batch(good, lines('Content-Type: text/plain', '', 'x')),
      'multipart/mixed;boundary=b',
      /part 2.*application\/http/,
    ],
    [batch(good, request('GET')), 'multipart/mixed;boundary=b', /part 2.*request line/],
    [batch(good, request('GET $batch')), 'multipart/mixed;boundary=b', /request 2.*another batch/],
    [batch(good, request(`POST ${BASE}/%24batch`)), 'multipart/mixed;boundary=b', /request 2.*another batch/],
    [batch(good, set('c', request('GET accounts'))), 'multipart/mixed;boundary=b', /request 2.*changes only/],
    [batch(good, set('c', good, set('d', good))), 'multipart/mixed;boundary=b', /part 2, change 2/],
    [batch(good, request('TRACE accounts')), 'multipart/mixed;boundary=b', /TRACE/],
    [
      batch(good, set('c', request('POST accounts', {}, '1'), request('POST accounts', {}, '1'))),
      'multipart/mixed;boundary=b',
      /given twice/,
    ],
    [batch(...Array.from({ length: 1001 }, () => good)), 'multipart/mixed;boundary=b', /at most 1000/],
    ['--b--', 'multipart/mixed;boundary=b', /no request/],
    ['{"requests":[{"id":"1","method":"GET"}]}', 'application/json', /requests\/0\/url/],
    ['{"requests":[{"id":"1","method":"GET","url":"accounts","dependsOn":["2"]}]}', 'application/json', /dependsOn/],
    ['{"requests":', 'application/json', /JSON/],
  ];
  for (const [body, type, said] of wrong) {
    const { status, text } = await post(type, body);
    expect([400, 415], text).toContain(status);
    expect(text).toMatch(said);
  }
  expect(await countOf('never')).toBe(0);
});

test('references to nothing, and what has no place in a batch, fail alone', async () => {
  const { text } = await send(
    [
      request('PATCH $7', { name: 'x' }),
      request('POST accounts', { name: 'x', 'primarycontactid@odata.bind': '$7' }),
      request('GET /api/me'),
      request('GET nosuch'),
      request('GET accounts?$filter=name eq'),
      request('GET accounts?$top=1&api_key=1'),
    ],
    { prefer: 'odata.continue-on-error' },
  );
  expect(statusesOf(text)).toEqual([400, 400, 404, 404, 400, 400]);
});

test('the JSON format keeps every digit, runs groups all or nothing and follows dependsOn', async () => {
  const { status, responses } = await sendJson(
    [
      { id: 'a', atomicityGroup: 'g', method: 'post', url: '/contacts', body: { lastname: 'Json' } },
      {
        id: 'b',
        atomicityGroup: 'g',
        method: 'POST',
        url: `${BASE}/accounts`,
        body: { name: 'Json account', revenue: 12345678901234.57, 'primarycontactid@odata.bind': '$a' },
      },
      { id: 'c', dependsOn: ['g'], method: 'GET', url: '$b?$select=name,revenue' },
      { id: 'd', atomicityGroup: 'h', method: 'POST', url: 'accounts', body: { name: 'json half' } },
      { id: 'e', atomicityGroup: 'h', method: 'POST', url: 'accounts', body: { nosuch: 1 } },
      { id: 'f', dependsOn: ['h'], method: 'GET', url: 'accounts' },
      { id: 'g2', method: 'GET', url: 'accounts/$count' },
    ],
    { prefer: 'continue-on-error' },
  );
  expect(status).toBe(200);
  expect(responses.map(({ id, status: each }) => [id, each])).toEqual([
    ['a', 204],
    ['b', 204],
    ['c', 200],
    ['e', 400],
    ['f', 424],
    ['g2', 200],
  ]);
  expect(responses[2]?.body).toMatchObject({ name: 'Json account', revenue: 12345678901234.57 });
  expect(await countOf('json half')).toBe(0);
});

test('digits that a number of JavaScript cannot hold survive a JSON batch', async () => {
  const body =
    '{"requests":[{"id":"1","method":"POST","url":"accounts","body":{"name":"digits","revenue":99999999999.99}},{"id":"2","method":"GET","url":"$1?$select=revenue"}]}';
  const { text } = await post('application/json', body.replace('99999999999.99', '0.10000000000000000000'));
  expect(text).toContain('"status":200');
  expect(text).toMatch(/"revenue":0\.1/);
});

test('a caller has the same rights inside a batch as outside', async () => {
  const response = await fetch(`${server.url}${BASE}/$batch`, {
    method: 'POST',
    headers: { 'content-type': 'multipart/mixed;boundary=b' },
    body: batch(request('GET accounts')),
  });
  expect(response.status).toBe(401);
});

test('whatever is sent, the answer is never a server fault and no change set is ever half done', async () => {
  let round = 0;
  const text = fc.oneof(
    fc.string({ maxLength: 12 }),
    fc.constantFrom('\r\n', '--b', '--b--', '--c', 'HTTP/1.1', '$1', ':'),
  );
  const mangle = fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(40), text);
  await fc.assert(
    fc.asyncProperty(fc.array(mangle, { maxLength: 3 }), fc.boolean(), async (changes, json) => {
      const name = `fuzz ${++round}`;
      let body = json
        ? JSON.stringify({
            requests: [
              { id: '1', atomicityGroup: 'g', method: 'POST', url: 'accounts', body: { name } },
              {
                id: '2',
                atomicityGroup: 'g',
                method: 'POST',
                url: 'accounts',
                body: { name, 'parentaccountid@odata.bind': '$1' },
              },
            ],
          })
        : batch(
            set(
              'c',
              request('POST accounts', { name }, '1'),
              request('POST accounts', { name, 'parentaccountid@odata.bind': '$1' }, '2'),
            ),
          );
      for (const [where, length, put] of changes) {
        const at = Math.floor(where * body.length);
        body = body.slice(0, at) + put + body.slice(at + length);
      }
      const { status, text: answer } = await post(json ? 'application/json' : 'multipart/mixed;boundary=b', body);
      expect(status).toBeLessThan(500);
      for (const inner of statusesOf(answer)) expect(inner).toBeLessThan(500);
      const stored = await countOf(name);
      if (changes.length === 0) expect(stored).toBe(2);
      // A part may be gone with its text; what a set that is left holds is stored as a whole.
      const created = json
        ? [...answer.matchAll(/"status":204/g)].length
        : statusesOf(answer).filter((each) => each === 204).length;
      expect(stored).toBeLessThanOrEqual(created);
    }),
    { numRuns: 150 },
  );
}, 60_000);
