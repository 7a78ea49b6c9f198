// /api/data/v9.2: rows of every entity that the caller may reach, functions and actions, batches and definitions.
import type { Entity, Model } from '../../../core/model/model.ts';
import type { OperationDescription, OperationValue } from '../../../core/sdk/index.ts';
import { hasRight, mayI } from '../../../core/security/access.ts';
import type { Principal } from '../../../core/security/principal.ts';
import { operationOf, type Endpoint } from './endpoint.ts';
import { createSchema, exampleOf } from './records.ts';
import {
  component,
  count,
  flag,
  header,
  id,
  inPath,
  json,
  list,
  object,
  oneOf,
  query,
  text,
  type Schema,
} from './schema.ts';

const ROOT = '/api/data/v9.2';

/** Options and headers that many addresses take, under the names they have among the components. */
export const PARAMETERS: Readonly<Record<string, Schema>> = {
  id: inPath('id', "The id of the row; an alternate key stands as `(accountnumber='A-1')`", id),
  select: query('$select', 'Properties of the answer, separated by commas'),
  filter: { ...query('$filter', 'An OData condition'), example: "startswith(name,'A')" },
  orderby: query('$orderby', 'Properties with asc or desc'),
  top: query('$top', 'At most this many rows', count),
  count: query('$count', 'With the number of all matching rows', flag),
  expand: query('$expand', 'Related rows, with their own options in parentheses'),
  apply: query('$apply', 'Groups and aggregates: `groupby((statecode),aggregate($count as n))`'),
  search: query('$search', 'Words in the fields of quick search'),
  savedQuery: query('savedQuery', 'Id of a view whose rows are given', id),
  fetchXml: query('fetchXml', 'A query as FetchXML'),
  prefer: header(
    'Prefer',
    'return=representation, odata.maxpagesize=n, odata.include-annotations="*", odata.track-changes',
  ),
  ifMatch: header('If-Match', 'The ETag that was read, or * for an update that never creates'),
  ifNoneMatch: header('If-None-Match', 'On reading: the ETag one has (304). On PATCH: * creates and never updates'),
  set: inPath('set', 'Name of an entity set'),
};
const parameter = (name: keyof typeof PARAMETERS & string): Schema => component('parameters', name);
const LIST = ['select', 'filter', 'orderby', 'top', 'count', 'expand', 'apply', 'search', 'savedQuery', 'fetchXml'];

const entityId = { 'OData-EntityId': { description: 'The address of the row', schema: text } };
const done = { description: 'Done', headers: entityId };
const writtenBack = (row: Schema): Schema => ({
  description: 'With Prefer: return=representation: the row',
  ...json(row),
});

export interface Described {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Schema>>>>;
  readonly tags: readonly { readonly name: string; readonly description: string }[];
}

