// A day without time and zone. Always ISO Gregorian on the wire; which calendar shows it is the reader's choice.
import { defineFieldType } from 'peyvand/sdk';
import { accept, quote, refuse, refuseType } from '../../values/decoded.ts';
import { invalidDate } from '../../values/calendar-value.ts';
import { valueOf } from '../../values/attribute-facets.ts';

interface DateOptions {
  readonly type: string;
}

export const date = defineFieldType<DateOptions>({
  name: 'date',
  options: { type: 'object', additionalProperties: false, properties: {} },
  schema: { type: 'string', format: 'date' },
  edm: 'Edm.Date',
  columns: () => [{ suffix: '', type: 'date' }],
  decode(value) {
    if (value === null) return accept(null);
    if (typeof value !== 'string') return refuseType('a date (text)', value);
    const wrong = invalidDate(value);
    return wrong ? refuse('DATE_FORMAT', `${quote(value)} is not a date. ${wrong}`) : accept(value);
  },
  operators: [
    'eq',
    'ne',
    'gt',
    'ge',
    'lt',
    'le',
    'in',
    'null',
    'on',
    'before',
    'after',

    'today',
    'yesterday',
    'tomorrow',
    'this-week',
    'this-month',
    'this-year',
    'last-x-days',
    'next-x-days',
  ],
  attribute: {
    code: 'DateTime',
    facets: () => ({ Format: 'DateOnly', DateTimeBehavior: { Value: 'DateOnly' } }),
    define: ({ kind, facets }) =>
      kind === 'DateTime' && valueOf(facets['DateTimeBehavior']) === 'DateOnly'
        ? { property: { type: 'string', format: 'date', field: { type: 'date' } } }
        : undefined,
  },
});
