// Whole-number arithmetic of the engine: proportions, percentages and amounts in minor units, with the direction of rounding said.

/** amount × numerator ÷ denominator, towards zero. */
export function share(amount: bigint, numerator: bigint, denominator: bigint): bigint {
  if (denominator <= 0n) throw new RangeError('a share is of something');
  return (amount * numerator) / denominator;
}

export function percentOf(amount: bigint, percent: number): bigint {
  // Hundredths of a percent are enough for people, and whole.
  return share(amount, BigInt(Math.round(percent * 100)), 10_000n);
}

export function least(first: bigint, ...others: readonly bigint[]): bigint {
  return others.reduce((low, one) => (one < low ? one : low), first);
}

export function sum(values: Iterable<bigint>): bigint {
  let total = 0n;
  for (const value of values) total += value;
  return total;
}

/** `1250.5` with 2 decimals is 125050; digits beyond are rounded half away from zero. Throws RangeError for what is no number. */
export function minorOf(text: string, decimals: number): bigint {
  const match = /^(-)?(\d+)(?:\.(\d*))?$/.exec(text.trim());
  if (!match) throw new RangeError(`${text.slice(0, 40)} is not an amount`);
  const fraction = (match[3] ?? '').padEnd(decimals + 1, '0');
  const whole = BigInt((match[2] ?? '0') + fraction.slice(0, decimals));
  const rounded = fraction.charCodeAt(decimals) >= 53 ? whole + 1n : whole;
  return match[1] === undefined ? rounded : -rounded;
}

/** The way back: 125050 with 2 decimals is `1250.50`. */
export function decimalOf(minor: bigint, decimals: number): string {
  const digits = (minor < 0n ? -minor : minor).toString().padStart(decimals + 1, '0');
  const text = decimals === 0 ? digits : `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
  return minor < 0n ? `-${text}` : text;
}
