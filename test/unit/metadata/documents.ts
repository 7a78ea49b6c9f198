// The metadata documents of the repository as the tests of this folder see them: read from disk, with what they say of
// themselves. No model is involved: these tests hold the language, the model's tests hold its meaning.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

export const root = join(import.meta.dirname, '../../..');
export const schemaFolder = join(root, 'metadata/schemas');

export interface Json {
  readonly [key: string]: unknown;
}

export interface LayerDocument {
  readonly file: string;
  /** Path inside the layer without `.json`. */
  readonly id: string;
  readonly body: Json;
}

/** Layers that ship, and the one the tests load real data into. */
export const layers = {
  base: 'metadata/base',
  sales: 'plugins/sales',
  catalog: 'plugins/catalog',
  'crm-sales-opportunities': 'test/fixtures/crm-sales-opportunities',
} as const;

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function readJson(file: string): Json {
  const body: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (!isObject(body)) throw new TypeError(`${file} holds no object`);
  return body;
}

export function documentsOf(layer: keyof typeof layers): readonly LayerDocument[] {
  const folder = join(root, layers[layer]);
  return (
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.json') && !entry.name.startsWith('tsconfig'))
      .map((entry) => join(entry.parentPath, entry.name))
      // Texts of the browser half are no metadata.
      .filter((file) => !relative(folder, file).startsWith('texts/'))
      .sort()
      .map((file) => ({ file, id: relative(folder, file).slice(0, -'.json'.length), body: readJson(file) }))
  );
}

export const schemaNames: readonly string[] = readdirSync(schemaFolder)
  .filter((name) => name.endsWith('.schema.json'))
  .sort();
