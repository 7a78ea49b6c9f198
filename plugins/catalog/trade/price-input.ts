// What the pricing engine is to know of the catalog for one document: its products with their families, units, lists, discounts and
// promotions, read as the plugin itself, whatever the caller may see.
import type { Records, Row } from 'peyvand/sdk';
import type {
  DiscountList,
  PriceList,
  PriceListItem,
  PricingCurrency,
  PricingCustomer,
  PricingMethod,
  PricingProduct,
  PricingUnit,
  Promotion,
  PromotionConditions,
  PromotionEffect,
} from '../pricing/pricing-input.ts';
import { big, decimalOf, idOf, listByIds, listRows, namedOf } from './rows.ts';

const STRUCTURES = ['product', 'family', 'bundle', 'kit'] as const;
const METHODS: readonly PricingMethod[] = [
  'amount',
  'percent-of-list',
  'markup-current-cost',
  'margin-current-cost',
  'markup-standard-cost',
  'margin-standard-cost',
];
const POLICIES = ['none', 'up', 'down', 'nearest'] as const;
/** Families above families: deeper than anybody nests them. */
const LEVELS = 20;

export interface Catalog {
  readonly products: readonly PricingProduct[];
  readonly units: readonly PricingUnit[];
  readonly priceLists: readonly PriceList[];
  readonly discountLists: readonly DiscountList[];
  readonly promotions: readonly Promotion[];
  /** Rows of the products on the lines, of their families, and of what bundles hold, by id. */
  readonly rows: ReadonlyMap<string, Row>;
}

type Customer = { readonly entity: string; readonly id: string } | undefined;

/** A field of the customer; of a contact that says nothing itself, what its company says. */
async function customerFields(system: Records, named: Customer): Promise<(field: string) => unknown> {
  const row = named && (await system.retrieve(named.entity, named.id));
  const company = row && named.entity === 'contact' ? namedOf(row, 'parentcustomerid') : undefined;
  const above = company?.entity === 'account' ? await system.retrieve('account', company.id) : undefined;
  return (field) => row?.[field] ?? above?.[field] ?? undefined;
}

/** The price list that was agreed on with a customer, where it can be used at all. */
export async function agreedListOf(
  system: Records,
  named: Customer,
  currency: string | undefined,
): Promise<string | undefined> {
  const id = (await customerFields(system, named))('defaultpricelevelid');
  const list = typeof id === 'string' ? await system.retrieve('pricelevel', id) : undefined;
  if (list?.['statecode'] !== 0) return undefined;
  return currency === undefined || list['transactioncurrencyid'] === currency ? String(id) : undefined;
}

/** What price lists and promotions ask of a customer: the segment, the territory with those it is part of. */
export async function customerOf(system: Records, named: Customer): Promise<PricingCustomer> {
  const of = await customerFields(system, named);
  const segment = of('pricingsegment');
  const territory = of('territoryid');
  const territories: string[] = [];
  for (let id = typeof territory === 'string' ? territory : undefined; id !== undefined && !territories.includes(id);) {
    territories.push(id);
    id = idOf((await system.retrieve('territory', id)) ?? {}, 'parentterritoryid');
  }
  return {
    ...(segment !== undefined && { segments: [String(segment)] }),
    ...(territories.length > 0 && { territories }),
  };
}

/** The currencies' rates against the base currency, and the one that is asked for. */
export async function currencyOf(system: Records, id: string): Promise<PricingCurrency> {
  const currencies = await listRows(
    system,
    'transactioncurrency',
    '$select=transactioncurrencyid,exchangerate,currencyprecision',
  );
  const currency = currencies.find((one) => one['transactioncurrencyid'] === id);
  return {
    id,
    precision: Math.min(2, Number(currency?.['currencyprecision'] ?? 2)),
    rates: Object.fromEntries(
      currencies.map((one) => [String(one['transactioncurrencyid']), decimalOf(one['exchangerate']) ?? '1']),
    ),
  };
}

