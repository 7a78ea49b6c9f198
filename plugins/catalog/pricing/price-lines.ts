// The first half of the engine: each line by itself, from its price to its amount after the discounts by hand. Nothing is rounded to
// the currency here but unit prices.
import { choosePrice, pricesByProduct, type ChosenPrice, type PriceChoice } from './choose-price.ts';
import { exact, HUNDRED, least, ONE, percentOf, sum, textOf, ZERO, type Exact } from './exact.ts';
import { productAmount } from './list-price.ts';
import type { PricedLine, PricingFlag, PricingStep } from './priced-document.ts';
import type { LineInput, PricingInput, PricingProduct } from './pricing-input.ts';
import { conversion, type UnitFactors } from './unit-factors.ts';
import { volumeDiscount } from './volume-discount.ts';

export interface LineDraft {
  readonly input: LineInput;
  readonly product: PricingProduct | undefined;
  readonly unitId: string | undefined;
  readonly quantity: Exact;
  readonly price: Exact;
  readonly priceFrom: PricedLine['priceFrom'];
  readonly choice: PriceChoice;
  readonly volume: Exact;
  /** (price − volume) × quantity, exact. */
  readonly base: Exact;
  /** After the discount by hand, exact. */
  readonly afterManual: Exact;
  /** What the lists would take, where less was agreed by hand: for the whole line. */
  readonly conceded: Exact;
  /** Of the whole line. */
  readonly cost: Exact | undefined;
  readonly flags: readonly PricingFlag[];
  readonly steps: readonly PricingStep[];
}

export function priceLines(input: PricingInput, units: UnitFactors): readonly LineDraft[] {
  const products = new Map((input.products ?? []).map((product) => [product.id, product]));
  const lines = new Map(input.lines.map((line) => [line.id, line]));
  const prices = pricesByProduct(input.priceLists ?? []);
  const world = { input, units, products, lines, prices };
  return input.lines.map((line) => draft(line, world));
}

interface World {
  readonly input: PricingInput;
  readonly units: UnitFactors;
  readonly products: ReadonlyMap<string, PricingProduct>;
  readonly lines: ReadonlyMap<string, LineInput>;
  readonly prices: ReturnType<typeof pricesByProduct>;
}

function draft(line: LineInput, world: World): LineDraft {
  const { input, units, products } = world;
  const { currency } = input;
  const precision = input.pricePrecision ?? currency.precision;
  const product = line.productId === undefined ? undefined : products.get(line.productId);
  const unitId = line.unitId ?? product?.defaultUnitId;
  const quantity = exact(line.quantity);
  const flags: PricingFlag[] = [];
  const steps: PricingStep[] = [];
  const flag = (
    code: PricingFlag['code'],
    severity: PricingFlag['severity'],
    facts: Readonly<Record<string, string>> = {},
  ) => flags.push({ code, severity, lineId: line.id, facts });

  const isSold = !product || isOnSale(product, input.date);
  const choice: PriceChoice =
    product && isSold
      ? choosePrice({
          product,
          unitId,
          units,
          currency,
          precision,
          prices: world.prices,
          quantity,
          date: input.date,
          customer: input.customer ?? {},
          priceListId: input.priceListId,
          onlyPriceList: input.onlyPriceList ?? false,
        })
      : { candidates: [] };
  const { winner } = choice;
  if (!isSold) {
    flag('product-not-valid', 'error', {
      from: product?.validFrom ?? '',
      to: product?.validTo ?? '',
      date: input.date,
    });
  }
  if (product?.structure === 'family') flag('family-sold', 'error');
  checkQuantity(line, product, winner, flag);

  const place = bundlePlace(line, world);
  if (place === 'stranger') flag('not-in-bundle', 'error', { bundle: line.bundleLineId ?? '' });
  for (const missing of missingItems(line, product, world)) flag('bundle-item-missing', 'notice', { product: missing });

  const { price, priceFrom } = unitPrice(line, place, winner);
  steps.push(...priceSteps(line, priceFrom, winner, price, currency.precision));
  if (priceFrom === 'none') flag('no-price', 'error', { candidates: String(choice.candidates.length) });

  let volume = ZERO;
  const discountListId = priceFrom === 'list' ? winner?.item.discountListId : undefined;
  const discountList = input.discountLists?.find(({ id }) => id === discountListId);
  if (winner && discountList) {
    const unit = conversion(units, winner.item.unitId ?? product?.defaultUnitId, unitId) ?? { times: ONE, over: ONE };
    const found = volumeDiscount({ list: discountList, price, quantity, unit, currencyId: currency.id, precision });
    if (found) {
      volume = found.perUnit;
      steps.push(found.step);
    }
  }
  const base = price.minus(volume).times(quantity);
  steps.push({
    code: 'base-amount',
    amount: textOf(base, currency.precision),
    facts: {
      price: textOf(price, currency.precision),
      volume: textOf(volume, currency.precision),
      quantity: textOf(quantity),
    },
  });
  const wanted = manualDiscount(line, base, quantity);
  if (wanted.gt(base))
    flag('discount-capped', 'notice', { wanted: textOf(wanted), most: textOf(base, currency.precision) });
  const afterManual = base.minus(least(wanted, base));

  const atList = priceFrom === 'given' ? winner?.price : undefined;
  const conceded = atList?.gt(price) ? atList.minus(price).times(quantity) : ZERO;
  const cost = priceFrom === 'bundle' ? ZERO : costOf(line, product, unitId, world)?.times(quantity);
  return {
    input: line,
    product,
    unitId,
    quantity,
    price,
    priceFrom,
    choice,
    volume,
    base,
    afterManual,
    conceded,
    cost,
    flags,
    steps,
  };
}

