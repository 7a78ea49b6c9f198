// The texts of dashboards, beside those of the app: loaded with the first of them.
import { createLocale, type Locale } from '../../ui/locale/index.ts';

type Texts = Readonly<Record<string, string>>;

const catalogues: Readonly<Record<string, () => Promise<{ readonly default: Texts }>>> = {
  en: () => import('./texts/en.json'),
  fa: () => import('./texts/fa.json'),
};

export async function dashboardLocale(locale: Locale): Promise<Locale> {
  const { language, calendar, timeZone } = locale;
  const load = catalogues[language] ?? catalogues[language.split('-')[0] ?? ''] ?? catalogues['en'];
  return createLocale({ language, calendar, timeZone }, load ? (await load()).default : {}, (key) => locale.t(key));
}
