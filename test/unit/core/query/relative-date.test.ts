import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DateOperator } from '../../../../core/query/operators.ts';
import { dateRange, fiscalEdges, type Caller } from '../../../../core/query/relative-date.ts';

const tehran = { timeZone: 'Asia/Tehran', language: 'fa', calendar: 'persian' } as const;
const newYork = { timeZone: 'America/New_York', language: 'en-US', calendar: 'gregory' } as const;
// 1405-01-01 in Tehran (half past one in the night), still the day before in UTC.
const newYear = new Date('2026-03-20T22:00:00Z');

describe('a relative date', () => {
  it('is the caller’s day, not the server’s', () => {
    expect(dateRange('today', '', 'date', tehran, newYear)).toEqual({ from: '2026-03-21', to: '2026-03-22' });
    expect(dateRange('today', '', 'date', newYork, newYear)).toEqual({ from: '2026-03-20', to: '2026-03-21' });
    expect(dateRange('today', '', 'timestamptz', tehran, newYear)).toEqual({
      from: '2026-03-20T20:30:00.000Z',
      to: '2026-03-21T20:30:00.000Z',
    });
    expect(dateRange('today', '', 'timestamp', tehran, newYear).from).toBe('2026-03-21T00:00:00');
  });

  it('has the months and years of the caller’s calendar', () => {
    expect(dateRange('this-month', '', 'date', tehran, newYear)).toEqual({ from: '2026-03-21', to: '2026-04-21' });
    expect(dateRange('this-year', '', 'date', tehran, newYear)).toEqual({ from: '2026-03-21', to: '2027-03-21' });
    expect(dateRange('this-month', '', 'date', newYork, newYear)).toEqual({ from: '2026-03-01', to: '2026-04-01' });
  });

  it('has weeks that begin on Saturday in Iran and on Sunday in the United States', () => {
    expect(dateRange('this-week', '', 'date', tehran, newYear)).toEqual({ from: '2026-03-21', to: '2026-03-28' });
    expect(dateRange('this-week', '', 'date', newYork, newYear)).toEqual({ from: '2026-03-15', to: '2026-03-22' });
  });

  it('is as long as the day is where clocks change', () => {
    const changing = new Date('2026-03-08T15:00:00Z');
    expect(dateRange('today', '', 'timestamptz', newYork, changing)).toEqual({
      from: '2026-03-08T05:00:00.000Z',
      to: '2026-03-09T04:00:00.000Z',
    });
  });

  it('counts days back to their beginning and on to their end', () => {
    expect(dateRange('last-x-days', '7', 'date', newYork, newYear)).toEqual({ from: '2026-03-13', to: '2026-03-21' });
    expect(dateRange('next-x-days', '1', 'timestamptz', tehran, newYear)).toEqual({
      from: '2026-03-20T22:00:00.000Z',
      to: '2026-03-22T20:30:00.000Z',
    });
    expect(dateRange('on', '2026-01-01', 'timestamptz', tehran, newYear)).toEqual({
      from: '2025-12-31T20:30:00.000Z',
      to: '2026-01-01T20:30:00.000Z',
    });
  });
});

/** What a calendar of the platform says of an instant: the oracle, which counts nothing itself. */
function partsOf(instant: Date, { timeZone, calendar }: Pick<Caller, 'timeZone' | 'calendar'>) {
  const format = new Intl.DateTimeFormat('en-u-nu-latn', {
    timeZone,
    calendar,
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    weekday: 'short',
  });
  const parts = new Map(format.formatToParts(instant).map(({ type, value }) => [type, value]));
  const number = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.get(type));
  return { year: number('year'), month: number('month'), day: number('day'), weekday: parts.get('weekday') ?? '' };
}

const DAY = 86_400_000;
const noon = (day: number): Date => new Date(day * DAY + DAY / 2);
/** A day's place among all days, in the caller's zone. */
function dayNumber(instant: Date, timeZone: string): number {
  const { year, month, day } = partsOf(instant, { timeZone, calendar: 'gregory' });
  return Date.UTC(year, month - 1, day) / DAY;
}

