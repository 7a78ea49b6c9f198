// A moment as a day of somebody's own time zone.

/** `2026-11-22`. */
export function dayIn(timeZone: string, now: string): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' }).format(new Date(now));
}