/** The four verbs on an entity's rows, as far as the caller may. */
export function entityPaths(model: Model, principal: Principal, entity: Entity): Described['paths'] {
  const may = (privilege: Parameters<typeof mayI>[2]) => mayI(principal, model, privilege, entity.name);
  const isWritable = entity.union === undefined;
  const row = component('schemas', entity.name);
  const tags = [entity.name];
  const example = exampleOf(model, principal, entity);
  const collection: Record<string, Schema> = {};
  const single: Record<string, Schema> = {};
  const counted: Record<string, Schema> = {};
  if (may('read')) {
    const page = object({ '@odata.count': { type: 'integer' }, '@odata.nextLink': text, value: list(row) }, 'value');
    collection['get'] = {
      tags,
      operationId: `${entity.name}.list`,
      summary: `List ${entity.plural}`,
      parameters: [...LIST, 'prefer'].map(parameter),
      responses: { 200: { description: 'One page; follow @odata.nextLink for the next', ...json(page) } },
    };
    counted['get'] = {
      tags,
      operationId: `${entity.name}.count`,
      summary: `Count ${entity.plural}`,
      parameters: ['filter', 'search'].map(parameter),
      responses: { 200: { description: 'The number', content: { 'text/plain': { schema: text } } } },
    };
    single['get'] = {
      tags,
      operationId: `${entity.name}.retrieve`,
      summary: `Retrieve ${entity.title}`,
      parameters: ['id', 'select', 'expand', 'ifNoneMatch', 'prefer'].map(parameter),
      responses: { 200: { description: 'The row', ...json(row) }, 304: { description: 'It is as it was' } },
    };
  }
  if (isWritable && !entity.single && may('create'))
    collection['post'] = {
      tags,
      operationId: `${entity.name}.create`,
      summary: `Create ${entity.title}`,
      description: 'Objects and lists under navigation properties are created along with the row.',
      parameters: ['select', 'prefer'].map(parameter),
      requestBody: { required: true, ...json(createSchema(model, principal, entity), example) },
      responses: { 201: writtenBack(row), 204: done },
    };
  if (isWritable && may('write'))
    single['patch'] = {
      tags,
      operationId: `${entity.name}.update`,
      summary: `Change ${entity.title}`,
      description: 'Creates the row where it is missing and no If-Match is sent.',
      parameters: ['id', 'select', 'ifMatch', 'ifNoneMatch', 'prefer'].map(parameter),
      requestBody: { required: true, ...json(component('schemas', `${entity.name}.write`)) },
      responses: { 200: writtenBack(row), 201: writtenBack(row), 204: done },
    };
  if (isWritable && !entity.single && may('delete'))
    single['delete'] = {
      tags,
      operationId: `${entity.name}.delete`,
      summary: `Delete ${entity.title}`,
      parameters: ['id', 'ifMatch'].map(parameter),
      responses: { 204: { description: 'Done' } },
    };
  const given = { [ROOT]: undefined, [`${ROOT}/${entity.set}`]: collection, [`${ROOT}/${entity.set}/$count`]: counted };
  const all = { ...given, [`${ROOT}/${entity.set}({id})`]: single };
  return Object.fromEntries(
    Object.entries(all).flatMap(([path, item]) => (item && Object.keys(item).length > 0 ? [[path, item]] : [])),
  );
}

const value = object({ value: {} }, 'value');
const reference = object({ '@odata.id': { ...text, description: 'The address of the other row' } }, '@odata.id');
const service = 'service';

/** What every set has, described once. */
export function sharedPaths(sets: readonly string[]): Described['paths'] {
  const set = { ...inPath('set', 'Name of an entity set', oneOf(...sets)) };
  const at = (name: string, description: string): Schema => inPath(name, description);
  const property = at('property', 'A property');
  const navigation = at('navigation', 'A navigation property');
  const row = [set, parameter('id')];
  const verb = (operationId: string, summary: string, more: Schema, tag = 'rows'): Schema => ({
    tags: [tag],
    operationId,
    summary,
    ...more,
  });
  const empty = { responses: { 204: { description: 'Done' } } };
  const bytes: Schema = { type: 'string', contentMediaType: 'application/octet-stream' };
  const multipart = {
    'multipart/mixed': { schema: text },
    'application/json': { schema: object({ requests: list(object({})) }) },
  };
  const answers = {
    'multipart/mixed': { schema: text },
    'application/json': { schema: object({ responses: list(object({})) }) },
  };
  return {
    [ROOT]: {
      get: verb(
        'service',
        'The entity sets',
        {
          responses: {
            200: {
              description: 'Names and addresses',
              ...json(object({ value: list(object({ name: text, kind: text, url: text })) })),
            },
          },
        },
        service,
      ),
    },
    [`${ROOT}/$metadata`]: {
      get: verb(
        'metadata',
        'The model as CSDL',
        {
          parameters: [parameter('ifNoneMatch'), parameter('prefer')],
          responses: {
            200: { description: 'CSDL 4.0', content: { 'application/xml': { schema: text } } },
            304: { description: 'It is as it was' },
          },
        },
        service,
      ),
    },
    [`${ROOT}/$batch`]: {
      post: verb(
        'batch',
        'Many requests in one',
        {
          description:
            'Multipart or JSON; the requests of a change set are done together or not at all, and refer to each other by $1.',
          parameters: [parameter('prefer')],
          requestBody: { required: true, content: multipart },
          responses: { 200: { description: 'An answer to each', content: answers } },
        },
        service,
      ),
    },
    [`${ROOT}/{set}({id})/{property}`]: {
      get: verb('property.read', 'One property, or the rows a navigation property leads to', {
        parameters: [...row, property, parameter('select'), parameter('expand')],
        responses: {
          200: { description: 'The value', ...json(object({ value: {} })) },
          204: { description: 'It is empty' },
        },
      }),
      put: verb('property.write', 'Set one property, or send a file', {
        parameters: [...row, property, parameter('ifMatch')],
        requestBody: {
          required: true,
          content: {
            'application/json': { schema: value, example: { value: 'Contoso' } },
            'application/octet-stream': { schema: bytes },
          },
        },
        ...empty,
      }),
      delete: verb('property.clear', 'Empty one property', {
        parameters: [...row, property, parameter('ifMatch')],
        ...empty,
      }),
    },
    [`${ROOT}/{set}({id})/{property}/$value`]: {
      get: verb('property.raw', 'One property as it is, or the bytes of a file', {
        parameters: [...row, property],
        responses: {
          200: {
            description: 'The value',
            content: { 'text/plain': { schema: text }, 'application/octet-stream': { schema: bytes } },
          },
          204: { description: 'It is empty' },
        },
      }),
    },
    [`${ROOT}/{set}({id})/{navigation}/$ref`]: {
      get: verb('reference.read', 'Addresses of related rows', {
        parameters: [...row, navigation],
        responses: { 200: { description: 'Addresses', ...json(object({})) }, 204: { description: 'There is none' } },
      }),
      post: verb('reference.add', 'Relate a row', {
        parameters: [...row, navigation],
        requestBody: { required: true, ...json(reference) },
        ...empty,
      }),
      put: verb('reference.set', 'Relate the only row', {
        parameters: [...row, navigation],
        requestBody: { required: true, ...json(reference) },
        ...empty,
      }),
      delete: verb('reference.remove', 'End a relation', {
        parameters: [...row, navigation, query('$id', 'The address of the other row, where there are many')],
        ...empty,
      }),
    },
  };
}

