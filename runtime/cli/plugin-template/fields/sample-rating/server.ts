// Stars, from one to `most`: how it is stored, checked and filtered.
import { defineFieldType } from 'peyvand/sdk';

interface RatingOptions {
  readonly type: string;
  readonly most?: number;
}

export const rating = defineFieldType<RatingOptions>({
  name: 'sample-rating',
  options: {
    type: 'object',
    additionalProperties: false,
    properties: { most: { type: 'integer', minimum: 2, maximum: 10, default: 5 } },
  },
  schema: { type: 'integer' },
  edm: 'Edm.Int32',
  columns: () => [{ suffix: '', type: 'integer' }],
  decode(value, field) {
    const most = field.options.most ?? 5;
    if (value === null) return { values: [null] };
    if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= most) return { values: [value] };
    return { violation: { code: 'RATING', message: `A rating is a whole number from 1 to ${most}.` } };
  },
  operators: ['eq', 'ne', 'gt', 'ge', 'lt', 'le', 'in', 'null'],
});
