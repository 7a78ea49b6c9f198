// Starts and stops one server: listens first (so that a taken port is said at once and /healthz answers), then opens the
// database, the organization and what its routes need; stops in the opposite order.
import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { viewIndexJob } from '../../core/advice/try-index.ts';
import { startViewUse } from '../../core/advice/view-use.ts';
import { startRetention } from '../../core/audit/retention.ts';
import { bulkKinds } from '../../core/bulk/kinds.ts';
import { connectDatabase } from '../../core/db/connect.ts';
import { startEmbedded, type EmbeddedDatabase } from '../../core/db/embedded.ts';
import type { Database } from '../../core/db/sql.ts';
import { startDispatcher, type Dispatcher } from '../../core/events/dispatcher.ts';
import { exportJob } from '../../core/exchange/export-job.ts';
import { importCheck, importRows } from '../../core/exchange/import-jobs.ts';
import { startJobs, type Jobs } from '../../core/jobs/runner.ts';
import { openOrganization, type Organization } from '../../core/organization.ts';
import { closePlugins, loadPlugins, type LoadedPlugins } from '../../core/plugins/load-plugins.ts';
import { startSchedules, type Schedules } from '../../core/plugins/schedules.ts';
import { settingsKey } from '../../core/plugins/settings.ts';
import { reachOf } from '../../core/records/reach.ts';
import { bootstrap, followModel } from '../../core/security/bootstrap.ts';
import { createPrincipalSource, type PrincipalSource } from '../../core/security/principals.ts';
import { listRoles } from '../../core/security/administration/user-roles.ts';
import { startShareSweep } from '../../core/security/sharing/share-sweep.ts';
import { startSweeping } from '../../core/security/sign-in/sweep.ts';
import { systemPrincipal } from '../../core/security/system-principal.ts';
import { createApp } from './app.ts';
import { admit } from './auth/admit.ts';
import { createAuthenticator, type Authenticator } from './auth/authenticate.ts';
import { startWatch } from '../../core/feed/watch.ts';
import { createHappenings } from './auth/happenings.ts';
import { noteEvents } from './auth/note-events.ts';
import { createIdentityProvider, type IdentityProvider } from './auth/identity-provider.ts';
import { createSessionHost, hashPassword, type SessionHost } from './auth/sessions.ts';
import type { Config } from './config.ts';
import { removeConnectionNote, writeConnectionNote } from './connection-file.ts';
import { operationJob } from './data/operation-job.ts';
import { fail } from './errors.ts';
import { createEventHub, type EventHub } from './events/hub.ts';
import { createLimiter } from './limits.ts';
import { createLog, type Log } from './log.ts';
import { createMailer, type Mailer } from './mail/mailer.ts';
import { watchPlugins } from './plugin-health.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { organizationId } from './organization-id.ts';
import { createPages } from './pages.ts';
import { randomPassword } from './random-password.ts';
import { obtainSecret } from './secret.ts';
import type { AppState, Services } from './services.ts';

export interface ServerOptions {
  readonly config: Config;
  /** Folder of the built app; a function where it changes while the server runs. */
  readonly pages: string | (() => string);
  /** Files of a folder do not change while it is served: they are read once. Default: where it is one folder. */
  readonly holdPages?: boolean;
  /** Default: always `ready`. */
  readonly pagesState?: () => AppState;
  /** Milliseconds between looks at what plugins' schedules are due. Default 20,000. */
  readonly scheduleInterval?: number;
  /** Called when this start made the administrator; the password is told once. */
  onFirstStart?(administrator: { readonly email: string; readonly password: string | undefined }): void;
  /** What an operator wants to know while it starts. */
  say?(line: string): void;
  /** The embedded database stays down although it was started again: nothing can be done but stop. */
  onFailure?(fault: Error): void;
}

export interface RunningServer {
  /** `http://127.0.0.1:8080` */
  readonly url: string;
  readonly organization: Organization;
  readonly database: Database;
  /** The running Postgres's process, when it is ours. */
  readonly postgresPid: () => number | undefined;
  /** Finishes what runs (at most `graceMs`, default 10 s), then closes everything. */
  close(graceMs?: number): Promise<void>;
}

const GRACE_MS = 10_000;

async function listen(server: Server, config: Config): Promise<AddressInfo> {
  const { port, host } = config;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (fault: NodeJS.ErrnoException) => {
      if (fault.code === 'EADDRINUSE') reject(fail('ADDRESS_IN_USE', { port, host }, { cause: fault }));
      else reject(fail('ADDRESS_REFUSED', { port, host, reason: fault.message }, { cause: fault }));
    });
    server.listen(port, host, resolve);
  });
  return server.address() as AddressInfo;
}

function addressOf({ address, family, port }: AddressInfo): string {
  const name = address === '0.0.0.0' || address === '::' ? 'localhost' : family === 'IPv6' ? `[${address}]` : address;
  return `http://${name}:${port}`;
}

