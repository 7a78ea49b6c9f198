// Puts beneath each entity what it gets without saying so: the traits it has by nature, by ownership, by state and by its
// field types, and the fields of the union it extends. The result is the effective entity, still a document.
import type { FieldType, Json, JsonObject } from '../sdk/index.ts';
import { isArray, isObject } from './pointer.ts';
import type { ProblemList } from './problem-list.ts';
import { suggest } from './suggest.ts';

export interface EffectiveEntity {
  readonly name: string;
  /** `account/entity`. */
  readonly id: string;
  /** The effective document. */
  readonly document: JsonObject;
  /** The content of the `entity` keyword, with what a union gives its members. */
  readonly keyword: JsonObject;
  readonly set: string;
  readonly key: string;
  /** Per field the documents that say something about it, nearest first: `task/entity`, `traits/record`. */
  readonly origins: ReadonlyMap<string, readonly string[]>;
}

/** What a member takes over from its union where it says nothing itself. */
const inherited = ['key', 'ownership', 'primary', 'status', 'stateless', 'audit'];

export function effectiveEntities(
  documents: ReadonlyMap<string, JsonObject>,
  fieldTypes: ReadonlyMap<string, FieldType>,
  problems: ProblemList,
): ReadonlyMap<string, EffectiveEntity> {
  const entities = new Map<string, EffectiveEntity>();
  const names = [...documents.keys()]
    .filter((id) => id.endsWith('/entity'))
    .map((id) => id.slice(0, -'/entity'.length));
  for (const name of names) {
    const effective = effectiveEntity(name, names, documents, fieldTypes, problems);
    if (effective) entities.set(name, effective);
  }
  return entities;
}

/** The entity keyword of a document; empty where the document is malformed, which its schema has reported. */
export function entityKeyword(document: JsonObject | undefined): JsonObject {
  const keyword = document?.['entity'];
  return isObject(keyword) ? keyword : {};
}

export function propertiesOf(document: JsonObject | undefined): Readonly<Record<string, JsonObject>> {
  const properties = document?.['properties'];
  return isObject(properties) ? (properties as Readonly<Record<string, JsonObject>>) : {};
}

