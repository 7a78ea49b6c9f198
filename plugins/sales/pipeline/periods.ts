// Months and quarters of the caller's calendar, and the organization's fiscal periods, as days.
import {
  CalendarDate,
  GregorianCalendar,
  PersianCalendar,
  parseDate,
  toCalendar,
  type Calendar,
} from '@internationalized/date';
import { fiscalDays, periodsPerYear, type Days, type FiscalSettings } from '../goals/fiscal-period.ts';

export type PeriodKind = 'month' | 'quarter' | 'fiscal-period';

export function calendarOf(name: 'gregory' | 'persian'): Calendar {
  return name === 'persian' ? new PersianCalendar() : new GregorianCalendar();
}

function text(day: CalendarDate): string {
  return toCalendar(day, new GregorianCalendar()).toString();
}

/** `count` periods, the first of which has `day` in it. */
export function periodsFrom(
  kind: PeriodKind,
  day: string,
  count: number,
  calendar: Calendar,
  fiscal: FiscalSettings,
): readonly Days[] {
  if (kind === 'fiscal-period') return fiscalFrom(day, count, fiscal);
  const months = kind === 'quarter' ? 3 : 1;
  const at = toCalendar(parseDate(day), calendar);
  const first = new CalendarDate(calendar, at.year, at.month - ((at.month - 1) % months), 1);
  return Array.from({ length: count }, (_, index) => {
    const start = first.add({ months: index * months });
    return { first: text(start), last: text(start.add({ months }).subtract({ days: 1 })) };
  });
}

function fiscalFrom(day: string, count: number, fiscal: FiscalSettings): readonly Days[] {
  const perYear = periodsPerYear(fiscal);
  const { year } = toCalendar(parseDate(day), calendarOf(fiscal.calendar));
  // It lies in the fiscal year of this calendar year, or of the one before.
  const all = [year - 1, year].flatMap((one) =>
    Array.from({ length: perYear }, (_, index) => ({ year: one, period: index + 1 })),
  );
  const at = all.find((one) => {
    const days = fiscalDays(fiscal, one.year, one.period);
    return days.first <= day && day <= days.last;
  }) ?? { year, period: 1 };
  return Array.from({ length: count }, (_, index) => {
    const nth = at.period - 1 + index;
    return fiscalDays(fiscal, at.year + Math.floor(nth / perYear), (nth % perYear) + 1);
  });
}
