// The catalog over real HTTP: the life of products and families, what units, bundles, properties, prices and discounts are held to, and
// what a basket costs and why.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newcomer } from '../support/newcomer.ts';
import { pluginFolder, type PluginFolder } from '../support/plugin-folder.ts';
import { testServer, type InProcessServer } from '../support/server.ts';

const BASE = '/api/data/v9.2';
type Row = Record<string, unknown>;

let server: InProcessServer;
let euro: string;
let pieces: string;
let piece: string;

// An organization that shows what products cost to nobody but its administrators.
const PLUGIN = {
  'plugin.json': {
    id: 'discreet',
    version: '1.0.0',
    title: 'Discreet',
    engine: '^0.1.0',
    requires: { catalog: '^0.1.0' },
  },
  'product/entity.json': {
    overlays: 'catalog@0.1.0:product/entity',
    properties: { currentcost: { field: { secured: true } }, standardcost: { field: { secured: true } } },
  },
};
let plugin: PluginFolder;

beforeAll(async () => {
  plugin = pluginFolder(PLUGIN);
  server = await testServer({ PEYVAND_PLUGINS: plugin.folder });
  euro = String((await rows('transactioncurrencies?$select=transactioncurrencyid'))[0]?.['transactioncurrencyid']);
  pieces = await create('uomschedules', { name: 'Count', baseuomname: 'Piece' });
  piece = String((await rows(`uoms?$filter=_uomscheduleid_value eq ${pieces}`))[0]?.['uomid']);
});
afterAll(async () => {
  await server?.stop();
  plugin?.remove();
});

async function send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const response = await server.request(`${BASE}/${path}`, {
    method,
    headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    text,
    body: (text.startsWith('{') ? JSON.parse(text) : {}) as Row,
    id: /\(([0-9a-f-]{36})\)$/.exec(response.headers.get('odata-entityid') ?? '')?.[1] ?? '',
  };
}
async function create(set: string, values: Row): Promise<string> {
  const { status, text, id } = await send('POST', set, values);
  expect(status, text).toBe(204);
  return id;
}
const rows = async (path: string): Promise<readonly Row[]> => ((await send('GET', path)).body['value'] ?? []) as Row[];
const refusal = async (method: string, path: string, body: unknown = {}): Promise<string> => {
  const { status, body: answer, text } = await send(method, path, body);
  expect(status, text).toBeGreaterThanOrEqual(400);
  expect(status, text).toBeLessThan(500);
  const error = answer['error'] as Row;
  const details = (error['details'] ?? []) as Row[];
  return [error, ...details].map(({ message }) => String(message)).join('\n');
};
const act = async (path: string, body: unknown = {}): Promise<Row> => {
  const { status, text, body: answer } = await send('POST', path, body);
  expect(status, text).toBeLessThan(300);
  return answer;
};
const bind = (field: string, set: string, id: string): Row => ({ [`${field}@odata.bind`]: `/${set}(${id})` });
const product = (name: string, more: Row = {}): Promise<string> =>
  create('products', { name, ...bind('defaultuomid', 'uoms', piece), ...more });
const stateOf = async (id: string): Promise<unknown> =>
  (await send('GET', `products(${id})?$select=statecode`)).body['statecode'];
const ACTIVE = 0;
const RETIRED = 1;
const REVISION = 3;

test('a unit group comes with its primary unit, and others are numbers of units of the group', async () => {
  const box = await create('uoms', { name: 'Box', quantity: 12, ...bind('uomscheduleid', 'uomschedules', pieces) });
  expect((await send('GET', `uoms(${box})`)).body).toMatchObject({ _baseuom_value: piece, isschedulebaseuom: false });
  expect((await send('GET', `uoms(${piece})`)).body).toMatchObject({
    name: 'Piece',
    quantity: 1,
    isschedulebaseuom: true,
  });
  const mass = await create('uomschedules', { name: 'Mass', baseuomname: 'Kilogram' });
  const stranger = {
    name: 'Sack',
    quantity: 50,
    ...bind('uomscheduleid', 'uomschedules', mass),
    ...bind('baseuom', 'uoms', box),
  };
  expect(await refusal('POST', 'uoms', stranger)).toContain('another unit group');
  expect(await refusal('PATCH', `uoms(${piece})`, { quantity: 2 })).toContain('its quantity is 1');
  expect(await refusal('PATCH', `uoms(${box})`, bind('baseuom', 'uoms', box))).toBeTruthy();
});

