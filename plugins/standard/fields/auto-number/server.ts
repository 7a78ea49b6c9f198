// A number made when the row is created, from a format such as `ACC-{SEQNUM:5}`. A caller may give one instead.
import { defineFieldType } from 'peyvand/sdk';
import { decodeText } from '../../values/text-value.ts';
import { checkFormat, partsOf } from './format.ts';
import { renamed } from '../../values/attribute-facets.ts';

interface AutoNumberOptions {
  readonly type: string;
  readonly format: string;
  readonly start?: number;
}

const DEFAULT_START = 1000;
const DEFAULT_LENGTH = 100;

export const autoNumber = defineFieldType<AutoNumberOptions>({
  name: 'auto-number',
  options: {
    type: 'object',
    additionalProperties: false,
    required: ['format'],
    properties: {
      format: {
        type: 'string',
        minLength: 1,
        maxLength: 200,
        description: 'Literal text with {SEQNUM:n}, {RANDSTRING:n} and {DATETIMEUTC:yyyyMMdd}.',
      },
      start: {
        type: 'integer',
        minimum: 0,
        maximum: 9_007_199_254_740_991,
        default: DEFAULT_START,
        description: 'The first SEQNUM.',
      },
    },
  },
  schema: { type: 'string' },
  edm: 'Edm.String',
  columns: () => [{ suffix: '', type: 'text' }],
  decode: (value, field) => decodeText(value, field.schema, DEFAULT_LENGTH),
  operators: ['eq', 'ne', 'gt', 'ge', 'lt', 'le', 'in', 'null', 'contains', 'startswith', 'endswith'],
  check: (field) => checkFormat(field.options.format),
  generate: (field) => partsOf(field.options.format, field.options.start ?? DEFAULT_START),
  attribute: {
    code: 'String',
    facets: ({ options, schema }) => ({
      MaxLength: schema['maxLength'] ?? DEFAULT_LENGTH,
      Format: 'Text',
      FormatName: { Value: 'Text' },
      AutoNumberFormat: options.format,
    }),
    define({ kind, facets }) {
      const { AutoNumberFormat: format } = facets;
      if (kind !== 'String' || typeof format !== 'string' || format === '') return undefined;
      const length = renamed(facets, { maxLength: 'MaxLength' });
      return { property: { type: 'string', ...length, field: { type: 'auto-number', format } } };
    },
  },
});
