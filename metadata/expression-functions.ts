// The functions that formulas have beside JSONata's own: the day it is where the caller is, and days between dates. The browser
// and the server answer alike (formula-sql.ts says the same in SQL).

/** `2026-11-22`: the day of an instant in a time zone. */
export function todayIn(timeZone: string, instant: Date): string {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  }).formatToParts(instant);
  const part = (type: string): string => parts.find((one) => one.type === type)?.value ?? '';
  return `${part('year').padStart(4, '0')}-${part('month')}-${part('day')}`;
}

/** Days from one date (or instant, by its day in the time zone) to another; missing where one of them is. */
export function daysBetween(from: unknown, to: unknown, timeZone: string): number | undefined {
  const [start, end] = [dayNumber(from, timeZone), dayNumber(to, timeZone)];
  return start === undefined || end === undefined ? undefined : end - start;
}

function dayNumber(value: unknown, timeZone: string): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string') throw new TypeError('$days takes dates');
  const day = value.length === 10 ? value : todayIn(timeZone, new Date(value));
  const time = Date.parse(`${day}T00:00:00Z`);
  if (Number.isNaN(time)) throw new TypeError(`$days takes dates, not "${value.slice(0, 40)}"`);
  return time / 86_400_000;
}
