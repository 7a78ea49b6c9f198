// One organization as the server holds it: its layers merged to a model, the tables that fit it, and the engine that requests
// begin with. Publishing changes tables and model together; other processes hear of it and follow.
import { setTimeout as pause } from 'node:timers/promises';
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { databaseError } from './db/errors.ts';
import { qualified } from './db/identifier.ts';
import type { Database, Executor } from './db/sql.ts';
import type { Engine } from './engine.ts';
import { compileModel } from './model/compile.ts';
import { invalidModel } from './model/errors.ts';
import { fitLayer, problemsOf, type LeftOut } from './model/fit-layer.ts';
import type { Layer, Problem } from './model/layer.ts';
import type { Model } from './model/model.ts';
import { readDocuments } from './model/read-layer.ts';
import type { LoadedPlugins } from './plugins/load-plugins.ts';
import { runMigrations, type Upgrade } from './plugins/migrations.ts';
import { pluginSets, type PluginSet } from './plugins/plugin-sets.ts';
import { readSettings, type SettingsKey } from './plugins/settings.ts';
import { readPluginRows, saveConflicts, saveDocuments, savePluginRow, type PluginRow } from './plugins/store.ts';
import { upgradesOf } from './plugins/upgrades.ts';
import { openWorld } from './plugins/open-world.ts';
import type { PluginWorld } from './plugins/world.ts';
import { ruleHandlers } from './rules/rule-handlers.ts';
import { applyPlan, recoverPublishes, withPublishLock } from './schema/apply.ts';
import { desiredState } from './schema/desired.ts';
import { fail } from './schema/errors.ts';
import { emptyRequired, introspect } from './schema/introspect.ts';
import { planChanges, type Plan, type Step } from './schema/plan.ts';
import { printPlan } from './schema/print-plan.ts';
import { ensureAuditPartitions, ensureSystemTables } from './schema/system-tables.ts';
import { PeyvandError } from './sdk/index.ts';
import type { FieldType } from './sdk/index.ts';

export interface OrganizationOptions {
  readonly database: Database;
  /** Default `org_default`. */
  readonly schema?: string;
  /** Shown to people. Default `Peyvand`. */
  readonly name?: string;
  /** Those of the release; packages in the database come on top. */
  readonly plugins: LoadedPlugins;
  /** Where packages are unpacked. Default: a folder of the system's temporary files. */
  readonly packages?: string;
  /** Opens and seals the secrets among plugins' settings. */
  readonly settingsKey?: SettingsKey;
  /** Instead of what plugins reach outside: rights, secrets, network. */
  readonly world?: Partial<Omit<PluginWorld, 'settings'>>;
  /**
   * What to do with changes the metadata on disk asks for: `apply` them unless data would be lost (default; then it throws
   * PLAN_LOSES_DATA), `apply-with-loss`, or `leave` them (to show the plan).
   */
  readonly changes?: 'apply' | 'apply-with-loss' | 'leave';
  /** One line for each thing an operator wants to know. */
  readonly log?: (message: string) => void;
}

export interface PublishOptions {
  readonly userId?: string;
  /** Data may go to the recycle bin; without it such a publish throws PUBLISH_CONFIRMATION with the plan. */
  readonly confirm?: boolean;
  readonly onStep?: (step: Step, position: number) => void;
  /** See Publication.grace. */
  readonly grace?: number;
  /** See Publication.patience. */
  readonly patience?: number;
}

export interface PublishResult {
  readonly plan: Plan;
  /** Of the model now in use. */
  readonly version: string;
  /** Some tidying up is left; it is tried again by itself. */
  readonly unfinished: boolean;
}

/** Makes the next layer of the one that is stored, under the lock of publishing: nobody's change in between is lost. */
export type LayerChange = (present: Layer) => Layer;

/** The installed plugins at a moment. */
export interface InstalledPlugins {
  /** What is stored about them, `base` among them, and about those that were uninstalled. */
  readonly rows: readonly PluginRow[];
  readonly set: PluginSet;
  /** With everything that is installed, whether it is switched on or not: what the tables are made by. */
  readonly model: Model;
  /** Parts of the organization's documents that are about something that is not there or switched off. */
  readonly leftOut: readonly LeftOut[];
}

/** What a change of plugins makes of what is stored. */
export interface PluginChange {
  readonly rows: readonly PluginRow[];
  readonly layer: Layer;
  readonly plan: Plan;
  readonly plugins: InstalledPlugins;
}

