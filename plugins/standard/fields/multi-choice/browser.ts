// Several options in the browser: chips.
import { html } from 'lit';
import { defineFieldUi } from 'peyvand/ui';
import { optionsOf, readOption, tagOf, titleOf } from '../../browser/choice-field.ts';
import { valuesOf, wireOf } from '../../browser/multi-choice-input.ts';

export default defineFieldUi({
  type: 'multi-choice',
  width: 200,
  styles: `
  x-multi-choice-input { display: block; }
  .x-multi { flex-wrap: wrap; gap: 0.25rem; }
  .x-multi-open { flex: 1 1 2rem; display: inline-flex; align-items: center; justify-content: space-between; min-block-size: 1.75rem;
    border: 0; background: transparent; color: inherit; font: inherit; text-align: start; cursor: pointer; }
  /* The row around it shows the focus. */
  .x-multi .x-multi-open:focus-visible { outline: none; }
  .x-option.x-active { outline: 2px solid var(--x-focus); outline-offset: -2px; }
  `,
  strings: {
    en: {
      choose: 'Choose …',
      remove: 'Take away {title}',
      unknown: '“{text}” is not one of the options. Choose from: {options}.',
    },
    fa: {
      choose: 'انتخاب …',
      remove: 'برداشتن {title}',
      unknown: '«{text}» از گزینه‌ها نیست. از این‌ها انتخاب کنید: {options}.',
    },
  },
  display: (value, field) => valuesOf(value).map((one) => tagOf(one, field)),
  input: (request) => html`<x-multi-choice-input .request=${request}></x-multi-choice-input>`,
  text: (value, field) =>
    valuesOf(value)
      .map((one) => titleOf(one, field))
      .join('; '),
  parse(text, field, { locale }) {
    const values: number[] = [];
    for (const part of text.split(/[;؛،,\n]/)) {
      if (part.trim() === '') continue;
      const value = readOption(part, field);
      if (value === undefined) {
        const options = optionsOf(field)
          .slice(0, 12)
          .map(({ title }) => title);
        return { message: locale.t('field.multi-choice.unknown', { text: part.trim(), options: options.join(', ') }) };
      }
      values.push(value);
    }
    return { value: wireOf(values) };
  },
});
