// A dashboard as the app draws it: charts in place of their ids, labels translated, without what the caller may not read.
import type { ChartMetadata, DashboardMetadata, TileMetadata } from '../../metadata/effective.ts';
import type { Json, JsonObject } from '../sdk/index.ts';
import { translator, type Translate } from './labels.ts';
import type { Model } from './model.ts';
import { isArray, isObject } from './pointer.ts';

/** Entities that the dashboard's tiles are about. */
export function dashboardEntities(model: Model, id: string): readonly string[] {
  const names = members(model.documents.get(`dashboards/${id}`)?.['tiles']).map(({ entity }) => entity);
  return [...new Set(names.filter((name) => typeof name === 'string'))];
}

/** Undefined where there is none, or nothing of it may be read. */
export function dashboardMetadata(
  model: Model,
  language: string,
  id: string,
  read: (entity: string) => boolean,
): DashboardMetadata | undefined {
  const path = `dashboards/${id}`;
  const document = model.documents.get(path);
  if (!document) return undefined;
  const translate = translator(model, language);
  const columns = typeof document['columns'] === 'number' ? document['columns'] : 4;
  const all = members(document['tiles']);
  const open = all.filter(({ entity }) => typeof entity !== 'string' || read(entity));
  if (open.length === 0 && all.length > 0) return undefined;
  const { description } = document;
  return {
    id,
    title: translate(path, 'title', String(document['title'] ?? id)),
    ...(typeof description === 'string' ? { description: translate(path, 'description', description) } : {}),
    columns,
    tiles: open.map((tile) => tileMetadata(model, translate, path, columns, tile)),
  };
}

function tileMetadata(
  model: Model,
  translate: Translate,
  path: string,
  columns: number,
  tile: JsonObject,
): TileMetadata {
  const { entity, view, chart, text, measure, compare, title } = tile;
  const at = `tiles/${String(tile['id'])}`;
  const kind = String(tile['kind'] ?? 'text') as TileMetadata['kind'];
  const drawn =
    typeof entity === 'string' && typeof chart === 'string'
      ? chartMetadata(model, translate, entity, chart)
      : undefined;
  const viewTitle =
    typeof entity === 'string' && typeof view === 'string'
      ? translate(
          `${entity}/views/${view}`,
          'title',
          String(model.views.get(`${entity}/views/${view}`)?.document['title'] ?? view),
        )
      : '';
  const size = (name: 'width' | 'height', otherwise: number): number =>
    typeof tile[name] === 'number' ? tile[name] : otherwise;
  return {
    id: String(tile['id']),
    title: typeof title === 'string' ? translate(path, `${at}/title`, title) : (drawn?.title ?? viewTitle),
    kind,
    width: Math.min(columns, size('width', kind === 'number' ? 1 : Math.min(2, columns))),
    height: size('height', kind === 'number' || kind === 'text' ? 1 : 2),
    ...(typeof entity === 'string' ? { entity } : {}),
    ...(typeof view === 'string' ? { view } : {}),
    ...(drawn ? { chart: drawn } : {}),
    ...(isObject(measure) ? { measure: measure as unknown as NonNullable<TileMetadata['measure']> } : {}),
    ...(isObject(compare) ? { compare: compare as unknown as NonNullable<TileMetadata['compare']> } : {}),
    ...(typeof text === 'string' ? { text: translate(path, `${at}/text`, text) } : {}),
  };
}

/** Undefined where the entity has no such chart. */
export function chartMetadata(
  model: Model,
  translate: Translate,
  entity: string,
  id: string,
): ChartMetadata | undefined {
  const path = `${entity}/charts/${id}`;
  const document = model.documents.get(path);
  if (!document) return undefined;
  const { view, top } = document;
  return {
    id,
    title: translate(path, 'title', String(document['title'] ?? id)),
    kind: String(document['kind'] ?? 'column'),
    group: members(document['group']).map((one) => ({
      id: String(one['id']),
      ...(typeof one['by'] === 'string' ? { by: one['by'] as NonNullable<ChartMetadata['group'][number]['by']> } : {}),
    })),
    measures: members(document['measures']).map((one) => ({
      id: String(one['id']),
      function: String(one['function'] ?? 'count') as ChartMetadata['measures'][number]['function'],
      ...(typeof one['field'] === 'string' ? { field: one['field'] } : {}),
      ...(typeof one['title'] === 'string'
        ? { title: translate(path, `measures/${String(one['id'])}/title`, one['title']) }
        : {}),
    })),
    ...(typeof view === 'string' ? { view } : {}),
    ...(typeof top === 'number' ? { top } : {}),
  };
}

function members(list: Json | undefined): readonly JsonObject[] {
  return isArray(list) ? list.filter(isObject) : [];
}
