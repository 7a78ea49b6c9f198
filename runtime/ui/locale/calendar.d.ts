import { CalendarDate } from '@internationalized/date';
import type { Calendar, DateStyle } from './locale.ts';
/** An ISO date in a calendar; undefined when the text is no ISO date. */
export declare function calendarDate(iso: string, calendar: Calendar): CalendarDate | undefined;
export declare function isoDate(date: CalendarDate): string;
/** Year, month (1–12) and day of a calendar → ISO; undefined when there is no such day. */
export declare function isoFrom(calendar: Calendar, year: number, month: number, day: number): string | undefined;
export declare function monthNames(language: string, calendar: Calendar, width: 'long' | 'short'): readonly string[];
/** Sunday first. */
export declare function weekdayNames(language: string, width: 'long' | 'short' | 'narrow'): readonly string[];
/** 0 = Sunday … 6 = Saturday. */
export declare function weekdayOf(iso: string): number;
/** The first day of the week, 0 = Sunday: Saturday for Persian, Sunday for American English, else Monday. */
export declare function firstWeekday(language: string): number;
/** Latin digits. Composed by hand: Intl puts the parts of a full Persian date in the wrong order. */
export declare function formatDate(iso: string, style: DateStyle, language: string, calendar: Calendar): string;
/** The wall clock of an instant in a zone: ISO date and `HH:MM`. Text without zone is taken as it stands. */
export declare function wallClock(iso: string, timeZone: string): {
    readonly date: string;
    readonly time: string;
};
/** Typed date → ISO. See Locale.parseDate. */
export declare function readDate(text: string, calendar: Calendar, timeZone: string): string | undefined;
