// When schedules are due: `15m`, `1h`, `1d` counted from the beginning of time, or five fields of cron in a time zone.
import type { Schedule } from '../sdk/index.ts';

const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };
const FIELDS = [
  { name: 'minute', from: 0, to: 59 },
  { name: 'hour', from: 0, to: 23 },
  { name: 'day', from: 1, to: 31 },
  { name: 'month', from: 1, to: 12 },
  { name: 'weekday', from: 0, to: 7 },
] as const;
const MINUTE = 60_000;

interface Cron {
  readonly minute: ReadonlySet<number>;
  readonly hour: ReadonlySet<number>;
  readonly day: ReadonlySet<number> | undefined;
  readonly month: ReadonlySet<number>;
  readonly weekday: ReadonlySet<number> | undefined;
}

type Timed = Pick<Schedule, 'every' | 'timeZone'>;

/** What is wrong with it, in words. */
export function timetableProblem({ every, timeZone }: Timed): string | undefined {
  if (typeof every !== 'string') return '"every" is a text like "15m", "1h", "1d" or "0 3 * * *"';
  if (timeZone !== undefined && !isZone(timeZone)) return `there is no time zone "${String(timeZone)}"`;
  if (periodOf(every) !== undefined) return undefined;
  const cron = readCron(every);
  return typeof cron === 'string' ? cron : undefined;
}

/**
 * The last time it was due at or before `now` and after `since` (milliseconds); undefined where it was not. Times that were missed
 * are one.
 */
export function lastDue({ every, timeZone = 'UTC' }: Timed, since: number, now: number): number | undefined {
  const period = periodOf(every);
  if (period !== undefined) {
    const due = Math.floor(now / period) * period;
    return due > since ? due : undefined;
  }
  const cron = readCron(every);
  if (typeof cron === 'string') return undefined;
  const clock = clockOf(timeZone);
  // A day back is far enough: whoever was away longer runs at the next time.
  for (let at = Math.floor(now / MINUTE) * MINUTE; at > Math.max(since, now - UNITS_DAY); at -= MINUTE) {
    if (matches(cron, clock(at))) return at;
  }
  return undefined;
}

const UNITS_DAY = 86_400_000;

function periodOf(every: string): number | undefined {
  const match = /^([1-9]\d{0,3})([mhd])$/.exec(every);
  const unit = UNITS[match?.[2] ?? ''];
  return match && unit !== undefined ? Number(match[1]) * unit : undefined;
}

function readCron(text: string): Cron | string {
  const parts = text.trim().split(/\s+/);
  if (parts.length !== FIELDS.length) {
    return `"${text}" is neither a period like "15m", "1h", "1d" nor the five fields of cron (minute hour day month weekday)`;
  }
  const sets: (ReadonlySet<number> | undefined)[] = [];
  for (const [index, { name, from, to }] of FIELDS.entries()) {
    const part = parts[index] ?? '';
    const values = new Set<number>();
    for (const piece of part.split(',')) {
      const match = /^(?:\*|(\d+)(?:-(\d+))?)(?:\/(\d+))?$/.exec(piece);
      if (!match) return `"${part}" is no ${name} of cron: numbers, lists, ranges and steps like 1,15 or 1-5 or */10`;
      const first = match[1] === undefined ? from : Number(match[1]);
      const last = match[1] === undefined ? to : match[2] !== undefined ? Number(match[2]) : match[3] ? to : first;
      const step = Number(match[3] ?? 1);
      if (first < from || last > to || first > last || step < 1) return `"${part}" is no ${name}: ${from} to ${to}`;
      for (let value = first; value <= last; value += step) values.add(name === 'weekday' ? value % 7 : value);
    }
    sets.push(part === '*' ? undefined : values);
  }
  const [minute, hour, day, month, weekday] = sets;
  const all = (to: number): ReadonlySet<number> => new Set(Array.from({ length: to + 1 }, (_, value) => value));
  return { minute: minute ?? all(59), hour: hour ?? all(23), day, month: month ?? all(12), weekday };
}

interface Clock {
  readonly minute: number;
  readonly hour: number;
  readonly day: number;
  readonly month: number;
  readonly weekday: number;
}

function clockOf(timeZone: string): (at: number) => Clock {
  const format = new Intl.DateTimeFormat('en-US-u-ca-gregory-nu-latn', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  });
  return (at) => {
    const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
    const { year = 0, month = 0, day = 0, hour = 0, minute = 0 } = parts;
    return { minute, hour, day, month, weekday: new Date(Date.UTC(year, month - 1, day)).getUTCDay() };
  };
}

/** Where both days are given, either will do, as cron has it. */
function matches(cron: Cron, { minute, hour, day, month, weekday }: Clock): boolean {
  if (!cron.minute.has(minute) || !cron.hour.has(hour) || !cron.month.has(month)) return false;
  if (cron.day && cron.weekday) return cron.day.has(day) || cron.weekday.has(weekday);
  return (cron.day?.has(day) ?? true) && (cron.weekday?.has(weekday) ?? true);
}

function isZone(timeZone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone }).format(0);
    return true;
  } catch {
    return false;
  }
}
