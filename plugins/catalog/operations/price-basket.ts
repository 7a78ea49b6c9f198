// catalog_Price: what a basket would cost, and why, without a document being written. Priced as the plugin itself, so that everybody
// gets the same price; asked only of products the caller may see, and told of costs only where the caller may read them.
import { defineOperation, type NamedRow, type OperationContext, type Violation } from 'peyvand/sdk';
import { STATE } from '../product-states.ts';
import { priceDocument } from '../pricing/price-document.ts';
import type { PricedDocument } from '../pricing/priced-document.ts';
import type { LineInput } from '../pricing/pricing-input.ts';
import { agreedListOf, catalogOf, currencyOf, customerOf, type Catalog } from '../trade/price-input.ts';
import { dayOf, listByIds } from '../trade/rows.ts';

const COSTS = ['currentcost', 'standardcost'] as const;
const MOST_LINES = 200;
const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const MEMBERS = ['quantity', 'price', 'discountPercent', 'discountAmount'] as const;

function wrong(target: string, message: string): Violation {
  return { code: 'PARAMETER_INVALID', target, message };
}

/** Lines as the engine takes them; what is no decimal the engine refuses by itself. */
function linesOf(value: unknown, refuse: OperationContext['refuse']): readonly LineInput[] {
  const example = '[{"product": "<id>", "quantity": "5"}]';
  if (!Array.isArray(value) || value.length === 0) return refuse(wrong('Lines', `Lines is a list: ${example}.`));
  if (value.length > MOST_LINES) return refuse(wrong('Lines', `At most ${MOST_LINES} lines are priced at once.`));
  const problems: Violation[] = [];
  const lines = value.map((line: unknown, index): LineInput => {
    const row = (typeof line === 'object' && line !== null ? line : {}) as Readonly<Record<string, unknown>>;
    const id = String(index + 1);
    const uuid = (member: string): string | undefined => {
      const named = row[member] ?? undefined;
      if (named === undefined) return undefined;
      if (typeof named === 'string' && ID.test(named)) return named.toLowerCase();
      problems.push(wrong(`Lines/${id}/${member}`, `${member} of line ${id} is an id.`));
      return undefined;
    };
    const [productId, unitId, bundle] = [uuid('product'), uuid('unit'), row['bundleLine'] ?? undefined];
    const given = MEMBERS.flatMap((member) => {
      const amount = row[member] ?? undefined;
      if (amount === undefined) return [];
      if (typeof amount === 'string' || typeof amount === 'number') return [[member, String(amount)] as const];
      problems.push(wrong(`Lines/${id}/${member}`, `${member} of line ${id} is a decimal.`));
      return [];
    });
    return {
      id,
      quantity: '1',
      ...(productId !== undefined && { productId }),
      ...(unitId !== undefined && { unitId }),
      ...Object.fromEntries(given),
      ...(row['discountPer'] === 'unit' && { discountPer: 'unit' as const }),
      ...(bundle !== undefined && { bundleLineId: String(bundle) }),
    };
  });
  return problems.length > 0 ? refuse(...problems) : lines;
}

/** Refuses products that are not sold any more or that the caller does not see; answers whether the caller reads what they cost. */
async function mayReadCosts(
  { records, refuse }: OperationContext,
  catalog: Catalog,
  ids: readonly string[],
): Promise<boolean> {
  let all = true;
  // What bundles and kits hold says what they cost: it is looked at with what was asked for.
  // By a query, which tells of secured fields only whoever may read them.
  const named = new Set([...ids, ...catalog.rows.keys()]);
  const visible = await listByIds(records, 'product', 'productid', named);
  const shown = new Map(visible.map((row) => [String(row['productid']), row]));
  for (const id of named) {
    const [known, seen] = [catalog.rows.get(id), shown.get(id)];
    if (!seen && ids.includes(id)) refuse(wrong('Lines', `There is no product ${id}, or you may not see it.`));
    if (ids.includes(id) && known?.['statecode'] === STATE.retired) {
      refuse(wrong('Lines', `${String(known['name'])} is retired: it is not sold any more.`));
    }
    if (COSTS.some((cost) => (known?.[cost] ?? null) !== (seen?.[cost] ?? null))) all = false;
  }
  return all;
}

const isOfCost = (method: string | undefined): boolean => method?.endsWith('-cost') === true;

/**
 * The same document without what tells a cost: no cost and no margin, not even that a margin is too low, for whoever tries one price
 * after the other would find the cost by it; prices that lost and are computed from a cost tell nothing, either.
 */
