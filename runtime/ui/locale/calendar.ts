// Dates in two calendars. Conversion is @internationalized/date's alone (server and browser use the same package, since
// ICU differs from 2124-03-20 on); Intl gives only the names of months and days.
import {
  CalendarDate,
  GregorianCalendar,
  PersianCalendar,
  parseAbsolute,
  parseDate,
  toCalendar,
  today,
} from '@internationalized/date';
import type { Calendar, DateStyle } from './locale.ts';
import { foldText } from './digits.ts';

const calendars = { gregory: new GregorianCalendar(), persian: new PersianCalendar() };

/** An ISO date in a calendar; undefined when the text is no ISO date. */
export function calendarDate(iso: string, calendar: Calendar): CalendarDate | undefined {
  try {
    return toCalendar(parseDate(iso.slice(0, 10)), calendars[calendar]);
  } catch {
    return undefined;
  }
}

export function isoDate(date: CalendarDate): string {
  return toCalendar(date, calendars.gregory).toString();
}

/** Year, month (1–12) and day of a calendar → ISO; undefined when there is no such day. */
export function isoFrom(calendar: Calendar, year: number, month: number, day: number): string | undefined {
  if (month < 1 || month > 12 || day < 1 || year < 1) return undefined;
  const first = new CalendarDate(calendars[calendar], year, month, 1);
  if (day > calendars[calendar].getDaysInMonth(first)) return undefined;
  const iso = isoDate(first.set({ day }));
  return /^\d{4}-/.test(iso) ? iso : undefined;
}

const named = new Map<string, readonly string[]>();

function names(key: string, make: () => readonly string[]): readonly string[] {
  let found = named.get(key);
  if (!found) {
    found = make();
    named.set(key, found);
  }
  return found;
}

function tagOf(language: string): string {
  return language === 'fa' ? 'fa-IR' : language;
}

export function monthNames(language: string, calendar: Calendar, width: 'long' | 'short'): readonly string[] {
  return names(`${language} ${calendar} ${width}`, () => {
    // Jalali months have no usual short form.
    const month = calendar === 'persian' ? 'long' : width;
    const format = new Intl.DateTimeFormat(`${tagOf(language)}-u-ca-${calendar}`, { month, timeZone: 'UTC' });
    return Array.from({ length: 12 }, (_, index) => {
      const date =
        calendar === 'persian' ? Date.UTC(2025, 2, 25 + Math.round(index * 30.6)) : Date.UTC(2025, index, 15);
      return format.formatToParts(date).find((part) => part.type === 'month')?.value ?? String(index + 1);
    });
  });
}

/** Sunday first. */
export function weekdayNames(language: string, width: 'long' | 'short' | 'narrow'): readonly string[] {
  return names(`${language} day ${width}`, () => {
    const format = new Intl.DateTimeFormat(tagOf(language), { weekday: width, timeZone: 'UTC' });
    return Array.from({ length: 7 }, (_, index) => format.format(Date.UTC(2023, 0, 1 + index)));
  });
}

/** 0 = Sunday … 6 = Saturday. */
export function weekdayOf(iso: string): number {
  return new Date(`${iso.slice(0, 10)}T00:00:00Z`).getUTCDay();
}

/** The first day of the week, 0 = Sunday: Saturday for Persian, Sunday for American English, else Monday. */
export function firstWeekday(language: string): number {
  if (language.startsWith('fa')) return 6;
  return language === 'en-US' ? 0 : 1;
}

const two = (value: number): string => String(value).padStart(2, '0');

/** Latin digits. Composed by hand: Intl puts the parts of a full Persian date in the wrong order. */
export function formatDate(iso: string, style: DateStyle, language: string, calendar: Calendar): string {
  const date = calendarDate(iso, calendar);
  if (!date) return iso;
  if (style === 'short') {
    const separator = calendar === 'persian' || language === 'fa' ? '/' : '-';
    return [String(date.year).padStart(4, '0'), two(date.month), two(date.day)].join(separator);
  }
  const month = monthNames(language, calendar, style === 'full' ? 'long' : 'short')[date.month - 1] ?? '';
  const plain = `${date.day} ${month} ${date.year}`;
  return style === 'full' ? `${weekdayNames(language, 'long')[weekdayOf(iso)] ?? ''} ${plain}`.trim() : plain;
}

