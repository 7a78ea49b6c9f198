import { describe, expect, test } from 'vitest';
import { createLocale, loadTexts } from '../../../../../runtime/ui/locale/create-locale.ts';

const english = createLocale({ language: 'en', calendar: 'gregory', timeZone: 'Asia/Tehran' }, {});
const persian = createLocale({ language: 'fa', calendar: 'persian', timeZone: 'Asia/Tehran' }, {});

describe('dates', () => {
  test('a full Persian date reads weekday, day, month, year', () => {
    expect(persian.date('2026-03-21', 'full')).toBe('شنبه ۱ فروردین ۱۴۰۵');
  });
  test('English shows an unambiguous date, in either calendar', () => {
    expect(english.date('2026-03-21')).toBe('21 Mar 2026');
    expect(english.date('2026-03-21', 'medium', 'persian')).toBe('1 Farvardin 1405');
    expect(english.date('2026-03-21', 'short', 'persian')).toBe('1405/01/01');
  });
  test('an instant is shown in the zone of the user, a wall-clock time as it stands', () => {
    expect(persian.dateTime('2026-03-20T21:00:00Z', 'short')).toBe('۱۴۰۵/۰۱/۰۱، ۰۰:۳۰');
    expect(english.dateTime('2026-03-20T21:00:00', 'short')).toBe('2026-03-20, 21:00');
  });
  test.each([
    ['۱۴۰۵/۱/۱', '2026-03-21'],
    ['1405-01-01', '2026-03-21'],
    ['١٤٠٥/٠١/٠١', '2026-03-21'],
    ['2026-03-21', '2026-03-21'],
    ['۱ فروردین ۱۴۰۵', '2026-03-21'],
    ['1 Farvardin 1405', '2026-03-21'],
    ['21 March 2026', '2026-03-21'],
    ['5/1/1', '2026-03-21'],
    ['14050101', '2026-03-21'],
  ])('typed %s is understood', (typed, iso) => {
    expect(persian.parseDate(typed)).toBe(iso);
  });
  test.each(['1405/12/30', '2026-02-30', '1650/01/01', 'soon', '', '1405/13/01'])('typed %s is refused', (typed) => {
    expect(persian.parseDate(typed)).toBeUndefined();
  });
  test('relative words count from today', () => {
    const today = english.parseDate('today') ?? '';
    expect(persian.parseDate('امروز')).toBe(today);
    const days = (iso: string | undefined) => Date.parse(iso ?? '') / 86_400_000 - Date.parse(today) / 86_400_000;
    expect(days(persian.parseDate('فردا'))).toBe(1);
    expect(days(english.parseDate('+3d'))).toBe(3);
    expect(days(english.parseDate('-1w'))).toBe(-7);
  });
});

describe('numbers', () => {
  test('Persian digits and separators are shown, every digit of an exact decimal kept', () => {
    expect(persian.number('12345678901234567.89')).toBe('۱۲٬۳۴۵٬۶۷۸٬۹۰۱٬۲۳۴٬۵۶۷٫۸۹');
    expect(english.number('12345678901234567.89')).toBe('12,345,678,901,234,567.89');
  });
  test.each([
    ['۱۲٬۳۴۵٫۶', '12345.6'],
    ['12,345.60', '12345.60'],
    ['(12)', '-12'],
    ['−5', '-5'],
    ['007', '7'],
    ['.5', '0.5'],
  ])('typed %s is read', (typed, plain) => {
    expect(english.parseNumber(typed)).toBe(plain);
  });
  test.each(['', 'abc', '1.2.3', '--1'])('typed %s is refused', (typed) => {
    expect(english.parseNumber(typed)).toBeUndefined();
  });
});

describe('texts', () => {
  test('parameters are filled in the digits of the language, plural forms chosen by count', () => {
    const texts = { 'rows.one': '{count} row', 'rows.other': '{count} rows', hello: 'Hello {name}' };
    const locale = createLocale({ language: 'en', calendar: 'gregory', timeZone: 'UTC' }, texts);
    expect(locale.t('rows', { count: 1 })).toBe('1 row');
    expect(locale.t('rows', { count: 1200 })).toBe('1,200 rows');
    expect(locale.t('hello', { name: 'Ada' })).toBe('Hello Ada');
  });
  test('every text exists in every shipped language, with the same parameters', async () => {
    const [en, fa] = [await loadTexts('en'), await loadTexts('fa')];
    const base = (key: string) => key.replace(/\.(one|other|zero|two|few|many)$/, '.other');
    const keys = (texts: object) => [...new Set(Object.keys(texts).map(base))].sort();
    expect(keys(fa)).toEqual(keys(en));
    const parameters = (text: string | undefined) => [...(text ?? '').matchAll(/\{\w+\}/g)].map(String).sort();
    for (const key of keys(en)) expect([key, parameters(fa[key])]).toEqual([key, parameters(en[key])]);
  });
});
