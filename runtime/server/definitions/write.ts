// POST, PUT and DELETE below EntityDefinitions, RelationshipDefinitions and GlobalOptionSetDefinitions.
import type { Entity, Model } from '../../../core/model/model.ts';
import type { Principal } from '../../../core/security/principal.ts';
import { parseJsonObject, readJsonText } from '../body.ts';
import { answerEmpty } from '../answer.ts';
import type { Segment } from '../data/path.ts';
import { refuseMethod, serviceRoot, type DataRequest } from '../data/request.ts';
import { fail } from '../errors.ts';
import { header } from '../exchange.ts';
import type { Services } from '../services.ts';
import { catalogueOf } from './catalogue.ts';
import type { Definition, Row } from './definition.ts';
import { relationPath } from './describe-relation.ts';
import { shown, type Draft } from './draft.ts';
import { metadataId } from '../../../core/model/metadata-id.ts';
import { publishDefinitions, requireCustomizer } from './publish.ts';
import { castOf, definitionsOf, isDefinitionSet, memberOf, type DefinitionSet } from './read.ts';
import { createAttribute, removeAttribute, updateAttribute, type KnownNames } from './write-attribute.ts';
import { createEntity, createKey, removeEntity, removeKey, updateEntity } from './write-entity.ts';
import { createChoice, removeChoice, updateChoice } from './write-options.ts';
import { createRelation, removeRelation, updateRelation } from './write-relation.ts';

/** Bytes: an entity with hundreds of fields takes a third of it. */
const LIMIT = 1024 * 1024;

/** What a writing path names: a set, or a collection of one entity; with the member it changes. */
interface Target {
  readonly set: DefinitionSet | 'Attributes' | 'Keys';
  readonly entity: Segment | undefined;
  readonly member: Segment | undefined;
}

function targetOf(segments: readonly Segment[]): Target | undefined {
  // A cast at the end says again what the definition is.
  const path = castOf(segments.at(-1)?.name ?? '') === undefined ? segments : segments.slice(0, -1);
  const [head, next, ...more] = path;
  if (!head || more.length > 0 || !isDefinitionSet(head.name)) return undefined;
  if (!next) return { set: head.name, entity: undefined, member: head.arguments ? head : undefined };
  if (head.name !== 'EntityDefinitions' || !head.arguments) return undefined;
  if (next.name !== 'Attributes' && next.name !== 'Keys') return undefined;
  return { set: next.name, entity: head, member: next.arguments ? next : undefined };
}

/** Finds what a draft's model has, as the caller sees it. Throws DEFINITION_UNKNOWN (404). */
function finder(principal: Principal) {
  const definition = (model: Model, set: DefinitionSet, segment: Segment): Definition => {
    const one = memberOf(definitionsOf(catalogueOf(model, principal), set), segment);
    if (!one) throw fail('PATH_MALFORMED', { reason: `name one of ${set}` });
    return one;
  };
  const entity = (model: Model, segment: Segment): { readonly entity: Entity; readonly definition: Definition } => {
    const found = definition(model, 'EntityDefinitions', segment);
    const known = model.entities.get(found.name);
    if (!known) throw fail('DEFINITION_UNKNOWN', { set: 'EntityDefinitions', name: found.name, suggestion: '' });
    return { entity: known, definition: found };
  };
  const below = (
    model: Model,
    of: Segment,
    member: Segment,
  ): { readonly entity: Entity; readonly definition: Definition } => {
    const found = entity(model, of);
    const among = found.definition.navigation[member.name]?.();
    const one = among && !('type' in among) ? memberOf(among, member) : undefined;
    if (!one) throw fail('PATH_MALFORMED', { reason: `name one of ${member.name}` });
    return { entity: found.entity, definition: one };
  };
  return { definition, entity, below };
}

/** The names that definitions of a type have, to find misspelt ones; empty where the organization has none of them. */
function knownNames(model: Model, principal: Principal): (type: string) => ReadonlySet<string> {
  return (type) => {
    const { entities, relations } = catalogueOf(model, principal);
    const of = (among: readonly Definition[]): readonly Definition[] => among.filter((one) => one.type === type);
    const first = type === 'EntityMetadata' ? entities().slice(0, 1) : of(relations());
    // Of one type are fields that say more of themselves and some that say less: a formula's number has no limits.
    const samples =
      first.length === 0 && type.endsWith('AttributeMetadata')
        ? entities().flatMap((entity) => {
            const attributes = entity.navigation['Attributes']?.();
            return attributes && !('type' in attributes) ? of(attributes) : [];
          })
        : first;
    if (samples.length === 0) return new Set();
    return new Set([
      ...samples.flatMap((sample) => [...Object.keys(sample.properties), ...Object.keys(sample.navigation)]),
      'Entity',
      'SolutionUniqueName',
    ]);
  };
}

