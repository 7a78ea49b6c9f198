// Text of several lines. Stored as it came.
import { defineFieldType } from 'peyvand/sdk';
import { checkPattern, decodeText } from '../../values/text-value.ts';
import { formatOf, renamed } from '../../values/attribute-facets.ts';

interface MultilineOptions {
  readonly type: string;
  readonly rows?: number;
}

const DEFAULT_LENGTH = 2_000;

export const multiline = defineFieldType<MultilineOptions>({
  name: 'multiline',
  options: {
    type: 'object',
    additionalProperties: false,
    properties: {
      rows: {
        type: 'integer',
        minimum: 1,
        maximum: 50,
        default: 4,
        description: 'Lines shown in the form before it scrolls.',
      },
    },
  },
  schema: { type: 'string' },
  edm: 'Edm.String',
  columns: () => [{ suffix: '', type: 'text' }],
  decode: (value, field) => decodeText(value, field.schema, DEFAULT_LENGTH),
  operators: ['eq', 'ne', 'null', 'contains', 'startswith', 'endswith'],
  check: (field) => checkPattern(field.schema),
  attribute: {
    code: 'Memo',
    facets: ({ schema }) => ({
      MaxLength: schema['maxLength'] ?? DEFAULT_LENGTH,
      Format: 'TextArea',
      FormatName: { Value: 'TextArea' },
    }),
    define({ kind, facets }) {
      const format = (formatOf(facets) ?? '').toLowerCase();
      const isMeant =
        kind === 'Memo' ? ['', 'text', 'textarea'].includes(format) : kind === 'String' && format === 'textarea';
      if (!isMeant) return undefined;
      const length = renamed(facets, { maxLength: 'MaxLength' });
      return { property: { type: 'string', ...length, field: { type: 'multiline' } } };
    },
  },
});
