// Entities as EntityMetadata, with the ways that lead to their attributes, relationships and keys.
import type { Entity, Field, Model, Relation } from '../../../core/model/model.ts';
import { mayI, type Privilege } from '../../../core/security/access.ts';
import { fieldAccess } from '../../../core/security/field-access.ts';
import type { Principal } from '../../../core/security/principal.ts';
import { isWalkable, usableFields } from '../../../core/security/usable-fields.ts';
import { privilegeId } from '../data/operations/user-privileges.ts';
import { managed, type Definition, type Row } from './definition.ts';
import { describeAttributes } from './describe-attribute.ts';
import { describeRelation } from './describe-relation.ts';
import { emptyLabel, labelOf, sayLabel } from './label.ts';
import { metadataId } from '../../../core/model/metadata-id.ts';

/** What a set of definitions is made for. */
export interface Audience {
  readonly model: Model;
  readonly principal: Principal;
  readonly language: string;
  /** Entities of which the caller may read something. */
  readonly readable: ReadonlyMap<string, Entity>;
}

/** Codes that programs know by heart; others follow from the name. */
const TYPE_CODES: Readonly<Record<string, number>> = {
  account: 1,
  contact: 2,
  opportunity: 3,
  lead: 4,
  annotation: 5,
  systemuser: 8,
  team: 9,
  businessunit: 10,
  role: 1036,
  organization: 1019,
  fieldsecurityprofile: 1200,
  connection: 3234,
  connectionrole: 3231,
  activitypointer: 4200,
  appointment: 4201,
  email: 4202,
  letter: 4207,
  phonecall: 4210,
  task: 4212,
  activityparty: 135,
  transactioncurrency: 9105,
};

const PRIVILEGES: readonly (readonly [privilege: Privilege, type: string])[] = [
  ['create', 'Create'],
  ['read', 'Read'],
  ['write', 'Write'],
  ['delete', 'Delete'],
  ['append', 'Append'],
  ['append-to', 'AppendTo'],
  ['assign', 'Assign'],
  ['share', 'Share'],
];

export function entityPath(name: string): string {
  return `${name}/entity`;
}

export function entitySchemaName(entity: Entity): string {
  const keyword = entity.schema['entity'];
  const said = typeof keyword === 'object' && keyword !== null && 'schemaName' in keyword && keyword['schemaName'];
  return typeof said === 'string' ? said : entity.name;
}

function keywordIs(entity: Entity, name: string): boolean {
  const keyword = entity.schema['entity'];
  return typeof keyword === 'object' && keyword !== null && !Array.isArray(keyword) && (keyword as Row)[name] === true;
}

function typeCode(name: string): number {
  return TYPE_CODES[name] ?? 10_000 + (parseInt(metadataId(entityPath(name)).slice(0, 6), 16) % 1_000_000);
}

function privilegesOf(entity: Entity): readonly Row[] {
  const isOwned = entity.ownership === 'user';
  return PRIVILEGES.filter(([name]) => isOwned || (name !== 'assign' && name !== 'share')).map(([, type]) => ({
    Name: `prv${type}${entity.name}`,
    PrivilegeId: privilegeId(`prv${type}${entity.name}`),
    PrivilegeType: type,
    CanBeBasic: isOwned,
    CanBeLocal: isOwned,
    CanBeDeep: isOwned,
    CanBeGlobal: true,
    CanBeEntityReference: false,
    CanBeParentEntityReference: false,
  }));
}

