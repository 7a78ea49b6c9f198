// A plugin's card, `plugin.json`, and where plugins are found.
import { existsSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { PluginDocument } from '../../metadata/schemas/plugin.gen.ts';
import { invalidModel } from '../model/errors.ts';
import type { Problem } from '../model/layer.ts';
import { locate } from '../model/locate.ts';
import { parseJson } from '../model/parse-json.ts';
import { validateDocument } from '../model/validate-document.ts';
import type { JsonObject } from '../sdk/index.ts';
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
  readonly rights: Rights;
  /** What its browser half brings, as plugin.json says it. */
  readonly contributes: NonNullable<PluginDocument['contributes']>;
  /** A JSON Schema of its settings. */
  readonly settings: JsonObject | undefined;
}

/** What a plugin's code may do beyond its own entities; what is not here is refused. */
export interface Rights {
  /** Logical name, or `*` → privileges. */
  readonly entities: ReadonlyMap<string, ReadonlySet<string>>;
  readonly hosts: ReadonlySet<string>;
  readonly secrets: ReadonlySet<string>;
  readonly jobs: boolean;
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
  // The schema has just said that it is one.
  const body = parsed.value as unknown as PluginDocument;
  const { id, version, title, engine, requires = {}, rights = {}, contributes = {}, settings } = body;
  return {
    id,
    version,
    title,
    folder,
    engine,
    requires,
    rights: {
      entities: new Map(Object.entries(rights.entities ?? {}).map(([name, of]) => [name, new Set<string>(of)])),
      hosts: new Set(rights.hosts),
      secrets: new Set(rights.secrets),
      jobs: rights.jobs === true,
    },
    contributes,
    settings: settings as JsonObject | undefined,
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
