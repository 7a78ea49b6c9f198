// An exact decimal number. More decimals than the field keeps are refused, never rounded silently.
import { defineFieldType } from 'peyvand/sdk';
import { decodeDecimal } from '../../values/exact-decimal.ts';
import { range, rangeFacets, renamed } from '../../values/attribute-facets.ts';

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
  attribute: {
    code: 'Decimal',
    facets: ({ options, schema }) => ({
      ...rangeFacets(schema, LIMITS),
      Precision: options.precision ?? DEFAULT_PRECISION,
    }),
    // A binary fraction would not give back what was typed, so a Double is kept exactly too.
    define: ({ kind, facets }) =>
      kind === 'Decimal' || kind === 'Double'
        ? {
            property: {
              type: 'number',
              ...range(facets, LIMITS),
              field: { type: 'decimal', ...renamed(facets, { precision: 'Precision' }) },
            },
          }
        : undefined,
  },
});