export function describeEntity(audience: Audience, entity: Entity): Definition {
  const { model, principal, language } = audience;
  const document = entityPath(entity.name);
  const id = metadataId(document);
  const isOwn = model.provenance(document, '') === 'organization';
  const { description } = entity.schema;
  const isUnion = entity.union !== undefined;
  const may = (privilege: Privilege): boolean => mayI(principal, model, privilege, entity.name);
  const usable = (): readonly Field[] => usableFields(principal, model, entity);
  const image = [...entity.fields.values()].find((field) => field.type.attribute?.kind === 'Image');
  const hasActivities = keywordIs(entity, 'activities');
  return {
    type: 'EntityMetadata',
    id,
    name: entity.name,
    properties: {
      MetadataId: id,
      HasChanged: null,
      LogicalName: entity.name,
      SchemaName: entitySchemaName(entity),
      EntitySetName: entity.set,
      LogicalCollectionName: entity.set,
      CollectionSchemaName: entity.set,
      ObjectTypeCode: typeCode(entity.name),
      DisplayName: labelOf(model, language, sayLabel(model, document, 'title', entity.title)),
      DisplayCollectionName: labelOf(model, language, sayLabel(model, document, 'plural', entity.plural)),
      Description:
        typeof description === 'string'
          ? labelOf(model, language, sayLabel(model, document, 'description', description))
          : emptyLabel,
      PrimaryIdAttribute: entity.key.name,
      PrimaryNameAttribute: entity.primary.name,
      PrimaryImageAttribute: image?.name ?? null,
      OwnershipType: entity.ownership === 'user' ? 'UserOwned' : 'OrganizationOwned',
      TableType: 'Standard',
      IsActivity: entity.base !== undefined || isUnion,
      IsActivityParty: hasActivities,
      HasActivities: hasActivities,
      HasNotes: hasActivities || entity.base !== undefined,
      HasFeedback: false,
      HasEmailAddresses: [...entity.fields.values()].some((field) => field.spec.options['format'] === 'email'),
      IsCustomEntity: isOwn,
      IsManaged: !isOwn,
      IsCustomizable: managed(true, 'iscustomizable'),
      IsRenameable: managed(true, 'isrenameable'),
      IsMappable: managed(false, 'ismappable'),
      IsIntersect: false,
      IsLogicalEntity: false,
      IsPrivate: false,
      IsAIRUpdated: true,
      IsChildEntity: entity.through !== undefined,
      IsEnabledForCharts: true,
      IsEnabledForTrace: false,
      IsImportable: !isUnion && may('create'),
      IsBusinessProcessEnabled: false,
      IsDocumentManagementEnabled: false,
      IsQuickCreateEnabled: [...model.forms.values()].some(
        (form) => form.entity === entity.name && form.document['kind'] === 'quick-create',
      ),
      IsReadingPaneEnabled: true,
      IsKnowledgeManagementEnabled: false,
      IsSLAEnabled: false,
      IsStateModelAware: entity.status !== undefined,
      EnforceStateTransitions:
        entity.status?.some(({ reasons }) => reasons.some(({ to }) => to !== undefined)) ?? false,
      IsAvailableOffline: false,
      IsOptimisticConcurrencyEnabled: !isUnion,
      IsReadOnlyInMobileClient: managed(false, 'isreadonlyinmobileclient', false),
      IsVisibleInMobile: managed(true, 'isvisibleinmobile', false),
      IsVisibleInMobileClient: managed(true, 'isvisibleinmobileclient', false),
      IsOfflineInMobileClient: managed(false, 'isofflineinmobileclient', false),
      IsAuditEnabled: managed(entity.audit, 'canmodifyauditsettings'),
      IsConnectionsEnabled: managed(hasActivities, 'canmodifyconnectionsettings', false),
      IsDuplicateDetectionEnabled: managed(
        (model.duplicateRules.get(entity.name)?.length ?? 0) > 0,
        'canmodifyduplicatedetectionsettings',
        false,
      ),
      IsMailMergeEnabled: managed(false, 'canmodifymailmergesettings', false),
      IsValidForQueue: managed(false, 'canmodifyqueuesettings', false),
      IsValidForAdvancedFind: true,
      IsOneNoteIntegrationEnabled: false,
      IsSolutionAware: false,
      CanCreateAttributes: managed(!isUnion, 'cancreateattributes'),
      CanCreateForms: managed(!isUnion, 'cancreateforms'),
      CanCreateViews: managed(true, 'cancreateviews'),
      CanCreateCharts: managed(true, 'cancreatecharts'),
      CanModifyAdditionalSettings: managed(true, 'canmodifyadditionalsettings'),
      CanBeRelatedEntityInRelationship: managed(!isUnion, 'canberelatedentityinrelationship', false),
      CanBePrimaryEntityInRelationship: managed(true, 'canbeprimaryentityinrelationship', false),
      CanBeInManyToMany: managed(!isUnion, 'canbeinmanytomany', false),
      CanBeInCustomEntityAssociation: managed(!isUnion, 'canbeincustomentityassociation', false),
      CanChangeTrackingBeEnabled: managed(false, 'canchangetrackingbeenabled', false),
      CanEnableSyncToExternalSearchIndex: managed(false, 'canenablesynctoexternalsearchindex', false),
      CanTriggerWorkflow: !isUnion,
      CanChangeHierarchicalRelationship: managed(true, 'canchangehierarchicalrelationship'),
      SyncToExternalSearchIndex: entity.search.length > 0,
      ChangeTrackingEnabled: !isUnion,
      ActivityTypeMask: entity.base !== undefined ? 1 : 0,
      AutoRouteToOwnerQueue: false,
      AutoCreateAccessTeams: false,
      DaysSinceRecordLastModified: 0,
      IntroducedVersion: '1.0.0.0',
      RecurrenceBaseEntityLogicalName: null,
      ReportViewName: null,
      EntityColor: null,
      EntityHelpUrl: null,
      EntityHelpUrlEnabled: false,
      IconLargeName: null,
      IconMediumName: null,
      IconSmallName: null,
      IconVectorName: entity.icon ?? null,
      ExternalName: null,
      ExternalCollectionName: null,
      DataProviderId: null,
      DataSourceId: null,
      OwnerId: null,
      OwnerIdType: null,
      OwningBusinessUnit: null,
      MobileOfflineFilters: null,
      UsesBusinessDataLabelTable: false,
      Privileges: privilegesOf(entity),
      Settings: [],
    },
    navigation: {
      Attributes: () =>
        describeAttributes(model, language, entity, usable(), (field) => fieldAccess(principal, model, field)),
      OneToManyRelationships: () => relationsOf(audience, entity, ['many']),
      ManyToOneRelationships: () => relationsOf(audience, entity, ['one']),
      ManyToManyRelationships: () => relationsOf(audience, entity, ['first', 'second']),
      Keys: () => keysOf(audience, entity, usable()),
    },
  };
}

