import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dateReader, isoDate, isoInstant, patternProblem } from '../../../../../runtime/cli/load/read-date.ts';

const iso = (pattern: string, text: string, calendar: 'gregory' | 'persian' = 'gregory'): string => {
  const read = dateReader(pattern, calendar)(text);
  return typeof read === 'string' ? read : isoDate(read);
};

test('a date is read by its stated pattern only', () => {
  expect(iso('M/d/yyyy', '3/1/2017')).toBe('2017-03-01');
  expect(iso('d/M/yyyy', '3/1/2017')).toBe('2017-01-03');
  expect(iso('yyyy-MM-dd', '2017-3-1')).toContain('is not written as');
  expect(iso('M/d/yyyy', '10/20/2016 ')).toBe('2016-10-20');
});

test('an impossible date is refused instead of moved', () => {
  expect(iso('M/d/yyyy', '2/30/2017')).toContain('no Gregorian date');
  expect(iso('d/M/yyyy', '3/13/2017')).toContain('no Gregorian date');
  expect(iso('yyyy/M/d', '1400/12/30', 'persian')).toContain('no Jalali date');
});

test('Jalali dates and Persian digits become Gregorian ISO dates', () => {
  expect(iso('yyyy/M/d', '۱۳۹۶/۱/۱', 'persian')).toBe('2017-03-21');
  expect(iso('yyyy/MM/dd', '1399/12/30', 'persian')).toBe('2021-03-20');
  expect(iso('yy/M/d', '96/1/1', 'persian')).toBe('2017-03-21');
});

test('a wall-clock time becomes the instant of its zone', () => {
  const read = dateReader('yyyy-MM-dd HH:mm', 'gregory')('2026-11-22 10:30');
  if (typeof read === 'string') throw new Error(read);
  expect(isoInstant(read, 'Asia/Tehran')).toBe('2026-11-22T07:00:00Z');
});

test('a pattern that lacks a part, or has an unknown one, is named', () => {
  expect(patternProblem('M/yyyy')).toContain('lacks the day');
  expect(patternProblem('DD/MM/yyyy')).toContain('DD');
  expect(patternProblem('d/d/yyyy')).toContain('twice');
  expect(patternProblem('M/d/yyyy')).toBeUndefined();
});

test('every real day reads back as itself', () => {
  const day = fc.date({ min: new Date('1800-01-01'), max: new Date('2200-01-01'), noInvalidDate: true });
  fc.assert(
    fc.property(day, (date) => {
      const text = date.toISOString().slice(0, 10);
      expect(iso('yyyy-MM-dd', text)).toBe(text);
    }),
  );
});
