// What goes along when one document becomes another: the header's terms, the lines with the prices they have, the adjustments.
import { Big } from 'big.js';
import type { OperationContext, Records, Row } from 'peyvand/sdk';
import type { PricingStep } from '../pricing/priced-document.ts';
import type { DocumentType } from './documents.ts';
import { PROMOTION_SOURCE } from './promotion-uses.ts';
import { linesOf, reprice } from './reprice.ts';
import { big, idOf, listRows, namedOf, taken } from './rows.ts';

const PARTS = ['name', 'line1', 'line2', 'city', 'stateorprovince', 'postalcode', 'country', 'telephone'];
const ADDRESSES = ['billto', 'shipto'].flatMap((side) => PARTS.map((part) => `${side}_${part}`));
const TERMS = [
  'name',
  'opportunityid',
  'pricelevelid',
  'transactioncurrencyid',
  'discountpercentage',
  'promotioncodes',
  'requestdeliveryby',
  'paymenttermscode',
  'shippingmethodcode',
  'description',
  ...ADDRESSES,
];
const AMOUNTS = ['discountamount', 'freightamount'];
const LINE = [
  'isproductoverridden',
  'productid',
  'producttypecode',
  'quantityperbundle',
  'kitparts',
  'productdescription',
  'uomid',
  'ispriceoverridden',
  'priceperunit',
  'volumediscountamount',
  'cost',
  'lineitemnumber',
  'description',
  'priceexplanation',
  'transactioncurrencyid',
];
const LINE_AMOUNTS = ['manualdiscountamount', 'promotiondiscountamount', 'tax'];

/** A line of the source, and how much of it goes along: none of it, or the whole. */
export interface Portion {
  readonly line: Row;
  readonly quantity: Big;
}

/** Which of the source's fields the copy has: not every kind of document has all of them. */
function fitting(source: DocumentType, target: DocumentType, names: readonly string[]): readonly string[] {
  const missing = new Set<string>();
  if (source.kind === 'opportunity' || target.kind === 'opportunity') {
    for (const name of [...ADDRESSES, 'requestdeliveryby', 'paymenttermscode', 'shippingmethodcode', 'opportunityid']) {
      missing.add(name);
    }
  }
  if (target.kind === 'invoice') missing.add('requestdeliveryby');
  return names.filter((name) => !missing.has(name));
}

/** The header; answers its id. `values` comes on top. */
export function copyHeader(
  records: Records,
  source: DocumentType,
  target: DocumentType,
  document: Row,
  values: Row,
): Promise<string> {
  const customer = namedOf(document, 'customerid');
  return records.create(target.kind, {
    ...taken(document, fitting(source, target, TERMS)),
    // Without a list as the source is: none is chosen in its place.
    pricelevelid: document['pricelevelid'] ?? null,
    ...(customer && { customerid: customer }),
    ...values,
  });
}

export interface CopyOptions {
  /** The copy's lookup of the line it was made of. */
  readonly origin?: string;
  /** Of every line of the source; absent: all of each. */
  readonly portions?: readonly Portion[];
}

