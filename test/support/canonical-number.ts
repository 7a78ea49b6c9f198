// What two texts of one number have in common, so that tests compare digits and not binary floating point.

/** `1.50`, `1.5` and `15e-1` → `15e-1`. */
export function canonicalNumber(text: string): string {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/i.exec(text);
  if (!match) return text;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  let digits = BigInt(whole + fraction);
  let power = Number(exponent) - fraction.length;
  if (digits === 0n) return '0e0';
  for (; digits % 10n === 0n; digits /= 10n) power++;
  return `${sign}${digits}e${power}`;
}

type Reviver = (this: unknown, key: string, value: unknown, context: { readonly source?: string }) => unknown;

const revive: Reviver = (_key, value, context) =>
  typeof value === 'number' ? { number: canonicalNumber(context.source ?? String(value)) } : value;

/** JSON.parse with every number as `{number: canonical text}`. */
export function parseNumbersExactly(text: string): unknown {
  return JSON.parse(text, revive as (this: unknown, key: string, value: unknown) => unknown) as unknown;
}

/** The same shape for an expected value; `texts`: text stands for a number too. */
export function numbersExactly(value: unknown, texts: boolean): unknown {
  if (typeof value === 'number') return { number: canonicalNumber(String(value)) };
  if (texts && typeof value === 'string') return { number: canonicalNumber(value) };
  return value === undefined ? undefined : parseNumbersExactly(JSON.stringify(value));
}
