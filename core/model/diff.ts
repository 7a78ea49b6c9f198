// What differs between two models, in a stable order: the planner turns it into steps, the studio shows it. Entities are
// compared by what they come to (traits included), everything else by its document.
import type { Json, JsonObject } from '../sdk/index.ts';
import { sameJson } from './canonical.ts';
import { placementOf } from './document-kind.ts';
import type { Entity, Field, Model } from './model.ts';
import { escapeStep, isArray, isObject, memberIds, own } from './pointer.ts';

export type DifferenceKind = 'added' | 'removed' | 'changed' | 'renamed';

/** `entity`, `field`, `key`, `index`, or the kind of a document: `choice`, `relation` (many-to-many), `form`, `view` … */
export type DifferenceSubject = string;

export interface Difference {
  readonly kind: DifferenceKind;
  readonly subject: DifferenceSubject;
  /** For fields, keys and indexes: the entity, by its new name. */
  readonly entity?: string;
  /** Logical name, or the document's id for documents. */
  readonly name: string;
  /** `renamed`: the former name, which the document says in `was`. */
  readonly was?: string;
  /** `changed`: each property by id path, with its old and new value; undefined where it was or is absent. */
  readonly changes?: readonly Change[];
}

export interface Change {
  readonly path: string;
  readonly old: Json | undefined;
  readonly new: Json | undefined;
}

export function diff(a: Model, b: Model): readonly Difference[] {
  if (a === b || a.version === b.version) return [];
  return [...diffEntities(a, b), ...diffDocuments(a, b)];
}

function diffEntities(a: Model, b: Model): readonly Difference[] {
  const former = formerNames(a.entities, b.entities, (entity) => wasOf(entity.schema['entity']));
  const differences: Difference[] = [];
  for (const entity of b.entities.values()) {
    const was = former.get(entity.name);
    const old = a.entities.get(was ?? entity.name);
    if (!old) {
      differences.push({ kind: 'added', subject: 'entity', name: entity.name });
      continue;
    }
    if (was !== undefined) differences.push({ kind: 'renamed', subject: 'entity', name: entity.name, was });
    const changes = jsonChanges(entityFacts(old), entityFacts(entity));
    if (changes.length > 0) differences.push({ kind: 'changed', subject: 'entity', name: entity.name, changes });
    differences.push(
      ...diffFields(old, entity),
      ...diffNamed('key', entity.name, old.keys, entity.keys),
      ...diffNamed('index', entity.name, old.indexes, entity.indexes),
    );
  }
  const kept = new Set(former.values());
  for (const name of a.entities.keys()) {
    if (!b.entities.has(name) && !kept.has(name)) differences.push({ kind: 'removed', subject: 'entity', name });
  }
  return sorted(differences);
}

function diffFields(old: Entity, entity: Entity): readonly Difference[] {
  const former = formerNames(old.fields, entity.fields, (field) => wasOf(field.spec.options));
  const differences: Difference[] = [];
  for (const field of entity.fields.values()) {
    const was = former.get(field.name);
    const before = old.fields.get(was ?? field.name);
    if (!before) {
      differences.push({ kind: 'added', subject: 'field', entity: entity.name, name: field.name });
      continue;
    }
    if (was !== undefined)
      differences.push({ kind: 'renamed', subject: 'field', entity: entity.name, name: field.name, was });
    const changes = jsonChanges(fieldFacts(before, was !== undefined), fieldFacts(field, was !== undefined));
    if (changes.length > 0)
      differences.push({ kind: 'changed', subject: 'field', entity: entity.name, name: field.name, changes });
  }
  const kept = new Set(former.values());
  for (const name of old.fields.keys()) {
    if (!entity.fields.has(name) && !kept.has(name))
      differences.push({ kind: 'removed', subject: 'field', entity: entity.name, name });
  }
  return differences;
}

/** New name → former name, where the new one says so, is new, and the former one is gone. */
function formerNames<T>(
  old: ReadonlyMap<string, T>,
  now: ReadonlyMap<string, T>,
  wasOf: (value: T) => string | undefined,
): ReadonlyMap<string, string> {
  const former = new Map<string, string>();
  for (const [name, value] of now) {
    const was = wasOf(value);
    if (was !== undefined && !old.has(name) && old.has(was) && !now.has(was)) former.set(name, was);
  }
  return former;
}

function wasOf(keyword: Json | undefined): string | undefined {
  return isObject(keyword) && typeof keyword['was'] === 'string' ? keyword['was'] : undefined;
}

function entityFacts(entity: Entity): JsonObject {
  const {
    properties: _properties,
    required: _required,
    $schema: _schema,
    entity: keyword,
    ...document
  } = entity.schema;
  const { keys: _keys, indexes: _indexes, was: _was, ...facts } = isObject(keyword) ? keyword : {};
  const fields = [...entity.fields.keys()];
  return { ...document, ...facts, set: entity.set, key: entity.key.name, primary: entity.primary.name, order: fields };
}

