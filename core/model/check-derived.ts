// Checks where fields stand that nobody writes: what is worked out on read has no column, so no key or index can hold it and
// nothing can demand it.
import type { Entity, Field, Model } from './model.ts';
import { escapeStep } from './pointer.ts';
import type { ProblemList } from './problem-list.ts';

export function checkDerived(model: Model, problems: ProblemList): void {
  for (const entity of model.entities.values()) {
    for (const field of entity.fields.values()) {
      if (!field.type.derived && !field.type.rollup) continue;
      const reason = whyNotThere(entity, field) ?? whyNotRead(model, entity, field);
      if (reason === undefined) continue;
      const path = `/properties/${escapeStep(field.name)}`;
      problems.add('FIELD_INVALID', field.origins[0] ?? `${entity.name}/entity`, path, `${field.name} ${reason}`);
    }
  }
}

/** What the engine copies or compares by itself, it takes from columns. */
function whyNotRead(model: Model, entity: Entity, { name, type }: Field): string | undefined {
  const composed = [...entity.fields.values()].find((field) => field.compose?.includes(name));
  if (composed)
    return `cannot be a part of ${composed.name}: nobody writes it, so nothing would tell when to join it anew`;
  if (!type.derived) return undefined;
  for (const other of model.entities.values()) {
    const copy = [...other.fields.values()].find(
      ({ stamp }) => stamp?.field === name && other.fields.get(stamp.lookup)?.reference?.targets.includes(entity.name),
    );
    if (copy) return `cannot be copied into ${other.name}.${copy.name}: it is worked out when it is read`;
  }
  const rule = [...model.duplicateRules.values()]
    .flat()
    .find((one) =>
      one.criteria.some(
        (criterion) =>
          (one.entity === entity.name && criterion.field === name) ||
          (one.with === entity.name && criterion.with === name),
      ),
    );
  return rule && `cannot tell duplicates (${rule.id}): it is worked out when it is read`;
}

function whyNotThere(entity: Entity, field: Field): string | undefined {
  const { name } = field;
  if (field.required) return 'cannot be required: nobody writes it';
  if (field.default !== undefined) return 'cannot have a default: nobody writes it';
  if (entity.primary.name === name) return `cannot name the rows of ${entity.name}: a name is written`;
  const key = entity.keys.find(({ fields }) => fields.includes(name));
  if (key) return `cannot stand in the alternate key "${key.name}": nobody writes it`;
  if (field.type.rollup) return undefined;
  const index = entity.indexes.find(({ fields }) => fields.includes(name));
  if (index) return `cannot stand in the index "${index.name}": it is worked out when it is read`;
  if (entity.search.includes(name))
    return 'cannot be searched: it is worked out when it is read; search what it is made of';
  return undefined;
}
