// Models for tests: the shipped one, and the shipped one with a few documents of an organization's layer over it.
import { compileModel } from '../../core/model/compile.ts';
import { invalidModel } from '../../core/model/errors.ts';
import type { Problem } from '../../core/model/layer.ts';
import type { Model } from '../../core/model/model.ts';
import { layerOf } from '../../core/model/read-layer.ts';
import { loadPlugins } from '../../core/plugins/load-plugins.ts';
import type { LoadedPlugins } from '../../core/plugins/load-plugins.ts';
import { PeyvandError } from '../../core/sdk/index.ts';
import type { JsonObject } from '../../core/sdk/index.ts';

let plugins: Promise<LoadedPlugins> | undefined;

/** The base layer and the shipped plugins, read once. */
export function shippedPlugins(): Promise<LoadedPlugins> {
  plugins ??= loadPlugins();
  return plugins;
}

/** The model of an organization that has changed nothing. */
export async function baseModel(): Promise<Model> {
  return compileModel(await shippedPlugins());
}

/** The model of the shipped plugins, or these, under an organization's layer of such documents: `{'ship/entity': {…}, 'ship/views/all': {…}}`. */
export async function modelOf(
  documents: Readonly<Record<string, JsonObject>>,
  loaded?: Pick<LoadedPlugins, 'layers' | 'fieldTypes'>,
): Promise<Model> {
  const { layers, fieldTypes } = loaded ?? (await shippedPlugins());
  const read = layerOf({ id: 'organization', version: '1.0.0', kind: 'organization' }, documents);
  if (read.problems.length > 0) throw invalidModel(read.problems);
  return compileModel({ layers: [...layers, read.layer], fieldTypes });
}

/** What a refused model says is wrong. */
export async function problemsOf(documents: Readonly<Record<string, JsonObject>>): Promise<readonly Problem[]> {
  try {
    await modelOf(documents);
    return [];
  } catch (error) {
    if (!(error instanceof PeyvandError) || error.code !== 'MODEL_INVALID') throw error;
    return error.data?.['problems'] as readonly Problem[];
  }
}