function effectiveEntity(
  name: string,
  names: readonly string[],
  documents: ReadonlyMap<string, JsonObject>,
  fieldTypes: ReadonlyMap<string, FieldType>,
  problems: ProblemList,
): EffectiveEntity | undefined {
  const id = `${name}/entity`;
  const own = documents.get(id);
  if (!own) return undefined;
  const ownKeyword = entityKeyword(own);
  const unionName = ownKeyword['extends'];
  const union = typeof unionName === 'string' ? documents.get(`${unionName}/entity`) : undefined;
  if (typeof unionName === 'string' && (!union || !entityKeyword(union)['union'])) {
    const unions = names.filter((other) => entityKeyword(documents.get(`${other}/entity`))['union']);
    problems.add(
      'ENTITY_UNKNOWN',
      id,
      '/entity/extends',
      union
        ? `"${unionName}" is not a union; only entities with "union" can be extended${suggest(unionName, unions)}`
        : `there is no entity "${unionName}"${suggest(unionName, unions)}`,
    );
  }
  const unionKeyword = entityKeyword(union);
  const keyword: JsonObject = {
    ...Object.fromEntries(
      inherited.filter((key) => unionKeyword[key] !== undefined).map((key) => [key, unionKeyword[key]]),
    ),
    ...ownKeyword,
  };
  const set = typeof keyword['set'] === 'string' ? keyword['set'] : `${name}s`;
  const key =
    typeof keyword['key'] === 'string'
      ? keyword['key']
      : `${union && typeof unionName === 'string' ? unionName : name}id`;

  const sources: { readonly id: string; readonly document: JsonObject }[] = [{ id, document: own }];
  const discriminator = isObject(unionKeyword['union']) ? unionKeyword['union']['discriminator'] : undefined;
  if (union && typeof unionName === 'string')
    sources.push({ id: `${unionName}/entity`, document: withoutProperty(union, discriminator) });

  const traits = new Set(['record']);
  if ((keyword['ownership'] ?? 'user') === 'user') traits.add('user-owned');
  if (keyword['stateless'] !== true) traits.add('stateful');
  if (isMergeable(keyword)) traits.add('mergeable');
  for (const source of sources) traitsAskedFor(source.document, fieldTypes, traits);
  for (const trait of traits) {
    // A trait's own fields may ask for further traits; the set grows while it is walked.
    const document = documents.get(`traits/${trait}`);
    if (!document) {
      problems.add(
        'TRAIT_UNKNOWN',
        id,
        '',
        `the entity needs the trait "${trait}", but no layer has traits/${trait}.json`,
      );
      continue;
    }
    sources.push({ id: `traits/${trait}`, document });
    traitsAskedFor(document, fieldTypes, traits);
  }

  const filled = sources.map((source) => ({
    id: source.id,
    document: fillNames(source.document, { entity: name, set, key }) as JsonObject,
  }));
  const properties = new Map<string, JsonObject>();
  const origins = new Map<string, string[]>();
  const required = new Set<string>();
  for (const source of filled) {
    for (const [field, property] of Object.entries(propertiesOf(source.document))) {
      const upper = properties.get(field);
      properties.set(field, upper ? beneath(upper, property) : property);
      origins.set(field, [...(origins.get(field) ?? []), source.id]);
    }
    for (const field of listOf(source.document['required'])) required.add(String(field));
  }
  const keyProperty = properties.get(key);
  if (!keyProperty) {
    problems.add(
      'ENTITY_INVALID',
      id,
      '/entity/key',
      `the key "${key}" is not a field of ${name}${suggest(key, properties.keys())}`,
    );
    return undefined;
  }
  const ordered = Object.fromEntries([[key, keyProperty], ...[...properties].filter(([field]) => field !== key)]);
  const { $schema: _schema, overlays: _overlays, ...rest } = own;
  const document: JsonObject = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    ...rest,
    type: 'object',
    entity: keyword,
    properties: ordered,
    required: [...required],
  };
  return { name, id, document, keyword, set, key, origins };
}

/** Its rows can be merged: the loser is put aside, so they need states. */
function isMergeable(keyword: JsonObject): boolean {
  return keyword['stateless'] !== true && keyword['merge'] !== false && keyword['union'] === undefined;
}

function traitsAskedFor(document: JsonObject, fieldTypes: ReadonlyMap<string, FieldType>, traits: Set<string>): void {
  for (const property of Object.values(propertiesOf(document))) {
    const options = property['field'];
    const type = isObject(options) ? fieldTypes.get(String(options['type'])) : undefined;
    for (const trait of type?.traits ?? []) traits.add(trait);
  }
}

/** What a property says over what is said beneath it, `field` joined the same way. */
function beneath(upper: JsonObject, lower: JsonObject): JsonObject {
  const joined = { ...lower, ...upper };
  return isObject(lower['field']) && isObject(upper['field'])
    ? { ...joined, field: { ...lower['field'], ...upper['field'] } }
    : joined;
}

function withoutProperty(document: JsonObject, name: Json | undefined): JsonObject {
  return {
    ...document,
    properties: Object.fromEntries(Object.entries(propertiesOf(document)).filter(([field]) => field !== name)),
    required: listOf(document['required']).filter((field) => field !== name),
  };
}

function listOf(value: Json | undefined): readonly Json[] {
  return isArray(value) ? value : [];
}

/** Puts the entity's names in the place of `{entity}`, `{set}` and `{key}`. */
function fillNames(value: Json, names: Readonly<Record<string, string>>): Json {
  if (typeof value === 'string') return fill(value, names);
  if (isArray(value)) return value.map((member) => fillNames(member, names));
  if (isObject(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => [
        fill(key, names),
        member === undefined ? member : fillNames(member, names),
      ]),
    );
  }
  return value;
}

function fill(text: string, names: Readonly<Record<string, string>>): string {
  return text.includes('{') ? text.replace(/\{(entity|set|key)\}/g, (_, name: string) => names[name] ?? '') : text;
}
