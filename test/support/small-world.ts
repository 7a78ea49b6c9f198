// A metadata world of a few entities for tests of planning and publishing: the shipped field types without the shipped layers.
import { openOrganization, type Organization, type OrganizationOptions } from '../../core/organization.ts';
import { invalidModel } from '../../core/model/errors.ts';
import type { Layer } from '../../core/model/layer.ts';
import { layerOf } from '../../core/model/read-layer.ts';
import type { LoadedPlugins } from '../../core/plugins/load-plugins.ts';
import type { Database } from '../../core/db/sql.ts';
import type { JsonObject } from '../../core/sdk/index.ts';
import { shippedPlugins } from './model.ts';

export type Documents = Readonly<Record<string, JsonObject>>;

const RECORD: JsonObject = {
  title: 'Record',
  properties: {
    '{key}': { title: 'Id', type: 'string', format: 'uuid', field: { type: 'unique-id', system: 'id' } },
    createdon: {
      title: 'Created on',
      type: 'string',
      format: 'date-time',
      readOnly: true,
      field: { type: 'date-time', system: 'created-on' },
    },
    versionnumber: {
      title: 'Row version',
      type: 'integer',
      readOnly: true,
      field: { type: 'big-integer', system: 'version' },
    },
  },
};

/** An entity document without states and owners. */
export function entityOf(
  properties: Readonly<Record<string, JsonObject>>,
  more: { readonly required?: readonly string[]; readonly entity?: JsonObject } = {},
): JsonObject {
  return {
    title: 'Thing',
    type: 'object',
    entity: { ownership: 'organization', stateless: true, ...more.entity },
    properties,
    ...(more.required ? { required: more.required } : {}),
  };
}

export function text(more: JsonObject = {}, field: JsonObject = {}): JsonObject {
  return { title: 'Text', type: 'string', field: { type: 'text', ...field }, ...more };
}

export function wholeNumber(more: JsonObject = {}, field: JsonObject = {}): JsonObject {
  return { title: 'Number', type: 'integer', field: { type: 'whole-number', ...field }, ...more };
}

export function lookup(target: string, field: JsonObject = {}): JsonObject {
  return { title: 'Lookup', type: 'string', format: 'uuid', field: { type: 'lookup', target, ...field } };
}

export async function smallPlugins(): Promise<LoadedPlugins> {
  const { fieldTypes } = await shippedPlugins();
  return {
    layers: [read({ id: 'base', version: '1.0.0', kind: 'base' }, { 'traits/record': RECORD })],
    fieldTypes,
    handlers: [],
    operations: [],
    schedules: [],
    plugins: [],
    parts: [],
  };
}

export function ownLayer(documents: Documents, version = '1'): Layer {
  return read({ id: 'organization', version, kind: 'organization' }, documents);
}

export async function openSmall(
  database: Database,
  more: Partial<Omit<OrganizationOptions, 'database'>> = {},
): Promise<Organization> {
  return openOrganization({ database, schema: 'org_small', plugins: await smallPlugins(), ...more });
}

function read(identity: Parameters<typeof layerOf>[0], documents: Documents): Layer {
  const { layer, problems } = layerOf(identity, documents);
  if (problems.length > 0) throw invalidModel(problems);
  return layer;
}
