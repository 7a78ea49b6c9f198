// An exact decimal number. More decimals than the field keeps are refused, never rounded silently.
import { defineFieldType } from 'peyvand/sdk';
import { decodeDecimal } from '../../values/exact-decimal.ts';

interface DecimalOptions {
  readonly type: string;
  readonly precision?: number;
}

const LIMITS = { minimum: '-100000000000', maximum: '100000000000' } as const;
const DEFAULT_PRECISION = 2;

export const decimal = defineFieldType<DecimalOptions>({
  name: 'decimal',
  options: {
    type: 'object',
    additionalProperties: false,
    properties: {
      precision: {
        type: 'integer',
        minimum: 0,
        maximum: 10,
        default: DEFAULT_PRECISION,
        description: 'Decimals kept.',
      },
    },
  },
  schema: { type: 'number' },
  edm: 'Edm.Decimal',
  columns: () => [{ suffix: '', type: 'numeric' }],
  decode: (value, field, context) =>
    decodeDecimal(value, field.schema, { precision: field.options.precision ?? DEFAULT_PRECISION, ...LIMITS }, context),
  operators: ['eq', 'ne', 'gt', 'ge', 'lt', 'le', 'in', 'null'],
});