test('a family is published, revised and retired with its members, and not before they are complete', async () => {
  const family = await create('products', { name: 'Shirts', productstructure: 2 });
  const size = await create('dynamicproperties', {
    name: 'Size',
    datatype: 0,
    options: 'S\nM\nL',
    isrequired: true,
    ...bind('regardingobjectid', 'products', family),
  });
  const member = await create('products', { name: 'Shirt M', ...bind('parentproductid', 'products', family) });
  expect(await refusal('PATCH', `products(${member})`, { statecode: ACTIVE, statuscode: 1 })).toContain(
    'Publish the family first',
  );
  const problems = await refusal('POST', `products(${family})/PublishProductHierarchy`);
  expect(problems).toContain('Shirt M: Say which unit it is sold in.');
  expect(problems).toContain('Shirt M: It has no value for the property Size');
  expect(await stateOf(family)).toBe(2);

  await send('PATCH', `products(${member})`, bind('defaultuomid', 'uoms', piece));
  const value = (text: string): Row => ({
    value: text,
    ...bind('productid', 'products', member),
    ...bind('dynamicpropertyid', 'dynamicproperties', size),
  });
  expect(await refusal('POST', 'dynamicpropertyinstances', value('XXL'))).toContain('none of its options: S, M, L');
  await create('dynamicpropertyinstances', value('M'));
  expect(await act(`products(${family})/PublishProductHierarchy`)).toMatchObject({ Changed: 2 });
  expect([await stateOf(family), await stateOf(member)]).toEqual([ACTIVE, ACTIVE]);
  // What is sold keeps its place; a revision opens it.
  expect(await refusal('PATCH', `products(${member})`, { productstructure: 3 })).toContain('Revise the product first');
  expect(await refusal('PATCH', `dynamicproperties(${size})`, { options: 'S' })).toContain('Revise it');
  expect(await act(`products(${family})/ReviseProduct`)).toMatchObject({ Changed: 2 });
  expect(await stateOf(member)).toBe(REVISION);
  expect(await act(`products(${family})/RetireProduct`)).toMatchObject({ Changed: 2 });
  expect(await stateOf(member)).toBe(RETIRED);
  expect(await refusal('PATCH', `products(${member})`, { statecode: ACTIVE, statuscode: 1 })).toContain(
    'outside of families',
  );
  expect(await refusal('POST', `products(${family})/ReviseProduct`)).toContain('Shirts is retired');
  expect(await refusal('POST', 'products', { name: 'X', ...bind('parentproductid', 'products', member) })).toContain(
    'no family',
  );
});

test('a bundle holds active products, is changed while it is a draft, and keeps what it holds from being retired', async () => {
  const pen = await product('Pen');
  const bundle = await product('Writing set', { productstructure: 3 });
  const item = (associated: string): Row => ({
    quantity: 2,
    ...bind('productid', 'products', bundle),
    ...bind('associatedproduct', 'products', associated),
  });
  expect(await refusal('POST', `products(${bundle})/PublishProductHierarchy`)).toContain('at least one product');
  expect(await refusal('POST', 'productassociations', item(bundle))).toContain('no families, bundles or kits');
  await create('productassociations', item(pen));
  expect(await refusal('POST', `products(${bundle})/PublishProductHierarchy`)).toContain('Pen is not active');
  await act(`products(${pen})/PublishProductHierarchy`);
  await act(`products(${bundle})/PublishProductHierarchy`);
  expect(await refusal('POST', `products(${pen})/RetireProduct`)).toContain('in active bundles: Writing set');
  expect(await refusal('POST', 'productassociations', item(await product('Ink')))).toContain('not a draft');
});

