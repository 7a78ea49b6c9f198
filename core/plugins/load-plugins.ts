// The plugin host: finds plugins, puts them in order, reads their layers, loads their server halves, and hands on what
// they contribute. A fault is reported with the plugin that made it.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { OwnedOperation, OwnedSchedule } from '../engine.ts';
import { invalidModel } from '../model/errors.ts';
import type { Layer, LayerKind, Problem } from '../model/layer.ts';
import { readLayer } from '../model/read-layer.ts';
import { schemaProblem } from '../model/validate-document.ts';
import { suggest } from '../model/suggest.ts';
import type {
  EventHandler,
  FieldType,
  Operation,
  Operator,
  Schedule,
  ServerPlugin,
  Stage,
  WriteMessage,
} from '../sdk/index.ts';
import { PeyvandError } from '../sdk/index.ts';
import { pluginError } from './errors.ts';
import { closeFieldTypes, hostedFieldTypes } from './host/field-types.ts';
import { defaultLimits, type HostLimits } from './host/limits.ts';
import {
  hostedHandler,
  hostedOperation,
  hostedSchedule,
  revived,
  runHostedMigration,
  type Pieces,
} from './host/pieces.ts';
import { createPluginProcess, type HostedPlugin, type PluginProcess } from './host/plugin-process.ts';
import { closeShippedProcess, shippedProcess } from './host/shipped-process.ts';
import type { Manifest } from './manifest.ts';
import { pluginFolders, readManifest } from './manifest.ts';
import { migrationVersions, type LoadedMigration } from './migration-files.ts';
import { fieldFolders } from './field-folders.ts';
import { fieldTypeIn } from './host/field-type-in.ts';
import { orderPlugins } from './order-plugins.ts';
import { operationProblem } from './operation-problem.ts';
import { mayPlugin, ownEntities, type PluginScope } from './scope.ts';
import { openSdkDoor } from './sdk-door.ts';
import { timetableProblem } from './timetable.ts';
import { isRange, satisfies } from './version-range.ts';

export interface LoadedPlugins {
  /** The base layer, then the plugins' in the order of their dependencies. */
  readonly layers: readonly Layer[];
  /** By the name in `field.type`. */
  readonly fieldTypes: ReadonlyMap<string, FieldType>;
  readonly handlers: readonly EventHandler[];
  readonly operations: readonly OwnedOperation[];
  readonly schedules: readonly OwnedSchedule[];
  /** In the order of the layers, without the base. */
  readonly plugins: readonly Manifest[];
  /** The same, each by itself, so that other sets can be composed of them. */
  readonly parts: readonly LoadedPlugin[];
}

/** One plugin, loaded and checked by itself. */
export interface LoadedPlugin {
  readonly manifest: Manifest;
  readonly layer: Layer;
  readonly fieldTypes: readonly FieldType[];
  /** Under their full names, `<plugin>/<name>`. */
  readonly handlers: readonly EventHandler[];
  readonly operations: readonly OwnedOperation[];
  /** From the oldest; which of them are to be run is the organization's affair. */
  readonly migrations: readonly LoadedMigration[];
  readonly schedules: readonly OwnedSchedule[];
  /** Entities that it brings itself. */
  readonly own: ReadonlySet<string>;
  /** What its server half runs in: its health, and the breaker's reset. */
  readonly process?: PluginProcess;
  /** Ends what runs for it (a process, a worker) when the calls that run have ended; a later call starts it anew. */
  close?(): Promise<void>;
}

export interface PluginSources {
  /** Folders of plugins, or plugins themselves, beside the shipped ones. */
  readonly folders?: readonly string[];
  /** Where the shipped plugins stand. */
  readonly shipped?: string;
  /** The folder of the base layer. */
  readonly base?: string;
  /** Of the processes of plugins from elsewhere. */
  readonly limits?: HostLimits;
}

