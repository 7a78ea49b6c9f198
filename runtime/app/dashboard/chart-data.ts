// The figures of a chart: what is asked of the data service ($apply), and its answer as points with labels, in the order people
// read them. Periods are those of the caller's calendar: the server reckons them, their names are made here.
import type { CalendarStep, ChartMetadata, EntityMetadata, FieldMetadata } from '../../../metadata/effective.ts';
import type { Row } from '../../client/index.ts';
import { isoFrom, monthNames } from '../../ui/locale/calendar.ts';
import type { Calendar, Locale } from '../../ui/locale/locale.ts';
import { formattedOf } from '../../ui/record-values.ts';

/** A group of a chart with the field it stands for. */
export interface ChartGroup {
  /** The name in the answer. */
  readonly as: string;
  /** OData path. */
  readonly path: string;
  readonly field: FieldMetadata;
  /** On the chart's own entity: lists can be filtered by it. */
  readonly own: boolean;
  readonly by: CalendarStep | undefined;
}

export interface ChartPoint {
  /** The group's value as the data service has it; undefined for the rest. */
  readonly key: unknown;
  readonly label: string;
  /** One for each series; undefined where there is nothing. */
  readonly values: readonly (number | undefined)[];
}

export interface ChartData {
  readonly points: readonly ChartPoint[];
  /** What the values are, one or more. */
  readonly series: readonly string[];
  readonly group: ChartGroup | undefined;
}

const parts: Readonly<Record<CalendarStep, string>> = {
  day: 'Day',
  week: 'Week',
  month: 'Month',
  quarter: 'Quarter',
  year: 'Year',
};

const functions: Readonly<Record<string, string>> = {
  sum: 'sum',
  avg: 'average',
  min: 'min',
  max: 'max',
  count: 'count',
  'count-distinct': 'countdistinct',
};

/** The field at a path and the way to it: `industrycode`, `customerid.industrycode`. Undefined where the caller has none. */
export async function resolveGroup(
  entity: EntityMetadata,
  { id, by }: ChartMetadata['group'][number],
  as: string,
  entityOf: (name: string) => Promise<EntityMetadata>,
): Promise<ChartGroup | undefined> {
  const [first = '', ...rest] = id.split('.');
  const field = entity.fields[first];
  if (!field) return undefined;
  if (rest.length === 0) return { as: by === undefined ? field.wire : as, path: field.wire, field, own: true, by };
  const target = field.targets?.[0];
  if (!target) return undefined;
  const far = await resolveGroup(
    await entityOf(target.entity),
    { id: rest.join('.'), ...(by && { by }) },
    as,
    entityOf,
  );
  return (
    far && { ...far, as: by === undefined ? far.field.wire : as, path: `${target.navigation}/${far.path}`, own: false }
  );
}

export function measureText(
  measure: { readonly function: string; readonly field?: string },
  entity: EntityMetadata,
  as: string,
): string {
  const field = measure.field === undefined ? undefined : entity.fields[measure.field];
  // Amounts of several currencies come together in the base currency.
  const wire = field?.base ?? field?.wire ?? measure.field;
  if (wire === undefined) return `$count as ${as}`;
  return `${wire} with ${functions[measure.function] ?? 'sum'} as ${as}`;
}

export function chartApply(entity: EntityMetadata, chart: ChartMetadata, groups: readonly ChartGroup[]): string {
  const measures = chart.measures.map((measure, index) => measureText(measure, entity, `m${index}`)).join(',');
  const periods = groups.flatMap(({ by, path, as }) =>
    by === undefined ? [] : [`Peyvand.${parts[by]}(${path}) as ${as}`],
  );
  const compute = periods.length === 0 ? '' : `compute(${periods.join(',')})/`;
  const names = groups.map(({ by, path, as }) => (by === undefined ? path : as));
  return groups.length === 0
    ? `aggregate(${measures})`
    : `${compute}groupby((${names.join(',')}),aggregate(${measures}))`;
}

