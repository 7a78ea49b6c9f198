// Text of several lines in the browser.
import { html } from 'lit';
import { defineFieldUi } from 'peyvand/ui';
import { numberOption } from '../../browser/number-field.ts';
import { plainCodec, typedInput, typedInputStyles } from '../../browser/typed-input.ts';

export default defineFieldUi({
  type: 'multiline',
  size: 'block',
  width: 280,
  styles: `${typedInputStyles}
  .x-lines { white-space: pre-wrap; overflow-wrap: anywhere; }
  `,
  display: (value) => html`<span class="x-lines" dir="auto">${String(value)}</span>`,
  input: (request) =>
    typedInput(request, plainCodec, request.place === 'form' ? { rows: numberOption(request.field, 'rows', 4) } : {}),
  text: (value) => (value === null || value === undefined ? '' : String(value)),
  parse: (text) => ({ value: text }),
});
