// Entities as they are made, changed and deleted through EntityDefinitions, and their alternate keys.
import type { Entity } from '../../../core/model/model.ts';
import { sameJson } from '../../../core/model/canonical.ts';
import type { FieldType, Json, JsonObject } from '../../../core/sdk/index.ts';
import type { Definition, Row } from './definition.ts';
import {
  dropTexts,
  flagAt,
  isObject,
  isOwn,
  mainText,
  objectAt,
  ownDocument,
  problem,
  putDocument,
  putTexts,
  readLabel,
  refuseUnknown,
  schemaNameAt,
  settingAt,
  shown,
  type Draft,
} from './draft.ts';
import { newProperty, type KnownNames } from './write-attribute.ts';

/** English plurals, as Dataverse makes set names: `new_loyalties`. */
export function pluralOf(name: string): string {
  if (/[^aeiou]y$/.test(name)) return `${name.slice(0, -1)}ies`;
  return /(?:s|x|z|ch|sh)$/.test(name) ? `${name}es` : `${name}s`;
}

const ACTIVITY = 'activitypointer';

/** Returns the logical name. */
export function createEntity(
  draft: Draft,
  types: readonly FieldType[],
  sent: Row,
  knownOfEntity: ReadonlySet<string>,
  known: KnownNames,
): string | undefined {
  refuseUnknown(draft, sent, new Set([...knownOfEntity, 'PrimaryAttribute']));
  const named = schemaNameAt(draft, sent);
  const texts = readLabel(draft, sent['DisplayName'], 'DisplayName');
  if (!texts) problem(draft, 'DEFINITION_LABEL', 'DisplayName', 'DisplayName is needed: a label.');
  const plural = readLabel(draft, sent['DisplayCollectionName'], 'DisplayCollectionName') ?? texts;
  const description = readLabel(draft, sent['Description'], 'Description');
  const ownership = sent['OwnershipType'] ?? 'UserOwned';
  if (ownership !== 'UserOwned' && ownership !== 'OrganizationOwned')
    problem(draft, 'DEFINITION_FACET', 'OwnershipType', 'OwnershipType is UserOwned or OrganizationOwned.');
  const isActivity = flagAt(draft, sent, 'IsActivity') === true;
  const audit = flagAt(draft, sent, 'IsAuditEnabled');
  const activities = [flagAt(draft, sent, 'HasActivities'), flagAt(draft, sent, 'HasNotes')].includes(true);
  if (!named || !texts || !plural) return undefined;
  const { name, spelled } = named;
  if (draft.model.entities.has(name))
    problem(draft, 'DEFINITION_TAKEN', 'SchemaName', `There is an entity ${name} already.`);
  const id = `${name}/entity`;
  const fields = isActivity
    ? activityFields(draft, types, name, sent, known)
    : ownFields(draft, types, name, sent, known);
  putTexts(draft, id, 'title', texts, true);
  putTexts(draft, id, 'plural', plural, true);
  if (description) putTexts(draft, id, 'description', description, true);
  const set = sent['EntitySetName'] ?? sent['LogicalCollectionName'];
  draft.documents.set(id, {
    title: mainText(texts),
    ...(description && { description: mainText(description) }),
    type: 'object',
    entity: {
      ...spelled,
      set: typeof set === 'string' && set !== '' ? set.toLowerCase() : pluralOf(name),
      plural: mainText(plural),
      ownership: ownership === 'OrganizationOwned' ? 'organization' : 'user',
      ...(fields.primary !== undefined && { primary: fields.primary, search: [fields.primary] }),
      ...(activities && { activities: true }),
      ...(audit === false && { audit: false }),
      ...(isActivity && { extends: ACTIVITY }),
    },
    properties: fields.properties,
    ...(fields.required.length > 0 && { required: fields.required }),
  });
  return name;
}

interface NewFields {
  readonly primary: string | undefined;
  readonly properties: JsonObject;
  readonly required: readonly string[];
}

function attributesSent(draft: Draft, sent: Row): readonly (readonly [Row, string])[] {
  const list = sent['Attributes'];
  if (list === undefined || list === null) return [];
  if (!Array.isArray(list) || !list.every(isObject)) {
    problem(draft, 'DEFINITION_FACET', 'Attributes', 'Attributes is a list of attribute definitions.');
    return [];
  }
  return (list as readonly JsonObject[]).map((one, index) => [one, `Attributes/${index}/`]);
}

/** The fields that come with it; without one for the name, `<prefix>_name` is made. */
function ownFields(draft: Draft, types: readonly FieldType[], name: string, sent: Row, known: KnownNames): NewFields {
  const properties: Record<string, Json> = {};
  const required: string[] = [];
  let primary: string | undefined;
  for (const [attribute, at] of attributesSent(draft, sent)) {
    const made = newProperty(draft, types, name, attribute, known, at);
    if (!made) continue;
    if (Object.hasOwn(properties, made.name))
      problem(draft, 'DEFINITION_TAKEN', `${at}SchemaName`, `The field ${made.name} stands twice.`);
    properties[made.name] = made.property;
    if (made.required) required.push(made.name);
    const isPrimary = attribute['IsPrimaryName'] === true || sent['PrimaryNameAttribute'] === made.name;
    if (!isPrimary) continue;
    if (made.property['type'] !== 'string')
      problem(draft, 'DEFINITION_FACET', `${at}IsPrimaryName`, 'The field that names a row is a text.');
    primary = made.name;
  }
  if (primary === undefined) {
    primary = `${name.slice(0, name.indexOf('_'))}_name`;
    properties[primary] ??= { title: 'Name', type: 'string', maxLength: 100, field: { type: 'text' } };
  }
  return { primary, properties, required };
}

