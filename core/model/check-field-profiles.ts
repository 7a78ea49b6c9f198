// Checks field profiles: they grant something on secured fields that exist, and mask only what is text.
import type { Entity, Model } from './model.ts';
import { escapeStep, isObject } from './pointer.ts';
import type { ProblemList } from './problem-list.ts';
import { suggest } from './suggest.ts';

export function checkFieldProfiles(model: Model, problems: ProblemList): void {
  for (const [name, document] of model.profiles) {
    const id = `profiles/${name}`;
    const listed = isObject(document['fields']) ? document['fields'] : {};
    for (const [entityName, grants] of Object.entries(listed)) {
      const path = `/fields/${escapeStep(entityName)}`;
      const entity = model.entities.get(entityName);
      if (!entity) {
        const message = `there is no entity "${entityName}"${suggest(entityName, model.entities.keys())}`;
        problems.add('ENTITY_UNKNOWN', id, path, message);
      } else if (entity.union) {
        const message = `${entityName} is a union of others; grant on the fields of ${entity.union.members.join(', ')}`;
        problems.add('PROFILE_INVALID', id, path, message);
      } else if (isObject(grants)) {
        for (const [field, grant] of Object.entries(grants))
          checkGrant(entity, field, isObject(grant) ? grant : {}, id, `${path}/${escapeStep(field)}`, problems);
      }
    }
  }
}

function checkGrant(
  entity: Entity,
  name: string,
  grant: Readonly<Record<string, unknown>>,
  id: string,
  path: string,
  problems: ProblemList,
): void {
  const field = entity.fields.get(name);
  if (!field) {
    const message = `${entity.name} has no field "${name}"${suggest(name, entity.fields.keys())}`;
    problems.add('FIELD_UNKNOWN', id, path, message);
    return;
  }
  if (!field.secured) {
    const message = `${name} of ${entity.name} is not secured, so everybody has it already; say "secured": true in its field, or take it out here`;
    problems.add('PROFILE_INVALID', id, path, message);
  }
  if (grant['mask'] === undefined) return;
  if (field.columns.length !== 1 || field.columns[0]?.type !== 'text') {
    const message = `${name} of ${entity.name} is no text, so there is nothing of it to mask; grant "read" or leave it out`;
    problems.add('PROFILE_INVALID', id, `${path}/mask`, message);
  } else if (grant['read'] !== true) {
    const message = `a mask shows a part of what may be read: say "read": true beside it`;
    problems.add('PROFILE_INVALID', id, `${path}/mask`, message);
  }
}
