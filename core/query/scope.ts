// Names in a query → what the model knows: columns of an entity, or of what its lookups point at. Problems come back as
// sentences with a suggestion, so that readers can collect them.
import type { Column, Entity, Field, Model, Navigation } from '../model/model.ts';
import { suggest } from '../model/suggest.ts';
import type { ColumnType, Operator } from '../sdk/index.ts';
import type { ConditionOperator, Path } from './tree.ts';

export interface Resolved {
  readonly entity: Entity;
  readonly field: Field;
  readonly column: Column;
}

export interface Problem {
  readonly code: string;
  readonly problem: string;
}

/** A path over single-valued navigation that ends in a column. */
export function resolveColumn(model: Model, entity: Entity, path: Path): Resolved | Problem {
  let at = entity;
  for (const step of path.slice(0, -1)) {
    const walked = resolveNavigation(model, at, step);
    if ('problem' in walked) return walked;
    if (walked.navigation.kind !== 'one') {
      return {
        code: 'QUERY_NAVIGATION_MANY',
        problem: `${step} leads from ${at.name} to many rows; ask about them with ${step}/any(x:x/… ) or ${step}/all(x:x/… )`,
      };
    }
    at = walked.target;
  }
  const name = path.at(-1) ?? '';
  const column = at.wire.get(name);
  const field = column && at.fields.get(column.field);
  if (column && field) return { entity: at, field, column };
  return { code: 'QUERY_FIELD_UNKNOWN', problem: `${at.name} has no property ${name}${suggestColumn(at, name)}` };
}

/** A lookup is asked for by its value's name: say so to whoever wrote the field's. */
function suggestColumn(entity: Entity, name: string): string {
  const wire = entity.fields.get(name)?.columns[0]?.wire;
  if (wire !== undefined && wire !== name) return ` (a lookup's value is "${wire}")`;
  return suggest(name, [...entity.wire.keys(), ...entity.navigation.keys()]);
}

export function resolveNavigation(
  model: Model,
  entity: Entity,
  name: string,
): { readonly navigation: Navigation; readonly target: Entity } | Problem {
  const navigation = entity.navigation.get(name);
  const target = navigation && model.entities.get(navigation.target);
  if (navigation && target) return { navigation, target };
  return {
    code: 'QUERY_NAVIGATION_UNKNOWN',
    problem: `${entity.name} has no navigation property ${name}${suggest(name, entity.navigation.keys())}`,
  };
}

const equality: readonly Operator[] = ['eq', 'ne', 'in', 'null'];
const order: readonly Operator[] = ['gt', 'ge', 'lt', 'le'];
const dates: readonly Operator[] = [
  'on',
  'before',
  'after',
  'today',
  'yesterday',
  'tomorrow',
  'this-week',
  'this-month',
  'this-year',
  'last-x-days',
  'next-x-days',
];

/** What SQL can do with each storage class; a field type narrows it for its own column. */
const storage: Readonly<Record<ColumnType, readonly Operator[]>> = {
  text: [...equality, ...order, 'contains', 'startswith', 'endswith'],
  integer: [...equality, ...order],
  bigint: [...equality, ...order],
  numeric: [...equality, ...order],
  boolean: ['eq', 'ne', 'null'],
  date: [...equality, ...order, ...dates],
  timestamptz: [...equality, ...order, ...dates],
  timestamp: [...equality, ...order, ...dates],
  uuid: [...equality, 'me'],
  jsonb: ['null'],
  'integer[]': ['eq', 'ne', 'null', 'has-any', 'has-all'],
};

/** Operators that follow from others a field type allows. */
const implied: Partial<Record<ConditionOperator, Operator>> = {
  'me-or-my-teams': 'me',
  'on-or-before': 'on',
  'on-or-after': 'on',
};

/** Why `operator` cannot be asked of the column, or undefined. */
export function refuseOperator(resolved: Resolved, operator: ConditionOperator): Problem | undefined {
  const { field, column } = resolved;
  const asked = implied[operator] ?? (operator as Operator);
  const possible = storage[column.type];
  const own = column.suffix === '' ? field.type.operators : possible;
  // Equality and emptiness hold for whatever can be stored; the rest is the field type's to allow.
  if (possible.includes(asked) && (own.includes(asked) || isBasic(asked, column.type))) return undefined;
  return {
    code: 'QUERY_OPERATOR_UNKNOWN',
    problem: `${column.wire} (${field.type.name}) cannot be asked with ${operator}; it knows ${own.filter((name) => possible.includes(name)).join(', ')}`,
  };
}

function isBasic(operator: Operator, type: ColumnType): boolean {
  if (operator === 'null') return true;
  return type !== 'jsonb' && type !== 'integer[]' && (operator === 'eq' || operator === 'ne');
}

/** Why rows cannot be sorted or grouped by the column, or undefined. */
export function refuseOrder(resolved: Resolved): Problem | undefined {
  const { field, column } = resolved;
  if (column.type !== 'jsonb' && column.type !== 'integer[]' && field.type.sortable !== false) return undefined;
  return { code: 'QUERY_ORDER_UNKNOWN', problem: `${column.wire} (${field.type.name}) has no order` };
}