/** What was opened, closed in the opposite order. */
interface Opened {
  events?: EventHub;
  embedded?: EmbeddedDatabase;
  database?: Database;
  organization?: Organization;
  principals?: PrincipalSource;
  sessions?: SessionHost;
  provider?: IdentityProvider;
  mailer?: Mailer;
  authenticator?: Authenticator;
  dispatcher?: Dispatcher;
  schedules?: Schedules;
  plugins?: LoadedPlugins;
  endWatching?: () => void;
  jobs?: Jobs;
  services?: Services;
  endRetention?: () => Promise<void>;
  endSweeping?: () => Promise<void>;
  endViewUse?: () => Promise<void>;
  endShareSweep?: () => Promise<void>;
}

async function closeAll(opened: Opened, config: Config): Promise<void> {
  await opened.jobs?.stop();
  await opened.dispatcher?.stop();
  await opened.schedules?.stop();
  await opened.endRetention?.();
  await opened.endSweeping?.();
  await opened.endViewUse?.();
  await opened.endShareSweep?.();
  opened.mailer?.close();
  await opened.authenticator?.close();
  await opened.provider?.close();
  await opened.sessions?.close();
  await opened.principals?.close();
  const parts = opened.organization?.plugins().set.installed.parts ?? opened.plugins?.parts;
  if (parts) await closePlugins({ parts });
  opened.endWatching?.();
  await opened.organization?.close();
  await opened.database?.end();
  if (opened.embedded) {
    await removeConnectionNote(config.data);
    await opened.embedded.stop();
  }
}

async function openServices(options: ServerOptions, address: string, log: Log, opened: Opened): Promise<Services> {
  const { config, say = () => {} } = options;
  let url = config.databaseUrl;
  const secret = await obtainSecret(config.data, config.secret);
  if (url === undefined) {
    opened.embedded = await startEmbedded({
      folder: config.data,
      log: say,
      ...(options.onFailure && { onFailure: options.onFailure }),
    });
    url = opened.embedded.url;
    await writeConnectionNote(config.data, { url, pid: process.pid });
  }
  const database = (opened.database = connectDatabase({ url, applicationName: 'peyvand server' }));
  const plugins = (opened.plugins = await loadPlugins({ folders: config.plugins }));
  const organization = (opened.organization = await openOrganization({
    database,
    plugins,
    packages: join(config.data, 'plugins'),
    settingsKey: settingsKey(secret),
    log: say,
  }));
  let password = config.adminPassword;
  const { administratorId, created } = await bootstrap(organization.current(), {
    organization: organization.name,
    adminEmail: config.adminEmail,
    setUp: config.adminPassword !== undefined,
    passwordHash: async () => hashPassword((password ??= randomPassword())),
  });
  if (created)
    options.onFirstStart?.({
      email: config.adminEmail,
      password: config.adminPassword === undefined ? password : undefined,
    });
  organization.onChange((engine) =>
    followModel(engine).catch((fault: unknown) =>
      log.logger.error({ err: fault }, 'rows of newly published roles and field profiles are made at the next start'),
    ),
  );
  const principals = (opened.principals = await createPrincipalSource({
    database,
    schema: organization.current().schema,
    model: () => organization.current().model,
  }));
  const origin = config.publicUrl ?? address;
  const onFault = (fault: unknown) =>
    log.logger.warn({ err: fault }, 'something of signing in went wrong behind an answer');
  const happenings = noteEvents(
    {
      database,
      schema: organization.schema,
      onFault: (fault) => log.logger.warn({ err: fault }, 'an event of signing in was not written to the audit log'),
    },
    createHappenings(log.logger),
  );
  const sessions = (opened.sessions = createSessionHost({ databaseUrl: url, secret, issuer: organization.name }));
  if (config.mail) opened.mailer = createMailer({ ...config.mail, onFault });
  const { oidc } = config;
  const known = listRoles(organization.current().model);
  const unknown = [...new Set([...(oidc?.roles.values() ?? [])].flat())].filter((role) => !known.includes(role));
  if (unknown.length > 0)
    say(`PEYVAND_OIDC_ROLES names ${unknown.join(', ')}; there are the roles ${known.join(', ')}. The others count.`);
  if (oidc)
    opened.provider = createIdentityProvider({
      config: oidc,
      databaseUrl: url,
      secret,
      origin,
      admit: (claims) => admit({ database, organization, config: oidc }, claims),
      onFault,
    });
  const authenticator = (opened.authenticator = await createAuthenticator({
    database,
    principals,
    sessions,
    bootstrapKey: config.apiKey === undefined ? undefined : { key: config.apiKey, userId: administratorId },
    happenings,
    origin,
    onFault,
  }));
  opened.dispatcher = await startDispatcher({
    engine: () => organization.current(),
    // Whoever may no longer act has no rights here either: what their writes set off fails and is parked.
    principalOf: async (userId) =>
      userId === null
        ? systemPrincipal
        : ((await principals.resolve(userId)) ?? { ...systemPrincipal, userId, roles: [] }),
    reach: reachOf,
    onFailure: ({ error, ...failure }) => log.logger.warn({ err: error, ...failure }, 'a handler failed after a write'),
  });
  opened.schedules = await startSchedules({
    engine: () => organization.current(),
    schedules: () => organization.plugins().set.served.schedules,
    reach: reachOf,
    ...(options.scheduleInterval !== undefined && { interval: options.scheduleInterval }),
    onFailure: (error, schedule) => log.logger.warn({ err: error, schedule }, 'a schedule of a plugin failed'),
  });
  opened.jobs = await startJobs({
    engine: () => organization.current(),
    principalOf: (userId) => principals.resolve(userId),
    kinds: [...bulkKinds, exportJob, importCheck, importRows, viewIndexJob, operationJob(() => opened.services)],
    onFault: (error, job) => log.logger.error({ err: error, job }, 'a job met a fault'),
  });
  opened.endViewUse = startViewUse(() => organization.current(), onFault);
  opened.endSweeping = startSweeping(database, onFault);
  opened.endRetention = startRetention({
    engine: () => organization.current(),
    onDropped: (dropped) => log.logger.info({ dropped }, 'months of the audit log went, as the organization asks for'),
    onFailure: (error) => log.logger.warn({ err: error }, 'old months of the audit log could not be dropped yet'),
  });
  opened.endShareSweep = startShareSweep({
    engine: () => organization.current(),
    onFailure: (error) => log.logger.warn({ err: error }, 'shares whose time is over could not be swept yet'),
  });
  const feedKey = createHmac('sha256', secret).update('delta tokens').digest('base64url');
  const onEventsFault = (fault: unknown) => log.logger.warn({ err: fault }, 'changes could not be told just now');
  const events = (opened.events = await createEventHub({
    organization,
    watch: startWatch({ engine: () => organization.current(), onFailure: onEventsFault }),
    authenticator,
    principals,
    key: feedKey,
    onFault: onEventsFault,
  }));
  return (opened.services = {
    database,
    organization,
    organizationId: organizationId(organization.schema),
    authenticator,
    feedKey,
    events,
    settingsKey: settingsKey(secret),
    appState: options.pagesState ?? (() => 'ready'),
    auth: {
      database,
      organization,
      principals,
      sessions,
      mailer: opened.mailer,
      provider: opened.provider,
      happenings,
      origin,
      forget: authenticator.forget,
      onFault,
    },
  });
}

