// Exact decimals as text: a number never passes through binary floating point on its way to Postgres.
import type { DecodeContext, Decoded, JsonObject } from 'peyvand/sdk';
import { accept, quote, refuse, refuseType } from './decoded.ts';

/** |value| = 0.digits × 10^point; digits has no zero at either end; zero is `{digits: '', point: 0}`. */
export interface ExactDecimal {
  readonly negative: boolean;
  readonly digits: string;
  readonly point: number;
}

const NUMBER = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,6}))?$/;

/** Reads `-12.50`, `1e3`, `.5`; undefined when the text is no number or absurdly long. */
export function parseExact(text: string): ExactDecimal | undefined {
  if (text.length > 400) return undefined;
  const match = NUMBER.exec(text);
  if (!match) return undefined;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  if (whole === '' && fraction === '') return undefined;
  const all = whole + fraction;
  const leading = /^0*/.exec(all)?.[0].length ?? 0;
  const digits = all.slice(leading).replace(/0+$/, '');
  if (digits === '') return { negative: false, digits: '', point: 0 };
  return { negative: sign === '-', digits, point: whole.length - leading + Number(exponent) };
}

/** How many decimals the value really has: 1.50 has one. */
export const decimalsOf = (value: ExactDecimal): number => Math.max(0, value.digits.length - value.point);

/** Plain notation without needless zeros: `-12.5`. Callers check the range first: the text grows with the exponent. */
export function formatExact(value: ExactDecimal): string {
  const { digits, point } = value;
  if (digits === '') return '0';
  const sign = value.negative ? '-' : '';
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  if (point >= digits.length) return sign + digits + '0'.repeat(point - digits.length);
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}

/** Below 0, 0 or above 0, as for sorting. */
export function compareExact(a: ExactDecimal, b: ExactDecimal): number {
  const signA = a.digits === '' ? 0 : a.negative ? -1 : 1;
  const signB = b.digits === '' ? 0 : b.negative ? -1 : 1;
  if (signA !== signB) return signA - signB;
  if (a.point !== b.point) return (a.point - b.point) * signA;
  if (a.digits === b.digits) return 0;
  return (a.digits < b.digits ? -1 : 1) * signA;
}

/** The source text where the request gave it, so that 0.1 stays 0.1 and 19 digits stay 19 digits. */
function sourceText(value: unknown, context: DecodeContext): string | undefined {
  if (typeof value === 'number') return context.exact ?? (Number.isFinite(value) ? String(value) : undefined);
  if (typeof value === 'bigint') return String(value).slice(0, 401);
  return typeof value === 'string' ? value : undefined;
}

export interface DecimalLimits {
  /** Decimals allowed. */
  readonly precision: number;
  /** Where the property says no minimum or maximum. */
  readonly minimum: string;
  readonly maximum: string;
}

/** A JSON number (exact through its source text) or the same as text → text for a numeric column. Never rounds. */
export function decodeDecimal(
  value: unknown,
  schema: JsonObject,
  limits: DecimalLimits,
  context: DecodeContext,
): Decoded {
  if (value === null) return accept(null);
  const text = sourceText(value, context);
  if (text === undefined) {
    return typeof value === 'number'
      ? refuse('NUMBER_FORMAT', 'The value is not a finite number.')
      : refuseType('a number', value);
  }
  const exact = parseExact(text);
  if (!exact) return refuse('NUMBER_FORMAT', `${quote(text)} is not a number. Write it as 1234.5, without grouping.`);
  return outOfRange(exact, schema, limits) ?? tooPrecise(exact, limits.precision) ?? accept(formatExact(exact));
}

function tooPrecise(value: ExactDecimal, precision: number): Decoded | undefined {
  const decimals = decimalsOf(value);
  if (decimals <= precision) return undefined;
  return refuse(
    'NUMBER_PRECISION',
    precision === 0
      ? `The number has ${decimals} decimals; only whole numbers are allowed. Round it first.`
      : `The number has ${decimals} decimals; at most ${precision} are kept exactly. Round it first.`,
  );
}

/** minimum, maximum and their exclusive kin; the type's own limits always hold. */
export function outOfRange(
  value: ExactDecimal,
  schema: JsonObject,
  limits: Omit<DecimalLimits, 'precision'>,
): Decoded | undefined {
  const minimum = bound(schema['minimum'], limits.minimum);
  const maximum = bound(schema['maximum'], limits.maximum);
  const above = bound(schema['exclusiveMinimum'], undefined);
  const below = bound(schema['exclusiveMaximum'], undefined);
  const small = fails(value, minimum, (c) => c < 0) ?? fails(value, bound(limits.minimum, undefined), (c) => c < 0);
  if (small) return refuse('NUMBER_RANGE', `The number is too small; it must be ${small} or more.`);
  const large = fails(value, maximum, (c) => c > 0) ?? fails(value, bound(limits.maximum, undefined), (c) => c > 0);
  if (large) return refuse('NUMBER_RANGE', `The number is too large; it must be ${large} or less.`);
  const notAbove = fails(value, above, (c) => c <= 0);
  if (notAbove) return refuse('NUMBER_RANGE', `The number must be more than ${notAbove}.`);
  const notBelow = fails(value, below, (c) => c >= 0);
  if (notBelow) return refuse('NUMBER_RANGE', `The number must be less than ${notBelow}.`);
  return undefined;
}

function bound(stated: unknown, otherwise: string | undefined): ExactDecimal | undefined {
  const text = typeof stated === 'number' || typeof stated === 'string' ? String(stated) : otherwise;
  return text === undefined ? undefined : parseExact(text);
}

/** The bound as text when `value` breaks it. */
function fails(
  value: ExactDecimal,
  limit: ExactDecimal | undefined,
  broken: (comparison: number) => boolean,
): string | undefined {
  return limit && broken(compareExact(value, limit)) ? formatExact(limit) : undefined;
}
