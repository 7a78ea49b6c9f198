// Paths as views write them: `name`, or over lookups `customerid.emailaddress1`.
import type { Entity, Field, Model } from './model.ts';
import { suggest } from './suggest.ts';

export type PathEnd = { readonly field: Field } | { readonly problem: string };

/** The field a path ends at; over a lookup of several targets, the field of the first target that has it. */
export function followPath(model: Pick<Model, 'entities'>, entity: Entity, path: string): PathEnd {
  const [step = '', ...rest] = path.split('.');
  const field = entity.fields.get(step);
  if (!field) return { problem: `${entity.name} has no field "${step}"${suggest(step, entity.fields.keys())}` };
  if (rest.length === 0) return { field };
  if (!field.reference)
    return { problem: `"${step}" of ${entity.name} refers to no other row, so nothing can follow it in "${path}"` };
  const ends = field.reference.targets.flatMap((target) => {
    const next = model.entities.get(target);
    return next ? [followPath(model, next, rest.join('.'))] : [];
  });
  return (
    ends.find((end) => 'field' in end) ??
    ends[0] ?? { problem: `"${step}" of ${entity.name} refers to nothing that exists` }
  );
}