/** Starts the server; resolves when it is ready. Throws PeyvandError with what to do. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { config } = options;
  const log = createLog(config.logLevel);
  const metrics = createMetrics();
  const state: { services: Services | undefined; stopping: boolean } = { services: undefined, stopping: false };
  const http = createServer(
    { requestTimeout: 60_000, headersTimeout: 15_000, keepAliveTimeout: 65_000, maxHeaderSize: 32 * 1024 },
    createApp({
      log,
      metrics,
      pages: createPages(options.pages, options.holdPages),
      limiter: createLimiter(config.limits),
      services: () => state.services,
      stopping: () => state.stopping,
    }),
  );
  const opened: Opened = {};
  let url: string;
  try {
    url = addressOf(await listen(http, config));
    state.services = await openServices(options, url, log, opened);
  } catch (fault) {
    http.close();
    http.closeAllConnections();
    await closeAll(opened, config);
    metrics.close();
    log.flush();
    throw fault;
  }
  const { organization, database } = state.services;
  log.logger.info({ url, model: organization.current().model.version }, 'ready');

  let closing: Promise<void> | undefined;
  const close = async (graceMs: number): Promise<void> => {
    state.stopping = true;
    // Streams would hold their connections until the grace is over.
    await opened.events?.close();
    await drain(http, metrics, graceMs);
    await closeAll(opened, config);
    metrics.close();
    log.logger.info('stopped');
    log.flush();
  };
  opened.endWatching = watchPlugins(() => organization.plugins().set.served.parts, log, metrics);
  return {
    url,
    organization,
    database,
    postgresPid: () => opened.embedded?.pid,
    close: (graceMs = GRACE_MS) => (closing ??= close(graceMs)),
  };
}

/** No new connections; idle ones end at once, running requests may finish until the grace is over. */
async function drain(http: Server, metrics: Metrics, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => http.close(() => resolve()));
  http.closeIdleConnections();
  const idle = setInterval(() => http.closeIdleConnections(), 50);
  const limit = setTimeout(() => http.closeAllConnections(), metrics.running() === 0 ? 500 : graceMs);
  await closed;
  clearInterval(idle);
  clearTimeout(limit);
}
