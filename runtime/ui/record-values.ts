// Between the API's rows (wire names, annotations) and values by field name, both ways.
import type { EntityMetadata, FieldMetadata } from '../../metadata/effective.ts';
import type { Row } from '../client/index.ts';
import type { FieldUi, FieldValue, LookupValue } from './field-ui.ts';

export type Values = Readonly<Record<string, FieldValue>>;

const FORMATTED = '@OData.Community.Display.V1.FormattedValue';
const LOGICAL_NAME = '@Microsoft.Dynamics.CRM.lookuplogicalname';

export function formattedOf(row: Row, field: FieldMetadata | undefined): string | undefined {
  const text = field && row[field.wire + FORMATTED];
  return typeof text === 'string' ? text : undefined;
}

/** One field's value out of a row; null when empty or not selected. */
export function valueOf(row: Row, field: FieldMetadata): FieldValue {
  const raw = row[field.wire] ?? null;
  if (raw === null || !field.targets) return raw;
  const entity = row[field.wire + LOGICAL_NAME];
  return {
    entity: typeof entity === 'string' ? entity : (field.targets[0]?.entity ?? ''),
    id: String(raw),
    name: formattedOf(row, field) ?? '',
  } satisfies LookupValue;
}

export function valuesOf(row: Row, entity: EntityMetadata): Values {
  const values: Record<string, FieldValue> = {};
  for (const field of Object.values(entity.fields)) values[field.name] = valueOf(row, field);
  return values;
}

/** The body of a write: lookups by `@odata.bind`. `setOf` gives an entity's set name. */
export function bodyOf(changes: Values, entity: EntityMetadata, setOf: (entity: string) => string): Row {
  const body: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(changes)) {
    const field = entity.fields[name];
    if (!field?.targets) {
      body[name] = value;
      continue;
    }
    const lookup = value as LookupValue | null;
    const target = field.targets.find((one) => one.entity === lookup?.entity) ?? field.targets[0];
    if (target) body[`${target.navigation}@odata.bind`] = lookup ? `/${setOf(lookup.entity)}(${lookup.id})` : null;
  }
  return body;
}

/** A row with values laid over it, as an optimistic write shows it; formatted texts of changed fields are dropped. */
export function overlayRow(row: Row, changes: Values, entity: EntityMetadata): Row {
  const next: Record<string, unknown> = { ...row };
  for (const [name, value] of Object.entries(changes)) {
    const field = entity.fields[name];
    if (!field) continue;
    delete next[field.wire + FORMATTED];
    const lookup = field.targets ? (value as LookupValue | null) : undefined;
    next[field.wire] = lookup === undefined ? value : (lookup?.id ?? null);
    if (lookup) {
      next[field.wire + FORMATTED] = lookup.name;
      next[field.wire + LOGICAL_NAME] = lookup.entity;
    }
  }
  return next;
}

export function isEmpty(value: FieldValue): boolean {
  return value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
}

export function sameValue(a: FieldValue, b: FieldValue, ui?: FieldUi): boolean {
  if (Object.is(a, b) || (isEmpty(a) && isEmpty(b))) return true;
  if (ui?.equal && !isEmpty(a) && !isEmpty(b)) return ui.equal(a, b);
  const one = a as Partial<LookupValue> | null;
  const other = b as Partial<LookupValue> | null;
  if (one?.id !== undefined && other?.id !== undefined && one.entity !== undefined)
    return one.id === other.id && one.entity === other.entity;
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Its rows can be merged: they have where to say which one they were merged into. */
export function isMergeable(entity: EntityMetadata): boolean {
  return Object.values(entity.fields).some((field) => field.options['system'] === 'master');
}
