// One line of text: plain, e-mail, phone or URL. Stored as it came; nothing is trimmed or converted silently.
import { defineFieldType } from 'peyvand/sdk';
import type { Decoded } from 'peyvand/sdk';
import { quote, refuse } from '../../values/decoded.ts';
import { checkPattern, decodeText } from '../../values/text-value.ts';
import { formatOf, renamed, unknownFormat } from '../../values/attribute-facets.ts';

interface TextOptions {
  readonly type: string;
  readonly format?: 'plain' | 'email' | 'phone' | 'url';
}

const DEFAULT_LENGTH = 100;

/** What the Dataverse Web API calls the formats. */
const FORMATS = { plain: 'Text', email: 'Email', phone: 'Phone', url: 'Url' } as const;

export const text = defineFieldType<TextOptions>({
  name: 'text',
  options: {
    type: 'object',
    additionalProperties: false,
    properties: {
      format: {
        enum: ['plain', 'email', 'phone', 'url'],
        default: 'plain',
        description: 'What the text is, for checks and links.',
      },
    },
  },
  schema: { type: 'string' },
  edm: 'Edm.String',
  columns: () => [{ suffix: '', type: 'text' }],
  decode(value, field) {
    const decoded = decodeText(value, field.schema, DEFAULT_LENGTH);
    if (typeof value !== 'string' || 'violation' in decoded) return decoded;
    return (
      (LINE_BREAK.test(value) ? lineBreak : undefined) ?? formats[field.options.format ?? 'plain']?.(value) ?? decoded
    );
  },
  operators: ['eq', 'ne', 'gt', 'ge', 'lt', 'le', 'in', 'null', 'contains', 'startswith', 'endswith'],
  check: (field) => checkPattern(field.schema),
  attribute: {
    code: 'String',
    facets: ({ options, schema }) => {
      const format = FORMATS[options.format ?? 'plain'];
      return { MaxLength: schema['maxLength'] ?? DEFAULT_LENGTH, Format: format, FormatName: { Value: format } };
    },
    define({ kind, facets }) {
      if (kind !== 'String') return undefined;
      const asked = formatOf(facets) ?? 'Text';
      // Other types of ours are meant.
      const isNumbered = typeof facets['AutoNumberFormat'] === 'string' && facets['AutoNumberFormat'] !== '';
      if (isNumbered || /^(?:textarea|richtext)$/i.test(asked)) return undefined;
      const format = Object.entries(FORMATS).find(([, name]) => name.toLowerCase() === asked.toLowerCase())?.[0];
      if (format === undefined) return unknownFormat(asked, [...Object.values(FORMATS), 'TextArea', 'RichText']);
      return {
        property: {
          type: 'string',
          ...renamed(facets, { maxLength: 'MaxLength' }),
          field: { type: 'text', format },
        },
      };
    },
  },
});

// A one-line input would drop them without a word the first time somebody edits the value.
const LINE_BREAK = /[\n\r\u2028\u2029]/;
const lineBreak = refuse('TEXT_LINES', 'The text has line breaks; this field holds one line. Remove them.');

const formats: Readonly<Record<string, (value: string) => Decoded | undefined>> = {
  plain: () => undefined,
  email: (value) =>
    isEmail(value)
      ? undefined
      : refuse('TEXT_EMAIL', `${quote(value)} is not an e-mail address such as name@example.com.`),
  phone: (value) =>
    isPhone(value)
      ? undefined
      : refuse('TEXT_PHONE', `${quote(value)} is not a phone number such as +98 21 1234 5678.`),
  url: (value) =>
    isUrl(value) ? undefined : refuse('TEXT_URL', `${quote(value)} is not a web address such as https://example.com.`),
};

/** One @, a name of at most 64 characters, a domain of dotted labels (international ones included). */
function isEmail(value: string): boolean {
  const match = /^([^\s@<>()[\]\\,;:"]{1,64})@([\p{L}\p{N}\p{M}.-]{3,253})$/u.exec(value);
  if (!match) return false;
  const [, name = '', domain = ''] = match;
  if (name.startsWith('.') || name.endsWith('.') || name.includes('..')) return false;
  const labels = domain.split('.');
  return (
    labels.length > 1 &&
    labels.every((label) => label !== '' && !label.startsWith('-') && !label.endsWith('-') && label.length <= 63)
  );
}

/** Two digits (of any script) at least, beside the usual separators, letters for extensions, and invisible direction marks. */
function isPhone(value: string): boolean {
  return (
    /^[\p{Nd}A-Za-z \u00a0()+\-\u2010-\u2013./#*,;:\u200e\u200f\u2066-\u2069]+$/u.test(value) &&
    (value.match(/\p{Nd}/gu)?.length ?? 0) >= 2
  );
}

/** http, https or ftp; `www.example.com` counts as https. Never `javascript:` and its kind, since the app makes it a link. */
function isUrl(value: string): boolean {
  if (/[\s<>"]/.test(value)) return false;
  const scheme = /^([a-z][a-z0-9+.-]*):(?!\d)/i.exec(value)?.[1]?.toLowerCase();
  if (scheme === undefined) return /^[^/?#:]+\.[^/?#:.]/.test(value) && URL.canParse(`https://${value}`);
  return ['http', 'https', 'ftp'].includes(scheme) && /^[a-z]+:\/\/[^/]/i.test(value) && URL.canParse(value);
}