/** Complete by their types: a new one cannot be left out here. */
const operators: Readonly<Record<Operator, true>> = {
  eq: true,
  ne: true,
  gt: true,
  ge: true,
  lt: true,
  le: true,
  in: true,
  null: true,
  contains: true,
  startswith: true,
  endswith: true,
  'has-any': true,
  'has-all': true,
  me: true,
  on: true,
  before: true,
  after: true,
  today: true,
  yesterday: true,
  tomorrow: true,
  'this-week': true,
  'this-month': true,
  'this-year': true,
  'last-x-days': true,
  'next-x-days': true,
};
const stages: Readonly<Record<Stage, true>> = { validate: true, before: true, after: true, async: true };
const messages: Readonly<Record<WriteMessage | 'assign' | 'set-state' | 'merge', true>> = {
  create: true,
  update: true,
  delete: true,
  associate: true,
  disassociate: true,
  assign: true,
  'set-state': true,
  merge: true,
};

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
    const read = await readOwnLayer(manifest, manifest === base ? 'base' : 'plugin');
    layers.push(read.layer);
    problems.push(...read.problems);
  }
  if (problems.length > 0) throw invalidModel(problems);

  const parts: LoadedPlugin[] = [];
  for (const manifest of plugins) {
    const layer = layers.find(({ id, kind }) => kind === 'plugin' && id === manifest.id);
    if (layer) parts.push(await loadServerHalf(manifest, layer, sources.limits));
  }
  const [lowest] = layers;
  if (!lowest) throw pluginError('PLUGIN_MANIFEST_MISSING', { folder: base.folder });
  return composePlugins(lowest, parts);
}

/** One plugin from its folder, beside those that are loaded already. @throws as loadPlugins */
export async function loadPlugin(folder: string): Promise<LoadedPlugin> {
  const manifest = await readManifest(folder);
  checkEngine(manifest);
  const { layer, problems } = await readOwnLayer(manifest, 'plugin');
  if (problems.length > 0) throw invalidModel(problems);
  return loadServerHalf(manifest, layer);
}

/**
 * The set that these plugins make together, in the order of their dependencies.
 * @throws PLUGIN_REQUIRED_MISSING, PLUGIN_VERSION, PLUGIN_CYCLE; PLUGIN_CONTRIBUTION where two bring one name
 */
export function composePlugins(base: Layer, parts: readonly LoadedPlugin[]): LoadedPlugins {
  const byManifest = new Map(parts.map((part) => [part.manifest, part]));
  const ordered = orderPlugins(parts.map(({ manifest }) => manifest)).flatMap(
    (manifest) => byManifest.get(manifest) ?? [],
  );
  const fieldTypes = new Map<string, FieldType>();
  const owners = new Map<string, string>();
  const operations: OwnedOperation[] = [];
  for (const { manifest, ...part } of ordered) {
    const file = join(manifest.folder, 'server.ts');
    const refuse = (reason: string): never => {
      throw pluginError('PLUGIN_CONTRIBUTION', { plugin: manifest.id, file, reason });
    };
    for (const type of part.fieldTypes) {
      const owner = owners.get(type.name);
      if (owner !== undefined)
        refuse(`the field type "${type.name}" already comes from the plugin "${owner}"; call it otherwise`);
      owners.set(type.name, manifest.id);
      fieldTypes.set(type.name, type);
    }
    for (const operation of part.operations) {
      const reason = operationProblem(operation, operations);
      if (reason !== undefined) refuse(reason);
      operations.push(operation);
    }
    for (const handler of part.handlers) {
      const reason = messageProblem(handler, operations);
      if (reason !== undefined) refuse(reason);
    }
  }
  return {
    layers: [base, ...ordered.map(({ layer }) => layer)],
    fieldTypes,
    handlers: ordered.flatMap(({ handlers }) => handlers),
    operations,
    schedules: ordered.flatMap(({ schedules }) => schedules),
    plugins: ordered.map(({ manifest }) => manifest),
    parts: ordered,
  };
}

/** Ends what runs for them; a later call starts it anew. */
export async function closePlugins({ parts }: Pick<LoadedPlugins, 'parts'>): Promise<void> {
  await Promise.all([closeShippedProcess(), ...parts.map((part) => part.close?.())]);
}

function readOwnLayer({ folder, id, version }: Manifest, kind: LayerKind): ReturnType<typeof readLayer> {
  return readLayer(folder, { id, version, kind });
}

