// Which fields a principal may read, create and update: what field profiles grant on secured fields. Fields that are not
// secured are everybody's who has the row. Profiles add up; `system-administrator` may all.
import type { Entity, Field, Model } from '../model/model.ts';
import type { JsonObject } from '../sdk/index.ts';
import { accessShape, administratorRole } from './access.ts';
import type { Principal } from './principal.ts';

/** How much of a text is shown: so many of its first and last characters; the rest is dots. */
export interface Mask {
  readonly first: number;
  readonly last: number;
}

export interface FieldAccess {
  /** `none`: as if the field were empty, wherever it is read. */
  readonly read: 'full' | 'none' | Mask;
  readonly create: boolean;
  readonly update: boolean;
}

/** Stands for what a mask hides; always the same, so that it tells nothing of the length. */
export const maskDots = '••••';

/** What a mask shows of a text. */
export function maskText(text: string, { first, last }: Mask): string {
  const letters = [...text];
  if (letters.length <= first + last) return maskDots;
  return letters.slice(0, first).join('') + maskDots + letters.slice(letters.length - last).join('');
}

const full: FieldAccess = Object.freeze({ read: 'full', create: true, update: true });
const nothing: FieldAccess = Object.freeze({ read: 'none', create: false, update: false });
const cache = new WeakMap<Model, Map<string, FieldAccess>>();

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function fieldAccess(principal: Principal, model: Model, field: Field): FieldAccess {
  const entity = model.entities.get(field.entity);
  if (!entity || principal.roles.includes(administratorRole)) return full;
  const sources = sourcesOf(model, entity, field);
  if (sources.length === 0) return full;
  const known = cache.get(model) ?? new Map<string, FieldAccess>();
  cache.set(model, known);
  const key = `${field.entity}.${field.name}\n${accessShape(principal)}`;
  let access = known.get(key);
  if (!access) {
    access = combine(sources.map((source) => granted(principal, model, source)));
    // The ends of a joined text are not those of the text that is to be masked, and a formula may ask for any part.
    if ((field.compose || field.derivation) && access.read !== 'full') access = { ...access, read: 'none' };
    if (principal.within) access = combine([access, fieldAccess(principal.within, model, field)]);
    if (known.size >= 20_000) known.clear();
    known.set(key, access);
  }
  return access;
}

/** True when the value, or a masked form of it, may be shown. */
export function readableField(principal: Principal, model: Model, field: Field): boolean {
  return fieldAccess(principal, model, field).read !== 'none';
}

/**
 * The secured fields that a field's value comes from: itself, the parts of a composed text, what a formula reads, the copied
 * field of a stamp, and for a union its members' fields.
 */
function sourcesOf(model: Model, entity: Entity, field: Field): readonly Field[] {
  if (entity.union) {
    return entity.union.members.flatMap((name) => {
      const member = model.entities.get(name);
      const own = member?.fields.get(field.name);
      return member && own ? sourcesOf(model, member, own) : [];
    });
  }
  const sources = field.secured ? [field] : [];
  for (const part of field.compose ?? []) {
    const of = entity.fields.get(part);
    if (of) sources.push(...sourcesOf(model, entity, of));
  }
  for (const read of field.derivation?.reads ?? []) {
    const at = model.entities.get(read.entity);
    const of = at?.fields.get(read.field);
    if (at && of) sources.push(...sourcesOf(model, at, of));
    // The lookups on its way tell which row it is.
    sources.push(...lookupsOf(model, entity, read.steps));
  }
  if (field.stamp) {
    const target = entity.fields.get(field.stamp.lookup)?.reference?.targets[0];
    const of = model.entities.get(target ?? '')?.fields.get(field.stamp.field);
    if (of?.secured) sources.push(of);
  }
  return sources;
}

function lookupsOf(model: Model, entity: Entity, [step, ...rest]: readonly string[]): readonly Field[] {
  const lookup = entity.fields.get(step ?? '');
  if (!lookup) return [];
  const further = (lookup.reference?.targets ?? []).flatMap((target) => {
    const next = model.entities.get(target);
    return next ? lookupsOf(model, next, rest) : [];
  });
  return lookup.secured ? [lookup, ...further] : further;
}

function granted(principal: Principal, model: Model, field: Field): FieldAccess {
  let access = nothing;
  for (const id of [...(principal.profiles ?? [])].sort()) {
    const fields = model.profiles.get(id)?.['fields'];
    const entity = isObject(fields) ? fields[field.entity] : undefined;
    const said = isObject(entity) ? entity[field.name] : undefined;
    if (isObject(said)) access = widen(access, readGrant(said));
  }
  return access;
}

function readGrant(said: JsonObject): FieldAccess {
  const { read, mask, create, update } = said;
  const shown = isObject(mask) ? { first: count(mask['first']), last: count(mask['last']) } : 'full';
  return { read: read === true ? shown : 'none', create: create === true, update: update === true };
}

function count(value: unknown): number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : 0;
}

function widen(left: FieldAccess, right: FieldAccess): FieldAccess {
  return {
    read: widerRead(left.read, right.read),
    create: left.create || right.create,
    update: left.update || right.update,
  };
}

function widerRead(left: FieldAccess['read'], right: FieldAccess['read']): FieldAccess['read'] {
  if (left === 'full' || right === 'none') return left;
  if (right === 'full' || left === 'none') return right;
  // Two masks together would show more than either profile wanted shown, so the more telling one stands alone.
  return right.first + right.last > left.first + left.last ? right : left;
}

/** Of a value that comes from several secured fields, what all of them allow. */
function combine(parts: readonly FieldAccess[]): FieldAccess {
  return parts.reduce((left, right) => ({
    read: narrowerRead(left.read, right.read),
    create: left.create && right.create,
    update: left.update && right.update,
  }));
}

function narrowerRead(left: FieldAccess['read'], right: FieldAccess['read']): FieldAccess['read'] {
  if (left === 'full') return right;
  if (right === 'full') return left;
  if (left === 'none' || right === 'none') return 'none';
  return left.first === right.first && left.last === right.last ? left : 'none';
}
