// Checks roles: they grant privileges on entities that exist.
import type { Model } from './model.ts';
import { isObject } from './pointer.ts';
import type { ProblemList } from './problem-list.ts';
import { suggest } from './suggest.ts';

export function checkRoles(model: Model, problems: ProblemList): void {
  for (const [name, document] of model.roles) {
    const privileges = isObject(document['privileges']) ? document['privileges'] : {};
    for (const entity of Object.keys(privileges)) {
      if (entity !== '*' && !model.entities.has(entity)) {
        problems.add(
          'ENTITY_UNKNOWN',
          `roles/${name}`,
          `/privileges/${entity}`,
          `there is no entity "${entity}"${suggest(entity, model.entities.keys())}`,
        );
      }
    }
  }
}
