// A plugin's card, `plugin.json`, and where plugins are found.
import { existsSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { invalidModel } from '../model/errors.ts';
import type { Problem } from '../model/layer.ts';
import { locate } from '../model/locate.ts';
import { parseJson } from '../model/parse-json.ts';
import { isObject } from '../model/pointer.ts';
import { validateDocument } from '../model/validate-document.ts';
import { pluginError } from './errors.ts';

export interface Manifest {
  readonly id: string;
  readonly version: string;
  readonly title: string;
  readonly folder: string;
  /** Versions of Peyvand it works with; undefined = any. */
  readonly engine: string | undefined;
  /** Plugin id → range of versions. */
  readonly requires: Readonly<Record<string, string>>;
}

/** @throws MODEL_INVALID with everything wrong with `plugin.json`. */
export async function readManifest(folder: string): Promise<Manifest> {
  const file = join(folder, 'plugin.json');
  const text = await readFile(file, 'utf8');
  const parsed = parseJson(text);
  const problems: readonly Problem[] =
    parsed.problems.length > 0
      ? parsed.problems.map((problem) => ({ code: 'DOCUMENT_MALFORMED', file, ...problem }))
      : validateDocument('plugin', parsed.value ?? null).map((finding) =>
          locate({ code: 'DOCUMENT_INVALID', file, ...finding }, text),
        );
  if (problems.length > 0) throw invalidModel(problems);
  const body = isObject(parsed.value) ? parsed.value : {};
  const requires = isObject(body['requires']) ? body['requires'] : {};
  return {
    id: String(body['id']),
    version: String(body['version']),
    title: String(body['title']),
    folder,
    engine: typeof body['engine'] === 'string' ? body['engine'] : undefined,
    requires: Object.fromEntries(Object.entries(requires).map(([id, range]) => [id, String(range)])),
  };
}

/** The plugin folders that `folder` stands for: itself, or those directly below it. */
export async function pluginFolders(folder: string): Promise<readonly string[]> {
  if (existsSync(join(folder, 'plugin.json'))) return [folder];
  const entries = existsSync(folder) ? await readdir(folder, { withFileTypes: true }) : [];
  const found = entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(folder, entry.name))
    .filter((path) => existsSync(join(path, 'plugin.json')))
    .sort();
  if (found.length === 0) throw pluginError('PLUGIN_MANIFEST_MISSING', { folder });
  return found;
}