/** Lines and adjustments with their prices as they are, and the totals of the copy. */
export async function copyLines(
  context: OperationContext,
  source: DocumentType,
  target: DocumentType,
  from: { readonly id: string; readonly document: Row },
  to: string,
  options: CopyOptions = {},
): Promise<void> {
  const { system } = context;
  const portions =
    options.portions ??
    (await linesOf(context, source, from.id)).map((line): Portion => ({ line, quantity: big(line['quantity']) }));
  const decimals = await decimalsOf(context, from.document);
  const chosen = portions.filter(({ quantity }) => quantity.gt(0));
  const rowOf = ({ line, quantity }: Portion) => ({
    [target.parent]: to,
    [target.lineName]: line[source.lineName],
    ...taken(line, LINE),
    ...(options.origin !== undefined && { [options.origin]: line[`${source.line}id`] }),
    quantity: quantity.toFixed(),
    ...Object.fromEntries(LINE_AMOUNTS.map((name) => [name, shareOf(line, name, quantity, decimals)])),
    // Says that prices come along as they are; the totals follow below.
    extendedamount: '0',
  });
  // Bundles before their parts, which name them.
  const isPart = ({ line }: Portion) => idOf(line, 'parentbundleidref') !== undefined;
  const [whole, parts] = [chosen.filter((one) => !isPart(one)), chosen.filter(isPart)];
  const made = await system.createMany(target.line, whole.map(rowOf));
  const copies = new Map(whole.map(({ line }, index) => [line[`${source.line}id`], made[index]]));
  await system.createMany(
    target.line,
    parts.map((one) => ({ ...rowOf(one), parentbundleidref: copies.get(one.line['parentbundleidref']) ?? null })),
  );
  const part = partOf(portions);
  const adjustments = await listRows(system, 'salesadjustment', `$filter=_documentid_value eq ${from.id}`);
  // What an order or invoice is made of has its price already: what was taken off goes along as the amount it came to.
  const isSettled = source.kind !== 'opportunity' && target.kind !== 'quote';
  const document = { entity: target.kind, id: to };
  await system.createMany('salesadjustment', [
    ...adjustments.map((row) => {
      const amount = isSettled ? row['appliedamount'] : row['amount'];
      return {
        documentid: document,
        ...taken(row, [...(isSettled ? [] : ['percentage']), 'kind', 'source', 'reason', 'transactioncurrencyid']),
        ...((amount ?? null) !== null && { amount: part(big(amount), decimals) }),
        appliedamount: '0',
      };
    }),
    ...(isSettled ? promotionsOf(from.document) : []).map(({ amount, facts }) => ({
      documentid: document,
      kind: 4,
      amount: part(big(amount), decimals),
      reason: (facts['promotion'] ?? '').slice(0, 500),
      source: PROMOTION_SOURCE,
      transactioncurrencyid: from.document['transactioncurrencyid'],
      appliedamount: '0',
    })),
  ]);
  await system.update(target.kind, to, {
    ...Object.fromEntries(AMOUNTS.map((name) => [name, part(big(from.document[name]), decimals)])),
    // Ours: what follows prices it.
    totalamount: '0',
  });
  await reprice(context, target, to);
}

/** Promotions on the document as a whole, as they came to; those of lines are among the lines' amounts. */
export function promotionsOf(document: Row): readonly PricingStep[] {
  const steps = (document['priceexplanation'] as { readonly steps?: readonly PricingStep[] } | null | undefined)?.steps;
  return (steps ?? []).filter(({ code }) => code === 'promotion');
}

async function decimalsOf({ system }: OperationContext, document: Row): Promise<number> {
  const id = document['transactioncurrencyid'];
  const currency = typeof id === 'string' ? await system.retrieve('transactioncurrency', id) : undefined;
  return Math.min(2, Number(currency?.['currencyprecision'] ?? 2));
}

/** The last part of a line takes what roundings left over, so that the parts are together what the whole was. */
function shareOf(line: Row, name: string, quantity: Big, decimals: number): string {
  const whole = big(line['quantity']);
  const before = big(line['quantityinvoiced']);
  if (whole.eq(0)) return '0';
  const upTo = (reached: Big) => big(line[name]).times(reached).div(whole).round(decimals, Big.roundHalfUp);
  return upTo(before.plus(quantity)).minus(upTo(before)).toFixed();
}

/** How much of an amount of the whole document belongs to these portions: by what their lines come to. */
function partOf(portions: readonly Portion[]): (amount: Big, decimals: number) => string {
  const value = (quantityOf: (portion: Portion) => Big) =>
    portions.reduce((sum, portion) => {
      const whole = big(portion.line['quantity']);
      return whole.eq(0) ? sum : sum.plus(big(portion.line['baseamount']).times(quantityOf(portion)).div(whole));
    }, new Big(0));
  const whole = value(({ line }) => big(line['quantity']));
  const before = value(({ line }) => big(line['quantityinvoiced']));
  const part = value(({ quantity }) => quantity);
  return (amount, decimals) => {
    if (whole.eq(0)) return amount.toFixed();
    const upTo = (reached: Big) => amount.times(reached).div(whole).round(decimals, Big.roundHalfUp);
    return upTo(before.plus(part)).minus(upTo(before)).toFixed();
  };
}
