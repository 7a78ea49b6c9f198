// The search over HTTP: our own answer, and those that clients of the Dataverse search API read, in both of its versions.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testServer, type InProcessServer } from '../support/server.ts';

let server: InProcessServer;
const json = { 'content-type': 'application/json' };
const post = (path: string, body: unknown): Promise<Response> =>
  server.request(path, { method: 'POST', headers: json, body: JSON.stringify(body) });

beforeAll(async () => {
  server = await testServer();
  for (const name of ['Northwind Traders', 'Northwind', 'كاوه صنعت']) {
    expect((await post('/api/data/v9.2/accounts', { name })).status).toBe(204);
  }
}, 60_000);
afterAll(() => server.stop());

test('one box finds records of every entity, with what matched', async () => {
  const response = await server.request(`/api/search?q=${encodeURIComponent('کاوه')}&top=3`);
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({
    partial: false,
    groups: [
      { entity: 'account', count: 1, hits: [{ name: 'كاوه صنعت', highlights: [{ parts: ['', 'كاوه', ' صنعت'] }] }] },
    ],
  });
  expect(await (await server.request('/api/search?q=')).json()).toEqual({ text: '', groups: [], partial: false });
  for (const query of ['q=a&entities=nothing', 'q=a&top=x', `q=${'a'.repeat(201)}`]) {
    expect((await server.request(`/api/search?${query}`)).status).toBe(400);
  }
  expect((await server.request('/api/search?q=a', { headers: { authorization: 'Bearer no' } })).status).toBe(401);
  expect((await server.request('/api/search', { method: 'DELETE' })).status).toBe(405);
});

test('clients of the Dataverse search API get what they read, in both versions', async () => {
  const query = { search: 'northwind', entities: ['account'], count: true };
  const first = (await (await post('/api/search/v1.0/query', query)).json()) as Record<string, unknown>;
  expect(JSON.parse(String(first['response']))).toMatchObject({
    Error: null,
    Count: 2,
    Value: [
      {
        EntityName: 'account',
        Attributes: { name: 'Northwind' },
        Highlights: { name: ['{crmhit}Northwind{/crmhit}'] },
      },
      { Attributes: { name: 'Northwind Traders' } },
    ],
  });
  expect(first).toMatchObject({
    totalrecordcount: 2,
    value: [{ '@search.entityname': 'account', name: 'Northwind' }, {}],
  });
  const named = { search: '+northwind* "traders"', entities: '[{"name":"account"}]', top: 1 };
  const second = (await (await post('/api/search/v2.0/query', named)).json()) as { response: string };
  expect(JSON.parse(second.response)).toMatchObject({ Value: [{ Attributes: { name: 'Northwind Traders' } }] });

  const suggested = (await (await post('/api/search/v1.0/suggest', { search: 'north' })).json()) as {
    response: string;
  };
  expect(JSON.parse(suggested.response)).toMatchObject({
    Value: [{ Text: expect.stringContaining('{crmhit}North{/crmhit}') as string }, {}],
  });
  const completed = (await (await post('/api/search/v1.0/autocomplete', { search: 'the nor' })).json()) as {
    response: string;
  };
  expect(JSON.parse(completed.response)).toMatchObject({ Value: '' });
  const one = (await (await post('/api/search/v2.0/autocomplete', { search: 'nor' })).json()) as { response: string };
  expect(JSON.parse(one.response)).toMatchObject({ Value: '{crmhit}Northwind{/crmhit}' });
  const empty = (await (await post('/api/search/v1.0/query', { search: 'qqqqqq' })).json()) as { response: string };
  expect(JSON.parse(empty.response)).toEqual({ Error: null, Value: [], Facets: {}, QueryContext: null, Count: 0 });

  for (const body of [
    {},
    { search: 5 },
    { search: 'a', top: -1 },
    { search: 'a', entities: '{' },
    { search: 'a'.repeat(101) },
    [],
  ]) {
    expect((await post('/api/search/v1.0/query', body)).status).toBe(400);
  }
  expect((await post('/api/search/v1.0/query', { search: 'a', entities: ['nothing'] })).status).toBe(400);
});
