// Checks charts and dashboards: what they group, measure and show exists, and each tile says what its kind needs.
import type { JsonObject } from '../sdk/index.ts';
import { groupProblem, measureProblem } from './check-views.ts';
import { isSummary } from './is-summary.ts';
import type { Entity, Model } from './model.ts';
import { isArray, isObject } from './pointer.ts';
import type { ProblemList } from './problem-list.ts';
import { suggest } from './suggest.ts';

/** What runtime/app/dashboard can draw. */
export const chartKinds: readonly string[] = ['bar', 'column', 'line', 'area', 'pie', 'donut', 'funnel'];

export function checkDashboards(model: Model, problems: ProblemList): void {
  for (const [id, document] of model.documents) {
    const [owner = '', place = '', name] = id.split('/');
    if (place === 'charts' && name !== undefined) checkChart(model, owner, document, id, problems);
    if (owner === 'dashboards') checkDashboard(model, document, id, problems);
  }
}

function checkChart(model: Model, owner: string, document: JsonObject, id: string, problems: ProblemList): void {
  const entity = model.entities.get(owner);
  if (!entity) return;
  const kind = String(document['kind']);
  if (!chartKinds.includes(kind))
    problems.add(
      'CHART_INVALID',
      id,
      '/kind',
      `there is no chart kind "${kind}"${suggest(kind, chartKinds)}; there are ${chartKinds.join(', ')}`,
    );
  for (const group of members(document['group'])) {
    const problem = groupProblem(model, entity, group);
    if (problem) problems.add(said(problem.code), id, `/group/${String(group['id'])}`, problem.message);
  }
  const measures = members(document['measures']);
  if (measures.length === 0)
    problems.add('CHART_INVALID', id, '/measures', 'a chart measures something: {"id": "count", "function": "count"}');
  for (const measure of measures) {
    const problem = measureProblem(model, entity, measure);
    if (problem) problems.add(said(problem.code), id, `/measures/${String(measure['id'])}`, problem.message);
  }
  if (members(document['group']).length === 2 && measures.length > 1)
    problems.add(
      'CHART_INVALID',
      id,
      '/measures',
      'a chart by two groups has one measure: the second group makes its series',
    );
  checkView(model, entity, document, id, '', false, problems);
}

function checkDashboard(model: Model, document: JsonObject, id: string, problems: ProblemList): void {
  for (const tile of members(document['tiles'])) {
    const path = `/tiles/${String(tile['id'])}`;
    const add = (message: string, at = ''): void => problems.add('DASHBOARD_INVALID', id, path + at, message);
    const kind = tile['kind'];
    if (kind === undefined) add('a tile says its "kind": chart, view, number, text');
    if (kind === 'text') {
      if (typeof tile['text'] !== 'string') add('a text tile has a "text"');
      continue;
    }
    const name = tile['entity'];
    if (typeof name !== 'string') {
      add(`a tile of the kind "${String(kind)}" names its "entity"`);
      continue;
    }
    const entity = model.entities.get(name);
    if (!entity) {
      problems.add(
        'ENTITY_UNKNOWN',
        id,
        `${path}/entity`,
        `there is no entity "${name}"${suggest(name, model.entities.keys())}`,
      );
      continue;
    }
    checkView(model, entity, tile, id, path, kind === 'view', problems);
    if (kind === 'view' && tile['view'] === undefined) add('a view tile names its "view"');
    if (kind === 'chart') checkChartTile(model, entity, tile, id, path, problems);
    if (kind === 'number') checkNumber(model, entity, tile, id, path, problems);
  }
}

function checkChartTile(
  model: Model,
  entity: Entity,
  tile: JsonObject,
  id: string,
  path: string,
  problems: ProblemList,
): void {
  const prefix = `${entity.name}/charts/`;
  const charts = [...model.documents.keys()].flatMap((one) =>
    one.startsWith(prefix) ? [one.slice(prefix.length)] : [],
  );
  const chart = String(tile['chart'] ?? '');
  if (!charts.includes(chart))
    problems.add(
      'CHART_UNKNOWN',
      id,
      tile['chart'] === undefined ? path : `${path}/chart`,
      `${entity.name} has no chart "${chart}"${suggest(chart, charts)}`,
    );
}

function checkNumber(
  model: Model,
  entity: Entity,
  tile: JsonObject,
  id: string,
  path: string,
  problems: ProblemList,
): void {
  const { measure, compare } = tile;
  if (!isObject(measure)) {
    problems.add(
      'DASHBOARD_INVALID',
      id,
      path,
      'a number tile says what is reckoned: "measure": {"function": "count"}',
    );
    return;
  }
  const problem = measureProblem(model, entity, measure);
  if (problem) problems.add(said(problem.code, 'DASHBOARD_INVALID'), id, `${path}/measure`, problem.message);
  if (!isObject(compare)) return;
  const wrong = groupProblem(model, entity, { id: String(compare['field']), by: String(compare['by']) });
  if (wrong) problems.add(said(wrong.code, 'DASHBOARD_INVALID'), id, `${path}/compare/field`, wrong.message);
}

function checkView(
  model: Model,
  entity: Entity,
  { view }: JsonObject,
  id: string,
  path: string,
  rows: boolean,
  problems: ProblemList,
): void {
  if (typeof view !== 'string') return;
  const prefix = `${entity.name}/views/`;
  const found = model.views.get(prefix + view);
  if (!found) {
    const views = [...model.views.keys()].flatMap((one) => (one.startsWith(prefix) ? [one.slice(prefix.length)] : []));
    problems.add('VIEW_UNKNOWN', id, `${path}/view`, `${entity.name} has no view "${view}"${suggest(view, views)}`);
  } else if (rows && isSummary(found.document)) {
    problems.add(
      'DASHBOARD_INVALID',
      id,
      `${path}/view`,
      `"${view}" is a summary, which has no rows to list; make a chart of it`,
    );
  }
}

const said = (code: string, own = 'CHART_INVALID'): string => (code === 'FIELD_UNKNOWN' ? code : own);

function members(list: unknown): readonly JsonObject[] {
  return isArray(list) ? (list as readonly unknown[]).filter((one): one is JsonObject => isObject(one)) : [];
}
