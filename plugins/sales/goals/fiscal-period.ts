// The first and last day of a fiscal year or one of its periods, by the organization's calendar. A fiscal year bears the number of the
// calendar year it begins in.
import { CalendarDate, GregorianCalendar, PersianCalendar, toCalendar } from '@internationalized/date';
import type { Records, Row } from 'peyvand/sdk';

/** Months of a period by the choice fiscalperiodtype; four weeks are counted in days. */
const MONTHS: Readonly<Record<number, number>> = { 2000: 12, 2001: 6, 2002: 3, 2003: 1 };
const FOUR_WEEKS = 2004;
const QUARTER = 2002;

export interface FiscalSettings {
  readonly calendar: 'gregory' | 'persian';
  readonly startMonth: number;
  readonly startDay: number;
  /** A value of the choice fiscalperiodtype. */
  readonly period: number;
}

export interface Days {
  /** `2026-03-21`, both included. */
  readonly first: string;
  readonly last: string;
}

export async function fiscalSettings(system: Records): Promise<FiscalSettings> {
  const query = '$select=calendar,languagecode,fiscalstartmonth,fiscalstartday,fiscalperiodtype&$top=1';
  const [row = {} as Row] = await system.list('organization', query);
  const calendar = row['calendar'] ?? (row['languagecode'] === 'fa' ? 'persian' : 'gregory');
  return {
    calendar: calendar === 'persian' ? 'persian' : 'gregory',
    startMonth: Number(row['fiscalstartmonth'] ?? 1),
    startDay: Number(row['fiscalstartday'] ?? 1),
    period: Number(row['fiscalperiodtype'] ?? QUARTER),
  };
}

export function periodsPerYear({ period }: FiscalSettings): number {
  return period === FOUR_WEEKS ? 13 : 12 / (MONTHS[period] ?? 3);
}

/** `period`: from 1; absent = the whole year. */
export function fiscalDays(settings: FiscalSettings, year: number, period?: number): Days {
  const start = period === undefined ? startOf(settings, year, 1) : startOf(settings, year, period);
  const next = period === undefined ? startOf(settings, year + 1, 1) : startOf(settings, year, period + 1);
  return { first: text(start), last: text(next.subtract({ days: 1 })) };
}

function startOf(settings: FiscalSettings, year: number, period: number): CalendarDate {
  const calendar = settings.calendar === 'persian' ? new PersianCalendar() : new GregorianCalendar();
  const perYear = periodsPerYear(settings);
  const start = new CalendarDate(calendar, year + (period > perYear ? 1 : 0), settings.startMonth, settings.startDay);
  const within = (period - 1) % perYear;
  return settings.period === FOUR_WEEKS
    ? start.add({ days: within * 28 })
    : start.add({ months: within * (MONTHS[settings.period] ?? 3) });
}

function text(day: CalendarDate): string {
  return toCalendar(day, new GregorianCalendar()).toString();
}
