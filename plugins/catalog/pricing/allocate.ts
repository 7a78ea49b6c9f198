// Shares an amount out over lines without losing a cent: each gets its proportion rounded down, and the cents that are left go to
// the largest remainders; among equals to the smaller id, so that the order of lines does not matter.
import { exact, ZERO, type Exact } from './exact.ts';

export interface Weight {
  readonly id: string;
  /** Zero or more. */
  readonly weight: Exact;
}

/** Shares of `total` (zero or more, in whole units of the last decimal) by id. Where nothing weighs anything, everyone gets nothing. */
export function allocate(total: Exact, weights: readonly Weight[], decimals: number): ReadonlyMap<string, Exact> {
  const scale = Math.max(0, ...weights.map(({ weight }) => decimalsOf(weight)));
  const parts = weights.map(({ id, weight }) => ({ id, weight: BigInt(weight.toFixed(scale).replace('.', '')) }));
  const all = parts.reduce((before, { weight }) => before + weight, 0n);
  if (all === 0n) return new Map(weights.map(({ id }) => [id, ZERO]));
  const units = BigInt(total.toFixed(decimals).replace('.', ''));
  const shares = parts.map(({ id, weight }) => ({
    id,
    share: (units * weight) / all,
    remainder: (units * weight) % all,
  }));
  let left = units - shares.reduce((before, { share }) => before + share, 0n);
  for (const part of shares.toSorted((a, b) => compare(b.remainder, a.remainder) || compare(a.id, b.id))) {
    if (left === 0n) break;
    part.share += 1n;
    left -= 1n;
  }
  return new Map(shares.map(({ id, share }) => [id, exact(String(share)).times(`1e-${decimals}`)]));
}

function decimalsOf(value: Exact): number {
  return value.toFixed().split('.')[1]?.length ?? 0;
}

function compare<Value extends bigint | string>(one: Value, other: Value): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
