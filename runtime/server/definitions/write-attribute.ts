// Fields as they are made, changed and deleted through EntityDefinitions(…)/Attributes. What a kind of attribute becomes the
// field type says itself; labels, options, whether it is required and who may see it are decided here.
import type { Entity, Field } from '../../../core/model/model.ts';
import { sameJson } from '../../../core/model/canonical.ts';
import type { FieldType, Json, JsonObject } from '../../../core/sdk/index.ts';
import type { Definition, Row } from './definition.ts';
import { kindOf } from './describe-attribute.ts';
import { metadataId } from '../../../core/model/metadata-id.ts';
import {
  dropTexts,
  flagAt,
  isObject,
  joined,
  mainText,
  objectAt,
  ownDocument,
  patchOf,
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
import { newOptions } from './write-options.ts';

/** What is known of attributes of a kind, to find misspelt names. */
export type KnownNames = (kind: string) => ReadonlySet<string>;

const KINDS_WITH_OPTIONS: ReadonlySet<string> = new Set(['Picklist', 'MultiSelectPicklist']);

/** `String` of `Microsoft.Dynamics.CRM.StringAttributeMetadata`, or of AttributeType. */
export function kindSent(sent: Row): string | undefined {
  const type = sent['@odata.type'];
  const named = typeof type === 'string' ? /(?:^|[.#])(\w*)AttributeMetadata$/.exec(type)?.[1] : undefined;
  if (named !== undefined && named !== '') return named;
  const code = sent['AttributeType'];
  return typeof code === 'string' && code !== 'Virtual' ? code : undefined;
}

/** The property of a new field; undefined where it cannot be made. `put` is told where it goes. */
export function newProperty(
  draft: Draft,
  types: Iterable<FieldType>,
  entity: string,
  sent: Row,
  known: KnownNames,
  at = '',
): { readonly name: string; readonly property: JsonObject; readonly required: boolean } | undefined {
  const target = (name: string): string => `${at}${name}`;
  const kind = kindSent(sent);
  const named = schemaNameAt(draft, sent, 'SchemaName', target('SchemaName'));
  if (kind === undefined) {
    const message = 'Say the kind, e.g. "@odata.type": "Microsoft.Dynamics.CRM.StringAttributeMetadata".';
    problem(draft, 'DEFINITION_KIND', target('@odata.type'), message);
    return undefined;
  }
  refuseUnknown(draft, sent, known(kind), at);
  if (kind === 'Lookup' || kind === 'Customer' || kind === 'Owner') {
    const message = 'A lookup is made with its relationship: POST RelationshipDefinitions with "Lookup".';
    problem(draft, 'DEFINITION_KIND', target('@odata.type'), message);
    return undefined;
  }
  const defined = define(types, kind, sent);
  if (!defined) {
    problem(draft, 'DEFINITION_KIND', target('@odata.type'), `A field of the kind ${kind} cannot be made.`);
    return undefined;
  }
  if ('problem' in defined) problem(draft, 'DEFINITION_FACET', target(defined.target), defined.problem);
  if ('problem' in defined || !named) return undefined;
  const { name, spelled } = named;
  const document = `${entity}/entity`;
  const options = KINDS_WITH_OPTIONS.has(kind) ? optionsSent(draft, sent, document, name, at) : {};
  const words = kind === 'Boolean' ? wordsSent(draft, sent, document, name, at) : {};
  const texts = readLabel(draft, sent['DisplayName'], target('DisplayName'));
  if (texts) putTexts(draft, document, `properties/${name}/title`, texts, true);
  const common = commonSent(draft, sent, document, name, true, at);
  const { field } = defined.property;
  return {
    name,
    required: common.required ?? false,
    property: {
      title: texts ? mainText(texts) : shown(sent['SchemaName']),
      ...defined.property,
      ...common.property,
      field: { ...(isObject(field) ? field : {}), ...spelled, ...options, ...words, ...common.field },
    },
  };
}

function define(
  types: Iterable<FieldType>,
  kind: string,
  facets: Row,
): ReturnType<NonNullable<NonNullable<FieldType['attribute']>['define']>> {
  for (const type of types) {
    const defined = type.attribute?.define?.({ kind, facets: facets as JsonObject });
    if (defined) return defined;
  }
  return undefined;
}

/** A shared choice, or options of the field's own. */
function optionsSent(draft: Draft, sent: Row, document: string, name: string, at: string): JsonObject {
  const { OptionSet: set } = sent;
  const bound = sent['GlobalOptionSet@odata.bind'];
  const shared =
    typeof bound === 'string'
      ? bound
      : isObject(set) && set['IsGlobal'] === true && typeof set['Name'] === 'string'
        ? `(Name='${set['Name']}')`
        : undefined;
  if (shared !== undefined) {
    const wanted = /\((?:Name=)?'?([^')]+)'?\)$/.exec(shared)?.[1]?.toLowerCase();
    const choice = [...draft.model.choices.keys()].find(
      (id) => id.toLowerCase() === wanted || metadataId(`choices/${id}`) === wanted,
    );
    if (choice !== undefined) return { choice };
    problem(
      draft,
      'DEFINITION_UNKNOWN',
      `${at}GlobalOptionSet@odata.bind`,
      `There is no choice ${shared.slice(0, 100)}.`,
    );
    return {};
  }
  const place = { document, field: name };
  const options = newOptions(draft, isObject(set) ? set['Options'] : undefined, place, `${at}OptionSet/Options`);
  if (options.length === 0)
    problem(
      draft,
      'DEFINITION_OPTIONS',
      `${at}OptionSet`,
      'Say the options, or bind GlobalOptionSet to a shared choice.',
    );
  return { options };
}

/** What true and false are called. */
function wordsSent(draft: Draft, sent: Row, document: string, name: string, at: string): JsonObject {
  const { OptionSet: set } = sent;
  if (!isObject(set)) return {};
  const words: Record<string, Json> = {};
  for (const [facet, key] of [
    ['TrueOption', 'yes'],
    ['FalseOption', 'no'],
  ] as const) {
    const option = set[facet];
    const texts = isObject(option) ? readLabel(draft, option['Label'], `${at}OptionSet/${facet}/Label`) : undefined;
    if (!texts) continue;
    putTexts(draft, document, `properties/${name}/${key}`, texts, true);
    words[key] = mainText(texts);
  }
  return words;
}

interface Common {
  readonly property: JsonObject;
  readonly field: JsonObject;
  readonly required: boolean | undefined;
}

/** What every kind has: description, requirement, default, audit, security. */
function commonSent(draft: Draft, sent: Row, document: string, name: string, merge: boolean, at = ''): Common {
  const property: Record<string, Json> = {};
  const field: Record<string, Json> = {};
  const description = readLabel(draft, sent['Description'], `${at}Description`);
  if (description) {
    property['description'] = mainText(description);
    putTexts(draft, document, `properties/${name}/description`, description, merge);
  }
  for (const facet of ['DefaultFormValue', 'DefaultValue']) {
    const value = sent[facet];
    if (value === undefined) continue;
    if (value === null || value === -1) property['default'] = null;
    else if (typeof value === 'number' || typeof value === 'boolean') property['default'] = value;
    else problem(draft, 'DEFINITION_FACET', `${at}${facet}`, `${facet} is the value of an option, or null.`);
  }
  const audit = flagAt(draft, sent, 'IsAuditEnabled');
  if (audit !== undefined) field['audit'] = audit;
  const secured = flagAt(draft, sent, 'IsSecured');
  if (secured !== undefined) {
    field['secured'] = secured;
    // Who may see a field is a matter of people's rights.
    if (at === '' && draft.model.entities.get(document.slice(0, -'/entity'.length))?.fields.has(name))
      draft.needs.add('manage-users');
  }
  const level = settingAt(sent, 'RequiredLevel');
  if (level === undefined || level === null) return { property, field, required: undefined };
  if (!['None', 'Recommended', 'ApplicationRequired', 'SystemRequired'].includes(shown(level)))
    problem(
      draft,
      'DEFINITION_FACET',
      `${at}RequiredLevel`,
      'RequiredLevel is None, Recommended or ApplicationRequired.',
    );
  if (level === 'Recommended') field['recommended'] = true;
  return { property, field, required: level === 'ApplicationRequired' || level === 'SystemRequired' };
}

export function createAttribute(
  draft: Draft,
  types: Iterable<FieldType>,
  entity: Entity,
  sent: Row,
  known: KnownNames,
): string | undefined {
  if (entity.union) {
    problem(
      draft,
      'DEFINITION_UNION',
      entity.name,
      `${entity.name} only shows what its members share; add the field to one of them.`,
    );
  }
  const made = newProperty(draft, types, entity.name, sent, known);
  if (!made) return undefined;
  if (entity.fields.has(made.name) || entity.wire.has(made.name))
    problem(draft, 'DEFINITION_TAKEN', 'SchemaName', `${entity.name} has a field ${made.name} already.`);
  addProperty(draft, entity.name, made);
  return made.name;
}

export function addProperty(
  draft: Draft,
  entity: string,
  { name, property, required }: { readonly name: string; readonly property: JsonObject; readonly required: boolean },
): void {
  const id = `${entity}/entity`;
  const body = ownDocument(draft, id);
  const withField = { ...body, properties: { ...objectAt(body, 'properties'), [name]: tidy(property) } };
  putDocument(draft, id, required ? { ...withField, required: [...listAt(body, 'required'), name] } : withField);
}

/** What says no more than its absence does is left out of a new property. */
function tidy(property: JsonObject): JsonObject {
  const usual: JsonObject = { audit: true, secured: false, format: 'plain', behavior: 'user-local' };
  const field = Object.fromEntries(
    Object.entries(objectAt(property, 'field')).filter(([key, value]) => {
      if (key === 'format' && value === 'date-time') return false;
      return !Object.hasOwn(usual, key) || usual[key] !== value;
    }),
  );
  const kept = Object.entries(property).filter(([key, value]) => key !== 'default' || value !== null);
  return { ...Object.fromEntries(kept), field };
}

function listAt(body: JsonObject, name: string): readonly Json[] {
  const list = body[name];
  return Array.isArray(list) ? (list as readonly Json[]) : [];
}

/** Is the field the organization's own, or does it come from below, from a trait or a union? */
function isOwnField(draft: Draft, entity: Entity, field: Field): boolean {
  const below = objectAt(draft.below.get(`${entity.name}/entity`), 'properties');
  const own = objectAt(draft.documents.get(`${entity.name}/entity`), 'properties');
  return Object.hasOwn(own, field.name) && !Object.hasOwn(below, field.name) && !isInherited(field);
}

function isInherited(field: Field): boolean {
  return field.origins.some((origin) => origin !== `${field.entity}/entity`);
}

/** `definition`: what it is now. What is not sent stays. */
export function updateAttribute(
  draft: Draft,
  types: readonly FieldType[],
  entity: Entity,
  definition: Definition,
  sent: Row,
  known: KnownNames,
  merge: boolean,
): void {
  const field = entity.fields.get(definition.name);
  if (!field) {
    problem(draft, 'DEFINITION_FIXED', definition.name, `${definition.name} follows from another field; change that.`);
    return;
  }
  const { kind } = kindOf(field);
  const asked = kindSent(sent);
  if (asked !== undefined && asked !== kind && asked !== kindOf(field).code) {
    const message = `${field.name} is of the kind ${kind}; a kind cannot be changed to ${asked}.`;
    problem(draft, 'DEFINITION_KIND', '@odata.type', message);
    return;
  }
  refuseUnknown(draft, sent, known(kind));
  const document = `${entity.name}/entity`;
  const { schema } = field.spec;
  const changed = changedFacets(draft, types, field, kind, definition, sent);
  const common = commonSent(draft, changedOnly(sent, definition), document, field.name, merge);
  const texts = readLabel(draft, sent['DisplayName'], 'DisplayName');
  if (texts) putTexts(draft, document, `properties/${field.name}/title`, texts, merge);
  const words = kind === 'Boolean' ? wordsSent(draft, sent, document, field.name, '') : {};
  const level = settingAt(sent, 'RequiredLevel');
  const recommended = level === undefined ? {} : { recommended: level === 'Recommended' };
  const wanted: JsonObject = {
    ...changed.property,
    ...(texts && mainText(texts) !== field.title && { title: mainText(texts) }),
    ...common.property,
    field: { ...changed.field, ...words, ...common.field, ...recommended },
  };
  putProperty(draft, entity, field, schema, wanted);
  if (common.required !== undefined && common.required !== field.required)
    putRequired(draft, entity, field, common.required);
}

/** Settings that are sent as they are change nothing. */
function changedOnly(sent: Row, { properties }: Definition): Row {
  return Object.fromEntries(
    Object.entries(sent).filter(([name]) => {
      const now = settingAt(properties, name);
      return now === undefined || !sameJson(now as Json, settingAt(sent, name) as Json);
    }),
  );
}

/** What the kind's facets change of the property: the difference between what they say now and what was sent. */
function changedFacets(
  draft: Draft,
  types: readonly FieldType[],
  field: Field,
  kind: string,
  { properties }: Definition,
  sent: Row,
): { readonly property: JsonObject; readonly field: JsonObject } {
  const now = define(types, kind, properties);
  const { FormatName: _format, ...rest } = properties;
  const base = 'Format' in sent && !('FormatName' in sent) ? rest : properties;
  const then = define(types, kind, { ...base, ...sent });
  if (then && 'problem' in then) problem(draft, 'DEFINITION_FACET', then.target, then.problem);
  if (!now || !then || 'problem' in now || 'problem' in then) return { property: {}, field: {} };
  const [was, is] = [objectAt(now.property, 'field'), objectAt(then.property, 'field')];
  if (is['type'] !== was['type']) {
    const message = `${field.name} is stored as ${String(was['type'])} and cannot become ${String(is['type'])}.`;
    problem(draft, 'DEFINITION_KIND', 'Format', message);
    return { property: {}, field: {} };
  }
  const { field: _field, ...changed } = patchOf(now.property, then.property) ?? {};
  return { property: changed, field: patchOf(was, is) ?? {} };
}

/** Lays `wanted` over the field, in the organization's own document or as an overlay of what is below. */
export function putProperty(draft: Draft, entity: Entity, field: Field, now: JsonObject, wanted: JsonObject): void {
  const id = `${entity.name}/entity`;
  const body = ownDocument(draft, id);
  const properties = objectAt(body, 'properties');
  const own = objectAt(properties, field.name);
  const patch = patchOf(now, wanted);
  if (!patch) return;
  const said = joined(own, patch);
  const isThere = Object.hasOwn(objectAt(draft.below.get(id), 'properties'), field.name);
  // A field that a trait or a union gives is said again by its type.
  const typed = isThere || Object.hasOwn(own, 'field') ? {} : { type: objectAt(now, 'field')['type'] };
  const { field: _field, ...others } = said;
  const options = { ...typed, ...objectAt(said, 'field') };
  const property = Object.keys(options).length === 0 ? others : { ...others, field: options };
  putDocument(draft, id, { ...body, properties: { ...properties, [field.name]: property } });
}

function putRequired(draft: Draft, entity: Entity, field: Field, required: boolean): void {
  const id = `${entity.name}/entity`;
  const body = ownDocument(draft, id);
  const rest = listAt(body, 'required').filter((name) => name !== field.name);
  if (!required && listAt(body, 'required').length === rest.length) {
    const message = `${field.name} is required by what the organization did not make; that stays.`;
    problem(draft, 'DEFINITION_BELOW', 'RequiredLevel', message);
    return;
  }
  const { required: _last, ...others } = body;
  const list = required ? [...rest, field.name] : rest;
  putDocument(draft, id, list.length === 0 ? others : { ...others, required: list });
}

export function removeAttribute(draft: Draft, entity: Entity, name: string): void {
  const field = entity.fields.get(name);
  if (!field || !isOwnField(draft, entity, field)) {
    problem(draft, 'DEFINITION_BELOW', name, `${entity.name}.${name} was not made by the organization; it stays.`);
    return;
  }
  // Made anew without the mark, it would have its values back for everybody to see.
  if (field.secured) draft.needs.add('manage-users');
  const id = `${entity.name}/entity`;
  const body = ownDocument(draft, id);
  const { [name]: _gone, ...properties } = objectAt(body, 'properties');
  const required = listAt(body, 'required').filter((one) => one !== name);
  const { required: _required, properties: _properties, ...others } = body;
  putDocument(draft, id, {
    ...others,
    // An entity has properties, also where all its fields come from traits.
    ...((Object.keys(properties).length > 0 || body['overlays'] === undefined) && { properties }),
    ...(required.length > 0 && { required }),
  });
  dropTexts(draft, (key) => key.startsWith(`${id}#properties/${name}/`));
}