async function loadServerHalf(
  manifest: Manifest,
  layer: Layer,
  limits: HostLimits = defaultLimits,
): Promise<LoadedPlugin> {
  checkModules(manifest);
  const file = join(manifest.folder, 'server.ts');
  const own = ownEntities(layer);
  const isShipped = dirname(manifest.folder) === shippedFolder;
  const { id, folder } = manifest;
  const halves = [...fieldFolders(folder)];
  const hosted: HostedPlugin = { id, folder, file, fields: halves };
  const process = isShipped
    ? shippedProcess(hosted, shippedFolder)
    : createPluginProcess(id, new Map([[id, hosted]]), [folder], limits);
  const pieces: Pieces = { plugin: id, process, limits };
  const close = async (): Promise<void> => {
    if (isShipped) return;
    closeFieldTypes(hosted);
    await process.close();
  };
  const plain = { manifest, layer, own, migrations: migrationsOf(manifest, pieces), process, close };
  if (!existsSync(file) && halves.length === 0) {
    return { ...plain, fieldTypes: [], handlers: [], operations: [], schedules: [] };
  }
  // What comes with the release is trusted: reading what it brings needs no process, and costs nothing where nothing of it runs.
  const raw = isShipped ? undefined : await describeServerHalf(pieces, manifest, file);
  const contributed = raw
    ? (revived(raw) as ServerPlugin)
    : existsSync(file)
      ? await importServerHalf(manifest, file)
      : {};
  const scope: PluginScope = { plugin: id, rights: manifest.rights, own };
  const brought = raw?.fieldTypes ?? [];
  const isSound = brought.every((type) => typeof type === 'object' && type !== null);
  const types =
    raw === undefined
      ? await foundTypes(manifest, contributed.fieldTypes ?? [])
      : isSound && brought.length > 0
        ? await hostedFieldTypes(hosted, process, limits, brought)
        : (contributed.fieldTypes ?? []);
  types.forEach((type, index) => {
    const twin = types.slice(0, index).some((other) => other?.name === type?.name);
    checkFieldType(manifest, file, type, twin ? manifest.id : undefined);
  });
  checkBrowserHalves(manifest, types);
  return {
    ...plain,
    fieldTypes: types.map((type) => Object.freeze(type)),
    handlers: checkHandlers(manifest, file, contributed.handlers ?? [], scope, pieces),
    operations: checkOperations(manifest, file, contributed.operations ?? [], pieces),
    schedules: checkSchedules(manifest, file, contributed.schedules ?? [], pieces),
  };
}

/** Those that server.ts lists, and those of folders that it does not. */
async function foundTypes(manifest: Manifest, listed: readonly FieldType[]): Promise<readonly FieldType[]> {
  const found: FieldType[] = [];
  for (const [name, half] of fieldFolders(manifest.folder)) {
    if (listed.some((type) => type?.name === name)) continue;
    const type = fieldTypeIn(await importModule(manifest, half), name);
    if (!type) throw missingType(manifest, name, half);
    found.push(type);
  }
  return [...listed, ...found];
}

function missingType({ id }: Manifest, name: string, file: string): PeyvandError {
  const reason = `it exports no field type called "${name}", as its folder is`;
  return pluginError('PLUGIN_CONTRIBUTION', { plugin: id, file, reason });
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
  if (engine !== undefined && !isRange(engine))
    throw pluginError('PLUGIN_RANGE', { plugin: id, folder, range: engine });
  if (engine !== undefined && !satisfies(version, engine)) {
    throw pluginError('PLUGIN_ENGINE', { plugin: id, folder, range: engine, version });
  }
}

function engineVersion(): string {
  const card = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };
  return card.version;
}

function migrationsOf({ folder }: Manifest, pieces: Pieces): readonly LoadedMigration[] {
  return migrationVersions(folder).map((version) => ({
    version,
    run: (context) => runHostedMigration(pieces, version, join(folder, 'migrations', `${version}.ts`), context),
  }));
}

async function importModule(manifest: Manifest, file: string): Promise<object> {
  openSdkDoor();
  try {
    return (await import(pathToFileURL(file).href)) as object;
  } catch (cause) {
    throw pluginError('PLUGIN_FAILED', { plugin: manifest.id, file, reason: reasonOf(cause, manifest) }, { cause });
  }
}

async function importServerHalf(manifest: Manifest, file: string): Promise<ServerPlugin> {
  const loaded = await importModule(manifest, file);
  return serverHalf(manifest, file, 'default' in loaded ? loaded.default : undefined);
}