export interface NextPlugins {
  readonly rows: readonly PluginRow[];
  readonly layer?: Layer;
  /** Plugins whose version changes: their migrations run. */
  readonly upgrades?: readonly Upgrade[];
  /** Inside the switch. */
  save?(executor: Executor): Promise<void>;
}

/** Under the lock of publishing. */
export type MakePlugins = (present: PresentPlugins, executor: Executor) => Promise<NextPlugins>;

export interface PresentPlugins {
  readonly rows: readonly PluginRow[];
  readonly layer: Layer;
  readonly set: PluginSet;
  /** The set that other rows would make. */
  load(rows: readonly PluginRow[]): Promise<PluginSet>;
}

export interface Organization {
  readonly name: string;
  readonly schema: string;
  /** What a request begins with; it keeps it to its end, also when a publish comes in between. */
  current(): Engine;
  /** The organization's own layer. */
  layer(): Layer;
  /** The layers below it, from the lowest. */
  below(): readonly Layer[];
  /** Of all plugins, by name, whether a field uses them or not. */
  fieldTypes(): ReadonlyMap<string, FieldType>;
  /** The model that this layer would make. Throws MODEL_INVALID. */
  compile(layer: Layer): Model;
  /** What publishing this layer (default: the present one) would do to the tables. */
  plan(layer?: Layer): Promise<Plan>;
  publish(layer?: Layer | LayerChange, options?: PublishOptions): Promise<PublishResult>;
  plugins(): InstalledPlugins;
  /** Where packages of plugins are unpacked. */
  readonly packages: string;
  /** What a change of plugins would do; nothing is changed. */
  tryPlugins(make: MakePlugins): Promise<PluginChange>;
  /** Model, handlers, operations and field types change at one moment; requests that run end on the old ones. */
  changePlugins(make: MakePlugins, options?: PublishOptions): Promise<PublishResult>;
  /** Called with each new engine; a publish here is over when what this returns is. Returns what ends it. */
  onChange(listener: (engine: Engine) => void | Promise<void>): () => void;
  /** Stops listening; the database stays open. */
  close(): Promise<void>;
}

const LAYER = 'organization';
const unchanged: LayerChange = (present) => present;
const TIDY_AGAIN = 30_000;
const PARTITIONS_EVERY = 6 * 3_600_000;

