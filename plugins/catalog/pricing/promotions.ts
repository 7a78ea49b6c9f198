// Promotions: which of them count, in which order, and what each takes off which line. Works on amounts that are rounded already, and
// changes what remains of each line.
import { allocate } from './allocate.ts';
import { isOneOf, meets } from './choose-price.ts';
import {
  exact,
  floor,
  HUNDRED,
  least,
  round,
  sum,
  textOf,
  whole,
  ZERO,
  type Exact,
  type RoundingMethod,
} from './exact.ts';
import type { PromotionOutcome, PromotionReason } from './priced-document.ts';
import type { PricingCustomer, PricingProduct, Promotion } from './pricing-input.ts';

export interface PromotionLine {
  readonly id: string;
  readonly product: PricingProduct | undefined;
  readonly quantity: Exact;
  /** What is still to pay. */
  remaining: Exact;
  /** Exclusivity groups that have been at this line. */
  readonly groups: Set<string>;
}

export interface PromotionContext {
  readonly date: string;
  readonly currencyId: string;
  readonly precision: number;
  readonly method: RoundingMethod;
  readonly customer: PricingCustomer;
  /** As normal codes: trimmed, capitals. */
  readonly codes: ReadonlySet<string>;
}

export interface PromotionUse {
  readonly promotion: Promotion;
  readonly amount: Exact;
  readonly shares: ReadonlyMap<string, Exact>;
}

export interface PromotionState {
  /** Those that have been applied, over both scopes. */
  readonly uses: PromotionUse[];
  readonly outcomes: Map<string, PromotionOutcome>;
}

export function normalCode(code: string): string {
  return code.trim().toUpperCase();
}

/** Applies the promotions of one scope; `take` is told what comes off each line. */
export function applyPromotions(
  promotions: readonly Promotion[],
  lines: readonly PromotionLine[],
  state: PromotionState,
  context: PromotionContext,
): readonly PromotionUse[] {
  const uses: PromotionUse[] = [];
  const conclude = (promotion: Promotion, reason: PromotionReason, amount = ZERO, capped = false): void => {
    state.outcomes.set(promotion.id, {
      id: promotion.id,
      ...(promotion.name !== undefined && { name: promotion.name }),
      reason,
      amount: textOf(amount, context.precision),
      capped,
    });
  };
  const usable = promotions.filter((promotion) => {
    const reason = unusable(promotion, lines, context);
    if (reason) conclude(promotion, reason);
    return reason === undefined;
  });
  for (const promotion of inOrder(usable, lines, context)) {
    const alone = state.uses.some(({ promotion: { exclusive } }) => exclusive === true);
    if (alone || (promotion.exclusive === true && state.uses.length > 0)) {
      conclude(promotion, 'exclusive');
      continue;
    }
    const open = linesOf(promotion, lines).filter(({ groups }) => !groups.has(groupOf(promotion) ?? ''));
    if (open.length === 0) {
      conclude(promotion, 'group');
      continue;
    }
    const due = discounts(promotion, lines, open, context);
    const wanted = sum(due.values());
    const limit = limitOf(promotion);
    const amount = limit === undefined ? wanted : least(wanted, round(limit, context.precision, 'half-even'));
    if (amount.lte(ZERO)) {
      conclude(promotion, 'nothing');
      continue;
    }
    const weights = [...due].map(([id, weight]) => ({ id, weight }));
    const shares = amount.eq(wanted) ? due : allocate(amount, weights, context.precision);
    for (const line of lines) {
      const share = shares.get(line.id) ?? ZERO;
      const group = groupOf(promotion);
      if (share.gt(ZERO) && group !== undefined) line.groups.add(group);
      line.remaining = line.remaining.minus(share);
    }
    const use = { promotion, amount, shares };
    uses.push(use);
    state.uses.push(use);
    conclude(promotion, 'applied', amount, amount.lt(wanted));
  }
  return uses;
}

/** Groups of the two scopes are apart: on lines and on the document. */
function groupOf({ group, scope }: Promotion): string | undefined {
  return group === undefined ? undefined : `${scope}:${group}`;
}

function limitOf({ cap, budgetLeft }: Promotion): Exact | undefined {
  const limits = [cap, budgetLeft].flatMap((one) => (one === undefined ? [] : [exact(one)]));
  return limits.length === 0 ? undefined : limits.reduce(least);
}

function linesOf({ conditions }: Promotion, lines: readonly PromotionLine[]): readonly PromotionLine[] {
  const products = conditions?.products ?? [];
  return products.length === 0 ? lines : lines.filter(({ product }) => isOneOf(product, products));
}