/** The Dataverse metadata API; changes for who may customize. */
export function definitionPaths(model: Model, principal: Principal): Described['paths'] {
  const mayChange = hasRight(principal, model, 'customize') && hasRight(principal, model, 'publish');
  const options = { $select: 'Properties', $filter: 'A condition', $expand: 'Attributes, OptionSet, …' };
  const key = "A MetadataId, or LogicalName='…', SchemaName='…', Name='…'";
  const base = { tag: 'definitions' } as const;
  const merge = header('MSCRM.MergeLabels', 'true: languages that are not sent keep their labels', text);
  const paths: Record<string, Readonly<Record<string, Schema>>> = {};
  const add = (path: string, what: string, kind: string, changeable = true): void => {
    const operation = (endpoint: Endpoint): Schema => operationOf(path, endpoint);
    const definition = object({ '@odata.type': { ...text, description: `Microsoft.Dynamics.CRM.${kind}` } });
    const changes = mayChange && changeable;
    paths[path] = {
      get: operation({
        ...base,
        summary: `${what}: all of them`,
        query: options,
        answer: object({ value: list(definition) }),
      }),
      ...(changes && {
        post: { ...operation({ ...base, summary: `${what}: make one`, body: definition }), responses: { 204: done } },
      }),
    };
    const one = `${path}({key})`;
    const keyed = (endpoint: Endpoint): Schema => {
      const made = operationOf(one, endpoint);
      const given = (made['parameters'] ?? []) as readonly Schema[];
      return { ...made, parameters: given.map((each) => (each['name'] === 'key' ? inPath('key', key) : each)) };
    };
    paths[one] = {
      get: keyed({ ...base, summary: `${what}: one`, query: options, answer: definition }),
      ...(changes && {
        put: {
          ...keyed({ ...base, summary: `${what}: change one`, headers: [merge], body: definition }),
          responses: { 204: done },
        },
        delete: keyed({ ...base, summary: `${what}: delete one` }),
      }),
    };
  };
  add(`${ROOT}/EntityDefinitions`, 'Entities', 'EntityMetadata');
  add(`${ROOT}/EntityDefinitions({entity})/Attributes`, 'Fields of an entity', 'StringAttributeMetadata');
  add(
    `${ROOT}/EntityDefinitions({entity})/OneToManyRelationships`,
    'Relationships with rows that refer to an entity',
    'OneToManyRelationshipMetadata',
    false,
  );
  add(
    `${ROOT}/EntityDefinitions({entity})/ManyToOneRelationships`,
    'Relationships by an entity’s lookups',
    'OneToManyRelationshipMetadata',
    false,
  );
  add(
    `${ROOT}/EntityDefinitions({entity})/ManyToManyRelationships`,
    'Many-to-many relationships of an entity',
    'ManyToManyRelationshipMetadata',
    false,
  );
  add(`${ROOT}/RelationshipDefinitions`, 'Relationships', 'OneToManyRelationshipMetadata');
  add(`${ROOT}/GlobalOptionSetDefinitions`, 'Shared choices', 'OptionSetMetadata');
  return paths;
}

