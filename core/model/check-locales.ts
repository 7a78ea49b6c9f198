// Checks locale files: each text belongs to something that some layer says, even where a layer above hides it.
import type { Layer } from './layer.ts';
import { labelIdPath } from './labels.ts';
import type { Model } from './model.ts';
import type { JsonObject } from '../sdk/index.ts';
import { isArray, isObject, valueAt } from './pointer.ts';
import type { ProblemList } from './problem-list.ts';
import { suggest } from './suggest.ts';

export function checkLocales(model: Model, layers: readonly Layer[], problems: ProblemList): void {
  const known = new Set(layers.flatMap((layer) => [...layer.documents.keys()]));
  for (const [language, texts] of model.locales) {
    for (const key of texts.keys()) {
      const [document = '', path = ''] = key.split('#');
      const report = (message: string): void =>
        problems.add(
          'LOCALE_TEXT_UNKNOWN',
          `locales/${language}`,
          `/texts/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`,
          message,
        );
      if (document.startsWith('plugin.')) {
        const card = layers.find(({ id }) => `plugin.${id}` === document)?.documents.get('plugin')?.body;
        // What is said of a plugin that is not here is for when it is.
        if (card && !isCardLabel(card, path))
          report(`the plugin.json of "${document.slice(7)}" has no label at "${path}"`);
      } else if (!known.has(document))
        report(`there is no document "${document}"${suggest(document, known)} to translate`);
      else if (!isSaid(model, layers, document, path)) {
        report(`"${document}" has no label at "${path}"${suggest(path, labelsOf(model, document))}`);
      }
    }
  }
}

function isSaid(model: Model, layers: readonly Layer[], document: string, path: string): boolean {
  const idPath = labelIdPath(document, path);
  const entity = document.endsWith('/entity') ? model.entities.get(document.slice(0, -'/entity'.length)) : undefined;
  if (valueAt(entity?.schema, idPath) !== undefined) return true;
  if ((entity || document === 'traits/stateful') && path.startsWith('status/')) return true;
  return layers.some((layer) => valueAt(layer.documents.get(document)?.body, idPath) !== undefined);
}

/** `title`, `settings/…/title`, or what a contribution says, with its list's name before it: `commands/qualify/title`. */
function isCardLabel(card: JsonObject, path: string): boolean {
  const [list = '', id = '', ...rest] = path.split('/');
  if (rest.length === 0 || list === 'settings') return typeof valueAt(card, `/${path}`) === 'string';
  const contributes = isObject(card['contributes']) ? card['contributes'] : {};
  const members = contributes[list];
  const member = isArray(members)
    ? members.find((one) => isObject(one) && String(one[list === 'views' ? 'kind' : 'id']) === id)
    : undefined;
  return typeof valueAt(member, `/${rest.join('/')}`) === 'string';
}

/** Paths of the labels of a document, to suggest one. */
function labelsOf(model: Model, document: string): readonly string[] {
  const paths: string[] = [];
  const properties = model.documents.get(document)?.['properties'];
  for (const name of Object.keys(isObject(properties) ? properties : {})) paths.push(`properties/${name}/title`);
  return [...paths, 'title', 'description', 'plural'];
}
