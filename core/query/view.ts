// A view document's filter and sort → parts of the query tree. Views speak of fields and dotted paths
// (`customerid.emailaddress1`); the tree speaks of wire names and navigation.
import type { Entity, Model } from '../model/model.ts';
import { metadataId } from '../model/metadata-id.ts';
import { isSummary } from '../model/is-summary.ts';
import { suggest } from '../model/suggest.ts';
import type { Json, JsonObject } from '../sdk/index.ts';
import { fail } from './errors.ts';
import { conditionOf } from './operator-condition.ts';
import { operatorNames, readOperator } from './operators.ts';
import { refuseKnown, refuseOrder, resolveColumn } from './scope.ts';
import type { Aggregate, Condition, DatePart, Group, Having, Measure, Path, Sort, Value } from './tree.ts';

export interface ReadView {
  readonly filter: Condition | undefined;
  readonly sort: readonly Sort[];
  /** Of a summary: what its groups are, and how many of them it shows at most. */
  readonly aggregate?: Aggregate;
  readonly top?: number;
}

const uuid = /^\{?([\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12})\}?$/i;

/** `view` is an id within the entity (`active`), a document id (`account/views/active`), or the UUID that clients keep of one. */
export function readView(model: Model, entity: Entity, view: string): ReadView {
  const key = uuid.exec(view)?.[1]?.toLowerCase();
  const found =
    model.views.get(view) ??
    model.views.get(`${entity.name}/views/${view}`) ??
    (key === undefined ? undefined : [...model.views.values()].find(({ id }) => metadataId(id) === key));
  if (found?.entity !== entity.name) {
    const names = [...model.views.values()]
      .filter((one) => one.entity === entity.name)
      .map((one) => one.id.slice(one.id.lastIndexOf('/') + 1));
    throw fail('VIEW_UNKNOWN', {
      view: view.slice(0, 100),
      entity: entity.name,
      suggestion: suggest(view.slice(0, 100), names),
    });
  }
  const { filter, sort, top } = found.document;
  const read = { filter: isObject(filter) ? readCondition(model, entity, filter) : undefined };
  if (isSummary(found.document)) {
    const sorts = objects(sort).map(({ id, direction }): Sort => {
      return { path: [String(id)], direction: direction === 'desc' ? 'desc' : 'asc' };
    });
    const aggregate = readSummary(model, entity, found.document);
    return { ...read, sort: sorts, aggregate, ...(typeof top === 'number' && { top }) };
  }
  return {
    ...read,
    sort: Array.isArray(sort) ? sort.filter(isObject).flatMap((one) => readSort(model, entity, one)) : [],
  };
}

function objects(list: Json | undefined): readonly JsonObject[] {
  return Array.isArray(list) ? list.filter(isObject) : [];
}

function readSummary(model: Model, entity: Entity, document: JsonObject): Aggregate {
  const pathFor = (dotted: string): Path => {
    const path = pathOf(model, entity, dotted);
    const resolved = resolveColumn(model, entity, path);
    if ('problem' in resolved) throw invalid(resolved.problem);
    return path;
  };
  const groupBy = objects(document['groups']).map(({ id, field, by }): Group => {
    const path = pathFor(String(field ?? id));
    return { as: String(id), path, ...(by !== undefined && { by: { part: by as DatePart, as: 'period' } }) };
  });
  const measures = objects(document['measures']).map(({ id, function: name = 'count', field }): Measure => {
    const path = field === undefined ? undefined : pathFor(String(field));
    return { as: String(id), function: name as Measure['function'], ...(path && { path }) };
  });
  const having = document['having'];
  return { groupBy, measures, ...(isObject(having) && { having: readHaving(having) }) };
}

