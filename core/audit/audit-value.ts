// A value as the log keeps it (what Postgres made of a column as JSON) → the same value in wire form.
import { fromText } from '../records/wire-text.ts';
import type { Column, Entity, Field } from '../model/model.ts';

/** `text` is the JSON text, numbers with every digit; SQL's null and JSON's are the same here. */
export function wireValue(column: Column, text: string | null): unknown {
  if (text === null || text === 'null') return null;
  switch (column.type) {
    case 'timestamptz':
      return fromText(column, instant(JSON.parse(text) as string));
    case 'integer[]':
      return (JSON.parse(text) as readonly number[]).join(',');
    case 'integer':
    case 'bigint':
    case 'numeric':
    case 'boolean':
    case 'jsonb':
      return fromText(column, text);
    default:
      return fromText(column, JSON.parse(text) as string);
  }
}

/** `2026-11-22T13:30:00.5+03:30` → `2026-11-22T10:00:00.5Z`, fractions kept to the microsecond. */
function instant(text: string): string {
  const [, whole = text, fraction = '', zone = 'Z'] = /^(.*?)(\.\d+)?(Z|[+-]\d{2}:?\d{2})$/.exec(text) ?? [];
  if (zone === 'Z' || zone === '+00:00') return `${whole}${fraction}Z`;
  return `${new Date(`${whole}${zone}`).toISOString().slice(0, 19)}${fraction}Z`;
}

/** The field and column that a name in the log means today; undefined for what the model no longer has. */
export function loggedColumn(
  entity: Entity,
  name: string,
): { readonly field: Field; readonly column: Column } | undefined {
  return columnsOf(entity).get(name);
}

const known = new WeakMap<Entity, ReadonlyMap<string, { readonly field: Field; readonly column: Column }>>();

function columnsOf(entity: Entity): ReadonlyMap<string, { readonly field: Field; readonly column: Column }> {
  const found = known.get(entity);
  if (found) return found;
  const columns = new Map<string, { readonly field: Field; readonly column: Column }>();
  // What stands there under an old name was logged before the field was renamed.
  for (const field of entity.fields.values()) {
    if (field.was === undefined) continue;
    for (const column of field.columns) columns.set(`${field.was}${column.suffix}`, { field, column });
  }
  for (const field of entity.fields.values()) {
    for (const column of field.columns) columns.set(column.name, { field, column });
  }
  known.set(entity, columns);
  return columns;
}

/** SQL: column → [old, new] as JSON texts, from `changes` of a write. */
export const CHANGES_AS_TEXT = `(select jsonb_object_agg(e.key, jsonb_build_array((e.value -> 0)::text, (e.value -> 1)::text))
  from jsonb_each(case when jsonb_typeof(changes) = 'object' then changes else '{}' end) e where jsonb_typeof(e.value) = 'array')`;

/** Actions of writes: their `changes` are column → [old, new]. */
export const WRITE_ACTIONS = ['create', 'update', 'delete', 'associate', 'disassociate', 'merge', 'unmerge'] as const;

/** `2026-11-22T10:00:00.123456Z`, the form in which instants of the log travel: they are told apart by microseconds. */
export const AT_AS_TEXT = `to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
