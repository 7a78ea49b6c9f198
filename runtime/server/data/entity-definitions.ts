// EntityDefinitions: the little of the Dataverse metadata API that clients read to find their way: names, sets, keys,
// attributes. Only `$select` and `$filter=LogicalName eq '…'` are honoured; the whole metadata stands in /api/metadata.
import type { Entity, Field, Model } from '../../../core/model/model.ts';
import { suggest } from '../../../core/model/suggest.ts';
import { readableEntities } from '../../../core/security/access.ts';
import { fieldAccess, type FieldAccess } from '../../../core/security/field-access.ts';
import type { Principal } from '../../../core/security/principal.ts';
import { usableFields } from '../../../core/security/usable-fields.ts';
import { fail } from '../errors.ts';
import type { Segment } from './path.ts';

type Row = Readonly<Record<string, unknown>>;
type AccessOf = (field: Field) => FieldAccess;

const ATTRIBUTE_TYPES: readonly (readonly [edm: string, type: string])[] = [
  ['Edm.String', 'String'],
  ['Edm.Int32', 'Integer'],
  ['Edm.Int64', 'BigInt'],
  ['Edm.Decimal', 'Decimal'],
  ['Edm.Boolean', 'Boolean'],
  ['Edm.Date', 'DateTime'],
  ['Edm.DateTimeOffset', 'DateTime'],
  ['Edm.Guid', 'Uniqueidentifier'],
];

function attributeType(field: Field): string {
  if (field.system === 'state') return 'State';
  if (field.system === 'status') return 'Status';
  if (field.reference) return field.system === 'owner' ? 'Owner' : 'Lookup';
  if (field.choices) return 'Picklist';
  return ATTRIBUTE_TYPES.find(([edm]) => edm === field.type.edm)?.[1] ?? 'Virtual';
}

function label(text: string): Row {
  const own = { Label: text, LanguageCode: 1033 };
  return { LocalizedLabels: [own], UserLocalizedLabel: own };
}

function attribute(entity: Entity, field: Field, accessOf: AccessOf): Row {
  const { read, create, update } = accessOf(field);
  const { maxLength } = field.spec.schema;
  return {
    LogicalName: field.name,
    SchemaName: field.name,
    EntityLogicalName: entity.name,
    AttributeType: attributeType(field),
    IsPrimaryId: field === entity.key,
    IsPrimaryName: field === entity.primary,
    IsValidForCreate: !field.readOnly && create,
    IsValidForUpdate: !field.readOnly && !field.immutable && update,
    IsValidForRead: read !== 'none',
    IsSecured: field.secured,
    RequiredLevel: { Value: field.required ? 'ApplicationRequired' : 'None' },
    ...(typeof maxLength === 'number' && { MaxLength: maxLength }),
    ...(field.reference && { Targets: field.reference.targets }),
    ...(field.choices && {
      OptionSet: { Options: field.choices.map(({ value, title }) => ({ Value: value, Label: label(title) })) },
    }),
    DisplayName: label(field.title),
  };
}

function definition(entity: Entity): Row {
  return {
    LogicalName: entity.name,
    SchemaName: entity.name,
    EntitySetName: entity.set,
    LogicalCollectionName: entity.set,
    PrimaryIdAttribute: entity.key.name,
    PrimaryNameAttribute: entity.primary.name,
    OwnershipType: entity.ownership === 'user' ? 'UserOwned' : 'OrganizationOwned',
    IsActivity: entity.base !== undefined,
    IsAuditEnabled: { Value: entity.audit },
    DisplayName: label(entity.title),
    DisplayCollectionName: label(entity.plural),
  };
}

function select(row: Row, wanted: ReadonlySet<string>): Row {
  if (wanted.size === 0) return row;
  return Object.fromEntries(Object.entries(row).filter(([name]) => wanted.has(name)));
}

function names(text: string | undefined): ReadonlySet<string> {
  return new Set(
    (text ?? '')
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== ''),
  );
}

function keyed(segment: Segment, parameter: string): string | undefined {
  if (segment.arguments?.kind !== 'named') return undefined;
  const value = segment.arguments.values.get(parameter);
  return typeof value === 'string' ? value : undefined;
}

function matching<T extends { readonly name: string }>(all: readonly T[], filter: string | undefined): readonly T[] {
  if (filter === undefined) return all;
  const wanted = /^\s*LogicalName\s+eq\s+'([^']*)'\s*$/i.exec(filter)?.[1];
  return wanted === undefined ? all : all.filter(({ name }) => name === wanted);
}

/** The answer to a GET below EntityDefinitions, as JSON text: of what the caller may read, or at least write. */
export function readEntityDefinitions(
  model: Model,
  principal: Principal,
  context: string,
  segments: readonly Segment[],
  options: ReadonlyMap<string, string>,
): string {
  const readable = readableEntities(principal, model);
  const accessOf: AccessOf = (field) => fieldAccess(principal, model, field);
  const [head, attributes, ...rest] = segments;
  const wanted = names(options.get('$select'));
  const filter = options.get('$filter');
  const many = (entities: readonly Row[], of: string) =>
    JSON.stringify({ '@odata.context': `${context}#${of}`, value: entities });
  if (head && head.arguments === undefined && !attributes) {
    const entities = matching(readable, filter);
    return many(
      entities.map((entity) => select(definition(entity), wanted)),
      'EntityDefinitions',
    );
  }
  const name = head && keyed(head, 'LogicalName');
  if (name === undefined) throw fail('PATH_MALFORMED', { reason: "write EntityDefinitions(LogicalName='account')" });
  const entity = readable.find((one) => one.name === name);
  if (!entity) {
    const known = readable.map((one) => one.name);
    throw fail('SET_UNKNOWN', { name, suggestion: suggest(name, known) });
  }
  if (!attributes) {
    const expanded = /\bAttributes\b/.test(options.get('$expand') ?? '')
      ? { Attributes: usableFields(principal, model, entity).map((field) => attribute(entity, field, accessOf)) }
      : {};
    return JSON.stringify({
      '@odata.context': `${context}#EntityDefinitions/$entity`,
      ...select(definition(entity), wanted),
      ...expanded,
    });
  }
  // A cast such as /Microsoft.Dynamics.CRM.PicklistAttributeMetadata narrows by type.
  const cast = /(?:^|\.)(\w+)AttributeMetadata$/.exec(rest[0]?.name ?? '')?.[1];
  if (attributes.name !== 'Attributes' || rest.length > 1 || (rest.length === 1 && cast === undefined))
    throw fail('SEGMENT_UNKNOWN', { entity: 'EntityDefinitions', name: rest[0]?.name ?? attributes.name });
  const one = keyed(attributes, 'LogicalName');
  if (one !== undefined) {
    const field = usableFields(principal, model, entity).find((other) => other.name === one);
    if (!field) throw fail('SEGMENT_UNKNOWN', { entity: entity.name, name: one });
    return JSON.stringify({
      '@odata.context': `${context}#EntityDefinitions('${name}')/Attributes/$entity`,
      ...select(attribute(entity, field, accessOf), wanted),
    });
  }
  const fields = matching(usableFields(principal, model, entity), filter).filter(
    (field) => cast === undefined || attributeType(field) === cast,
  );
  return many(
    fields.map((field) => select(attribute(entity, field, accessOf), wanted)),
    `EntityDefinitions('${name}')/Attributes`,
  );
}
