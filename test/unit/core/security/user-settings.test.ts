// A person's settings: their own, else the organization's, else something to work with.
import { expect, test } from 'vitest';
import { readSettings, type SettingsRow } from '../../../../core/security/user-settings.ts';

const nothing: SettingsRow = {
  uilanguage: null,
  calendar: null,
  timezone: null,
  theme: null,
  organization_language: null,
  organization_calendar: null,
  organization_timezone: null,
  fiscalstartmonth: null,
  fiscalstartday: null,
  fiscalperiodtype: null,
};
const iranian = {
  ...nothing,
  organization_language: 'fa',
  organization_calendar: 'persian',
  organization_timezone: 'Asia/Tehran',
};

test('who chose nothing in an organization that said nothing works in English, Gregorian, UTC', () => {
  expect(readSettings(nothing)).toEqual({ language: 'en', calendar: 'gregory', timeZone: 'UTC', theme: 'system' });
});

test("a new user begins with the organization's language, calendar and time zone", () => {
  expect(readSettings(iranian)).toEqual({
    language: 'fa',
    calendar: 'persian',
    timeZone: 'Asia/Tehran',
    theme: 'system',
  });
});

test("a person's own choice goes before the organization's", () => {
  const own = { ...iranian, uilanguage: 'en', calendar: 'gregory', timezone: 'Europe/Berlin', theme: 'dark' };
  expect(readSettings(own)).toEqual({
    language: 'en',
    calendar: 'gregory',
    timeZone: 'Europe/Berlin',
    theme: 'dark',
  });
});

test('what is empty or no longer valid is passed over, each setting by itself', () => {
  const spoilt = { ...iranian, uilanguage: 'not a tag', calendar: 'mayan', timezone: '' };
  expect(readSettings(spoilt)).toMatchObject({ language: 'fa', calendar: 'persian', timeZone: 'Asia/Tehran' });
  expect(readSettings({ ...spoilt, organization_timezone: 'Atlantis/Sunken' })).toMatchObject({ timeZone: 'UTC' });
});

test('without a calendar anywhere the language brings its usual one', () => {
  expect(readSettings({ ...nothing, uilanguage: 'fa' }).calendar).toBe('persian');
  expect(readSettings({ ...iranian, organization_calendar: null, uilanguage: 'en' }).calendar).toBe('gregory');
});
