// The figures of charts: asked as $apply, read as points in the order and the calendar of the reader.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ChartMetadata, EntityMetadata, FieldMetadata } from '../../../../../metadata/effective.ts';
import {
  axisSteps,
  chartApply,
  periodDays,
  periodLabel,
  readChart,
  resolveGroup,
  withGaps,
} from '../../../../../runtime/app/dashboard/chart-data.ts';
import en from '../../../../../runtime/app/dashboard/texts/en.json' with { type: 'json' };
import fa from '../../../../../runtime/app/dashboard/texts/fa.json' with { type: 'json' };
import { createLocale } from '../../../../../runtime/ui/locale/create-locale.ts';

const english = createLocale({ language: 'en', calendar: 'gregory', timeZone: 'UTC' }, en);
const persian = createLocale({ language: 'fa', calendar: 'persian', timeZone: 'Asia/Tehran' }, fa);

const field = (name: string, more: Partial<FieldMetadata> = {}): FieldMetadata => ({
  name,
  title: name,
  type: 'text',
  options: {},
  wire: name,
  required: false,
  readOnly: false,
  immutable: false,
  operators: [],
  sortable: true,
  ...more,
});
const choices = [
  { value: 1, title: 'Planned' },
  { value: 2, title: 'Closed' },
];
const entity = {
  name: 'visit',
  fields: {
    stage: field('stage', { choices }),
    day: field('day', { type: 'date' }),
    amount: field('amount'),
    price: field('price', { base: 'price_base' }),
    account: field('account', { wire: '_account_value', targets: [{ entity: 'account', navigation: 'account' }] }),
  },
} as unknown as EntityMetadata;
const account = { name: 'account', fields: { city: field('city') } } as unknown as EntityMetadata;
const entityOf = async () => account;

const chart = (more: Partial<ChartMetadata>): ChartMetadata => ({
  id: 'c',
  title: 'C',
  kind: 'column',
  group: [{ id: 'stage' }],
  measures: [{ id: 'n', function: 'count' }],
  ...more,
});
const groupsOf = async (of: ChartMetadata) =>
  (await Promise.all(of.group.map((one, index) => resolveGroup(entity, one, `g${index}`, entityOf)))).flatMap(
    (one) => one ?? [],
  );

describe('what is asked', () => {
  test.each([
    [{}, 'groupby((stage),aggregate($count as m0))'],
    [
      {
        group: [{ id: 'day', by: 'month' as const }],
        measures: [{ id: 's', function: 'sum' as const, field: 'amount' }],
      },
      'compute(Peyvand.Month(day) as g0)/groupby((g0),aggregate(amount with sum as m0))',
    ],
    [{ group: [{ id: 'account.city' }] }, 'groupby((account/city),aggregate($count as m0))'],
    [
      { group: [], measures: [{ id: 'a', function: 'avg' as const, field: 'amount' }] },
      'aggregate(amount with average as m0)',
    ],
    // Prices of several currencies add up in the base currency only.
    [
      { group: [], measures: [{ id: 'p', function: 'sum' as const, field: 'price' }] },
      'aggregate(price_base with sum as m0)',
    ],
  ])('%j', async (more, wanted) => {
    const of = chart(more);
    expect(chartApply(entity, of, await groupsOf(of))).toBe(wanted);
  });

  test('nothing of a field that the caller does not have', async () => {
    expect(await resolveGroup(entity, { id: 'secret' }, 'g0', entityOf)).toBeUndefined();
  });
});

describe('what is read', () => {
  test('choices in the order of the choice, with their labels', async () => {
    const of = chart({});
    const rows = [
      { stage: 2, m0: 5 },
      { stage: 1, m0: 3 },
    ];
    const { points } = readChart(rows, of, entity, await groupsOf(of), english);
    expect(points).toEqual([
      { key: 1, label: 'Planned', values: [3] },
      { key: 2, label: 'Closed', values: [5] },
    ]);
  });

  test('a second group makes the series', async () => {
    const of = chart({ group: [{ id: 'day', by: 'year' }, { id: 'stage' }] });
    const rows = [
      { g0: '2025', stage: 2, m0: 1 },
      { g0: '2026', stage: 1, m0: 4 },
    ];
    const { points, series } = readChart(rows, of, entity, await groupsOf(of), english);
    expect(series).toEqual(['Planned', 'Closed']);
    expect(points.map(({ label, values }) => [label, ...values])).toEqual([
      ['2025', undefined, 1],
      ['2026', 4, undefined],
    ]);
  });

  test('beyond the greatest the rest is one, and nothing is lost', async () => {
    const of = chart({ group: [{ id: 'amount' }], top: 2 });
    const rows = [9, 1, 7, 3].map((m0) => ({ amount: m0, m0 }));
    const { points } = readChart(rows, of, entity, await groupsOf(of), english);
    expect(points.map(({ values: [value] }) => value)).toEqual([9, 7, 4]);
    expect(points.at(-1)).toMatchObject({ key: undefined, label: '2 others' });
  });
});

describe('periods', () => {
  test('months without rows have their place', () => {
    expect(withGaps(['1405-02', '1404-11'], 'month')).toEqual(['1404-11', '1404-12', '1405-01', '1405-02']);
    expect(withGaps(['2026-Q1', '2025-Q3'], 'quarter')).toEqual(['2025-Q3', '2025-Q4', '2026-Q1']);
  });

  test('are called as the reader calls them', () => {
    expect(periodLabel('2026-03', 'month', english)).toBe('Mar 2026');
    expect(periodLabel('1405-01', 'month', persian)).toBe('فروردین ۱۴۰۵');
    expect(periodLabel('2026-Q2', 'quarter', english)).toBe('Q2 2026');
    expect(periodLabel('1405', 'year', persian)).toBe('۱۴۰۵');
  });

  test('begin where the reader’s calendar says', () => {
    expect(periodDays('1405-01', 'month', 'persian')).toEqual(['2026-03-21', '2026-04-21']);
    expect(periodDays('2026-Q4', 'quarter', 'gregory')).toEqual(['2026-10-01', '2027-01-01']);
    expect(periodDays('2026-02-28', 'day', 'gregory')).toEqual(['2026-02-28', '2026-03-01']);
    expect(periodDays('2026-W07', 'week', 'gregory')).toBeUndefined();
  });
});

test('an axis holds every value, from nothing on, in even steps', () => {
  fc.assert(
    fc.property(fc.integer({ min: -1e9, max: 1e9 }), fc.integer({ min: -1e9, max: 1e9 }), (a, b) => {
      const steps = axisSteps(Math.min(a, b), Math.max(a, b), true);
      expect(steps[0]).toBeLessThanOrEqual(Math.min(0, a, b));
      expect(steps.at(-1)).toBeGreaterThanOrEqual(Math.max(0, a, b));
      expect(steps).toContain(0);
      expect(steps.length).toBeLessThanOrEqual(12);
    }),
  );
});
