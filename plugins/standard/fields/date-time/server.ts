// A date with time. `user-local` is an instant, shown in the reader's zone; `time-zone-independent` reads the same anywhere.
import { defineFieldType } from 'peyvand/sdk';
import { accept, quote, refuse, refuseType } from '../../values/decoded.ts';
import { formatClock, parseDateTime, toUtc } from '../../values/calendar-value.ts';
import { formatOf, valueOf } from '../../values/attribute-facets.ts';

interface DateTimeOptions {
  readonly type: string;
  readonly behavior?: 'user-local' | 'time-zone-independent';
  readonly format?: 'date-time' | 'date';
}

const isFloating = (options: DateTimeOptions): boolean => options.behavior === 'time-zone-independent';

export const dateTime = defineFieldType<DateTimeOptions>({
  name: 'date-time',
  options: {
    type: 'object',
    additionalProperties: false,
    properties: {
      behavior: {
        enum: ['user-local', 'time-zone-independent'],
        default: 'user-local',
        description:
          'user-local: an instant, shown in the reader’s zone. time-zone-independent: what was typed, anywhere.',
      },
      format: { enum: ['date-time', 'date'], default: 'date-time', description: 'What forms show.' },
    },
  },
  // No format here: JSON Schema's date-time demands an offset, which a zone-independent value does not have.
  schema: { type: 'string' },
  edm: 'Edm.DateTimeOffset',
  columns: (field) => [{ suffix: '', type: isFloating(field.options) ? 'timestamp' : 'timestamptz' }],
  decode(value, field) {
    if (value === null) return accept(null);
    if (typeof value !== 'string') return refuseType('a date and time (text)', value);
    const clock = parseDateTime(value);
    if (typeof clock === 'string')
      return refuse('DATE_TIME_FORMAT', `${quote(value)} is not a date and time. ${clock}`);
    if (isFloating(field.options)) {
      // Dataverse clients write every date-time with Z; here it says nothing. Any other zone would be dropped silently.
      return clock.offset === undefined || clock.offset === 0
        ? accept(formatClock(clock))
        : refuse('DATE_TIME_ZONE', 'The field is independent of time zones. Write the time without an offset.');
    }
    if (clock.offset === undefined) {
      return refuse(
        'DATE_TIME_ZONE',
        'The time has no zone, so the instant is unknown. End it with Z for UTC or an offset such as +03:30.',
      );
    }
    const utc = toUtc(clock);
    return utc === undefined
      ? refuse('DATE_TIME_RANGE', 'The instant lies outside the years 0001 to 9999 in UTC.')
      : accept(utc);
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
    facets: ({ options }) => ({
      Format: options.format === 'date' ? 'DateOnly' : 'DateAndTime',
      DateTimeBehavior: { Value: isFloating(options) ? 'TimeZoneIndependent' : 'UserLocal' },
    }),
    define({ kind, facets }) {
      const behavior = valueOf(facets['DateTimeBehavior']) ?? 'UserLocal';
      if (kind !== 'DateTime' || behavior === 'DateOnly') return undefined;
      if (behavior !== 'UserLocal' && behavior !== 'TimeZoneIndependent') {
        const problem = 'The behaviour is one of UserLocal, DateOnly, TimeZoneIndependent.';
        return { target: 'DateTimeBehavior', problem };
      }
      return {
        property: {
          type: 'string',
          field: {
            type: 'date-time',
            behavior: behavior === 'UserLocal' ? 'user-local' : 'time-zone-independent',
            format: formatOf(facets) === 'DateOnly' ? 'date' : 'date-time',
          },
        },
      };
    },
  },
});
