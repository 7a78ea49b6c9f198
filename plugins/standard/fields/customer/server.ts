// Whom one deals with: an account or a contact, or what `targets` says instead.
import { defineFieldType } from 'peyvand/sdk';
import {
  decodePolymorphic,
  polymorphicColumns,
  polymorphicOptions,
  referenceOf,
} from '../../values/reference-value.ts';
import type { RelationOptions } from '../../values/reference-value.ts';

interface CustomerOptions {
  readonly type: string;
  readonly targets?: readonly string[];
  readonly relation?: RelationOptions;
}

const TARGETS: readonly string[] = ['account', 'contact'];

export const customer = defineFieldType<CustomerOptions>({
  name: 'customer',
  options: polymorphicOptions,
  schema: { type: 'string', format: 'uuid' },
  edm: 'Edm.Guid',
  columns: (field) => polymorphicColumns(field.name),
  decode: (value, field, context) => decodePolymorphic(value, field, field.options.targets ?? TARGETS, context),
  operators: ['eq', 'ne', 'in', 'null'],
  // As the Common Data Model calls them: contact_customer_accounts.
  reference: (field) => ({ ...referenceOf(field, field.options.targets ?? TARGETS), namedBy: 'set' }),
  attribute: { code: 'Customer', kind: 'Lookup' },
});
