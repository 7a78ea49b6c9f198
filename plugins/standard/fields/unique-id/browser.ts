// Unique ids in the browser: left to right, in one shape.
import { html } from 'lit';
import { defineFieldUi } from 'peyvand/ui';
import type { FieldContext, Parsed } from 'peyvand/ui';
import { bareLiteral } from '../../browser/number-field.ts';
import { typedInput, typedInputStyles } from '../../browser/typed-input.ts';

function parseId(text: string, context: FieldContext): Parsed {
  const id = text
    .trim()
    .replace(/^\{(.*)\}$/, '$1')
    .toLowerCase();
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)
    ? { value: id }
    : { message: context.locale.t('field.unique-id.notId') };
}

export default defineFieldUi({
  type: 'unique-id',
  width: 280,
  styles: typedInputStyles,
  strings: {
    en: { notId: 'This is not a unique id such as 01890000-0000-7000-8000-000000000000.' },
    fa: { notId: 'این شناسهٔ یکتا نیست؛ مانند 01890000-0000-7000-8000-000000000000.' },
  },
  display: (value) => html`<span class="x-ltr">${String(value)}</span>`,
  input: (request) =>
    typedInput(
      request,
      { show: String, edit: String, parse: (text) => parseId(text, request.context) },
      { direction: 'ltr', spellcheck: false },
    ),
  text: (value) => (value === null || value === undefined ? '' : String(value)),
  parse: (text, _field, context) => parseId(text, context),
  filter: { literal: bareLiteral },
});
