// Compiles effective entities: their fields, states, keys, indexes and the names they go by. Navigation comes afterwards,
// when all entities are known.
import type { FieldType, JsonObject } from '../sdk/index.ts';
import { deepFreeze } from './freeze.ts';
import type { FieldSurroundings } from './fields.ts';
import { compileFields } from './fields.ts';
import type { AlternateKey, Choice, Column, Entity, Field, Index } from './model.ts';
import { isArray, isObject } from './pointer.ts';
import type { ProblemList } from './problem-list.ts';
import { statusOf } from './status.ts';
import { suggest } from './suggest.ts';
import type { EffectiveEntity } from './traits.ts';
import { propertiesOf } from './traits.ts';

export interface EntitySurroundings {
  readonly fieldTypes: ReadonlyMap<string, FieldType>;
  readonly choices: ReadonlyMap<string, Choice>;
  readonly problems: ProblemList;
}

export function compileEntities(
  effective: ReadonlyMap<string, EffectiveEntity>,
  around: EntitySurroundings,
): ReadonlyMap<string, Entity> {
  const entities = new Map<string, Entity>();
  const sets = new Map<string, string>();
  for (const source of effective.values()) {
    const other = sets.get(source.set);
    if (other !== undefined) {
      around.problems.add(
        'SET_DEFINED_TWICE',
        source.id,
        '/entity/set',
        `the entity set "${source.set}" is already that of ${other}; give one of them another "set"`,
      );
    }
    sets.set(source.set, source.name);
    const entity = compileEntity(source, effective, { ...around, entities: effective });
    if (entity) entities.set(entity.name, entity);
  }
  return entities;
}

function compileEntity(
  source: EffectiveEntity,
  effective: ReadonlyMap<string, EffectiveEntity>,
  around: FieldSurroundings,
): Entity | undefined {
  const { keyword, document, name } = source;
  const { problems } = around;
  const status = statusOf(source, problems);
  const fields = compileFields(source, status, around);
  const checkName = (field: string, idPath: string): boolean => {
    // A field that is there but unsound has been reported already.
    if (fields.has(field) || Object.hasOwn(propertiesOf(document), field)) return true;
    problems.add('FIELD_UNKNOWN', source.id, idPath, `${name} has no field "${field}"${suggest(field, fields.keys())}`);
    return false;
  };
  (isArray(document['required']) ? document['required'] : []).forEach((field, index) =>
    checkName(String(field), `/required/${index}`),
  );
  for (const { state, readonly } of status ?? []) {
    readonly?.except.forEach((field, index) => checkName(field, `/entity/status/${state}/except/${index}`));
  }
  const search = (isArray(keyword['search']) ? keyword['search'] : []).map(String);
  search.forEach((field, index) => checkName(field, `/entity/search/${index}`));

  const key = fields.get(source.key);
  const primaryName =
    typeof keyword['primary'] === 'string' ? keyword['primary'] : fields.has('name') ? 'name' : source.key;
  checkName(primaryName, '/entity/primary');
  const primary = fields.get(primaryName) ?? key;
  if (!key || !primary) return undefined;

  const title = typeof document['title'] === 'string' ? document['title'] : name;
  return {
    name,
    set: source.set,
    title,
    plural: typeof keyword['plural'] === 'string' ? keyword['plural'] : title,
    icon: typeof keyword['icon'] === 'string' ? keyword['icon'] : undefined,
    ownership: keyword['ownership'] === 'organization' ? 'organization' : 'user',
    union: unionOf(source, effective, checkName),
    single: keyword['single'] === true,
    through: throughOf(keyword, fields, checkName),
    key,
    primary,
    fields,
    wire: wireNames(source, fields, problems),
    navigation: new Map(),
    keys: keysOf(keyword, checkName),
    indexes: withSearchIndexes(indexesOf(keyword, checkName), search, fields),
    status,
    audit: keyword['audit'] !== false,
    ...(typeof keyword['was'] === 'string' ? { was: keyword['was'] } : {}),
    search: search.filter((field) => fields.has(field)),
    schema: deepFreeze(document),
    base: typeof keyword['extends'] === 'string' ? keyword['extends'] : undefined,
  };
}

type CheckName = (field: string, idPath: string) => boolean;

function throughOf(keyword: JsonObject, fields: ReadonlyMap<string, Field>, checkName: CheckName): Field | undefined {
  const { through } = keyword;
  return typeof through === 'string' && checkName(through, '/entity/through') ? fields.get(through) : undefined;
}

function unionOf(
  source: EffectiveEntity,
  effective: ReadonlyMap<string, EffectiveEntity>,
  checkName: CheckName,
): Entity['union'] {
  const { union } = source.keyword;
  if (!isObject(union)) return undefined;
  const discriminator = String(union['discriminator']);
  checkName(discriminator, '/entity/union/discriminator');
  const members = [...effective.values()]
    .filter((entity) => entity.keyword['extends'] === source.name)
    .map((entity) => entity.name);
  return { members, discriminator };
}

function keysOf(keyword: JsonObject, checkName: CheckName): readonly AlternateKey[] {
  const keys = isObject(keyword['keys']) ? keyword['keys'] : {};
  return Object.entries(keys).map(([name, said]) => {
    const fields = (isArray(said) ? said : []).map(String);
    fields.forEach((field, index) => checkName(field, `/entity/keys/${name}/${index}`));
    return { name, fields };
  });
}

function indexesOf(keyword: JsonObject, checkName: CheckName): readonly Index[] {
  const indexes = isObject(keyword['indexes']) ? keyword['indexes'] : {};
  return Object.entries(indexes).map(([name, said]) => {
    const index = isObject(said) ? said : {};
    const fields = (isArray(index['fields']) ? index['fields'] : []).map(String);
    fields.forEach((field, position) => checkName(field, `/entity/indexes/${name}/fields/${position}`));
    const { kind } = index;
    return { name, fields, kind: kind === 'trigram' || kind === 'equal' ? kind : 'btree' };
  });
}

/** Quick search looks for a part of a text, which only a trigram index finds without reading every row. */
function withSearchIndexes(
  declared: readonly Index[],
  search: readonly string[],
  fields: ReadonlyMap<string, Field>,
): readonly Index[] {
  const covered = new Set(declared.filter((index) => index.kind === 'trigram').flatMap((index) => index.fields));
  const wanted = search.filter((name) => !covered.has(name) && fields.get(name)?.columns[0]?.type === 'text');
  return [...declared, ...wanted.map((name): Index => ({ name: `search_${name}`, fields: [name], kind: 'trigram' }))];
}

function wireNames(
  source: EffectiveEntity,
  fields: ReadonlyMap<string, Field>,
  problems: ProblemList,
): ReadonlyMap<string, Column> {
  const wire = new Map<string, Column>();
  const columns = new Map<string, string>();
  for (const field of fields.values()) {
    for (const column of field.columns) {
      const other = columns.get(column.name) ?? wire.get(column.wire)?.field;
      if (other !== undefined) {
        problems.add(
          'FIELD_INVALID',
          source.id,
          `/properties/${field.name}`,
          `the field needs the column "${column.name}", which the field "${other}" already has; rename one of them`,
        );
      }
      columns.set(column.name, field.name);
      wire.set(column.wire, column);
    }
  }
  return wire;
}
