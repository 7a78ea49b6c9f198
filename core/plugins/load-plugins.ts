// The plugin host: finds plugins, puts them in order, reads their layers, loads their server halves, and hands on what
// they contribute. A fault is reported with the plugin that made it.
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { invalidModel } from '../model/errors.ts';
import type { Layer, LayerKind, Problem } from '../model/layer.ts';
import { readLayer } from '../model/read-layer.ts';
import { schemaProblem } from '../model/validate-document.ts';
import type { EventHandler, FieldType, ServerPlugin } from '../sdk/index.ts';
import { pluginError } from './errors.ts';
import type { Manifest } from './manifest.ts';
import { pluginFolders, readManifest } from './manifest.ts';
import { orderPlugins } from './order-plugins.ts';
import { openSdkDoor } from './sdk-door.ts';
import { satisfies } from './version-range.ts';

export interface LoadedPlugins {
  /** The base layer, then the plugins' in the order of their dependencies. */
  readonly layers: readonly Layer[];
  /** By the name in `field.type`. */
  readonly fieldTypes: ReadonlyMap<string, FieldType>;
  readonly handlers: readonly EventHandler[];
  /** In the order of the layers, without the base. */
  readonly plugins: readonly Manifest[];
}

export interface PluginSources {
  /** Folders of plugins, or plugins themselves, beside the shipped ones. */
  readonly folders?: readonly string[];
  /** Where the shipped plugins stand. */
  readonly shipped?: string;
  /** The folder of the base layer. */
  readonly base?: string;
}

const shippedFolder = fileURLToPath(new URL('../../plugins', import.meta.url));
const baseFolder = fileURLToPath(new URL('../../metadata/base', import.meta.url));

/** @throws PLUGIN_… naming the plugin; MODEL_INVALID with every problem of every layer's documents. */
export async function loadPlugins(sources: PluginSources = {}): Promise<LoadedPlugins> {
  const manifests = await readManifests([sources.shipped ?? shippedFolder, ...(sources.folders ?? [])]);
  const base = await readManifest(sources.base ?? baseFolder);
  for (const manifest of manifests) checkEngine(manifest);
  const plugins = orderPlugins(manifests.filter((manifest) => manifest.folder !== base.folder));

  const layers: Layer[] = [];
  const problems: Problem[] = [];
  for (const manifest of [base, ...plugins]) {
    const kind: LayerKind = manifest === base ? 'base' : 'plugin';
    const read = await readLayer(manifest.folder, { id: manifest.id, version: manifest.version, kind });
    layers.push(read.layer);
    problems.push(...read.problems);
  }
  if (problems.length > 0) throw invalidModel(problems);

  const fieldTypes = new Map<string, FieldType>();
  const handlers: EventHandler[] = [];
  const owners = new Map<string, string>();
  for (const manifest of plugins) {
    const file = join(manifest.folder, 'server.ts');
    if (!existsSync(file)) continue;
    const contributed = await importServerHalf(manifest, file);
    for (const type of contributed.fieldTypes ?? []) {
      checkFieldType(manifest, file, type, owners.get(type.name));
      owners.set(type.name, manifest.id);
      fieldTypes.set(type.name, Object.freeze(type));
    }
    handlers.push(...checkHandlers(manifest, file, contributed.handlers ?? []));
  }
  return { layers, fieldTypes, handlers, plugins };
}

async function readManifests(places: readonly string[]): Promise<readonly Manifest[]> {
  const folders = await Promise.all(places.map((place) => pluginFolders(resolve(place))));
  const manifests = await Promise.all([...new Set(folders.flat())].map(readManifest));
  const seen = new Map<string, Manifest>();
  for (const manifest of manifests) {
    const other = seen.get(manifest.id);
    if (other) {
      throw pluginError('PLUGIN_DUPLICATE', { plugin: manifest.id, first: other.folder, second: manifest.folder });
    }
    seen.set(manifest.id, manifest);
  }
  return manifests;
}

function checkEngine({ id, folder, engine }: Manifest): void {
  const version = engineVersion();
  if (engine !== undefined && !satisfies(version, engine)) {
    throw pluginError('PLUGIN_ENGINE', { plugin: id, folder, range: engine, version });
  }
}

function engineVersion(): string {
  const card = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };
  return card.version;
}

async function importServerHalf(manifest: Manifest, file: string): Promise<ServerPlugin> {
  openSdkDoor();
  let loaded: { readonly default?: unknown };
  try {
    loaded = (await import(pathToFileURL(file).href)) as { readonly default?: unknown };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw pluginError('PLUGIN_FAILED', { plugin: manifest.id, file, reason }, { cause });
  }
  if (typeof loaded.default !== 'object' || loaded.default === null) {
    const reason = 'server.ts exports nothing by default; write `export default definePlugin({ … })`';
    throw pluginError('PLUGIN_CONTRIBUTION', { plugin: manifest.id, file, reason });
  }
  return loaded.default as ServerPlugin;
}

function checkFieldType(manifest: Manifest, file: string, type: FieldType, owner: string | undefined): void {
  const refuse = (reason: string): never => {
    throw pluginError('PLUGIN_CONTRIBUTION', { plugin: manifest.id, file, reason });
  };
  if (typeof type?.name !== 'string' || !/^[a-z][a-z0-9-]*$/.test(type.name)) {
    refuse('a field type needs a "name" of lower-case letters, digits and -');
  }
  if (owner !== undefined)
    refuse(`the field type "${type.name}" already comes from the plugin "${owner}"; call it otherwise`);
  for (const part of ['columns', 'decode'] as const) {
    if (typeof type[part] !== 'function') refuse(`the field type "${type.name}" lacks the function "${part}"`);
  }
  if (!Array.isArray(type.operators)) refuse(`the field type "${type.name}" lacks the list "operators"`);
  for (const part of ['options', 'schema'] as const) {
    const problem = schemaProblem(type[part]);
    if (problem !== undefined) refuse(`"${part}" of the field type "${type.name}" is no JSON Schema: ${problem}`);
  }
}

function checkHandlers(manifest: Manifest, file: string, handlers: readonly EventHandler[]): readonly EventHandler[] {
  const names = new Set<string>();
  for (const handler of handlers) {
    if (names.has(handler.name)) {
      const reason = `two handlers are called "${handler.name}"; a handler's name is unique in its plugin`;
      throw pluginError('PLUGIN_CONTRIBUTION', { plugin: manifest.id, file, reason });
    }
    names.add(handler.name);
  }
  // Its full name is the same in every log, message and idempotency key, whatever other plugins call theirs.
  return handlers.map((handler) => ({
    ...handler,
    run: (context) => handler.run(context),
    name: `${manifest.id}/${handler.name}`,
    ...(handler.after && {
      after: handler.after.map((name) => (name.includes('/') ? name : `${manifest.id}/${name}`)),
    }),
  }));
}
