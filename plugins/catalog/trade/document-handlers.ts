// Around every write of a quote, order, invoice or opportunity: currency and addresses on creation, prices when what they hang on
// changes, dates and approval when the state does.
import { defineHandler, type EventHandler, type HandlerContext, type Row } from 'peyvand/sdk';
import { APPROVAL, APPROVER, errorsOf, reasonsForApproval } from './approval.ts';
import { promotionsOf } from './copy-document.ts';
import { documents, lockDocument, refuseSettled, type DocumentType } from './documents.ts';
import { fail } from './errors.ts';
import { countPromotions, PROMOTION_SOURCE, settle } from './promotion-uses.ts';
import { agreedListOf } from './price-input.ts';
import { linesOf, PRICED_DOCUMENT, reprice } from './reprice.ts';
import { big, dayOf, decimalOf, idOf, listRows, namedOf } from './rows.ts';

/** What the prices of a document hang on, beside its lines. */
const FACTORS = [
  'pricelevelid',
  'transactioncurrencyid',
  'customerid',
  'discountpercentage',
  'discountamount',
  'freightamount',
  'promotioncodes',
  'ispricelocked',
  'isrevenuesystemcalculated',
];

const PLACE = ['line1', 'line2', 'city', 'stateorprovince', 'postalcode', 'country'];

/** The price list agreed on with the customer and its currency, where none was chosen; another one than the list's is refused by pricing. */
async function alignCurrency(context: HandlerContext): Promise<void> {
  const { values, system } = context;
  if (!('pricelevelid' in values)) {
    const agreed = await agreedListOf(system, await customerNamed(context), idOf(values, 'transactioncurrencyid'));
    if (agreed !== undefined) values['pricelevelid'] = agreed;
  }
  const list = idOf(values, 'pricelevelid');
  if (list === undefined || (values['transactioncurrencyid'] ?? null) !== null) return;
  const row = await system.retrieve('pricelevel', list);
  if (row?.['transactioncurrencyid']) values['transactioncurrencyid'] = row['transactioncurrencyid'];
}

/** Lookups of customers come as an id alone where their kind is plain. */
async function customerNamed({
  values,
  system,
}: HandlerContext): Promise<{ readonly entity: string; readonly id: string } | undefined> {
  const given: unknown = values['customerid'];
  if (typeof given === 'object' && given !== null) return given as { readonly entity: string; readonly id: string };
  if (typeof given !== 'string') return undefined;
  return { entity: (await system.retrieve('account', given)) ? 'account' : 'contact', id: given };
}

async function customerOf(context: HandlerContext): Promise<Row | undefined> {
  const named = await customerNamed(context);
  return named && context.system.retrieve(named.entity, named.id);
}

async function fillAddress(context: HandlerContext): Promise<void> {
  const { values } = context;
  if (Object.keys(values).some((name) => name.startsWith('billto_'))) return;
  const customer = await customerOf(context);
  if (!customer) return;
  values['billto_name'] = customer['name'] ?? customer['fullname'];
  for (const part of PLACE) {
    const value = customer[`address1_${part}`] ?? null;
    if (value !== null) values[`billto_${part}`] = value;
  }
}

/** The state that a write leads to: a reason alone says it, too. */
function leadsTo(type: DocumentType, values: Row): number | undefined {
  const state = values['statecode'];
  if (typeof state === 'number') return state;
  const reason = values['statuscode'];
  return typeof reason === 'number' ? stateOfReason[type.kind]?.[reason] : undefined;
}

const stateOfReason: Readonly<Record<string, Readonly<Record<number, number>>>> = {
  opportunity: { 1: 0, 2: 0, 3: 1, 4: 2, 5: 2 },
  quote: { 1: 0, 2: 1, 3: 1, 4: 2, 5: 3, 6: 3, 7: 3 },
  salesorder: { 1: 0, 2: 0, 3: 1, 4: 2, 100001: 3, 100002: 3, 100003: 4 },
  invoice: { 1: 0, 2: 0, 4: 0, 5: 0, 6: 0, 100001: 2, 100002: 2, 100003: 3 },
};

function setDefault(values: Record<string, unknown>, document: Row, name: string, value: unknown): void {
  if ((values[name] ?? document[name] ?? null) === null) values[name] = value;
}

function later(day: string, days: unknown): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + Number(days ?? 30));
  return date.toISOString().slice(0, 10);
}

/** What may not be handed on: a price that does not come about, and a discount that nobody approved. */
function refuseUnready(context: HandlerContext, document: Row): void {
  const explanation = document['priceexplanation'];
  const wrong = errorsOf(explanation);
  if (wrong.length > 0) throw fail('DOCUMENT_WRONG', { problems: wrong.join(', ') });
  const reason = reasonsForApproval(context, explanation);
  if (reason !== '' && document['approvalstatus'] !== APPROVAL.approved) {
    throw fail('QUOTE_NEEDS_APPROVAL', { reason, right: APPROVER });
  }
}

