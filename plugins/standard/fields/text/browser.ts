// Text in the browser: links for addresses of the net, left to right where the content is.
import { html } from 'lit';
import { defineFieldUi, latinDigits } from 'peyvand/ui';
import type { FieldContext, FieldMetadata, Parsed } from 'peyvand/ui';
import { plainCodec, typedInput, typedInputStyles, valueLinkStyles } from '../../browser/typed-input.ts';
import type { InputLook, TextCodec } from '../../browser/typed-input.ts';

type Format = 'plain' | 'email' | 'phone' | 'url';

function formatOf(field: FieldMetadata): Format {
  const { format } = field.options as { readonly format?: Format };
  return format ?? 'plain';
}

const looks: Readonly<Record<Format, InputLook>> = {
  plain: {},
  email: { inputMode: 'email', direction: 'ltr', spellcheck: false },
  phone: { inputMode: 'tel', direction: 'ltr', spellcheck: false },
  url: { inputMode: 'url', direction: 'ltr', spellcheck: false },
};

const scheme = /^([a-z][a-z0-9+.-]*):(?!\d)/i;

/** Only what a browser may follow: never `javascript:`. */
function linkOf(value: string): string | undefined {
  const named = scheme.exec(value)?.[1]?.toLowerCase();
  if (named === undefined) return `https://${value}`;
  return ['http', 'https', 'ftp'].includes(named) ? value : undefined;
}

function parseText(text: string, field: FieldMetadata, context: FieldContext): Parsed {
  const format = formatOf(field);
  if (format === 'plain') return { value: text };
  const value = format === 'phone' ? latinDigits(text.trim()) : text.trim();
  const sound = {
    email: /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/.test(value),
    phone: (value.match(/\d/g)?.length ?? 0) >= 2,
    url: !/\s/.test(value) && linkOf(value) !== undefined && /[^/?#:]\.[^/?#:.]|^[a-z]+:\/\/[^/]/i.test(value),
  }[format];
  return sound ? { value } : { message: context.locale.t(`field.text.${format}`) };
}

const codec = (field: FieldMetadata, context: FieldContext): TextCodec => ({
  ...plainCodec,
  parse: (text) => parseText(text, field, context),
});

export default defineFieldUi({
  type: 'text',
  width: 200,
  styles: typedInputStyles + valueLinkStyles,
  strings: {
    en: {
      email: 'This is not an e-mail address. Write it like name@example.com.',
      phone: 'This is not a phone number. Write it like +98 21 1234 5678.',
      url: 'This is not a web address. Write it like https://example.com.',
    },
    fa: {
      email: 'این نشانی ایمیل نیست. مانند name@example.com بنویسید.',
      phone: 'این شمارهٔ تلفن نیست. مانند ‎+98 21 1234 5678‎ بنویسید.',
      url: 'این نشانی وب نیست. مانند https://example.com بنویسید.',
    },
  },
  display(value, field) {
    const text = String(value);
    const format = formatOf(field);
    if (format === 'email') return html`<a class="x-ltr x-value-link" href=${`mailto:${text}`}>${text}</a>`;
    if (format === 'phone')
      return html`<a class="x-ltr x-value-link" href=${`tel:${text.replace(/[^\d+*#,;]/g, '')}`}>${text}</a>`;
    const link = format === 'url' ? linkOf(text) : undefined;
    if (link !== undefined) {
      return html`<a class="x-ltr x-value-link" href=${link} target="_blank" rel="noopener noreferrer">${text}</a>`;
    }
    return html`<span dir="auto">${text}</span>`;
  },
  input: (request) =>
    typedInput(
      request,
      // A filter looks for a part of an address: that need not be one.
      request.place === 'filter' ? plainCodec : codec(request.field, request.context),
      looks[formatOf(request.field)],
    ),
  text: (value) => (value === null || value === undefined ? '' : String(value)),
  parse: parseText,
});