const TYPES: Readonly<Record<OperationValue['type'], Schema>> = {
  text,
  boolean: flag,
  integer: { type: 'integer' },
  decimal: { type: 'number' },
  date: { type: 'string', format: 'date' },
  'date-time': { type: 'string', format: 'date-time' },
  id,
  entity: object({ '@odata.id': text }),
  record: object({ '@odata.type': text }),
  json: {},
};

const typed = ({ type, collection }: OperationValue): Schema => (collection ? list(TYPES[type]) : TYPES[type]);

/** Functions and actions that the caller may call; bound ones at every set or row they are bound to. */
export function operationPaths(
  model: Model,
  principal: Principal,
  readable: ReadonlyMap<string, Entity>,
  operations: readonly OperationDescription[],
): Described['paths'] {
  const paths: Record<string, Record<string, Schema>> = {};
  for (const operation of operations) {
    const { name, kind, bound, parameters, returns, right, description } = operation;
    if (right !== undefined && !hasRight(principal, model, right)) continue;
    if (bound && readable.size === 0) continue;
    const entity = bound && bound.entity !== '*' ? readable.get(bound.entity) : undefined;
    if (bound && bound.entity !== '*' && !entity) continue;
    const place = bound ? `/${entity?.set ?? '{set}'}${bound.collection ? '' : '({id})'}` : '';
    const qualified = bound ? `/Microsoft.Dynamics.CRM.${name}` : `/${name}`;
    const isFunction = kind === 'function';
    const aliases = parameters.map((one) => `${one.name}=@${one.name}`).join(',');
    const path = `${ROOT}${place}${qualified}${isFunction ? `(${aliases})` : ''}`;
    const answer = returns
      ? 'properties' in returns
        ? object(Object.fromEntries(returns.properties.map((one) => [one.name, typed(one)])))
        : 'type' in returns && !returns.collection && (returns.type === 'entity' || returns.type === 'record')
          ? object({})
          : object({ value: typed(returns) })
      : undefined;
    const sets = [...readable.values()].map((one) => one.set);
    const given = [
      ...(bound && !entity && sets.length > 0 ? [inPath('set', 'Name of an entity set', oneOf(...sets))] : []),
      ...(bound && !bound.collection ? [parameter('id')] : []),
      ...(isFunction
        ? parameters.map((one) =>
            query(
              `@${one.name}`,
              one.description ?? `${one.name}, as an OData literal or JSON`,
              text,
              one.optional !== true,
            ),
          )
        : []),
    ];
    const body = object(
      Object.fromEntries(
        parameters.map((one) => [
          one.name,
          { ...typed(one), ...(one.description !== undefined && { description: one.description }) },
        ]),
      ),
      ...parameters.flatMap((one) => (one.optional === true ? [] : [one.name])),
    );
    (paths[path] ??= {})[isFunction ? 'get' : 'post'] = {
      tags: ['operations'],
      operationId: `operation.${bound ? `${bound.entity === '*' ? 'any' : bound.entity}.` : ''}${name}`,
      summary: description ?? `${isFunction ? 'Function' : 'Action'} ${name}`,
      ...(given.length > 0 && { parameters: given }),
      ...(!isFunction && parameters.length > 0 && { requestBody: { required: true, ...json(body) } }),
      responses: answer
        ? { 200: { description: 'What it answers', ...json(answer) } }
        : { 204: { description: 'Done' } },
    };
  }
  return paths;
}
