// The kit: a plugin, what it requires and the shipped ones, on a database of their own, with people, rows, clocks, a server and
// a browser as a test asks for them. What nobody asks for is not started.
import { AsyncLocalStorage } from 'node:async_hooks';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { connectDatabase } from '../../core/db/connect.ts';
import type { Engine } from '../../core/engine.ts';
import { startDispatcher, type Dispatcher } from '../../core/events/dispatcher.ts';
import type { Model } from '../../core/model/model.ts';
import { openOrganization } from '../../core/organization.ts';
import { closePlugins, loadPlugins } from '../../core/plugins/load-plugins.ts';
import { closedWorld, type PluginWorld } from '../../core/plugins/world.ts';
import { reachOf } from '../../core/records/reach.ts';
import { bootstrap } from '../../core/security/bootstrap.ts';
import { readPrincipal } from '../../core/security/principals.ts';
import { systemPrincipal } from '../../core/security/system-principal.ts';
import type { Fetched, FetchOptions, FieldExamples, Row } from '../../core/sdk/index.ts';
import { ensureBundle } from '../cli/bundle.ts';
import { hashPassword } from '../server/auth/sessions.ts';
import { readConfig } from '../server/config.ts';
import { startServer, type RunningServer } from '../server/server.ts';
import { openBrowser, signedInPage, type PageOptions } from './browser-page.ts';
import { openCluster } from './cluster.ts';
import { fail } from './errors.ts';
import { tryFieldType } from './field-type-cases.ts';
import type { MadeRow } from './make-row.ts';
import { newPerson, personOf, type Person, type PersonOptions } from './people.ts';
import { ADMIN_EMAIL, makeRunDatabase, PASSWORD } from './run-database.ts';

/** What lies outside, as this test has it. */
export interface World {
  /** Over the defaults of the schema in plugin.json. */
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly secrets?: Readonly<Record<string, string>>;
  /** Answers in place of the network; absent: `fetch` fails. */
  fetch?(url: string, init: FetchOptions): Promise<Partial<Fetched>> | Partial<Fetched>;
}

export interface KitOptions extends World {
  /** The plugin's folder; default: the working directory. */
  readonly plugin?: string;
  /** Plugins, or folders of plugins, that it requires and that do not ship. */
  readonly beside?: readonly string[];
}

export interface KitServer {
  /** `http://127.0.0.1:41234` */
  readonly url: string;
  /** As the administrator; `path` begins with a slash. */
  request(path: string, init?: RequestInit): Promise<Response>;
}

export interface Kit extends AsyncDisposable {
  readonly model: Model;
  /** `postgres://…`: of this run alone, for what only SQL can do, and for servers of the test's own. */
  readonly databaseUrl: string;
  /** The administrator. */
  readonly admin: Person;
  /** A new user with these roles (`basic-user`); `options` are what they have set for themselves. */
  asUser(roles: string | readonly string[], options?: PersonOptions): Promise<Person>;
  /** `admin.make`: a valid row, with what it needs. */
  make(entity: string, values?: Row): Promise<MadeRow>;
  /**
   * Does the work at another moment: `now` of handlers and operations, and dates like "today" and "this month" in filters, go
   * by it. A day alone is its noon, UTC. Columns that Postgres stamps (createdon) and the server keep the real time.
   */
  at<Result>(moment: string, work: () => Promise<Result>): Promise<Result>;
  /** Waits for all asynchronous handlers; throws the first failure. */
  settle(): Promise<void>;
  /** Throws with every deviation of a field type from its examples. */
  tryFieldType(type: string, examples: FieldExamples): Promise<void>;
  /** A real server on the same database. */
  server(): Promise<KitServer>;
  /** A page of Chromium, signed in: `page.goto('/…')` goes to the server. */
  browserPage(options?: PageOptions & { readonly as?: Person }): Promise<Page>;
  stop(): Promise<void>;
}

/** The default of each setting, as the schema of plugin.json says it. */
function defaultsOf(schema: unknown): Record<string, unknown> {
  const { properties } = (schema ?? {}) as {
    readonly properties?: Readonly<Record<string, { readonly default?: unknown }>>;
  };
  const known = Object.entries(properties ?? {}).filter(([, property]) => property.default !== undefined);
  return Object.fromEntries(known.map(([name, property]) => [name, property.default]));
}

/** Rights are those of plugin.json, as on a server; what lies beyond them is the test's. */
function worldOf(real: PluginWorld, defaults: Readonly<Record<string, unknown>>, given: World): PluginWorld {
  const { settings, secrets } = given;
  return {
    ...real,
    settings: () => ({ ...defaults, ...settings }),
    async secret(plugin, name) {
      // Refuses what plugin.json does not declare.
      await real.secret(plugin, name);
      return secrets?.[name];
    },
    async fetch(plugin, url, init) {
      const { host } = new URL(url);
      const scope = real.scope?.(plugin);
      if (scope && !scope.rights.hosts.has(host)) return real.fetch(plugin, url, init);
      if (!given.fetch)
        throw new Error(`the test of ${plugin} has no network: give startKit({ fetch }) what ${url} answers`);
      const { status = 200, headers = {}, body = '' } = await given.fetch(url, init);
      return { status, ok: status >= 200 && status < 300, headers, body };
    },
  };
}

/** Folders that `peyvand plugin test` was given beside the plugin. */
const besides = (): readonly string[] =>
  (process.env['PEYVAND_PLUGINS'] ?? '').split(/[,\n]/).flatMap((part) => (part.trim() === '' ? [] : [part.trim()]));

