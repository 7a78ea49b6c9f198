// Checks views: columns, order and filter name fields that exist, with operators their types have.
import { operandProblem } from '../query/operand.ts';
import { allowedBy, needsTime, operatorNames, readOperator } from '../query/operators.ts';
import type { KnownOperator } from '../query/operators.ts';
import { checkOptions } from './check-options.ts';
import { ownViewKinds } from './contributions.ts';
import { isSortable, operatorsOf } from './field-capabilities.ts';
import type { Json, JsonObject } from '../sdk/index.ts';
import { followPath } from './field-path.ts';
import { isSummary } from './is-summary.ts';
import type { Entity, Field, Model } from './model.ts';
import { isArray, isObject, memberId } from './pointer.ts';
import type { ProblemList } from './problem-list.ts';
import { suggest } from './suggest.ts';

export function checkViews(model: Model, problems: ProblemList): void {
  const defaults = new Map<string, string>();
  for (const { id, entity: name, document } of model.views.values()) {
    const entity = model.entities.get(name);
    if (!entity) continue;
    checkKind(model, entity, document, id, problems);
    if (isSummary(document)) checkSummary(model, entity, document, id, problems);
    for (const list of isSummary(document) ? [] : (['columns', 'sort'] as const)) {
      for (const member of isArray(document[list]) ? document[list] : []) {
        const path = memberId(list, member) ?? '';
        const end = followPath(model, entity, path);
        if ('problem' in end) problems.add('FIELD_UNKNOWN', id, `/${list}/${path}`, end.problem);
        else if (list === 'sort' && !isSortable(end.field)) {
          problems.add(
            'VIEW_INVALID',
            id,
            `/sort/${path}`,
            `rows cannot be sorted by "${path}": ${noOrder(end.field)}`,
          );
        }
      }
    }
    if (document['filter'] !== undefined) checkCondition(model, entity, document['filter'], id, '/filter', problems);
    if (document['kind'] === 'quick-find' && !entity.search.some((field) => isText(entity, field))) {
      const message = 'a quick-find view needs a column over a text field: nothing else is searched';
      problems.add('VIEW_INVALID', id, '/columns', message);
    }
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

function checkKind(model: Model, entity: Entity, document: JsonObject, id: string, problems: ProblemList): void {
  const name = typeof document['kind'] === 'string' ? document['kind'] : 'grid';
  if (ownViewKinds.includes(name)) return;
  const { viewKinds } = model.contributions;
  const kind = viewKinds.get(name);
  const near = suggest(name, [...ownViewKinds, ...viewKinds.keys()]);
  // One of a plugin that is switched off is no fault: such views are not shown.
  if (!kind && near !== '') problems.add('VIEW_KIND_UNKNOWN', id, '/kind', `there is no view kind "${name}"${near}`);
  if (!kind) return;
  if (isSummary(document)) problems.add('VIEW_INVALID', id, '/kind', `a summary is shown as rows, not as "${name}"`);
  checkOptions(entity, kind.options, document['options'], `the view kind "${name}"`, id, '', problems);
}

function isText(entity: Entity, name: string): boolean {
  return entity.fields.get(name)?.columns[0]?.type === 'text';
}

function checkSummary(model: Model, entity: Entity, document: JsonObject, id: string, problems: ProblemList): void {
  const add = (path: string, message: string): void => problems.add('VIEW_INVALID', id, path, message);
  const known: string[] = [];
  for (const list of ['groups', 'measures'] as const) {
    for (const member of isArray(document[list]) ? document[list] : []) {
      if (!isObject(member)) continue;
      const name = String(member['id']);
      const path = `/${list}/${name}`;
      if (known.includes(name)) add(path, `two groups or measures are called "${name}"`);
      known.push(name);
      const problem = list === 'groups' ? groupProblem(model, entity, member) : measureProblem(model, entity, member);
      if (problem?.code === 'FIELD_UNKNOWN') problems.add('FIELD_UNKNOWN', id, path, problem.message);
      else if (problem) add(path, problem.message);
    }
  }
  if (document['columns'] !== undefined) add('/columns', 'a summary shows its groups and measures; it has no columns');
  for (const member of isArray(document['sort']) ? document['sort'] : []) {
    const name = memberId('sort', member) ?? '';
    if (!known.includes(name))
      add(`/sort/${name}`, `a summary is sorted by its groups and measures; "${name}" is none${suggest(name, known)}`);
  }
  checkHaving(document['having'], '/having', known, add);
}

export interface FoundProblem {
  readonly code: 'FIELD_UNKNOWN' | 'VIEW_INVALID';
  readonly message: string;
}

/** Of a grouping `{id | field, by}`. */
export function groupProblem(model: Model, entity: Entity, group: JsonObject): FoundProblem | undefined {
  const path = String(group['field'] ?? group['id']);
  const end = followPath(model, entity, path);
  if ('problem' in end) return { code: 'FIELD_UNKNOWN', message: end.problem };
  const { type, columns } = end.field;
  if (!isSortable(end.field))
    return { code: 'VIEW_INVALID', message: `rows cannot be grouped by "${path}": ${noOrder(end.field)}` };
  const isDate = /^(?:date|timestamp|timestamptz)$/.test(columns[0]?.type ?? '');
  if (group['by'] === undefined || isDate) return undefined;
  return {
    code: 'VIEW_INVALID',
    message: `"${path}" (type ${type.name}) holds no dates to take together by ${String(group['by'])}`,
  };
}

/** Of a measure `{function, field}`. */
export function measureProblem(model: Model, entity: Entity, measure: JsonObject): FoundProblem | undefined {
  const name = String(measure['function'] ?? 'count');
  if (measure['field'] === undefined) {
    return name === 'count' ? undefined : { code: 'VIEW_INVALID', message: `${name} needs a "field"` };
  }
  const path = String(measure['field']);
  const end = followPath(model, entity, path);
  if ('problem' in end) return { code: 'FIELD_UNKNOWN', message: end.problem };
  const { type, columns } = end.field;
  const column = columns[0]?.type ?? '';
  const isNumber = /^(?:integer|bigint|numeric)$/.test(column);
  const isOrdered = isNumber || /^(?:text|date|timestamp|timestamptz)$/.test(column);
  const fits = name === 'sum' || name === 'avg' ? isNumber : name === 'min' || name === 'max' ? isOrdered : true;
  return fits ? undefined : { code: 'VIEW_INVALID', message: `"${path}" (type ${type.name}) has no ${name}` };
}

function checkHaving(
  having: Json | undefined,
  path: string,
  known: readonly string[],
  add: (path: string, message: string) => void,
): void {
  if (!isObject(having)) return;
  for (const key of ['and', 'or'] as const) {
    const of = having[key];
    if (isArray(of)) of.forEach((one, index) => checkHaving(one, `${path}/${key}/${index}`, known, add));
  }
  checkHaving(having['not'], `${path}/not`, known, add);
  const name = having['id'];
  if (typeof name === 'string' && !known.includes(name))
    add(`${path}/id`, `the summary has no group or measure "${name}"${suggest(name, known)}`);
  const isList = isArray(having['value']);
  if (having['is'] !== undefined && having['is'] !== 'null' && isList !== (having['is'] === 'in'))
    add(
      `${path}/value`,
      having['is'] === 'in' ? '"in" needs a list of values' : `"${String(having['is'])}" needs one value`,
    );
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
    const own = operatorsOf(field);
    const why =
      own.length === 0
        ? `is worked out when a row is read, so rows cannot be filtered by it`
        : `(type ${type.name}) cannot be compared by "${name}"${suggest(name, known ? own : operatorNames)}; it knows ${own.join(', ')} and what follows from them`;
    problems.add('VIEW_INVALID', id, `${path}/is`, `"${fieldPath}" ${why}`);
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

function noOrder(field: Field): string {
  return field.derivation?.kind === 'evaluated'
    ? 'it is worked out when a row is read'
    : `its type ${field.type.name} has no order`;
}

function isAllowed(field: Field, operator: KnownOperator['operator']): boolean {
  const operators = operatorsOf(field);
  const { columns } = field;
  if (operator === 'between') return operators.includes('ge');
  if (needsTime(operator) && columns[0]?.type === 'date') return false;
  if (operator === 'above' || operator === 'under' || operator === 'eq-or-above' || operator === 'eq-or-under') {
    return columns[0]?.type === 'uuid';
  }
  return operators.includes(allowedBy(operator)) || operators.some((own) => own === operator);
}
