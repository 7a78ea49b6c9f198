// Clients of others, against a started server: filters as odata-query builds them, and create, read, update and delete, queries and
// batches by @odata/client and o.js, as their documentation shows them.
import { OData } from '@odata/client';
import { o } from 'o.js';
import odataQuery from 'odata-query';
import type { QueryOptions } from 'odata-query';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { API_KEY, testServer, type InProcessServer } from '../support/server.ts';

// Its types are those of a CommonJS module, what is loaded is not.
const buildQuery = odataQuery as unknown as typeof odataQuery.default;

const BASE = '/api/data/v9.2/';

interface Account {
  readonly accountid: string;
  readonly name: string;
  readonly numberofemployees: number | null;
  readonly revenue: number | null;
  readonly telephone1: string | null;
  readonly _parentaccountid_value: string | null;
}

let server: InProcessServer;
const ids = new Map<string, string>();

beforeAll(async () => {
  server = await testServer();
  const rows = [
    { name: 'Alpha & Söhne', numberofemployees: 5, revenue: 100.5, telephone1: '021-1' },
    { name: "Beta's / 100%", numberofemployees: 50, revenue: 20, telephone1: null },
    { name: 'گاما', numberofemployees: null, revenue: null, telephone1: '021-3' },
    { name: 'Delta', numberofemployees: 7, revenue: 7, telephone1: '021-1', parent: 'Alpha & Söhne' },
  ];
  for (const { parent, ...row } of rows) {
    const bound = parent === undefined ? {} : { 'parentaccountid@odata.bind': `/accounts(${ids.get(parent)})` };
    const answer = await server.request(`${BASE}accounts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', prefer: 'return=representation' },
      body: JSON.stringify({ ...row, ...bound }),
    });
    expect(answer.status).toBe(201);
    const { accountid } = (await answer.json()) as Account;
    ids.set(row.name, accountid);
  }
});
afterAll(() => server.stop());

describe('odata-query builds', () => {
  async function names(options: Partial<QueryOptions<Account>>): Promise<readonly string[]> {
    const query = buildQuery({ select: ['name'], orderBy: 'name', ...options });
    const answer = await server.request(`${BASE}accounts${query}`);
    const body = (await answer.json()) as { readonly value?: readonly Account[]; readonly error?: unknown };
    expect(body.error, query).toBeUndefined();
    return (body.value ?? []).map(({ name }) => name);
  }

  it.each<readonly [string, QueryOptions<Account>['filter'], readonly string[]]>([
    ['a value', { numberofemployees: 5 }, ['Alpha & Söhne']],
    ['a text with every sign', { name: "Beta's / 100%" }, ["Beta's / 100%"]],
    ['null', { numberofemployees: null }, ['گاما']],
    ['comparisons', { numberofemployees: { gt: 5, lt: 50 } }, ['Delta']],
    ['several, and', { numberofemployees: { ge: 5 }, revenue: { le: 20 } }, ["Beta's / 100%", 'Delta']],
    ['or', { or: [{ name: 'گاما' }, { name: 'Delta' }] }, ['Delta', 'گاما']],
    ['not', { not: { telephone1: '021-1' } }, ["Beta's / 100%", 'گاما']],
    ['a list', { name: { in: ['Delta', 'گاما', 'Nobody'] } }, ['Delta', 'گاما']],
    ['contains', { name: { contains: '100%' } }, ["Beta's / 100%"]],
    ['startswith', { name: { startswith: 'Al' } }, ['Alpha & Söhne']],
    ['endswith', { name: { endswith: 'ta' } }, ['Delta']],
    ['tolower', { 'tolower(name)': { contains: 'delt' } }, ['Delta']],
    ['length', { 'length(name)': { eq: 4 } }, ['گاما']],
    ['indexof', { "indexof(telephone1, '-3')": 3 }, ['گاما']],
    ['arithmetic', ['numberofemployees mul 2 gt revenue'], ["Beta's / 100%", 'Delta']],
    ['a related row', { parentaccountid: { name: { contains: 'Söhne' } } }, ['Delta']],
    ['an id', { accountid: { type: 'guid', value: '00000000-0000-7000-8000-000000000009' } }, []],
    [
      'a date',
      { createdon: { gt: new Date('2020-01-01T00:00:00Z') } },
      ['Alpha & Söhne', "Beta's / 100%", 'Delta', 'گاما'],
    ],
    ['any', { account_parent_account: { any: { name: 'Delta' } } }, ['Alpha & Söhne']],
    ['raw', { revenue: { type: 'raw', value: '100.50' } }, ['Alpha & Söhne']],
    ['a decimal', { revenue: { eq: { type: 'raw', value: '7.0' } } }, ['Delta']],
  ])('filters by %s', async (_, filter, expected) => {
    const found = await names({ filter });
    expect([...found].sort()).toEqual([...expected].sort());
  });

  it('pages, counts, searches, expansions and groups', async () => {
    expect(await names({ top: 2 })).toHaveLength(2);
    expect(await names({ search: 'delta' })).toEqual(['Delta']);
    const query = buildQuery<Account>({
      filter: { name: 'Delta' },
      count: true,
      expand: { parentaccountid: { select: ['name'] } } as never,
    });
    const answer = await server.request(`${BASE}accounts${query}`);
    expect(await answer.json()).toMatchObject({
      '@odata.count': 1,
      value: [{ name: 'Delta', parentaccountid: { name: 'Alpha & Söhne' } }],
    });
    const grouped = buildQuery<Account>({
      transform: [
        { filter: { telephone1: { ne: null } } },
        {
          groupBy: {
            properties: ['telephone1'],
            transform: {
              aggregate: [
                { revenue: { with: 'sum' as never, as: 'total' } },
                { $count: { with: 'sum' as never, as: 'n' } },
              ].slice(0, 1),
            },
          },
        },
      ],
    });
    const groups = (await (await server.request(`${BASE}accounts${grouped}`)).json()) as {
      readonly value: readonly object[];
    };
    expect(groups.value).toEqual([
      { telephone1: '021-1', total: 107.5 },
      { telephone1: '021-3', total: null },
    ]);
  });
});

describe('@odata/client', () => {
  const client = () =>
    OData.New4({
      serviceEndpoint: `${server.url}${BASE}`,
      commonHeaders: { Authorization: `Bearer ${API_KEY}`, Prefer: 'return=representation' },
    });

  it('creates, retrieves, updates, counts, queries and deletes', async () => {
    const accounts = client().getEntitySet<Account>('accounts');
    const created = await accounts.create({ name: 'By @odata/client', numberofemployees: 3 });
    const { accountid } = created;
    expect(await accounts.retrieve(accountid)).toMatchObject({ name: 'By @odata/client' });
    await accounts.update(accountid, { numberofemployees: 4 });
    const filter = client().newFilter().field('name').eqString('By @odata/client').field('numberofemployees').gt(3);
    expect(await accounts.query(filter)).toMatchObject([{ accountid, numberofemployees: 4 }]);
    expect(await accounts.count(filter)).toBe(1);
    expect(await accounts.find({ name: 'By @odata/client' })).toHaveLength(1);
    const options = client()
      .newOptions()
      .select(['name'])
      .orderby('name', 'desc')
      .top(2)
      .expand('parentaccountid')
      .filter('length(name) gt 4 and numberofemployees lt 10');
    expect((await accounts.query(options)).map(({ name }) => name)).toEqual(['Delta', 'By @odata/client']);
    await accounts.delete(accountid);
    await expect(accounts.retrieve(accountid)).rejects.toThrow(/account/i);
    await expect(accounts.query(client().newOptions().filter('lenght(name) eq 1'))).rejects.toThrow(
      'did you mean "length"',
    );
  });
});

describe('o.js', () => {
  const root = () => ({
    rootUrl: `${server.url}${BASE}`,
    headers: {
      Authorization: `Bearer ${API_KEY}`,
      'Content-Type': 'application/json',
      Prefer: 'return=representation',
    },
  });
  const service = () =>
    o(root().rootUrl, {
      headers: root().headers,
      batch: {
        useChangset: false,
        useRelativeURLs: false,
        endpoint: '$batch',
        boundaryPrefix: 'batch_',
        headers: new Headers(root().headers),
      },
    });

  it('posts, gets, patches, queries and deletes', async () => {
    const created = (await service().post('accounts', { name: 'By o.js', revenue: 12.34 }).query()) as Account;
    const address = `accounts(${created.accountid})`;
    expect(await service().get(address).query()).toMatchObject({ name: 'By o.js', revenue: 12.34 });
    await service().patch(address, { telephone1: '+98 21 1234 5678' }).query();
    const found = (await service().get('accounts').query({
      $filter: "startswith(name,'By o') and revenue mul 2 eq 24.68",
      $select: 'name,telephone1',
      $top: 5,
    })) as readonly Account[];
    expect(found).toMatchObject([{ name: 'By o.js', telephone1: '+98 21 1234 5678' }]);
    expect(await service().get(`${address}/name/$value`).fetch()).toMatchObject({ status: 200 });
    expect(await service().get('accounts/$count').query({ $filter: "name eq 'By o.js'" })).toBe(1);
    await service().delete(address).query();
    await expect(service().get(address).query()).rejects.toMatchObject({ status: 404 });
  });

  it('asks several things in one batch', async () => {
    const answers = (await service()
      .get(`accounts(${ids.get('Delta')})`)
      .get('accounts?$filter=' + encodeURIComponent("name eq 'Delta'"))
      .batch()) as readonly unknown[];
    expect(answers).toMatchObject([
      { status: 200, body: { name: 'Delta' } },
      { status: 200, body: [{ name: 'Delta' }] },
    ]);
  });
});
