// What file and image share: two columns beside each other, and no way to write them but by the file route.
import type { ColumnSpec, Decoded, JsonSchema } from 'peyvand/sdk';
import { accept, refuse } from './decoded.ts';

/** The file's id (no caller may choose it) and, for people, its name. */
export const blobColumns: readonly ColumnSpec[] = [
  { suffix: '', type: 'uuid' },
  { suffix: '_name', type: 'text' },
];

export const mediaTypeName: JsonSchema = { type: 'string', pattern: '^[a-z0-9.+-]+/([a-z0-9.+-]+|\\*)$' };

/** Null removes the file. An id from outside is refused: it could name another record's file. */
export function decodeBlob(value: unknown): Decoded {
  return value === null
    ? accept(null, null)
    : refuse(
        'FILE_ROUTE',
        'Send the bytes to the record’s file address; a record can only remove its file, with null.',
      );
}
