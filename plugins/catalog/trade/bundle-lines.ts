// Bundles and kits on lines. A bundle's required products come along as lines of their own, its optional ones may be added; all of them
// follow its quantity, and the required ones stay as long as the bundle does. A kit is one line that says what it holds.
import { Big } from 'big.js';
import type { HandlerContext, Row } from 'peyvand/sdk';
import { STATE, STRUCTURE } from '../product-states.ts';
import { LINE_TYPE, type DocumentType } from './documents.ts';
import { fail } from './errors.ts';
import { PRICED_LINE } from './reprice.ts';
import { big, decimalOf, idOf, listByIds, listRows } from './rows.ts';

/** What a line of the bundle holds: products, the required ones first. */
async function itemsOf({ system }: HandlerContext, product: string): Promise<readonly Row[]> {
  const items = await listRows(system, 'productassociation', `$filter=_productid_value eq ${product}`);
  return items.toSorted(
    (one, other) =>
      Number(other['productisrequired'] !== false) - Number(one['productisrequired'] !== false) ||
      String(one['name']).localeCompare(String(other['name'])),
  );
}

function isRequired(item: Row): boolean {
  return item['productisrequired'] !== false;
}

/** Five decimals, as quantities have. */
function times(one: unknown, other: unknown): string {
  return big(one).times(big(other)).round(5, Big.roundHalfUp).toFixed();
}

/** A product that is put on a line is sold now; what stands on lines already stays there. */
async function soldProduct({ system }: HandlerContext, id: string): Promise<Row | undefined> {
  const product = await system.retrieve('product', id);
  const state = product?.['statecode'];
  if (product && (state === STATE.retired || state === STATE.draft)) {
    throw fail('PRODUCT_NOT_SOLD', {
      product: String(product['name']),
      state: state === STATE.draft ? 'a draft' : 'retired',
      mend: state === STATE.draft ? 'Publish it first.' : 'Choose another one.',
    });
  }
  return product;
}

async function kitParts(context: HandlerContext, product: Row): Promise<string | null> {
  if (product['productstructure'] !== STRUCTURE.kit) return null;
  const items = await itemsOf(context, String(product['productid']));
  const names = new Map(
    (
      await listByIds(
        context.system,
        'product',
        'productid',
        items.map((item) => String(item['associatedproduct'])),
      )
    ).map((row) => [row['productid'], String(row['name'])]),
  );
  const rows = items.map(
    (item) => `${decimalOf(item['quantity']) ?? '1'} × ${names.get(item['associatedproduct']) ?? ''}`,
  );
  return rows.join('\n').slice(0, 4000);
}

/** Before the write of a line: what its product makes of it, and what parts of a bundle refuse. `before`: absent on creation. */
export async function prepareParts(
  context: HandlerContext,
  type: DocumentType,
  before: Row | undefined,
): Promise<void> {
  const { values } = context;
  if (before && idOf(before, 'parentbundleidref') !== undefined) return keepPart(context, type, before);
  const row = { ...before, ...values };
  const bundle = idOf(row, 'parentbundleidref');
  if (!before && bundle !== undefined) return addPart(context, type, bundle);
  if (!before || 'quantityperbundle' in values) values['quantityperbundle'] = null;
  const product = row['isproductoverridden'] === true ? undefined : idOf(row, 'productid');
  const isSame =
    before !== undefined &&
    product === idOf(before, 'productid') &&
    (row['isproductoverridden'] === true) === (before['isproductoverridden'] === true);
  if (isSame) return;
  const sold = product === undefined ? undefined : await soldProduct(context, product);
  values['producttypecode'] = !sold
    ? null
    : sold['productstructure'] === STRUCTURE.bundle
      ? LINE_TYPE.bundle
      : LINE_TYPE.product;
  values['kitparts'] = sold ? await kitParts(context, sold) : null;
}

/** An optional product, added to a bundle by hand. */
async function addPart(context: HandlerContext, type: DocumentType, bundle: string): Promise<void> {
  const { values, system } = context;
  const line = await system.retrieve(type.line, bundle);
  if (line?.[type.parent] !== values[type.parent] || line?.['producttypecode'] !== LINE_TYPE.bundle) {
    throw fail('BUNDLE_LINE_UNKNOWN', { entity: type.kind });
  }
  const items = await itemsOf(context, String(line['productid']));
  const product = idOf(values, 'productid');
  const item = items.find((one) => !isRequired(one) && one['associatedproduct'] === product);
  const optional = items.flatMap((one) => (isRequired(one) ? [] : [String(one['name'])]));
  if (!item || product === undefined || values['isproductoverridden'] === true) {
    throw fail('BUNDLE_PART_UNKNOWN', {
      bundle: String(line[type.lineName]),
      optional: optional.length === 0 ? 'nothing' : optional.join(', '),
    });
  }
  const known = await partsOf(context, type, bundle);
  if (known.some((part) => part['productid'] === product)) {
    throw fail('BUNDLE_PART_TWICE', { part: String(item['name']), bundle: String(line[type.lineName]) });
  }
  await soldProduct(context, product);
  const each = decimalOf(values['quantityperbundle']) ?? decimalOf(item['quantity']) ?? '1';
  Object.assign(values, {
    producttypecode: LINE_TYPE.optional,
    quantityperbundle: each,
    quantity: times(each, line['quantity']),
    uomid: values['uomid'] ?? item['uomid'] ?? null,
  });
}

