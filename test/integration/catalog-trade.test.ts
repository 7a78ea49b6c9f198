// Quotes, orders and invoices over real HTTP: priced as they are written, settled when they are handed on, converted once, printed, and
// told to an ERP.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newcomer } from '../support/newcomer.ts';
import { testServer, type InProcessServer } from '../support/server.ts';

const BASE = '/api/data/v9.2';
type Row = Record<string, unknown>;
type Headers = Record<string, string>;

let server: InProcessServer;
let seller: Headers;
let manager: Headers;
let erp: Headers;
let unit: string;
let rug: string;
let silk: string;
let list: string;
let account: string;
const root: Headers = {};

beforeAll(async () => {
  server = await testServer();
  const as = async (name: string, roles: readonly string[]): Promise<Headers> => ({
    authorization: `Bearer ${(await newcomer(server.server, name, roles)).key}`,
  });
  seller = await as('seller', ['basic-user', 'salesperson']);
  manager = await as('manager', ['basic-user', 'sales-manager']);
  erp = await as('erp', ['integration']);
  const [group] = (await rows('/uoms?$select=uomid,_uomscheduleid_value&$top=1', root)) as [Row?];
  const schedule = group
    ? String(group['_uomscheduleid_value'])
    : await create('uomschedules', { name: 'Pieces', baseuomname: 'Piece' }, root);
  const [piece] = await rows(`/uoms?$filter=_uomscheduleid_value eq ${schedule}`, root);
  unit = piece
    ? String(piece['uomid'])
    : await create(
        'uoms',
        { name: 'Piece', quantity: 1, 'uomscheduleid@odata.bind': `/uomschedules(${schedule})` },
        root,
      );
  const product = (name: string, productnumber: string, cost: number) =>
    create(
      'products',
      {
        name,
        productnumber,
        currentcost: cost,
        'defaultuomscheduleid@odata.bind': `/uomschedules(${schedule})`,
        'defaultuomid@odata.bind': `/uoms(${unit})`,
        quantitydecimal: 2,
        statecode: 0,
      },
      root,
    );
  rug = await product('Wool rug', 'RUG-1', 40);
  silk = await product('قالیچهٔ ابریشمی', 'SILK-1', 300);
  const [currency] = await rows('/transactioncurrencies?$top=1', root);
  const currencyBind = `/transactioncurrencies(${String(currency?.['transactioncurrencyid'])})`;
  list = await create('pricelevels', { name: 'Retail', 'transactioncurrencyid@odata.bind': currencyBind }, root);
  for (const [id, amount] of [
    [rug, 100],
    [silk, 500.5],
  ] as const) {
    await create(
      'productpricelevels',
      {
        'pricelevelid@odata.bind': `/pricelevels(${list})`,
        'productid@odata.bind': `/products(${id})`,
        'uomid@odata.bind': `/uoms(${unit})`,
        pricingmethodcode: 1,
        amount,
      },
      root,
    );
  }
  account = await create('accounts', {
    name: 'هتل شیراز',
    emailaddress1: 'info@hotel.example',
    address1_line1: 'خیابان زند',
    address1_city: 'شیراز',
  });
});
afterAll(async () => {
  await server?.stop();
});