function readHaving(having: JsonObject): Having {
  for (const kind of ['and', 'or'] as const) {
    const of = having[kind];
    if (Array.isArray(of)) return { kind, of: of.filter(isObject).map(readHaving) };
  }
  if (isObject(having['not'])) return { kind: 'not', of: readHaving(having['not']) };
  const operator = having['is'] as Extract<Having, { readonly kind: 'compare' }>['operator'];
  return { kind: 'compare', name: String(having['id']), operator, value: valueOf(having['value']) };
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readSort(model: Model, entity: Entity, sort: JsonObject): readonly Sort[] {
  const path = pathOf(model, entity, String(sort['id']));
  const resolved = resolveColumn(model, entity, path);
  const refused = 'problem' in resolved ? resolved : refuseOrder(resolved);
  if (refused) throw invalid(refused.problem);
  return [{ path, direction: sort['direction'] === 'desc' ? 'desc' : 'asc' }];
}

function invalid(problem: string) {
  const details = [{ code: 'VIEW_INVALID', target: 'savedQuery', message: problem }];
  return fail('QUERY_INVALID', { first: problem }, { details });
}

/** `customerid.emailaddress1` → the navigation of the lookup's first target that has the field. */
function pathOf(model: Model, entity: Entity, dotted: string): Path {
  const steps = dotted.split('.');
  const path: string[] = [];
  let at = entity;
  for (const [index, step] of steps.entries()) {
    if (index === steps.length - 1) {
      path.push(at.wire.has(step) ? step : (at.fields.get(step)?.columns[0]?.wire ?? step));
      continue;
    }
    const after = steps[index + 1] ?? '';
    const ways = [...at.navigation.values()].filter(
      (one) => one.kind === 'one' && (one.field === step || one.name === step),
    );
    const way = ways.find((one) => model.entities.get(one.target)?.fields.has(after)) ?? ways[0];
    const target = way && model.entities.get(way.target);
    if (!target) throw invalid(`${at.name} has no lookup ${step}${suggest(step, at.fields.keys())}`);
    path.push(way.name);
    at = target;
  }
  return path;
}

function readCondition(model: Model, entity: Entity, condition: JsonObject): Condition {
  for (const kind of ['and', 'or'] as const) {
    const of = condition[kind];
    if (Array.isArray(of)) return { kind, of: of.filter(isObject).map((one) => readCondition(model, entity, one)) };
  }
  if (isObject(condition['not'])) return { kind: 'not', of: readCondition(model, entity, condition['not']) };
  if (typeof condition['any'] === 'string')
    return readRelated(model, entity, 'some', condition['any'], condition['where']);
  if (typeof condition['every'] === 'string')
    return readRelated(model, entity, 'every', condition['every'], condition['where']);
  return readComparison(model, entity, condition);
}

/** A view may name the relationship (`lead_tasks`) or the navigation property. */
function readRelated(
  model: Model,
  entity: Entity,
  kind: 'some' | 'every',
  name: string,
  where: Json | undefined,
): Condition {
  const navigation =
    entity.navigation.get(name) ??
    [...entity.navigation.values()].find((one) => one.kind !== 'one' && one.relation === name);
  const target = navigation && model.entities.get(navigation.target);
  if (!target || navigation.kind === 'one') {
    throw invalid(`${entity.name} has no relationship ${name}${suggest(name, entity.navigation.keys())}`);
  }
  return { kind, path: [navigation.name], ...(isObject(where) && { where: readCondition(model, target, where) }) };
}

function readComparison(model: Model, entity: Entity, condition: JsonObject): Condition {
  const path = pathOf(model, entity, String(condition['field']));
  const resolved = resolveColumn(model, entity, path);
  if ('problem' in resolved) throw invalid(resolved.problem);
  const name = String(condition['is']);
  const known = readOperator(name);
  if (!known)
    throw invalid(
      `${String(condition['field'])} is asked with ${name}, which is no operator${suggest(name, operatorNames)}`,
    );
  const refused = refuseKnown(model, resolved, known);
  if (refused) throw invalid(refused.problem);
  const value = condition['value'];
  if (known.operator === 'null' && value === false) return { kind: 'not', of: conditionOf(path, known, []) };
  const isList = known.takes === 'list' || known.takes === 'numbers';
  const values =
    known.takes === 'nothing' ? [] : Array.isArray(value) && !isList ? value.map(valueOf) : [valueOf(value)];
  return conditionOf(path, known, values);
}

function valueOf(value: Json | undefined): Value {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (Array.isArray(value)) return value.filter((item) => typeof item === 'string' || typeof item === 'number');
  return null;
}