/** Brings the tables up to the metadata and opens the organization. */
export async function openOrganization(options: OrganizationOptions): Promise<Organization> {
  const { database, plugins } = options;
  const schema = options.schema ?? 'org_default';
  const changes = options.changes ?? 'apply';
  const log = options.log ?? (() => undefined);
  const self = randomUUID();
  const channel = `peyvand ${schema}`.slice(0, 63);
  const listeners = new Set<(engine: Engine) => void | Promise<void>>();
  /** What listeners still do about the present engine. */
  let taken: Promise<unknown> = Promise.resolve();

  const packages = options.packages ?? join(tmpdir(), `peyvand-plugins-${process.getuid?.() ?? 0}`);
  const sets = pluginSets({
    plugins,
    schema,
    folder: packages,
    log,
  });

  /** What is stored, and what it makes of this process. */
  interface State extends InstalledPlugins {
    readonly layer: Layer;
    readonly served: Model;
    /** Of the organization's documents, what fits nothing that is installed. */
    readonly misfits: readonly LeftOut[];
  }

  function fit(set: LoadedPlugins, layer: Layer): { readonly model: Model; readonly leftOut: readonly LeftOut[] } {
    return fitLayer(layer, set.layers, (own) =>
      compileModel({ layers: [...set.layers, own], fieldTypes: set.fieldTypes }),
    );
  }
  async function assemble(stored: Stored, executor: Executor): Promise<State> {
    const set = await sets.load(stored.rows, executor);
    return stateOf(stored, set);
  }
  function stateOf({ rows, layer }: Stored, set: PluginSet): State {
    const { model, leftOut: misfits } = fit(set.installed, layer);
    const { model: served, leftOut } =
      set.served === set.installed ? { model, leftOut: misfits } : fit(set.served, layer);
    return { rows, layer, set, model, misfits, served, leftOut };
  }
  /** What the organization says anew must fit; what does not fit since a plugin went may stand. */
  function refuseMisfits(next: State): State {
    const known = new Set(state.misfits.map(nameOf));
    const fresh = next.misfits.filter((one) => !known.has(nameOf(one)));
    if (fresh.length === 0) return next;
    // All at once, as the compiler finds them: leaving out what is wrong turns one fault into others.
    const { layers, fieldTypes } = next.set.installed;
    const told = new Set(state.misfits.map(saidOf));
    const all = faultsOf(() => compileModel({ layers: [...layers, next.layer], fieldTypes }));
    const own = all.filter((one) => !told.has(saidOf(one)));
    throw invalidModel(own.length > 0 ? own : fresh);
  }
  const compile = (layer: Layer): Model => refuseMisfits(stateOf({ rows: state.rows, layer }, state.set)).served;

  function engineOf({ set, rows, served: model }: State): Engine {
    const byId = new Map(rows.map((row) => [row.id, row]));
    const settings = new Map(
      set.served.plugins.map((one) => [
        one.id,
        readSettings(one.settings, byId.get(one.id)?.settings ?? {}, options.settingsKey),
      ]),
    );
    const world: PluginWorld = {
      ...openWorld(set.installed.parts, (plugin) => settings.get(plugin) ?? {}),
      ...options.world,
    };
    const { handlers, operations } = set.served;
    const all = [...handlers, ...ruleHandlers(model, handlers)];
    return Object.freeze({ database, schema, model, handlers: all, operations, world });
  }
  const planFor = async (executor: Executor, { model, served, rows }: State): Promise<Plan> => {
    const relaxed = new Set(rows.flatMap((row) => row.relaxed));
    return planChanges(await introspect(executor, schema), desiredState(model, schema, { served, relaxed }));
  };
  const announce = (executor: Executor): Promise<unknown> =>
    executor.query('select pg_notify($1, $2)', [channel, self]);

  /** What the switch of a change of plugins stores, before others hear of it. */
  async function saveAll(transaction: Executor, before: Stored, next: State, more: NextPlugins, userId?: string) {
    if (next.layer !== before.layer) await storeLayer(transaction, schema, next.layer, userId);
    const known = new Map(before.rows.map((row) => [row.id, row]));
    const layers = new Map(next.set.installed.layers.map((one) => [one.id, one]));
    for (const row of next.rows) {
      if (known.get(row.id) !== row) await savePluginRow(transaction, schema, row, userId);
      const own = layers.get(row.id);
      if (own && known.get(row.id)?.documentsHash !== row.documentsHash) await saveDocuments(transaction, schema, own);
    }
    await more.save?.(transaction);
    // Rows of what is switched off are brought up to date, too.
    const engine = { ...engineOf(next), model: next.model };
    for (const upgrade of more.upgrades ?? []) await runMigrations(engine, transaction, upgrade);
    await announce(transaction);
  }

  let state: State;
  let engine: Engine;
  if (changes === 'leave') {
    state = await assemble(await readStored(database, schema), database);
  } else {
    state = await withPublishLock(database, schema, async (executor) => {
      await ensureSystemTables(executor, schema, log);
      for (const message of await recoverPublishes(executor, schema)) log(message);
      const stored = await readStored(executor, schema);
      const set = await sets.load(stored.rows, executor);
      // The release may bring other versions than the last one did.
      const { rows, layer, upgrades, conflicts } = await upgradesOf(executor, schema, stored, set);
      const next = stateOf({ rows, layer }, set);
      const plan = await planFor(executor, next);
      if (plan.losesData && changes !== 'apply-with-loss') {
        if (next.misfits.length > 0) throw invalidModel(next.misfits);
        throw fail('PLAN_LOSES_DATA', { plan: printPlan(plan, { sql: false }) }, { data: { steps: plan.steps } });
      }
      for (const { file, pointer, message } of next.leftOut) log(`left out for now: ${file}#${pointer}: ${message}`);
      const more: NextPlugins = {
        rows,
        upgrades,
        async save(transaction) {
          for (const [upgrade, found] of conflicts) {
            log(`${upgrade.plugin} ${upgrade.to}: in ${found.length} places you and the new version changed the same`);
            await saveConflicts(transaction, schema, upgrade, found);
          }
        },
      };
      const save = (transaction: Executor): Promise<void> => saveAll(transaction, stored, next, more);
      if (plan.steps.length > 0) {
        log(`bringing the tables up to the metadata in ${plan.steps.length} steps`);
        await applyPlan(executor, {
          schema,
          plan,
          modelVersion: next.served.version,
          grace: 0,
          onSwitch: save,
        });
      } else if (rows !== stored.rows || layer !== stored.layer) await executor.transaction(save);
      return next;
    });
  }
  engine = engineOf(state);

  function use(next: State): void {
    const before = state;
    state = next;
    engine = engineOf(next);
    if (next.served.version === before.served.version && next.set.key === before.set.key) return;
    sets.retire(before.set, next.set);
    const take = async (listener: (engine: Engine) => void | Promise<void>): Promise<void> => {
      try {
        await listener(engine);
      } catch (error) {
        log(`a listener did not take the new model: ${messageOf(error)}`);
      }
    };
    taken = Promise.all([...listeners].map(take));
  }

  /** Takes over what another process published. */
  async function follow(): Promise<void> {
    for (let attempt = 0; !closed; attempt += 1) {
      try {
        use(await assemble(await readStored(database, schema), database));
        return;
      } catch (error) {
        if (attempt === 0) log(`the published model could not be taken over: ${messageOf(error)}`);
        await pause(Math.min(500 * 2 ** attempt, 30_000), undefined, { ref: false });
      }
    }
  }

  async function tidy(): Promise<void> {
    try {
      await withPublishLock(database, schema, (executor) => recoverPublishes(executor, schema));
    } catch (error) {
      log(`a publish is not tidied up yet: ${messageOf(error)}`);
      tidyLater();
    }
  }
  function tidyLater(): void {
    if (!closed) timers.add(setTimeout(() => void tidy(), TIDY_AGAIN).unref());
  }

  /** From what is stored to what `make` wants, under the lock. */
  async function change(
    make: (stored: Stored, executor: Executor) => Promise<{ readonly next: State; readonly more: NextPlugins }>,
    choices: PublishOptions,
  ): Promise<PublishResult> {
    return withPublishLock(database, schema, async (executor) => {
      await ensureSystemTables(executor, schema);
      await recoverPublishes(executor, schema);
      const stored = await readStored(executor, schema);
      const { next, more } = await make(stored, executor);
      const plan = await planFor(executor, next);
      if (plan.losesData && choices.confirm !== true) {
        throw fail('PUBLISH_CONFIRMATION', { plan: printPlan(plan, { sql: false }) }, { data: { steps: plan.steps } });
      }
      const { unfinished } = await applyPlan(executor, {
        schema,
        plan,
        modelVersion: next.served.version,
        userId: choices.userId,
        ...(choices.onStep ? { onStep: choices.onStep } : {}),
        ...(choices.grace === undefined ? {} : { grace: choices.grace }),
        ...(choices.patience === undefined ? {} : { patience: choices.patience }),
        onSwitch: (transaction) => saveAll(transaction, stored, next, more, choices.userId),
        afterSwitch: () => use(next),
      });
      if (unfinished) tidyLater();
      return { plan, version: next.served.version, unfinished };
    });
  }
  const publish = (wanted: Layer | LayerChange | undefined, choices: PublishOptions): Promise<PublishResult> =>
    change(async (stored, executor) => {
      const layer = typeof wanted === 'object' ? wanted : (wanted ?? unchanged)(stored.layer);
      const next = refuseMisfits(await assemble({ rows: stored.rows, layer }, executor));
      return { next, more: { rows: stored.rows } };
    }, choices);

  async function nextOf(make: MakePlugins, stored: Stored, executor: Executor) {
    const load = (rows: readonly PluginRow[]): Promise<PluginSet> => sets.load(rows, executor);
    const more = await make({ ...stored, set: await load(stored.rows), load }, executor);
    const next = await assemble({ rows: more.rows, layer: more.layer ?? stored.layer }, executor);
    return { next: await relaxed(next, stored, executor), more };
  }
  /** A plugin that comes back finds rows that were made without it: its required columns let them be. */
  async function relaxed(next: State, stored: Stored, executor: Executor): Promise<State> {
    const off = new Set(stored.rows.filter(({ enabled }) => !enabled).map(({ id }) => id));
    const back = next.rows.filter(({ id, enabled }) => enabled && off.has(id));
    if (back.length === 0) return next;
    const desired = desiredState(next.model, schema, { served: next.served, relaxed: new Set() });
    const empty = await emptyRequired(executor, await introspect(executor, schema), desired);
    if (empty.length === 0) return next;
    const rows = next.rows.map((row) => (back.includes(row) ? { ...row, relaxed: empty } : row));
    return { ...next, rows };
  }

  /** What ends in doubt is looked up in the database. */
  async function settled(work: Promise<PublishResult>): Promise<PublishResult> {
    try {
      const result = await work;
      // A role that was just published can be given at once.
      await taken;
      return result;
    } catch (error) {
      // The connection was lost: whether the switch happened stands in the database alone.
      if (error instanceof PeyvandError && error.code === 'DATABASE_UNAVAILABLE') {
        await tidy();
        await follow();
      }
      throw error;
    }
  }

  let closed = false;
  const timers = new Set<NodeJS.Timeout>();
  let stopListening: () => Promise<void> = async () => undefined;
  if (changes !== 'leave') {
    const heard = (from: string): void => {
      if (from !== self) void follow();
    };
    stopListening = await database.listen(channel, heard, () => void follow());
    // Published between our reading the layer and listening.
    const stored = await readStored(database, schema);
    if (textOf(stored.layer) !== textOf(state.layer) || JSON.stringify(stored.rows) !== JSON.stringify(state.rows))
      use(await assemble(stored, database));
    timers.add(
      setInterval(() => {
        ensureAuditPartitions(database, schema).catch((error: unknown) => {
          log(`the audit log's next partition could not be made yet: ${messageOf(error)}`);
        });
      }, PARTITIONS_EVERY).unref(),
    );
  }

  return {
    name: options.name ?? 'Peyvand',
    schema,
    current: () => engine,
    layer: () => state.layer,
    below: () => state.set.served.layers,
    fieldTypes: () => state.set.served.fieldTypes,
    compile,
    async plan(wanted) {
      const stored = await readStored(database, schema);
      const next = await assemble({ rows: stored.rows, layer: wanted ?? stored.layer }, database);
      return planFor(database, refuseMisfits(next));
    },
    publish: (wanted, choices = {}) => settled(publish(wanted, choices)),
    plugins: () => state,
    packages,
    async tryPlugins(make) {
      const { next } = await nextOf(make, await readStored(database, schema), database);
      return { rows: next.rows, layer: next.layer, plan: await planFor(database, next), plugins: next };
    },
    changePlugins: (make, choices = {}) =>
      settled(change((stored, executor) => nextOf(make, stored, executor), choices)),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      closed = true;
      for (const timer of timers) clearTimeout(timer);
      listeners.clear();
      await stopListening();
    },
  };
}

