// A field that a layer hides disappears from where it was shown: forms, view columns and orders, quick search. What depends
// on it in earnest (filters, keys, rules) stays and is reported, because leaving it out would change what it means.
import type { Json, JsonObject } from '../sdk/index.ts';
import { entityOf } from './document-kind.ts';
import { isSummary } from './is-summary.ts';
import { isArray, isObject } from './pointer.ts';

/** The document without what only showed a hidden field of its entity; the same object where there is nothing to leave out. */
export function pruneHidden(
  id: string,
  document: JsonObject,
  hiddenFields: ReadonlyMap<string, ReadonlySet<string>>,
): JsonObject {
  const hidden = hiddenFields.get(entityOf(id) ?? '');
  if (!hidden) return document;
  if (id.endsWith('/entity')) return pruneSearch(document, hidden);
  if (id.includes('/forms/')) return pruneForm(document, hidden);
  if (id.includes('/views/')) return pruneView(document, hidden);
  return document;
}

function pruneSearch(document: JsonObject, hidden: ReadonlySet<string>): JsonObject {
  const { entity } = document;
  if (!isObject(entity) || !isArray(entity['search'])) return document;
  return { ...document, entity: { ...entity, search: withoutNames(entity['search'], hidden) } };
}

function pruneForm(document: JsonObject, hidden: ReadonlySet<string>): JsonObject {
  const { header } = document;
  const pruned = pruneItems(document, hidden);
  return isArray(header) ? { ...pruned, header: withoutNames(header, hidden) } : pruned;
}

/** Fields stand in the `items` of sections, which stand in columns of tabs; a control keeps its place whatever its id. */
function pruneItems(node: JsonObject, hidden: ReadonlySet<string>): JsonObject {
  const entries = Object.entries(node).map(([key, value]): [string, Json | undefined] => {
    if (!isArray(value) || !['tabs', 'columns', 'sections', 'items'].includes(key)) return [key, value];
    const kept = key === 'items' ? value.filter((item) => !showsHidden(item, hidden)) : value;
    return [key, kept.map((member) => (isObject(member) ? pruneItems(member, hidden) : member))];
  });
  return Object.fromEntries(entries);
}

function showsHidden(item: Json, hidden: ReadonlySet<string>): boolean {
  return isObject(item) && item['control'] === undefined && hidden.has(String(item['id']));
}

function pruneView(document: JsonObject, hidden: ReadonlySet<string>): JsonObject {
  const keep = (list: Json | undefined): readonly Json[] =>
    (isArray(list) ? list : []).filter((member) => {
      const [first = ''] = isObject(member) ? String(member['id']).split('.') : [];
      return !hidden.has(first);
    });
  return {
    ...document,
    ...(document['columns'] === undefined ? {} : { columns: keep(document['columns']) }),
    // What a summary is sorted by are its own groups and measures.
    ...(document['sort'] === undefined || isSummary(document) ? {} : { sort: keep(document['sort']) }),
  };
}

function withoutNames(names: readonly Json[], hidden: ReadonlySet<string>): readonly Json[] {
  return names.filter((name) => !hidden.has(String(name)));
}
