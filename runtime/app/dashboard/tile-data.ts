// What a dashboard's tiles show, asked of the data service.
import type { EntityMetadata, TileMetadata } from '../../../metadata/effective.ts';
import type { Row } from '../../client/index.ts';
import { resolveColumns, stateOfView, toQuery, type GridColumn } from '../../ui/grid/grid-state.ts';
import type { Locale } from '../../ui/locale/index.ts';
import { wallClock } from '../../ui/locale/calendar.ts';
import { pluginClient } from '../../ui/plugins/plugin-client.ts';
import type { Workspace } from '../../ui/workspace.ts';
import { listUrl } from '../address.ts';
import {
  chartApply,
  measureText,
  periodDays,
  readChart,
  resolveGroup,
  type ChartData,
  type ChartGroup,
  type ChartPoint,
} from './chart-data.ts';

export type TileData =
  | { readonly kind: 'chart'; readonly entity: EntityMetadata; readonly chart: ChartData }
  | { readonly kind: 'number'; readonly value: number | undefined; readonly before: number | undefined }
  | {
      readonly kind: 'view';
      readonly entity: EntityMetadata;
      readonly columns: readonly GridColumn[];
      readonly rows: readonly Row[];
    }
  | { readonly kind: 'text' }
  /** A field of it is not the caller's to see. */
  | { readonly kind: 'hidden' };

/** Rows of a list on a dashboard, per row of tiles it takes. */
const ROWS = 4;

const nameOf = (step: string): string => step.charAt(0).toUpperCase() + step.slice(1);

const viewOf = (tile: TileMetadata, view: string | undefined): { readonly savedQuery?: string } =>
  tile.entity === undefined || view === undefined ? {} : { savedQuery: `${tile.entity}/views/${view}` };

export async function loadTile(workspace: Workspace, locale: Locale, tile: TileMetadata): Promise<TileData> {
  if (tile.kind === 'text' || tile.entity === undefined) return { kind: 'text' };
  const entity = await workspace.entity(tile.entity);
  if (tile.kind === 'number') return loadNumber(workspace, entity, tile);
  if (tile.kind === 'view') return loadView(workspace, entity, tile);
  const { chart } = tile;
  if (!chart) return { kind: 'hidden' };
  const groups = await Promise.all(
    chart.group.map((group, index) => resolveGroup(entity, group, `g${index}`, workspace.entity)),
  );
  const known = groups.filter((group): group is ChartGroup => group !== undefined);
  const unseen = chart.measures.some(({ field }) => field !== undefined && !entity.fields[field]);
  if (known.length < groups.length || unseen) return { kind: 'hidden' };
  const rows = await pluginClient(workspace).list(entity.name, {
    ...viewOf(tile, tile.view ?? chart.view),
    $apply: chartApply(entity, chart, known),
  });
  return { kind: 'chart', entity, chart: readChart(rows, chart, entity, known, locale) };
}

async function loadNumber(workspace: Workspace, entity: EntityMetadata, tile: TileMetadata): Promise<TileData> {
  const { measure = { function: 'count' }, compare } = tile;
  if (measure.field !== undefined && !entity.fields[measure.field]) return { kind: 'hidden' };
  const date = compare && entity.fields[compare.field];
  if (compare && !date) return { kind: 'hidden' };
  const ask = async (when: string | undefined): Promise<number | undefined> => {
    const filter =
      when === undefined ? '' : `filter(Microsoft.Dynamics.CRM.${when}(PropertyName='${date?.wire ?? ''}'))/`;
    const [row] = await pluginClient(workspace).list(entity.name, {
      ...viewOf(tile, tile.view),
      $apply: `${filter}aggregate(${measureText(measure, entity, 'm0')})`,
    });
    const value = row?.['m0'];
    return value === null || value === undefined ? undefined : Number(value);
  };
  if (!compare) return { kind: 'number', value: await ask(undefined), before: undefined };
  const [now, last] =
    compare.by === 'day' ? ['Today', 'Yesterday'] : [`This${nameOf(compare.by)}`, `Last${nameOf(compare.by)}`];
  const [value, before] = await Promise.all([ask(now), ask(last)]);
  return { kind: 'number', value: value ?? 0, before: before ?? 0 };
}

async function loadView(workspace: Workspace, entity: EntityMetadata, tile: TileMetadata): Promise<TileData> {
  const view = entity.views[tile.view ?? ''];
  if (!view) return { kind: 'hidden' };
  const state = stateOfView(view);
  const most = Math.max(2, tile.width * 2);
  const columns = (await resolveColumns(entity, state.columns, workspace.entity, () => 0)).slice(0, most);
  const {
    count: _count,
    view: savedQuery,
    ...query
  } = toQuery(entity, columns, state, workspace.fields, {
    view: `${entity.name}/views/${view.id}`,
  });
  const [page] = await Promise.all([
    workspace.client.list(entity.set, {
      ...query,
      ...(savedQuery !== undefined && { view: savedQuery }),
      top: tile.height * ROWS,
    }),
    workspace.fields.load(columns.map(({ field }) => field.type)),
  ]);
  return { kind: 'view', entity, columns, rows: page.rows };
}

/** The first moment of a day in a zone. */
function startOfDay(iso: string, timeZone: string): string {
  const plain = Date.parse(`${iso}T00:00:00Z`);
  let at = plain;
  // Twice: where the clock changes on that day, the first guess is an hour off.
  for (let step = 0; step < 2; step += 1) {
    const { date, time } = wallClock(new Date(at).toISOString(), timeZone);
    at += plain - Date.parse(`${date}T${time}:00Z`);
  }
  return new Date(at).toISOString();
}

/** The list with the rows behind a point; undefined where no list can be filtered to them. */
export function pointUrl(tile: TileMetadata, data: ChartData, point: ChartPoint, locale: Locale): string | undefined {
  const { entity, chart } = tile;
  const { group } = data;
  if (entity === undefined || !group?.own || point.key === undefined) return undefined;
  const { field, by } = group;
  const filters: (readonly [string, unknown])[] = [];
  if (point.key === null) filters.push(['null', null]);
  else if (by !== undefined) {
    const days = periodDays(String(point.key), by, locale.calendar);
    if (!days) return undefined;
    const at = (day: string): string => (field.type === 'date' ? day : startOfDay(day, locale.timeZone));
    filters.push(['ge', at(days[0])], ['lt', at(days[1])]);
  } else if (field.choices) filters.push(['in', [point.key]]);
  else if (field.targets)
    filters.push(['eq', { entity: field.targets[0]?.entity ?? '', id: point.key, name: point.label }]);
  else filters.push(['eq', point.key]);
  const parameters = new URLSearchParams();
  for (const [operator, value] of filters)
    parameters.append('filter', `${field.name}~${operator}~${JSON.stringify(value)}`);
  return `${listUrl(entity, tile.view ?? chart?.view)}?${parameters.toString()}`;
}