const OWN = ['productid', 'productdescription', 'isproductoverridden', 'uomid', 'quantity'];
const PRICE = ['ispriceoverridden', 'priceperunit', 'manualdiscountamount', 'quantityperbundle'];

/** What a part is, and how much of it, its bundle says; what a required one costs, too. */
async function keepPart(context: HandlerContext, type: DocumentType, before: Row): Promise<void> {
  const { values, system } = context;
  const required = before['producttypecode'] === LINE_TYPE.required;
  const kept = required ? [...OWN, ...PRICE] : OWN;
  if (kept.some((name) => name in values && !isSameValue(values[name], before[name]))) {
    throw fail('BUNDLE_PART_FIXED', {
      part: String(before[type.lineName]),
      what: required ? 'everything' : 'how much',
    });
  }
  if (required || !('quantityperbundle' in values)) return;
  const line = await system.retrieve(type.line, String(before['parentbundleidref']));
  values['quantityperbundle'] ??= '1';
  values['quantity'] = times(values['quantityperbundle'], line?.['quantity']);
}

function isSameValue(next: unknown, last: unknown): boolean {
  const [one, other] = [next ?? null, last ?? null];
  if (typeof one === 'boolean' || typeof other === 'boolean') return (one ?? false) === (other ?? false);
  if (one === null || other === null) return one === other;
  return typeof other === 'number' ? big(one).eq(big(other)) : String(one) === String(other);
}

/** A required part leaves only with its bundle. */
export function refuseRemoval(type: DocumentType, before: Row): void {
  if (before['producttypecode'] !== LINE_TYPE.required) return;
  throw fail('BUNDLE_PART_REQUIRED', { part: String(before[type.lineName]) });
}

function partsOf({ system }: HandlerContext, type: DocumentType, bundle: string): Promise<readonly Row[]> {
  return listRows(system, type.line, `$filter=_parentbundleidref_value eq ${bundle}&$orderby=lineitemnumber asc`);
}

/** After the write of a line: its parts as its product and quantity say. `before`: absent on creation. */
export async function alignParts(
  context: HandlerContext,
  type: DocumentType,
  before: Row | undefined,
  row: Row,
): Promise<void> {
  if (idOf(row, 'parentbundleidref') !== undefined) return;
  const { system } = context;
  const id = String(row[`${type.line}id`]);
  const isBundle = row['producttypecode'] === LINE_TYPE.bundle;
  const wasBundle = before?.['producttypecode'] === LINE_TYPE.bundle;
  const isSame = wasBundle && before['productid'] === row['productid'];
  if (wasBundle && (!isBundle || !isSame)) {
    for (const part of await partsOf(context, type, id)) {
      await system.remove(type.line, String(part[`${type.line}id`]));
    }
  }
  if (!isBundle) return;
  if (!isSame) return expand(context, type, id, row);
  if (big(before['quantity']).eq(big(row['quantity']))) return;
  for (const part of await partsOf(context, type, id)) {
    await system.update(type.line, String(part[`${type.line}id`]), {
      quantity: times(part['quantityperbundle'] ?? '1', row['quantity']),
      // Says that it is us; the document is priced afterwards.
      [PRICED_LINE]: decimalOf(part[PRICED_LINE]) ?? '0',
    });
  }
}

async function expand(context: HandlerContext, type: DocumentType, id: string, row: Row): Promise<void> {
  const { system } = context;
  const items = (await itemsOf(context, String(row['productid']))).filter(isRequired);
  for (const item of items) {
    const held = await soldProduct(context, String(item['associatedproduct']));
    // Rules of the catalog keep bundles out of bundles; a row that came by another way goes no deeper than this.
    if (held?.['productstructure'] !== STRUCTURE.product) {
      throw fail('BUNDLE_NESTED', { bundle: String(row[type.lineName] ?? ''), part: String(item['name']) });
    }
  }
  const number = Number(row['lineitemnumber'] ?? 0);
  await system.createMany(
    type.line,
    items.map((item, index) => ({
      [type.parent]: row[type.parent],
      [type.lineName]: item['name'],
      parentbundleidref: id,
      productid: item['associatedproduct'],
      uomid: item['uomid'] ?? null,
      producttypecode: LINE_TYPE.required,
      quantityperbundle: decimalOf(item['quantity']) ?? '1',
      quantity: times(item['quantity'] ?? '1', row['quantity']),
      lineitemnumber: number + index + 1,
      transactioncurrencyid: row['transactioncurrencyid'],
      [PRICED_LINE]: '0',
    })),
  );
}
