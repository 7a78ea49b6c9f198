// One file. Its bytes live apart from the row and come in by the file route; the row holds the file's id and name.
import { defineFieldType } from 'peyvand/sdk';
import { blobColumns, decodeBlob, mediaTypeName } from '../../values/blob-value.ts';
import { kilobytes, sizeOf } from '../../values/attribute-facets.ts';

interface FileOptions {
  readonly type: string;
  readonly maxSize?: number;
  readonly accept?: readonly string[];
}

const DEFAULT_SIZE = 32 * 1024 * 1024;

export const file = defineFieldType<FileOptions>({
  name: 'file',
  options: {
    type: 'object',
    additionalProperties: false,
    properties: {
      maxSize: {
        type: 'integer',
        minimum: 1,
        maximum: 128 * 1024 * 1024,
        default: DEFAULT_SIZE,
        description: 'In bytes.',
      },
      accept: {
        type: 'array',
        items: mediaTypeName,
        minItems: 1,
        uniqueItems: true,
        description: 'Accepted media types; absent = any.',
      },
    },
  },
  schema: { type: 'string', format: 'uuid' },
  edm: 'Edm.Guid',
  columns: () => blobColumns,
  decode: decodeBlob,
  operators: ['eq', 'ne', 'null'],
  sortable: false,
  blob: (field) => ({
    limit: field.options.maxSize ?? DEFAULT_SIZE,
    ...(field.options.accept === undefined ? {} : { accept: field.options.accept }),
    columns: (stored) => [stored.id, stored.name],
  }),
  attribute: {
    code: 'Virtual',
    kind: 'File',
    facets: ({ options }) => ({ MaxSizeInKB: kilobytes(options.maxSize ?? DEFAULT_SIZE) }),
    define: ({ kind, facets }) =>
      kind === 'File'
        ? { property: { type: 'string', format: 'uuid', field: { type: 'file', ...sizeOf(facets) } } }
        : undefined,
  },
});
