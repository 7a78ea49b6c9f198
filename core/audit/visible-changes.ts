// What of an entry's changes its reader may see, in the reader's language: fields out of reach are left out, masked ones
// come masked, choices and lookups have their labels.
import type { Call } from '../engine.ts';
import { entityMetadata } from '../model/effective.ts';
import type { Entity, Field } from '../model/model.ts';
import { labelsOf } from '../query/labels.ts';
import { columnOf, typeColumnOf } from '../records/entity-facts.ts';
import { fieldAccess, maskText, type FieldAccess } from '../security/field-access.ts';
import { loggedColumn, wireValue } from './audit-value.ts';
import { Names } from './names.ts';

export interface Change {
  /** Field name; for links the relationship's. */
  readonly field: string;
  readonly title: string;
  /** Wire values; null: empty. */
  readonly old: unknown;
  readonly new: unknown;
  /** What the form shows in its place: a choice's label, the name of a row. */
  readonly oldLabel?: string;
  readonly newLabel?: string;
  /** Lookups: the referenced row's entity. */
  readonly oldEntity?: string;
  readonly newEntity?: string;
  /** Only a part of the value may be seen. */
  readonly masked?: true;
}

/** `changes` of a write as texts: column → [old, new]. */
export type LoggedChanges = Readonly<Record<string, readonly [string | null, string | null]>>;

export interface LoggedWrite {
  readonly action: string;
  readonly entity: Entity;
  readonly changes: LoggedChanges;
}

/** Follow from other fields; saying them again tells nothing. */
const derived: ReadonlySet<string | undefined> = new Set(['owning-unit', 'owning-user', 'owning-team', 'version']);

interface Raw {
  readonly field: Field | undefined;
  readonly name: string;
  readonly title: string;
  readonly sides: readonly Side[];
  readonly shown: FieldAccess['read'];
}

interface Side {
  readonly value: unknown;
  readonly entity: string | undefined;
}

/** One list for each write, in the order given; an empty list: the reader may see none of its changes. */
export async function visibleChanges(
  call: Call,
  writes: readonly LoggedWrite[],
): Promise<readonly (readonly Change[])[]> {
  const names = new Names();
  const read = writes.map((write) => (isLink(write.action) ? readLink(call, write) : readFields(call, write)));
  for (const raw of read.flat()) for (const { entity, value } of raw.sides) names.want(entity, value);
  await names.load(call);
  return read.map((changes) =>
    changes.flatMap((raw): readonly Change[] => {
      // That two rows are linked is for who may read both.
      if (!raw.field && !raw.sides.some(({ entity, value }) => names.get(entity, value) !== undefined)) return [];
      const change = say(call, raw, names);
      // That a value changed where the mask shows nothing of it is not the reader's to know.
      return change.masked === true && change.old === change.new ? [] : [change];
    }),
  );
}

function isLink(action: string): boolean {
  return action === 'associate' || action === 'disassociate' || action === 'merge' || action === 'unmerge';
}

function readFields(call: Call, { entity, changes }: LoggedWrite): readonly Raw[] {
  const { principal, engine } = call;
  const metadata = entityMetadata(engine.model, principal.language, entity.name);
  const order = [...entity.fields.keys()];
  const given = new Map<string, Raw>();
  for (const [name, [old, next]] of Object.entries(changes)) {
    const logged = loggedColumn(entity, name);
    if (!logged || logged.column !== columnOf(logged.field) || derived.has(logged.field.system)) continue;
    const { field, column } = logged;
    const shown = fieldAccess(principal, engine.model, field).read;
    if (shown === 'none') continue;
    const sides = [old, next].map((text, index) => ({
      value: wireValue(column, text),
      entity: entityOf(field, changes, index),
    }));
    given.set(field.name, {
      field,
      name: field.name,
      title: metadata?.fields[field.name]?.title ?? field.title,
      sides,
      shown,
    });
  }
  return [...given.values()].sort((one, other) => order.indexOf(one.name) - order.indexOf(other.name));
}

/** The entity a lookup's value refers to: said by its type column, which stands there only where it changed as well. */
function entityOf(field: Field, changes: LoggedChanges, side: number): string | undefined {
  if (!field.reference) return undefined;
  const type = typeColumnOf(field);
  const said = type && (changes[type.name] ?? changes[`${field.was ?? field.name}${type.suffix}`]);
  const text = said?.[side] ?? null;
  if (type && text !== null && text !== 'null') return JSON.parse(text) as string;
  return type ? undefined : field.reference.targets[0];
}

function readLink(call: Call, { entity, changes }: LoggedWrite): readonly Raw[] {
  const { model } = call.engine;
  return Object.entries(changes).flatMap(([name, texts]): readonly Raw[] => {
    const relation = model.relations.get(name);
    if (!relation) return [];
    // A merge is told as a row gained over the relationship that leads from those merged into this one.
    const far = relation.kind === 'one-to-many' ? relation.many : relation.second;
    const other = relation.kind === 'one-to-many' || relation.first === entity.name ? far : relation.first;
    const title = entityMetadata(model, call.principal.language, other)?.plural ?? other;
    const sides = texts.map((text) => ({
      value: text === null || text === 'null' ? null : (JSON.parse(text) as unknown),
      entity: other,
    }));
    return [{ field: undefined, name, title, sides, shown: 'full' }];
  });
}

function say(call: Call, raw: Raw, names: Names): Change {
  const [old, next] = raw.sides.map((side) => present(call, raw, side, names));
  return {
    field: raw.name,
    title: raw.title,
    old: old?.value ?? null,
    new: next?.value ?? null,
    ...(old?.label !== undefined && { oldLabel: old.label }),
    ...(next?.label !== undefined && { newLabel: next.label }),
    ...(old?.entity !== undefined && { oldEntity: old.entity }),
    ...(next?.entity !== undefined && { newEntity: next.entity }),
    ...(raw.shown !== 'full' && { masked: true }),
  };
}

export interface Presented {
  readonly value: unknown;
  readonly label: string | undefined;
  readonly entity: string | undefined;
}

function present(call: Call, raw: Raw, { value, entity }: Side, names: Names): Presented {
  if (value === null) return { value, label: undefined, entity: undefined };
  if (typeof raw.shown === 'object') {
    return {
      value: typeof value === 'string' ? maskText(value, raw.shown) : null,
      label: undefined,
      entity: undefined,
    };
  }
  const label = entity === undefined ? raw.field && optionLabel(call, raw.field, value) : names.get(entity, value);
  return { value, label, entity };
}

/** The label of a choice's value, or the labels of several; undefined for what is no choice. */
export function optionLabel(call: Call, field: Field, value: unknown): string | undefined {
  if (value === null) return undefined;
  const labels = new Map(labelsOf(call.engine.model, field, call.principal.language));
  if (labels.size === 0) return undefined;
  if (typeof value === 'boolean') return labels.get(value ? 1 : 0);
  if (typeof value === 'number') return labels.get(value);
  if (columnOf(field).type !== 'integer[]') return undefined;
  return String(value)
    .split(',')
    .map((one) => labels.get(Number(one)) ?? one)
    .join('; ');
}