async function send(method: string, path: string, body?: unknown, headers: Headers = seller) {
  const response = await server.request(BASE + path, {
    method,
    headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const answer = (text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : {}) as Row;
  return { status: response.status, text, body: answer, headers: response.headers };
}
async function create(set: string, values: Row, headers: Headers = seller): Promise<string> {
  const { status, text, headers: answered } = await send('POST', `/${set}`, values, headers);
  expect(status, text).toBe(204);
  return /\(([0-9a-f-]{36})\)$/.exec(answered.get('odata-entityid') ?? '')?.[1] ?? '';
}
async function done(path: string, body: unknown = {}, headers: Headers = seller): Promise<Row> {
  const { status, text, body: answer } = await send('POST', path, body, headers);
  expect(status, `${path} ${text}`).toBeLessThan(300);
  return answer;
}
async function patch(path: string, body: unknown, headers: Headers = seller): Promise<void> {
  const { status, text } = await send('PATCH', path, body, headers);
  expect(status, text).toBe(204);
}
async function code(method: string, path: string, body: unknown = {}, headers: Headers = seller) {
  const { status, body: answer } = await send(method, path, body, headers);
  return `${status} ${String((answer['error'] as Row | undefined)?.['code'] ?? '')}`;
}
const read = async (path: string) => (await send('GET', path)).body;
const rows = async (path: string, headers: Headers = seller) =>
  ((await send('GET', path, undefined, headers)).body['value'] ?? []) as Row[];

const customer = () => ({ 'customerid_account@odata.bind': `/accounts(${account})` });
const priced = () => ({ ...customer(), 'pricelevelid@odata.bind': `/pricelevels(${list})` });
const quoteWith = async (lines: readonly Row[], values: Row = {}) => {
  const id = await create('quotes', { name: 'Rugs', ...priced(), ...values });
  for (const line of lines) await addLine(id, line);
  return id;
};
const addLine = (quote: string, { product = rug, ...line }: Row) =>
  create('quotedetails', {
    'quoteid@odata.bind': `/quotes(${quote})`,
    'productid@odata.bind': `/products(${String(product)})`,
    quantity: 1,
    ...line,
  });
const linesOf = (quote: string) => rows(`/quotedetails?$filter=_quoteid_value eq ${quote}&$orderby=lineitemnumber`);
const activate = (quote: string) => done(`/quotes(${quote})/ActivateQuote`);
const totalOf = async (set: string, id: string) => (await read(`/${set}(${id})`))['totalamount'];

test('a quote is priced as it is written, and lines written side by side lose no total', async () => {
  const quote = await create('quotes', { name: 'Side by side', ...priced(), freightamount: 20 });
  expect(await read(`/quotes(${quote})`)).toMatchObject({ totalamount: 20, revisionnumber: 0, statecode: 0 });
  expect(await read(`/quotes(${quote})`)).toMatchObject({ billto_name: 'هتل شیراز', billto_city: 'شیراز' });
  const ids = await Promise.all(Array.from({ length: 12 }, (_, index) => addLine(quote, { quantity: index + 1 })));
  expect(await totalOf('quotes', quote)).toBe(7820);
  const lines = await linesOf(quote);
  expect(lines.map((line) => line['lineitemnumber'])).toEqual(Array.from({ length: 12 }, (_, index) => index + 1));
  expect(lines[0]).toMatchObject({ quotedetailname: 'Wool rug', priceperunit: 100, _uomid_value: unit });
  await Promise.all([
    ...ids.slice(0, 4).map((id) => send('DELETE', `/quotedetails(${id})`)),
    ...ids.slice(4, 8).map((id) => patch(`/quotedetails(${id})`, { quantity: 1, manualdiscountamount: 10 })),
    patch(`/quotes(${quote})`, { discountamount: 60 }),
  ]);
  // 4 × 90 + (9 + 10 + 11 + 12) × 100 − 60 + 20
  expect(await read(`/quotes(${quote})`)).toMatchObject({
    totallineitemamount: 4560,
    totallineitemdiscountamount: 40,
    totalamount: 4520,
  });
  const [first] = await linesOf(quote);
  expect(JSON.stringify(first?.['priceexplanation'])).toContain(list);
  expect(await code('POST', '/quotedetails', { 'quoteid@odata.bind': `/quotes(${quote})`, quantity: 1 })).toBe(
    '400 LINE_INCOMPLETE',
  );
  await create('quotedetails', {
    'quoteid@odata.bind': `/quotes(${quote})`,
    isproductoverridden: true,
    productdescription: 'Cutting',
    priceperunit: 12.5,
    quantity: 2,
    tax: 2.25,
  });
  expect(await read(`/quotes(${quote})`)).toMatchObject({ totaltax: 2.25, totalamount: 4547.25 });
  expect((await send('DELETE', `/quotes(${quote})`)).status).toBe(204);
});

test('prices of an active quote stay, whatever becomes of the list; each revision has the same number and one more', async () => {
  const quote = await quoteWith([{ quantity: 2 }, { product: silk }]);
  const [item] = await rows(`/productpricelevels?$filter=_productid_value eq ${rug}`, root);
  await activate(quote);
  await patch(`/productpricelevels(${String(item?.['productpricelevelid'])})`, { amount: 110 }, root);
  expect(await totalOf('quotes', quote)).toBe(700.5);
  expect(await code('PATCH', `/quotes(${quote})`, { discountamount: 5 })).toBe('409 DOCUMENT_FROZEN');
  expect(
    await code('POST', '/quotedetails', {
      'quoteid@odata.bind': `/quotes(${quote})`,
      'productid@odata.bind': `/products(${rug})`,
      quantity: 1,
    }),
  ).toBe('409 DOCUMENT_FROZEN');
  const answers = await Promise.all([1, 2].map(() => done('/ReviseQuote', { QuoteId: quote, ColumnSet: {} })));
  const revised = String(answers[0]?.['quoteid']);
  expect(answers.map((answer) => answer['quoteid'])).toEqual([revised, revised]);
  const number = (await read(`/quotes(${quote})`))['quotenumber'];
  expect(await read(`/quotes(${quote})`)).toMatchObject({ statecode: 3, statuscode: 7 });
  expect(await read(`/quotes(${revised})`)).toMatchObject({ quotenumber: number, revisionnumber: 1, statecode: 0 });
  // A draft follows the list again.
  expect(await totalOf('quotes', revised)).toBe(720.5);
  await activate(revised);
  const third = String((await done('/ReviseQuote', { QuoteId: revised }))['quoteid']);
  expect(await read(`/quotes(${third})`)).toMatchObject({ quotenumber: number, revisionnumber: 2 });
  await patch(`/productpricelevels(${String(item?.['productpricelevelid'])})`, { amount: 100 }, root);
});

test('an opportunity follows its lines, becomes a quote, and two conversions at once make one order and win the deal', async () => {
  const deal = await create('opportunities', { name: 'Lobby', ...priced(), isrevenuesystemcalculated: true });
  for (const quantity of [3, 1]) {
    await create('opportunityproducts', {
      'opportunityid@odata.bind': `/opportunities(${deal})`,
      'productid@odata.bind': `/products(${rug})`,
      quantity,
    });
  }
  await patch(`/opportunities(${deal})`, { discountpercentage: 10 });
  expect(await read(`/opportunities(${deal})`)).toMatchObject({ totalamount: 360, estimatedvalue: 360 });
  const quote = String((await done('/GenerateQuoteFromOpportunity', { OpportunityId: deal }))['quoteid']);
  expect(await read(`/quotes(${quote})`)).toMatchObject({ totalamount: 360, _opportunityid_value: deal });
  expect((await linesOf(quote)).map((line) => line['quantity'])).toEqual([3, 1]);
  expect(await code('POST', '/WinOpportunity', { OpportunityClose: { opportunityid: deal }, Status: -1 })).toContain(
    '409',
  );
  await activate(quote);
  const convert = () => done('/ConvertQuoteToSalesOrder', { QuoteId: quote, CloseOpportunity: true });
  const orders = await Promise.all([convert(), convert(), convert()]);
  expect(new Set(orders.map((order) => order['salesorderid'])).size).toBe(1);
  const order = String(orders[0]?.['salesorderid']);
  expect(await rows(`/salesorders?$filter=_quoteid_value eq ${quote}`)).toHaveLength(1);
  expect(await read(`/quotes(${quote})`)).toMatchObject({ statecode: 2, statuscode: 4 });
  expect(await read(`/opportunities(${deal})`)).toMatchObject({ statecode: 1, actualvalue: 360 });
  expect(await read(`/salesorders(${order})`)).toMatchObject({ totalamount: 360, ispricelocked: true });
  // What was offered, and that the customer took it.
  expect(await rows(`/discountoffers?$filter=_quoteid_value eq ${quote}`)).toMatchObject([
    { answer: 2, offeredpercent: 10 },
  ]);
});

test('an order is invoiced in parts that come to the whole; a canceled invoice gives its part back', async () => {
  const quote = await quoteWith(
    [
      { quantity: 3, manualdiscountamount: 10 },
      { product: silk, quantity: 2 },
    ],
    {
      discountamount: 1,
      freightamount: 10,
    },
  );
  await activate(quote);
  const order = String((await done('/ConvertQuoteToSalesOrder', { QuoteId: quote }))['salesorderid']);
  const [first, second] = await rows(
    `/salesorderdetails?$filter=_salesorderid_value eq ${order}&$orderby=lineitemnumber`,
  );
  const part = (line: Row | undefined, quantity: number) => ({
    salesorderdetailid: line?.['salesorderdetailid'],
    quantity,
  });
  const invoiceOf = async (Lines?: unknown) =>
    String((await done('/ConvertSalesOrderToInvoice', { SalesOrderId: order, Lines }))['invoiceid']);
  const total = Number(await totalOf('salesorders', order));
  expect(total).toBe(1300);
  const invoices = [await invoiceOf([part(first, 1)])];
  expect(await read(`/salesorders(${order})`)).toMatchObject({ statecode: 1, statuscode: 3 });
  expect(await code('POST', '/ConvertSalesOrderToInvoice', { SalesOrderId: order, Lines: [part(first, 2.5)] })).toBe(
    '409 QUANTITY_EXCEEDED',
  );
  const canceled = await invoiceOf([part(first, 1), part(second, 2)]);
  await done(`/invoices(${canceled})/catalog_CancelInvoice`, { Reason: 'Sent back' });
  invoices.push(await invoiceOf([part(second, 1), part(first, 1)]));
  const rest = await Promise.all([invoiceOf(), invoiceOf()]);
  expect(new Set(rest).size).toBe(1);
  invoices.push(rest[0] ?? '');
  const sums = await Promise.all(invoices.map((id) => totalOf('invoices', id)));
  expect(sums.reduce<number>((sum, one) => sum + Number(one), 0)).toBeCloseTo(total, 2);
  expect(await read(`/salesorders(${order})`)).toMatchObject({ statecode: 4, statuscode: 100003 });
  const [one] = invoices;
  const due = Number(await totalOf('invoices', one ?? ''));
  await done(`/invoices(${one})/catalog_PayInvoice`, { Amount: '50' });
  expect(await read(`/invoices(${one})`)).toMatchObject({ statecode: 2, statuscode: 100002, paidamount: 50 });
  expect(await code('POST', `/invoices(${one})/catalog_PayInvoice`, { Amount: String(due) })).toContain('400');
  await done(`/invoices(${one})/catalog_PayInvoice`);
  expect(await read(`/invoices(${one})`)).toMatchObject({ statuscode: 100001, paidamount: due });
});

test('a discount beyond the limit waits for one who may decide, and a change after that asks again', async () => {
  const quote = await quoteWith([{ quantity: 2 }], { discountpercentage: 20 });
  expect(await read(`/quotes(${quote})`)).toMatchObject({ approvalstatus: 1, effectivediscountpercent: 20 });
  expect(await code('POST', `/quotes(${quote})/ActivateQuote`)).toBe('409 QUOTE_NEEDS_APPROVAL');
  expect(await code('PATCH', `/quotes(${quote})`, { statecode: 1 })).toBe('409 QUOTE_NEEDS_APPROVAL');
  expect(await code('POST', `/quotes(${quote})/ApproveQuoteDiscount`, { Reason: 'Me' })).toContain('403');
  await done(`/quotes(${quote})/RejectQuoteDiscount`, { Reason: 'Too much' }, manager);
  expect(await code('POST', `/quotes(${quote})/ActivateQuote`)).toBe('409 QUOTE_NEEDS_APPROVAL');
  await done(`/quotes(${quote})/ApproveQuoteDiscount`, { Reason: 'First order' }, manager);
  expect(await read(`/quotes(${quote})`)).toMatchObject({ approvalstatus: 2, approvalreason: 'First order' });
  await patch(`/quotes(${quote})`, { discountpercentage: 25 });
  expect(await code('POST', `/quotes(${quote})/ActivateQuote`)).toBe('409 QUOTE_NEEDS_APPROVAL');
  await done(`/quotes(${quote})/ApproveQuoteDiscount`, { Reason: 'Still' }, manager);
  await activate(quote);
  await done('/CloseQuote', {
    QuoteClose: { 'quoteid@odata.bind': `/quotes(${quote})`, description: 'Too dear' },
    Status: 5,
  });
  expect(await rows(`/discountoffers?$filter=_quoteid_value eq ${quote}`)).toMatchObject([
    { answer: 3, reason: 'Too dear', offeredpercent: 25 },
  ]);
});

test('what other modules take off lowers the total, and goes along into the order', async () => {
  const quote = await quoteWith([{ quantity: 2 }]);
  const adjustment = await create('salesadjustments', {
    'documentid_quote@odata.bind': `/quotes(${quote})`,
    kind: 1,
    percentage: 5,
    reason: 'Silver',
  });
  expect(await totalOf('quotes', quote)).toBe(190);
  expect(await read(`/salesadjustments(${adjustment})`)).toMatchObject({ appliedamount: 10 });
  await activate(quote);
  const order = String((await done('/ConvertQuoteToSalesOrder', { QuoteId: quote }))['salesorderid']);
  expect(await totalOf('salesorders', order)).toBe(190);
  expect(await code('DELETE', `/salesadjustments(${adjustment})`)).toBe('409 DOCUMENT_FROZEN');
  // Promotions of a line and of the whole are settled with the rest: when they are over, the order is what the quote was.
  const promotion = (values: Row) => create('promotions', { effect: 1, ...values }, root);
  const promotions = [
    await promotion({ name: 'Ten', scope: 1, percentage: 10, 'productid@odata.bind': `/products(${rug})` }),
    await promotion({ name: 'Three', scope: 2, percentage: 3 }),
  ];
  const lower = await quoteWith([{ quantity: 2 }]);
  await create('salesadjustments', { 'documentid_quote@odata.bind': `/quotes(${lower})`, kind: 1, percentage: 5 });
  expect(await totalOf('quotes', lower)).toBe(165.87);
  await activate(lower);
  for (const id of promotions) await patch(`/promotions(${id})`, { statecode: 1 }, root);
  const settled = String((await done('/ConvertQuoteToSalesOrder', { QuoteId: lower }))['salesorderid']);
  expect(await totalOf('salesorders', settled)).toBe(165.87);
  const bill = String((await done('/ConvertSalesOrderToInvoice', { SalesOrderId: settled }))['invoiceid']);
  expect(await totalOf('invoices', bill)).toBe(165.87);
});

test('a document is printed as PDF and put into an e-mail to the customer', async () => {
  const quote = await quoteWith([{ product: silk, quantity: 2 }]);
  const printed = await done('/catalog_PrintDocument', {
    Target: { '@odata.type': '#Microsoft.Dynamics.CRM.quote', quoteid: quote },
  });
  const content = Buffer.from(String(printed['Content']), 'base64');
  expect(content.subarray(0, 5).toString()).toBe('%PDF-');
  const stored = await server.request(`${BASE}/quotes(${quote})/pdf/$value`, { headers: seller });
  expect(Buffer.from(await stored.arrayBuffer()).equals(content)).toBe(true);
  const email = await done('/catalog_EmailDocument', {
    Target: { '@odata.type': '#Microsoft.Dynamics.CRM.quote', quoteid: quote },
  });
  const id = String(email['activityid']);
  expect(await read(`/emails(${id})`)).toMatchObject({
    torecipients: 'info@hotel.example',
    _regardingobjectid_value: quote,
  });
  const attached = await server.request(`${BASE}/emails(${id})/attachment/$value`, { headers: seller });
  expect(attached.headers.get('content-disposition')).toMatch(/QUO-\d+\.pdf/);
});

test('a bundle brings its required parts along, which follow it; optional ones are added; a kit says what it holds', async () => {
  const bind = (field: string, set: string, id: string) => ({ [`${field}@odata.bind`]: `/${set}(${id})` });
  const made = async (name: string, more: Row = {}) =>
    create('products', { name, ...bind('defaultuomid', 'uoms', unit), ...more }, root);
  const priceOf = (product: string, amount: number) =>
    create(
      'productpricelevels',
      {
        ...bind('pricelevelid', 'pricelevels', list),
        ...bind('productid', 'products', product),
        ...bind('uomid', 'uoms', unit),
        amount,
      },
      root,
    );
  const [pad, glue] = [await made('Pad', { statecode: 0, currentcost: 5 }), await made('Glue', { statecode: 0 })];
  const [set, kit] = [await made('Room set', { productstructure: 3 }), await made('Care kit', { productstructure: 4 })];
  for (const [bundle, product, quantity, productisrequired] of [
    [set, rug, 2, true],
    [set, pad, 3, true],
    [set, glue, 5, false],
    [kit, glue, 2, true],
    [kit, pad, 1, true],
  ] as const) {
    await create(
      'productassociations',
      {
        ...bind('productid', 'products', bundle),
        ...bind('associatedproduct', 'products', product),
        quantity,
        productisrequired,
      },
      root,
    );
  }
  await priceOf(set, 500);
  await priceOf(kit, 20);
  await priceOf(glue, 4);
  expect(
    await code('POST', '/quotedetails', {
      quantity: 1,
      ...bind('productid', 'products', set),
      ...bind('quoteid', 'quotes', await quoteWith([])),
    }),
  ).toBe('409 PRODUCT_NOT_SOLD');
  for (const one of [set, kit]) await done(`/products(${one})/PublishProductHierarchy`, {}, root);

  const deal = await create('opportunities', { name: 'Room', ...priced(), isrevenuesystemcalculated: true });
  const first = await create('opportunityproducts', {
    ...bind('opportunityid', 'opportunities', deal),
    ...bind('productid', 'products', set),
    quantity: 2,
  });
  const kitLine = await create('opportunityproducts', {
    ...bind('opportunityid', 'opportunities', deal),
    ...bind('productid', 'products', kit),
    quantity: 1,
  });
  expect((await read(`/opportunityproducts(${kitLine})`))['kitparts']).toBe('2 × Glue\n1 × Pad');
  expect(await read(`/opportunities(${deal})`)).toMatchObject({ totalamount: 1020 });
  const quote = String((await done('/GenerateQuoteFromOpportunity', { OpportunityId: deal }))['quoteid']);
  const shape = async (path: string) =>
    (await rows(path)).map((line) => [line['producttypecode'], line['quantity'], line['priceperunit']]);
  const expanded = [
    [2, 2, 500],
    [3, 6, 0],
    [3, 4, 0],
    [1, 1, 20],
  ];
  const ordered = '&$orderby=lineitemnumber,quotedetailname';
  expect((await shape(`/quotedetails?$filter=_quoteid_value eq ${quote}${ordered}`)).toSorted()).toEqual(
    expanded.toSorted(),
  );
  const lines = await linesOf(quote);
  const bundle = lines.find((line) => line['producttypecode'] === 2) ?? {};
  const id = String(bundle['quotedetailid']);
  const required = lines.find((line) => line['_productid_value'] === pad) ?? {};
  expect(required['_parentbundleidref_value']).toBe(id);
  expect(required['_parentbundleidref_value']).not.toBe(first);
  const part = `/quotedetails(${String(required['quotedetailid'])})`;
  expect(await code('DELETE', part)).toBe('409 BUNDLE_PART_REQUIRED');
  expect(await code('PATCH', part, { quantity: 1 })).toBe('409 BUNDLE_PART_FIXED');
  expect(await code('PATCH', part, { priceperunit: 1, ispriceoverridden: true })).toBe('409 BUNDLE_PART_FIXED');
  await patch(part, { description: 'Grey, please' });
  // Optional parts: those of the bundle, once each, with a price of their own.
  const optional = (product: string, of = id) => ({
    ...bind('quoteid', 'quotes', quote),
    ...bind('parentbundleidref', 'quotedetails', of),
    ...bind('productid', 'products', product),
  });
  const added = await create('quotedetails', optional(glue));
  expect(await read(`/quotedetails(${added})`)).toMatchObject({ producttypecode: 4, quantity: 10, priceperunit: 4 });
  expect(await code('POST', '/quotedetails', optional(glue))).toBe('409 BUNDLE_PART_TWICE');
  expect(await code('POST', '/quotedetails', optional(silk))).toBe('400 BUNDLE_PART_UNKNOWN');
  expect(await code('POST', '/quotedetails', optional(glue, added))).toBe('400 BUNDLE_LINE_UNKNOWN');
  expect(await totalOf('quotes', quote)).toBe(1060);
  await patch(`/quotedetails(${id})`, { quantity: 3 });
  await patch(`/quotedetails(${added})`, { quantityperbundle: 1 });
  const three = [
    [2, 3, 500],
    [3, 9, 0],
    [3, 6, 0],
    [4, 3, 4],
    [1, 1, 20],
  ].toSorted();
  expect((await shape(`/quotedetails?$filter=_quoteid_value eq ${quote}`)).toSorted()).toEqual(three);
  expect(await totalOf('quotes', quote)).toBe(1532);

  await activate(quote);
  const revised = String((await done('/ReviseQuote', { QuoteId: quote }))['quoteid']);
  expect((await shape(`/quotedetails?$filter=_quoteid_value eq ${revised}`)).toSorted()).toEqual(three);
  await activate(revised);
  const printed = await done('/catalog_PrintDocument', {
    Target: { '@odata.type': '#Microsoft.Dynamics.CRM.quote', quoteid: revised },
  });
  expect(printed['FileName']).toMatch(/-1\.pdf$/);
  const order = String((await done('/ConvertQuoteToSalesOrder', { QuoteId: revised }))['salesorderid']);
  expect(await totalOf('salesorders', order)).toBe(1532);
  const orderLines = await rows(`/salesorderdetails?$filter=_salesorderid_value eq ${order}`);
  expect(
    orderLines.map((line) => [line['producttypecode'], line['quantity'], line['priceperunit']]).toSorted(),
  ).toEqual(three);
  const [orderBundle, orderPart] = [2, 3].map((type) => orderLines.find((line) => line['producttypecode'] === type));
  const portion = (line: Row | undefined) => [{ salesorderdetailid: line?.['salesorderdetailid'], quantity: 1 }];
  const invoiced = async (Lines?: unknown) =>
    String((await done('/ConvertSalesOrderToInvoice', { SalesOrderId: order, Lines }))['invoiceid']);
  expect(await code('POST', '/ConvertSalesOrderToInvoice', { SalesOrderId: order, Lines: portion(orderPart) })).toBe(
    '409 BUNDLE_PART_FIXED',
  );
  const bills = [await invoiced(portion(orderBundle)), await invoiced()];
  const counts = await Promise.all(bills.map((bill) => shape(`/invoicedetails?$filter=_invoiceid_value eq ${bill}`)));
  expect(counts.map((one) => one.toSorted())).toEqual([
    [
      [2, 1, 500],
      [3, 2, 0],
      [3, 3, 0],
      [4, 1, 4],
    ].toSorted(),
    [
      [1, 1, 20],
      [2, 2, 500],
      [3, 4, 0],
      [3, 6, 0],
      [4, 2, 4],
    ].toSorted(),
  ]);
  const sums = await Promise.all(bills.map((bill) => totalOf('invoices', bill)));
  expect(sums).toEqual([504, 1028]);

  // Another product on the line, and its parts are others; the line goes, and they go with it.
  const draft = await quoteWith([{ product: set }, {}]);
  const [line] = await linesOf(draft);
  expect(await linesOf(draft)).toHaveLength(4);
  await patch(`/quotedetails(${String(line?.['quotedetailid'])})`, bind('productid', 'products', silk));
  expect(await totalOf('quotes', draft)).toBe(600.5);
  expect(await linesOf(draft)).toHaveLength(2);
  await patch(`/quotedetails(${String(line?.['quotedetailid'])})`, bind('productid', 'products', set));
  expect(await linesOf(draft)).toHaveLength(4);
  expect((await send('DELETE', `/quotedetails(${String(line?.['quotedetailid'])})`)).status).toBe(204);
  expect(await linesOf(draft)).toHaveLength(1);
  expect(await totalOf('quotes', draft)).toBe(100);
  await addLine(draft, { product: set });
  expect((await send('DELETE', `/quotes(${draft})`)).status).toBe(204);
});

test('a promotion is counted once for what is settled, given back when that is over, and never exceeded side by side', async () => {
  const promotion = (values: Row) =>
    create(
      'promotions',
      { effect: 1, percentage: 10, scope: 1, 'productid@odata.bind': `/products(${silk})`, ...values },
      root,
    );
  const [three, budgeted] = [
    await promotion({ name: 'Three only', code: 'THREE', uselimit: 3 }),
    await promotion({ name: 'Budget', code: 'BUDGET', scope: 2, budget: 120 }),
  ];
  const used = async (id: string) => {
    const { used: uses, budgetused } = await read(`/promotions(${id})`);
    return [uses ?? 0, budgetused ?? 0];
  };
  const order = async (promotioncodes: string) => {
    const id = await create('salesorders', { name: 'Promoted', ...priced(), promotioncodes });
    await create('salesorderdetails', {
      'salesorderid@odata.bind': `/salesorders(${id})`,
      'productid@odata.bind': `/products(${silk})`,
      quantity: 2,
    });
    return id;
  };
  const submit = (id: string) => code('POST', `/salesorders(${id})/catalog_SubmitOrder`);
  const cancel = (id: string) => done('/CancelSalesOrder', { OrderClose: { salesorderid: id } });
  const outcomeOf = async (set: string, id: string, name: string) => {
    const { promotions } = (await read(`/${set}(${id})`))['priceexplanation'] as {
      readonly promotions: readonly Row[];
    };
    return promotions.find((one) => one['name'] === name)?.['reason'];
  };

  const orders = await Promise.all(Array.from({ length: 7 }, () => order('THREE')));
  expect(await used(three)).toEqual([0, 0]);
  const answers = await Promise.all(orders.map(submit));
  expect(answers.toSorted()).toEqual([
    ...Array.from({ length: 3 }, () => '204 '),
    ...Array.from({ length: 4 }, () => '409 PROMOTION_USED_UP'),
  ]);
  expect(await used(three)).toEqual([3, 300.3]);
  // The rest is priced anew, without it.
  const [left = ''] = orders.filter((_, index) => answers[index]?.startsWith('409'));
  await done('/CalculatePrice', {
    Target: { '@odata.type': '#Microsoft.Dynamics.CRM.salesorder', salesorderid: left },
  });
  expect(await totalOf('salesorders', left)).toBe(1001);
  expect(await outcomeOf('salesorders', left, 'Three only')).toBe('used-up');
  // Twice the same counts once; canceled is given back, once.
  const [kept = '', over = ''] = orders.filter((_, index) => answers[index] === '204 ');
  await Promise.all([submit(kept), submit(kept), cancel(over), cancel(over)]);
  expect(await used(three)).toEqual([2, 200.2]);
  expect(await rows(`/promotionuses?$filter=_promotionid_value eq ${three}`)).toHaveLength(2);
  const byHand = {
    amount: 1,
    'promotionid@odata.bind': `/promotions(${three})`,
    'documentid_salesorder@odata.bind': `/salesorders(${left})`,
  };
  expect(await code('POST', '/promotionuses', byHand)).toContain('403');

  // A quote counts from the day it is active; its order takes that over; a revision gives it back.
  const quote = await quoteWith([{ product: silk }], { promotioncodes: 'three' });
  expect(await totalOf('quotes', quote)).toBe(450.45);
  await activate(quote);
  expect(await used(three)).toEqual([3, 250.25]);
  const revised = String((await done('/ReviseQuote', { QuoteId: quote }))['quoteid']);
  expect(await used(three)).toEqual([2, 200.2]);
  expect(await totalOf('quotes', revised)).toBe(450.45);
  await activate(revised);
  const made = String((await done('/ConvertQuoteToSalesOrder', { QuoteId: revised }))['salesorderid']);
  await done('/ConvertSalesOrderToInvoice', { SalesOrderId: made });
  expect(await used(three)).toEqual([3, 250.25]);
  expect(await rows(`/promotionuses?$filter=_documentid_value eq ${made}`)).toHaveLength(1);

  // A budget: what is left of it is what it still gives; locking the prices counts, too, and following the lists again gives no more.
  const [first, second] = [await order('BUDGET'), await order('BUDGET')];
  expect(await totalOf('salesorders', first)).toBe(900.9);
  await done('/LockSalesOrderPricing', { SalesOrderId: first });
  expect(await used(budgeted)).toEqual([1, 100.1]);
  expect(await totalOf('salesorders', first)).toBe(900.9);
  await done('/UnlockSalesOrderPricing', { SalesOrderId: first });
  expect(await totalOf('salesorders', first)).toBe(900.9);
  expect(await submit(first)).toBe('204 ');
  expect(await used(budgeted)).toEqual([1, 100.1]);
  expect(await submit(second)).toBe('409 PROMOTION_USED_UP');
  await patch(`/salesorders(${second})`, { promotioncodes: 'budget' });
  expect(await totalOf('salesorders', second)).toBe(981.1);
  expect(await submit(second)).toBe('204 ');
  expect(await used(budgeted)).toEqual([2, 120]);
  const third = await order('BUDGET');
  expect(await outcomeOf('salesorders', third, 'Budget')).toBe('budget');
  await send('DELETE', `/salesorders(${second})`, undefined, root);
  expect(await used(budgeted)).toEqual([1, 100.1]);
  expect(await code('DELETE', `/promotions(${budgeted})`, undefined, root)).toContain('409');
});

test('price lists and promotions are those of the customer’s territory and segment; a contact has those of its company', async () => {
  const bind = (field: string, set: string, id: string) => ({ [`${field}@odata.bind`]: `/${set}(${id})` });
  const vase = await create('products', { name: 'Vase', statecode: 0, ...bind('defaultuomid', 'uoms', unit) }, root);
  const [currency] = await rows('/transactioncurrencies?$top=1', root);
  const money = bind('transactioncurrencyid', 'transactioncurrencies', String(currency?.['transactioncurrencyid']));
  const priceList = async (name: string, amount: number, more: Row = {}) => {
    const id = await create('pricelevels', { name, ...money, ...more }, root);
    const of = { ...bind('pricelevelid', 'pricelevels', id), ...bind('productid', 'products', vase) };
    await create('productpricelevels', { ...of, ...bind('uomid', 'uoms', unit), amount }, root);
    return id;
  };
  const west = await create('territories', { name: 'West' }, root);
  const fars = await create('territories', { name: 'Fars', ...bind('parentterritoryid', 'territories', west) }, root);
  const east = await create('territories', { name: 'East' }, root);
  await priceList('All', 100);
  await priceList('In the west', 90, bind('territoryid', 'territories', west));
  await priceList('Partners', 80, { segments: '3' });
  const agreed = await priceList('Agreed', 500);
  await create(
    'promotions',
    {
      name: 'East week',
      effect: 1,
      percentage: 10,
      ...bind('territoryid', 'territories', east),
      ...bind('productid', 'products', vase),
    },
    root,
  );
  const quoted = async (values: Row, entity = 'account') => {
    const id = await create(entity === 'account' ? 'accounts' : 'contacts', values);
    const quote = await create('quotes', {
      name: 'Vase',
      ...money,
      [`customerid_${entity}@odata.bind`]: `/${entity}s(${id})`,
    });
    await addLine(quote, { product: vase });
    return { id, quote, total: await totalOf('quotes', quote) };
  };
  const inFars = await quoted({ name: 'Shiraz shop', ...bind('territoryid', 'territories', fars) });
  expect(inFars.total).toBe(90);
  const [line] = await linesOf(inFars.quote);
  const explained = line?.['priceexplanation'] as { readonly candidates: readonly Row[] } | undefined;
  expect(explained?.candidates.map((one) => [one['priceListName'], one['reason']])).toEqual(
    expect.arrayContaining([
      ['In the west', 'won'],
      ['All', 'specificity'],
      ['Partners', 'segment'],
    ]),
  );
  expect((await quoted({ name: 'Mashhad shop', ...bind('territoryid', 'territories', east) })).total).toBe(90);
  expect((await quoted({ name: 'Partner', pricingsegment: 3 })).total).toBe(80);
  expect((await quoted({ name: 'Nobody' })).total).toBe(100);
  const partner = bind('parentcustomerid_account', 'accounts', inFars.id);
  expect((await quoted({ lastname: 'Ahmadi', ...partner }, 'contact')).total).toBe(90);
  expect((await quoted({ lastname: 'Amini', pricingsegment: 3, ...partner }, 'contact')).total).toBe(80);
  // The list that was agreed on with a customer is the document's own; another customer, and it is priced anew.
  const own = await quoted({ name: 'Agreed', ...bind('defaultpricelevelid', 'pricelevels', agreed) });
  expect(await read(`/quotes(${own.quote})`)).toMatchObject({ totalamount: 500, _pricelevelid_value: agreed });
  await patch(`/quotes(${inFars.quote})`, customer());
  expect(await totalOf('quotes', inFars.quote)).toBe(100);
  // What is retired is on no new line; documents that have it keep it.
  await activate(inFars.quote);
  await done(`/products(${vase})/RetireProduct`, {}, root);
  const draft = await quoteWith([]);
  expect(
    await code('POST', '/quotedetails', {
      ...bind('quoteid', 'quotes', draft),
      ...bind('productid', 'products', vase),
      quantity: 1,
    }),
  ).toBe('409 PRODUCT_NOT_SOLD');
  const revised = String((await done('/ReviseQuote', { QuoteId: inFars.quote }))['quoteid']);
  expect(await totalOf('quotes', revised)).toBe(100);
  expect(await linesOf(revised)).toMatchObject([{ quotedetailname: 'Vase' }]);
});

test('a salesperson, with that role alone, goes from the deal to the paid invoice; offers, approval, e-mail and ERP go along', async () => {
  const alone = { authorization: `Bearer ${(await newcomer(server.server, 'alone', ['salesperson'])).key}` };
  const get = async (path: string) => (await send('GET', path, undefined, alone)).body;
  const bound = (path: string, body: Row = {}) => done(path, body, alone);
  const target = (entity: string, id: string) => ({
    Target: { '@odata.type': `#Microsoft.Dynamics.CRM.${entity}`, [`${entity}id`]: id },
  });
  const hotel = await create('accounts', { name: 'Hotel Isfahan', emailaddress1: 'buy@isfahan.example' }, alone);
  const deal = await create(
    'opportunities',
    {
      name: 'Rooms',
      'customerid_account@odata.bind': `/accounts(${hotel})`,
      'pricelevelid@odata.bind': `/pricelevels(${list})`,
    },
    alone,
  );
  await create(
    'opportunityproducts',
    { 'opportunityid@odata.bind': `/opportunities(${deal})`, 'productid@odata.bind': `/products(${rug})`, quantity: 5 },
    alone,
  );
  await patch(`/products(${rug})`, { minimummargin: 30 }, root);
  const quote = String((await bound('/GenerateQuoteFromOpportunity', { OpportunityId: deal }))['quoteid']);
  const [line] = (await get(`/quotedetails?$filter=_quoteid_value eq ${quote}`))['value'] as Row[];
  // 100 → 52 for what costs 40: 48 % off, and 23 % of margin.
  await patch(
    `/quotedetails(${String(line?.['quotedetailid'])})`,
    { ispriceoverridden: true, priceperunit: 52 },
    alone,
  );
  const waiting = await get(`/quotes(${quote})`);
  expect(waiting).toMatchObject({ approvalstatus: 1, totalamount: 260, effectivediscountpercent: 48 });
  expect(String(waiting['approvalneeded'])).toMatch(/48 % is above 15 %/);
  expect(String(waiting['approvalneeded'])).toMatch(/23\.08 %, is below 30 %/);
  expect(await code('POST', `/quotes(${quote})/ActivateQuote`, {}, alone)).toBe('409 QUOTE_NEEDS_APPROVAL');
  expect(await code('POST', `/quotes(${quote})/ApproveQuoteDiscount`, { Reason: 'I may' }, alone)).toContain('403');
  expect(await code('PATCH', `/quotes(${quote})`, { approvalstatus: 2 }, alone)).toMatch(/^40[03]/);
  expect(await get(`/quotes(${quote})`)).toMatchObject({ approvalstatus: 1 });
  await done(`/quotes(${quote})/ApproveQuoteDiscount`, { Reason: 'A new customer' }, manager);
  await bound(`/quotes(${quote})/ActivateQuote`);
  // The offer waits for the customer, who says yes on the telephone.
  const [offer] = (await get(`/discountoffers?$filter=_quoteid_value eq ${quote}`))['value'] as Row[];
  expect(offer).toMatchObject({ answer: 1, offeredpercent: 48, answeredon: null, _customerid_value: hotel });
  await patch(`/discountoffers(${String(offer?.['discountofferid'])})`, { answer: 2 }, alone);
  const answered = await get(`/discountoffers(${String(offer?.['discountofferid'])})`);
  expect(answered['answeredon']).toEqual(expect.any(String));
  const email = String((await bound('/catalog_EmailDocument', target('quote', quote)))['activityid']);
  expect(await get(`/emails(${email})`)).toMatchObject({ torecipients: 'buy@isfahan.example', statecode: 0 });
  const order = String(
    (await bound('/ConvertQuoteToSalesOrder', { QuoteId: quote, CloseOpportunity: true }))['salesorderid'],
  );
  expect(await get(`/discountoffers(${String(offer?.['discountofferid'])})`)).toMatchObject({ answer: 2 });
  await bound(`/salesorders(${order})/catalog_SubmitOrder`);
  await bound('/FulfillSalesOrder', { OrderClose: { salesorderid: order } });
  const bill = String((await bound('/ConvertSalesOrderToInvoice', { SalesOrderId: order }))['invoiceid']);
  await bound(`/invoices(${bill})/catalog_BillInvoice`);
  await bound('/catalog_EmailDocument', target('invoice', bill));
  await bound(`/invoices(${bill})/catalog_PayInvoice`);
  expect(await get(`/invoices(${bill})`)).toMatchObject({ statecode: 2, totalamount: 260, paidamount: 260 });
  expect(await get(`/opportunities(${deal})`)).toMatchObject({ statecode: 1, actualvalue: 260 });
  expect(await code('POST', '/catalog_PullEvents', {}, alone)).toContain('403');
  const pull = async () => (await done('/catalog_PullEvents', { Limit: 500 }, erp))['value'] as Row[];
  const [events, again] = [await pull(), await pull()];
  expect(again).toEqual(events);
  const typesOf = (record: string) =>
    events.filter((event) => event['record'] === record).map((event) => event['type']);
  expect(typesOf(order)).toEqual(['order.submitted', 'order.fulfilled', 'order.invoiced']);
  expect(typesOf(bill)).toEqual(['invoice.billed', 'invoice.paid']);
  expect(new Set(events.map((event) => event['id'])).size).toBe(events.length);
  await done('/catalog_Acknowledge', { Ids: events.map((event) => event['id']) }, erp);
  await patch(`/products(${rug})`, { minimummargin: null }, root);
});

test('an ERP pulls each event once it is sure of it; its own events count once, and old ones change nothing', async () => {
  const order = await create('salesorders', { name: 'For the ERP', ...priced() });
  await create('salesorderdetails', {
    'salesorderid@odata.bind': `/salesorders(${order})`,
    'productid@odata.bind': `/products(${rug})`,
    quantity: 4,
  });
  await done(`/salesorders(${order})/catalog_SubmitOrder`);
  expect(await code('POST', '/catalog_PullEvents', {})).toContain('403');
  const pull = async () => (await done('/catalog_PullEvents', { Limit: 500 }, erp))['value'] as Row[];
  const [events, again] = await Promise.all([pull(), pull()]);
  expect(again).toEqual(events);
  const sequence = events.map((event) => Number(event['sequence']));
  expect(sequence).toEqual(sequence.toSorted((a, b) => a - b));
  const mine = events.filter((event) => event['record'] === order);
  expect(mine).toMatchObject([
    { type: 'order.submitted', payload: { totalamount: '400', lines: [{ productnumber: 'RUG-1', quantity: '4' }] } },
  ]);
  const Ids = events.map((event) => event['id']);
  expect(await done('/catalog_Acknowledge', { Ids }, erp)).toMatchObject({ Acknowledged: events.length });
  expect(await done('/catalog_Acknowledge', { Ids }, erp)).toMatchObject({ Acknowledged: 0 });
  expect(await pull()).toEqual([]);
  const stock = (id: string, quantityonhand: number, hour: number) => ({
    id,
    productnumber: 'RUG-1',
    quantityonhand,
    occurredon: `2026-11-22T${String(hour).padStart(2, '0')}:00:00Z`,
  });
  const put = async (...Events: readonly Row[]) =>
    ((await done('/catalog_PutStock', { Events }, erp))['value'] as Row[]).map((answer) => answer['outcome']);
  const parallel = await Promise.all(Array.from({ length: 5 }, () => put(stock('s2', 70, 12))));
  expect(parallel.flat().toSorted()).toEqual(['applied', 'duplicate', 'duplicate', 'duplicate', 'duplicate']);
  expect(await put(stock('s1', 99, 11), stock('s2', 1, 13))).toEqual(['stale', 'duplicate']);
  expect(await read(`/products(${rug})`)).toMatchObject({ quantityonhand: 70 });
  const made = { id: 'p1', productnumber: "NEW'1", name: 'گلیم', price: '12.5', occurredon: '2026-11-22T12:00:00Z' };
  const answers = await Promise.all([1, 2].map(() => done('/catalog_PutProducts', { Events: [made] }, erp)));
  const outcomes = answers.flatMap((answer) => (answer['value'] as Row[]).map((one) => one['outcome']));
  expect(outcomes.toSorted()).toEqual(['applied', 'duplicate']);
  expect(await rows("/products?$filter=productnumber eq 'NEW''1'")).toMatchObject([{ name: 'گلیم', price: 12.5 }]);
  // What came from there is not told back.
  expect(await pull()).toEqual([]);
});