/** Dates that a state brings, and what refuses it. */
async function enterState(context: HandlerContext, type: DocumentType, document: Row, state: number): Promise<void> {
  const { values, now, timeZone, settings } = context;
  const today = dayOf(now, timeZone);
  const isNew = document['statecode'] !== state;
  if (type.kind === 'quote' && isNew) {
    if (state === 1) refuseUnready(context, document);
    if (state === 1) setDefault(values, document, 'effectivefrom', today);
    if (state === 1) setDefault(values, document, 'effectiveto', later(today, settings['quoteValidDays']));
    if (state === 2 || state === 3) setDefault(values, document, 'closedon', today);
  }
  if (type.kind === 'salesorder' && isNew) {
    if (state === 1 || state === 3 || state === 4) setDefault(values, document, 'submitdate', today);
    if (state === 3) setDefault(values, document, 'datefulfilled', today);
    if (state === 2) setDefault(values, document, 'closedon', today);
  }
  if (type.kind === 'invoice') {
    const reason = values['statuscode'];
    if (state === 2 || reason === 4 || reason === 5) {
      setDefault(values, document, 'billedon', today);
      setDefault(values, document, 'duedate', later(today, settings['invoiceDueDays']));
    }
    if (state === 2 && isNew) {
      setDefault(values, document, 'paidon', today);
      if (reason !== 100002) setDefault(values, document, 'paidamount', document['totalamount'] ?? 0);
    }
  }
  if (type.kind === 'opportunity' && state === 1 && isNew) await refuseOpenQuotes(context);
}

/** A deal is won when nothing of it is still on offer. */
async function refuseOpenQuotes({ system, id }: HandlerContext): Promise<void> {
  const open = await listRows(
    system,
    'quote',
    `$select=quotenumber&$filter=_opportunityid_value eq ${id} and (statecode eq 0 or statecode eq 1)&$top=5`,
  );
  if (open.length === 0) return;
  const numbers = open.map((row) => String(row['quotenumber'])).join(', ');
  throw fail('DOCUMENT_STATE', {
    entity: 'opportunity',
    state: `still on offer in ${numbers}`,
    mend: 'Win, close or delete these quotes first.',
  });
}

async function beforeUpdate(context: HandlerContext, type: DocumentType): Promise<void> {
  const { values, id } = context;
  if (PRICED_DOCUMENT in values) return;
  const document = await lockDocument(context, type, id);
  const given = FACTORS.filter((name) => name in values && changes(values[name], document[name]));
  if (given.length > 0) refuseSettled(type, document);
  if (given.includes('ispricelocked')) context.shared[`catalog.locks.${id}`] = true;
  if (given.includes('transactioncurrencyid') && (await linesOf(context, type, id)).length > 0) {
    throw fail('CURRENCY_LOCKED', { entity: type.kind });
  }
  const state = leadsTo(type, values);
  if (state !== undefined) await enterState(context, type, document, state);
}

function changes(next: unknown, last: unknown): boolean {
  const [one, other] = [next ?? null, last ?? null];
  if (typeof one === 'object' && one !== null && 'id' in one) return one.id !== other;
  return typeof other === 'number' && one !== null ? !big(one).eq(big(other)) : one !== other;
}

/** A discount is an offer from the day the customer may see it; what becomes of the quote is the answer. */
async function trackOffer(context: HandlerContext, quote: Row): Promise<void> {
  const { system, id, now } = context;
  const state = quote['statecode'];
  if (state === 1) {
    if (!big(quote['effectivediscountpercent']).gt(0)) return;
    const customer = namedOf(quote, 'customerid');
    await system.create('discountoffer', {
      name: `${String(quote['quotenumber'])} · ${decimalOf(quote['effectivediscountpercent']) ?? '0'} %`,
      quoteid: id,
      ...(customer && { customerid: customer }),
      transactioncurrencyid: quote['transactioncurrencyid'],
      offeredpercent: decimalOf(quote['effectivediscountpercent']),
      offeredon: now,
      ownerid: namedOf(quote, 'ownerid') ?? { entity: 'systemuser', id: context.userId },
    });
    return;
  }
  const answer = state === 2 ? 2 : quote['statuscode'] === 5 ? 3 : undefined;
  if (answer === undefined) return;
  const waiting = await listRows(
    system,
    'discountoffer',
    `$select=discountofferid&$filter=_quoteid_value eq ${id} and answer eq 1`,
  );
  for (const offer of waiting) {
    await system.update('discountoffer', String(offer['discountofferid']), {
      answer,
      answeredon: now,
      ...((quote['closereason'] ?? null) !== null && { reason: quote['closereason'] }),
    });
  }
}

