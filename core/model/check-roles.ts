// Checks roles: they grant and deny privileges on entities that exist, at depths that mean something there, under conditions
// that SQL can answer.
import { conditionOf } from '../query/expression.ts';
import type { Json } from '../sdk/index.ts';
import type { Entity, Model } from './model.ts';
import { isArray, isObject } from './pointer.ts';
import type { ProblemList } from './problem-list.ts';
import { suggest } from './suggest.ts';

export function checkRoles(model: Model, problems: ProblemList): void {
  for (const [name, document] of model.roles) {
    const id = `roles/${name}`;
    const privileges = isObject(document['privileges']) ? document['privileges'] : {};
    for (const [entity, said] of Object.entries(privileges)) {
      const path = `/privileges/${entity}`;
      const found = entityAt(model, entity, id, path, problems);
      if (!isObject(said)) checkDepth(found, said, id, path, problems);
      else
        for (const [one, grant] of Object.entries(said))
          checkGrant(model, found, grant, id, `${path}/${one}`, problems);
    }
    for (const rule of (isArray(document['deny']) ? document['deny'] : []).filter(isObject)) {
      const path = `/deny/${String(rule['id'])}`;
      const about = rule['entity'];
      if (typeof about !== 'string') {
        problems.add('DENY_ENTITY_MISSING', id, path, 'say which "entity" the rule is about, or "*" for every entity');
        continue;
      }
      const found = entityAt(model, about, id, `${path}/entity`, problems);
      if (about === '*' && rule['when'] !== undefined) {
        const message = 'a rule about every entity has no condition: fields differ from entity to entity';
        problems.add('CONDITION_INVALID', id, `${path}/when`, message);
      } else checkCondition(model, found, rule['when'], id, `${path}/when`, problems);
    }
  }
}

function entityAt(model: Model, name: string, id: string, path: string, problems: ProblemList): Entity | undefined {
  const entity = model.entities.get(name);
  if (!entity && name !== '*') {
    const message = `there is no entity "${name}"${suggest(name, model.entities.keys())}`;
    problems.add('ENTITY_UNKNOWN', id, path, message);
  }
  return entity;
}

function checkGrant(
  model: Model,
  entity: Entity | undefined,
  grant: Json | undefined,
  id: string,
  path: string,
  problems: ProblemList,
): void {
  if (!isObject(grant)) {
    checkDepth(entity, grant, id, path, problems);
    return;
  }
  checkDepth(entity, grant['depth'], id, `${path}/depth`, problems);
  if (grant['when'] === undefined) return;
  if (entity) checkCondition(model, entity, grant['when'], id, `${path}/when`, problems);
  else {
    const message = 'what is said of "*" has no condition: fields differ from entity to entity';
    problems.add('CONDITION_INVALID', id, `${path}/when`, message);
  }
}

function checkDepth(
  entity: Entity | undefined,
  depth: Json | undefined,
  id: string,
  path: string,
  problems: ProblemList,
): void {
  if (entity?.ownership !== 'organization' || depth === 'none' || depth === 'organization' || depth === undefined)
    return;
  const message = `rows of ${entity.name} belong to the organization, so "${String(depth)}" reaches none of them; say "organization" or "none"`;
  problems.add('DEPTH_INVALID', id, path, message);
}

function checkCondition(
  model: Model,
  entity: Entity | undefined,
  text: Json | undefined,
  id: string,
  path: string,
  problems: ProblemList,
): void {
  if (!entity || typeof text !== 'string') return;
  const read = conditionOf(model, entity, text);
  if ('problem' in read) problems.add('CONDITION_INVALID', id, path, read.problem);
}