/** What the database says the organization is. */
interface Stored {
  readonly rows: readonly PluginRow[];
  readonly layer: Layer;
}

async function readStored(executor: Executor, schema: string): Promise<Stored> {
  return { rows: await readPluginRows(executor, schema), layer: await readStoredLayer(executor, schema) };
}

const saidOf = ({ file, message }: Problem): string => `${file} ${message}`;

function faultsOf(compile: () => Model): readonly Problem[] {
  try {
    compile();
    return [];
  } catch (error) {
    return problemsOf(error) ?? [];
  }
}

const nameOf = ({ file, pointer, message }: LeftOut): string => `${file}#${pointer} ${message}`;

/** The organization's layer; an empty one before the first publish. Documents are kept as their text, byte for byte. */
async function readStoredLayer(executor: Executor, schema: string): Promise<Layer> {
  const [row] = await executor
    .query<{ version: string; documents: string }>(
      `select version, documents from ${qualified(schema, '_layer')} where id = $1`,
      [LAYER],
    )
    .catch((error: unknown) => {
      // Nothing was ever published here.
      const code = databaseError(error)?.code;
      if (code === '42P01' || code === '3F000') return [];
      throw error;
    });
  const documents = row ? (JSON.parse(row.documents) as Readonly<Record<string, string>>) : {};
  const { layer, problems } = readDocuments(
    { id: LAYER, version: row?.version ?? '0', kind: 'organization' },
    Object.entries(documents).map(([id, text]) => ({ id, file: `${LAYER}:${id}.json`, text })),
  );
  if (problems.length > 0) throw invalidModel(problems);
  return layer;
}

async function storeLayer(executor: Executor, schema: string, layer: Layer, userId: string | undefined): Promise<void> {
  await executor.query(
    `insert into ${qualified(schema, '_layer')} (id, version, kind, documents, published_at, published_by)
     values ($1, $2, 'organization', $3, now(), $4)
     on conflict (id) do update set version = excluded.version, documents = excluded.documents,
       published_at = excluded.published_at, published_by = excluded.published_by`,
    [LAYER, layer.version, textOf(layer), userId ?? null],
  );
}

function textOf(layer: Layer): string {
  return JSON.stringify(Object.fromEntries([...layer.documents].map(([id, { text }]) => [id, text])));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