test('a revision is dropped: product, family, properties, values and bundle are what they were on sale', async () => {
  const family = await create('products', { name: 'Lamps', productstructure: 2 });
  const property = async (name: string, more: Row = {}) =>
    create('dynamicproperties', { name, datatype: 3, ...more, ...bind('regardingobjectid', 'products', family) });
  const [colour, finish] = [await property('Colour', { defaultvalue: 'white' }), await property('Finish')];
  const lamp = await product('Lamp', { price: 30, currentcost: 12, ...bind('parentproductid', 'products', family) });
  const value = (of: string, text: string) =>
    create('dynamicpropertyinstances', {
      value: text,
      ...bind('productid', 'products', lamp),
      ...bind('dynamicpropertyid', 'dynamicproperties', of),
    });
  await value(colour, 'red');
  await value(finish, 'matt');
  await act(`products(${family})/PublishProductHierarchy`);
  expect(await refusal('POST', `products(${family})/RevertProduct`)).toContain('Lamps is active');
  await act(`products(${family})/ReviseProduct`);
  await send('PATCH', `products(${lamp})`, { price: 99, name: 'Lantern', description: 'New' });
  await send('PATCH', `dynamicproperties(${colour})`, { defaultvalue: 'black' });
  expect((await send('DELETE', `dynamicproperties(${finish})`)).status).toBe(204);
  await property('Height');
  expect(await act(`products(${family})/RevertProduct`)).toMatchObject({ Changed: 2 });
  expect([await stateOf(family), await stateOf(lamp)]).toEqual([ACTIVE, ACTIVE]);
  expect((await send('GET', `products(${lamp})`)).body).toMatchObject({ name: 'Lamp', price: 30, description: null });
  const properties = await rows(`dynamicproperties?$filter=_regardingobjectid_value eq ${family}&$orderby=name`);
  expect(properties.map(({ name, defaultvalue }) => [name, defaultvalue])).toEqual([
    ['Colour', 'white'],
    ['Finish', null],
  ]);
  const values = await rows(`dynamicpropertyinstances?$filter=_productid_value eq ${lamp}&$orderby=value`);
  expect(values.map((one) => one['value'])).toEqual(['matt', 'red']);
  expect(await rows('productversions')).toEqual([]);
  // Two writes in one transaction are one event for an ERP, with what came of them.
  const told = await rows(
    `integrationevents?$filter=recordid eq '${lamp}'&$orderby=createdon desc,integrationeventid desc&$top=1`,
  );
  expect(told).toMatchObject([{ eventtype: 'product.changed', payload: { name: 'Lamp', price: '30', statecode: 0 } }]);

  const [bulb, shade] = [await product('Bulb', { statecode: 0 }), await product('Shade', { statecode: 0 })];
  const bundle = await product('Light', { productstructure: 3 });
  const item = (held: string, quantity: number) =>
    create('productassociations', {
      quantity,
      ...bind('productid', 'products', bundle),
      ...bind('associatedproduct', 'products', held),
    });
  const first = await item(bulb, 2);
  await act(`products(${bundle})/PublishProductHierarchy`);
  expect(await refusal('DELETE', `productassociations(${first})`)).toContain('not a draft');
  await act(`products(${bundle})/ReviseProduct`);
  expect(await refusal('PATCH', `products(${bulb})`, { productstructure: 3 })).toContain('bundles hold products only');
  await item(shade, 1);
  await send('PATCH', `productassociations(${first})`, { quantity: 5 });
  await act(`products(${bundle})/RevertProduct`);
  const items = await rows(`productassociations?$filter=_productid_value eq ${bundle}`);
  expect(items.map(({ name, quantity }) => [name, quantity])).toEqual([['Bulb', 2]]);
  // Published anew, what was before is over.
  await act(`products(${bundle})/ReviseProduct`);
  await act(`products(${bundle})/PublishProductHierarchy`);
  expect(await refusal('POST', `products(${bundle})/RevertProduct`)).toContain('Light is active');
  expect((await send('DELETE', `products(${bundle})`)).status).toBe(204);
});

