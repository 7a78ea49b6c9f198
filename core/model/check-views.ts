// Checks views: columns, order and filter name fields that exist, with operators their types have.
import { operandProblem } from '../query/operand.ts';
import { allowedBy, needsTime, operatorNames, readOperator } from '../query/operators.ts';
import type { KnownOperator } from '../query/operators.ts';
import type { Json, JsonObject } from '../sdk/index.ts';
import { followPath } from './field-path.ts';
import type { Entity, Field, Model } from './model.ts';
import { isArray, isObject, memberId } from './pointer.ts';
import type { ProblemList } from './problem-list.ts';
import { suggest } from './suggest.ts';

export function checkViews(model: Model, problems: ProblemList): void {
  const defaults = new Map<string, string>();
  for (const { id, entity: name, document } of model.views.values()) {
    const entity = model.entities.get(name);
    if (!entity) continue;
    for (const list of ['columns', 'sort'] as const) {
      for (const member of isArray(document[list]) ? document[list] : []) {
        const path = memberId(list, member) ?? '';
        const end = followPath(model, entity, path);
        if ('problem' in end) problems.add('FIELD_UNKNOWN', id, `/${list}/${path}`, end.problem);
        else if (list === 'sort' && end.field.type.sortable === false) {
          problems.add(
            'VIEW_INVALID',
            id,
            `/sort/${path}`,
            `rows cannot be sorted by "${path}": its type ${end.field.type.name} has no order`,
          );
        }
      }
    }
    if (document['filter'] !== undefined) checkCondition(model, entity, document['filter'], id, '/filter', problems);
    if (document['default'] === true) {
      const other = defaults.get(name);
      if (other !== undefined)
        problems.add(
          'VIEW_INVALID',
          id,
          '/default',
          `${other} is already the default view of ${name}; one of them must give way`,
        );
      defaults.set(name, id);
    }
  }
}

function checkCondition(
  model: Model,
  entity: Entity,
  condition: Json | undefined,
  id: string,
  path: string,
  problems: ProblemList,
): void {
  if (!isObject(condition)) return;
  for (const key of ['and', 'or'] as const) {
    const of = condition[key];
    if (isArray(of))
      of.forEach((member, index) => checkCondition(model, entity, member, id, `${path}/${key}/${index}`, problems));
  }
  checkCondition(model, entity, condition['not'], id, `${path}/not`, problems);
  if (typeof condition['field'] === 'string')
    checkComparison(model, entity, condition, condition['field'], id, path, problems);
  for (const key of ['any', 'every'] as const) {
    const name = condition[key];
    if (typeof name !== 'string') continue;
    const step = entity.navigation.get(name);
    if (!step || step.kind === 'one') {
      const many = [...entity.navigation.values()].filter((other) => other.kind !== 'one').map((other) => other.name);
      problems.add(
        'RELATION_UNKNOWN',
        id,
        `${path}/${key}`,
        `${entity.name} has no relation "${name}" to many rows${suggest(name, many)}`,
      );
      continue;
    }
    const target = model.entities.get(step.target);
    if (target) checkCondition(model, target, condition['where'], id, `${path}/where`, problems);
  }
}

function checkComparison(
  model: Model,
  entity: Entity,
  condition: JsonObject,
  fieldPath: string,
  id: string,
  path: string,
  problems: ProblemList,
): void {
  const end = followPath(model, entity, fieldPath);
  if ('problem' in end) {
    problems.add('FIELD_UNKNOWN', id, `${path}/field`, end.problem);
    return;
  }
  const { field } = end;
  const name = String(condition['is']);
  const known = readOperator(name);
  if (!known || !isAllowed(field, known.operator)) {
    const { type } = field;
    problems.add(
      'VIEW_INVALID',
      id,
      `${path}/is`,
      `"${fieldPath}" (type ${type.name}) cannot be compared by "${name}"${suggest(name, known ? type.operators : operatorNames)}; it knows ${type.operators.join(', ')} and what follows from them`,
    );
    return;
  }
  const value = condition['value'];
  const given = isArray(value) ? value : value === undefined ? [] : [value];
  const isList = known.takes === 'list' || known.takes === 'numbers';
  const wrong =
    // `null` with the value false asks for what is there.
    known.operator === 'null'
      ? undefined
      : isList && !isArray(value)
        ? `"${name}" needs a list of values`
        : operandProblem(name, known.takes, given.map(String));
  if (wrong !== undefined) problems.add('VIEW_INVALID', id, `${path}/value`, wrong);
}

function isAllowed({ type, columns }: Field, operator: KnownOperator['operator']): boolean {
  if (operator === 'between') return type.operators.includes('ge');
  if (needsTime(operator) && columns[0]?.type === 'date') return false;
  if (operator === 'above' || operator === 'under' || operator === 'eq-or-above' || operator === 'eq-or-under') {
    return columns[0]?.type === 'uuid';
  }
  return type.operators.includes(allowedBy(operator)) || type.operators.some((own) => own === operator);
}
