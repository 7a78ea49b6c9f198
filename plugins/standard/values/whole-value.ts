// Whole numbers within a range: whole number, duration, big integer.
import type { DecodeContext, Decoded, JsonObject } from 'peyvand/sdk';
import { accept, refuse, refuseType } from './decoded.ts';
import { decimalsOf, formatExact, outOfRange, parseExact } from './exact-decimal.ts';

/** A JSON number without decimals → its text in plain notation (exact beyond 2^53 through the source text). */
export function decodeWhole(
  value: unknown,
  schema: JsonObject,
  limits: { readonly minimum: string; readonly maximum: string },
  context: DecodeContext,
): { readonly whole: string } | { readonly decoded: Decoded } {
  if (value === null) return { decoded: accept(null) };
  if (typeof value !== 'number') return { decoded: refuseType('a whole number', value) };
  const exact = parseExact(context.exact ?? String(value));
  if (!exact) return { decoded: refuse('NUMBER_FORMAT', 'The value is not a finite number.') };
  const bad = outOfRange(exact, schema, limits);
  if (bad) return { decoded: bad };
  if (decimalsOf(exact) > 0)
    return { decoded: refuse('NUMBER_WHOLE', 'The number has decimals; only whole numbers are allowed.') };
  return { whole: formatExact(exact) };
}
