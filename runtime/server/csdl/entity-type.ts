// An entity as EntityType and EntitySet: properties with their facets, the ways to other entities with their way back.
import { sideTitle } from '../../../core/model/effective.ts';
import { edmOf } from '../../../core/model/field-capabilities.ts';
import { translateField, translator, type Translate } from '../../../core/model/labels.ts';
import type { Column, Entity, Field, Model, Navigation } from '../../../core/model/model.ts';
import { labelsOf } from '../../../core/query/labels.ts';
import type { ColumnType } from '../../../core/sdk/index.ts';
import { mayI, type Privilege } from '../../../core/security/access.ts';
import { fieldAccess } from '../../../core/security/field-access.ts';
import type { Principal } from '../../../core/security/principal.ts';
import { isWalkable, usableFields } from '../../../core/security/usable-fields.ts';
import { allowedValues, alternateKeys, flag, permission, restriction, words } from './annotations.ts';
import { element } from './xml.ts';

export const NAMESPACE = 'Microsoft.Dynamics.CRM';
export const ALIAS = 'mscrm';
/** What all entities have in common: nothing; it stands for "a row of whatever kind". */
export const BASE_TYPE = `${ALIAS}.crmbaseentity`;
/** Any JSON: a type that OData 4.0 has no name for. */
export const JSON_TYPE = `${ALIAS}.json`;

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
  jsonb: JSON_TYPE,
  'integer[]': 'Edm.String',
};

/** Whom the description is for. */
export interface Reader {
  readonly model: Model;
  readonly principal: Principal;
  /** Entities of which the caller may read something. */
  readonly readable: ReadonlySet<string>;
  /** With labels and options. */
  readonly annotated: boolean;
  /** The ways that are there for the caller, by entity and relationship: users have thousands, and each is asked for. */
  readonly ways: ReadonlyMap<string, ReadonlyMap<string, readonly Navigation[]>>;
}

export function openReader(
  model: Model,
  principal: Principal,
  entities: readonly Entity[],
  annotated: boolean,
): Reader {
  const readable = new Set(entities.map(({ name }) => name));
  const ways = new Map(
    entities.map((entity) => {
      const steps = [...entity.navigation.values()].filter(
        (step) => readable.has(step.target) && isWalkable(principal, model, entity, step),
      );
      return [entity.name, Map.groupBy(steps, ({ relation }) => relation)];
    }),
  );
  return { model, principal, readable, annotated, ways };
}

function stepsOf({ ways }: Reader, entity: Entity): readonly Navigation[] {
  return [...(ways.get(entity.name)?.values() ?? [])].flat();
}

/** The Edm type of a column's JSON value. */
export function edmType(field: Field, column: Column): string {
  const type = column === field.columns[0] && !field.reference ? edmOf(field) : EDM[column.type];
  return type === 'Edm.Untyped' ? JSON_TYPE : type;
}

export function entityType(reader: Reader, entity: Entity): string {
  const { model, principal } = reader;
  const translate = translator(model, principal.language);
  const fields = usableFields(principal, model, entity);
  const described = new Set<string>();
  const properties = fields.flatMap((field) =>
    field.columns.flatMap((column) => {
      if (column.hidden && column !== field.columns[0]) return [];
      described.add(column.wire);
      return [property(reader, translate, entity, field, column)];
    }),
  );
  const steps = stepsOf(reader, entity);
  const { description } = entity.schema;
  const document = `${entity.name}/entity`;
  return element(
    'EntityType',
    { Name: entity.name, BaseType: BASE_TYPE },
    element('Key', {}, element('PropertyRef', { Name: entity.key.name })),
    ...properties,
    ...steps.map((step) => navigationProperty(reader, translate, entity, step, described)),
    alternateKeys(keysOf(entity, described)),
    ...(reader.annotated
      ? [
          words('Core.Description', translate(document, 'title', entity.title)),
          words(
            'Core.LongDescription',
            typeof description === 'string' ? translate(document, 'description', description) : '',
          ),
        ]
      : []),
  );
}

