// Checks business rules: their expressions and consequences name fields of the entity they belong to.
import type { Json, JsonObject } from '../sdk/index.ts';
import { checkExpression } from './check-expression.ts';
import { entityOf } from './document-kind.ts';
import { parseExpression } from './expression.ts';
import type { Entity, Field, Model } from './model.ts';
import { isArray, isObject } from './pointer.ts';
import type { ProblemList } from './problem-list.ts';
import { suggest } from './suggest.ts';

export function checkRules(model: Model, problems: ProblemList): void {
  for (const [id, document] of model.documents) {
    const entity = id.includes('/rules/') ? model.entities.get(entityOf(id) ?? '') : undefined;
    if (!entity) continue;
    checkOwn(entity, document['when'], id, '/when', problems);
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
  const checkField = (field: string, at: string): Field | undefined => {
    const found = entity.fields.get(field);
    if (!found)
      problems.add(
        'FIELD_UNKNOWN',
        id,
        at,
        `${entity.name} has no field "${field}"${suggest(field, entity.fields.keys())}`,
      );
    return found;
  };
  for (const list of ['require', 'lock'] as const)
    listOf(consequence[list]).forEach((field, index) => checkField(String(field), `${path}/${list}/${index}`));
  for (const list of ['refuse', 'recommend'] as const)
    for (const said of listOf(consequence[list]).filter(isObject))
      checkField(String(said['field']), `${path}/${list}/${String(said['id'])}/field`);
  for (const list of ['set', 'default'] as const)
    for (const [name, expression] of membersOf(consequence[list])) {
      const at = `${path}/${list}/${name}`;
      const field = checkField(name, at);
      if (field?.derivation || (field?.system !== undefined && !changeable.has(field.system)))
        problems.add('RULE_INVALID', id, at, `the engine fills ${entity.name}.${name} itself: a rule cannot set it`);
      checkOwn(entity, expression, id, at, problems);
    }
  for (const [name, values] of membersOf(consequence['choices'])) {
    const at = `${path}/choices/${name}`;
    const field = checkField(name, at);
    if (!field) continue;
    if (!field.choices) {
      problems.add('RULE_INVALID', id, at, `${entity.name}.${name} is no choice field`);
      continue;
    }
    for (const [index, value] of listOf(values).entries())
      if (!field.choices.some((option) => option.value === value))
        problems.add('CHOICE_UNKNOWN', id, `${at}/${index}`, `${entity.name}.${name} has no option ${String(value)}`);
  }
}

/** What the engine fills may be set by rules where people may set it too. */
const changeable: ReadonlySet<string> = new Set(['owner', 'state', 'status']);

/** Rules run in the browser at every change and on the server in every write: they read the record's own fields. */
function checkOwn(entity: Entity, text: Json | undefined, id: string, path: string, problems: ProblemList): void {
  checkExpression(entity, text, id, path, problems);
  for (const name of typeof text === 'string' ? farNames(entity, text) : [])
    problems.add(
      'RULE_INVALID',
      id,
      path,
      `the expression reads other rows by "${name}"; a rule reads the record's own fields, a lookup as the other row's id. Bring the value in by a formula field`,
    );
}

function farNames(entity: Entity, text: string): ReadonlySet<string> {
  const far = new Set<string>();
  const walk = (node: unknown): void => {
    if (Array.isArray(node)) return node.forEach(walk);
    if (!isObject(node as Json)) return;
    const { type, steps } = node as { readonly type?: unknown; readonly steps?: unknown };
    const [first, ...rest] = type === 'path' && Array.isArray(steps) ? (steps as readonly { value?: unknown }[]) : [];
    const name = String(first?.value);
    if (first && (entity.fields.get(name)?.reference ? rest.length > 0 : isFar(entity, name))) far.add(name);
    Object.values(node as object).forEach(walk);
  };
  try {
    walk(parseExpression(text));
  } catch {
    // That it does not parse was said when the document was read.
  }
  return far;
}

const isFar = (entity: Entity, name: string): boolean => !entity.fields.has(name) && entity.navigation.has(name);

const membersOf = (value: Json | undefined): readonly (readonly [string, Json | undefined])[] =>
  isObject(value) ? Object.entries(value) : [];

function listOf(value: Json | undefined): readonly Json[] {
  return isArray(value) ? value : [];
}
