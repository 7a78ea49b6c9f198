// Relationships as they are made, changed and deleted: a one-to-many is a lookup of the referencing entity, a many-to-many a
// document of its own.
import type { Relation } from '../../../core/model/model.ts';
import { suggest } from '../../../core/model/suggest.ts';
import type { Json, JsonObject } from '../../../core/sdk/index.ts';
import { isA, type Definition, type Row } from './definition.ts';
import { CASCADES, DELETE_CASCADES } from './describe-relation.ts';
import {
  dropTexts,
  flagAt,
  isObject,
  isOwn,
  mainText,
  problem,
  putTexts,
  readLabel,
  refuseUnknown,
  schemaNameAt,
  settingAt,
  shown,
  textAt,
  type Draft,
} from './draft.ts';
import { addProperty, putProperty, removeAttribute } from './write-attribute.ts';

/** Returns the relationship's name. */
export function createRelation(
  draft: Draft,
  sent: Row,
  known: (type: string) => ReadonlySet<string>,
): string | undefined {
  const type = shown(sent['@odata.type'] ?? sent['RelationshipType'] ?? '');
  const isMany = /ManyToMany/.test(type) || sent['Entity1LogicalName'] !== undefined;
  const kind = isMany ? 'ManyToManyRelationshipMetadata' : 'OneToManyRelationshipMetadata';
  refuseUnknown(draft, sent, new Set([...known(kind), 'Lookup']));
  const named = schemaNameAt(draft, sent);
  if (named && draft.model.relations.has(named.name))
    problem(draft, 'DEFINITION_TAKEN', 'SchemaName', `There is a relationship ${named.name} already.`);
  return isMany ? createManyToMany(draft, sent, named) : createOneToMany(draft, sent, named);
}

type Named = ReturnType<typeof schemaNameAt>;

function entityAt(draft: Draft, sent: Row, name: string): string | undefined {
  const given = textAt(draft, sent, name)?.toLowerCase();
  if (given === undefined) return undefined;
  const { readable } = draft;
  if (readable.has(given)) return given;
  problem(
    draft,
    'ENTITY_UNKNOWN',
    name,
    `There is no entity ${given.slice(0, 100)}${suggest(given, readable.keys())}.`,
  );
  return undefined;
}

function createManyToMany(draft: Draft, sent: Row, named: Named): string | undefined {
  const first = entityAt(draft, sent, 'Entity1LogicalName');
  const second = entityAt(draft, sent, 'Entity2LogicalName');
  if (!named || first === undefined || second === undefined) return undefined;
  const id = `relations/${named.name}`;
  const side = (entity: string, key: 'first' | 'second', facet: string): JsonObject => {
    const menu = sent[facet];
    const texts = isObject(menu) ? readLabel(draft, menu['Label'], `${facet}/Label`) : undefined;
    if (texts) putTexts(draft, id, `${key}/title`, texts, true);
    return { entity, ...(texts && { title: mainText(texts) }) };
  };
  draft.documents.set(id, {
    title: shown(sent['SchemaName']),
    ...named.spelled,
    first: side(first, 'first', 'Entity1AssociatedMenuConfiguration'),
    second: side(second, 'second', 'Entity2AssociatedMenuConfiguration'),
  });
  return named.name;
}

function createOneToMany(draft: Draft, sent: Row, named: Named): string | undefined {
  const one = entityAt(draft, sent, 'ReferencedEntity');
  const many = entityAt(draft, sent, 'ReferencingEntity');
  const { Lookup: given } = sent;
  const lookup: Row = isObject(given) ? given : {};
  if (!named || one === undefined || many === undefined) return undefined;
  const prefix = named.name.slice(0, named.name.indexOf('_'));
  const usual = sent['ReferencingAttribute'] ?? `${prefix}_${one.replace(/^[a-z0-9]+_/, '')}id`;
  const field = schemaNameAt(draft, { SchemaName: lookup['SchemaName'] ?? usual }, 'SchemaName', 'Lookup/SchemaName');
  if (!field) return undefined;
  const document = `${many}/entity`;
  if (draft.model.entities.get(many)?.fields.has(field.name))
    problem(draft, 'DEFINITION_TAKEN', 'Lookup/SchemaName', `${many} has a field ${field.name} already.`);
  const texts = readLabel(draft, lookup['DisplayName'], 'Lookup/DisplayName');
  if (texts) putTexts(draft, document, `properties/${field.name}/title`, texts, true);
  const description = readLabel(draft, lookup['Description'], 'Lookup/Description');
  if (description) putTexts(draft, document, `properties/${field.name}/description`, description, true);
  const hierarchy = flagAt(draft, sent, 'IsHierarchical');
  const level = settingAt(lookup, 'RequiredLevel');
  addProperty(draft, many, {
    name: field.name,
    required: level === 'ApplicationRequired' || level === 'SystemRequired',
    property: {
      title: texts ? mainText(texts) : (draft.model.entities.get(one)?.title ?? one),
      ...(description && { description: mainText(description) }),
      type: 'string',
      format: 'uuid',
      field: {
        type: 'lookup',
        ...field.spelled,
        target: one,
        ...(level === 'Recommended' && { recommended: true }),
        relation: {
          name: named.name,
          ...named.spelled,
          ...cascadesAt(draft, sent),
          ...(hierarchy === true && { hierarchy }),
        },
      },
    },
  });
  return named.name;
}