/** `used`: what the document itself has used of promotions already, which is still there for it. */
export async function catalogOf(
  system: Records,
  productIds: Iterable<string>,
  used: ReadonlyMap<string, Row> = new Map(),
): Promise<Catalog> {
  const asked = await withFamilies(system, productIds);
  const bundled = await listByIds(
    system,
    'productassociation',
    '_productid_value',
    [...asked.values()].flatMap((row) => (Number(row['productstructure']) >= 3 ? [String(row['productid'])] : [])),
  );
  // What bundles and kits hold says what they cost.
  const held = bundled.flatMap((item) => idOf(item, 'associatedproduct') ?? []);
  const rows = held.length === 0 ? asked : await withFamilies(system, [...asked.keys(), ...held]);
  const sold = [...rows.values()].filter((row) => STRUCTURES[Number(row['productstructure']) - 1] !== 'family');
  const groups = new Set(sold.flatMap((row) => idOf(row, 'defaultuomscheduleid') ?? []));
  const items = await listByIds(system, 'productpricelevel', '_productid_value', rows.keys());
  const lists = await listByIds(
    system,
    'pricelevel',
    'pricelevelid',
    items.flatMap((item) => idOf(item, 'pricelevelid') ?? []),
  );
  const discounts = items.flatMap((item) => idOf(item, 'discounttypeid') ?? []);
  const tiers = await listByIds(system, 'discount', '_discounttypeid_value', discounts);
  const units = await listByIds(system, 'uom', '_uomscheduleid_value', groups);
  return {
    rows,
    products: [...rows.values()].map((row) => productOf(row, rows, bundled)),
    units: units.map(unitOf),
    priceLists: lists.map((list) =>
      listOf(
        list,
        items.filter((item) => item['pricelevelid'] === list['pricelevelid']),
      ),
    ),
    discountLists: (await listByIds(system, 'discounttype', 'discounttypeid', discounts)).map((list) =>
      discountListOf(
        list,
        tiers.filter((tier) => tier['discounttypeid'] === list['discounttypeid']),
      ),
    ),
    promotions: (await listRows(system, 'promotion', '$filter=statecode eq 0')).flatMap((row) =>
      promotionOf(row, used),
    ),
  };
}

async function withFamilies(system: Records, ids: Iterable<string>): Promise<ReadonlyMap<string, Row>> {
  const rows = new Map<string, Row>();
  let wanted: readonly string[] = [...new Set(ids)];
  for (let level = 0; wanted.length > 0 && level < LEVELS; level++) {
    for (const row of await listByIds(system, 'product', 'productid', wanted)) rows.set(String(row['productid']), row);
    const above = wanted.flatMap((id) => idOf(rows.get(id) ?? {}, 'parentproductid') ?? []);
    wanted = [...new Set(above)].filter((id) => !rows.has(id));
  }
  return rows;
}

function familiesOf(row: Row, rows: ReadonlyMap<string, Row>): readonly string[] {
  const families: string[] = [];
  for (let id = idOf(row, 'parentproductid'); id !== undefined && !families.includes(id);) {
    families.push(id);
    id = idOf(rows.get(id) ?? {}, 'parentproductid');
  }
  return families;
}