/** The wall clock of an instant in a zone: ISO date and `HH:MM`. Text without zone is taken as it stands. */
export function wallClock(iso: string, timeZone: string): { readonly date: string; readonly time: string } {
  if (!/(Z|[+-]\d\d:?\d\d)$/.test(iso)) return { date: iso.slice(0, 10), time: iso.slice(11, 16) || '00:00' };
  try {
    const local = parseAbsolute(iso, timeZone);
    return {
      date: `${String(local.year).padStart(4, '0')}-${two(local.month)}-${two(local.day)}`,
      time: `${two(local.hour)}:${two(local.minute)}`,
    };
  } catch {
    return { date: iso.slice(0, 10), time: iso.slice(11, 16) };
  }
}

const relative: Readonly<Record<string, number>> = {
  today: 0,
  tomorrow: 1,
  yesterday: -1,
  امروز: 0,
  فردا: 1,
  پسفردا: 2,
  دیروز: -1,
  پریروز: -2,
};

/** Typed date → ISO. See Locale.parseDate. */
export function readDate(text: string, calendar: Calendar, timeZone: string): string | undefined {
  const typed = foldText(text.trim()).replace(/[\u200e\u200f]/g, '');
  const words = relative[typed.replaceAll(' ', '')];
  const now = today(timeZone);
  if (words !== undefined) return now.add({ days: words }).toString();
  const step = /^([+-]\d{1,4})\s*(d|w|m|y|روز|هفته|ماه|سال)?$/.exec(typed);
  if (step) {
    const amount = Number(step[1]);
    const base = toCalendar(now, calendars[calendar]);
    const unit = step[2] ?? 'd';
    const moved =
      unit === 'w' || unit === 'هفته'
        ? base.add({ weeks: amount })
        : unit === 'm' || unit === 'ماه'
          ? base.add({ months: amount })
          : unit === 'y' || unit === 'سال'
            ? base.add({ years: amount })
            : base.add({ days: amount });
    return isoDate(moved);
  }
  const parts = /^(\d{1,4})[\s/.\-،](\d{1,2})[\s/.\-،](\d{1,4})$/.exec(typed);
  if (parts) {
    const [, a = '', b = '', c = ''] = parts;
    const yearFirst = a.length > 2 || c.length <= 2;
    const year = Number(yearFirst ? a : c);
    return fromParts(calendar, year, Number(b), Number(yearFirst ? c : a));
  }
  const compact = /^(\d{4})(\d{2})(\d{2})$/.exec(typed);
  if (compact) return fromParts(calendar, Number(compact[1]), Number(compact[2]), Number(compact[3]));
  const named = /^(\d{1,2})\s+([^\d\s]+)\s+(\d{2,4})$/.exec(typed);
  if (named) {
    const [, day = '', month = '', year = ''] = named;
    for (const [language, system] of [
      ['fa', 'persian'],
      ['en', 'persian'],
      ['en', 'gregory'],
      ['fa', 'gregory'],
    ] as const) {
      const index = monthNames(language, system, 'long').findIndex(
        (name) => foldText(name) === month || (month.length >= 3 && foldText(name).startsWith(month)),
      );
      if (index >= 0) return isoFrom(system, Number(year), index + 1, Number(day));
    }
  }
  return undefined;
}

/** The year tells the calendar: from 1700 on it is Gregorian, below 1600 Persian; two digits are the user's own. */
function fromParts(calendar: Calendar, year: number, month: number, day: number): string | undefined {
  if (year >= 1700) return isoFrom('gregory', year, month, day);
  if (year >= 100) return year < 1600 ? isoFrom('persian', year, month, day) : undefined;
  return isoFrom(calendar, year + (calendar === 'persian' ? (year < 50 ? 1400 : 1300) : 2000), month, day);
}