function isOnSale({ validFrom, validTo }: PricingProduct, date: string): boolean {
  return !(validFrom !== undefined && date < validFrom) && !(validTo !== undefined && date > validTo);
}

function checkQuantity(
  line: LineInput,
  product: PricingProduct | undefined,
  winner: ChosenPrice | undefined,
  flag: (
    code: 'quantity-not-whole' | 'quantity-decimals',
    severity: 'error',
    facts: Readonly<Record<string, string>>,
  ) => void,
): void {
  const decimals = textOf(exact(line.quantity)).split('.')[1]?.length ?? 0;
  const { quantity } = line;
  if (winner?.item.quantities === 'whole' && decimals > 0) flag('quantity-not-whole', 'error', { quantity });
  else if (product?.quantityDecimals !== undefined && decimals > product.quantityDecimals) {
    flag('quantity-decimals', 'error', { quantity, decimals: String(product.quantityDecimals) });
  }
}

/** What a line is to the bundle it names. */
function bundlePlace(line: LineInput, { lines, products }: World): 'none' | 'required' | 'optional' | 'stranger' {
  if (line.bundleLineId === undefined) return 'none';
  if (line.bundlePart !== undefined) return line.bundlePart;
  const bundle = products.get(lines.get(line.bundleLineId)?.productId ?? '');
  const item = bundle?.items?.find(({ productId }) => productId === line.productId);
  if (!item) return 'stranger';
  return item.required ? 'required' : 'optional';
}

/** Required items that a bundle lacks, where its items are lines at all. */
function missingItems(line: LineInput, product: PricingProduct | undefined, { input }: World): readonly string[] {
  const items = input.lines.filter(({ bundleLineId }) => bundleLineId === line.id);
  if (product?.structure !== 'bundle' || items.length === 0) return [];
  return (product.items ?? [])
    .filter(({ required, productId }) => required && !items.some((item) => item.productId === productId))
    .map(({ productId }) => productId);
}

function unitPrice(
  line: LineInput,
  place: ReturnType<typeof bundlePlace>,
  winner: ChosenPrice | undefined,
): { readonly price: Exact; readonly priceFrom: PricedLine['priceFrom'] } {
  if (place === 'required') return { price: ZERO, priceFrom: 'bundle' };
  if (line.price !== undefined) return { price: exact(line.price), priceFrom: 'given' };
  return winner ? { price: winner.price, priceFrom: 'list' } : { price: ZERO, priceFrom: 'none' };
}

function priceSteps(
  line: LineInput,
  priceFrom: PricedLine['priceFrom'],
  winner: ChosenPrice | undefined,
  price: Exact,
  precision: number,
): readonly PricingStep[] {
  const amount = textOf(price, precision);
  if (priceFrom === 'bundle') return [{ code: 'price-bundle', amount, facts: { line: line.bundleLineId ?? '' } }];
  if (priceFrom === 'none') return [{ code: 'price-none', amount, facts: {} }];
  const listed: PricingStep[] = winner
    ? [
        {
          code: 'price-list',
          amount: textOf(winner.price, precision),
          facts: { list: winner.list.name ?? winner.list.id, item: winner.item.id },
        },
        ...winner.steps,
      ]
    : [];
  return priceFrom === 'given' ? [...listed.slice(0, 1), { code: 'price-given', amount, facts: {} }] : listed;
}

function manualDiscount(line: LineInput, base: Exact, quantity: Exact): Exact {
  const percent = line.discountPercent === undefined ? ZERO : percentOf(base, exact(line.discountPercent));
  const amount = line.discountAmount === undefined ? ZERO : exact(line.discountAmount);
  return percent.plus(line.discountPer === 'unit' ? amount.times(quantity) : amount);
}

/** The cost of one unit of the line. */
function costOf(
  line: LineInput,
  product: PricingProduct | undefined,
  unitId: string | undefined,
  { input, units, products }: World,
): Exact | undefined {
  if (line.cost !== undefined) return exact(line.cost);
  if (!product) return undefined;
  const context = { units, currency: input.currency };
  const own = productAmount(product, 'currentCost', unitId, context);
  if (own || (product.structure !== 'bundle' && product.structure !== 'kit')) return own;
  const items = (product.items ?? []).filter(({ required }) => required || product.structure === 'kit');
  const costs = items.map(({ productId, unitId: itemUnit, quantity }) => {
    const item = products.get(productId);
    return item && productAmount(item, 'currentCost', itemUnit ?? item.defaultUnitId, context)?.times(exact(quantity));
  });
  return costs.length === 0 || costs.includes(undefined)
    ? undefined
    : sum(costs.flatMap((cost) => (cost ? [cost] : [])));
}

/** What a margin is in percent of an amount, two decimals; undefined of nothing. */
export function percentText(part: Exact, of: Exact): string | undefined {
  return of.eq(ZERO) ? undefined : part.times(HUNDRED).div(of).toFixed(2);
}
