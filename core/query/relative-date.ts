// What `this month`, `today` or `on 2026-11-22` mean to the caller: half-open ranges in their time zone and calendar.
import {
  GregorianCalendar,
  PersianCalendar,
  fromDate,
  parseDate,
  startOfMonth,
  startOfWeek,
  startOfYear,
  toCalendar,
  toCalendarDate,
  toTime,
  toZoned,
} from '@internationalized/date';
import type { CalendarDate } from '@internationalized/date';
import type { ColumnType } from '../sdk/index.ts';
import type { Principal } from '../security/principal.ts';
import type { ConditionOperator } from './tree.ts';

export type Caller = Pick<Principal, 'timeZone' | 'language' | 'calendar'>;

/** From inclusive to exclusive; undefined = unbounded. In the parameter form of the column's type. */
export interface DateRange {
  readonly from: string | undefined;
  readonly to: string | undefined;
}

type Edge = CalendarDate | 'now' | undefined;

/** Operators over days → range. `value`: a number of days, or a day (`2026-11-22`, `today`). */
export function dateRange(
  operator: ConditionOperator,
  value: string,
  type: ColumnType,
  caller: Caller,
  now: Date,
): DateRange {
  const local = fromDate(now, caller.timeZone);
  const calendar = caller.calendar === 'persian' ? new PersianCalendar() : new GregorianCalendar();
  const today = toCalendar(toCalendarDate(local), calendar);
  const [from, to] = edges(operator, value, today, caller);
  const write = (edge: Edge, isEnd: boolean): string | undefined => {
    if (edge === undefined) return undefined;
    if (edge === 'now') {
      if (type === 'date') return gregorian(isEnd ? today.add({ days: 1 }) : today);
      if (type === 'timestamptz') return now.toISOString();
      return `${gregorian(today)}T${toTime(local).toString().slice(0, 8)}`;
    }
    if (type === 'date') return gregorian(edge);
    if (type === 'timestamp') return `${gregorian(edge)}T00:00:00`;
    return toZoned(edge, caller.timeZone).toDate().toISOString();
  };
  return { from: write(from, false), to: write(to, true) };
}

function gregorian(date: CalendarDate): string {
  return toCalendar(date, new GregorianCalendar()).toString();
}

function edges(operator: ConditionOperator, value: string, today: CalendarDate, caller: Caller): readonly [Edge, Edge] {
  const day = dayOf(value, today);
  switch (operator) {
    case 'today':
      return [today, today.add({ days: 1 })];
    case 'yesterday':
      return [today.subtract({ days: 1 }), today];
    case 'tomorrow':
      return [today.add({ days: 1 }), today.add({ days: 2 })];
    case 'this-week': {
      const start = startOfWeek(today, caller.calendar === 'persian' ? 'fa-IR' : caller.language);
      return [start, start.add({ days: 7 })];
    }
    case 'this-month': {
      const start = startOfMonth(today);
      return [start, start.add({ months: 1 })];
    }
    case 'this-year': {
      const start = startOfYear(today);
      return [start, start.add({ years: 1 })];
    }
    case 'last-x-days':
      return [today.subtract({ days: Number(value) }), 'now'];
    case 'next-x-days':
      return ['now', today.add({ days: Number(value) + 1 })];
    case 'on':
      return [day, day.add({ days: 1 })];
    case 'before':
      return [undefined, day];
    case 'after':
      return [day.add({ days: 1 }), undefined];
    case 'on-or-before':
      return [undefined, day.add({ days: 1 })];
    case 'on-or-after':
      return [day, undefined];
    default:
      throw new TypeError(`${operator} is no operator over days`);
  }
}

function dayOf(value: string, today: CalendarDate): CalendarDate {
  if (value === 'yesterday') return today.subtract({ days: 1 });
  if (value === 'tomorrow') return today.add({ days: 1 });
  return /^\d{4}-\d\d-\d\d/.test(value) ? parseDate(value.slice(0, 10)) : today;
}
