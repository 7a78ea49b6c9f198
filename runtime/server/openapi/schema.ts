// JSON Schemas and parameters as OpenAPI writes them, in short.

export type Schema = Readonly<Record<string, unknown>>;

export const text: Schema = { type: 'string' };
export const flag: Schema = { type: 'boolean' };
export const count: Schema = { type: 'integer', minimum: 0 };
export const id: Schema = { type: 'string', format: 'uuid' };
export const instant: Schema = { type: 'string', format: 'date-time' };
export const anything: Schema = {};

export const list = (items: Schema): Schema => ({ type: 'array', items });
export const oneOf = (...values: readonly string[]): Schema => ({ type: 'string', enum: values });

/** `required`: names that must be given. */
export const object = (properties: Readonly<Record<string, Schema>>, ...required: readonly string[]): Schema => ({
  type: 'object',
  properties,
  ...(required.length > 0 && { required }),
});

export const json = (schema: Schema, example?: unknown): Schema => ({
  content: { 'application/json': { schema, ...(example !== undefined && { example }) } },
});

export const query = (name: string, description: string, schema: Schema = text, required = false): Schema => ({
  name,
  in: 'query',
  description,
  schema,
  ...(required && { required }),
});

export const header = (name: string, description: string, schema: Schema = text): Schema => ({
  name,
  in: 'header',
  description,
  schema,
});

export const inPath = (name: string, description: string, schema: Schema = text): Schema => ({
  name,
  in: 'path',
  required: true,
  description,
  schema,
});

export const component = (kind: 'schemas' | 'responses' | 'parameters', name: string): Schema => ({
  $ref: `#/components/${kind}/${name}`,
});
