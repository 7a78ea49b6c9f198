// Whole numbers in the browser: any digits in, the locale’s digits out.
import { html } from 'lit';
import { defineFieldUi } from 'peyvand/ui';
import type { FieldMetadata } from 'peyvand/ui';
import { bareLiteral, formatNumber, numberCodec, numberStrings, parseNumber } from '../../browser/number-field.ts';
import type { NumberStyle } from '../../browser/number-field.ts';
import { typedInput, typedInputStyles } from '../../browser/typed-input.ts';

const styleOf = (field: FieldMetadata): NumberStyle => ({ decimals: 0, grouping: field.options['grouping'] !== false });

export default defineFieldUi({
  type: 'whole-number',
  align: 'end',
  width: 120,
  styles: typedInputStyles,
  strings: numberStrings,
  display: (value, field, context) => html`<span class="x-num">${formatNumber(value, styleOf(field), context)}</span>`,
  input: (request) =>
    typedInput(request, numberCodec(styleOf(request.field), request.field, request.context), {
      inputMode: 'numeric',
      direction: 'ltr',
      className: 'x-num',
    }),
  text: (value, field, context) =>
    value === null || value === undefined ? '' : formatNumber(value, styleOf(field), context),
  parse: (text, field, context) => parseNumber(text, styleOf(field).decimals, field, context),
  filter: { literal: bareLiteral },
});
