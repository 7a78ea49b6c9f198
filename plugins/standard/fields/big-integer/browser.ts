// 64-bit whole numbers in the browser; beyond 2^53 they stay text.
import { html } from 'lit';
import { defineFieldUi } from 'peyvand/ui';

import { bareLiteral, formatNumber, numberCodec, numberStrings, parseNumber } from '../../browser/number-field.ts';
import type { NumberStyle } from '../../browser/number-field.ts';
import { typedInput, typedInputStyles } from '../../browser/typed-input.ts';

const styleOf = (): NumberStyle => ({ decimals: 0 });

export default defineFieldUi({
  type: 'big-integer',
  align: 'end',
  width: 120,
  styles: typedInputStyles,
  strings: numberStrings,
  display: (value, _field, context) => html`<span class="x-num">${formatNumber(value, styleOf(), context)}</span>`,
  input: (request) =>
    typedInput(request, numberCodec(styleOf(), request.field, request.context), {
      inputMode: 'numeric',
      direction: 'ltr',
      className: 'x-num',
    }),
  text: (value, _field, context) =>
    value === null || value === undefined ? '' : formatNumber(value, styleOf(), context),
  parse: (text, field, context) => parseNumber(text, styleOf().decimals, field, context),
  filter: { literal: bareLiteral },
});