function unusable(
  promotion: Promotion,
  lines: readonly PromotionLine[],
  { date, customer, codes, currencyId }: PromotionContext,
): PromotionReason | undefined {
  const { active, validFrom, validTo, code, conditions = {}, usesLeft, budgetLeft, effect } = promotion;
  if (active === false) return 'inactive';
  if (validFrom !== undefined && date < validFrom) return 'not-yet-valid';
  if (validTo !== undefined && date > validTo) return 'expired';
  if (code !== undefined && !codes.has(normalCode(code))) return 'code';
  if (!meets(conditions.segments, customer.segments)) return 'segment';
  if (!meets(conditions.territories, customer.territories)) return 'territory';
  const inAmounts =
    !(effect.kind === 'percent' || effect.kind === 'buy-get') ||
    [promotion.cap, budgetLeft, conditions.minimumAmount].some((amount) => amount !== undefined);
  if (inAmounts && promotion.currencyId !== undefined && promotion.currencyId !== currencyId) return 'currency';
  if (usesLeft !== undefined && usesLeft <= 0) return 'used-up';
  if (budgetLeft !== undefined && exact(budgetLeft).lte(ZERO)) return 'budget';
  const own = linesOf(promotion, lines);
  if (own.length === 0) return 'products';
  const { minimumQuantity, minimumAmount } = conditions;
  if (minimumQuantity !== undefined && sum(own.map(({ quantity }) => quantity)).lt(exact(minimumQuantity)))
    return 'quantity';
  if (minimumAmount !== undefined && sum(own.map(({ remaining }) => remaining)).lt(exact(minimumAmount)))
    return 'amount';
  return undefined;
}

/** The higher priority first; among equals what would save more by itself, then by id. */
function inOrder(
  promotions: readonly Promotion[],
  lines: readonly PromotionLine[],
  context: PromotionContext,
): readonly Promotion[] {
  return promotions
    .map((promotion) => {
      const due = sum(discounts(promotion, lines, linesOf(promotion, lines), context).values());
      const limit = limitOf(promotion);
      return { promotion, saving: limit === undefined ? due : least(due, limit) };
    })
    .toSorted(
      (one, other) =>
        (other.promotion.priority ?? 0) - (one.promotion.priority ?? 0) ||
        other.saving.cmp(one.saving) ||
        (one.promotion.id < other.promotion.id ? -1 : 1),
    )
    .map(({ promotion }) => promotion);
}

/** What comes off each line, never more than is left of it; no cap yet. */
function discounts(
  promotion: Promotion,
  all: readonly PromotionLine[],
  lines: readonly PromotionLine[],
  { precision, method }: PromotionContext,
): ReadonlyMap<string, Exact> {
  const { effect, scope } = promotion;
  const rest = (line: PromotionLine, wanted: Exact): Exact => {
    const kept = round(line.remaining.minus(wanted), precision, method);
    return kept.lt(ZERO) ? line.remaining : kept.gt(line.remaining) ? ZERO : line.remaining.minus(kept);
  };
  const share = (amount: Exact): ReadonlyMap<string, Exact> =>
    allocate(
      amount,
      lines.map(({ id, remaining }) => ({ id, weight: remaining })),
      precision,
    );
  const each = (wanted: (line: PromotionLine) => Exact): ReadonlyMap<string, Exact> =>
    new Map(lines.map((line) => [line.id, rest(line, wanted(line))]));
  const total = sum(lines.map(({ remaining }) => remaining));
  switch (effect.kind) {
    case 'percent': {
      const percent = exact(effect.value);
      if (scope === 'document')
        return share(total.minus(round(total.times(HUNDRED.minus(percent)).div(HUNDRED), precision, method)));
      return each(({ remaining }) => remaining.times(percent).div(HUNDRED));
    }
    case 'amount':
      return share(least(round(exact(effect.value), precision, method), total));
    case 'amount-per-unit':
      return each(({ quantity }) => quantity.times(exact(effect.value)));
    case 'fixed-price':
      return each(({ quantity, remaining }) => remaining.minus(quantity.times(exact(effect.value))));
    case 'buy-get': {
      const got = effect.products ? all.filter(({ product }) => isOneOf(product, effect.products ?? [])) : lines;
      const counts = freeUnits(effect.buy, effect.get, lines, effect.products ? got : undefined);
      return new Map(
        got.map((line) => {
          const free = counts.get(line.id) ?? ZERO;
          if (free.lte(ZERO)) return [line.id, ZERO];
          return [
            line.id,
            rest(line, line.remaining.times(free).times(exact(effect.percent)).div(line.quantity).div(HUNDRED)),
          ];
        }),
      );
    }
  }
}

/** How many units of each line are got: the cheapest first, whole units only. */
function freeUnits(
  buy: number,
  get: number,
  bought: readonly PromotionLine[],
  got: readonly PromotionLine[] | undefined,
): ReadonlyMap<string, Exact> {
  const units = sum(bought.map(({ quantity }) => floor(quantity)));
  const per = whole(got ? buy : buy + get);
  let left = floor(units.div(per)).times(whole(get));
  const cheapest = (got ?? bought)
    .filter(({ quantity }) => quantity.gte('1'))
    // Compared across: a quotient need not be exact.
    .toSorted(
      (one, other) =>
        one.remaining.times(other.quantity).cmp(other.remaining.times(one.quantity)) || (one.id < other.id ? -1 : 1),
    );
  const counts = new Map<string, Exact>();
  for (const line of cheapest) {
    const taken = least(left, floor(line.quantity));
    counts.set(line.id, taken);
    left = left.minus(taken);
  }
  return counts;
}
