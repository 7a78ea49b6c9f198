// Dates in the browser: the user's calendar in, the user's calendar out, ISO in between.
import { html } from 'lit';
import { defineFieldUi } from 'peyvand/ui';
import { calendarStyles } from '../../browser/calendar-styles.ts';
import { dateCodec, dateInput, dateInputStyles, dateStrings, otherCalendar } from '../../browser/date-input.ts';
import { bareLiteral } from '../../browser/number-field.ts';

export default defineFieldUi({
  type: 'date',
  width: 130,
  styles: dateInputStyles + calendarStyles,
  strings: dateStrings,
  display: (value, _field, { locale }) =>
    html`<time datetime=${String(value)} title=${locale.date(String(value), 'medium', otherCalendar(locale))}
      >${locale.date(String(value))}</time
    >`,
  input: dateInput,
  text: (value, _field, { locale }) => (typeof value === 'string' ? locale.date(value, 'short') : ''),
  parse: (text, field, context) => dateCodec(field, context).parse(text),
  filter: { literal: bareLiteral },
});