async function afterUpdate(context: HandlerContext, type: DocumentType): Promise<void> {
  const { values, id, system, shared } = context;
  if (PRICED_DOCUMENT in values) return;
  if (shared[`catalog.locks.${id}`] === true) await lockPrices(context, type);
  if (FACTORS.some((name) => name in values)) await reprice(context, type, id);
  if (type.kind === 'opportunity' || leadsTo(type, values) === undefined) return;
  const document = await system.retrieve(type.kind, id);
  if (!document) return;
  await countPromotions(context, type, document);
  if (type.kind === 'quote') await trackOffer(context, document);
}

/**
 * Prices that stay as they are keep their promotions: those are counted from then on, and what they take off the whole becomes an
 * adjustment. Prices that follow the lists again have promotions of their own.
 */
async function lockPrices(context: HandlerContext, type: DocumentType): Promise<void> {
  const { values, id, system } = context;
  const document = await system.retrieve(type.kind, id);
  if (!document) return;
  if (values['ispricelocked'] === true) {
    await settle(context, type, document);
    const currency = document['transactioncurrencyid'];
    await system.createMany(
      'salesadjustment',
      promotionsOf(document).map(({ amount, facts }) => ({
        documentid: { entity: type.kind, id },
        kind: 4,
        amount,
        reason: (facts['promotion'] ?? '').slice(0, 500),
        source: PROMOTION_SOURCE,
        transactioncurrencyid: currency,
        appliedamount: '0',
      })),
    );
    return;
  }
  const filter = `$select=salesadjustmentid&$filter=_documentid_value eq ${id} and source eq '${PROMOTION_SOURCE}'`;
  for (const row of await listRows(system, 'salesadjustment', filter)) {
    await system.remove('salesadjustment', String(row['salesadjustmentid']));
  }
}

/** An invoice that is canceled gives its quantities back to the order. */
async function giveBack({ system, id, values }: HandlerContext): Promise<void> {
  if (leadsTo(documents.invoice, values) !== 3) return;
  const invoice = await system.retrieve('invoice', id);
  const order = invoice && idOf(invoice, 'salesorderid');
  if (!invoice || order === undefined) return;
  const row = await lockDocument({ system }, documents.salesorder, order);
  for (const line of await listRows(system, 'invoicedetail', `$filter=_invoiceid_value eq ${id}`)) {
    const source = idOf(line, 'salesorderdetailid');
    const ordered = source === undefined ? undefined : await system.retrieve('salesorderdetail', source);
    if (source === undefined || !ordered) continue;
    const left = big(ordered['quantityinvoiced']).minus(big(line['quantity']));
    await system.update('salesorderdetail', source, { quantityinvoiced: left.lt(0) ? '0' : left.toFixed() });
  }
  if (row['statecode'] === 4) await system.update('salesorder', order, { statecode: 1, statuscode: 3 });
}

function around(type: DocumentType): EventHandler[] {
  const { kind } = type;
  return [
    defineHandler({
      name: `prepare-${kind}-create`,
      stage: 'before',
      message: 'create',
      entity: kind,
      async run(context) {
        await alignCurrency(context);
        if (kind !== 'opportunity') await fillAddress(context);
      },
    }),
    defineHandler({
      name: `price-${kind}-create`,
      stage: 'after',
      message: 'create',
      entity: kind,
      async run(context) {
        const isPriced = ['discountpercentage', 'discountamount', 'freightamount'].some(
          (name) => name in context.values,
        );
        if (isPriced && !(PRICED_DOCUMENT in context.values)) await reprice(context, type, context.id);
      },
    }),
    defineHandler({
      name: `prepare-${kind}-update`,
      stage: 'before',
      message: 'update',
      entity: kind,
      run: (context) => beforeUpdate(context, type),
    }),
    defineHandler({
      name: `price-${kind}-update`,
      stage: 'after',
      message: 'update',
      entity: kind,
      run: (context) => afterUpdate(context, type),
    }),
  ];
}

/** The customer's yes or no has a day. */
const answered = defineHandler({
  name: 'answer-discountoffer',
  stage: 'before',
  message: 'update',
  entity: 'discountoffer',
  run({ values, now }) {
    if (!('answer' in values) || (values['answeredon'] ?? null) !== null) return;
    values['answeredon'] = values['answer'] === 1 ? null : now;
  },
});

const canceledInvoice = defineHandler({
  name: 'give-back-quantities',
  stage: 'after',
  message: 'update',
  entity: 'invoice',
  run: giveBack,
});

export const documentHandlers: readonly EventHandler[] = [
  ...Object.values(documents).flatMap(around),
  answered,
  canceledInvoice,
];