export async function startKit(options: KitOptions = {}): Promise<Kit> {
  const plugin = resolve(options.plugin ?? '.');
  if (!existsSync(join(plugin, 'plugin.json'))) throw fail('KIT_NO_PLUGIN', { folder: plugin });
  const shipped = fileURLToPath(new URL('../../plugins/', import.meta.url));
  const folders = [...new Set([plugin, ...[...(options.beside ?? []), ...besides()].map((path) => resolve(path))])];
  // One that ships is found in its place.
  const elsewhere = folders.filter((folder) => !`${folder}/`.startsWith(shipped));
  const loaded = await loadPlugins({ folders: elsewhere });
  const closing: (() => Promise<unknown> | unknown)[] = [() => closePlugins(loaded)];
  const stop = async (): Promise<void> => {
    while (closing.length > 0) await closing.pop()?.();
  };
  try {
    const cluster = await openCluster();
    closing.push(() => cluster.stop());
    const run = await makeRunDatabase(cluster, loaded);
    closing.push(() => run.drop());
    const database = connectDatabase({ url: run.url, max: 6 });
    closing.push(() => database.end());
    const organization = await openOrganization({ database, plugins: loaded });
    closing.push(() => organization.close());
    closing.push(() => Promise.all(loaded.parts.map((part) => part.close?.())));
    const { administratorId } = await bootstrap(organization.current(), {
      organization: organization.name,
      adminEmail: ADMIN_EMAIL,
      setUp: true,
      passwordHash: () => hashPassword(PASSWORD),
    });

    const manifest = loaded.plugins.find(({ folder }) => resolve(folder) === plugin);
    const defaults = defaultsOf(manifest?.settings);
    // Of each piece of work its own, also where several travel at once.
    const moments = new AsyncLocalStorage<string>();
    const present = {
      engine: (): Engine => {
        const engine = organization.current();
        return { ...engine, world: worldOf(engine.world ?? closedWorld, defaults, options) };
      },
      now: () => moments.getStore(),
    };
    const admin = personOf(present, ADMIN_EMAIL, administratorId, async (engine) => {
      const principal = await readPrincipal(engine.database, engine.schema, engine.model, administratorId);
      return principal ?? systemPrincipal;
    });

    let hash: Promise<string> | undefined;
    let people = 0;
    let dispatcher: Dispatcher | undefined;
    const failures: unknown[] = [];
    let running: RunningServer | undefined;
    let browser: Browser | undefined;
    const data = mkdtempSync(join(tmpdir(), 'peyvand-kit-'));
    closing.push(() => rmSync(data, { recursive: true, force: true }));

    const server = async (): Promise<RunningServer> => {
      if (running) return running;
      const config = readConfig({
        PORT: '0',
        DATABASE_URL: run.url,
        PEYVAND_DATA: data,
        PEYVAND_PLUGINS: elsewhere.join(','),
        PEYVAND_ADMIN_EMAIL: ADMIN_EMAIL,
        PEYVAND_ADMIN_PASSWORD: PASSWORD,
        PEYVAND_API_KEY: API_KEY,
        LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'error',
      });
      // Kept beside the plugin's tests' database, not in the folder of this run: it is built again only when sources change.
      const bundles = fileURLToPath(new URL(`../../.cache/test-bundles/${manifest?.id ?? 'x'}`, import.meta.url));
      const pages = await ensureBundle(() => undefined, { plugins: elsewhere, data: bundles });
      running = await startServer({ config, pages });
      closing.push(() => running?.close(1000));
      return running;
    };

    return {
      get model() {
        return organization.current().model;
      },
      databaseUrl: run.url,
      admin,
      make: (entity, values) => admin.make(entity, values),
      async asUser(roles, chosen = {}) {
        hash ??= hashPassword(PASSWORD);
        people += 1;
        const email = `person-${people}@example.com`;
        return newPerson(present, email, typeof roles === 'string' ? [roles] : roles, chosen, await hash);
      },
      async at(when, work) {
        const moment = new Date(/^\d{4}-\d{2}-\d{2}$/.test(when) ? `${when}T12:00:00Z` : when).toISOString();
        return moments.run(moment, work);
      },
      async settle() {
        if (!dispatcher) {
          dispatcher = await startDispatcher({
            engine: present.engine,
            now: present.now,
            principalOf: async (id) => {
              const { schema, model } = organization.current();
              const principal = id === null ? undefined : await readPrincipal(database, schema, model, id);
              return principal ?? systemPrincipal;
            },
            reach: reachOf,
            onFailure: ({ error }) => failures.push(error),
            // At the moment that the work travels to, and at no other.
            asked: true,
          });
          const ended = dispatcher;
          closing.push(() => ended.stop());
        }
        await dispatcher.drain();
        const [failure] = failures.splice(0);
        if (failure !== undefined) throw failure;
      },
      tryFieldType: (type, examples) => tryFieldType(organization, admin, type, examples),
      async server() {
        const { url } = await server();
        return {
          url,
          request(path, init = {}) {
            const headers = new Headers(init.headers);
            if (!headers.has('authorization')) headers.set('authorization', `Bearer ${API_KEY}`);
            return fetch(url + path, { ...init, headers });
          },
        };
      },
      async browserPage({ as = admin, ...page } = {}) {
        const { url } = await server();
        if (!browser) {
          const opened = (browser = await openBrowser());
          closing.push(() => opened.close());
        }
        return signedInPage(browser, url, as.email, PASSWORD, page);
      },
      stop,
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

const API_KEY = 'pvd_test-key-0123456789abcdef';
