// $metadata: the model as CSDL XML 4.0 (http://docs.oasis-open.org/odata/odata/v4.0/odata-v4.0-part3-csdl.html), made once
// per model version, set of roles and field profiles: what the caller may read or write, and the way from there.
import { edmOf } from '../../../core/model/field-capabilities.ts';
import type { Column, Entity, Field, Model, Navigation } from '../../../core/model/model.ts';
import { accessShape, readableEntities } from '../../../core/security/access.ts';
import type { Principal } from '../../../core/security/principal.ts';
import { isWalkable, usableFields } from '../../../core/security/usable-fields.ts';
import type { ColumnType } from '../../../core/sdk/index.ts';

export const NAMESPACE = 'Microsoft.Dynamics.CRM';

const EDM: Readonly<Record<ColumnType, string>> = {
  text: 'Edm.String',
  integer: 'Edm.Int32',
  bigint: 'Edm.Int64',
  numeric: 'Edm.Decimal',
  boolean: 'Edm.Boolean',
  date: 'Edm.Date',
  timestamptz: 'Edm.DateTimeOffset',
  // A wall-clock time has no type of its own in OData 4.0; Dataverse sends its like as DateTimeOffset.
  timestamp: 'Edm.DateTimeOffset',
  uuid: 'Edm.Guid',
  jsonb: 'Edm.String',
  'integer[]': 'Edm.String',
};

export function escapeXml(text: string): string {
  return text.replace(/[<>&"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** The Edm type of a column's JSON value. */
export function edmType(field: Field, column: Column): string {
  return column === field.columns[0] && !field.reference ? edmOf(field) : EDM[column.type];
}

function property(entity: Entity, field: Field, column: Column): string {
  const facets: string[] = [];
  const { maxLength } = field.spec.schema;
  const type = edmType(field, column);
  if (type === 'Edm.String' && typeof maxLength === 'number') facets.push(` MaxLength="${maxLength}"`);
  if (type === 'Edm.Decimal') facets.push(' Scale="variable"');
  if (type === 'Edm.String') facets.push(' Unicode="true"');
  if (field === entity.key) facets.push(' Nullable="false"');
  return `<Property Name="${escapeXml(column.wire)}" Type="${type}"${facets.join('')}/>`;
}

function navigationProperty(entity: Entity, model: Model, navigation: Navigation): string {
  const type = `mscrm.${navigation.target}`;
  const name = escapeXml(navigation.name);
  if (navigation.kind !== 'one') return `<NavigationProperty Name="${name}" Type="Collection(${type})"/>`;
  const column = navigation.field === undefined ? undefined : entity.fields.get(navigation.field)?.columns[0];
  const key = model.entities.get(navigation.target)?.key.name;
  if (!column || key === undefined) return `<NavigationProperty Name="${name}" Type="${type}" Nullable="true"/>`;
  return `<NavigationProperty Name="${name}" Type="${type}" Nullable="true"><ReferentialConstraint Property="${escapeXml(column.wire)}" ReferencedProperty="${escapeXml(key)}"/></NavigationProperty>`;
}

function entityType(model: Model, principal: Principal, entity: Entity, readable: ReadonlySet<string>): string {
  const properties = usableFields(principal, model, entity).flatMap((field) =>
    field.columns.filter((column) => !column.hidden).map((column) => property(entity, field, column)),
  );
  const navigations = [...entity.navigation.values()]
    .filter((step) => readable.has(step.target) && isWalkable(principal, model, entity, step))
    .map((navigation) => navigationProperty(entity, model, navigation));
  return `<EntityType Name="${entity.name}"><Key><PropertyRef Name="${entity.key.name}"/></Key>${properties.join('')}${navigations.join('')}</EntityType>`;
}

function entitySet(model: Model, principal: Principal, entity: Entity, readable: ReadonlySet<string>): string {
  const bindings = [...entity.navigation.values()].flatMap((step) => {
    const { name, target } = step;
    const isThere = readable.has(target) && isWalkable(principal, model, entity, step);
    const set = isThere ? model.entities.get(target)?.set : undefined;
    return set === undefined ? [] : [`<NavigationPropertyBinding Path="${escapeXml(name)}" Target="${set}"/>`];
  });
  return `<EntitySet Name="${entity.set}" EntityType="${NAMESPACE}.${entity.name}">${bindings.join('')}</EntitySet>`;
}

const WHO_AM_I =
  '<ComplexType Name="WhoAmIResponse"><Property Name="BusinessUnitId" Type="Edm.Guid" Nullable="false"/><Property Name="UserId" Type="Edm.Guid" Nullable="false"/><Property Name="OrganizationId" Type="Edm.Guid" Nullable="false"/></ComplexType><Function Name="WhoAmI"><ReturnType Type="mscrm.WhoAmIResponse" Nullable="false"/></Function>';

const made = new WeakMap<Model, Map<string, string>>();

export function csdlOf(model: Model, principal: Principal): string {
  let texts = made.get(model);
  if (!texts) made.set(model, (texts = new Map()));
  const shape = accessShape(principal);
  const known = texts.get(shape);
  if (known !== undefined) return known;
  const entities = readableEntities(principal, model);
  const readable = new Set(entities.map(({ name }) => name));
  const xml = `<?xml version="1.0" encoding="utf-8"?><edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices><Schema Namespace="${NAMESPACE}" Alias="mscrm" xmlns="http://docs.oasis-open.org/odata/ns/edm">${entities
    .map((entity) => entityType(model, principal, entity, readable))
    .join('')}${WHO_AM_I}<EntityContainer Name="System">${entities
    .map((entity) => entitySet(model, principal, entity, readable))
    .join(
      '',
    )}<FunctionImport Name="WhoAmI" Function="mscrm.WhoAmI"/></EntityContainer></Schema></edmx:DataServices></edmx:Edmx>`;
  // Rights come in many shapes, and each text is large.
  if (texts.size >= 50) texts.clear();
  texts.set(shape, xml);
  return xml;
}
