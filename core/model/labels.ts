// Texts in a language. A locale file names a label by document and a short path by ids (`account/entity#plural`,
// `team/entity#properties/teamtype/options/0/title`); here that path meets the document's own.
import type { Entity, Field, Model } from './model.ts';

/** The language that documents themselves are written in. */
export const defaultLanguage = 'en';

/** Looks up one label: the language's text, or `fallback`, which is what the document says. */
export type Translate = (document: string, path: string, fallback: string) => string;

/** `fa-IR` is served by `fa` where there is nothing nearer. */
export function translator(model: Model, language: string): Translate {
  const [primary = language] = language.split('-');
  const texts = [language, primary].flatMap((tag) => model.locales.get(tag) ?? []);
  return (document, path, fallback) => {
    for (const catalogue of texts) {
      const text = catalogue.get(`${document}#${path}`);
      if (text !== undefined) return text;
    }
    return fallback;
  };
}

/** The id path inside the document that a label's path stands for. */
export function labelIdPath(document: string, path: string): string {
  if (!document.endsWith('/entity') && !document.startsWith('traits/')) return `/${path}`;
  if (path === 'plural' || path.startsWith('status/')) return `/entity/${path}`;
  return `/${path.replace(/^(properties\/[^/]+)\/(options\/|yes$|no$)/, '$1/field/$2')}`;
}

/**
 * Translates what a field says about itself, `title`, `description` or `options/1/title`, from the nearest document that
 * says it: an entity that renames a trait's field is not given the trait's translation.
 */
export function translateField(
  model: Model,
  translate: Translate,
  entity: Entity,
  field: Field,
  path: string,
  fallback: string,
): string {
  for (const document of field.origins) {
    const name = field === entity.key && document.startsWith('traits/') ? '{key}' : field.name;
    const text = translate(document, `properties/${name}/${path}`, '');
    if (text !== '') return text;
    const properties = model.documents.get(document)?.['properties'] as Readonly<Record<string, object>> | undefined;
    const [first = ''] = path.split('/');
    const property = properties && Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (
      property &&
      (Object.hasOwn(property, first) ||
        (first === 'options' && 'field' in property && first in (property.field as object)))
    )
      break;
  }
  return fallback;
}

/** Translates a state's or a reason's label: the entity's own, its union's, or those of entities that say nothing. */
export function translateStatus(translate: Translate, entity: Entity, path: string, fallback: string): string {
  const documents = [
    `${entity.name}/entity`,
    ...(entity.base === undefined ? [] : [`${entity.base}/entity`]),
    'traits/stateful',
  ];
  for (const document of documents) {
    const text = translate(document, `status/${path}`, '');
    if (text !== '') return text;
  }
  return fallback;
}
