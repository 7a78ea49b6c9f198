// A person's own settings, kept in the user's row: language, calendar, time zone, theme. What is missing or no longer
// valid takes its default, so that a principal can always be made.
export interface UserSettings {
  /** BCP 47 tag. */
  readonly language: string;
  readonly calendar: 'gregory' | 'persian';
  /** IANA name. */
  readonly timeZone: string;
  readonly theme: 'system' | 'light' | 'dark';
}

/** The fields of systemuser that hold them. */
export const SETTING_FIELDS = {
  language: 'uilanguage',
  calendar: 'calendar',
  timeZone: 'timezone',
  theme: 'theme',
} as const satisfies Record<keyof UserSettings, string>;

export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

export function isLanguage(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
}

/** `row`: values of SETTING_FIELDS by field name. */
export function readSettings(
  row: Readonly<Record<(typeof SETTING_FIELDS)[keyof UserSettings], string | null>>,
): UserSettings {
  const { uilanguage, calendar, timezone, theme } = row;
  const language = uilanguage && isLanguage(uilanguage) ? uilanguage : 'en';
  return {
    language,
    calendar:
      calendar === 'persian' || calendar === 'gregory' ? calendar : language.startsWith('fa') ? 'persian' : 'gregory',
    timeZone: timezone && isTimeZone(timezone) ? timezone : 'UTC',
    theme: theme === 'light' || theme === 'dark' ? theme : 'system',
  };
}
