// The organization as a command sees it: through DATABASE_URL, through the server that runs on the same data folder, or
// by starting the embedded database for as long as the command takes.
import { join } from 'node:path';
import { connectDatabase } from '../../core/db/connect.ts';
import { startEmbedded } from '../../core/db/embedded.ts';
import type { Database } from '../../core/db/sql.ts';
import type { Call } from '../../core/engine.ts';
import { openOrganization, type Organization } from '../../core/organization.ts';
import { closePlugins, loadPlugins, type LoadedPlugins } from '../../core/plugins/load-plugins.ts';
import { settingsKey, type SettingsKey } from '../../core/plugins/settings.ts';
import { bootstrap } from '../../core/security/bootstrap.ts';
import type { Principal } from '../../core/security/principal.ts';
import { systemPrincipal } from '../../core/security/system-principal.ts';
import { hashPassword } from '../server/auth/sessions.ts';
import { readConfig, type Config } from '../server/config.ts';
import { obtainSecret } from '../server/secret.ts';
import { readConnectionNote } from '../server/connection-file.ts';

export interface Workspace extends AsyncDisposable {
  readonly config: Config;
  readonly database: Database;
  readonly organization: Organization;
  /** Seals the secrets among plugins' settings. */
  readonly settingsKey: SettingsKey;
  /** A call of the platform itself, or of another principal, on the model of this moment. */
  call(principal?: Principal): Call;
}

export interface WorkspaceOptions {
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** `leave`: only look; the tables stay as they are, and nothing is made that a new organization lacks. */
  readonly changes?: 'apply' | 'leave';
}

interface Reached {
  readonly url: string;
  stop(): Promise<void>;
}

async function reachDatabase(config: Config): Promise<Reached> {
  const nothing = async () => {};
  if (config.databaseUrl !== undefined) return { url: config.databaseUrl, stop: nothing };
  const note = await readConnectionNote(config.data);
  if (note) return { url: note.url, stop: nothing };
  const embedded = await startEmbedded({ folder: config.data });
  return { url: embedded.url, stop: () => embedded.stop() };
}

/** Opens it as the environment says; close it with `await using`. */
export async function openWorkspace(options: WorkspaceOptions = {}): Promise<Workspace> {
  const config = readConfig(options.environment ?? process.env);
  const reached = await reachDatabase(config);
  const database = connectDatabase({ url: reached.url, applicationName: 'peyvand command' });
  const key = settingsKey(await obtainSecret(config.data, config.secret));
  let organization: Organization | undefined;
  let plugins: LoadedPlugins | undefined;
  const close = async () => {
    await organization?.close();
    if (plugins) await closePlugins(plugins);
    await database.end();
    await reached.stop();
  };
  try {
    plugins = await loadPlugins({ folders: config.plugins });
    organization = await openOrganization({
      database,
      plugins,
      packages: join(config.data, 'plugins'),
      settingsKey: key,
      changes: options.changes ?? 'apply',
    });
    const opened = organization;
    if (options.changes !== 'leave')
      await bootstrap(opened.current(), {
        organization: 'Peyvand',
        adminEmail: config.adminEmail,
        setUp: config.adminPassword !== undefined,
        // Made by a command before the first start: `peyvand user reset-password` gives a known one.
        passwordHash: async () => hashPassword(config.adminPassword ?? crypto.randomUUID()),
      });
    return {
      config,
      database,
      organization: opened,
      settingsKey: key,
      call: (principal = systemPrincipal) => ({
        engine: opened.current(),
        principal,
        requestId: 'command',
        origin: { via: 'cli' },
      }),
      [Symbol.asyncDispose]: close,
    };
  } catch (fault) {
    await close();
    throw fault;
  }
}