/** Members that have a value. */
function known<T extends object>(members: { readonly [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as T;
}

function dayOf(row: Row, field: string): string | undefined {
  return idOf(row, field)?.slice(0, 10);
}

function productOf(row: Row, rows: ReadonlyMap<string, Row>, bundled: readonly Row[]): PricingProduct {
  const id = String(row['productid']);
  const decimals = row['quantitydecimal'];
  return known<PricingProduct>({
    id,
    structure: STRUCTURES[Number(row['productstructure'] ?? 1) - 1] ?? 'product',
    families: familiesOf(row, rows),
    defaultUnitId: idOf(row, 'defaultuomid'),
    listPrice: decimalOf(row['price']),
    currentCost: decimalOf(row['currentcost']),
    standardCost: decimalOf(row['standardcost']),
    currencyId: idOf(row, 'transactioncurrencyid'),
    minimumMargin: decimalOf(row['minimummargin']),
    taxRate: decimalOf(row['taxrate']),
    quantityDecimals: typeof decimals === 'number' ? decimals : undefined,
    validFrom: dayOf(row, 'validfromdate'),
    validTo: dayOf(row, 'validtodate'),
    defaultPriceListId: idOf(row, 'pricelevelid'),
    items: bundled
      .filter((item) => item['productid'] === id)
      .map((item) =>
        known({
          productId: String(item['associatedproduct']),
          unitId: idOf(item, 'uomid'),
          quantity: decimalOf(item['quantity']) ?? '1',
          required: item['productisrequired'] !== false,
        }),
      ),
  });
}

function unitOf(row: Row): PricingUnit {
  return known<PricingUnit>({
    id: String(row['uomid']),
    groupId: String(row['uomscheduleid']),
    quantity: decimalOf(row['quantity']) ?? '1',
    baseUnitId: idOf(row, 'baseuom'),
  });
}

function segmentsOf(value: unknown): readonly string[] | undefined {
  if (Array.isArray(value)) return value.map(String);
  return typeof value === 'string' && value !== '' ? value.split(',') : undefined;
}

function territoriesOf(row: Row): readonly string[] | undefined {
  const territory = idOf(row, 'territoryid');
  return territory === undefined ? undefined : [territory];
}

function listOf(list: Row, items: readonly Row[]): PriceList {
  return known<PriceList>({
    id: String(list['pricelevelid']),
    name: idOf(list, 'name'),
    currencyId: String(list['transactioncurrencyid']),
    active: list['statecode'] === 0,
    validFrom: dayOf(list, 'begindate'),
    validTo: dayOf(list, 'enddate'),
    priority: Number(list['priority'] ?? 0),
    territories: territoriesOf(list),
    segments: segmentsOf(list['segments']),
    items: items.map(itemOf),
  });
}

function itemOf(item: Row): PriceListItem {
  const policy = POLICIES[Number(item['roundingpolicycode'] ?? 1) - 1] ?? 'none';
  return known<PriceListItem>({
    id: String(item['productpricelevelid']),
    productId: String(item['productid']),
    unitId: idOf(item, 'uomid'),
    minimumQuantity: decimalOf(item['minimumquantity']),
    method: METHODS[Number(item['pricingmethodcode'] ?? 1) - 1] ?? 'amount',
    amount: decimalOf(item['amount']),
    percentage: decimalOf(item['percentage']),
    rounding:
      policy === 'none'
        ? undefined
        : {
            policy,
            option: item['roundingoptioncode'] === 1 ? 'ends-in' : 'multiple-of',
            amount: decimalOf(item['roundingoptionamount']) ?? '0',
          },
    discountListId: idOf(item, 'discounttypeid'),
    quantities: item['quantitysellingcode'] === 2 ? 'whole' : 'any',
  });
}

function discountListOf(list: Row, tiers: readonly Row[]): DiscountList {
  const isAmount = list['isamounttype'] === true;
  return known<DiscountList>({
    id: String(list['discounttypeid']),
    name: idOf(list, 'name'),
    kind: isAmount ? 'amount' : 'percent',
    currencyId: idOf(list, 'transactioncurrencyid'),
    active: list['statecode'] === 0,
    tiers: tiers.map((tier) =>
      known({
        from: decimalOf(tier['lowquantity']) ?? '0',
        to: decimalOf(tier['highquantity']),
        value: decimalOf(tier[isAmount ? 'amount' : 'percentage']) ?? '0',
      }),
    ),
  });
}

function effectOf(row: Row): PromotionEffect | undefined {
  const [percent, amount] = [decimalOf(row['percentage']) ?? '0', decimalOf(row['amount']) ?? '0'];
  switch (row['effect']) {
    case 1:
      return { kind: 'percent', value: percent };
    case 2:
      return { kind: 'amount', value: amount };
    case 3:
      return { kind: 'amount-per-unit', value: amount };
    case 4:
      return { kind: 'fixed-price', value: amount };
    case 5: {
      const got = idOf(row, 'getproductid');
      return {
        kind: 'buy-get',
        buy: Number(row['buyquantity'] ?? 1),
        get: Number(row['getquantity'] ?? 1),
        percent: decimalOf(row['percentage']) ?? '100',
        ...(got !== undefined && { products: [got] }),
      };
    }
    default:
      return undefined;
  }
}

function promotionOf(row: Row, held: ReadonlyMap<string, Row>): readonly Promotion[] {
  const effect = effectOf(row);
  if (!effect) return [];
  const own = held.get(String(row['promotionid']));
  const left = (limit: string, used: string, mine: unknown) =>
    decimalOf(row[limit]) === undefined ? undefined : big(row[limit]).minus(big(row[used])).plus(big(mine)).toFixed();
  const uses = left('uselimit', 'used', own ? 1 : 0);
  const product = idOf(row, 'productid');
  return [
    known<Promotion>({
      id: String(row['promotionid']),
      name: idOf(row, 'name'),
      active: true,
      validFrom: dayOf(row, 'begindate'),
      validTo: dayOf(row, 'enddate'),
      priority: Number(row['priority'] ?? 0),
      code: idOf(row, 'code'),
      scope: row['scope'] === 2 ? 'document' : 'lines',
      effect,
      conditions: known<PromotionConditions>({
        segments: segmentsOf(row['segments']),
        territories: territoriesOf(row),
        products: product === undefined ? undefined : [product],
        minimumQuantity: decimalOf(row['minimumquantity']),
        minimumAmount: decimalOf(row['minimumamount']),
      }),
      cap: decimalOf(row['cap']),
      group: idOf(row, 'exclusivitygroup'),
      exclusive: row['exclusive'] === true,
      currencyId: idOf(row, 'transactioncurrencyid'),
      budgetLeft: left('budget', 'budgetused', own?.['amount']),
      usesLeft: uses === undefined ? undefined : Number(uses),
    }),
  ];
}
