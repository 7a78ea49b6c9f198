import { describe, expect, it } from 'vitest';
import { dateRange } from '../../../../core/query/relative-date.ts';

const tehran = { timeZone: 'Asia/Tehran', language: 'fa', calendar: 'persian' } as const;
const newYork = { timeZone: 'America/New_York', language: 'en-US', calendar: 'gregory' } as const;
// 1405-01-01 in Tehran (half past one in the night), still the day before in UTC.
const newYear = new Date('2026-03-20T22:00:00Z');

describe('a relative date', () => {
  it('is the caller’s day, not the server’s', () => {
    expect(dateRange('today', '', 'date', tehran, newYear)).toEqual({ from: '2026-03-21', to: '2026-03-22' });
    expect(dateRange('today', '', 'date', newYork, newYear)).toEqual({ from: '2026-03-20', to: '2026-03-21' });
    expect(dateRange('today', '', 'timestamptz', tehran, newYear)).toEqual({
      from: '2026-03-20T20:30:00.000Z',
      to: '2026-03-21T20:30:00.000Z',
    });
    expect(dateRange('today', '', 'timestamp', tehran, newYear).from).toBe('2026-03-21T00:00:00');
  });

  it('has the months and years of the caller’s calendar', () => {
    expect(dateRange('this-month', '', 'date', tehran, newYear)).toEqual({ from: '2026-03-21', to: '2026-04-21' });
    expect(dateRange('this-year', '', 'date', tehran, newYear)).toEqual({ from: '2026-03-21', to: '2027-03-21' });
    expect(dateRange('this-month', '', 'date', newYork, newYear)).toEqual({ from: '2026-03-01', to: '2026-04-01' });
  });

  it('has weeks that begin on Saturday in Iran and on Sunday in the United States', () => {
    expect(dateRange('this-week', '', 'date', tehran, newYear)).toEqual({ from: '2026-03-21', to: '2026-03-28' });
    expect(dateRange('this-week', '', 'date', newYork, newYear)).toEqual({ from: '2026-03-15', to: '2026-03-22' });
  });

  it('is as long as the day is where clocks change', () => {
    const changing = new Date('2026-03-08T15:00:00Z');
    expect(dateRange('today', '', 'timestamptz', newYork, changing)).toEqual({
      from: '2026-03-08T05:00:00.000Z',
      to: '2026-03-09T04:00:00.000Z',
    });
  });

  it('counts days back to their beginning and on to their end', () => {
    expect(dateRange('last-x-days', '7', 'date', newYork, newYear)).toEqual({ from: '2026-03-13', to: '2026-03-21' });
    expect(dateRange('next-x-days', '1', 'timestamptz', tehran, newYear)).toEqual({
      from: '2026-03-20T22:00:00.000Z',
      to: '2026-03-22T20:30:00.000Z',
    });
    expect(dateRange('on', '2026-01-01', 'timestamptz', tehran, newYear)).toEqual({
      from: '2025-12-31T20:30:00.000Z',
      to: '2026-01-01T20:30:00.000Z',
    });
  });
});