/** An activity has its subject from all activities. */
function activityFields(
  draft: Draft,
  types: readonly FieldType[],
  name: string,
  sent: Row,
  known: KnownNames,
): NewFields {
  const properties: Record<string, Json> = {};
  const required: string[] = [];
  for (const [attribute, at] of attributesSent(draft, sent)) {
    if (attribute['IsPrimaryName'] === true) continue;
    const made = newProperty(draft, types, name, attribute, known, at);
    if (!made) continue;
    properties[made.name] = made.property;
    if (made.required) required.push(made.name);
  }
  return { primary: undefined, properties, required };
}

/** What is not sent stays. */
export function updateEntity(
  draft: Draft,
  entity: Entity,
  { properties: now }: Definition,
  sent: Row,
  known: ReadonlySet<string>,
  merge: boolean,
): void {
  refuseUnknown(draft, sent, known);
  for (const fixed of [
    'LogicalName',
    'SchemaName',
    'EntitySetName',
    'OwnershipType',
    'IsActivity',
    'PrimaryNameAttribute',
  ]) {
    const value = sent[fixed];
    if (value === undefined || value === null || sameJson(value as Json, now[fixed] as Json)) continue;
    problem(draft, 'DEFINITION_FIXED', fixed, `${fixed} of ${entity.name} is ${String(now[fixed])} and stays so.`);
  }
  const id = `${entity.name}/entity`;
  let body = ownDocument(draft, id);
  const keyword = (key: string, value: Json): void => {
    body = { ...body, entity: { ...objectAt(body, 'entity'), [key]: value } };
  };
  const title = readLabel(draft, sent['DisplayName'], 'DisplayName');
  if (title) {
    putTexts(draft, id, 'title', title, merge);
    if (mainText(title) !== entity.title) body = { ...body, title: mainText(title) };
  }
  const plural = readLabel(draft, sent['DisplayCollectionName'], 'DisplayCollectionName');
  if (plural) {
    putTexts(draft, id, 'plural', plural, merge);
    if (mainText(plural) !== entity.plural) keyword('plural', mainText(plural));
  }
  const description = readLabel(draft, sent['Description'], 'Description');
  if (description) {
    putTexts(draft, id, 'description', description, merge);
    if (mainText(description) !== entity.schema['description']) body = { ...body, description: mainText(description) };
  }
  const audit = flagAt(draft, sent, 'IsAuditEnabled');
  if (audit !== undefined && audit !== entity.audit) keyword('audit', audit);
  const activities = flagAt(draft, sent, 'HasActivities');
  if (activities !== undefined && activities !== settingAt(now, 'HasActivities')) keyword('activities', activities);
  putDocument(draft, id, body);
}

export function removeEntity(draft: Draft, entity: Entity): void {
  if (!isOwn(draft, `${entity.name}/entity`)) {
    problem(draft, 'DEFINITION_BELOW', entity.name, `${entity.name} was not made by the organization; it stays.`);
    return;
  }
  if ([...entity.fields.values()].some(({ secured }) => secured)) draft.needs.add('manage-users');
  // Deleting while walking leaves nothing out.
  for (const [id, body] of draft.documents) {
    const sides = [objectAt(body, 'first')['entity'], objectAt(body, 'second')['entity']];
    if (id.startsWith(`${entity.name}/`) || (id.startsWith('relations/') && sides.includes(entity.name))) {
      draft.documents.delete(id);
      dropTexts(draft, (key) => key.startsWith(`${id}#`));
    }
  }
}

/** An alternate key: fields that together are unique. Returns its name. */
export function createKey(draft: Draft, entity: Entity, sent: Row): string | undefined {
  const named = schemaNameAt(draft, sent);
  const fields = sent['KeyAttributes'];
  if (!Array.isArray(fields) || fields.length === 0)
    problem(draft, 'DEFINITION_FACET', 'KeyAttributes', 'KeyAttributes is a list of logical names.');
  if (!named || !Array.isArray(fields)) return undefined;
  if (entity.keys.some(({ name }) => name === named.name))
    problem(draft, 'DEFINITION_TAKEN', 'SchemaName', `${entity.name} has a key ${named.name} already.`);
  const id = `${entity.name}/entity`;
  const body = ownDocument(draft, id);
  const keyword = objectAt(body, 'entity');
  const keys = { ...objectAt(keyword, 'keys'), [named.name]: fields.map((field) => shown(field).toLowerCase()) };
  putDocument(draft, id, { ...body, entity: { ...keyword, keys } });
  return named.name;
}

export function removeKey(draft: Draft, entity: Entity, name: string): void {
  const id = `${entity.name}/entity`;
  const body = ownDocument(draft, id);
  const keyword = objectAt(body, 'entity');
  const { [name]: gone, ...keys } = objectAt(keyword, 'keys');
  if (gone === undefined) {
    problem(draft, 'DEFINITION_BELOW', name, `The key ${name} was not made by the organization; it stays.`);
    return;
  }
  const { keys: _keys, ...others } = keyword;
  const said = Object.keys(keys).length === 0 ? others : { ...others, keys };
  const { entity: _entity, ...rest } = body;
  putDocument(draft, id, Object.keys(said).length === 0 ? rest : { ...rest, entity: said });
}
