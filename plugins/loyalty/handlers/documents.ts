// What happens to documents of the catalog: a paid invoice earns, a canceled one gives back, quotes and orders of members carry their
// tier's discount. Earning waits for nobody and holds up nobody: it runs after the commit, as often as it takes, and posts once.
import { defineHandler, type EventHandler, type HandlerContext, type Records, type Row } from 'peyvand/sdk';
import { inPortions, listAll } from '../store/list-all.ts';
import { loadProgram } from '../store/load-program.ts';
import { heldSources } from '../store/suspicions.ts';
import { decimalText, given, refOf, textOf } from '../store/values.ts';
import { giveBackAll, giveBackSpent, isGivenBack, isSpent, standsElsewhere } from '../operations/give-back.ts';
import { decimalOf, minorOf } from '../engine/exact.ts';

const PAID = 2;
const CANCELED = 3;
/** Source of an adjustment that a tier gave. */
const TIER = 'loyalty-tier:';

interface Membership {
  readonly member: string;
  readonly program: string;
}

/** Of the customer, in every programme that is active. */
async function membershipsOf(system: Records, customer: string): Promise<readonly Membership[]> {
  const rows = await system.list(
    'loyaltymember',
    `$select=loyaltymemberid,_loyaltyprogramid_value&$filter=_customerid_value eq ${customer} and statecode eq 0&$orderby=loyaltymemberid`,
  );
  return rows.map((row) => ({ member: String(row['loyaltymemberid']), program: refOf(row, 'loyaltyprogramid') ?? '' }));
}

export const settleInvoice = defineHandler({
  name: 'settle-invoice',
  stage: 'async',
  message: 'set-state',
  entity: 'invoice',
  async run({ id, system, invoke, now }) {
    const invoice = await system.retrieve('invoice', id);
    const customer = invoice && refOf(invoice, 'customerid');
    if (!invoice || customer === undefined) return;
    const state = invoice['statecode'];
    // First what was spent: what was earned is taken back from it, too.
    if (state === CANCELED) await giveBackSpent({ system, now }, { entity: 'invoice', id });
    for (const { member, program } of await membershipsOf(system, customer)) {
      const Program = { entity: 'loyaltyprogram', id: program };
      if (state === PAID) {
        const purchase = await purchaseOf(system, id, invoice, now);
        if (purchase) await invoke('loyalty_PostPurchases', { Program, Purchases: [{ ...purchase, member }] });
      } else if (state === CANCELED) {
        const posted = await system.list(
          'loyaltytransaction',
          `$select=loyaltytransactionid&$filter=_loyaltyprogramid_value eq ${program} and sourcetype eq 'invoice' and sourceid eq '${id}'&$top=1`,
        );
        // An invoice that was never paid has nothing to give back; one that waits for somebody's decision has.
        if (posted.length > 0 || (await heldSources(system, [id])).length > 0)
          await invoke('loyalty_Reverse', { Program, SourceType: 'invoice', SourceId: id, On: now });
      }
    }
  },
});

/** An order that is canceled, a quote that is lost or canceled: what paid for it comes back. */
export const settleOthers: readonly EventHandler[] = [
  { entity: 'salesorder', over: 2 },
  { entity: 'quote', over: 3 },
].map(({ entity, over }) =>
  defineHandler({
    name: `settle-${entity}`,
    stage: 'async',
    message: 'set-state',
    entity,
    async run({ id, system, now }) {
      const row = await system.retrieve(entity, id);
      if (row?.['statecode'] === over) await giveBackSpent({ system, now }, { entity, id });
    },
  }),
);

/** The lines of an invoice without tax; what lowers the document as a whole lowers each line in proportion. */
async function purchaseOf(system: Records, id: string, invoice: Row, now: string): Promise<Row | undefined> {
  const details = await listAll(system, 'invoicedetail', `&$filter=_invoiceid_value eq ${id}`);
  const currencyid = refOf(invoice, 'transactioncurrencyid');
  const currency = currencyid === undefined ? undefined : await system.retrieve('transactioncurrency', currencyid);
  const products = [...new Set(details.flatMap((row) => refOf(row, 'productid') ?? []))];
  const known = await inPortions(products, 'productid', (condition) =>
    system.list('product', `$select=productid,productnumber,_parentproductid_value&$filter=${condition}`),
  );
  const byId = new Map(known.map((row) => [String(row['productid']), row]));
  const whole = (value: unknown): bigint => minorOf(decimalText(value ?? 0), 4);
  const nets = details.map((row) => whole(row['extendedamount']) - whole(row['tax']));
  const sum = nets.reduce((total, net) => total + net, 0n);
  const due = whole(invoice['totalamountlessfreight'] ?? decimalOf(sum, 4));
  const lowered = due < sum && due >= 0n;
  const lines = details.map((row, index) => {
    const product = byId.get(refOf(row, 'productid') ?? '');
    const own = nets[index] ?? 0n;
    const net = lowered && sum > 0n ? (own * due) / sum : own;
    const tax = whole(row['tax']);
    return {
      net: decimalOf(net < 0n ? 0n : net, 4),
      gross: decimalOf(net + tax < 0n ? 0n : net + tax, 4),
      quantity: decimalText(row['quantity'] ?? 1),
      ...given({
        product: product && textOf(product, 'productnumber'),
        family: product && refOf(product, 'parentproductid'),
      }),
    };
  });
  const paidOn = textOf(invoice, 'paidon');
  return {
    sourceType: 'invoice',
    sourceId: id,
    on: paidOn === undefined ? now : paidOn.length === 10 ? noonOr(paidOn, now) : paidOn,
    ...given({ currency: currency && textOf(currency, 'isocurrencycode') }),
    ...(lines.length > 0 ? { lines } : { net: decimalOf(due, 4) }),
  };
}