function withoutCosts(priced: PricedDocument): PricedDocument {
  const { cost: _cost, margin: _margin, marginPercent: _percent, ...totals } = priced.totals;
  return {
    ...priced,
    totals,
    flags: priced.flags.filter(({ code }) => code !== 'margin-below-minimum'),
    lines: priced.lines.map(({ cost: _lineCost, margin: _lineMargin, marginPercent: _linePercent, ...line }) => ({
      ...line,
      candidates: line.candidates.map(({ price, ...candidate }) => ({
        ...candidate,
        ...(price !== undefined && !(isOfCost(candidate.method) && candidate.outcome !== 'won') && { price }),
      })),
      steps: line.steps.map((step) =>
        step.code === 'price-method' && isOfCost(step.facts['method'])
          ? { ...step, facts: { method: step.facts['method'] ?? '' } }
          : step,
      ),
    })),
  };
}

export const priceBasket = defineOperation({
  name: 'catalog_Price',
  kind: 'action',
  parameters: [
    {
      name: 'Lines',
      type: 'json',
      description:
        '[{"product": "<id>", "quantity": "5", "unit": "<id>", "price": "…", "discountPercent": "…", "discountAmount": "…", "discountPer": "unit", "bundleLine": "1"}]; without a product a price.',
    },
    { name: 'Currency', type: 'entity', entity: 'transactioncurrency' },
    {
      name: 'Customer',
      type: 'entity',
      optional: true,
      description: 'An account or contact: its segment and territory.',
    },
    { name: 'PriceList', type: 'entity', entity: 'pricelevel', optional: true },
    { name: 'Date', type: 'date', optional: true, description: 'Absent: today.' },
    { name: 'Codes', type: 'text', optional: true, description: 'Codes of promotions, separated by spaces.' },
    { name: 'DiscountPercent', type: 'decimal', optional: true },
    { name: 'DiscountAmount', type: 'decimal', optional: true },
    { name: 'Freight', type: 'decimal', optional: true },
  ],
  returns: { type: 'json' },
  description:
    'Prices a basket without writing anything: amounts of every line and of the whole, and how they came about.',
  async run(context) {
    const { parameters, records, system, settings, refuse, now, timeZone } = context;
    const lines = linesOf(parameters['Lines'], refuse);
    const products = [...new Set(lines.flatMap(({ productId }) => productId ?? []))];
    const customer = parameters['Customer'] as NamedRow | undefined;
    if (customer && customer.entity !== 'account' && customer.entity !== 'contact') {
      refuse(wrong('Customer', 'Customer is an account or a contact.'));
    }
    if (customer && !(await records.retrieve(customer.entity, customer.id))) {
      refuse(wrong('Customer', 'There is no such customer, or you may not see it.'));
    }
    const catalog = await catalogOf(system, products);
    const readsCosts = await mayReadCosts(context, catalog, products);
    const currency = (parameters['Currency'] as NamedRow).id;
    const list =
      (parameters['PriceList'] as NamedRow | undefined)?.id ?? (await agreedListOf(system, customer, currency));
    const text = (name: string): string | undefined => {
      const value = parameters[name] ?? undefined;
      return value === undefined ? undefined : String(value);
    };
    const [discountPercent, discountAmount, freight] = [
      text('DiscountPercent'),
      text('DiscountAmount'),
      text('Freight'),
    ];
    const { minimumMarginPercent: margin, maximumDiscountPercent: discount } = settings;
    const priced = priceDocument({
      date: text('Date') ?? dayOf(now, timeZone),
      currency: await currencyOf(system, currency),
      lines,
      rounding: { method: settings['rounding'] === 'half-even' ? 'half-even' : 'half-up' },
      customer: await customerOf(system, customer),
      ...(list !== undefined && { priceListId: list }),
      products: catalog.products,
      units: catalog.units,
      priceLists: catalog.priceLists,
      discountLists: catalog.discountLists,
      promotions: catalog.promotions,
      codes: (text('Codes') ?? '').split(/[\s,،;]+/u).filter((code) => code !== ''),
      ...(discountPercent !== undefined && { discountPercent }),
      ...(discountAmount !== undefined && { discountAmount }),
      ...(freight !== undefined && { freight }),
      limits: {
        ...(typeof margin === 'number' && { minimumMargin: String(margin) }),
        ...(typeof discount === 'number' && { maximumDiscount: String(discount) }),
      },
    });
    return readsCosts ? priced : withoutCosts(priced);
  },
});
