// The texts around what plugins bring, beside those of the app, and the plugins' own: loaded with the first of them.
import { createLocale, type Locale } from '../locale/index.ts';
import type { Workspace } from '../workspace.ts';

type Texts = Readonly<Record<string, string>>;

const catalogues: Readonly<Record<string, () => Promise<{ readonly default: Texts }>>> = {
  en: () => import('./texts/en.json'),
  fa: () => import('./texts/fa.json'),
};

export async function pluginLocale(locale: Locale): Promise<Locale> {
  const { language, calendar, timeZone } = locale;
  const load = catalogues[language] ?? catalogues[language.split('-')[0] ?? ''] ?? catalogues['en'];
  return createLocale({ language, calendar, timeZone }, load ? (await load()).default : {}, (key) => locale.t(key));
}

const held = new Map<string, Promise<Texts>>();

function textsIn(workspace: Workspace, plugin: string, language: string): Promise<Texts> {
  const key = `${plugin}/${language}`;
  let texts = held.get(key);
  if (!texts) {
    texts = workspace
      .module(plugin, `texts/${language}.json`)
      .then((loaded) => (loaded as { readonly default: Texts }).default)
      // A plugin without texts of its own, or without this language.
      .catch(() => ({}));
    held.set(key, texts);
  }
  return texts;
}

/** A plugin's texts in the reader's language, English where one is missing. */
export async function pluginTexts(workspace: Workspace, plugin: string): Promise<Locale['t']> {
  const { language, calendar, timeZone } = workspace.locale;
  const [primary = language] = language.split('-');
  const texts = await Promise.all(
    [...new Set(['en', primary, language])].map((one) => textsIn(workspace, plugin, one)),
  );
  return createLocale({ language, calendar, timeZone }, Object.assign({}, ...texts) as Texts).t;
}
