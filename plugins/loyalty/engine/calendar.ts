// The programme's own calendar: which day an instant falls on, and where months, years and fiscal years begin and end, Jalali ones too.
import {
  CalendarDate,
  GregorianCalendar,
  PersianCalendar,
  fromDate,
  parseDate,
  toCalendar,
  toCalendarDate,
  toZoned,
  type Calendar,
} from '@internationalized/date';
import type { CalendarName, ProgramCalendar, TierWindow } from './model.ts';

const CALENDARS: Readonly<Record<CalendarName, Calendar>> = {
  gregory: new GregorianCalendar(),
  persian: new PersianCalendar(),
};

/** Both ends are in it. */
export interface Days {
  readonly from: string;
  readonly to: string;
}

const isoDay = (date: CalendarDate): string => toCalendar(date, CALENDARS.gregory).toString();

function local(day: string, { calendar }: Pick<ProgramCalendar, 'calendar'>): CalendarDate {
  return toCalendar(parseDate(day), CALENDARS[calendar]);
}

/** Days of instants asked for lately: purchases of one import come day by day. A memo, nothing that has to last. */
const known = new Map<string, string>();

export function dayOf(instant: string, { timeZone }: Pick<ProgramCalendar, 'timeZone'>): string {
  // To the minute: no zone changes its day within one.
  const key = `${timeZone} ${instant.slice(0, 16)}`;
  let day = known.get(key);
  if (day === undefined) {
    day = toCalendarDate(fromDate(new Date(instant), timeZone)).toString();
    if (known.size > 5_000) known.clear();
    known.set(key, day);
  }
  return day;
}

/** The instant at which the day begins. */
export function startOf(day: string, { timeZone }: Pick<ProgramCalendar, 'timeZone'>): string {
  return toZoned(parseDate(day), timeZone).toDate().toISOString();
}

/** The instant at which the day is over: the first of the next. */
export function endOf(day: string, program: Pick<ProgramCalendar, 'timeZone'>): string {
  return startOf(addDays(day, 1), program);
}

export function addDays(day: string, days: number): string {
  return parseDate(day).add({ days }).toString();
}

/** Whole days later at the same time of day. */
export function laterBy(instant: string, days: number): string {
  return new Date(Date.parse(instant) + days * 86_400_000).toISOString();
}

export function addMonths(day: string, months: number, program: Pick<ProgramCalendar, 'calendar'>): string {
  return isoDay(local(day, program).add({ months }));
}

/** The period around the day, `later` periods on. */
export function periodOf(
  day: string,
  kind: 'month' | 'year' | 'fiscal-year',
  program: Pick<ProgramCalendar, 'calendar' | 'fiscalStartMonth'>,
  later = 0,
): Days {
  const date = local(day, program);
  if (kind === 'month') {
    const first = date.set({ day: 1 }).add({ months: later });
    return { from: isoDay(first), to: isoDay(first.add({ months: 1 }).subtract({ days: 1 })) };
  }
  const month = kind === 'year' ? 1 : program.fiscalStartMonth;
  const year = (date.month < month ? date.year - 1 : date.year) + later;
  const first = new CalendarDate(CALENDARS[program.calendar], year, month, 1);
  return { from: isoDay(first), to: isoDay(first.add({ years: 1 }).subtract({ days: 1 })) };
}

/** The days that count for a tier on the given one; a rolling window ends on it. */
export function windowOf(
  day: string,
  window: TierWindow,
  enrolledOn: string,
  program: Pick<ProgramCalendar, 'calendar' | 'fiscalStartMonth'>,
): Days {
  if (window.kind === 'calendar-year') return periodOf(day, 'year', program);
  if (window.kind === 'fiscal-year') return periodOf(day, 'fiscal-year', program);
  if (window.kind === 'rolling') return { from: addDays(addMonths(day, -window.months, program), 1), to: day };
  const [now, start] = [local(day, program), local(enrolledOn, program)];
  let years = Math.max(0, now.year - start.year);
  if (start.add({ years }).compare(now) > 0) years = Math.max(0, years - 1);
  return { from: isoDay(start.add({ years })), to: isoDay(start.add({ years: years + 1 }).subtract({ days: 1 })) };
}

/** Same month and day in the programme's calendar; who was born on a leap day celebrates on the last day of the month. */
export function isBirthday(day: string, birthDate: string, program: Pick<ProgramCalendar, 'calendar'>): boolean {
  const [now, born] = [local(day, program), local(birthDate, program)];
  if (now.month !== born.month) return false;
  return now.day === Math.min(born.day, now.calendar.getDaysInMonth(now));
}

/** Year and month in the programme's calendar, for conditions and keys: `{ year: 1405, month: 1, day: 1 }`. */
export function partsOf(
  day: string,
  program: Pick<ProgramCalendar, 'calendar'>,
): { readonly year: number; readonly month: number; readonly day: number } {
  const { year, month, day: inMonth } = local(day, program);
  return { year, month, day: inMonth };
}
