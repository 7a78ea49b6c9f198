import { describe, expect, it } from 'vitest';
import { lastDue, timetableProblem } from '../../../../core/plugins/timetable.ts';

const time = (text: string): number => Date.parse(text);
const due = (every: string, since: string, now: string, timeZone?: string): string | undefined => {
  const at = lastDue({ every, ...(timeZone !== undefined && { timeZone }) }, time(since), time(now));
  return at === undefined ? undefined : new Date(at).toISOString();
};

describe('when a schedule is due', () => {
  it('counts periods from full hours and days, and takes missed times as one', () => {
    expect(due('1h', '2026-11-22T10:00:00Z', '2026-11-22T10:59:59Z')).toBeUndefined();
    expect(due('1h', '2026-11-22T10:00:00Z', '2026-11-22T14:10:00Z')).toBe('2026-11-22T14:00:00.000Z');
    expect(due('15m', '2026-11-22T10:00:00Z', '2026-11-22T10:15:00Z')).toBe('2026-11-22T10:15:00.000Z');
  });

  it('reads cron in its time zone, whatever summer time says', () => {
    const nightly = '30 3 * * *';
    expect(due(nightly, '2026-11-21T00:01:00Z', '2026-11-22T00:00:30Z', 'Asia/Tehran')).toBe(
      '2026-11-22T00:00:00.000Z',
    );
    expect(due(nightly, '2026-07-01T00:00:00Z', '2026-07-01T01:31:00Z', 'Europe/Berlin')).toBe(
      '2026-07-01T01:30:00.000Z',
    );
    expect(due('0 9 * * 1-5', '2026-11-20T10:00:00Z', '2026-11-22T12:00:00Z')).toBeUndefined();
    expect(due('*/10 9-10 1,15 * 7', '2026-11-22T09:00:00Z', '2026-11-22T09:25:00Z')).toBe('2026-11-22T09:20:00.000Z');
  });

  it.each([
    ['hourly', '"hourly" is neither a period'],
    ['60 * * * *', '"60" is no minute: 0 to 59'],
    ['a * * * *', '"a" is no minute of cron'],
  ])('says what is wrong with %s', (every, words) => {
    expect(timetableProblem({ every })).toContain(words);
    expect(timetableProblem({ every: '1h', timeZone: 'Mars/Base' })).toContain('no time zone "Mars/Base"');
  });
});