/** What a plugin from elsewhere brings is asked of its process; functions come as their mark. */
async function describeServerHalf(
  { plugin, process }: Pieces,
  manifest: Manifest,
  file: string,
): Promise<ServerPlugin> {
  let contributed: unknown;
  try {
    contributed = await process.describe(plugin);
  } catch (cause) {
    if (cause instanceof PeyvandError && cause.code.startsWith('PLUGIN_')) throw cause;
    throw pluginError('PLUGIN_FAILED', { plugin, file, reason: reasonOf(cause, manifest) }, { cause });
  }
  const half = serverHalf(manifest, file, contributed);
  for (const [name, fields] of fieldFolders(manifest.folder)) {
    if (!half.fieldTypes?.some((type) => type?.name === name)) throw missingType(manifest, name, fields);
  }
  return half;
}

function serverHalf({ id }: Manifest, file: string, exported: unknown): ServerPlugin {
  if (typeof exported !== 'object' || exported === null) {
    const reason = 'server.ts exports nothing by default; write `export default definePlugin({ … })`';
    throw pluginError('PLUGIN_CONTRIBUTION', { plugin: id, file, reason });
  }
  const contributed: Readonly<Record<string, unknown>> = { ...exported };
  for (const part of ['fieldTypes', 'handlers', 'operations', 'schedules'] as const) {
    if (contributed[part] === undefined || Array.isArray(contributed[part])) continue;
    throw pluginError('PLUGIN_CONTRIBUTION', { plugin: id, file, reason: `"${part}" must be a list` });
  }
  return exported;
}

/** What was thrown, with the line of the plugin where it happened, and how to mend what is often done wrong. */
function reasonOf(cause: unknown, { folder }: Manifest): string {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const stack = cause instanceof Error ? (cause.stack ?? '') : '';
  const place = stack.split('\n').find((line) => line.includes(folder) && /:\d+/.test(line));
  const [, line] = /([^\s()]*:\d+(?::\d+)?)\)?$/.exec(place ?? '') ?? [];
  const where = line === undefined ? '' : ` (at ${line.replace('file://', '')})`;
  const hint = reason.startsWith("Cannot find package 'peyvand'")
    ? '. A server half imports from "peyvand/sdk", nothing else of peyvand'
    : reason.includes('strip-only mode')
      ? '. Write TypeScript that Node can run by leaving types out'
      : '';
  return `${reason}${where}${hint}`;
}

/** Modules that plugin.json names are in the folder. */
function checkModules({ id, folder, contributes }: Manifest): void {
  for (const list of Object.values(contributes)) {
    for (const { module } of list as readonly { readonly module?: string }[]) {
      if (module === undefined || existsSync(join(folder, module))) continue;
      const reason = `it names the module "${module}", which is not in its folder`;
      throw pluginError('PLUGIN_CONTRIBUTION', { plugin: id, file: join(folder, 'plugin.json'), reason });
    }
  }
}

/** A browser half is found by its folder's name: one that no field type has would never be shown. */
function checkBrowserHalves({ id, folder }: Manifest, types: readonly FieldType[]): void {
  const fields = join(folder, 'fields');
  for (const name of existsSync(fields) ? readdirSync(fields) : []) {
    const file = join(fields, name, 'browser.ts');
    if (!existsSync(file) || types.some((type) => type.name === name)) continue;
    const near = types.length > 0 ? `; it brings ${types.map((type) => type.name).join(', ')}` : '';
    const reason = `the folder is called "${name}", and server.ts brings no field type of that name${near}. Give both one name`;
    throw pluginError('PLUGIN_CONTRIBUTION', { plugin: id, file, reason });
  }
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
  for (const operator of type.operators) {
    if (!Object.hasOwn(operators, operator))
      refuse(
        `the field type "${type.name}" has the unknown operator "${operator}"${suggest(String(operator), Object.keys(operators))}`,
      );
  }
  if (typeof type.edm !== 'string' || !type.edm.startsWith('Edm.'))
    refuse(`the field type "${type.name}" lacks "edm", its OData type such as "Edm.String"`);
  for (const part of ['options', 'schema'] as const) {
    const problem = schemaProblem(type[part]);
    if (problem !== undefined) refuse(`"${part}" of the field type "${type.name}" is no JSON Schema: ${problem}`);
  }
}

function checkOperations(
  manifest: Manifest,
  file: string,
  operations: readonly Operation[],
  pieces: Pieces,
): readonly OwnedOperation[] {
  operations.forEach((operation, index) => {
    const reason = operationProblem(operation, operations.slice(0, index));
    if (reason !== undefined) throw pluginError('PLUGIN_CONTRIBUTION', { plugin: manifest.id, file, reason });
  });
  return operations.map((operation, index) =>
    Object.freeze({ ...hostedOperation(pieces, operation, index), plugin: manifest.id }),
  );
}

