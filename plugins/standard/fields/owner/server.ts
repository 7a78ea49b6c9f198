// Who owns the row: a user or a team.
import { defineFieldType } from 'peyvand/sdk';
import {
  decodePolymorphic,
  polymorphicColumns,
  polymorphicOptions,
  referenceOf,
} from '../../values/reference-value.ts';
import type { RelationOptions } from '../../values/reference-value.ts';

interface OwnerOptions {
  readonly type: string;
  readonly targets?: readonly string[];
  readonly relation?: RelationOptions;
}

const TARGETS: readonly string[] = ['systemuser', 'team'];

export const owner = defineFieldType<OwnerOptions>({
  name: 'owner',
  options: polymorphicOptions,
  schema: { type: 'string', format: 'uuid' },
  edm: 'Edm.Guid',
  columns: (field) => polymorphicColumns(field.name),
  decode: (value, field, context) => decodePolymorphic(value, field, field.options.targets ?? TARGETS, context),
  operators: ['eq', 'ne', 'in', 'null', 'me'],
  reference: (field) => referenceOf(field, field.options.targets ?? TARGETS),
  attribute: { code: 'Owner', kind: 'Lookup' },
});
