// What the browser remembers before anybody has signed in (language, calendar, theme), and small choices of the device.
import type { Calendar, LocaleChoice } from '../ui/locale/index.ts';

export type Theme = 'system' | 'light' | 'dark';
export type Density = 'compact' | 'normal' | 'roomy';

function read(key: string): string | undefined {
  try {
    return localStorage.getItem(`peyvand.${key}`) ?? undefined;
  } catch {
    return undefined;
  }
}

export function remember(key: 'language' | 'calendar' | 'theme' | 'density' | 'single-keys', value: string): void {
  try {
    localStorage.setItem(`peyvand.${key}`, value);
  } catch {
    // Forbidden storage: the choice lasts as long as the page.
  }
}

export function storedTheme(): Theme {
  const theme = read('theme');
  return theme === 'light' || theme === 'dark' ? theme : 'system';
}

export function storedDensity(): Density {
  const density = read('density');
  return density === 'compact' || density === 'roomy' ? density : 'normal';
}

/** Single-key shortcuts (`/`, `?`) can be switched off: they get in the way of speech input. */
export function singleKeys(): boolean {
  return read('single-keys') !== 'off';
}

/** The locale before the server has said who signs in. */
export function firstLocale(): LocaleChoice {
  const wanted = read('language') ?? navigator.languages.find((one) => /^(fa|en)\b/.test(one)) ?? 'en';
  const language = wanted.startsWith('fa') ? 'fa' : 'en';
  const stored = read('calendar');
  const calendar: Calendar =
    stored === 'persian' || stored === 'gregory' ? stored : language === 'fa' ? 'persian' : 'gregory';
  return { language, calendar, timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone };
}

export function showTheme(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
}
