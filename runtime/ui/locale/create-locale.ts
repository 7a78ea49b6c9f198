// Makes the locale engine of one language, calendar and zone. Intl objects are made once each and kept.
import type { Calendar, DateStyle, Locale } from './locale.ts';
import { formatDate, readDate, wallClock } from './calendar.ts';
import { readNumber } from './digits.ts';

export type Texts = Readonly<Record<string, string>>;

const loaders: Readonly<Record<string, () => Promise<{ readonly default: Texts }>>> = {
  en: () => import('./texts/en.json'),
  fa: () => import('./texts/fa.json'),
};

/** Texts of a language of the kit; English where there are none. */
export async function loadTexts(language: string): Promise<Texts> {
  const load = loaders[language] ?? loaders[language.split('-')[0] ?? ''] ?? loaders['en'];
  return load ? (await load()).default : {};
}

const rightToLeft = new Set(['fa', 'ar', 'he', 'ur', 'ckb', 'ps']);
const numberFormats = new Map<string, Intl.NumberFormat>();

function numberFormat(tag: string, options: Intl.NumberFormatOptions | undefined): Intl.NumberFormat {
  const key = options ? tag + JSON.stringify(options) : tag;
  let format = numberFormats.get(key);
  if (!format) {
    format = new Intl.NumberFormat(tag, { maximumFractionDigits: 20, ...options });
    numberFormats.set(key, format);
  }
  return format;
}

export interface LocaleChoice {
  readonly language: string;
  readonly calendar: Calendar;
  readonly timeZone: string;
}

/** `extra` gives the texts of field types by their prefix; asked at each look-up, since they arrive with their chunks. */
export function createLocale(choice: LocaleChoice, texts: Texts, extra?: (key: string) => string | undefined): Locale {
  const { language, calendar, timeZone } = choice;
  const tag = language === 'fa' ? 'fa-IR' : language;
  const persianDigits = new Intl.NumberFormat(tag).resolvedOptions().numberingSystem === 'arabext';
  const plural = new Intl.PluralRules(tag);
  const collator = new Intl.Collator(tag, { numeric: true, sensitivity: 'base' });
  const decimal =
    numberFormat(tag, undefined)
      .formatToParts(1.5)
      .find((part) => part.type === 'decimal')?.value ?? '.';

  const digits = (text: string): string =>
    persianDigits ? text.replace(/\d/g, (digit) => String.fromCharCode(0x6f0 + Number(digit))) : text;
  const number = (value: number | string, options?: Intl.NumberFormatOptions): string =>
    numberFormat(tag, options).format(value as number);
  const date = (iso: string, style: DateStyle = 'medium', system: Calendar = calendar): string =>
    digits(formatDate(iso, style, language, system));

  return Object.freeze({
    language,
    direction: rightToLeft.has(language.split('-')[0] ?? '') ? 'rtl' : 'ltr',
    calendar,
    timeZone,
    t(key: string, parameters?: Readonly<Record<string, string | number>>): string {
      const count = parameters?.['count'];
      const pluralKey = typeof count === 'number' ? `${key}.${plural.select(count)}` : key;
      const text = texts[pluralKey] ?? texts[`${key}.other`] ?? texts[key] ?? extra?.(key) ?? key;
      if (!parameters) return text;
      return text.replace(/\{(\w+)\}/g, (all, name: string) => {
        const value = parameters[name];
        return value === undefined ? all : typeof value === 'number' ? number(value) : value;
      });
    },
    number,
    date,
    dateTime(iso: string, style: DateStyle = 'medium', system: Calendar = calendar): string {
      const wall = wallClock(iso, timeZone);
      return `${date(wall.date, style, system)}${language === 'fa' ? '،' : ','} ${digits(wall.time)}`;
    },
    time: (iso: string): string => digits(wallClock(iso, timeZone).time),
    parseNumber: (text: string): string | undefined => readNumber(text, decimal),
    parseDate: (text: string): string | undefined => readDate(text, calendar, timeZone),
    digits,
    compare: (a: string, b: string): number => collator.compare(a, b),
  });
}
