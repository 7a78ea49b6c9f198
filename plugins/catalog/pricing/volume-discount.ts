// The discount by quantity of a price: the tier that the quantity falls into, per unit of the line.
import { exact, least, percentOf, round, textOf, type Exact } from './exact.ts';
import type { PricingStep } from './priced-document.ts';
import type { DiscountList } from './pricing-input.ts';

export interface VolumeQuestion {
  readonly list: DiscountList;
  readonly price: Exact;
  readonly quantity: Exact;
  /** Of the price list's unit into the line's. */
  readonly unit: { readonly times: Exact; readonly over: Exact };
  readonly currencyId: string;
  readonly precision: number;
}

export function volumeDiscount(
  question: VolumeQuestion,
): { readonly perUnit: Exact; readonly step: PricingStep } | undefined {
  const { list, price, unit, precision } = question;
  if (list.active === false) return undefined;
  if (list.kind === 'amount' && list.currencyId !== undefined && list.currencyId !== question.currencyId)
    return undefined;
  // Tiers count in the unit of the price list: a box of 12 is twelve pieces there.
  const counted = question.quantity.times(unit.times);
  const tier = list.tiers.find(
    ({ from, to }) =>
      counted.gte(exact(from).times(unit.over)) && (to === undefined || counted.lte(exact(to).times(unit.over))),
  );
  if (!tier) return undefined;
  const value = exact(tier.value);
  const due = list.kind === 'percent' ? percentOf(price, value) : value.times(unit.times).div(unit.over);
  const perUnit = least(round(due, precision), price);
  return {
    perUnit,
    step: {
      code: 'volume-discount',
      amount: textOf(perUnit, precision),
      facts: {
        list: list.name ?? list.id,
        kind: list.kind,
        value: tier.value,
        from: tier.from,
        ...(tier.to !== undefined && { to: tier.to }),
      },
    },
  };
}
