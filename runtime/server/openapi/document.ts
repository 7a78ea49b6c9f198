// OpenAPI 3.1 of the data API, made from the model: what the caller may read and write, with the schemas of its records.
// Entity documents are JSON Schemas already, so the request bodies are theirs.
import { mayI } from '../../../core/security/access.ts';
import { fieldAccess } from '../../../core/security/field-access.ts';
import type { Principal } from '../../../core/security/principal.ts';
import { accessPaths } from './access-paths.ts';
import type { Column, Entity, Field, Model } from '../../../core/model/model.ts';
import type { ColumnType } from '../../../core/sdk/index.ts';

type Schema = Readonly<Record<string, unknown>>;

const SCHEMAS: Readonly<Record<ColumnType, Schema>> = {
  text: { type: ['string', 'null'] },
  integer: { type: ['integer', 'null'] },
  bigint: { type: ['integer', 'null'], format: 'int64' },
  numeric: { type: ['number', 'null'] },
  boolean: { type: ['boolean', 'null'] },
  date: { type: ['string', 'null'], format: 'date' },
  timestamptz: { type: ['string', 'null'], format: 'date-time' },
  timestamp: { type: ['string', 'null'] },
  uuid: { type: ['string', 'null'], format: 'uuid' },
  jsonb: {},
  'integer[]': { type: ['string', 'null'], description: 'Whole numbers, separated by commas.' },
};

const STANDARD = [
  'maxLength',
  'minLength',
  'minimum',
  'maximum',
  'pattern',
  'format',
  'enum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
] as const;

function facets(field: Field): Schema {
  const { schema } = field.spec;
  const found: Record<string, unknown> = { title: field.title };
  for (const name of STANDARD) if (schema[name] !== undefined) found[name] = schema[name];
  if (typeof schema['description'] === 'string') found['description'] = schema['description'];
  if (field.choices) found['description'] = field.choices.map(({ value, title }) => `${value} = ${title}`).join(', ');
  return found;
}

function readSchema(model: Model, principal: Principal, entity: Entity): Schema {
  const properties: Record<string, Schema> = { '@odata.etag': { type: 'string' } };
  for (const field of entity.fields.values()) {
    const { read } = fieldAccess(principal, model, field);
    if (read === 'none') continue;
    for (const column of field.columns) {
      if (column.hidden) continue;
      const shown = { ...SCHEMAS[column.type], ...facets(field), ...nullable(column) };
      // What is masked has no longer the form that the field asks for.
      properties[column.wire] = read === 'full' ? shown : { ...SCHEMAS[column.type], title: field.title };
    }
  }
  return { title: entity.title, type: 'object', properties };
}

function nullable(column: Column): Schema {
  const type = SCHEMAS[column.type]['type'];
  return type === undefined ? {} : { type };
}

function writeSchema(model: Model, principal: Principal, entity: Entity): Schema {
  const properties: Record<string, Schema> = {};
  const required: string[] = [];
  for (const field of entity.fields.values()) {
    if (field.readOnly || field.type.blob) continue;
    const { create, update } = fieldAccess(principal, model, field);
    if (!create && !update) continue;
    if (field.reference) {
      for (const navigation of entity.navigation.values()) {
        if (navigation.kind !== 'one' || navigation.field !== field.name) continue;
        const set = model.entities.get(navigation.target)?.set ?? navigation.target;
        properties[`${navigation.name}@odata.bind`] = {
          type: ['string', 'null'],
          title: field.title,
          examples: [`/${set}(00000000-0000-0000-0000-000000000000)`],
        };
      }
      continue;
    }
    const [column] = field.columns;
    if (!column) continue;
    properties[field.name] = { ...SCHEMAS[column.type], ...facets(field), ...nullable(column) };
    if (field.required && field.system === undefined && field.default === undefined) required.push(field.name);
  }
  return { title: entity.title, type: 'object', properties, ...(required.length > 0 && { required }) };
}

const ERROR = { $ref: '#/components/responses/Error' };
const ID = { name: 'id', in: 'path', required: true, schema: { type: 'string', format: 'uuid' } };
const option = (name: string, description: string, schema: Schema = { type: 'string' }) => ({
  name,
  in: 'query',
  description,
  schema,
});
const LIST_OPTIONS = [
  option('$select', 'Properties of the answer, separated by commas'),
  option('$filter', 'An OData condition'),
  option('$orderby', 'Properties with asc or desc'),
  option('$top', 'At most this many rows', { type: 'integer', minimum: 0 }),
  option('$count', 'With the number of all matching rows', { type: 'boolean' }),
  option('$expand', 'Related rows, with their own options in parentheses'),
];
const json = (schema: Schema) => ({ content: { 'application/json': { schema } } });

