// Dates with time in the browser: a date box and a time box, in the user's zone unless the field is independent of zones.
import { CalendarDateTime, parseDate, parseTime, toCalendarDateTime, toZoned } from '@internationalized/date';
import { html, nothing } from 'lit';
import { defineFieldUi, latinDigits, wallClock } from 'peyvand/ui';
import type { FieldContext, FieldMetadata, FieldValue, InputRequest, Parsed } from 'peyvand/ui';
import { calendarStyles } from '../../browser/calendar-styles.ts';
import {
  dateCodec,
  dateInput,
  dateInputStyles,
  dateStrings,
  otherCalendar,
  todayIn,
} from '../../browser/date-input.ts';
import { bareLiteral } from '../../browser/number-field.ts';
import { typedInput, typedInputStyles } from '../../browser/typed-input.ts';

const isFloating = (field: FieldMetadata): boolean => field.options['behavior'] === 'time-zone-independent';
const hasTime = (field: FieldMetadata): boolean => field.options['format'] !== 'date';

interface Wall {
  readonly date: string;
  readonly time: string;
}

function wallOf(value: FieldValue, context: FieldContext): Wall | undefined {
  return typeof value === 'string' ? wallClock(value, context.locale.timeZone) : undefined;
}

/** Wall clock → wire. An hour that the zone skips in spring is taken as the one after. */
function wireOf(wall: Wall, field: FieldMetadata, context: FieldContext): string {
  const local: CalendarDateTime = toCalendarDateTime(parseDate(wall.date), parseTime(wall.time));
  return isFloating(field)
    ? local.toString().slice(0, 19)
    : toZoned(local, context.locale.timeZone).toAbsoluteString().replace('.000Z', 'Z');
}

/** `9`, `9:5`, `0930`, `۱۴:۳۰`, `2 pm` → `HH:MM`. */
function readTime(typed: string): string | undefined {
  const match = /^(\d{1,2})(?:[:.]?(\d{1,2}))?\s*(am|pm|ق\.?ظ\.?|ب\.?ظ\.?)?$/i.exec(latinDigits(typed.trim()));
  if (!match) return undefined;
  const [, hourText = '', minuteText = '0', half = ''] = match;
  const afternoon = /^(pm|ب)/i.test(half);
  const hour = half === '' ? Number(hourText) : (Number(hourText) % 12) + (afternoon ? 12 : 0);
  if (hour > 23 || Number(minuteText) > 59) return undefined;
  return `${String(hour).padStart(2, '0')}:${minuteText.padStart(2, '0')}`;
}

function parseDateAndTime(text: string, field: FieldMetadata, context: FieldContext): Parsed {
  const plain = latinDigits(text.trim()).replaceAll('،', ',');
  if (/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/.test(plain) && !isFloating(field)) {
    const instant = new Date(plain);
    if (!Number.isNaN(instant.getTime())) return { value: instant.toISOString().replace('.000Z', 'Z') };
  }
  const parts = /^(.*?)(?:[,T\s]\s*(\d{1,2}:\d{2})(?::\d{2})?)?$/.exec(plain);
  const date = dateCodec(field, context).parse(parts?.[1]?.replace(/,$/, '') ?? plain);
  if ('message' in date) return date;
  const time = parts?.[2] === undefined ? '00:00' : readTime(parts[2]);
  if (time === undefined) return { message: context.locale.t('field.date-time.notTime') };
  return { value: wireOf({ date: String(date.value), time }, field, context) };
}

/** The control of one part: what it changes becomes the whole value. */
function partRequest(
  request: InputRequest,
  part: 'date' | 'time',
): Pick<InputRequest, 'value' | 'onChange' | 'id' | 'label'> {
  const { context, field } = request;
  const wall = wallOf(request.value, context);
  return {
    id: part === 'date' ? request.id : `${request.id}-time`,
    label:
      part === 'date' ? request.label : `${request.label ?? field.title}: ${context.locale.t('field.date-time.time')}`,
    value: wall?.[part] ?? null,
    onChange(value) {
      // Without its date a time says nothing; an emptied time is midnight.
      if (part === 'date' && value === null) return request.onChange(null);
      const whole = {
        date: wall?.date ?? todayIn(context.locale),
        time: wall?.time ?? '00:00',
        [part]: value ?? '00:00',
      };
      request.onChange(wireOf(whole, field, context));
    },
  };
}

export default defineFieldUi({
  type: 'date-time',
  width: 170,
  styles: `${typedInputStyles}${dateInputStyles}${calendarStyles}
  .x-date-time { display: flex; gap: 0.375rem; align-items: start; }
  .x-date-time x-date-input { flex: 1 1 auto; }
  .x-date-time x-typed-input { flex: 0 0 5.5em; }
  `,
  strings: dateStrings,
  display(value, field, { locale }) {
    const iso = String(value);
    const wall = wallClock(iso, locale.timeZone);
    return html`<time datetime=${iso} title=${locale.date(wall.date, 'medium', otherCalendar(locale))}
      >${hasTime(field) ? locale.dateTime(iso) : locale.date(wall.date)}</time
    >`;
  },
  input(request) {
    const { context, field } = request;
    const date = dateInput({ ...request, ...partRequest(request, 'date') });
    if (!hasTime(field)) return date;
    const time = typedInput(
      { ...request, ...partRequest(request, 'time'), required: false },
      {
        show: (value) => context.locale.digits(String(value)),
        edit: (value) => context.locale.digits(String(value)),
        parse(text) {
          const read = readTime(text);
          return read === undefined ? { message: context.locale.t('field.date-time.notTime') } : { value: read };
        },
      },
      { inputMode: 'numeric', direction: 'ltr', placeholder: context.locale.digits('00:00'), className: 'x-num' },
    );
    return html`<div class="x-date-time">
      ${date}${wallOf(request.value, context) || request.place !== 'cell' ? time : nothing}
    </div>`;
  },
  text(value, field, { locale }) {
    if (typeof value !== 'string') return '';
    return hasTime(field)
      ? locale.dateTime(value, 'short')
      : locale.date(wallClock(value, locale.timeZone).date, 'short');
  },
  parse: parseDateAndTime,
  // The wire text may differ for one instant.
  equal: (a, b) => a === b || (typeof a === 'string' && typeof b === 'string' && Date.parse(a) === Date.parse(b)),
  filter: { literal: bareLiteral },
});
