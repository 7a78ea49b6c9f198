// Relative dates of the caller: half-open ranges in their time zone and calendar; fiscal ones in the organization's.
import {
  GregorianCalendar,
  fromDate,
  parseDate,
  startOfMonth,
  startOfWeek,
  startOfYear,
  toCalendar,
  toCalendarDate,
  toTime,
  toZoned,
  today,
} from '@internationalized/date';
import type { CalendarDate, DateDuration } from '@internationalized/date';
import type { ColumnType } from '../sdk/index.ts';
import type { FiscalYear, Principal } from '../security/principal.ts';
import { calendarOf, fiscalPeriodOf, periodsPerYear, plainFiscalYear, startOfFiscalPeriod } from './fiscal-year.ts';
import type { DateOperator } from './operators.ts';

export type Caller = Pick<Principal, 'timeZone' | 'language' | 'calendar' | 'fiscalYear'>;

/** From inclusive to exclusive; undefined = unbounded. In the parameter form of the column's type. */
export interface DateRange {
  readonly from: string | undefined;
  readonly to: string | undefined;
}

/** An edge: the beginning of a day, an instant, or none. */
type Edge = CalendarDate | Date | undefined;
type Edges = readonly [from: Edge, to: Edge];

/**
 * Operators over days → range. `value`: a number of units, a day (`2026-11-22`, `today`), a fiscal year or period;
 * `second`: the fiscal year beside a period.
 */
export function dateRange(
  operator: DateOperator,
  value: string,
  type: ColumnType,
  caller: Caller,
  now: Date,
  second = '',
): DateRange {
  const local = fromDate(now, caller.timeZone);
  const day = toCalendar(toCalendarDate(local), calendarOf(caller.calendar));
  const [from, to] = edges(operator, { value, second, today: day, caller, now });
  const write = (edge: Edge, isEnd: boolean): string | undefined => {
    if (edge === undefined) return undefined;
    if (edge instanceof Date) {
      if (type === 'timestamptz') return edge.toISOString();
      const wall = fromDate(edge, caller.timeZone);
      const day = toCalendarDate(wall);
      // A day that has begun counts.
      if (type === 'date') return gregorian(isEnd ? day.add({ days: 1 }) : day);
      return `${gregorian(day)}T${toTime(wall).toString().slice(0, 8)}`;
    }
    return written(edge, type, caller);
  };
  return { from: write(from, false), to: write(to, true) };
}

/** A day's beginning in the parameter form of the column's type. */
function written(day: CalendarDate, type: ColumnType, caller: Caller): string {
  if (type === 'date') return gregorian(day);
  return type === 'timestamp' ? `${gregorian(day)}T00:00:00` : toZoned(day, caller.timeZone).toDate().toISOString();
}

/** The first days of all fiscal periods from 150 years ago to 150 years ahead, beginning with a first period. */
export function fiscalEdges(fiscal: FiscalYear, type: ColumnType, caller: Caller): readonly string[] {
  const perYear = periodsPerYear(fiscal);
  const { year } = fiscalPeriodOf(fiscal, today(caller.timeZone));
  return Array.from({ length: 300 * perYear + 1 }, (_, index) =>
    written(startOfFiscalPeriod(fiscal, year - 150, index + 1), type, caller),
  );
}

function gregorian(date: CalendarDate): string {
  return toCalendar(date, new GregorianCalendar()).toString();
}

interface Asked {
  readonly value: string;
  readonly second: string;
  readonly today: CalendarDate;
  readonly caller: Caller;
  readonly now: Date;
}

const HOUR = 3_600_000;

function edges(operator: DateOperator, asked: Asked): Edges {
  const { value, today, now } = asked;
  const span = /^(last|this|next)-(week|month|quarter|year|fiscal-period|fiscal-year)$/.exec(operator);
  if (span) {
    const at = { last: -1, this: 0, next: 1 }[span[1] as 'last' | 'this' | 'next'];
    const start = startOf(span[2] as Span, asked);
    return [start(at), start(at + 1)];
  }
  const window = /^(last|next|older-than)-x-(.+)$/.exec(operator);
  if (window) return windowEdges(window[1] as 'last' | 'next' | 'older-than', window[2] ?? '', Number(value), asked);
  switch (operator) {
    case 'today':
      return [today, today.add({ days: 1 })];
    case 'yesterday':
      return [today.subtract({ days: 1 }), today];
    case 'tomorrow':
      return [today.add({ days: 1 }), today.add({ days: 2 })];
    case 'last-seven-days':
      return [today.subtract({ days: 6 }), now];
    case 'next-seven-days':
      return [today, today.add({ days: 7 })];
    case 'on':
    case 'before':
    case 'after':
    case 'on-or-before':
    case 'on-or-after': {
      const day = dayOf(value, today);
      const next = day.add({ days: 1 });
      const sides = { on: [day, next], before: [undefined, day], after: [next, undefined] } as const;
      if (operator === 'on-or-before') return [undefined, next];
      return operator === 'on-or-after' ? [day, undefined] : sides[operator];
    }
    default:
      return fiscalRange(operator, asked);
  }
}

