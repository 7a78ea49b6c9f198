// A whole number of 32 bits.
import { defineFieldType } from 'peyvand/sdk';
import { accept } from '../../values/decoded.ts';
import { decodeWhole } from '../../values/whole-value.ts';
import { formatOf, range, rangeFacets, unknownFormat } from '../../values/attribute-facets.ts';

interface WholeNumberOptions {
  readonly type: string;
  readonly grouping?: boolean;
}

const LIMITS = { minimum: '-2147483648', maximum: '2147483647' } as const;

export const wholeNumber = defineFieldType<WholeNumberOptions>({
  name: 'whole-number',
  options: {
    type: 'object',
    additionalProperties: false,
    properties: {
      grouping: {
        type: 'boolean',
        default: true,
        description: 'False for numbers that are names, such as a year or a row number.',
      },
    },
  },
  schema: { type: 'integer' },
  edm: 'Edm.Int32',
  columns: () => [{ suffix: '', type: 'integer' }],
  decode(value, field, context) {
    const read = decodeWhole(value, field.schema, LIMITS, context);
    return 'whole' in read ? accept(Number(read.whole)) : read.decoded;
  },
  operators: ['eq', 'ne', 'gt', 'ge', 'lt', 'le', 'in', 'null'],
  attribute: {
    code: 'Integer',
    facets: ({ schema }) => ({ ...rangeFacets(schema, LIMITS), Format: 'None' }),
    define({ kind, facets }) {
      if (kind !== 'Integer') return undefined;
      const format = formatOf(facets) ?? 'None';
      if (format === 'Duration') return undefined;
      if (format !== 'None') return unknownFormat(format, ['None', 'Duration']);
      return { property: { type: 'integer', ...range(facets, LIMITS), field: { type: 'whole-number' } } };
    },
  },
});
