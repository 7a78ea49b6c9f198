// Fiscal years and their periods as days. A fiscal year bears the number of the calendar year it begins in.
import { CalendarDate, GregorianCalendar, PersianCalendar, toCalendar, type Calendar } from '@internationalized/date';
import type { FiscalYear } from '../security/principal.ts';

/** What holds where the organization has said nothing: calendar years in quarters. */
export const plainFiscalYear: FiscalYear = { calendar: 'gregory', startMonth: 1, startDay: 1, period: 'quarter' };

const months = { year: 12, 'half-year': 6, quarter: 3, month: 1 } as const;

export function calendarOf(name: 'gregory' | 'persian'): Calendar {
  return name === 'persian' ? new PersianCalendar() : new GregorianCalendar();
}

export function periodsPerYear(fiscal: FiscalYear): number {
  return fiscal.period === 'four-weeks' ? 13 : 12 / months[fiscal.period];
}

/** The first day of a period, counted from 1; one beyond the last of a year is the first of the next. */
export function startOfFiscalPeriod(fiscal: FiscalYear, year: number, period = 1): CalendarDate {
  const perYear = periodsPerYear(fiscal);
  const within = (((period - 1) % perYear) + perYear) % perYear;
  const start = startOfFiscalYear(fiscal, year + (period - 1 - within) / perYear);
  return fiscal.period === 'four-weeks'
    ? start.add({ days: within * 28 })
    : start.add({ months: within * months[fiscal.period] });
}

function startOfFiscalYear({ calendar, startMonth, startDay }: FiscalYear, year: number): CalendarDate {
  // A day the month does not have becomes its last.
  return new CalendarDate(calendarOf(calendar), year, startMonth, startDay);
}

/** The fiscal year and the period (from 1) that a day lies in. */
export function fiscalPeriodOf(
  fiscal: FiscalYear,
  date: CalendarDate,
): { readonly year: number; readonly period: number } {
  const day = toCalendar(date, calendarOf(fiscal.calendar));
  const year = day.compare(startOfFiscalYear(fiscal, day.year)) < 0 ? day.year - 1 : day.year;
  let period = periodsPerYear(fiscal);
  while (period > 1 && day.compare(startOfFiscalPeriod(fiscal, year, period)) < 0) period--;
  return { year, period };
}
