// A reference to one row of one entity: a foreign key with an index.
import { defineFieldType } from 'peyvand/sdk';
import {
  checkRelation,
  decodeSingle,
  logicalName,
  referenceOf,
  relationSchema,
  singleColumns,
} from '../../values/reference-value.ts';
import type { RelationOptions } from '../../values/reference-value.ts';

interface LookupOptions {
  readonly type: string;
  readonly target: string;
  readonly relation?: RelationOptions;
}

export const lookup = defineFieldType<LookupOptions>({
  name: 'lookup',
  options: {
    type: 'object',
    additionalProperties: false,
    required: ['target'],
    properties: {
      target: { ...logicalName, description: 'The referenced entity’s logical name.' },
      relation: relationSchema,
    },
  },
  schema: { type: 'string', format: 'uuid' },
  edm: 'Edm.Guid',
  columns: (field) => singleColumns(field.name),
  decode: (value, field, context) => decodeSingle(value, field.options.target, context),
  operators: ['eq', 'ne', 'in', 'null', 'me'],
  reference: (field) => referenceOf(field, [field.options.target]),
  check: (field) => checkRelation(field, [field.options.target]),
  attribute: { code: 'Lookup' },
});
