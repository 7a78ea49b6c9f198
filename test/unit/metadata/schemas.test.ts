// The schemas of the metadata language: sound themselves, and every document we ship obeys them.
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import addFormats from 'ajv-formats';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ValidateFunction } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { generate } from '../../../metadata/schemas/generate.ts';
import { expressionProblem } from '../../../core/model/expression.ts';
import { writeDocument } from '../../../core/model/write-layer.ts';
import type { JsonObject } from '../../../core/sdk/index.ts';
import { documentsOf, isObject, layers, readJson, root, schemaFolder, schemaNames } from './documents.ts';
import type { Json } from './documents.ts';

const ajv = new Ajv2020({ strict: true, strictRequired: false, allErrors: true, allowUnionTypes: true });
addFormats.default(ajv);
ajv.addFormat('jsonata', (text: string) => expressionProblem(text) === undefined);

const validators = new Map<string, ValidateFunction>(
  schemaNames.map((name) => [name, ajv.compile(readJson(join(schemaFolder, name)))]),
);

function violations(schema: string, body: Json): readonly string[] {
  const validate = validators.get(schema);
  if (!validate) return [`there is no schema ${schema}`];
  return validate(body) ? [] : (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message ?? ''}`);
}

/** Every subschema that describes a key people write, by its path. */
function describedKeys(node: unknown, path: string): readonly (readonly [string, Json])[] {
  if (Array.isArray(node)) return node.flatMap((item, index) => describedKeys(item, `${path}/${index}`));
  if (!isObject(node)) return [];
  // Where a document's own key is called `properties`, that is a name in a map and no keyword.
  const isMap = path.endsWith('/properties');
  const properties = !isMap && isObject(node['properties']) ? node['properties'] : {};
  return [
    ...Object.entries(properties).flatMap(([key, value]) =>
      isObject(value) ? [[`${path}/properties/${key}`, value] as const] : [],
    ),
    ...Object.entries(node).flatMap(([key, value]) => describedKeys(value, `${path}/${key}`)),
  ];
}

describe.each(schemaNames)('%s', (name) => {
  const schema = readJson(join(schemaFolder, name));

  test('is a sound JSON Schema that closes its objects', () => {
    expect(validators.get(name)).toBeTypeOf('function');
    expect(schema['additionalProperties']).toBe(false);
    expect(schema['$id']).toBe(`urn:peyvand:schema:${basename(name, '.schema.json')}`);
  });

  test('tells the author in an editor what every key is for', () => {
    const definitions = isObject(schema['$defs']) ? schema['$defs'] : {};
    const silent = describedKeys(schema, '').filter(([, value]) => {
      const reference = typeof value['$ref'] === 'string' ? value['$ref'].slice('#/$defs/'.length) : undefined;
      const target = reference === undefined ? undefined : definitions[reference];
      return !value['description'] && !(isObject(target) && target['description']);
    });
    expect(silent.map(([path]) => path)).toEqual([]);
  });
});

test('the generated types are what the schemas say', { timeout: 60_000 }, async () => {
  expect(await generate(true)).toEqual([]);
});

describe.each(Object.keys(layers) as (keyof typeof layers)[])('the documents of %s', (layer) => {
  test.each(documentsOf(layer).map((document) => [document.id, document] as const))('%s is valid', (_id, document) => {
    const named = String(document.body['$schema']);
    const schema = resolve(dirname(document.file), named);
    expect(existsSync(schema), `${relative(root, document.file)} names a schema that is not there: ${named}`).toBe(
      true,
    );
    expect(violations(basename(schema), document.body)).toEqual([]);
  });
});

test.each(Object.keys(layers) as (keyof typeof layers)[])('%s stands as an export would write it', (layer) => {
  const differing = documentsOf(layer).filter(
    ({ id, file, body }) => writeDocument(id, body as JsonObject) !== readFileSync(file, 'utf8'),
  );
  expect(differing.map(({ id }) => id)).toEqual([]);
});

test('the import map of the real pipeline is valid', () => {
  const map = readJson(join(root, 'test/fixtures/crm-sales-opportunities.import.json'));
  expect(violations('import.schema.json', map)).toEqual([]);
});

/** A map of one file with one field. */
const mapOf = (source: Json): Json => ({
  title: 'Map',
  files: [{ id: 'a', file: 'a.csv', entity: 'account', key: ['name'], fields: { name: source } }],
});

describe('what is not a document is refused', () => {
  const whole = { title: 'Lead', type: 'object', entity: { set: 'leads', primary: 'subject' }, properties: {} };

  test.each([
    ['a misspelt key', { ...whole, propertys: {} }],
    ['a misspelt key of the entity', { ...whole, entity: { ...whole.entity, ownershp: 'user' } }],
    ['a name in capitals', { ...whole, properties: { Subject: { title: 'Topic' } } }],
    ['an entity without a title that overlays nothing', { ...whole, title: undefined }],
    [
      'a cascade that does not exist',
      {
        ...whole,
        properties: { x: { field: { type: 'lookup', relation: { delete: 'remove' } } } },
      },
    ],
  ])('%s', (_what, body) => {
    expect(violations('entity.schema.json', JSON.parse(JSON.stringify(body)) as Json)).not.toEqual([]);
  });

  test('an overlay says only what differs', () => {
    const overlay = { overlays: 'sales@1.4.0:lead/entity', properties: { subject: { title: 'Headline' } } };
    expect(violations('entity.schema.json', overlay)).toEqual([]);
  });

  test('an import field that takes its value from nowhere, or from two places', () => {
    expect(violations('import.schema.json', mapOf({ column: 'name' }))).toEqual([]);
    expect(violations('import.schema.json', mapOf({ empty: 'skip' }))).not.toEqual([]);
    expect(violations('import.schema.json', mapOf({ column: 'name', value: 'x' }))).not.toEqual([]);
  });

  test('an import file outside the folder', () => {
    const file = {
      id: 'a',
      file: '../secret.csv',
      entity: 'account',
      key: ['name'],
      fields: { name: { column: 'n' } },
    };
    expect(violations('import.schema.json', { title: 'Map', files: [file] })).not.toEqual([]);
  });
});
