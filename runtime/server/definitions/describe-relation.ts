// Relationships as OneToManyRelationshipMetadata and ManyToManyRelationshipMetadata.
import { sideTitle } from '../../../core/model/effective.ts';
import { defaultLanguage, translator } from '../../../core/model/labels.ts';
import type { Model, Relation } from '../../../core/model/model.ts';
import type { Cascade, DeleteCascade } from '../../../core/sdk/index.ts';
import { managed, type Definition, type Row } from './definition.ts';
import { labelOf } from './label.ts';
import { metadataId } from '../../../core/model/metadata-id.ts';

export const CASCADES: Readonly<Record<Cascade, string>> = {
  cascade: 'Cascade',
  active: 'Active',
  'user-owned': 'UserOwned',
  none: 'NoCascade',
};
export const DELETE_CASCADES: Readonly<Record<DeleteCascade, string>> = {
  cascade: 'Cascade',
  'remove-link': 'RemoveLink',
  restrict: 'Restrict',
};

const EMPTY_ID = '00000000-0000-0000-0000-000000000000';

export function relationPath(name: string): string {
  return `relations/${name}`;
}

/** How the rows are called on the other side: `Members` on a team. */
function menu(model: Model, language: string, relation: Relation, side: 'many' | 'first' | 'second'): Row {
  const target = relation.kind === 'one-to-many' ? relation.many : side === 'first' ? relation.second : relation.first;
  const step = { name: relation.name, target, relation: relation.name, kind: side, field: undefined };
  const label = labelOf(model, language, (tag) => {
    const translate = translator(model, tag);
    const plural = model.entities.get(target)?.plural ?? target;
    const own = translate(`${target}/entity`, 'plural', tag === defaultLanguage ? plural : '');
    return sideTitle(model, translate, step, own);
  });
  return {
    Behavior: 'UseCollectionName',
    Group: 'Details',
    Order: null,
    Label: label,
    IsCustomizable: true,
    Icon: null,
    ViewId: EMPTY_ID,
    AvailableOffline: false,
    MenuId: null,
    QueryApi: null,
  };
}

/** The name with its capitals, where they were given. */
function schemaNameOf(model: Model, relation: Relation): string {
  const said =
    relation.kind === 'many-to-many'
      ? model.documents.get(`relations/${relation.name}`)
      : model.entities.get(relation.many)?.fields.get(relation.field)?.spec.options['relation'];
  const name = typeof said === 'object' && said !== null && 'schemaName' in said ? said['schemaName'] : undefined;
  return typeof name === 'string' && name.toLowerCase() === relation.name ? name : relation.name;
}

function common(model: Model, relation: Relation, isOwn: boolean): Row {
  return {
    MetadataId: metadataId(relationPath(relation.name)),
    HasChanged: null,
    SchemaName: schemaNameOf(model, relation),
    IsCustomRelationship: isOwn,
    IsManaged: !isOwn,
    IsCustomizable: managed(true, 'iscustomizable'),
    IsValidForAdvancedFind: true,
    IntroducedVersion: '1.0.0.0',
  };
}

export function describeRelation(model: Model, language: string, relation: Relation): Definition {
  const id = metadataId(relationPath(relation.name));
  if (relation.kind === 'many-to-many') {
    const isOwn = model.provenance(`relations/${relation.name}`, '') === 'organization';
    const self = relation.first === relation.second;
    return {
      type: 'ManyToManyRelationshipMetadata',
      id,
      name: relation.name,
      properties: {
        ...common(model, relation, isOwn),
        RelationshipType: 'ManyToManyRelationship',
        SecurityTypes: 'None',
        IntersectEntityName: relation.table,
        Entity1LogicalName: relation.first,
        Entity1IntersectAttribute: relation.columns[0],
        Entity1NavigationPropertyName: self ? `${relation.name}_first` : relation.name,
        Entity1AssociatedMenuConfiguration: menu(model, language, relation, 'first'),
        Entity2LogicalName: relation.second,
        Entity2IntersectAttribute: relation.columns[1],
        Entity2NavigationPropertyName: self ? `${relation.name}_second` : relation.name,
        Entity2AssociatedMenuConfiguration: menu(model, language, relation, 'second'),
      },
      navigation: {},
    };
  }
  const { behaviour } = relation;
  const many = model.entities.get(relation.many);
  const isOwn = model.provenance(`${relation.many}/entity`, `/properties/${relation.field}`) === 'organization';
  const back = [...(many?.navigation.values() ?? [])].find(
    (step) => step.kind === 'one' && step.relation === relation.name,
  );
  const parental = [behaviour.delete, behaviour.assign, behaviour.share, behaviour.reparent].every(
    (cascade) => cascade === 'cascade',
  );
  return {
    type: 'OneToManyRelationshipMetadata',
    id,
    name: relation.name,
    properties: {
      ...common(model, relation, isOwn),
      RelationshipType: 'OneToManyRelationship',
      SecurityTypes: 'Append',
      ReferencedEntity: relation.one,
      ReferencedAttribute: model.entities.get(relation.one)?.key.name ?? null,
      ReferencedEntityNavigationPropertyName: relation.name,
      ReferencingEntity: relation.many,
      ReferencingAttribute: relation.field,
      ReferencingEntityNavigationPropertyName: back?.name ?? relation.field,
      IsHierarchical: behaviour.hierarchy === true,
      RelationshipBehavior: parental ? 1 : 0,
      EntityKey: null,
      IsRelationshipAttributeDenormalized: false,
      CascadeConfiguration: {
        Assign: CASCADES[behaviour.assign],
        Delete: DELETE_CASCADES[behaviour.delete],
        Merge: 'Cascade',
        Reparent: CASCADES[behaviour.reparent],
        Share: CASCADES[behaviour.share],
        Unshare: CASCADES[behaviour.share],
        RollupView: 'NoCascade',
        Archive: 'NoCascade',
      },
      AssociatedMenuConfiguration: menu(model, language, relation, 'many'),
    },
    navigation: {},
  };
}
