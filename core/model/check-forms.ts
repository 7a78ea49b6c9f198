// Checks forms: items, header and rules name fields that exist, sub-grids name relations and views that exist.
import type { Json, JsonObject } from '../sdk/index.ts';
import { checkExpression } from './check-expression.ts';
import { checkOptions } from './check-options.ts';
import { contributionProblem } from './contributions.ts';
import type { Entity, Model } from './model.ts';
import { isArray, isObject } from './pointer.ts';
import type { ProblemList } from './problem-list.ts';
import { suggest } from './suggest.ts';

export function checkForms(model: Model, problems: ProblemList): void {
  for (const { id, entity: name, document } of model.forms.values()) {
    const entity = model.entities.get(name);
    if (!entity) continue;
    const checkField = (field: string, path: string): void => {
      if (!entity.fields.has(field))
        problems.add(
          'FIELD_UNKNOWN',
          id,
          path,
          `${name} has no field "${field}"${suggest(field, entity.fields.keys())}`,
        );
    };
    namesOf(document['header']).forEach((field, index) => checkField(field, `/header/${index}`));
    const ids = new Set<string>();
    const seen = new Map<string, string>();
    for (const { member, path } of membersOf(document, '', ['tabs', 'columns', 'sections', 'items'], ids)) {
      const field = String(member['id']);
      if (member['control'] === 'sub-grid') checkSubGrid(model, entity, member, id, path, problems);
      else if (member['control'] !== undefined) checkControl(model, entity, member, id, path, problems);
      else {
        checkField(field, path);
        const other = seen.get(field);
        if (other !== undefined)
          problems.add(
            'FORM_INVALID',
            id,
            path,
            `the field "${field}" already stands at ${other}; a form shows a field once`,
          );
        seen.set(field, path);
      }
    }
    checkRules(entity, document, id, ids, checkField, problems);
  }
}

interface FormMember {
  readonly member: JsonObject;
  readonly path: string;
}

/** The innermost members of the nested lists, with their id paths; every id met goes into `ids`. */
function membersOf(
  document: JsonObject,
  path: string,
  lists: readonly string[],
  ids: Set<string>,
): readonly FormMember[] {
  const [list, ...deeper] = lists;
  if (list === undefined) return [{ member: document, path }];
  const members: readonly Json[] = isArray(document[list]) ? document[list] : [];
  return members.filter(isObject).flatMap((member) => {
    ids.add(String(member['id']));
    return membersOf(member, `${path}/${list}/${String(member['id'])}`, deeper, ids);
  });
}

function checkSubGrid(
  model: Model,
  entity: Entity,
  item: JsonObject,
  id: string,
  path: string,
  problems: ProblemList,
): void {
  const many = [...entity.navigation.values()].filter((step) => step.kind !== 'one');
  const name = item['navigation'];
  if (typeof name !== 'string') {
    problems.add('FORM_INVALID', id, path, 'a sub-grid says which relation it lists: "navigation"');
    return;
  }
  const step = many.find((other) => other.name === name);
  if (!step) {
    const names = many.map((other) => other.name);
    problems.add(
      'RELATION_UNKNOWN',
      id,
      `${path}/navigation`,
      `${entity.name} has no relation "${name}" to many rows${suggest(name, names)}`,
    );
    return;
  }
  const view = item['view'];
  const views = [...model.views.values()]
    .filter((other) => other.entity === step.target)
    .map((other) => other.id.slice(other.id.lastIndexOf('/') + 1));
  if (typeof view === 'string' && !views.includes(view)) {
    problems.add('VIEW_UNKNOWN', id, `${path}/view`, `${step.target} has no view "${view}"${suggest(view, views)}`);
  }
}

function checkControl(
  model: Model,
  entity: Entity,
  item: JsonObject,
  id: string,
  path: string,
  problems: ProblemList,
): void {
  const name = String(item['control']);
  const { controls, plugins } = model.contributions;
  // `timeline` is the app's own.
  if (!name.includes('.')) {
    const all = ['sub-grid', 'timeline', ...controls.keys()];
    if (!all.includes(name))
      problems.add('CONTROL_UNKNOWN', id, `${path}/control`, `there is no control "${name}"${suggest(name, all)}`);
    return;
  }
  const problem = contributionProblem(name, controls, plugins, 'control');
  if (problem !== undefined) problems.add('CONTROL_UNKNOWN', id, `${path}/control`, problem);
  const control = controls.get(name);
  if (control) checkOptions(entity, control.options, item['options'], `the control "${name}"`, id, path, problems);
}

function checkRules(
  entity: Entity,
  document: JsonObject,
  id: string,
  ids: ReadonlySet<string>,
  checkField: (field: string, path: string) => void,
  problems: ProblemList,
): void {
  for (const rule of isArray(document['rules']) ? document['rules'].filter(isObject) : []) {
    const path = `/rules/${String(rule['id'])}`;
    for (const list of ['require', 'lock'] as const)
      namesOf(rule[list]).forEach((field, index) => checkField(field, `${path}/${list}/${index}`));
    for (const list of ['show', 'hide'] as const) {
      namesOf(rule[list]).forEach((name, index) => {
        if (!ids.has(name))
          problems.add(
            'FORM_INVALID',
            id,
            `${path}/${list}/${index}`,
            `the form has no tab, section or item "${name}"${suggest(name, ids)}`,
          );
      });
    }
    checkExpression(entity, rule['when'], id, `${path}/when`, problems);
    for (const [field, expression] of Object.entries(isObject(rule['set']) ? rule['set'] : {})) {
      checkField(field, `${path}/set/${field}`);
      checkExpression(entity, expression, id, `${path}/set/${field}`, problems);
    }
  }
}

function namesOf(value: Json | undefined): readonly string[] {
  return isArray(value) ? value.map(String) : [];
}
