// One organization as the server holds it: its layers merged to a model, the tables that fit it, and the engine that requests
// begin with. Publishing changes tables and model together; other processes hear of it and follow.
import { setTimeout as pause } from 'node:timers/promises';
import { randomUUID } from 'node:crypto';
import { databaseError } from './db/errors.ts';
import { qualified } from './db/identifier.ts';
import type { Database, Executor } from './db/sql.ts';
import type { Engine } from './engine.ts';
import { compileModel } from './model/compile.ts';
import { invalidModel } from './model/errors.ts';
import type { Layer } from './model/layer.ts';
import type { Model } from './model/model.ts';
import { readDocuments } from './model/read-layer.ts';
import type { LoadedPlugins } from './plugins/load-plugins.ts';
import { applyPlan, recoverPublishes, withPublishLock } from './schema/apply.ts';
import { desiredState } from './schema/desired.ts';
import { fail } from './schema/errors.ts';
import { introspect } from './schema/introspect.ts';
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
  readonly plugins: LoadedPlugins;
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

  const compile = (layer: Layer): Model =>
    compileModel({ layers: [...plugins.layers, layer], fieldTypes: plugins.fieldTypes });
  const engineOf = (model: Model): Engine =>
    Object.freeze({ database, schema, model, handlers: plugins.handlers, operations: plugins.operations });
  const planFor = async (executor: Executor, model: Model): Promise<Plan> =>
    planChanges(await introspect(executor, schema), desiredState(model, schema));
  const announce = (executor: Executor): Promise<unknown> =>
    executor.query('select pg_notify($1, $2)', [channel, self]);

  let layer: Layer;
  let engine: Engine;
  if (changes === 'leave') {
    layer = await readStoredLayer(database, schema);
    engine = engineOf(compile(layer));
  } else {
    [layer, engine] = await withPublishLock(database, schema, async (executor) => {
      await ensureSystemTables(executor, schema, log);
      for (const message of await recoverPublishes(executor, schema)) log(message);
      const stored = await readStoredLayer(executor, schema);
      const model = compile(stored);
      const plan = await planFor(executor, model);
      if (plan.losesData && changes !== 'apply-with-loss') {
        throw fail('PLAN_LOSES_DATA', { plan: printPlan(plan, { sql: false }) }, { data: { steps: plan.steps } });
      }
      if (plan.steps.length > 0) {
        log(`bringing the tables up to the metadata in ${plan.steps.length} steps`);
        await applyPlan(executor, { schema, plan, modelVersion: model.version, grace: 0 });
      }
      return [stored, engineOf(model)];
    });
  }

  function use(next: Layer, model: Model): void {
    layer = next;
    if (model.version === engine.model.version) return;
    engine = engineOf(model);
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
        const stored = await readStoredLayer(database, schema);
        use(stored, compile(stored));
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

  async function publish(wanted: Layer | LayerChange | undefined, choices: PublishOptions): Promise<PublishResult> {
    return withPublishLock(database, schema, async (executor) => {
      await ensureSystemTables(executor, schema);
      await recoverPublishes(executor, schema);
      const next = typeof wanted === 'object' ? wanted : (wanted ?? unchanged)(await readStoredLayer(executor, schema));
      const model = compile(next);
      const plan = await planFor(executor, model);
      if (plan.losesData && choices.confirm !== true) {
        throw fail('PUBLISH_CONFIRMATION', { plan: printPlan(plan, { sql: false }) }, { data: { steps: plan.steps } });
      }
      const { unfinished } = await applyPlan(executor, {
        schema,
        plan,
        modelVersion: model.version,
        userId: choices.userId,
        ...(choices.onStep ? { onStep: choices.onStep } : {}),
        ...(choices.grace === undefined ? {} : { grace: choices.grace }),
        ...(choices.patience === undefined ? {} : { patience: choices.patience }),
        async onSwitch(transaction) {
          await storeLayer(transaction, schema, next, choices.userId);
          await announce(transaction);
        },
        afterSwitch: () => use(next, model),
      });
      if (unfinished) tidyLater();
      return { plan, version: model.version, unfinished };
    });
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
    const stored = await readStoredLayer(database, schema);
    if (textOf(stored) !== textOf(layer)) use(stored, compile(stored));
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
    layer: () => layer,
    below: () => plugins.layers,
    fieldTypes: () => plugins.fieldTypes,
    compile,
    plan: async (wanted) => planFor(database, compile(wanted ?? (await readStoredLayer(database, schema)))),
    async publish(wanted, choices = {}) {
      try {
        const result = await publish(wanted, choices);
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
    },
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
