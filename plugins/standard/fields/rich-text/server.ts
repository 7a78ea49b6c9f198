// Formatted text as HTML. Sanitized on the way in, so that no reader has to trust what a writer sent.
import { defineFieldType } from 'peyvand/sdk';
import sanitize from 'sanitize-html';
import { accept, refuse } from '../../values/decoded.ts';
import { decodeText, tooLong } from '../../values/text-value.ts';
import { formatOf, renamed, unknownFormat } from '../../values/attribute-facets.ts';

interface RichTextOptions {
  readonly type: string;
}

const DEFAULT_LENGTH = 1_048_576;

/** What the editor can make, and no more: no scripts, styles, event handlers, frames or forms. */
const ALLOWED: sanitize.IOptions = {
  allowedTags: [
    'p',
    'br',
    'hr',
    'h1',
    'h2',
    'h3',
    'h4',
    'h5',
    'h6',
    'blockquote',
    'pre',
    'code',
    'strong',
    'b',
    'em',
    'i',
    'u',
    's',
    'sub',
    'sup',
    'mark',
    'ul',
    'ol',
    'li',
    'a',
    'span',
    'div',
    'table',
    'thead',
    'tbody',
    'tr',
    'th',
    'td',
  ],
  allowedAttributes: {
    '*': ['dir', 'lang'],
    a: ['href', 'title', 'target', 'rel'],
    ol: ['start'],
    th: ['colspan', 'rowspan'],
    td: ['colspan', 'rowspan'],
  },
  allowedSchemes: ['http', 'https', 'mailto', 'tel'],
  allowProtocolRelative: false,
  disallowedTagsMode: 'discard',
  nestingLimit: 100,
  // A link that opens elsewhere must not hand the app's window over.
  transformTags: {
    a: (tagName, attributes) => ({
      tagName,
      attribs: 'target' in attributes ? { ...attributes, target: '_blank', rel: 'noopener noreferrer' } : attributes,
    }),
  },
};

export const richText = defineFieldType<RichTextOptions>({
  name: 'rich-text',
  options: { type: 'object', additionalProperties: false, properties: {} },
  schema: { type: 'string' },
  edm: 'Edm.String',
  columns: () => [{ suffix: '', type: 'text' }],
  decode(value, field) {
    const decoded = decodeText(value, field.schema, DEFAULT_LENGTH);
    if (typeof value !== 'string' || 'violation' in decoded) return decoded;
    let safe: string;
    try {
      safe = sanitize(value, ALLOWED);
    } catch {
      return refuse('HTML_INVALID', 'The formatted text cannot be read as HTML.');
    }
    // Escaping can lengthen the text (`<` becomes `&lt;`).
    return tooLong(safe, field.schema, DEFAULT_LENGTH) ?? accept(safe);
  },
  operators: ['null', 'contains'],
  sortable: false,
  attribute: {
    code: 'Memo',
    facets: ({ schema }) => ({
      MaxLength: schema['maxLength'] ?? DEFAULT_LENGTH,
      Format: 'RichText',
      FormatName: { Value: 'RichText' },
    }),
    define({ kind, facets }) {
      const format = formatOf(facets) ?? '';
      const isRich = format.toLowerCase() === 'richtext';
      if (kind === 'Memo' && !isRich && !/^(?:text|textarea)?$/i.test(format))
        return unknownFormat(format, ['TextArea', 'RichText']);
      if (!isRich || (kind !== 'Memo' && kind !== 'String')) return undefined;
      const length = renamed(facets, { maxLength: 'MaxLength' });
      return { property: { type: 'string', ...length, field: { type: 'rich-text' } } };
    },
  },
});
