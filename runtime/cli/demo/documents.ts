// The demo's quotes, orders and invoices, half of them Persian, in every state: made through the catalog's own operations, so that each
// is priced, numbered and settled as any other.
import type { Call } from '../../../core/engine.ts';
import { reachOf } from '../../../core/records/reach.ts';
import type { Row } from '../../../core/sdk/index.ts';
import { seededRandom, type Random } from './random.ts';

type Fate =
  | 'draft'
  | 'approval'
  | 'active'
  | 'lost'
  | 'revised'
  | 'order'
  | 'submitted'
  | 'fulfilled'
  | 'canceled'
  | 'part'
  | 'invoice'
  | 'billed'
  | 'paid'
  | 'credited';

const FATES: readonly Fate[] = [
  ...(['draft', 'draft', 'approval', 'active', 'active', 'active', 'lost', 'revised', 'order', 'submitted'] as const),
  ...(['fulfilled', 'canceled', 'part', 'invoice', 'billed', 'billed', 'paid', 'paid', 'paid', 'credited'] as const),
];

const NAMES = {
  en: ['Equipment for the new office', 'Yearly supply', 'Refurbishing of the second floor', 'Meeting rooms'],
  fa: ['تجهیز دفتر تازه', 'تأمین سالانه', 'بازسازی طبقهٔ دوم', 'اتاق‌های جلسه'],
};

/** How many documents were made; 0 where the module, its products or its price lists are not. */
export async function loadDocumentsDemo(call: Call): Promise<number> {
  if (!call.engine.model.entities.has('quotedetail')) return 0;
  const { records } = reachOf(call, false);
  const products = await records.list(
    'product',
    '$select=productid&$filter=statecode eq 0 and productstructure eq 1&$orderby=productnumber asc&$top=40',
  );
  const today = new Date().toISOString().slice(0, 10);
  const [list] = await records.list(
    'pricelevel',
    `$select=pricelevelid&$filter=statecode eq 0 and (enddate eq null or enddate ge ${today}) and startswith(name,'Retail')&$orderby=name desc&$top=1`,
  );
  if (products.length === 0 || !list) return 0;
  const accounts = await records.list(
    'account',
    '$select=accountid,name,_ownerid_value&$orderby=accountnumber asc&$top=80',
  );
  const isPersian = (account: Row) => /[\u0600-\u06ff]/.test(String(account['name']));
  const random = seededRandom(1_406);
  let made = 0;
  for (const [index, fate] of [...FATES, ...FATES.slice(0, 8)].entries()) {
    const language = index % 2 === 0 ? 'fa' : 'en';
    const ours = accounts.filter((account) => isPersian(account) === (language === 'fa'));
    if (ours.length === 0) continue;
    const lines = Array.from({ length: random.between(1, 3) }, () => ({
      productid: String(random.pick(products)['productid']),
      quantity: random.between(1, 9),
    }));
    const quote = {
      name: random.pick(NAMES[language]),
      pricelevelid: list['pricelevelid'],
      ...(fate === 'approval' ? { discountpercentage: 22 } : random.chance(0.4) ? { discountpercentage: 5 } : {}),
      ...(random.chance(0.3) && { freightamount: 40 }),
    };
    made += await makeOne(call, fate, random.pick(ours), quote, lines, random);
  }
  return made;
}

async function makeOne(
  call: Call,
  fate: Fate,
  account: Row,
  values: Row,
  lines: readonly Row[],
  random: Random,
): Promise<number> {
  const { records, invoke } = reachOf(call, false);
  const quote = await records.create('quote', {
    ...values,
    customerid: { entity: 'account', id: String(account['accountid']) },
    ownerid: { entity: 'systemuser', id: String(account['_ownerid_value']) },
    expireson: new Date(Date.now() + random.between(5, 40) * 86_400_000).toISOString().slice(0, 10),
  });
  for (const line of lines) await records.create('quotedetail', { ...line, quoteid: quote });
  if (fate === 'draft' || fate === 'approval') return 1;
  // What its discounts or margins keep from going on stays a draft, as it would for anybody.
  if ((await records.retrieve('quote', quote))?.['approvalstatus'] === 1) return 1;
  await invoke('ActivateQuote', {}, { entity: 'quote', id: quote });
  if (fate === 'active') return 1;
  if (fate === 'lost') {
    await invoke('CloseQuote', {
      QuoteClose: { entity: 'quote', id: quote },
      Status: 5,
      Reason: String(values['name']),
    });
    return 1;
  }
  if (fate === 'revised') {
    await invoke('ReviseQuote', { QuoteId: quote });
    return 2;
  }
  const order = (await invoke('ConvertQuoteToSalesOrder', { QuoteId: quote })) as { readonly id: string };
  if (fate === 'order') return 2;
  await invoke('catalog_SubmitOrder', {}, { entity: 'salesorder', id: order.id });
  if (fate === 'submitted') return 2;
  const OrderClose = { entity: 'salesorder', id: order.id };
  if (fate === 'canceled') await invoke('CancelSalesOrder', { OrderClose });
  if (fate === 'fulfilled') await invoke('FulfillSalesOrder', { OrderClose });
  if (fate === 'canceled' || fate === 'fulfilled') return 2;
  const [first] = await records.list(
    'salesorderdetail',
    `$select=salesorderdetailid&$filter=_salesorderid_value eq ${order.id}&$top=1`,
  );
  const Lines = fate === 'part' ? [{ salesorderdetailid: first?.['salesorderdetailid'], quantity: 1 }] : undefined;
  const invoice = (await invoke('ConvertSalesOrderToInvoice', { SalesOrderId: order.id, ...(Lines && { Lines }) })) as {
    readonly id: string;
  };
  if (fate === 'invoice' || fate === 'part') return 3;
  await invoke('catalog_BillInvoice', {}, { entity: 'invoice', id: invoice.id });
  if (fate === 'paid') await invoke('catalog_PayInvoice', {}, { entity: 'invoice', id: invoice.id });
  if (fate === 'credited') await invoke('catalog_CancelInvoice', {}, { entity: 'invoice', id: invoice.id });
  return 3;
}