/** `1405-03` → `Khordad 1405`, `2026-Q2`, `2026-W07`. */
export function periodLabel(text: string, by: CalendarStep, locale: Locale): string {
  const [year = '', part = '', day = ''] = text.split('-');
  if (!/^\d{4}$/.test(year)) return locale.digits(text);
  if (by === 'year' || part === '') return locale.digits(year);
  if (by === 'day') {
    const iso = isoFrom(locale.calendar, Number(year), Number(part), Number(day));
    return iso === undefined ? locale.digits(text) : locale.date(iso);
  }
  if (by === 'month') {
    const month = monthNames(locale.language, locale.calendar, 'short')[Number(part) - 1] ?? part;
    return `${month} ${locale.digits(year)}`;
  }
  const number = locale.digits(String(Number(part.slice(1))));
  return locale.t(by === 'quarter' ? 'dashboard.quarter' : 'dashboard.week', { number, year: locale.digits(year) });
}

/** The period's first day and that of the next one, ISO; undefined for weeks, which no list can be filtered by. */
export function periodDays(text: string, by: CalendarStep, calendar: Calendar): readonly [string, string] | undefined {
  const [year = '', part = '', day = ''] = text.split('-');
  const y = Number(year);
  if (!/^\d{4}$/.test(year) || by === 'week') return undefined;
  const first = by === 'quarter' ? (Number(part.slice(1)) - 1) * 3 + 1 : by === 'year' ? 1 : Number(part);
  const length = by === 'quarter' ? 3 : by === 'year' ? 12 : 1;
  const from = isoFrom(calendar, y, first, by === 'day' ? Number(day) : 1);
  if (from === undefined) return undefined;
  if (by === 'day') return [from, nextDay(from)];
  const next = first + length;
  const to = next > 12 ? isoFrom(calendar, y + 1, next - 12, 1) : isoFrom(calendar, y, next, 1);
  return to === undefined ? undefined : [from, to];
}

