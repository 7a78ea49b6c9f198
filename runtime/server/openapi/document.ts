// OpenAPI 3.1 of everything the caller may use: rows with the schemas of their entities, functions and actions, definitions,
// and every other address. Made once for a model and a shape of rights.
import type { Model } from '../../../core/model/model.ts';
import type { OperationDescription } from '../../../core/sdk/index.ts';
import { hasRight, readableEntities } from '../../../core/security/access.ts';
import type { Principal } from '../../../core/security/principal.ts';
import { SESSION_COOKIE } from '../auth/cookies.ts';
import { accessPaths } from './access-paths.ts';
import { definitionPaths, entityPaths, operationPaths, PARAMETERS, sharedPaths, type Described } from './data-paths.ts';
import { errors, operationOf, templateOf } from './endpoint.ts';
import { endpoints } from './endpoints.ts';
import { readSchema, writeSchema } from './records.ts';
import { json, list, object, text, type Schema } from './schema.ts';

type Paths = Readonly<Record<string, Readonly<Record<string, Schema>>>>;

/** What the groups of addresses are about; entities have one each. */
const TAGS: Readonly<Record<string, string>> = {
  service: 'The data service as a whole: what there is, and many requests in one.',
  rows: 'Single properties, files and references, alike for every entity set.',
  operations: 'Functions and actions, those of the platform and those of plugins.',
  definitions: 'Entities, fields, relationships and choices, as the Dataverse metadata API has them.',
  metadata: 'The model as our own pages draw from it.',
  access: 'Why somebody may or may not, and with whom rows are shared.',
  audit: 'The history of rows, and the log.',
  merge: 'Duplicates, and rows that became one.',
  search: 'One box over all entities.',
  events: 'Changes as they happen.',
  jobs: 'Work that goes on behind the answer: bulk changes, export, import.',
  me: 'The caller.',
  'sign-in': 'Sessions, passwords, second factors, API keys.',
  administration: 'People, roles and field profiles.',
  server: 'The server itself.',
};

export function openApiDocument(
  model: Model,
  principal: Principal,
  operations: readonly OperationDescription[],
): Schema {
  const entities = readableEntities(principal, model);
  const readable = new Map(entities.map((entity) => [entity.name, entity]));
  const described: Described['paths'] = Object.assign(
    {},
    ...entities.map((entity) => entityPaths(model, principal, entity)),
    entities.length > 0 ? sharedPaths(entities.map(({ set }) => set)) : {},
    operationPaths(model, principal, readable, operations),
    definitionPaths(model, principal),
    accessPaths(model, principal),
    endpointPaths(model, principal),
  ) as Described['paths'];
  const paths = completed(described);
  const used = JSON.stringify(paths);
  const parameters = Object.entries(PARAMETERS).filter(([name]) => used.includes(`"#/components/parameters/${name}"`));
  const schemas = entities.flatMap((entity): [string, Schema][] => [
    [entity.name, readSchema(model, principal, entity)],
    [`${entity.name}.write`, writeSchema(model, principal, entity)],
  ]);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Peyvand',
      version: model.version,
      summary: 'Everything that the caller may use.',
      description: 'OData v4 with the conventions of the Dataverse Web API, and what our own pages use beside it.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/', description: 'This server' }],
    security: [{ apiKey: [] }, { session: [] }],
    tags: tagsOf(
      paths,
      new Map(entities.map((entity) => [entity.name, tagOf(entity.schema['description'], entity.plural)])),
    ),
    paths,
    components: {
      securitySchemes: {
        apiKey: { type: 'http', scheme: 'bearer', description: 'An API key: pvd_…' },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: SESSION_COOKIE,
          description: 'Somebody who signed in. What changes something must come from this site itself.',
        },
      },
      parameters: Object.fromEntries(parameters),
      responses: {
        Error: {
          description: 'What is wrong, all of it at once',
          ...json(
            { $ref: '#/components/schemas/Error' },
            {
              error: {
                code: 'BODY_INVALID',
                message: 'The body has 1 problem(s).',
                details: [{ code: 'FIELD_REQUIRED', target: 'name', message: 'Name is needed.' }],
              },
            },
          ),
        },
      },
      schemas: {
        Error: object(
          {
            error: object(
              {
                code: { ...text, description: 'Stable, for programs.' },
                message: { ...text, description: 'What is wrong and how to mend it.' },
                details: list(object({ code: text, target: text, message: text }, 'code', 'message')),
                '@peyvand.data': { type: 'object', description: 'More for programs that know the code.' },
              },
              'code',
              'message',
            ),
          },
          'error',
        ),
        // Schemas that nothing refers to would only be in the way: who may not write has no use for what is written.
        ...Object.fromEntries(schemas.filter(([name]) => used.includes(`"#/components/schemas/${name}"`))),
      },
    },
  };
}

function endpointPaths(model: Model, principal: Principal): Paths {
  const paths: Record<string, Record<string, Schema>> = {};
  for (const [path, methods] of Object.entries(endpoints)) {
    for (const [method, endpoint] of Object.entries(methods)) {
      if (endpoint.right !== undefined && !hasRight(principal, model, endpoint.right)) continue;
      (paths[templateOf(path)] ??= {})[method.toLowerCase()] = operationOf(path, endpoint);
    }
  }
  return paths;
}

/** Every operation has an id of its own and says what a refusal looks like. */
function completed(paths: Paths): Paths {
  return Object.fromEntries(
    Object.entries(paths).map(([path, item]) => [
      path,
      Object.fromEntries(
        Object.entries(item).map(([method, operation]) => {
          const { default: _default, ...responses } = operation['responses'] as Schema;
          const operationId = operation['operationId'] ?? idOf(method, path);
          return [method, { ...operation, operationId, responses: { ...responses, ...errors } }];
        }),
      ),
    ]),
  );
}

/** `get /api/jobs/{id}` → `get.jobs.id` */
function idOf(method: string, path: string): string {
  const words = path.replace(/^\/api\/(?:data\/v9\.2\/)?/, '').match(/[\w.-]+/g) ?? [];
  return [method, ...words].join('.');
}

function tagOf(description: unknown, plural: string): string {
  return typeof description === 'string' ? description : `Rows: ${plural}.`;
}

function tagsOf(paths: Paths, entities: ReadonlyMap<string, string>): readonly Schema[] {
  const used = new Set(
    Object.values(paths).flatMap((item) => Object.values(item).flatMap((operation) => operation['tags'] as string[])),
  );
  return [...entities, ...Object.entries(TAGS)].flatMap(([name, description]) =>
    used.has(name) ? [{ name, description }] : [],
  );
}
