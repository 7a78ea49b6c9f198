// What every write of an entity asks again and again, read from the model once per entity: system fields, defaults,
// generated values, stamps, quotients.
import type { Column, Entity, Field, SystemValue } from '../model/model.ts';
import type { GeneratedPart } from '../sdk/index.ts';

export interface EntityFacts {
  readonly system: ReadonlyMap<SystemValue, Field>;
  /** Wire values of a new row where none is given. */
  readonly defaults: Readonly<Record<string, unknown>>;
  readonly generated: readonly { readonly field: Field; readonly parts: readonly GeneratedPart[] }[];
  readonly stamps: readonly { readonly field: Field; readonly lookup: Field; readonly source: string }[];
  readonly quotients: readonly Quotient[];
  readonly composed: readonly { readonly field: Field; readonly of: readonly string[] }[];
  /** Fields the caller must fill. */
  readonly required: readonly Field[];
  /** Self-references that form a tree. */
  readonly trees: readonly Field[];
}

export interface Quotient {
  readonly column: Column;
  /** The column divided, and the one it is divided by. */
  readonly of: Column;
  readonly by: string;
  readonly scale: number;
}

const known = new WeakMap<Entity, EntityFacts>();

export function factsOf(entity: Entity): EntityFacts {
  const found = known.get(entity);
  if (found) return found;
  const facts = read(entity);
  known.set(entity, facts);
  return facts;
}

function read(entity: Entity): EntityFacts {
  const fields = [...entity.fields.values()];
  const system = new Map<SystemValue, Field>();
  for (const field of fields) if (field.system && !system.has(field.system)) system.set(field.system, field);
  const generated = fields.flatMap((field) => {
    const parts = field.type.generate?.(field.spec);
    return parts && parts.length > 0 ? [{ field, parts }] : [];
  });
  const stamps = fields.flatMap((field) => {
    const lookup = field.stamp && entity.fields.get(field.stamp.lookup);
    return field.stamp && lookup ? [{ field, lookup, source: field.stamp.field }] : [];
  });
  const quotients = fields.flatMap((field) =>
    field.columns.flatMap((column): readonly Quotient[] => {
      const [of] = field.columns;
      return column.quotient && of ? [{ column, of, by: column.quotient.by, scale: column.quotient.scale }] : [];
    }),
  );
  const composed = fields.flatMap((field) => (field.compose ? [{ field, of: field.compose }] : []));
  const filled = new Set([...generated, ...stamps, ...composed].map((one) => one.field));
  return {
    system,
    defaults: Object.fromEntries(
      fields
        // What a new row's state is follows from what is given of it (state.ts).
        .filter((field) => field.system !== 'state' && field.system !== 'status')
        .filter((field) => field.default !== undefined && field.default !== null)
        .map((field) => [field.name, field.default]),
    ),
    generated,
    stamps,
    quotients,
    composed,
    required: fields.filter((field) => field.required && !field.system && !filled.has(field)),
    trees: fields.filter((field) => field.reference?.hierarchy),
  };
}

/** System fields that callers may still write: which id, whose row, which state. */
const open: ReadonlySet<SystemValue | undefined> = new Set<SystemValue | undefined>([
  'id',
  'owner',
  'state',
  'status',
  'base-currency',
  'caller-unit',
]);

export function isWritable(field: Field): boolean {
  return field.system === undefined ? !field.readOnly && !field.stamp && !field.compose : open.has(field.system);
}

/** A field's first column: where its value, or the id it refers to, stands. */
export function columnOf(field: Field): Column {
  const [column] = field.columns;
  if (!column) throw new TypeError(`field ${field.entity}.${field.name} has no column`);
  return column;
}

/** The column with the referenced entity's name, for lookups of several targets. */
export function typeColumnOf(field: Field): Column | undefined {
  return field.columns.find((column) => column.suffix === '_type');
}