function nextDay(iso: string): string {
  return new Date(Date.parse(`${iso}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
}

/** Periods from the first to the last, those in which nothing was included: months, quarters, years. */
export function withGaps(keys: readonly string[], by: CalendarStep): readonly string[] {
  const sorted = keys.toSorted();
  const perYear = by === 'month' ? 12 : by === 'quarter' ? 4 : by === 'year' ? 1 : 0;
  const nth = (key: string): number => {
    const [year = '', part = '1'] = key.split('-');
    return Number(year) * perYear + Number(part.replace('Q', '')) - 1;
  };
  const [first, last] = [sorted[0], sorted.at(-1)];
  if (perYear === 0 || first === undefined || last === undefined) return sorted;
  const [from, to] = [nth(first), nth(last)];
  // Far apart, the gaps would be all there is to see.
  if (!Number.isFinite(to - from) || to - from > 120) return sorted;
  return Array.from({ length: to - from + 1 }, (_, index) => {
    const at = from + index;
    const year = String(Math.floor(at / perYear)).padStart(4, '0');
    const part = (at % perYear) + 1;
    return by === 'year' ? year : by === 'quarter' ? `${year}-Q${part}` : `${year}-${String(part).padStart(2, '0')}`;
  });
}

function labelOf(row: Row, group: ChartGroup, locale: Locale): string {
  const value = row[group.as] ?? null;
  if (value === null) return locale.t('dashboard.none');
  if (group.by !== undefined) return periodLabel(String(value), group.by, locale);
  const choice = group.field.choices?.find((one) => one.value === value);
  if (choice) return choice.title;
  if (typeof value === 'boolean') return locale.t(value ? 'dashboard.yes' : 'dashboard.no');
  return (
    formattedOf(row, { ...group.field, wire: group.as }) ??
    (typeof value === 'number' ? locale.number(value) : String(value))
  );
}

const numberOf = (value: unknown): number | undefined =>
  value === null || value === undefined || Number.isNaN(Number(value)) ? undefined : Number(value);

/** Points of the first group; the second makes the series, else the measures do. */
export function readChart(
  rows: readonly Row[],
  chart: ChartMetadata,
  entity: EntityMetadata,
  groups: readonly ChartGroup[],
  locale: Locale,
): ChartData {
  const [group, second] = groups;
  const titles = chart.measures.map(
    (measure) =>
      measure.title ??
      (measure.field === undefined ? locale.t('dashboard.count') : (entity.fields[measure.field]?.title ?? measure.id)),
  );
  if (!group) return { series: titles, group, points: [] };
  const keyOf = (row: Row, of: ChartGroup): string => String(row[of.as] ?? '');
  const series = second ? [...new Map(rows.map((row) => [keyOf(row, second), labelOf(row, second, locale)]))] : [];
  if (second) series.sort(([a], [b]) => orderOf(a, second) - orderOf(b, second) || locale.compare(a, b));
  const byKey = new Map<string, { key: unknown; label: string; values: (number | undefined)[] }>();
  for (const row of rows) {
    const key = keyOf(row, group);
    const point = byKey.get(key) ?? { key: row[group.as] ?? null, label: labelOf(row, group, locale), values: [] };
    if (second) point.values[series.findIndex(([name]) => name === keyOf(row, second))] = numberOf(row['m0']);
    else chart.measures.forEach((_measure, index) => (point.values[index] = numberOf(row[`m${index}`])));
    byKey.set(key, point);
  }
  const names = second ? series.map(([, label]) => label) : titles;
  const points = inOrder([...byKey.values()], group, locale).map((point) => ({
    ...point,
    values: names.map((_name, index) => point.values[index]),
  }));
  return { series: names, group, points: cut(points, chart, locale) };
}

/** Where a value stands among the choices of its field. */
function orderOf(key: string, { field }: ChartGroup): number {
  return field.choices?.findIndex(({ value }) => String(value) === key) ?? 0;
}

function inOrder(points: readonly ChartPoint[], group: ChartGroup, locale: Locale): readonly ChartPoint[] {
  const { by, field } = group;
  if (by !== undefined) {
    const known = new Map(points.map((point) => [String(point.key ?? ''), point]));
    const keys = withGaps(
      [...known.keys()].filter((key) => key !== ''),
      by,
    );
    const without = known.get('');
    return [
      ...keys.map((key) => known.get(key) ?? { key, label: periodLabel(key, by, locale), values: [] }),
      ...(without ? [without] : []),
    ];
  }
  if (field.choices) return points.toSorted((a, b) => orderOf(String(a.key), group) - orderOf(String(b.key), group));
  return points.toSorted((a, b) => total(b) - total(a));
}

const total = ({ values }: ChartPoint): number => values.reduce<number>((sum, value) => sum + (value ?? 0), 0);

/** The greatest `top` groups; what is left becomes one, where it can be added up. */
function cut(points: readonly ChartPoint[], { top, measures }: ChartMetadata, locale: Locale): readonly ChartPoint[] {
  if (top === undefined || points.length <= top) return points;
  const kept = new Set(points.toSorted((a, b) => total(b) - total(a)).slice(0, top));
  const rest = points.filter((point) => !kept.has(point));
  const first = points.filter((point) => kept.has(point));
  if (measures.some(({ function: name }) => name !== 'sum' && name !== 'count')) return first;
  const values = (points[0]?.values ?? []).map((_value, index) =>
    rest.reduce<number>((sum, point) => sum + (point.values[index] ?? 0), 0),
  );
  return [...first, { key: undefined, label: locale.t('dashboard.rest', { count: rest.length }), values }];
}

/** Steps of an axis from 0 (or below) to at least the greatest value: 1, 2 or 5 times a power of ten; `whole`: no fractions. */
export function axisSteps(least: number, greatest: number, whole = false, about = 4): readonly number[] {
  const low = Math.min(0, least);
  const high = Math.max(0, greatest);
  if (high === low) return [0, 1];
  const raw = whole ? Math.max(1, (high - low) / about) : (high - low) / about;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((times) => times * power).find((one) => one >= raw) ?? raw;
  const from = Math.floor(low / step);
  const to = Math.ceil(high / step);
  return Array.from({ length: to - from + 1 }, (_, index) => (from + index) * step);
}
