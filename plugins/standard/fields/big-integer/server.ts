// A whole number of 64 bits, exact on the whole way: row versions and counters of other systems.
import { defineFieldType } from 'peyvand/sdk';
import { accept, quote, refuse } from '../../values/decoded.ts';
import { formatExact, parseExact, decimalsOf, outOfRange } from '../../values/exact-decimal.ts';
import { decodeWhole } from '../../values/whole-value.ts';

interface BigIntegerOptions {
  readonly type: string;
}

const LIMITS = { minimum: '-9223372036854775808', maximum: '9223372036854775807' } as const;

export const bigInteger = defineFieldType<BigIntegerOptions>({
  name: 'big-integer',
  options: { type: 'object', additionalProperties: false, properties: {} },
  schema: { type: 'integer' },
  edm: 'Edm.Int64',
  columns: () => [{ suffix: '', type: 'bigint' }],
  decode(value, field, context) {
    // Clients without exact numbers send Int64 as text (OData's IEEE754Compatible).
    if (typeof value === 'string') {
      const exact = parseExact(value);
      if (!exact) return refuse('NUMBER_FORMAT', `${quote(value)} is not a whole number.`);
      const bad = outOfRange(exact, field.schema, LIMITS);
      if (bad) return bad;
      return decimalsOf(exact) > 0
        ? refuse('NUMBER_WHOLE', 'The number has decimals; only whole numbers are allowed.')
        : accept(formatExact(exact));
    }
    const read = decodeWhole(value, field.schema, LIMITS, context);
    return 'whole' in read ? accept(read.whole) : read.decoded;
  },
  operators: ['eq', 'ne', 'gt', 'ge', 'lt', 'le', 'in', 'null'],
  attribute: {
    code: 'BigInt',
    facets: () => ({ MinValue: LIMITS.minimum, MaxValue: LIMITS.maximum }),
    define: ({ kind }) =>
      kind === 'BigInt' ? { property: { type: 'integer', field: { type: 'big-integer' } } } : undefined,
  },
});
