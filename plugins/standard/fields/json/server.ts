// Any JSON value, for what other systems send along. Not for what people fill in: that deserves fields.
import { defineFieldType } from 'peyvand/sdk';
import { accept, refuse } from '../../values/decoded.ts';
import { faultOf } from './json-value.ts';

interface JsonOptions {
  readonly type: string;
  readonly maxSize?: number;
}

const DEFAULT_SIZE = 64 * 1024;

export const json = defineFieldType<JsonOptions>({
  name: 'json',
  options: {
    type: 'object',
    additionalProperties: false,
    properties: {
      maxSize: {
        type: 'integer',
        minimum: 2,
        maximum: 1024 * 1024,
        default: DEFAULT_SIZE,
        description: 'In bytes of UTF-8.',
      },
    },
  },
  schema: {},
  edm: 'Edm.Untyped',
  columns: () => [{ suffix: '', type: 'jsonb' }],
  decode(value, field, context) {
    if (value === null) return accept(null);
    const limit = field.options.maxSize ?? DEFAULT_SIZE;
    try {
      const fault = faultOf(value, limit);
      if (fault) return fault;
      // A bare number keeps its digits, as numbers further down do.
      const text = (typeof value === 'number' ? context.exact : undefined) ?? JSON.stringify(value);
      const size = Buffer.byteLength(text);
      return size > limit
        ? refuse('JSON_SIZE', `The JSON takes ${size} bytes; at most ${limit} are allowed.`)
        : accept(text);
    } catch {
      // A getter or a proxy that throws: no JSON text could have made it.
      return refuse('JSON_INVALID', 'The value is not JSON.');
    }
  },
  operators: ['null'],
  sortable: false,
});
