// A reference to one row of one of several entities.
import { defineFieldType } from 'peyvand/sdk';
import { checkRelation, decodePolymorphic, polymorphicColumns, referenceOf } from '../../values/reference-value.ts';
import { polymorphicOptions } from '../../values/reference-value.ts';
import type { RelationOptions } from '../../values/reference-value.ts';

interface PolymorphicOptions {
  readonly type: string;
  readonly targets: readonly string[];
  readonly relation?: RelationOptions;
}

export const polymorphic = defineFieldType<PolymorphicOptions>({
  name: 'polymorphic',
  options: { ...polymorphicOptions, required: ['targets'] },
  schema: { type: 'string', format: 'uuid' },
  edm: 'Edm.Guid',
  columns: (field) => polymorphicColumns(field.name),
  decode: (value, field, context) => decodePolymorphic(value, field, field.options.targets, context),
  operators: ['eq', 'ne', 'in', 'null'],
  reference: (field) => referenceOf(field, field.options.targets),
  check: (field) => checkRelation(field, field.options.targets),
  attribute: { code: 'Lookup' },
});
