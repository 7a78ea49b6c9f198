// Checks business rules: their expressions and consequences name fields of the entity they belong to.
import type { Json, JsonObject } from '../sdk/index.ts';
import { checkExpression } from './check-expression.ts';
import { entityOf } from './document-kind.ts';
import type { Entity, Model } from './model.ts';
import { isArray, isObject } from './pointer.ts';
import type { ProblemList } from './problem-list.ts';
import { suggest } from './suggest.ts';

export function checkRules(model: Model, problems: ProblemList): void {
  for (const [id, document] of model.documents) {
    const entity = id.includes('/rules/') ? model.entities.get(entityOf(id) ?? '') : undefined;
    if (!entity) continue;
    checkExpression(entity, document['when'], id, '/when', problems);
    for (const branch of ['then', 'else'] as const) {
      const consequence = document[branch];
      if (isObject(consequence)) checkConsequence(entity, consequence, id, `/${branch}`, problems);
    }
  }
}

function checkConsequence(
  entity: Entity,
  consequence: JsonObject,
  id: string,
  path: string,
  problems: ProblemList,
): void {
  const checkField = (field: string, at: string): void => {
    if (entity.fields.has(field)) return;
    const message = `${entity.name} has no field "${field}"${suggest(field, entity.fields.keys())}`;
    problems.add('FIELD_UNKNOWN', id, at, message);
  };
  for (const list of ['require', 'lock', 'show', 'hide'] as const) {
    listOf(consequence[list]).forEach((field, index) => checkField(String(field), `${path}/${list}/${index}`));
  }
  for (const refusal of listOf(consequence['refuse']).filter(isObject)) {
    checkField(String(refusal['field']), `${path}/refuse/${String(refusal['id'])}/field`);
  }
  for (const [field, expression] of Object.entries(isObject(consequence['set']) ? consequence['set'] : {})) {
    checkField(field, `${path}/set/${field}`);
    checkExpression(entity, expression, id, `${path}/set/${field}`, problems);
  }
}

function listOf(value: Json | undefined): readonly Json[] {
  return isArray(value) ? value : [];
}
