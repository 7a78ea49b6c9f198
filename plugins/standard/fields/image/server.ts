// One picture. As a file, but only image types, and the bytes must be what the media type claims.
import { defineFieldType } from 'peyvand/sdk';
import { blobColumns, decodeBlob } from '../../values/blob-value.ts';
import { imageTypes, verifyImage } from './image-signature.ts';
import { kilobytes, sizeOf } from '../../values/attribute-facets.ts';

interface ImageOptions {
  readonly type: string;
  readonly maxSize?: number;
}

const DEFAULT_SIZE = 10 * 1024 * 1024;

export const image = defineFieldType<ImageOptions>({
  name: 'image',
  options: {
    type: 'object',
    additionalProperties: false,
    properties: {
      maxSize: {
        type: 'integer',
        minimum: 1,
        maximum: 30 * 1024 * 1024,
        default: DEFAULT_SIZE,
        description: 'In bytes.',
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
    accept: imageTypes,
    columns: (stored) => [stored.id, stored.name],
    verify: verifyImage,
  }),
  attribute: {
    code: 'Virtual',
    kind: 'Image',
    facets: ({ options }) => ({ MaxSizeInKB: kilobytes(options.maxSize ?? DEFAULT_SIZE), CanStoreFullImage: true }),
    define: ({ kind, facets }) =>
      kind === 'Image'
        ? { property: { type: 'string', format: 'uuid', field: { type: 'image', ...sizeOf(facets) } } }
        : undefined,
  },
});
