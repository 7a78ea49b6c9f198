// A person's own settings, kept in the user's row: language, calendar, time zone, theme. What is missing or no longer
// valid is the organization's, and where that says nothing either, a default: a principal can always be made.
import { qualified } from '../db/identifier.ts';
import type { FiscalYear } from './principal.ts';

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

/** What settingsSql reads: the user's own values and the organization's. */
export interface SettingsRow extends Readonly<Record<(typeof SETTING_FIELDS)[keyof UserSettings], string | null>> {
  readonly organization_language: string | null;
  readonly organization_calendar: string | null;
  readonly organization_timezone: string | null;
  readonly fiscalstartmonth: number | null;
  readonly fiscalstartday: number | null;
  readonly fiscalperiodtype: number | null;
}

/** Columns for the select of a user's row `u`, and the join that they need behind it. */
export function settingsSql(schema: string): { readonly columns: string; readonly join: string } {
  return {
    columns: `u.uilanguage, u.calendar, u.timezone, u.theme, o.languagecode as organization_language,
      o.calendar as organization_calendar, o.timezone as organization_timezone,
      o.fiscalstartmonth, o.fiscalstartday, o.fiscalperiodtype`,
    join: `left join (select languagecode, calendar, timezone, fiscalstartmonth, fiscalstartday, fiscalperiodtype
      from ${qualified(schema, 'organization')} order by createdon limit 1) o on true`,
  };
}

export function readSettings(row: SettingsRow): UserSettings {
  const { uilanguage, calendar, timezone, theme } = row;
  const language = firstOf(isLanguage, uilanguage, row.organization_language) ?? 'en';
  return {
    language,
    calendar:
      firstOf(isCalendar, calendar, row.organization_calendar) ?? (language.startsWith('fa') ? 'persian' : 'gregory'),
    timeZone: firstOf(isTimeZone, timezone, row.organization_timezone) ?? 'UTC',
    theme: theme === 'light' || theme === 'dark' ? theme : 'system',
  };
}

const periods: Readonly<Record<number, FiscalYear['period']>> = {
  2000: 'year',
  2001: 'half-year',
  2002: 'quarter',
  2003: 'month',
  2004: 'four-weeks',
};

/** One for the whole organization, whatever calendar its reader has. */
export function readFiscalYear(row: SettingsRow): FiscalYear {
  const { organization_calendar: calendar, organization_language: language } = row;
  return Object.freeze({
    calendar: firstOf(isCalendar, calendar) ?? (language?.startsWith('fa') === true ? 'persian' : 'gregory'),
    startMonth: row.fiscalstartmonth ?? 1,
    startDay: row.fiscalstartday ?? 1,
    period: periods[row.fiscalperiodtype ?? 2002] ?? 'quarter',
  });
}

export function isCalendar(name: string): name is UserSettings['calendar'] {
  return name === 'persian' || name === 'gregory';
}

function firstOf<T extends string>(
  isValid: (value: string) => value is T,
  ...values: readonly (string | null)[]
): T | undefined;
function firstOf(isValid: (value: string) => boolean, ...values: readonly (string | null)[]): string | undefined;
function firstOf(isValid: (value: string) => boolean, ...values: readonly (string | null)[]): string | undefined {
  return values.find((value) => value !== null && value !== '' && isValid(value)) ?? undefined;
}
