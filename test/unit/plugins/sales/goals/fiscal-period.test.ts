// Goals by fiscal period and the share of a period that has passed.
import { expect, test } from 'vitest';
import { fiscalDays, type FiscalSettings } from '../../../../../plugins/sales/goals/fiscal-period.ts';
import { expectedShare } from '../../../../../plugins/sales/goals/roll-up.ts';
import { calendarOf, periodsFrom } from '../../../../../plugins/sales/pipeline/periods.ts';

const settings = (change: Partial<FiscalSettings> = {}): FiscalSettings => ({
  calendar: 'gregory',
  startMonth: 1,
  startDay: 1,
  period: 2002,
  ...change,
});

test.each([
  ['a quarter', settings(), 2026, 4, '2026-10-01', '2026-12-31'],
  ['a whole year', settings(), 2026, undefined, '2026-01-01', '2026-12-31'],
  ['a quarter of a year that begins in April', settings({ startMonth: 4 }), 2026, 4, '2027-01-01', '2027-03-31'],
  ['a Persian season', settings({ calendar: 'persian' }), 1405, 1, '2026-03-21', '2026-06-21'],
  ['a Persian leap year', settings({ calendar: 'persian' }), 1403, undefined, '2024-03-20', '2025-03-20'],
  ['a Persian month', settings({ calendar: 'persian', period: 2003 }), 1405, 12, '2027-02-20', '2027-03-20'],
  ['the last four weeks, which take what is left', settings({ period: 2004 }), 2026, 13, '2026-12-03', '2026-12-31'],
] as const)('%s has its first and last day', (_what, fiscal, year, period, first, last) => {
  expect(fiscalDays(fiscal, year, period)).toEqual({ first, last });
});

test('periods of a forecast follow each other, in the caller’s calendar or the fiscal year', () => {
  const persian = calendarOf('persian');
  expect(periodsFrom('month', '2026-11-22', 2, persian, settings())).toEqual([
    { first: '2026-11-22', last: '2026-12-21' },
    { first: '2026-12-22', last: '2027-01-20' },
  ]);
  const april = settings({ startMonth: 4 });
  expect(periodsFrom('fiscal-period', '2026-02-01', 2, persian, april)).toEqual([
    { first: '2026-01-01', last: '2026-03-31' },
    { first: '2026-04-01', last: '2026-06-30' },
  ]);
  expect(periodsFrom('quarter', '2026-12-31', 1, calendarOf('gregory'), april)).toEqual([
    { first: '2026-10-01', last: '2026-12-31' },
  ]);
});

test('what is expected by today goes from nothing to all of it', () => {
  const share = (today: string) => expectedShare('2026-01-01', '2026-01-11', today).toString();
  expect(['2025-12-01', '2026-01-01', '2026-01-06', '2026-01-11', '2026-02-01'].map(share)).toEqual([
    '0',
    '0',
    '0.5',
    '1',
    '1',
  ]);
});
