// Formatted text in the browser.
import { html } from 'lit';
import { defineFieldUi } from 'peyvand/ui';
import { defineRichTextInput } from '../../browser/rich-text-input.ts';
import { safeFragment, textOf } from '../../browser/safe-html.ts';
import { plainCodec, typedInput, typedInputStyles } from '../../browser/typed-input.ts';

defineRichTextInput();

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

export default defineFieldUi({
  type: 'rich-text',
  size: 'block',
  width: 280,
  inline: false,
  styles: `${typedInputStyles}
  x-rich-text-input { display: block; }
  .x-rich.x-input { padding: 0; block-size: auto; display: block; background: var(--x-surface); border-color: var(--x-frame); }
  .x-rich-tools { display: flex; flex-wrap: wrap; gap: 0.125rem; padding: 0.25rem; border-block-end: 1px solid var(--x-line); }
  .x-rich-tools [aria-pressed='true'] { background: var(--x-pressed); }
  .x-rich-link { margin: 0.25rem; }
  .x-rich-text { min-block-size: 6lh; max-block-size: 60vh; overflow-y: auto; padding: 0.5rem 0.75rem; outline: none; white-space: pre-wrap; overflow-wrap: anywhere; }
  .x-rich:focus-within { outline: 2px solid var(--x-focus); outline-offset: 1px; }
  .x-rich-shown { overflow-wrap: anywhere; }
  :is(.x-rich-shown, .x-rich-text) :is(p, ul, ol, blockquote, pre) { margin-block: 0.5em; }
  :is(.x-rich-shown, .x-rich-text) ul { list-style: disc; padding-inline-start: 1.5em; }
  :is(.x-rich-shown, .x-rich-text) ol { list-style: decimal; padding-inline-start: 1.5em; }
  :is(.x-rich-shown, .x-rich-text) blockquote { margin-inline: 0; padding-inline-start: 0.75em; border-inline-start: 3px solid var(--x-line-strong); }
  :is(.x-rich-shown, .x-rich-text) > :first-child { margin-block-start: 0; }
  :is(.x-rich-shown, .x-rich-text) > :last-child { margin-block-end: 0; }
  `,
  strings: {
    en: {
      tools: 'Formatting',
      bold: 'Bold',
      italic: 'Italic',
      underline: 'Underline',
      strike: 'Strike through',
      heading: 'Heading',
      bullets: 'Bulleted list',
      numbers: 'Numbered list',
      quote: 'Quotation',
      undo: 'Undo',
      redo: 'Redo',
      link: 'Link',
      address: 'Address of the link; empty takes it away',
      apply: 'Apply',
      failed: 'The editor could not be loaded: {message}',
    },
    fa: {
      tools: 'قالب‌بندی',
      bold: 'ضخیم',
      italic: 'کج',
      underline: 'زیرخط',
      strike: 'خط‌خورده',
      heading: 'عنوان',
      bullets: 'فهرست نشانه‌دار',
      numbers: 'فهرست شماره‌دار',
      quote: 'نقل قول',
      undo: 'واگرد',
      redo: 'ازنو',
      link: 'پیوند',
      address: 'نشانی پیوند؛ خالی آن را برمی‌دارد',
      apply: 'اعمال',
      failed: 'ویرایشگر بارگذاری نشد: {message}',
    },
  },
  display: (value) => html`<div class="x-rich-shown" dir="auto">${safeFragment(String(value))}</div>`,
  input: (request) =>
    request.place === 'filter'
      ? typedInput(request, plainCodec)
      : html`<x-rich-text-input .request=${request}></x-rich-text-input>`,
  text: (value) => (typeof value === 'string' ? textOf(value) : ''),
  parse: (text) => ({
    value: text
      .split(/\n{2,}/)
      .map((part) => `<p>${escaped(part).replaceAll('\n', '<br />')}</p>`)
      .join(''),
  }),
});
