// ISO dates and times of the Gregorian calendar, checked field by field: `new Date` would forgive 31 February.

const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

export const isLeapYear = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;

export function daysInMonth(year: number, month: number): number {
  return month === 2 && isLeapYear(year) ? 29 : (MONTH_DAYS[month - 1] ?? 0);
}

/** What is wrong with the day, in words; undefined when it exists in years 1 to 9999. */
export function invalidDay(year: number, month: number, day: number): string | undefined {
  if (year < 1) return 'There is no year 0; years go from 0001 to 9999.';
  if (month < 1 || month > 12) return `There is no month ${month}.`;
  if (day < 1 || day > daysInMonth(year, month)) {
    return `Month ${month} of ${year} has ${daysInMonth(year, month)} days; there is no day ${day}.`;
  }
  return undefined;
}

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;

/** `2026-03-21` → nothing; else what is wrong. */
export function invalidDate(text: string): string | undefined {
  const match = DATE.exec(text);
  if (!match) return 'Write a date as YYYY-MM-DD (Gregorian, without time).';
  return invalidDay(Number(match[1]), Number(match[2]), Number(match[3]));
}

export interface WallClock {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  /** Up to six digits; more are cut, since Postgres keeps microseconds. */
  readonly fraction: string;
  /** Minutes east of UTC; undefined when the text has no zone. */
  readonly offset: number | undefined;
}

const DATE_TIME =
  /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,12}))?)?([Zz]|([+-])(\d{2}):(\d{2}))?$/;

/** Reads `2026-11-22T10:00:00.5+03:30`; a string says what is wrong. */
export function parseDateTime(text: string): WallClock | string {
  const match = text.length > 64 ? null : DATE_TIME.exec(text);
  if (!match) return 'Write a date and time as YYYY-MM-DDThh:mm:ssZ.';
  const [, year, month, day, hour, minute, second = '0', fraction = '', zone, sign, zoneHour, zoneMinute] = match;
  const clock = {
    year: Number(year),
    month: Number(month),
    day: Number(day),
    hour: Number(hour),
    minute: Number(minute),
  };
  const badDay = invalidDay(clock.year, clock.month, clock.day);
  if (badDay) return badDay;
  if (clock.hour > 23) return `There is no hour ${clock.hour}; midnight is 00:00 of the next day.`;
  if (clock.minute > 59) return `There is no minute ${clock.minute}.`;
  if (Number(second) > 59) return `There is no second ${second}.`;
  if (Number(zoneHour ?? 0) > 14 || Number(zoneMinute ?? 0) > 59) return `There is no zone ${zone}.`;
  const offset =
    zone === undefined
      ? undefined
      : sign === undefined
        ? 0
        : (sign === '-' ? -1 : 1) * (Number(zoneHour) * 60 + Number(zoneMinute));
  return { ...clock, second: Number(second), fraction: fraction.slice(0, 6).replace(/0+$/, ''), offset };
}

const pad = (value: number, length = 2): string => String(value).padStart(length, '0');

/** `2026-11-22T10:00:00.5`, no zone. */
export function formatClock(clock: Omit<WallClock, 'offset'>): string {
  const date = `${pad(clock.year, 4)}-${pad(clock.month)}-${pad(clock.day)}`;
  return `${date}T${pad(clock.hour)}:${pad(clock.minute)}:${pad(clock.second)}${clock.fraction ? `.${clock.fraction}` : ''}`;
}

/** The same instant in UTC, `…Z`; undefined when that leaves years 1 to 9999. */
export function toUtc(clock: WallClock): string | undefined {
  const date = new Date(0);
  date.setUTCFullYear(clock.year, clock.month - 1, clock.day);
  date.setUTCHours(clock.hour, clock.minute - (clock.offset ?? 0), clock.second);
  const year = date.getUTCFullYear();
  if (year < 1 || year > 9999) return undefined;
  const utc = {
    year,
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    fraction: clock.fraction,
  };
  return `${formatClock(utc)}Z`;
}
