// What an activity or a note is about: any of `targets`, and every entity that says `activities: true`.
import { defineFieldType } from 'peyvand/sdk';
import {
  decodePolymorphic,
  polymorphicColumns,
  polymorphicOptions,
  referenceOf,
} from '../../values/reference-value.ts';
import type { RelationOptions } from '../../values/reference-value.ts';

interface RegardingOptions {
  readonly type: string;
  readonly targets?: readonly string[];
  readonly relation?: RelationOptions;
}

const TARGETS: readonly string[] = ['account', 'contact'];

export const regarding = defineFieldType<RegardingOptions>({
  name: 'regarding',
  options: polymorphicOptions,
  schema: { type: 'string', format: 'uuid' },
  edm: 'Edm.Guid',
  columns: (field) => polymorphicColumns(field.name),
  decode: (value, field, context) => decodePolymorphic(value, field, field.options.targets ?? TARGETS, context),
  operators: ['eq', 'ne', 'in', 'null'],
  reference: (field) => referenceOf(field, field.options.targets ?? TARGETS),
  targetsFrom: 'activities',
  attribute: { code: 'Lookup' },
});
