// Names in a query → what the model knows: columns of an entity, or of what its lookups point at. Problems come back as
// sentences with a suggestion, so that readers can collect them.
import { isSortable, operatorsOf } from '../model/field-capabilities.ts';
import type { Column, Entity, Field, Model, Navigation } from '../model/model.ts';
import { suggest } from '../model/suggest.ts';
import type { ColumnType, Operator } from '../sdk/index.ts';
import { allowedBy, isHierarchyOperator, needsTime } from './operators.ts';
import type { ConditionOperator, HierarchyOperator, KnownOperator } from './operators.ts';
import type { Path } from './tree.ts';

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
  uuid: [...equality, ...order, 'me'],
  jsonb: ['null'],
  'integer[]': ['eq', 'ne', 'null', 'has-any', 'has-all'],
};

/** Why an operator of any reader cannot be asked of the column, or undefined. */
export function refuseKnown(model: Model, resolved: Resolved, { operator }: KnownOperator): Problem | undefined {
  if (operator === 'between') return refuseOperator(resolved, 'ge');
  if (!isHierarchyOperator(operator)) return refuseOperator(resolved, operator);
  const tree = treeOf(model, resolved);
  return 'problem' in tree ? { code: 'QUERY_OPERATOR_UNKNOWN', problem: tree.problem } : undefined;
}

/** Why `operator` cannot be asked of the column, or undefined. */
export function refuseOperator(
  resolved: Resolved,
  operator: Exclude<ConditionOperator, HierarchyOperator>,
): Problem | undefined {
  const { field, column } = resolved;
  const evaluated = refuseEvaluated(resolved, 'filtered');
  if (evaluated) return evaluated;
  const asked = allowedBy(operator);
  const possible = storage[column.type];
  const isKey = field === resolved.entity.key;
  // A key may be the caller's own, and rows are read on in its order from where a reader stopped.
  const own =
    column.suffix === '' ? (isKey ? [...operatorsOf(field), ...order, 'me' as const] : operatorsOf(field)) : possible;
  // Equality and emptiness hold for whatever can be stored; the rest is the field type's to allow.
  const isAllowed = possible.includes(asked) && (own.includes(asked) || isBasic(asked, column.type));
  const fits =
    (operator !== 'my-unit' || column.type === 'uuid') &&
    (operator !== 'my-language' || column.type === 'text') &&
    !(needsTime(operator) && column.type === 'date');
  if (isAllowed && fits) return undefined;
  return {
    code: 'QUERY_OPERATOR_UNKNOWN',
    problem: `${column.wire} (${field.type.name}) cannot be asked with ${operator}; it knows ${own.filter((name) => possible.includes(name)).join(', ')}`,
  };
}

/** The tree of rows that a key or a lookup stands in: the entity, and the wire name of the lookup to the row above. */
export function treeOf(
  model: Model,
  { entity, field, column }: Pick<Resolved, 'field' | 'column'> & { readonly entity: Entity },
): { readonly entity: Entity; readonly parent: string } | { readonly problem: string } {
  const isKey = field === entity.key;
  const target = isKey
    ? entity
    : model.entities.get(field.reference?.targets.length === 1 ? (field.reference.targets[0] ?? '') : '');
  const parent = target && [...target.fields.values()].find((one) => one.reference?.hierarchy === true);
  const wire = parent?.columns[0]?.wire;
  if (column.type === 'uuid' && column.suffix === '' && target && wire !== undefined)
    return { entity: target, parent: wire };
  return {
    problem: `${column.wire} names no row of a tree; above and under are asked of a key or a lookup whose entity has a hierarchy`,
  };
}

function isBasic(operator: Operator, type: ColumnType): boolean {
  if (operator === 'null') return true;
  return type !== 'jsonb' && type !== 'integer[]' && (operator === 'eq' || operator === 'ne');
}

/** Why rows cannot be asked about a formula that SQL has no words for, or undefined. */
export function refuseEvaluated({ field, column }: Resolved, asked = 'asked'): Problem | undefined {
  if (field.derivation?.kind !== 'evaluated') return undefined;
  return {
    code: 'QUERY_FIELD_EVALUATED',
    problem: `${column.wire} is worked out when a row is read (its formula uses ${field.derivation.reason}), so rows cannot be ${asked} by it`,
  };
}

/** Why rows cannot be sorted or grouped by the column, or undefined. */
export function refuseOrder(resolved: Resolved): Problem | undefined {
  const evaluated = refuseEvaluated(resolved, 'sorted or grouped');
  if (evaluated) return evaluated;
  const { field, column } = resolved;
  if (column.type !== 'jsonb' && column.type !== 'integer[]' && isSortable(field)) return undefined;
  return { code: 'QUERY_ORDER_UNKNOWN', problem: `${column.wire} (${field.type.name}) has no order` };
}
