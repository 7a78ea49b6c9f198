// Quick find: a view of the kind `quick-find` says which fields of its entity are searched, and in which order they are shown.
// Its text columns take the place of the entity document's `search`, in lists, lookups, the search box and the indexes alike.
import type { JsonObject } from '../sdk/index.ts';
import { isArray, isObject, memberId } from './pointer.ts';
import type { ProblemList } from './problem-list.ts';

/** The documents with the search fields of entities as their quick-find views say. */
export function withQuickFind(
  documents: ReadonlyMap<string, JsonObject>,
  problems: ProblemList,
): ReadonlyMap<string, JsonObject> {
  const found = new Map<string, string>();
  const changed = new Map(documents);
  for (const [id, view] of documents) {
    const [name = '', folder] = id.split('/');
    const entity = documents.get(`${name}/entity`);
    if (folder !== 'views' || view['kind'] !== 'quick-find' || !entity || !isObject(entity['entity'])) continue;
    const other = found.get(name);
    if (other !== undefined) {
      problems.add('VIEW_INVALID', id, '/kind', `${other} is already the quick-find view of ${name}; keep one of them`);
      continue;
    }
    found.set(name, id);
    const columns = isArray(view['columns']) ? view['columns'] : [];
    // Paths over lookups are shown, not searched: no index finds rows by them.
    const search = columns
      .map((column) => memberId('columns', column) ?? '')
      .filter((path) => /^[a-z][a-z0-9_]*$/.test(path));
    changed.set(`${name}/entity`, { ...entity, entity: { ...entity['entity'], search } });
  }
  return changed;
}
