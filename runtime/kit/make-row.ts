// Valid rows out of the metadata: a value is thought of for each field that must have one, by what its column holds, and asked
// of the field type itself. No field type is known by name here either.
import type { Engine } from '../../core/engine.ts';
import type { Entity, Field } from '../../core/model/model.ts';
import { suggest } from '../../core/model/suggest.ts';
import type { ColumnType, Records, Row } from '../../core/sdk/index.ts';
import { fail } from './errors.ts';

/** As it was stored, and its id whatever the entity calls it. */
export type MadeRow = Row & { readonly id: string };

let made = 0;

/** Lookups that must be filled lead to other rows; longer chains are circles. */
const DEPTH = 6;

export async function makeRow(engine: Engine, records: Records, name: string, given: Row, depth = 0): Promise<MadeRow> {
  const entity = engine.model.entities.get(name);
  if (!entity) throw fail('KIT_ENTITY_UNKNOWN', { entity: name, hint: suggest(name, engine.model.entities.keys()) });
  const values: Record<string, unknown> = { ...given };
  for (const field of entity.fields.values()) {
    if (!isNeeded(entity, field) || Object.hasOwn(given, field.name)) continue;
    const target = field.reference?.targets[0];
    if (target === undefined) values[field.name] = sample(field);
    else if (depth >= DEPTH)
      throw fail('KIT_CANNOT_MAKE', { entity: name, field: field.name, reason: 'its references go in a circle' });
    else {
      const { id } = await makeRow(engine, records, target, {}, depth + 1);
      values[field.name] = (field.reference?.targets.length ?? 0) > 1 ? { entity: target, id } : id;
    }
  }
  const id = await records.create(name, values);
  return { ...(await records.retrieve(name, id)), id };
}

/** The name of a row is filled too: lists and messages show it. */
function isNeeded(entity: Entity, field: Field): boolean {
  if (field.readOnly || field.system !== undefined || field.derivation || field.default !== undefined) return false;
  return (field.required || field === entity.primary) && !field.type.generate && field.compose === undefined;
}

const CANDIDATES: Readonly<Record<ColumnType, (count: number, field: Field) => readonly unknown[]>> = {
  text: (count, { title }) => [
    `${title} ${count}`,
    `x${count}@example.com`,
    `https://example.com/${count}`,
    `+49305550${String(count).padStart(4, '0')}`,
    `X${count}`,
    String(count),
  ],
  integer: () => [1, 0, 10, 100],
  bigint: () => [1, 0, 10, 100],
  numeric: () => [1, 0, 10, 100, '1', '0'],
  boolean: () => [true, false],
  date: () => ['2026-03-21'],
  timestamptz: () => ['2026-03-21T12:00:00Z'],
  timestamp: () => ['2026-03-21T12:00:00'],
  uuid: () => [crypto.randomUUID()],
  jsonb: () => [{}, [], null],
  'integer[]': () => ['1'],
};

function sample(field: Field): unknown {
  made += 1;
  const column = field.columns[0];
  const { maxLength, minimum, maximum } = field.spec.schema;
  const bounds = [minimum, maximum].filter((bound) => typeof bound === 'number');
  const candidates = [
    ...(field.choices ?? []).map(({ value }) => (column?.type === 'integer[]' ? String(value) : value)),
    ...bounds,
    ...(column ? CANDIDATES[column.type](made, field) : []),
  ].map((value) => (typeof value === 'string' && typeof maxLength === 'number' ? value.slice(-maxLength) : value));
  let reason = 'no value of its kind was taken';
  for (const value of candidates) {
    if (value === null) continue;
    const decoded = field.type.decode(value, field.spec, {});
    if ('values' in decoded && decoded.values.some((part) => part !== null)) return value;
    if ('violation' in decoded) reason = decoded.violation.message;
  }
  throw fail('KIT_CANNOT_MAKE', { entity: field.entity, field: field.name, reason });
}