describe('against the platform’s own calendars', () => {
  const utc = (calendar: Caller['calendar']) => ({ timeZone: 'UTC', calendar });
  const monthsOf = (day: number, calendar: Caller['calendar']): number => {
    const { year, month } = partsOf(noon(day), utc(calendar));
    return year * 12 + month - 1;
  };
  const weekOf = (day: number, calendar: Caller['calendar']): number =>
    // 1970-01-01 was a Thursday: the week's first day is five days before or, from Sunday, four.
    Math.floor((day + (calendar === 'persian' ? 5 : 4)) / 7);
  /** The number of the span that a day lies in. */
  const spanOf: Readonly<Record<string, (day: number, calendar: Caller['calendar']) => number>> = {
    week: weekOf,
    month: monthsOf,
    quarter: (day, calendar) => Math.floor(monthsOf(day, calendar) / 3),
    year: (day, calendar) => partsOf(noon(day), utc(calendar)).year,
  };

  it('last, this and next week, month, quarter and year hold exactly their days', () => {
    const someDay = fc.integer({ min: Date.UTC(1990, 0, 1) / DAY, max: Date.UTC(2060, 0, 1) / DAY });
    const asked = fc.record({
      now: fc.integer({ min: Date.UTC(2000, 0, 1), max: Date.UTC(2050, 0, 1) }),
      far: fc.oneof(fc.integer({ min: -800, max: 800 }), someDay),
      caller: fc.constantFrom(tehran, newYork),
      span: fc.constantFrom('week', 'month', 'quarter', 'year'),
      side: fc.constantFrom('last', 'this', 'next'),
    });
    fc.assert(
      fc.property(asked, ({ now, far, caller, span, side }) => {
        const today = dayNumber(new Date(now), caller.timeZone);
        const day = Math.abs(far) <= 800 ? today + far : far;
        const number = spanOf[span] ?? (() => Number.NaN);
        const distance = number(day, caller.calendar) - number(today, caller.calendar);
        const expected = distance === { last: -1, this: 0, next: 1 }[side];
        const { from = '', to = '' } = dateRange(`${side}-${span}` as DateOperator, '', 'date', caller, new Date(now));
        const text = noon(day).toISOString().slice(0, 10);
        expect([text, text >= from && text < to]).toEqual([text, expected]);
      }),
      { numRuns: 600 },
    );
  });

  it('fiscal periods follow one another without gaps, and this, last and next are neighbours', () => {
    const fiscal = fc.record({
      calendar: fc.constantFrom('gregory', 'persian'),
      startMonth: fc.integer({ min: 1, max: 12 }),
      startDay: fc.integer({ min: 1, max: 31 }),
      period: fc.constantFrom('year', 'half-year', 'quarter', 'month', 'four-weeks'),
    });
    const instant = fc.integer({ min: Date.UTC(2000, 0, 1), max: Date.UTC(2050, 0, 1) });
    fc.assert(
      fc.property(fiscal, instant, fc.constantFrom(tehran, newYork), (fiscalYear, now, caller) => {
        const who = { ...caller, fiscalYear } as Caller;
        const at = (operator: DateOperator, value = '', second = '') =>
          dateRange(operator, value, 'date', who, new Date(now), second);
        const today = at('today').from ?? '';
        const period = at('this-fiscal-period');
        const year = at('this-fiscal-year');
        for (const range of [period, year]) expect((range.from ?? '') <= today && today < (range.to ?? '')).toBe(true);
        expect((year.from ?? '') <= (period.from ?? '') && (period.to ?? '') <= (year.to ?? '')).toBe(true);
        expect(at('last-fiscal-period').to).toBe(period.from);
        expect(at('next-fiscal-year').from).toBe(year.to);
        expect(at('last-x-fiscal-periods', '1')).toEqual(at('last-fiscal-period'));
        const edges = fiscalEdges(who.fiscalYear ?? tehranFiscal, 'date', who);
        expect(edges.toSorted()).toEqual(edges);
        // The year's first day is the day and month of the setting, or the month's last.
        const start = partsOf(new Date(`${year.from ?? ''}T12:00:00Z`), utc(fiscalYear.calendar as Caller['calendar']));
        expect(start.month).toBe(fiscalYear.startMonth);
        expect(start.day <= fiscalYear.startDay).toBe(true);
        expect(at('in-fiscal-year', String(start.year))).toEqual(year);
      }),
      { numRuns: 300 },
    );
  });

  const tehranFiscal = { calendar: 'persian', startMonth: 1, startDay: 1, period: 'quarter' } as const;

  it('a fiscal year that begins in October is named by the year it begins in', () => {
    const fiscalYear = { calendar: 'gregory', startMonth: 10, startDay: 1, period: 'quarter' } as const;
    const caller = { ...tehran, fiscalYear };
    const now = new Date('2026-11-22T10:00:00Z');
    expect(dateRange('this-fiscal-year', '', 'date', caller, now)).toEqual({ from: '2026-10-01', to: '2027-10-01' });
    expect(dateRange('in-fiscal-period-and-year', '2', 'date', caller, now, '2026')).toEqual({
      from: '2027-01-01',
      to: '2027-04-01',
    });
    expect(dateRange('in-or-before-fiscal-period-and-year', '4', 'date', caller, now, '2025')).toEqual({
      from: undefined,
      to: '2026-10-01',
    });
    // A fifth quarter there is not.
    const fifth = dateRange('in-fiscal-period-and-year', '5', 'date', caller, now, '2026');
    expect(fifth.from).toBe(fifth.to);
  });

  it('windows of hours begin at the full hour; what is older than some minutes is counted from now', () => {
    const now = new Date('2026-11-22T10:25:00Z');
    expect(dateRange('last-x-hours', '3', 'timestamptz', tehran, now)).toEqual({
      from: '2026-11-22T07:00:00.000Z',
      to: '2026-11-22T10:25:00.000Z',
    });
    expect(dateRange('next-x-hours', '1', 'timestamptz', tehran, now).to).toBe('2026-11-22T12:00:00.000Z');
    expect(dateRange('older-than-x-minutes', '30', 'timestamptz', tehran, now)).toEqual({
      from: undefined,
      to: '2026-11-22T09:55:00.000Z',
    });
    expect(dateRange('older-than-x-months', '1', 'date', tehran, now).to).toBe('2026-10-23');
    expect(dateRange('last-seven-days', '', 'date', newYork, now)).toEqual({ from: '2026-11-16', to: '2026-11-23' });
  });
});
