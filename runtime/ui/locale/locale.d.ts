export type Calendar = 'gregory' | 'persian';
export type Direction = 'ltr' | 'rtl';
/** `short` 1405/01/01, `medium` 1 Farvardin 1405, `full` with weekday. */
export type DateStyle = 'short' | 'medium' | 'full';
export interface Locale {
    /** BCP 47, e.g. `en`, `fa`. */
    readonly language: string;
    readonly direction: Direction;
    readonly calendar: Calendar;
    /** IANA zone. */
    readonly timeZone: string;
    /** A text of the catalogue: `{name}` is replaced; a key with `.one`/`.other` … forms is chosen by `count`. */
    t(key: string, parameters?: Readonly<Record<string, string | number>>): string;
    /** Locale digits and separators. Text keeps every digit (exact decimals). */
    number(value: number | string, options?: Intl.NumberFormatOptions): string;
    /** ISO date (`2026-03-21`) in the user's calendar. */
    date(iso: string, style?: DateStyle, calendar?: Calendar): string;
    /** An instant (`…Z`) in the user's zone, or a wall-clock time without zone as it stands. */
    dateTime(iso: string, style?: DateStyle, calendar?: Calendar): string;
    /** `14:05` in the locale's digits. */
    time(iso: string): string;
    /** Typed text → plain decimal text (`-1234.5`), any digits and separators; undefined when it is no number. */
    parseNumber(text: string): string | undefined;
    /**
     * Typed text → ISO date. Takes `۱۴۰۵/۱/۱`, `1405-01-01`, ISO, day-month-year by the locale, and relative words
     * (today, tomorrow, +3d; امروز، فردا). Undefined when it is no date.
     */
    parseDate(text: string): string | undefined;
    /** Latin digits → the locale's. */
    digits(text: string): string;
    compare(a: string, b: string): number;
}
