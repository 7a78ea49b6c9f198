// What a field type says of one field of it, where that depends on the field: a formula's operators and OData type are those of
// its result.
import type { Operator } from '../sdk/index.ts';
import type { Field } from './model.ts';

/** None for what is worked out on read: SQL cannot ask for it. */
export function operatorsOf(field: Field): readonly Operator[] {
  if (field.derivation?.kind === 'evaluated') return [];
  return field.type.operatorsOf?.(field.spec) ?? field.type.operators;
}

export function isSortable(field: Field): boolean {
  return field.type.sortable !== false && field.derivation?.kind !== 'evaluated';
}

/** `Edm.Decimal` */
export function edmOf(field: Field): string {
  return field.type.edmOf?.(field.spec) ?? field.type.edm;
}
