// The locale engine's public face within the kit and the app.
export type { Calendar, Locale } from './locale.ts';
export { createLocale, loadTexts } from './create-locale.ts';
export type { LocaleChoice } from './create-locale.ts';
