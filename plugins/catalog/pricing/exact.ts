// Exact decimals for amounts: no binary fraction, no exponent, decimals cut nowhere but in `round`. Divisions keep forty decimals.
import { Big } from 'big.js';

const Exact = Big();
Exact.DP = 40;
Exact.strict = true;

export type Exact = Big;

export const ZERO: Exact = new Exact('0');
export const ONE: Exact = new Exact('1');
export const HUNDRED: Exact = new Exact('100');

export function exact(text: string): Exact {
  return new Exact(text);
}

export function whole(number: number): Exact {
  return new Exact(String(number));
}

export type RoundingMethod = 'half-up' | 'half-even';

export function round(value: Exact, decimals: number, method: RoundingMethod = 'half-up'): Exact {
  return value.round(decimals, method === 'half-up' ? 1 : 2);
}

export function floor(value: Exact): Exact {
  const cut = value.round(0, 0);
  return cut.gt(value) ? cut.minus(ONE) : cut;
}

export function least(one: Exact, other: Exact): Exact {
  return one.lt(other) ? one : other;
}

export function sum(values: Iterable<Exact>): Exact {
  let total = ZERO;
  for (const value of values) total = total.plus(value);
  return total;
}

export function percentOf(value: Exact, percent: Exact): Exact {
  return value.times(percent).div(HUNDRED);
}

/** With at least so many decimals; never an exponent. */
export function textOf(value: Exact, decimals = 0): string {
  const plain = value.toFixed();
  const kept = plain.split('.')[1]?.length ?? 0;
  return kept < decimals ? value.toFixed(decimals) : plain;
}