export async function writeDefinition(
  services: Services,
  request: DataRequest,
  segments: readonly Segment[],
): Promise<Response> {
  const { exchange, call } = request;
  const { method } = exchange;
  const target = targetOf(segments);
  const allowed = !target ? ['GET'] : target.member ? ['GET', 'PUT', 'DELETE'] : ['GET', 'POST'];
  if (!target || !allowed.includes(method)) refuseMethod(exchange, ...allowed);
  const { principal } = call;
  refuseInside(request);
  requireCustomizer(principal, call.engine.model);
  const sent: Row = method === 'DELETE' ? {} : parseJsonObject(await readJsonText(exchange, LIMIT)).value;
  const merge = header(exchange, 'mscrm.mergelabels') === 'true';
  const address = await publishDefinitions(services.organization, principal, {
    what: describeTarget(target, sent),
    removes: method === 'DELETE',
    edit: (draft) => {
      const change = { draft, target, sent, merge, find: finder(principal), types: services.organization.fieldTypes() };
      const named = knownNames(draft.model, principal);
      const known: KnownNames = (kind) => named(`${kind}AttributeMetadata`);
      if (method === 'DELETE') removeTarget(change);
      else if (method === 'PUT') return updateTarget({ ...change, named, known });
      else return createTarget({ ...change, named, known });
      return undefined;
    },
  });
  return answerEmpty(204, address === undefined ? {} : { 'OData-EntityId': `${serviceRoot(exchange)}/${address}` });
}

/** A publish is a transaction of its own, and more than one: nothing around it could take it back. */
export function refuseInside({ call }: DataRequest): void {
  if (call.executor) throw fail('DEFINITION_IN_CHANGE_SET');
}

function describeTarget({ set, member }: Target, sent: Row): string {
  const values = member?.arguments?.kind === 'named' ? [...member.arguments.values.values()] : [];
  const id = member?.arguments?.kind === 'id' ? member.arguments.id : undefined;
  const name = values[0] ?? sent['SchemaName'] ?? sent['Name'] ?? sent['LogicalName'] ?? id ?? 'it';
  return `${set} ${shown(name)}`;
}

interface Removal {
  readonly draft: Draft;
  readonly target: Target;
  readonly find: ReturnType<typeof finder>;
}

interface Writing extends Removal {
  readonly sent: Row;
  readonly merge: boolean;
  readonly types: ReturnType<Services['organization']['fieldTypes']>;
  readonly named: (type: string) => ReadonlySet<string>;
  readonly known: KnownNames;
}

const entityAddress = (name: string): string => `EntityDefinitions(${metadataId(`${name}/entity`)})`;

/** The address of what was made; undefined where problems were noted. */
function createTarget({ draft, target, sent, find, types, named, known }: Writing): string | undefined {
  const all = [...types.values()];
  switch (target.set) {
    case 'EntityDefinitions': {
      const name = createEntity(draft, all, sent, named('EntityMetadata'), known);
      return name === undefined ? undefined : entityAddress(name);
    }
    case 'RelationshipDefinitions': {
      const name = createRelation(draft, sent, named);
      return name === undefined ? undefined : `RelationshipDefinitions(${metadataId(relationPath(name))})`;
    }
    case 'GlobalOptionSetDefinitions': {
      const id = createChoice(draft, sent);
      return id === undefined ? undefined : `GlobalOptionSetDefinitions(${metadataId(id)})`;
    }
    default: {
      if (!target.entity) return undefined;
      const { entity } = find.entity(draft.model, target.entity);
      if (target.set === 'Keys') {
        const key = createKey(draft, entity, sent);
        const id = metadataId(`${entity.name}/entity#keys/${key ?? ''}`);
        return key === undefined ? undefined : `${entityAddress(entity.name)}/Keys(${id})`;
      }
      const name = createAttribute(draft, all, entity, sent, known);
      const id = metadataId(`${entity.name}/entity#properties/${name ?? ''}`);
      return name === undefined ? undefined : `${entityAddress(entity.name)}/Attributes(${id})`;
    }
  }
}

function updateTarget({ draft, target, sent, merge, find, types, named, known }: Writing): string | undefined {
  const { set, member } = target;
  if (!member) return undefined;
  if (set === 'Keys') throw fail('PATH_MALFORMED', { reason: 'a key is deleted and made anew, not changed' });
  if (set === 'Attributes') {
    if (!target.entity) return undefined;
    const { entity, definition } = find.below(draft.model, target.entity, member);
    updateAttribute(draft, [...types.values()], entity, definition, sent, known, merge);
    return `${entityAddress(entity.name)}/Attributes(${definition.id})`;
  }
  const definition = find.definition(draft.model, set, member);
  if (set === 'EntityDefinitions') {
    const { entity } = find.entity(draft.model, member);
    updateEntity(draft, entity, definition, sent, named('EntityMetadata'), merge);
  } else if (set === 'RelationshipDefinitions') {
    const relation = draft.model.relations.get(definition.name);
    if (relation) updateRelation(draft, relation, definition, sent);
  } else updateChoice(draft, definition.name, sent, merge);
  return `${set}(${definition.id})`;
}

function removeTarget({ draft, target, find }: Removal): void {
  const { set, member } = target;
  if (!member) return;
  if (set === 'Attributes' || set === 'Keys') {
    if (!target.entity) return;
    const { entity, definition } = find.below(draft.model, target.entity, member);
    if (set === 'Keys') removeKey(draft, entity, definition.name);
    else removeAttribute(draft, entity, definition.name);
    return;
  }
  if (set === 'EntityDefinitions') removeEntity(draft, find.entity(draft.model, member).entity);
  else if (set === 'RelationshipDefinitions') {
    const relation = draft.model.relations.get(find.definition(draft.model, set, member).name);
    if (relation) removeRelation(draft, relation);
  } else removeChoice(draft, find.definition(draft.model, set, member).name);
}
