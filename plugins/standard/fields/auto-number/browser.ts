// Numbers the server makes: shown left to right; empty ones say when they will be made.
import { html } from 'lit';
import { defineFieldUi } from 'peyvand/ui';
import { plainCodec, typedInput, typedInputStyles } from '../../browser/typed-input.ts';

export default defineFieldUi({
  type: 'auto-number',
  width: 140,
  styles: typedInputStyles,
  strings: { en: { made: 'Made when saved' }, fa: { made: 'هنگام ذخیره ساخته می‌شود' } },
  display: (value) => html`<span class="x-ltr">${String(value)}</span>`,
  input: (request) =>
    typedInput(request, plainCodec, {
      direction: 'ltr',
      spellcheck: false,
      ...(request.place === 'form' && request.context.recordId === undefined
        ? { placeholder: request.context.locale.t('field.auto-number.made') }
        : {}),
    }),
  text: (value) => (value === null || value === undefined ? '' : String(value)),
  parse: (text) => ({ value: text.trim() }),
});
