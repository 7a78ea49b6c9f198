// Reads dates and times written by a stated pattern (`M/d/yyyy`, `yyyy-MM-dd HH:mm`) in a stated calendar. Nothing is guessed:
// what does not fit the pattern exactly is refused.
import { CalendarDateTime, GregorianCalendar, PersianCalendar, toCalendar, toZoned } from '@internationalized/date';

export type DateReader = (text: string) => CalendarDateTime | string;

const tokens: Readonly<Record<string, readonly [part: Part, digits: string]>> = {
  yyyy: ['year', '\\d{4}'],
  yy: ['shortYear', '\\d{2}'],
  MM: ['month', '\\d{2}'],
  M: ['month', '\\d{1,2}'],
  dd: ['day', '\\d{2}'],
  d: ['day', '\\d{1,2}'],
  HH: ['hour', '\\d{2}'],
  H: ['hour', '\\d{1,2}'],
  mm: ['minute', '\\d{2}'],
  ss: ['second', '\\d{2}'],
};

type Part = 'year' | 'shortYear' | 'month' | 'day' | 'hour' | 'minute' | 'second';

/** Persian and Arabic digits as Latin ones. */
export function latinDigits(text: string): string {
  return text.replace(/[۰-۹٠-٩]/g, (digit) => {
    const code = digit.charCodeAt(0);
    return String(code - (code >= 0x6f0 ? 0x6f0 : 0x660));
  });
}

/** What is wrong with a pattern, or undefined. */
export function patternProblem(pattern: string): string | undefined {
  const parts = [...pattern.matchAll(/[A-Za-z]+/g)].map(([letters]) => letters);
  const unknown = parts.find((letters) => !tokens[letters]);
  if (unknown) return `“${unknown}” is not a part of a date pattern; use ${Object.keys(tokens).join(', ')}`;
  const known = parts.map((letters) => tokens[letters]?.[0]);
  const twice = known.find((part, index) => known.indexOf(part) !== index);
  if (twice) return `the pattern names the ${twice} twice`;
  const missing = (['year', 'month', 'day'] as const).find(
    (part) => !known.includes(part) && !(part === 'year' && known.includes('shortYear')),
  );
  return missing ? `the pattern lacks the ${missing}` : undefined;
}

/** A reader for one pattern and calendar; it returns the Gregorian date and time, or what is wrong with the text. */
export function dateReader(pattern: string, calendar: 'gregory' | 'persian'): DateReader {
  const parts: Part[] = [];
  const source = pattern.replace(/[A-Za-z]+|[^A-Za-z]/g, (piece) => {
    const token = tokens[piece];
    if (!token) return piece.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
    parts.push(token[0]);
    return `(${token[1]})`;
  });
  const expression = new RegExp(`^${source}$`, 'u');
  const system = calendar === 'persian' ? new PersianCalendar() : new GregorianCalendar();

  return (text) => {
    const match = expression.exec(latinDigits(text.trim()));
    if (!match) return `“${text}” is not written as ${pattern}`;
    const read = (part: Part): number | undefined => {
      const index = parts.indexOf(part);
      return index < 0 ? undefined : Number(match[index + 1]);
    };
    const shortYear = read('shortYear');
    // Two digits mean the century that the calendar's people write so: 1970–2069, or 1350–1449.
    const century =
      calendar === 'persian'
        ? (shortYear ?? 0) + ((shortYear ?? 0) < 50 ? 1_400 : 1_300)
        : (shortYear ?? 0) + ((shortYear ?? 0) < 70 ? 2_000 : 1_900);
    const year = read('year') ?? century;
    const [month, day] = [read('month') ?? 1, read('day') ?? 1];
    const [hour, minute, second] = [read('hour') ?? 0, read('minute') ?? 0, read('second') ?? 0];
    const moment = new CalendarDateTime(system, year, month, day, hour, minute, second);
    // The constructor moves an impossible part to the nearest possible one; a moved part was impossible.
    const kept =
      moment.year === year &&
      moment.month === month &&
      moment.day === day &&
      moment.hour === hour &&
      moment.minute === minute &&
      moment.second === second;
    if (!kept) return `“${text}” is no ${calendar === 'persian' ? 'Jalali' : 'Gregorian'} date (read as ${pattern})`;
    return toCalendar(moment, new GregorianCalendar());
  };
}

/** `2017-03-01` */
export function isoDate(moment: CalendarDateTime): string {
  return moment.toString().slice(0, 10);
}

/** `2017-03-01T10:00:00` */
export function isoWallTime(moment: CalendarDateTime): string {
  return moment.toString().slice(0, 19);
}

/** The instant of a wall-clock time in a zone, `2017-03-01T06:30:00Z`; an hour that the zone skipped is moved on. */
export function isoInstant(moment: CalendarDateTime, zone: string): string {
  return toZoned(moment, zone, 'compatible').toDate().toISOString().replace('.000Z', 'Z');
}
