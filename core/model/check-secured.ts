// Checks fields that are `secured`: hiding a value must be possible at all. What the engine lives by, what names rows, and what
// moves other rows cannot be hidden, because its effects would tell it.
import type { Entity, Field, Model } from './model.ts';
import { escapeStep } from './pointer.ts';
import type { ProblemList } from './problem-list.ts';

export function checkSecured(model: Model, problems: ProblemList): void {
  for (const entity of model.entities.values()) {
    for (const field of entity.fields.values()) {
      if (!field.secured) continue;
      const reason = whyNotSecured(model, entity, field);
      if (reason === undefined) continue;
      const path = `/properties/${escapeStep(field.name)}/field/secured`;
      problems.add('SECURED_INVALID', field.origins[0] ?? `${entity.name}/entity`, path, reason);
    }
  }
}

/** A field and, where the engine joins it of others, those. */
function partsOf(entity: Entity, field: Field): ReadonlySet<Field> {
  const parts = new Set([field]);
  for (const part of parts) {
    for (const name of part.compose ?? []) {
      const of = entity.fields.get(name);
      if (of) parts.add(of);
    }
  }
  return parts;
}

/** Why the field cannot be secured, in a sentence; undefined where it can. */
export function whyNotSecured(model: Model, entity: Entity, field: Field): string | undefined {
  const { name } = field;
  if (field.system !== undefined)
    return `${name} cannot be secured: the engine fills it and works by it ("system": "${field.system}")`;
  if (partsOf(entity, entity.primary).has(field))
    return `${name} cannot be secured: ${entity.plural} are called by it wherever they are mentioned`;
  if (field.compose)
    return `${name} cannot be secured by itself: it is joined of ${field.compose.join(', ')}; secure those`;
  if (field.stamp)
    return `${name} cannot be secured: it is a copy of ${field.stamp.field} of the row that ${field.stamp.lookup} names`;
  if (entity.union?.discriminator === name)
    return `${name} cannot be secured: it says which kind of row each one in ${entity.name} is`;
  const divided = dividedBy(model, entity, field);
  if (divided !== undefined)
    return `${name} cannot be secured: amounts in ${divided} are divided by it and would tell it`;
  const key = entity.keys.find(({ fields }) => fields.length > 1 && fields.includes(name));
  if (key) {
    const others = key.fields.filter((one) => one !== name).join(', ');
    return `${name} cannot be secured: the alternate key "${key.name}" joins it with ${others}, so that whoever writes those could find its value out by trying`;
  }
  return field.reference && whyFollowed(field, field.reference);
}

/** An entity whose base amounts are divided by the field, or by copies of it. */
function dividedBy(model: Model, entity: Entity, field: Field): string | undefined {
  const divides = (other: Entity, divisor: string): boolean =>
    [...other.fields.values()].some(({ columns }) => columns.some(({ quotient }) => quotient?.by === divisor));
  if (divides(entity, field.name)) return entity.name;
  for (const other of model.entities.values()) {
    for (const { name, stamp } of other.fields.values()) {
      if (stamp?.field !== field.name) continue;
      if (other.fields.get(stamp.lookup)?.reference?.targets.includes(entity.name) && divides(other, name))
        return other.name;
    }
  }
  return undefined;
}

/** Why a lookup cannot be hidden: what happens to the row it names happens to its own row, too, for everyone to see. */
function whyFollowed({ name }: Field, reference: NonNullable<Field['reference']>): string | undefined {
  if (reference.hierarchy)
    return `${name} cannot be secured: it makes a tree, whose loops are refused in words that tell where rows stand`;
  if (reference.delete === 'restrict')
    return `${name} cannot be secured: its relation says "delete": "restrict", so deleting a row tells who refers to it; say "remove-link"`;
  const followed = (['delete', 'assign', 'share', 'reparent'] as const).find((one) =>
    one === 'delete' ? reference.delete === 'cascade' : reference[one] !== 'none',
  );
  if (followed === undefined) return undefined;
  return `${name} cannot be secured: its relation says "${followed}": "${reference[followed]}", so rows follow the one it names and so tell which it is; say "${followed === 'delete' ? 'remove-link' : 'none'}"`;
}
