// The price that one item of a price list gives: by its method, from amounts of the product, rounded by its policy, for the unit of
// the line.
import { exact, HUNDRED, round, textOf, type Exact } from './exact.ts';
import type { PricingStep } from './priced-document.ts';
import type { PriceListItem, PricingCurrency, PricingMethod, PricingProduct } from './pricing-input.ts';
import { roundPrice } from './round-price.ts';
import { conversion, type UnitFactors } from './unit-factors.ts';

export interface ListPriceContext {
  readonly product: PricingProduct;
  readonly unitId: string | undefined;
  readonly units: UnitFactors;
  readonly currency: PricingCurrency;
  /** Decimals of computed unit prices. */
  readonly precision: number;
}

export interface ListPrice {
  readonly price: Exact;
  readonly steps: readonly PricingStep[];
}

/** From what on the product a method computes. */
const baseOf: Readonly<Record<PricingMethod, 'listPrice' | 'currentCost' | 'standardCost' | undefined>> = {
  amount: undefined,
  'percent-of-list': 'listPrice',
  'markup-current-cost': 'currentCost',
  'margin-current-cost': 'currentCost',
  'markup-standard-cost': 'standardCost',
  'margin-standard-cost': 'standardCost',
};

/** An amount of the product, of one of `unitId`, in the document's currency; undefined where it is not known. */
export function productAmount(
  product: PricingProduct,
  what: 'listPrice' | 'currentCost' | 'standardCost',
  unitId: string | undefined,
  { units, currency }: Pick<ListPriceContext, 'units' | 'currency'>,
): Exact | undefined {
  const text = product[what];
  const unit = conversion(units, product.defaultUnitId, unitId);
  if (text === undefined || !unit) return undefined;
  const rate = exchange(product.currencyId, currency);
  return rate && exact(text).times(rate.times).times(unit.times).div(rate.over).div(unit.over);
}

function exchange(from: string | undefined, { id, rates }: PricingCurrency) {
  const one = exact('1');
  if (from === undefined || from === id) return { times: one, over: one };
  const [mine, theirs] = [rates?.[id], rates?.[from]];
  return mine === undefined || theirs === undefined ? undefined : { times: exact(mine), over: exact(theirs) };
}

/** `no-base`: the product lacks what the method computes from. `unit`: the item's unit cannot be converted into the line's. */
export function listPrice(item: PriceListItem, context: ListPriceContext): ListPrice | 'no-base' | 'unit' {
  const { product, unitId, units, currency, precision } = context;
  const itemUnit = item.unitId ?? product.defaultUnitId;
  const unit = conversion(units, itemUnit, unitId);
  if (!unit) return 'unit';
  const steps: PricingStep[] = [];
  const method = methodPrice(item, itemUnit, context);
  if (!method) return 'no-base';
  let { price } = method;
  steps.push({ code: 'price-method', amount: textOf(price, currency.precision), facts: method.facts });
  if (method.exchanged !== undefined) {
    steps.push({
      code: 'price-exchange',
      amount: textOf(price, currency.precision),
      facts: { from: method.exchanged },
    });
  }
  const { rounding } = item;
  if (rounding && rounding.policy !== 'none' && item.method !== 'amount') {
    price = roundPrice(price, rounding);
    const { policy, option, amount } = rounding;
    steps.push({
      code: 'price-rounding',
      amount: textOf(price, currency.precision),
      facts: { policy, option, amount },
    });
  }
  if (!unit.times.eq(unit.over)) {
    price = round(price.times(unit.times).div(unit.over), precision);
    steps.push({
      code: 'price-unit',
      amount: textOf(price, currency.precision),
      facts: { from: itemUnit ?? '', to: unitId ?? '', times: textOf(unit.times), over: textOf(unit.over) },
    });
  }
  return { price, steps };
}

interface MethodPrice {
  readonly price: Exact;
  readonly facts: Readonly<Record<string, string>>;
  /** The currency its base was in, where it was another one. */
  readonly exchanged?: string;
}

function methodPrice(
  item: PriceListItem,
  unitId: string | undefined,
  context: ListPriceContext,
): MethodPrice | undefined {
  const { method, amount, percentage } = item;
  const what = baseOf[method];
  if (what === undefined) {
    return amount === undefined ? undefined : { price: exact(amount), facts: { method, amount } };
  }
  const { product, currency, precision } = context;
  const base = productAmount(product, what, unitId, context);
  if (!base || percentage === undefined) return undefined;
  const percent = exact(percentage);
  const computed = computedPrice(method, base, percent);
  if (!computed) return undefined;
  const known = currency.precision;
  return {
    price: round(computed, precision),
    facts: { method, base: textOf(round(base, precision), known), percentage: textOf(percent) },
    ...(product.currencyId !== undefined && product.currencyId !== currency.id && { exchanged: product.currencyId }),
  };
}

function computedPrice(method: PricingMethod, base: Exact, percent: Exact): Exact | undefined {
  if (method === 'percent-of-list') return base.times(percent).div(HUNDRED);
  if (method === 'markup-current-cost' || method === 'markup-standard-cost') {
    return base.times(HUNDRED.plus(percent)).div(HUNDRED);
  }
  // A margin of 100 percent and more would leave no cost.
  return percent.gte(HUNDRED) ? undefined : base.times(HUNDRED).div(HUNDRED.minus(percent));
}