function property(reader: Reader, translate: Translate, entity: Entity, field: Field, column: Column): string {
  const { model, principal } = reader;
  const type = edmType(field, column);
  const { maxLength, description } = field.spec.schema;
  const own = column === field.columns[0];
  const { read, create, update } = fieldAccess(principal, model, field);
  // A lookup is written by its navigation, a file by its address, an amount in base currency by nobody.
  const computed = field.readOnly || !own || field.reference !== undefined || field.type.blob !== undefined;
  const say = (path: string, said: string): string => translateField(model, translate, entity, field, path, said);
  return element(
    'Property',
    {
      Name: column.wire,
      Type: type,
      Nullable: field === entity.key ? false : undefined,
      MaxLength: type === 'Edm.String' && own && typeof maxLength === 'number' ? maxLength : undefined,
      Precision: type === 'Edm.DateTimeOffset' ? 6 : undefined,
      Scale: type === 'Edm.Decimal' ? 'variable' : undefined,
    },
    computed ? flag('Core.Computed') : field.immutable ? flag('Core.Immutable') : '',
    read === 'none' ? permission('Write') : !computed && !create && !update ? permission('Read') : '',
    ...(reader.annotated && own
      ? [
          words('Core.Description', say('title', field.title)),
          words('Core.LongDescription', typeof description === 'string' ? say('description', description) : ''),
          field.choices && type === 'Edm.Int32' ? allowedValues(labelsOf(model, field, principal.language)) : '',
        ]
      : []),
  );
}

function keysOf(
  entity: Entity,
  described: ReadonlySet<string>,
): readonly (readonly (readonly [property: string, alias: string])[])[] {
  return entity.keys.flatMap((key) => {
    const parts = key.fields.map((name): [string, string] => [entity.fields.get(name)?.columns[0]?.wire ?? '', name]);
    return parts.every(([wire]) => described.has(wire)) ? [parts] : [];
  });
}

/** The name of the way back, where there is exactly one that leads here; both sides say so of each other. */
function partnerOf(reader: Reader, entity: Entity, step: Navigation): string | undefined {
  const back = (reader.ways.get(step.target)?.get(step.relation) ?? []).filter(
    (other) => other.target === entity.name && opposite[step.kind] === other.kind,
  );
  return back.length === 1 ? back[0]?.name : undefined;
}

const opposite: Readonly<Record<Navigation['kind'], Navigation['kind']>> = {
  one: 'many',
  many: 'one',
  first: 'second',
  second: 'first',
};

function navigationProperty(
  reader: Reader,
  translate: Translate,
  entity: Entity,
  step: Navigation,
  described: ReadonlySet<string>,
): string {
  const { model } = reader;
  const type = `${ALIAS}.${step.target}`;
  const isOne = step.kind === 'one';
  const field = isOne && step.field !== undefined ? entity.fields.get(step.field) : undefined;
  const wire = field?.columns[0]?.wire;
  const target = model.entities.get(step.target);
  const plural = translate(`${step.target}/entity`, 'plural', target?.plural ?? step.target);
  const label = field
    ? translateField(model, translate, entity, field, 'title', field.title)
    : sideTitle(model, translate, step, plural);
  return element(
    'NavigationProperty',
    {
      Name: step.name,
      Type: isOne ? type : `Collection(${type})`,
      Nullable: isOne ? true : undefined,
      Partner: partnerOf(reader, entity, step),
    },
    wire !== undefined && target && described.has(wire)
      ? element('ReferentialConstraint', { Property: wire, ReferencedProperty: target.key.name })
      : '',
    reader.annotated ? words('Core.Description', label) : '',
  );
}

export function entitySet(reader: Reader, entity: Entity): string {
  const { model, principal } = reader;
  const may = (privilege: Privilege): boolean =>
    entity.union === undefined && mayI(principal, model, privilege, entity.name);
  const bindings = stepsOf(reader, entity).map((step) =>
    element('NavigationPropertyBinding', {
      Path: step.name,
      Target: model.entities.get(step.target)?.set ?? step.target,
    }),
  );
  return element(
    'EntitySet',
    { Name: entity.set, EntityType: `${ALIAS}.${entity.name}` },
    ...bindings,
    restriction('Insert', may('create') && !entity.single),
    restriction('Update', may('write')),
    restriction('Delete', may('delete') && !entity.single),
  );
}
