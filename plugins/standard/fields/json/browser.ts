// JSON in the browser: monospace, left to right, with the parser's word on what is wrong.
import { html } from 'lit';
import { defineFieldUi } from 'peyvand/ui';
import type { FieldContext, Parsed } from 'peyvand/ui';
import { typedInput, typedInputStyles } from '../../browser/typed-input.ts';

function parseJson(text: string, context: FieldContext): Parsed {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (error) {
    return {
      message: context.locale.t('field.json.notJson', { message: error instanceof Error ? error.message : '' }),
    };
  }
}

const indented = (value: unknown): string => JSON.stringify(value, null, 2);

export default defineFieldUi({
  type: 'json',
  size: 'block',
  width: 240,
  styles: `${typedInputStyles}
  .x-json { font-family: ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere; text-align: left; }
  `,
  strings: {
    en: { notJson: 'This is not JSON: {message}' },
    fa: { notJson: 'این JSON نیست: {message}' },
  },
  display: (value) => html`<code class="x-json x-ltr">${JSON.stringify(value)}</code>`,
  input: (request) =>
    typedInput(
      request,
      { show: indented, edit: indented, parse: (text) => parseJson(text, request.context) },
      {
        direction: 'ltr',
        spellcheck: false,
        className: 'x-json',
        ...(request.place === 'form' ? { rows: 6 } : {}),
      },
    ),
  text: (value) => (value === null || value === undefined ? '' : JSON.stringify(value)),
  parse: (text, _field, context) => parseJson(text, context),
});