test('tiers of a discount list do not overlap, not even when written side by side', async () => {
  const list = await create('discounttypes', { name: 'By quantity' });
  const tier = (lowquantity: number, highquantity: number | null, more: Row = {}): Row => ({
    lowquantity,
    highquantity,
    percentage: 5,
    ...bind('discounttypeid', 'discounttypes', list),
    ...more,
  });
  await create('discounts', tier(1, 9));
  expect(await refusal('POST', 'discounts', tier(9, 20))).toContain('overlaps with 1 – 9');
  expect(await refusal('POST', 'discounts', tier(20, 10))).toContain('ends before it begins');
  expect(await refusal('POST', 'discounts', tier(10, 20, { percentage: null, amount: 3 }))).toContain(
    'gives percentages',
  );
  const both = await Promise.all([send('POST', 'discounts', tier(10, null)), send('POST', 'discounts', tier(15, 30))]);
  expect(both.map(({ status }) => status).toSorted()).toEqual([204, 400]);
});

test('a basket is priced with the reason for every price, and nobody sees costs that they may not read', async () => {
  const chair = await product('Chair', { price: 100, currentcost: 60, taxrate: 10 });
  await act(`products(${chair})/PublishProductHierarchy`);
  const list = (name: string, more: Row = {}): Promise<string> =>
    create('pricelevels', { name, ...bind('transactioncurrencyid', 'transactioncurrencies', euro), ...more });
  const price = (to: string, more: Row): Promise<string> =>
    create('productpricelevels', {
      ...bind('pricelevelid', 'pricelevels', to),
      ...bind('productid', 'products', chair),
      ...bind('uomid', 'uoms', piece),
      ...more,
    });
  const [everyone, wholesale, last] = [
    await list('Everyone'),
    await list('Wholesale', { segments: '2', priority: 10 }),
    await list('Last year', { enddate: '2001-01-01', priority: 99 }),
  ];
  await price(everyone, { amount: 90 });
  await price(wholesale, {
    pricingmethodcode: 4,
    percentage: 25,
    roundingpolicycode: 2,
    roundingoptioncode: 1,
    roundingoptionamount: 0.99,
  });
  await price(last, { amount: 1 });
  expect(
    await refusal('PATCH', `pricelevels(${everyone})`, { begindate: '2026-02-01', enddate: '2026-01-01' }),
  ).toContain('before the first');
  await create('promotions', { name: 'Spring', code: 'SPRING', scope: 1, effect: 1, percentage: 10 });
  const account = await create('accounts', { name: 'Trader', pricingsegment: 2 });
  const currency = { '@odata.type': 'Microsoft.Dynamics.CRM.transactioncurrency', transactioncurrencyid: euro };
  const Lines = [{ product: chair, quantity: '10' }];

  const priced = async (body: Row): Promise<Row> => (await act('catalog_Price', body))['value'] as Row;
  const plain = await priced({ Lines, Currency: currency, Codes: 'spring' });
  expect(plain).toMatchObject({
    engine: 1,
    totals: { lineItemAmount: '810.00', tax: '81.00', total: '891.00' },
    promotions: [{ name: 'Spring', reason: 'applied', amount: '90.00' }],
  });
  const [line] = plain['lines'] as Row[];
  expect(line).toMatchObject({ pricePerUnit: '90.00', cost: '600.00', marginPercent: '25.93' });
  expect(
    ((line?.['candidates'] ?? []) as Row[]).map(({ priceListName, outcome, reason }) => [
      priceListName,
      outcome,
      reason,
    ]),
  ).toEqual(
    expect.arrayContaining([
      ['Everyone', 'won', 'won'],
      ['Wholesale', 'unusable', 'segment'],
      ['Last year', 'unusable', 'expired'],
    ]),
  );
  const Customer = { '@odata.type': 'Microsoft.Dynamics.CRM.account', accountid: account };
  // 60 / (1 − 25 %) = 80, up to what ends in .99.
  const traded = await priced({ Lines, Currency: currency, Customer });
  expect((traded['lines'] as Row[])[0]).toMatchObject({ pricePerUnit: '80.99' });

  const { key } = await newcomer(server.server, 'nobody', []);
  const headers = { authorization: `Bearer ${key}` };
  const refused = await send('POST', 'catalog_Price', { Lines, Currency: currency }, headers);
  expect(refused.status, refused.text).toBeGreaterThanOrEqual(400);
  expect(refused.text).not.toContain('60');
  // Whoever sells sees prices, and nothing that tells a cost: no figure, no losing price made of it, and no line below the margin,
  // which trying prices would find it by.
  const { key: sellers } = await newcomer(server.server, 'basket-seller', ['basic-user', 'salesperson']);
  const selling = { authorization: `Bearer ${sellers}` };
  const kit = await product('Two chairs', { productstructure: 4, price: 250 });
  await create('productassociations', {
    quantity: 2,
    ...bind('productid', 'products', kit),
    ...bind('associatedproduct', 'products', chair),
  });
  await act(`products(${kit})/PublishProductHierarchy`);
  await send('PATCH', `products(${chair})`, { minimummargin: 50, standardcost: 61.37 });
  const sold = async (lines: unknown, headers: Record<string, string> = selling, more: Row = {}): Promise<Row> => {
    const body = { Lines: lines, Currency: currency, Customer, ...more };
    const { status, text, body: answer } = await send('POST', 'catalog_Price', body, headers);
    expect(status, text).toBe(200);
    return answer['value'] as Row;
  };
  const flagsOf = (basket: Row) => (basket['flags'] as Row[]).map((one) => one['code']);
  const [dear, cheap] = [await sold([{ product: chair, price: '1000' }]), await sold([{ product: chair, price: '1' }])];
  expect([flagsOf(dear), flagsOf(cheap)]).toEqual([[], ['discount-above-maximum']]);
  expect(flagsOf(await sold([{ product: chair, price: '61' }], {}))).toContain('margin-below-minimum');
  const everyones = { PriceList: { '@odata.type': 'Microsoft.Dynamics.CRM.pricelevel', pricelevelid: everyone } };
  for (const basket of [
    dear,
    cheap,
    await sold(Lines, selling, everyones),
    await sold([{ product: kit, price: '250' }]),
  ]) {
    const said = JSON.stringify(basket);
    expect(said).not.toMatch(/"(?:cost|margin|marginPercent)"/);
    expect(said).not.toMatch(/\b(?:60|61\.37|120|600)(?:\.00)?\b/);
  }
  const lost = (await sold(Lines, selling, everyones))['lines'] as { candidates: Row[] }[];
  expect(lost[0]?.candidates.find((one) => one['priceListName'] === 'Wholesale')).not.toHaveProperty('price');
  expect(await sold([{ product: kit, price: '250' }], {})).toMatchObject({
    totals: { cost: '120.00', margin: '130.00' },
  });
  const gone = await product('Gone', { statecode: ACTIVE });
  await act(`products(${gone})/RetireProduct`);
  expect(await refusal('POST', 'catalog_Price', { Lines: [{ product: gone }], Currency: currency })).toContain(
    'retired',
  );
  for (const wrong of [
    [],
    [{}],
    [{ product: 'x' }],
    [{ product: chair, quantity: '-1' }],
    [{ product: chair, quantity: {} }],
    'x',
  ]) {
    const { status, text } = await send('POST', 'catalog_Price', { Lines: wrong, Currency: currency });
    expect(status, text).toBe(400);
  }
});
