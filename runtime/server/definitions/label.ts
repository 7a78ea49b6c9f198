// Labels: one text in each of the organization's languages, with the caller's own apart.
import { defaultLanguage, translator } from '../../../core/model/labels.ts';
import type { Model } from '../../../core/model/model.ts';
import type { Row } from './definition.ts';
import { languageCode } from './language-codes.ts';

/** Language tag → text. */
export type Texts = ReadonlyMap<string, string>;
/** The text of one thing, in one language; empty where there is none. */
export type Say = (language: string) => string;

/** The documents' own language first. */
export function languagesOf(model: Model): readonly string[] {
  return [...new Set([defaultLanguage, ...model.locales.keys()])];
}

export const emptyLabel: Row = { LocalizedLabels: [], UserLocalizedLabel: null };

function localized(text: string, language: string): Row {
  return { Label: text, LanguageCode: languageCode(language), IsManaged: false, MetadataId: null, HasChanged: null };
}

/** `say` is asked for each language; the caller's own, or else the documents' own, is the label people see. */
export function labelOf(model: Model, language: string, say: Say): Row {
  const texts = new Map(languagesOf(model).flatMap((tag) => (say(tag) === '' ? [] : [[tag, say(tag)] as const])));
  const [primary = language] = language.split('-');
  const own = [language, primary, defaultLanguage, ...texts.keys()].find((tag) => texts.has(tag));
  if (own === undefined) return emptyLabel;
  return {
    LocalizedLabels: [...texts].map(([tag, text]) => localized(text, tag)),
    UserLocalizedLabel: localized(texts.get(own) ?? '', own),
  };
}

/** Says a document's own label: the text it has, and what locale files make of it. */
export function sayLabel(model: Model, document: string, path: string, said: string): Say {
  return (language) => translator(model, language)(document, path, language === defaultLanguage ? said : '');
}