type Span = 'week' | 'month' | 'quarter' | 'year' | 'fiscal-period' | 'fiscal-year';

/** The beginning of the span `n` after the present one. */
function startOf(span: Span, { today, caller }: Asked): (n: number) => CalendarDate {
  const fiscal = caller.fiscalYear ?? plainFiscalYear;
  switch (span) {
    case 'week': {
      const start = startOfWeek(today, caller.calendar === 'persian' ? 'fa-IR' : caller.language);
      return (n) => start.add({ weeks: n });
    }
    case 'month':
      return (n) => startOfMonth(today).add({ months: n });
    case 'quarter': {
      const start = startOfMonth(today).subtract({ months: (today.month - 1) % 3 });
      return (n) => start.add({ months: 3 * n });
    }
    case 'year':
      return (n) => startOfYear(today).add({ years: n });
    case 'fiscal-period': {
      const { year, period } = fiscalPeriodOf(fiscal, today);
      return (n) => startOfFiscalPeriod(fiscal, year, period + n);
    }
    case 'fiscal-year': {
      const { year } = fiscalPeriodOf(fiscal, today);
      return (n) => startOfFiscalPeriod(fiscal, year + n);
    }
  }
}

/** Windows of days and longer begin at midnight, those of hours at the full hour; the present moment is their other edge. */
function windowEdges(side: 'last' | 'next' | 'older-than', unit: string, count: number, asked: Asked): Edges {
  const { today, now } = asked;
  if (unit === 'fiscal-periods' || unit === 'fiscal-years') {
    const start = startOf(unit === 'fiscal-periods' ? 'fiscal-period' : 'fiscal-year', asked);
    return side === 'last' ? [start(-count), start(0)] : [start(1), start(1 + count)];
  }
  if (unit === 'minutes') return [undefined, new Date(now.getTime() - count * 60_000)];
  if (unit === 'hours') {
    const hour = Math.floor(now.getTime() / HOUR) * HOUR;
    if (side === 'older-than') return [undefined, new Date(now.getTime() - count * HOUR)];
    return side === 'last' ? [new Date(hour - count * HOUR), now] : [now, new Date(hour + (count + 1) * HOUR)];
  }
  const duration = { [unit]: count } as DateDuration;
  if (side === 'older-than') return [undefined, today.subtract(duration)];
  return side === 'last' ? [today.subtract(duration), now] : [now, today.add(duration).add({ days: 1 })];
}

function fiscalRange(operator: DateOperator, { value, second, caller }: Asked): Edges {
  const fiscal = caller.fiscalYear ?? plainFiscalYear;
  if (operator === 'in-fiscal-year') {
    return [startOfFiscalPeriod(fiscal, Number(value)), startOfFiscalPeriod(fiscal, Number(value) + 1)];
  }
  const period = Number(value);
  // A period that the fiscal year does not have holds no day.
  const has = period <= periodsPerYear(fiscal);
  const start = startOfFiscalPeriod(fiscal, Number(second), period);
  const end = has ? startOfFiscalPeriod(fiscal, Number(second), period + 1) : start;
  switch (operator) {
    case 'in-fiscal-period-and-year':
      return [start, end];
    case 'in-or-before-fiscal-period-and-year':
      return [undefined, end];
    case 'in-or-after-fiscal-period-and-year':
      return [start, undefined];
    default:
      throw new TypeError(`${operator} is no single range of days`);
  }
}

function dayOf(value: string, today: CalendarDate): CalendarDate {
  if (value === 'yesterday') return today.subtract({ days: 1 });
  if (value === 'tomorrow') return today.add({ days: 1 });
  return /^\d{4}-\d\d-\d\d/.test(value) ? parseDate(value.slice(0, 10)) : today;
}
