// An amount in the row's currency, and beside it the same amount in the base currency at the row's exchange rate.
import { defineFieldType } from 'peyvand/sdk';
import { decodeDecimal } from '../../values/exact-decimal.ts';
import { range, rangeFacets, renamed } from '../../values/attribute-facets.ts';

interface CurrencyOptions {
  readonly type: string;
  readonly precision?: number;
}

const LIMITS = { minimum: '-922337203685477', maximum: '922337203685477' } as const;
const DEFAULT_PRECISION = 2;

export const currency = defineFieldType<CurrencyOptions>({
  name: 'currency',
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
  // The rate says how many units of the row's currency one base unit is worth, hence a quotient.
  columns: (field) => [
    { suffix: '', type: 'numeric' },
    {
      suffix: '_base',
      type: 'numeric',
      quotient: { by: 'exchangerate', scale: field.options.precision ?? DEFAULT_PRECISION },
    },
  ],
  decode: (value, field, context) =>
    decodeDecimal(value, field.schema, { precision: field.options.precision ?? DEFAULT_PRECISION, ...LIMITS }, context),
  operators: ['eq', 'ne', 'gt', 'ge', 'lt', 'le', 'in', 'null'],
  traits: ['money'],
  attribute: {
    code: 'Money',
    facets: ({ options, schema }) => ({
      ...rangeFacets(schema, LIMITS),
      Precision: options.precision ?? DEFAULT_PRECISION,
      PrecisionSource: 0,
    }),
    define: ({ kind, facets }) =>
      kind === 'Money'
        ? {
            property: {
              type: 'number',
              ...range(facets, LIMITS),
              field: { type: 'currency', ...renamed(facets, { precision: 'Precision' }) },
            },
          }
        : undefined,
  },
});