/** `CascadeConfiguration` → what a relation says; what is not sent is not said. */
function cascadesAt(draft: Draft, sent: Row): JsonObject {
  const { CascadeConfiguration: given } = sent;
  if (given === undefined || given === null) return {};
  const found: Record<string, Json> = {};
  if (!isObject(given)) {
    problem(
      draft,
      'DEFINITION_FACET',
      'CascadeConfiguration',
      'It says what happens on Delete, Assign, Share, Reparent.',
    );
    return found;
  }
  for (const [facet, key, among] of [
    // Doing nothing to rows that refer to a deleted one would leave references that lead nowhere.
    ['Delete', 'delete', { ...inverted(DELETE_CASCADES), NoCascade: 'remove-link' }],
    ['Assign', 'assign', inverted(CASCADES)],
    ['Share', 'share', inverted(CASCADES)],
    ['Reparent', 'reparent', inverted(CASCADES)],
  ] as const) {
    const value = given[facet];
    if (value === undefined || value === null) continue;
    const meant = Object.entries(among).find(([name]) => name === value)?.[1];
    if (meant !== undefined) found[key] = meant;
    else
      problem(
        draft,
        'DEFINITION_FACET',
        `CascadeConfiguration/${facet}`,
        `${facet} is one of ${Object.keys(among).join(', ')}.`,
      );
  }
  return found;
}

function inverted(names: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(names).map(([ours, theirs]) => [theirs, ours]));
}

export function updateRelation(draft: Draft, relation: Relation, definition: Definition, sent: Row): void {
  for (const fixed of [
    'ReferencedEntity',
    'ReferencingEntity',
    'ReferencingAttribute',
    'Entity1LogicalName',
    'Entity2LogicalName',
  ]) {
    const value = sent[fixed];
    if (value !== undefined && value !== null && value !== definition.properties[fixed])
      problem(draft, 'DEFINITION_FIXED', fixed, `${fixed} of ${relation.name} stays as it is.`);
  }
  if (!isA(definition, 'OneToManyRelationshipMetadata') || relation.kind !== 'one-to-many') return;
  const entity = draft.model.entities.get(relation.many);
  const field = entity?.fields.get(relation.field);
  if (!entity || !field) return;
  const { spec } = field;
  const present = isObject(spec.options['relation']) ? spec.options['relation'] : {};
  const { behaviour } = relation;
  const said = Object.entries(cascadesAt(draft, sent)).filter(([key, value]) => behaviour[key as 'delete'] !== value);
  const hierarchy = flagAt(draft, sent, 'IsHierarchical');
  const isTree = behaviour.hierarchy === true;
  const changed = {
    ...Object.fromEntries(said),
    ...(hierarchy !== undefined && hierarchy !== isTree && { hierarchy }),
  };
  if (Object.keys(changed).length === 0) return;
  putProperty(draft, entity, field, spec.schema, { field: { relation: { ...present, ...changed } } });
}

export function removeRelation(draft: Draft, relation: Relation): void {
  if (relation.kind === 'one-to-many') {
    const entity = draft.model.entities.get(relation.many);
    if (entity) removeAttribute(draft, entity, relation.field);
    return;
  }
  const id = `relations/${relation.name}`;
  if (!isOwn(draft, id)) {
    problem(draft, 'DEFINITION_BELOW', relation.name, `${relation.name} was not made by the organization; it stays.`);
    return;
  }
  draft.documents.delete(id);
  dropTexts(draft, (key) => key.startsWith(`${id}#`));
}
