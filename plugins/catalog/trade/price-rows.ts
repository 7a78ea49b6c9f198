// Between rows and the pricing engine: a document with its lines as the engine's input, the engine's answer as values of the rows.
import type { PluginContext, Row } from 'peyvand/sdk';
import { priceDocument } from '../pricing/price-document.ts';
import type { PricedDocument, PricedLine } from '../pricing/priced-document.ts';
import type { Adjustment, AdjustmentKind, LineInput, PricingInput } from '../pricing/pricing-input.ts';
import { LINE_TYPE, type DocumentType } from './documents.ts';
import { usesOf } from './promotion-uses.ts';
import { catalogOf, currencyOf, customerOf, type Catalog } from './price-input.ts';
import { big, dayOf, decimalOf, idOf, namedOf, textOf } from './rows.ts';

const KINDS: readonly AdjustmentKind[] = ['tier', 'points', 'voucher', 'promotion', 'manual'];

export interface DocumentRows {
  readonly document: Row;
  readonly lines: readonly Row[];
  readonly adjustments: readonly Row[];
}

export interface PricedRows {
  /** In the order of the lines: what each is to be. */
  readonly lines: readonly Row[];
  /** In the order of the adjustments: what each takes off. */
  readonly adjustments: readonly (string | undefined)[];
  readonly totals: Row;
}

export async function priceRows(context: PluginContext, type: DocumentType, rows: DocumentRows): Promise<PricedRows> {
  const { system } = context;
  const { document, lines, adjustments } = rows;
  const catalog = await catalogOf(
    system,
    lines.flatMap((line) => idOf(line, 'productid') ?? []),
    await usesOf(context, String(document[`${type.kind}id`])),
  );
  const input = await inputOf(context, rows, catalog);
  const priced = priceDocument(input);
  return {
    lines: priced.lines.map((line, index) => lineValues(type, lines[index] ?? {}, line, catalog, isLocked(document))),
    adjustments: adjustments.map((row) => priced.adjustments.find(({ id }) => id === row['salesadjustmentid'])?.amount),
    totals: totalsOf(priced),
  };
}

/** Unit prices stay as they are: the document was made of another one. */
function isLocked(document: Row): boolean {
  return document['ispricelocked'] === true;
}

async function inputOf(context: PluginContext, rows: DocumentRows, catalog: Catalog): Promise<PricingInput> {
  const { system, settings, now, timeZone } = context;
  const { document, lines, adjustments } = rows;
  const locked = isLocked(document);
  const list = idOf(document, 'pricelevelid');
  const codes = textOf(document['promotioncodes'])
    .split(/[\s,،;]+/u)
    .filter((code) => code !== '');
  const [discountPercent, discountAmount, freight, minimumMargin, maximumDiscount] = [
    decimalOf(document['discountpercentage']),
    decimalOf(document['discountamount']),
    decimalOf(document['freightamount']),
    decimalOf(settings['minimumMarginPercent']),
    decimalOf(settings['maximumDiscountPercent']),
  ];
  return {
    date: dayOf(now, timeZone),
    currency: await currencyOf(system, String(document['transactioncurrencyid'])),
    lines: lines.map((line) => lineOf(line, locked)),
    rounding: { method: settings['rounding'] === 'half-even' ? 'half-even' : 'half-up' },
    customer: await customerOf(system, namedOf(document, 'customerid')),
    ...(list !== undefined && { priceListId: list }),
    products: catalog.products,
    units: catalog.units,
    // A locked price is not looked up, nor is its discount by quantity.
    priceLists: locked ? [] : catalog.priceLists,
    discountLists: locked ? [] : catalog.discountLists,
    promotions: locked ? [] : catalog.promotions,
    codes,
    adjustments: adjustments.map(adjustmentOf),
    ...(discountPercent !== undefined && { discountPercent }),
    ...(discountAmount !== undefined && { discountAmount }),
    ...(freight !== undefined && { freight }),
    limits: {
      ...(minimumMargin !== undefined && { minimumMargin }),
      ...(maximumDiscount !== undefined && { maximumDiscount }),
    },
  };
}

