// A length of time in whole minutes; forms take and show `1 h 30 m`.
import { defineFieldType } from 'peyvand/sdk';
import { accept } from '../../values/decoded.ts';
import { decodeWhole } from '../../values/whole-value.ts';
import { formatOf, range, rangeFacets } from '../../values/attribute-facets.ts';

interface DurationOptions {
  readonly type: string;
}

const LIMITS = { minimum: '0', maximum: '2147483647' } as const;

export const duration = defineFieldType<DurationOptions>({
  name: 'duration',
  options: { type: 'object', additionalProperties: false, properties: {} },
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
    facets: ({ schema }) => ({ ...rangeFacets(schema, LIMITS), Format: 'Duration' }),
    define: ({ kind, facets }) =>
      kind === 'Integer' && formatOf(facets) === 'Duration'
        ? { property: { type: 'integer', ...range(facets, LIMITS), field: { type: 'duration' } } }
        : undefined,
  },
});
