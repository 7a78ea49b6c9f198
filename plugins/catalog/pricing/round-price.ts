// Rounding policies of computed prices: to what ends in an amount (12.99), or to a multiple of it (15).
import { exact, floor, ONE, ZERO, type Exact } from './exact.ts';
import type { PriceRounding } from './pricing-input.ts';

/** `price`: zero or more. The answer is never below zero; a tie goes up. */
export function roundPrice(price: Exact, { policy, option, amount }: PriceRounding): Exact {
  const step = exact(amount);
  if (policy === 'none' || step.lte(ZERO)) return price;
  const [period, offset] = option === 'multiple-of' ? [step, ZERO] : [periodOf(step), step];
  const below = floor(price.minus(offset).div(period)).times(period).plus(offset);
  const above = below.eq(price) ? below : below.plus(period);
  if (below.lt(ZERO)) return above;
  if (policy === 'up') return above;
  if (policy === 'down') return below;
  return price.minus(below).lt(above.minus(price)) ? below : above;
}

/** Prices that end in .99 are 1 apart, those that end in 9.99 are 10 apart. */
function periodOf(ending: Exact): Exact {
  let period = ONE;
  while (period.lte(ending)) period = period.times('10');
  return period;
}
