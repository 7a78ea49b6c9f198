// The locale engine's public face within the kit and the app.
export type { Calendar, DateStyle, Direction, Locale } from './locale.ts';
export { createLocale, loadTexts } from './create-locale.ts';
export type { LocaleChoice, Texts } from './create-locale.ts';
