// What field profiles say of a write: which secured fields the caller may give a value, change, or address rows by. Asked before
// anything is read or written, so that the answer does not depend on what is stored.
import type { Call } from '../engine.ts';
import type { Entity, Field } from '../model/model.ts';
import type { Violation } from '../sdk/index.ts';
import { fieldAccess, maskDots } from '../security/field-access.ts';
import { factsOf } from './entity-facts.ts';
import { fail } from './errors.ts';
import { invalid } from './invalid.ts';

const words = {
  create: (field: Field) => `You may not give ${field.title} (${field.name}) a value. Leave it out.`,
  update: (field: Field) => `You may not change ${field.title} (${field.name}). Leave it out.`,
  read: (field: Field) =>
    `You may not read ${field.title} (${field.name}), so no rows are found by it. Name them by their id, or by what you may read.`,
};

/** True when nothing of the field is kept from the caller: it may be compared, named in an error, spoken of. */
export function mayReadFully(call: Call, field: Field): boolean {
  return fieldAccess(call.principal, call.engine.model, field).read === 'full';
}

function forbidden({ principal, engine }: Call, fields: readonly Field[], what: keyof typeof words): Violation[] {
  return fields
    .filter((field) => {
      const access = fieldAccess(principal, engine.model, field);
      return what === 'read' ? access.read !== 'full' : !access[what];
    })
    .map((field) => ({ code: 'FIELD_FORBIDDEN', target: field.name, message: words[what](field) }));
}

/** Throws FIELD_FORBIDDEN (403) with each of the fields that the caller may not create, update or read. */
export function requireFields(call: Call, entity: Entity, names: Iterable<string>, what: keyof typeof words): void {
  const fields = [...names].flatMap((name) => entity.fields.get(name) ?? []);
  refuse(entity, forbidden(call, fields, what));
}

function refuse(entity: Entity, details: readonly Violation[]): void {
  const [first] = details;
  if (first)
    throw fail('FIELD_FORBIDDEN', { entity: entity.name, count: details.length, first: first.message }, { details });
}

/**
 * Of what the caller sent; handlers and the engine fill what they like. A new row's field that gets what it would get anyway
 * counts as left out. Throws FIELD_FORBIDDEN (403), RECORD_INVALID (400) for a mask sent back as if it were the value.
 */
export function authorizeFields(
  call: Call,
  entity: Entity,
  values: Readonly<Record<string, unknown>>,
  what: 'create' | 'update',
): void {
  const { defaults } = factsOf(entity);
  const given = Object.entries(values).flatMap(([name, value]) => {
    const field = entity.fields.get(name);
    const usual = what === 'create' && (value ?? null) === (defaults[name] ?? null);
    return field?.secured && value !== undefined && !usual ? [field] : [];
  });
  const masks = given.filter((field) => {
    const value = values[field.name];
    const { read } = fieldAccess(call.principal, call.engine.model, field);
    return typeof read === 'object' && typeof value === 'string' && value.includes(maskDots);
  });
  const masked = masks.map(({ name, title }) => ({
    code: 'VALUE_MASKED',
    target: name,
    message: `${title} (${name}) is shown to you masked, and the mask is not its value. Leave it out, or send the whole value.`,
  }));
  const details = forbidden(call, given, what);
  if (details.length > 0) refuse(entity, [...details, ...masked]);
  if (masked.length > 0) throw invalid(entity, masked);
}
