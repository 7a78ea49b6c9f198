// The first days of all months, quarters, years … of a calendar from 1800 to 2200, as the array that SQL finds a day's period
// in (`width_bucket`). Made once for each calendar and fiscal year, and kept.
import { CalendarDate, GregorianCalendar, getDayOfWeek, toCalendar } from '@internationalized/date';
import type { Principal } from '../security/principal.ts';
import { calendarOf, periodsPerYear, plainFiscalYear, startOfFiscalPeriod } from './fiscal-year.ts';
import { arrayText } from './literal.ts';

export type PeriodPart = 'month' | 'quarter' | 'year' | 'fiscal-period' | 'fiscal-year';

type Caller = Pick<Principal, 'language' | 'calendar' | 'fiscalYear'>;

export interface Periods {
  /** Text form of an array of dates: the first days of the periods, and the day after the last. */
  readonly edges: string;
  /** Text form of an array of the number of each: within its year, of years the year. */
  readonly numbers: string;
  /** The year that the first of them belongs to. */
  readonly firstYear: number;
  readonly perYear: number;
}

const FIRST = 1800;
const YEARS = 400;

const HELD = 100;
const known = new Map<string, Periods>();

export function periodsOf(part: PeriodPart, caller: Caller): Periods {
  const isFiscal = part === 'fiscal-period' || part === 'fiscal-year';
  const fiscal = caller.fiscalYear ?? plainFiscalYear;
  const calendar = isFiscal ? Object.values(fiscal).join() : caller.calendar;
  const key = `${part}|${calendar}`;
  let periods = known.get(key);
  if (!periods) {
    if (known.size >= HELD) known.clear();
    known.set(key, (periods = makePeriods(part, caller)));
  }
  return periods;
}

function makePeriods(part: PeriodPart, caller: Caller): Periods {
  const { start, perYear, calendar } = yearsOf(part, caller);
  const firstYear = toCalendar(new CalendarDate(FIRST, 6, 1), calendarOf(calendar)).year;
  const edges = Array.from({ length: YEARS * perYear + 1 }, (_, index) => {
    const day = start(firstYear + Math.floor(index / perYear), (index % perYear) + 1);
    return toCalendar(day, new GregorianCalendar()).toString();
  });
  const numbers = edges.slice(1).map((_, index) => (perYear === 1 ? firstYear + index : (index % perYear) + 1));
  return { edges: arrayText(edges), numbers: arrayText(numbers), firstYear, perYear };
}

/** Where the nth part of a year begins. */
function yearsOf(part: PeriodPart, caller: Caller) {
  const { calendar } = caller;
  const months = (count: number) => (year: number, nth: number) =>
    new CalendarDate(calendarOf(calendar), year, (nth - 1) * count + 1, 1);
  switch (part) {
    case 'month':
      return { start: months(1), perYear: 12, calendar };
    case 'quarter':
      return { start: months(3), perYear: 4, calendar };
    case 'year':
      return { start: months(12), perYear: 1, calendar };
    case 'fiscal-period':
    case 'fiscal-year': {
      const fiscal = caller.fiscalYear ?? plainFiscalYear;
      const start = (year: number, nth: number) => startOfFiscalPeriod(fiscal, year, nth);
      const perYear = part === 'fiscal-year' ? 1 : periodsPerYear(fiscal);
      return { start, perYear, calendar: fiscal.calendar };
    }
  }
}

/** The day that the caller's weeks begin with: 0 = Sunday … 6 = Saturday. */
export function firstDayOfWeek({ calendar, language }: Caller): number {
  const sunday = new CalendarDate(2000, 1, 2);
  return (7 - getDayOfWeek(sunday, calendar === 'persian' ? 'fa-IR' : language)) % 7;
}