function lineOf(line: Row, locked: boolean): LineInput {
  const isWriteIn = line['isproductoverridden'] === true;
  const isByHand = locked || isWriteIn || line['ispriceoverridden'] === true;
  const product = isWriteIn ? undefined : idOf(line, 'productid');
  const unit = idOf(line, 'uomid');
  // Of a locked line its promotions are snapshots, too: taken off with what was taken off by hand.
  const discountAmount = locked
    ? big(line['manualdiscountamount']).plus(big(line['promotiondiscountamount'])).toFixed()
    : decimalOf(line['manualdiscountamount']);
  const price = locked
    ? big(line['priceperunit']).minus(big(line['volumediscountamount'])).toFixed()
    : (decimalOf(line['priceperunit']) ?? '0');
  const isTaxed = line['istaxoverridden'] === true || locked || isWriteIn;
  const bundle = idOf(line, 'parentbundleidref');
  const cost = locked ? decimalOf(line['cost']) : undefined;
  return {
    id: lineId(line),
    quantity: decimalOf(line['quantity']) ?? '0',
    ...(product !== undefined && { productId: product }),
    ...(unit !== undefined && { unitId: unit }),
    ...(bundle !== undefined && {
      bundleLineId: bundle,
      bundlePart: line['producttypecode'] === LINE_TYPE.optional ? 'optional' : 'required',
    }),
    ...(isByHand && { price }),
    ...(discountAmount !== undefined && { discountAmount, discountPer: 'line' }),
    ...(isTaxed && { tax: decimalOf(line['tax']) ?? '0' }),
    ...(cost !== undefined && { cost }),
  };
}

function lineId(line: Row): string {
  const key = ['opportunityproductid', 'quotedetailid', 'salesorderdetailid', 'invoicedetailid'];
  // An order line also names the quote line it was made of: its own key is the last of them, as documents follow one another.
  return String(line[key.findLast((name) => typeof line[name] === 'string') ?? '']);
}

function adjustmentOf(row: Row): Adjustment {
  const percent = decimalOf(row['percentage']);
  const [source, reason] = [textOf(row['source']), textOf(row['reason'])];
  return {
    id: String(row['salesadjustmentid']),
    kind: KINDS[Number(row['kind']) - 1] ?? 'manual',
    method: percent === undefined ? 'amount' : 'percent',
    value: percent ?? decimalOf(row['amount']) ?? '0',
    ...(percent !== undefined && decimalOf(row['amount']) !== undefined && { cap: decimalOf(row['amount']) ?? '0' }),
    ...(source !== '' && { source }),
    ...(reason !== '' && { reason }),
  };
}

function lineValues(type: DocumentType, row: Row, line: PricedLine, catalog: Catalog, locked: boolean): Row {
  const product = catalog.rows.get(idOf(row, 'productid') ?? '');
  const name = row['isproductoverridden'] === true ? row['productdescription'] : product?.['name'];
  const unit = idOf(row, 'uomid') ?? line.unitId;
  return {
    [type.lineName]: typeof name === 'string' ? name : (row[type.lineName] ?? null),
    ...(unit !== undefined && { uomid: unit }),
    // Of a locked line the discount by quantity is a snapshot like its price; the engine saw both as one.
    ...(!locked && { priceperunit: line.pricePerUnit, volumediscountamount: line.volumeDiscount }),
    baseamount: line.baseAmount,
    ...(!locked &&
      decimalOf(row['manualdiscountamount']) !== undefined && { manualdiscountamount: line.manualDiscount }),
    ...(!locked && { promotiondiscountamount: line.promotionDiscount }),
    tax: line.tax,
    extendedamount: line.extendedAmount,
    ...(line.cost !== undefined && !locked && { cost: costOfUnit(line) }),
    priceexplanation: line,
  };
}

function costOfUnit({ cost = '0', quantity }: PricedLine): string | null {
  return big(quantity).eq(0) ? null : big(cost).div(quantity).round(4).toFixed();
}

function totalsOf({ totals, promotions, adjustments, flags, steps, engine }: PricedDocument): Row {
  return {
    totallineitemamount: totals.lineItemAmount,
    totallineitemdiscountamount: totals.lineDiscount,
    totaldiscountamount: totals.discount,
    totalamountlessfreight: totals.lessFreight,
    totaltax: totals.tax,
    totalamount: totals.total,
    marginpercent: totals.marginPercent ?? null,
    effectivediscountpercent: totals.manualPercent,
    priceexplanation: { engine, totals, promotions, adjustments, flags, steps },
  };
}
