// Checks apps: every place of a site map leads to something that exists.
import type { Json, JsonObject } from '../sdk/index.ts';
import { contributionProblem } from './contributions.ts';
import type { Model } from './model.ts';
import { isArray, isObject } from './pointer.ts';
import type { ProblemList } from './problem-list.ts';
import { suggest } from './suggest.ts';

export function checkApps(model: Model, problems: ProblemList): void {
  for (const [name, document] of model.apps) {
    const id = `apps/${name}`;
    for (const area of members(document['areas'])) {
      for (const group of members(area['groups'])) {
        for (const item of members(group['items'])) {
          const path = `/areas/${String(area['id'])}/groups/${String(group['id'])}/items/${String(item['id'])}`;
          checkItem(model, item, id, path, problems);
        }
      }
    }
    (isArray(document['roles']) ? document['roles'] : []).forEach((role, index) => {
      if (!model.roles.has(String(role))) {
        problems.add(
          'ROLE_UNKNOWN',
          id,
          `/roles/${index}`,
          `there is no role "${String(role)}"${suggest(String(role), model.roles.keys())}`,
        );
      }
    });
  }
}

function checkItem(model: Model, item: JsonObject, id: string, path: string, problems: ProblemList): void {
  const { entity, view, dashboard, page, url } = item;
  if ([entity, dashboard, page, url].filter((place) => place !== undefined).length !== 1) {
    problems.add('APP_INVALID', id, path, 'a place of the site map names one of "entity", "dashboard", "page", "url"');
  }
  if (typeof dashboard === 'string' && !model.documents.has(`dashboards/${dashboard}`)) {
    const dashboards = [...model.documents.keys()].flatMap((one) => /^dashboards\/(.*)$/.exec(one)?.[1] ?? []);
    const near = suggest(dashboard, dashboards);
    problems.add('DASHBOARD_UNKNOWN', id, `${path}/dashboard`, `there is no dashboard "${dashboard}"${near}`);
  }
  if (typeof page === 'string') {
    const { pages, plugins } = model.contributions;
    const problem = contributionProblem(page, pages, plugins, 'page');
    if (problem !== undefined) problems.add('PAGE_UNKNOWN', id, `${path}/page`, problem);
  }
  if (typeof entity !== 'string') return;
  if (!model.entities.has(entity)) {
    problems.add(
      'ENTITY_UNKNOWN',
      id,
      `${path}/entity`,
      `there is no entity "${entity}"${suggest(entity, model.entities.keys())}`,
    );
    return;
  }
  const views = [...model.views.values()]
    .filter((other) => other.entity === entity)
    .map((other) => other.id.slice(other.id.lastIndexOf('/') + 1));
  if (typeof view === 'string' && !views.includes(view)) {
    problems.add('VIEW_UNKNOWN', id, `${path}/view`, `${entity} has no view "${view}"${suggest(view, views)}`);
  }
}

function members(list: Json | undefined): readonly JsonObject[] {
  return isArray(list) ? list.filter(isObject) : [];
}
