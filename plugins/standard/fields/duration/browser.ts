// Lengths of time in the browser: `90`, `1:30`, `1.5 h`, `2 days`, `۱ ساعت و ۳۰ دقیقه` are all read.
import { html } from 'lit';
import { defineFieldUi, foldText } from 'peyvand/ui';
import type { FieldContext, FieldMetadata, FieldValue, Parsed } from 'peyvand/ui';
import { bareLiteral, numberStrings } from '../../browser/number-field.ts';
import { typedInput, typedInputStyles } from '../../browser/typed-input.ts';

const minutesOf: readonly (readonly [RegExp, number])[] = [
  [/^(d|day|days|روز)$/, 1440],
  [/^(h|hr|hrs|hour|hours|ساعت|س)$/, 60],
  [/^(m|min|mins|minute|minutes|دقیقه|د|)$/, 1],
];

/** Minutes, to the nearest; undefined when the text is no length of time. */
function readDuration(typed: string, context: FieldContext): number | undefined {
  const text = foldText(typed)
    .replace(/[\u200e\u200f,،]/g, ' ')
    .trim();
  const clock = /^(\d{1,6}):(\d{2})$/.exec(text);
  if (clock) return Number(clock[2]) < 60 ? Number(clock[1]) * 60 + Number(clock[2]) : undefined;
  let minutes = 0;
  let rest = text;
  while (rest !== '') {
    const part = /^(\d+(?:[.٫/]\d+)?)\s*([^\d\s.:]*)\s*(?:و\s+|and\s+)?/.exec(rest);
    const amount = part && context.locale.parseNumber(part[1] ?? '');
    const unit = part && minutesOf.find(([name]) => name.test(part[2] ?? ''));
    if (!part || !amount || !unit) return undefined;
    minutes += Number(amount) * unit[1];
    rest = rest.slice(part[0].length);
  }
  return text === '' ? undefined : Math.round(minutes);
}

function parseDuration(text: string, field: FieldMetadata, context: FieldContext): Parsed {
  const { locale } = context;
  const minutes = readDuration(text, context);
  if (minutes === undefined) return { message: locale.t('field.duration.notDuration') };
  if (field.minimum !== undefined && minutes < field.minimum) {
    return { message: locale.t('field.duration.small', { limit: locale.number(field.minimum) }) };
  }
  const maximum = field.maximum ?? 2_147_483_647;
  if (minutes > maximum) return { message: locale.t('field.duration.large', { limit: locale.number(maximum) }) };
  return { value: minutes };
}

function showDuration(value: FieldValue, context: FieldContext): string {
  const { locale } = context;
  const total = Number(value);
  const days = Math.floor(total / 1440);
  const hours = Math.floor((total % 1440) / 60);
  const minutes = total % 60;
  const part = (count: number, unit: string) =>
    count === 0 ? [] : [locale.t(`field.duration.${unit}`, { amount: locale.number(count) })];
  const parts = [...part(days, 'days'), ...part(hours, 'hours'), ...part(minutes, 'minutes')];
  return parts.length === 0
    ? locale.t('field.duration.minutes', { amount: locale.number(0) })
    : parts.join(locale.t('field.duration.joint'));
}

export default defineFieldUi({
  type: 'duration',
  align: 'end',
  width: 130,
  styles: typedInputStyles,
  strings: {
    en: {
      ...numberStrings.en,
      notDuration: 'This is not a length of time. Write minutes, or like 1:30, 1.5 h, 2 days.',
      days: '{amount} d',
      hours: '{amount} h',
      minutes: '{amount} min',
      joint: ' ',
    },
    fa: {
      ...numberStrings.fa,
      notDuration: 'این مدت زمان نیست. دقیقه بنویسید یا مانند ۱:۳۰، ۱٫۵ ساعت، ۲ روز.',
      days: '{amount} روز',
      hours: '{amount} ساعت',
      minutes: '{amount} دقیقه',
      joint: ' و ',
    },
  },
  display: (value, _field, context) => html`<span class="x-num">${showDuration(value, context)}</span>`,
  input: (request) =>
    typedInput(request, {
      show: (value) => showDuration(value, request.context),
      edit: (value) => showDuration(value, request.context),
      parse: (text) => parseDuration(text, request.field, request.context),
    }),
  text: (value, _field, context) => (value === null || value === undefined ? '' : showDuration(value, context)),
  parse: parseDuration,
  filter: { literal: bareLiteral },
});