function paths(model: Model, principal: Principal, entity: Entity): Readonly<Record<string, unknown>> {
  const may = (privilege: Parameters<typeof mayI>[2]) => mayI(principal, model, privilege, entity.name);
  const writable = entity.union === undefined;
  const row = { $ref: `#/components/schemas/${entity.name}` };
  const input = { $ref: `#/components/schemas/${entity.name}.write` };
  const tags = [entity.name];
  const collection = {
    ...(may('read') && {
      get: {
        tags,
        summary: `List ${entity.plural}`,
        parameters: LIST_OPTIONS,
        responses: {
          200: {
            description: 'One page; follow @odata.nextLink for the next',
            ...json({
              type: 'object',
              properties: {
                '@odata.count': { type: 'integer' },
                '@odata.nextLink': { type: 'string' },
                value: { type: 'array', items: row },
              },
            }),
          },
          default: ERROR,
        },
      },
    }),
    ...(writable &&
      !entity.single &&
      may('create') && {
        post: {
          tags,
          summary: `Create ${entity.title}`,
          requestBody: { required: true, ...json(input) },
          responses: {
            201: { description: 'With Prefer: return=representation: the row', ...json(row) },
            204: { description: 'OData-EntityId names the new row' },
            default: ERROR,
          },
        },
      }),
  };
  const single = {
    ...(may('read') && {
      get: {
        tags,
        summary: `Retrieve ${entity.title}`,
        parameters: [ID, LIST_OPTIONS[0], LIST_OPTIONS[5]],
        responses: { 200: { description: 'The row', ...json(row) }, default: ERROR },
      },
    }),
    ...(writable &&
      may('write') && {
        patch: {
          tags,
          summary: `Change ${entity.title}; creates it where it is missing and no If-Match is sent`,
          parameters: [ID, { name: 'If-Match', in: 'header', schema: { type: 'string' } }],
          requestBody: { required: true, ...json(input) },
          responses: {
            200: { description: 'With Prefer: return=representation: the row', ...json(row) },
            204: { description: 'Done' },
            default: ERROR,
          },
        },
      }),
    ...(writable &&
      !entity.single &&
      may('delete') && {
        delete: {
          tags,
          summary: `Delete ${entity.title}`,
          parameters: [ID],
          responses: { 204: { description: 'Done' }, default: ERROR },
        },
      }),
  };
  return {
    ...(Object.keys(collection).length > 0 && { [`/api/data/v9.2/${entity.set}`]: collection }),
    ...(Object.keys(single).length > 0 && { [`/api/data/v9.2/${entity.set}({id})`]: single }),
  };
}

export function openApiDocument(model: Model, principal: Principal): Schema {
  const entities = [...model.entities.values()].filter((entity) => mayI(principal, model, 'read', entity.name));
  return {
    openapi: '3.1.0',
    info: {
      title: 'Peyvand',
      version: model.version,
      description: 'OData v4 with the conventions of the Dataverse Web API.',
    },
    security: [{ apiKey: [] }, { session: [] }],
    paths: Object.assign(
      {},
      ...entities.map((entity) => paths(model, principal, entity)),
      accessPaths(model, principal),
    ) as Schema,
    components: {
      securitySchemes: {
        apiKey: { type: 'http', scheme: 'bearer', description: 'An API key: pvd_…' },
        session: { type: 'apiKey', in: 'cookie', name: 'peyvand.session_token' },
      },
      responses: {
        Error: {
          description: 'What is wrong, all of it at once',
          ...json({ $ref: '#/components/schemas/Error' }),
        },
      },
      schemas: {
        Error: {
          type: 'object',
          required: ['error'],
          properties: {
            error: {
              type: 'object',
              required: ['code', 'message'],
              properties: {
                code: { type: 'string' },
                message: { type: 'string' },
                details: {
                  type: 'array',
                  items: {
                    type: 'object',
                    properties: { code: { type: 'string' }, target: { type: 'string' }, message: { type: 'string' } },
                  },
                },
                '@peyvand.data': { type: 'object' },
              },
            },
          },
        },
        ...Object.fromEntries(
          entities.flatMap((entity) => [
            [entity.name, readSchema(model, principal, entity)],
            [`${entity.name}.write`, writeSchema(model, principal, entity)],
          ]),
        ),
      },
    },
  };
}