/** A day's noon, but nothing later than now: what is paid in the morning earns in the morning. */
function noonOr(day: string, now: string): string {
  const noon = `${day}T12:00:00.000Z`;
  return noon < now ? noon : now;
}

/** A tier's discount on a document that begins; copies bring theirs along and it stays one. */
async function giveTierDiscount({ entity, id, system, values }: HandlerContext): Promise<void> {
  const customer = values['customerid'];
  const whose = typeof customer === 'string' ? customer : (customer as { readonly id?: string } | null | undefined)?.id;
  await takeTierDiscounts(system, id);
  if (typeof whose !== 'string') return;
  for (const { member, program } of await membershipsOf(system, whose)) {
    const row = await system.retrieve('loyaltymember', member);
    const { program: own } = await loadProgram(system, program);
    const tier = own.tiers.find((one) => one.id === (row && refOf(row, 'loyaltytierid')));
    if (!tier || Number(tier.discountPercent) <= 0) continue;
    await system.create('salesadjustment', {
      documentid: { entity, id },
      kind: 1,
      percentage: tier.discountPercent,
      source: `${TIER}${tier.code}`,
      reason: tier.code,
    });
    return;
  }
}

async function takeTierDiscounts(system: Records, document: string, but?: string): Promise<void> {
  const rows = await system.list(
    'salesadjustment',
    `$select=salesadjustmentid&$filter=_documentid_value eq ${document} and kind eq 1 and startswith(source,'${TIER}')`,
  );
  for (const row of rows) {
    const id = String(row['salesadjustmentid']);
    if (id !== but) await system.remove('salesadjustment', id);
  }
}

const SOLD = ['quote', 'salesorder'];

/** Of several that a tier gave one document, the last one counts: a copy of a quote brings the quote's own. */
export const oneTierDiscount = defineHandler({
  name: 'one-tier-discount',
  stage: 'after',
  message: 'create',
  entity: 'salesadjustment',
  async run({ id, values, system }) {
    const source = values['source'];
    if (values['kind'] !== 1 || typeof source !== 'string' || !source.startsWith(TIER)) return;
    const document = values['documentid'];
    const owner = typeof document === 'string' ? document : (document as { readonly id?: string } | null)?.id;
    if (typeof owner === 'string') await takeTierDiscounts(system, owner, id);
  },
});

export const tierDiscounts: readonly EventHandler[] = SOLD.flatMap((entity) => [
  defineHandler({ name: `tier-discount-${entity}`, stage: 'after', message: 'create', entity, run: giveTierDiscount }),
  defineHandler({
    name: `tier-discount-${entity}-customer`,
    stage: 'after',
    message: 'update',
    entity,
    changed: ['customerid'],
    run: giveTierDiscount,
  }),
]);

/** A copy of a document whose points and vouchers came back meanwhile does not bring them along. */
export const noSpentTwice = defineHandler({
  name: 'no-spent-twice',
  stage: 'after',
  message: 'create',
  entity: 'salesadjustment',
  async run({ id, values, system }) {
    const source = values['source'];
    if (typeof source !== 'string' || !isSpent(source) || !(await isGivenBack(system, source))) return;
    await system.remove('salesadjustment', id);
  },
});

/** What paid for an adjustment comes back when it is taken off its document by hand and no other document stands on it. */
export const returnPoints = defineHandler({
  name: 'return-points',
  stage: 'after',
  message: 'delete',
  entity: 'salesadjustment',
  image: ['source', 'kind'],
  async run({ image, system, now }) {
    const source = image && textOf(image, 'source');
    if (!isSpent(source) || (await standsElsewhere(system, source))) return;
    // Whoever may lower the price may raise it again: it is the module that gives the points back.
    await giveBackAll({ system, now }, source);
  },
});
