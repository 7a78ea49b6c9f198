// The organization's own layer as a folder of documents: read for `plan` and `publish`, written by `export`.
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { invalidModel } from '../../core/model/errors.ts';
import type { Layer } from '../../core/model/layer.ts';
import { readLayer } from '../../core/model/read-layer.ts';
import { fail } from './command.ts';

/** Throws MODEL_INVALID with every problem of its documents. */
export async function readOrganizationLayer(folder: string): Promise<Layer> {
  const path = resolve(folder);
  const found = await stat(path).catch(() => undefined);
  if (!found?.isDirectory()) throw fail('FOLDER_MISSING', { folder: path });
  const { layer, problems } = await readLayer(path, { id: 'organization', version: '0', kind: 'organization' });
  if (problems.length > 0) throw invalidModel(problems);
  return layer;
}
