// When a new version of a layer calls an entity or a field by another name (`was`), what was said about the old name is said about
// the new one: in the organization's documents, and in those below that these are compared with.
import type { Json, JsonObject } from '../sdk/index.ts';
import { isArray, isObject, own } from './pointer.ts';

export interface Rename {
  /** By its new name; undefined: the entity itself. */
  readonly entity: string | undefined;
  readonly from: string;
  readonly to: string;
}

export interface Renames {
  readonly all: readonly Rename[];
  id(document: string): string;
  body(document: string, body: JsonObject): JsonObject;
}

type Documents = ReadonlyMap<string, JsonObject>;

/** Their values are for people, or are data: a word in them is no name. */
const words: ReadonlySet<string> = new Set(
  'title description plural help hint placeholder message label text subtitle value values default was'.split(' '),
);
/** Their values name entities. */
const naming: ReadonlySet<string> = new Set(['entity', 'entities', 'target', 'targets', 'overlays', 'relation']);
const WORD = /(?<![\w$])[A-Za-z]\w*(?![\w])/g;

/** `before`, `after`: what is below the organization's layer, merged. */
export function renamesBetween(before: Documents, after: Documents): Renames {
  const entities = new Map<string, string>();
  for (const [id, body] of after) {
    const to = entityNamed(id);
    const from = to === undefined ? undefined : wasOf(body['entity']);
    if (to !== undefined && from !== undefined && isGone(`${from}/entity`, before, after) && !before.has(id))
      entities.set(from, to);
  }
  const fields = new Map<string, Map<string, string>>();
  for (const [id, body] of after) {
    const entity = entityNamed(id);
    if (entity === undefined) continue;
    const formerly = [...entities].find(([, to]) => to === entity)?.[0] ?? entity;
    const old = propertiesOf(before.get(`${formerly}/entity`));
    const now = propertiesOf(body);
    for (const [to, property] of Object.entries(now)) {
      const from = isObject(property) ? wasOf(property['field']) : undefined;
      if (from === undefined || !Object.hasOwn(old, from) || Object.hasOwn(old, to) || Object.hasOwn(now, from))
        continue;
      fields.set(entity, (fields.get(entity) ?? new Map<string, string>()).set(from, to));
    }
  }
  const all: readonly Rename[] = [
    ...[...entities].map(([from, to]) => ({ entity: undefined, from, to })),
    ...[...fields].flatMap(([entity, of]) => [...of].map(([from, to]) => ({ entity, from, to }))),
  ];
  const everywhere = unmistakable(all, before);
  const id = (document: string): string => {
    const [first = '', ...rest] = document.split('/');
    return [entities.get(first) ?? first, ...rest].join('/');
  };
  const namesIn = (document: string): ReadonlyMap<string, string> =>
    new Map([...everywhere, ...(fields.get(id(document).split('/', 1)[0] ?? '') ?? [])]);
  return {
    all,
    id,
    body(document, body) {
      if (all.length === 0) return body;
      if (document.startsWith('locales/')) return localeWith(body, id, namesIn);
      return renamed(body, namesIn(document), entities, '') as JsonObject;
    },
  };
}

/** Names that nothing else in the model has: they mean the same wherever they stand. */
function unmistakable(all: readonly Rename[], before: Documents): ReadonlyMap<string, string> {
  const uses = new Map<string, number>();
  for (const [id, body] of before) {
    const entity = entityNamed(id);
    if (entity === undefined) continue;
    for (const name of [entity, ...Object.keys(propertiesOf(body))]) uses.set(name, (uses.get(name) ?? 0) + 1);
  }
  return new Map(all.flatMap(({ from, to }) => (uses.get(from) === 1 && from.includes('_') ? [[from, to]] : [])));
}

function renamed(
  value: Json,
  names: ReadonlyMap<string, string>,
  entities: ReadonlyMap<string, string>,
  key: string,
): Json {
  if (typeof value === 'string') {
    if (key === 'overlays')
      return value.replace(/:([^/:]+)\//, (all, name: string) => `:${entities.get(name) ?? name}/`);
    if (naming.has(key) && entities.has(value)) return entities.get(value) ?? value;
    return words.has(key) ? value : inText(value, names);
  }
  if (isArray(value)) return value.map((one) => renamed(one, names, entities, key));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, one = null]) => [names.get(name) ?? name, renamed(one, names, entities, name)]),
  );
}

/** Names in paths and expressions, not in texts that these quote, nor as a part of an id. */
function inText(text: string, names: ReadonlyMap<string, string>): string {
  if (/^\w+(?:-\w+)+$/.test(text)) return text;
  return text
    .split(/("[^"]*"|'[^']*')/)
    .map((part, at) => (at % 2 === 1 ? part : part.replace(WORD, (word) => names.get(word) ?? word)))
    .join('');
}

/** Labels stand under `<document>#<path>`. */
function localeWith(
  body: JsonObject,
  id: (document: string) => string,
  namesIn: (document: string) => ReadonlyMap<string, string>,
): JsonObject {
  const texts = body['texts'];
  if (!isObject(texts)) return body;
  const said = Object.entries(texts).map(([label, text = null]): [string, Json] => {
    const [document = '', ...path] = label.split('#');
    const steps = path.join('#').split('/');
    const names = namesIn(document);
    return [[id(document), steps.map((step) => names.get(step) ?? step).join('/')].join('#'), text];
  });
  return { ...body, texts: Object.fromEntries(said) };
}

function isGone(id: string, before: Documents, after: Documents): boolean {
  return before.has(id) && !after.has(id);
}

function entityNamed(id: string): string | undefined {
  return /^([^/]+)\/entity$/.exec(id)?.[1];
}

function wasOf(keyword: Json | undefined): string | undefined {
  const was = isObject(keyword) ? own(keyword, 'was') : undefined;
  return typeof was === 'string' ? was : undefined;
}

function propertiesOf(body: JsonObject | undefined): JsonObject {
  const properties = body?.['properties'];
  return isObject(properties) ? properties : {};
}