function fieldFacts(field: Field, renamed: boolean): JsonObject {
  const { was: _was, ...options } = field.spec.options;
  const { reference, choices } = field;
  const columns = field.columns.map(({ suffix, type, quotient }) => ({
    id: suffix,
    type,
    ...(quotient ? { quotient } : {}),
  }));
  return {
    ...field.spec.schema,
    field: options,
    required: field.required,
    columns: columns as unknown as Json,
    ...(reference ? { reference: (renamed ? { ...reference, relation: '' } : reference) as unknown as Json } : {}),
    ...(choices ? { options: choices as unknown as Json } : {}),
  };
}

function diffNamed(
  subject: string,
  entity: string,
  old: readonly { readonly name: string }[],
  now: readonly { readonly name: string }[],
): readonly Difference[] {
  const before = new Map(old.map((value) => [value.name, value as unknown as JsonObject]));
  const after = new Map(now.map((value) => [value.name, value as unknown as JsonObject]));
  return diffMaps(subject, before, after, entity);
}

/** Documents that entities do not take up into themselves. */
function diffDocuments(a: Model, b: Model): readonly Difference[] {
  const before = documentsByKind(a);
  const after = documentsByKind(b);
  const kinds = [...new Set([...before.keys(), ...after.keys()])].sort();
  return kinds.flatMap((kind) => diffMaps(kind, before.get(kind) ?? new Map(), after.get(kind) ?? new Map()));
}

function documentsByKind(model: Model): ReadonlyMap<string, ReadonlyMap<string, JsonObject>> {
  const kinds = new Map<string, Map<string, JsonObject>>();
  for (const [id, document] of model.documents) {
    const placement = placementOf(id);
    if (!('kind' in placement) || placement.kind === 'entity' || placement.kind === 'trait') continue;
    const documents = kinds.get(placement.kind) ?? new Map<string, JsonObject>();
    kinds.set(placement.kind, documents.set(id, document));
  }
  return kinds;
}

function diffMaps(
  subject: string,
  old: ReadonlyMap<string, JsonObject>,
  now: ReadonlyMap<string, JsonObject>,
  entity?: string,
): readonly Difference[] {
  const of = entity === undefined ? {} : { entity };
  const names = [...new Set([...old.keys(), ...now.keys()])].sort();
  return names.flatMap((name): readonly Difference[] => {
    const before = old.get(name);
    const after = now.get(name);
    if (!before) return [{ kind: 'added', subject, ...of, name }];
    if (!after) return [{ kind: 'removed', subject, ...of, name }];
    const changes = jsonChanges(before, after);
    return changes.length === 0 ? [] : [{ kind: 'changed', subject, ...of, name, changes }];
  });
}

/**
 * Where two documents differ, by id path. Lists of members are compared member by member; that only their order differs is
 * one change of `<list>/order`.
 */
export function jsonChanges(old: Json | undefined, now: Json | undefined, path = '', name = ''): readonly Change[] {
  if (sameJson(old, now)) return [];
  if (isObject(old) && isObject(now)) {
    const keys = [...new Set([...Object.keys(old), ...Object.keys(now)])];
    const changes = keys.flatMap((key) => jsonChanges(own(old, key), own(now, key), `${path}/${escapeStep(key)}`, key));
    return changes.sort((a, b) => (a.path < b.path ? -1 : 1));
  }
  if (isArray(old) && isArray(now)) {
    const oldIds = memberIds(name, old);
    const newIds = memberIds(name, now);
    if (oldIds && newIds) return listChanges(old, now, oldIds, newIds, path, name);
  }
  return [{ path, old, new: now }];
}

function listChanges(
  old: readonly Json[],
  now: readonly Json[],
  oldIds: readonly string[],
  newIds: readonly string[],
  path: string,
  name: string,
): readonly Change[] {
  const ids = [...new Set([...oldIds, ...newIds])];
  const changes = ids.flatMap((id) =>
    jsonChanges(old[oldIds.indexOf(id)], now[newIds.indexOf(id)], `${path}/${escapeStep(id)}`, name),
  );
  const oldOrder = oldIds.filter((id) => newIds.includes(id));
  const newOrder = newIds.filter((id) => oldIds.includes(id));
  return sameJson(oldOrder, newOrder) ? changes : [...changes, { path: `${path}/order`, old: oldIds, new: newIds }];
}

const ranks = ['entity', 'field', 'key', 'index'];

function sorted(differences: readonly Difference[]): readonly Difference[] {
  const place = ({ subject, entity, name, kind }: Difference): string =>
    [entity ?? name, ranks.indexOf(subject), name, kind].join('\n');
  return differences.toSorted((a, b) => (place(a) < place(b) ? -1 : 1));
}
