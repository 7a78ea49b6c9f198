import { join } from 'node:path';
import { expect, it } from 'vitest';
import { compileModel } from '../../../../core/model/compile.ts';
import type { Model } from '../../../../core/model/model.ts';
import { readLayer } from '../../../../core/model/read-layer.ts';
import type { Json, JsonObject } from '../../../../core/sdk/index.ts';
import { writeDocument } from '../../../../core/model/write-layer.ts';
import { shippedPlugins } from '../../../support/model.ts';

const folder = join(import.meta.dirname, 'merged-model');

it('a vendor’s layer under ours comes to the model that is written beside them', async () => {
  const { layers, fieldTypes } = await shippedPlugins();
  const vendor = await readLayer(join(folder, 'vendor'), { id: 'marina', version: '1.2.0', kind: 'plugin' });
  const ours = await readLayer(join(folder, 'ours'), { id: 'organization', version: '1.0.0', kind: 'organization' });
  expect([...vendor.problems, ...ours.problems]).toEqual([]);
  const model = compileModel({ layers: [...layers, vendor.layer, ours.layer], fieldTypes });
  await expect(writeDocument('summary', summary(model))).toMatchFileSnapshot(join(folder, 'effective.json'));
});

/** What a reviewer wants to see of a model, each saying followed by the layer that says it. */
function summary(model: Model): JsonObject {
  const entity = model.entities.get('yacht');
  const said = (document: string, value: Json | undefined, path = ''): Json => {
    if (Array.isArray(value)) {
      return value.map((member: Json, index) => said(document, member, `${path}/${idOf(member) ?? String(index)}`));
    }
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(
        Object.entries(value).map(([key, member]) => [key, said(document, member, `${path}/${key}`)] as const),
      );
    }
    return `${String(value)} ← ${model.provenance(document, path) ?? '?'}`;
  };
  const documents = ['choices/rig', 'yacht/forms/main', 'yacht/views/all'];
  return {
    entity: {
      title: said('yacht/entity', entity?.title, '/title'),
      status: entity?.status as unknown as Json,
      required: entity?.schema['required'],
    },
    fields: [...(entity?.fields.values() ?? [])].map(
      (field) =>
        `${field.name}: ${field.title} (${field.type.name}; ${field.columns.map((column) => `${column.name} ${column.type}`).join(', ')}) ← ` +
        `${model.provenance('yacht/entity', `/properties/${field.name}/title`) ?? '?'}`,
    ),
    navigation: [...(entity?.navigation.values() ?? [])].map((step) => `${step.name} → ${step.kind} ${step.target}`),
    documents: Object.fromEntries(documents.map((id) => [id, said(id, model.documents.get(id))])),
  };
}

function idOf(member: Json): string | undefined {
  if (typeof member !== 'object' || member === null || Array.isArray(member)) return undefined;
  const { id, value } = member as { readonly id?: string; readonly value?: number };
  return id ?? (value === undefined ? undefined : String(value));
}
