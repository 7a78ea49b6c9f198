// An address that is about no entity's rows, described in a line or a few: the tables of such addresses stand in endpoints-*.ts.
import { component, inPath, json, query, text, type Schema } from './schema.ts';

export interface Endpoint {
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  /** A right of roles without which it answers 403; the address is left out for callers who lack it. */
  readonly right?: string;
  /** Answers everybody. */
  readonly open?: boolean;
  /** Query options: name → what it does. */
  readonly query?: Readonly<Record<string, string | readonly [description: string, schema: Schema]>>;
  readonly headers?: readonly Schema[];
  readonly body?: Schema;
  /** Where it is not JSON. */
  readonly bodyType?: string;
  readonly bodyExample?: unknown;
  readonly answer?: Schema;
  /** Where it is not JSON. */
  readonly answerType?: string;
  /** Default 200, or 204 where nothing is answered. */
  readonly status?: number;
  readonly answerDescription?: string;
}

/** Path → method → endpoint. */
export type Endpoints = Readonly<Record<string, Readonly<Record<string, Endpoint>>>>;

const PLACES: Readonly<Record<string, string>> = {
  id: 'The id',
  entity: 'Logical name of an entity',
  name: 'Logical name of an entity',
  field: 'Logical name of a field',
  principal: 'The id of a user or team',
};

/** The OpenAPI operation of an endpoint at `path` (`/api/jobs/:id`). */
export function operationOf(path: string, endpoint: Endpoint): Schema {
  const names = [...path.matchAll(/[:{](\w+)\}?/g)].map(([, name = '']) => name);
  const { body, answer } = endpoint;
  const parameters = [
    ...names.map((name) => inPath(name, PLACES[name] ?? name)),
    ...Object.entries(endpoint.query ?? {}).map(([name, said]) =>
      typeof said === 'string' ? query(name, said, text) : query(name, said[0], said[1]),
    ),
    ...(endpoint.headers ?? []),
  ];
  const status = endpoint.status ?? (answer ? 200 : 204);
  const typed = (schema: Schema, type: string | undefined): Schema =>
    type === undefined ? json(schema) : { content: { [type]: { schema } } };
  return {
    tags: [endpoint.tag],
    summary: endpoint.summary,
    ...(endpoint.description !== undefined && { description: endpoint.description }),
    ...(endpoint.open === true && { security: [] }),
    ...(parameters.length > 0 && { parameters }),
    ...(body && {
      requestBody: {
        required: true,
        ...(endpoint.bodyType === undefined ? json(body, endpoint.bodyExample) : typed(body, endpoint.bodyType)),
      },
    }),
    responses: {
      [status]: {
        description: endpoint.answerDescription ?? (answer ? 'What was asked for' : 'Done'),
        ...(answer && typed(answer, endpoint.answerType)),
      },
    },
  };
}

/** `/api/jobs/:id` → `/api/jobs/{id}` */
export function templateOf(path: string): string {
  return path.replace(/:(\w+)/g, '{$1}');
}

export const errors: Schema = {
  '4XX': component('responses', 'Error'),
  '5XX': component('responses', 'Error'),
};