function relationsOf(audience: Audience, entity: Entity, kinds: readonly string[]): readonly Definition[] {
  const { model, principal, language, readable } = audience;
  const names = [...entity.navigation.values()]
    .filter((step) => kinds.includes(step.kind) && readable.has(step.target))
    .filter((step) => isWalkable(principal, model, entity, step))
    .map((step) => step.relation);
  return [...new Set(names)].flatMap((name) => {
    const relation = model.relations.get(name);
    return relation && isVisible(audience, relation) ? [describeRelation(model, language, relation)] : [];
  });
}

/** Both sides can be read, and the lookup is not kept from the caller. */
export function isVisible({ model, principal, readable }: Audience, relation: Relation): boolean {
  if (relation.kind === 'many-to-many') return readable.has(relation.first) && readable.has(relation.second);
  const many = readable.get(relation.many);
  if (!many || !readable.has(relation.one)) return false;
  const step = [...many.navigation.values()].find(
    ({ kind, relation: name }) => kind === 'one' && name === relation.name,
  );
  return step !== undefined && isWalkable(principal, model, many, step);
}

function keysOf({ model, language }: Audience, entity: Entity, usable: readonly Field[]): readonly Definition[] {
  const names = new Set(usable.map(({ name }) => name));
  return entity.keys
    .filter((key) => key.fields.every((field) => names.has(field)))
    .map((key) => {
      const id = metadataId(`${entityPath(entity.name)}#keys/${key.name}`);
      return {
        type: 'EntityKeyMetadata',
        id,
        name: key.name,
        properties: {
          MetadataId: id,
          HasChanged: null,
          LogicalName: key.name,
          SchemaName: key.name,
          EntityLogicalName: entity.name,
          DisplayName: labelOf(model, language, (tag) => (tag === 'en' ? key.name : '')),
          KeyAttributes: key.fields,
          EntityKeyIndexStatus: 'Active',
          IsCustomizable: managed(true, 'iscustomizable'),
          IsManaged: model.provenance(entityPath(entity.name), `/entity/keys/${key.name}`) !== 'organization',
          IntroducedVersion: '1.0.0.0',
          IsExportKey: false,
          IsSecondaryKey: false,
          IsSynchronous: true,
        },
        navigation: {},
      };
    });
}
