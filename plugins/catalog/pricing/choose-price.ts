// Which price list wins for a line: every price of the product is a candidate, what cannot be used says why, and the first criterion
// in which two differ decides between them.
import { exact, textOf, ZERO, type Exact } from './exact.ts';
import { listPrice, type ListPrice, type ListPriceContext } from './list-price.ts';
import type { CandidateReason, PriceCandidate } from './priced-document.ts';
import type { PriceList, PriceListItem, PricingCustomer, PricingProduct } from './pricing-input.ts';
import { conversion } from './unit-factors.ts';

/** Prices by the product or family that they are for. */
export type PricesByProduct = ReadonlyMap<
  string,
  readonly { readonly list: PriceList; readonly item: PriceListItem }[]
>;

export interface PriceQuestion extends ListPriceContext {
  readonly prices: PricesByProduct;
  readonly quantity: Exact;
  readonly date: string;
  readonly customer: PricingCustomer;
  readonly priceListId: string | undefined;
  readonly onlyPriceList: boolean;
}

export interface ChosenPrice extends ListPrice {
  readonly list: PriceList;
  readonly item: PriceListItem;
}

export interface PriceChoice {
  readonly winner?: ChosenPrice;
  /** The winner first, then those that lost, best first, then those that cannot be used. */
  readonly candidates: readonly PriceCandidate[];
}

export function pricesByProduct(lists: readonly PriceList[]): PricesByProduct {
  const prices = new Map<string, { list: PriceList; item: PriceListItem }[]>();
  for (const list of lists) {
    for (const item of list.items) {
      const known = prices.get(item.productId);
      if (known) known.push({ list, item });
      else prices.set(item.productId, [{ list, item }]);
    }
  }
  return prices;
}

interface Usable extends ChosenPrice {
  /** 0: the product itself; 1: its nearest family … */
  readonly distance: number;
  readonly ownUnit: boolean;
  /** In units of the line. */
  readonly from: Exact;
  readonly question: PriceQuestion;
}

/** From the first to the last: what makes a price the better one. Positive: the second is better. */
const criteria: readonly (readonly [CandidateReason, (one: Usable, other: Usable) => number])[] = [
  ['document-list', (a, b) => Number(isDocuments(b)) - Number(isDocuments(a))],
  ['priority', (a, b) => (b.list.priority ?? 0) - (a.list.priority ?? 0)],
  ['specificity', (a, b) => specificity(b.list) - specificity(a.list)],
  ['default-list', (a, b) => Number(isDefault(b)) - Number(isDefault(a))],
  ['own-product', (a, b) => a.distance - b.distance],
  ['own-unit', (a, b) => Number(b.ownUnit) - Number(a.ownUnit)],
  ['quantity-break', (a, b) => b.from.cmp(a.from)],
  ['price', (a, b) => a.price.cmp(b.price)],
  ['id', (a, b) => (a.item.id < b.item.id ? -1 : 1)],
];

function isDocuments({ list, question }: Usable): boolean {
  return list.id === question.priceListId;
}

function isDefault({ list, question }: Usable): boolean {
  return list.id === question.product.defaultPriceListId;
}

/** A list for some customers goes before one for all. */
function specificity({ territories = [], segments = [] }: PriceList): number {
  return Number(territories.length > 0) + Number(segments.length > 0);
}

function decide(one: Usable, other: Usable): { readonly reason: CandidateReason; readonly order: number } {
  for (const [reason, compare] of criteria) {
    const order = compare(one, other);
    if (order !== 0) return { reason, order };
  }
  return { reason: 'id', order: 0 };
}

export function choosePrice(question: PriceQuestion): PriceChoice {
  const { product, prices } = question;
  const usable: Usable[] = [];
  const unusable: PriceCandidate[] = [];
  for (const [distance, productId] of [product.id, ...(product.families ?? [])].entries()) {
    for (const { list, item } of prices.get(productId) ?? []) {
      const judged = judge(list, item, question);
      if (typeof judged === 'string') unusable.push(describe(list, item, { outcome: 'unusable', reason: judged }));
      else usable.push({ ...judged, list, item, distance, question });
    }
  }
  usable.sort((one, other) => decide(one, other).order);
  const [winner] = usable;
  const candidates = usable.map((one) => {
    const price = textOf(one.price, question.currency.precision);
    if (!winner || one === winner) return describe(one.list, one.item, { price, outcome: 'won', reason: 'won' });
    return describe(one.list, one.item, { price, outcome: 'lost', reason: decide(winner, one).reason });
  });
  unusable.sort((one, other) => (one.itemId < other.itemId ? -1 : 1));
  return { ...(winner && { winner }), candidates: [...candidates, ...unusable] };
}

function judge(
  list: PriceList,
  item: PriceListItem,
  question: PriceQuestion,
): CandidateReason | (ListPrice & Pick<Usable, 'ownUnit' | 'from'>) {
  const listed = judgeList(list, question);
  if (listed) return listed;
  const itemUnit = item.unitId ?? question.product.defaultUnitId;
  const unit = conversion(question.units, itemUnit, question.unitId);
  if (!unit) return 'unit';
  const minimum = item.minimumQuantity === undefined ? ZERO : exact(item.minimumQuantity);
  // Compared across, for a quotient need not be exact.
  if (question.quantity.times(unit.times).lt(minimum.times(unit.over))) return 'quantity';
  const found = listPrice(item, question);
  if (typeof found === 'string') return found;
  return { ...found, ownUnit: itemUnit === question.unitId, from: minimum.times(unit.over).div(unit.times) };
}

function judgeList(list: PriceList, question: PriceQuestion): CandidateReason | undefined {
  const { date, customer, currency, priceListId, onlyPriceList } = question;
  if (list.active === false) return 'inactive';
  if (list.currencyId !== currency.id) return 'currency';
  if (onlyPriceList && list.id !== priceListId) return 'not-chosen';
  if (list.validFrom !== undefined && date < list.validFrom) return 'not-yet-valid';
  if (list.validTo !== undefined && date > list.validTo) return 'expired';
  if (!meets(list.territories, customer.territories)) return 'territory';
  if (!meets(list.segments, customer.segments)) return 'segment';
  return undefined;
}

/** Nothing asked for, or something in common. */
export function meets(asked: readonly string[] = [], had: readonly string[] = []): boolean {
  return asked.length === 0 || asked.some((one) => had.includes(one));
}

function describe(
  list: PriceList,
  item: PriceListItem,
  verdict: Pick<PriceCandidate, 'price' | 'outcome' | 'reason'>,
): PriceCandidate {
  return {
    priceListId: list.id,
    ...(list.name !== undefined && { priceListName: list.name }),
    itemId: item.id,
    productId: item.productId,
    ...(item.unitId !== undefined && { unitId: item.unitId }),
    priority: list.priority ?? 0,
    minimumQuantity: item.minimumQuantity ?? '0',
    method: item.method,
    ...verdict,
  };
}

/** Whether a product is one of these, or of a family of these. */
export function isOneOf(product: PricingProduct | undefined, ids: readonly string[]): boolean {
  return product !== undefined && [product.id, ...(product.families ?? [])].some((id) => ids.includes(id));
}