/** `operations`: the plugin's own and those of the plugins beneath it. */
function messageProblem(handler: EventHandler, operations: readonly Operation[]): string | undefined {
  const about = `the handler "${handler.name.slice(handler.name.indexOf('/') + 1)}"`;
  const message = String(handler.message);
  const isOperation = operations.some(({ name }) => name === message);
  if (!isOperation && !Object.hasOwn(messages, message)) {
    const all = Object.keys(messages);
    return `the message of ${about} is "${message}"${suggest(message, all)}; it is one of ${all.join(', ')}, or the name of an operation of this plugin or of one that it requires`;
  }
  return handler.stage === 'async' && (isOperation || message === 'merge')
    ? `${about} waits for "${message}" in the stage async; that message has validate, before and after`
    : undefined;
}

function checkHandlers(
  manifest: Manifest,
  file: string,
  handlers: readonly EventHandler[],
  scope: PluginScope,
  pieces: Pieces,
): readonly EventHandler[] {
  const names = new Set<string>();
  const refuse = (reason: string): never => {
    throw pluginError('PLUGIN_CONTRIBUTION', { plugin: manifest.id, file, reason });
  };
  for (const handler of handlers) {
    if (typeof handler?.name !== 'string' || handler.name === '') refuse('a handler needs a "name"');
    if (typeof handler.run !== 'function') refuse(`the handler "${handler.name}" lacks the function "run"`);
    const about = `the handler "${handler.name}"`;
    const stage = String(handler.stage);
    if (!Object.hasOwn(stages, stage)) {
      const all = Object.keys(stages);
      refuse(`the stage of ${about} is "${stage}"${suggest(stage, all)}; it is one of ${all.join(', ')}`);
    }
    if (!operationNames(handler) && !mayPlugin(scope, 'read', handler.entity ?? '*')) {
      const heard = handler.entity ?? '*';
      refuse(
        `${about} hears of rows of ${heard === '*' ? 'every entity' : heard}; its plugin.json says so: "rights": { "entities": { "${heard}": ["read"] } }`,
      );
    }
    if (names.has(handler.name)) {
      refuse(`two handlers are called "${handler.name}"; a handler's name is unique in its plugin`);
    }
    names.add(handler.name);
  }
  const qualified = (name: string): string => (name.includes('/') ? name : `${manifest.id}/${name}`);
  // Its full name is the same in every log, message and idempotency key, whatever other plugins call theirs.
  return handlers.map((handler, index) => ({
    ...hostedHandler(pieces, handler, index),
    name: `${manifest.id}/${handler.name}`,
    ...(handler.after && { after: handler.after.map(qualified) }),
    ...(handler.before && { before: handler.before.map(qualified) }),
  }));
}

/** An operation's name: what happens is no row's affair. */
function operationNames({ message }: EventHandler): boolean {
  return !Object.hasOwn(messages, message);
}

function checkSchedules(
  manifest: Manifest,
  file: string,
  schedules: readonly Schedule[],
  pieces: Pieces,
): readonly OwnedSchedule[] {
  const names = new Set<string>();
  const refuse = (reason: string): never => {
    throw pluginError('PLUGIN_CONTRIBUTION', { plugin: manifest.id, file, reason });
  };
  return schedules.map((schedule, index) => {
    if (typeof schedule?.name !== 'string' || schedule.name === '') refuse('a schedule needs a "name"');
    if (typeof schedule.run !== 'function') refuse(`the schedule "${schedule.name}" lacks the function "run"`);
    if (names.has(schedule.name))
      refuse(`two schedules are called "${schedule.name}"; its name is unique in its plugin`);
    names.add(schedule.name);
    if (!manifest.rights.jobs) {
      refuse(`the schedule "${schedule.name}" runs by the clock; its plugin.json says so: "rights": { "jobs": true }`);
    }
    const problem = timetableProblem(schedule);
    if (problem !== undefined) refuse(`the schedule "${schedule.name}": ${problem}`);
    return Object.freeze({
      ...hostedSchedule(pieces, schedule, index),
      name: `${manifest.id}/${schedule.name}`,
      plugin: manifest.id,
    });
  });
}
