// Runs a plugin's migrations in the order of their versions, each once for an organization.
import type { Executor } from '../db/sql.ts';
import type { Call, Engine } from '../engine.ts';
import { reachOf } from '../records/reach.ts';
import { systemPrincipal } from '../security/system-principal.ts';
import { callOf, contextOf } from './context.ts';
import { pluginError } from './errors.ts';
import type { LoadedMigration } from './migration-files.ts';
import { noteMigration, readMigrationsDone } from './store.ts';
import { compareVersions } from './version-range.ts';

export interface Upgrade {
  readonly plugin: string;
  /** Undefined: it is new here, and has no rows to change. */
  readonly from: string | undefined;
  readonly to: string;
  readonly migrations: readonly LoadedMigration[];
}

/** Inside the transaction of the switch. @throws PLUGIN_MIGRATION */
export async function runMigrations(engine: Engine, executor: Executor, upgrade: Upgrade): Promise<void> {
  const { plugin, from, to, migrations } = upgrade;
  const done = await readMigrationsDone(executor, engine.schema, plugin);
  const call: Call = {
    engine,
    principal: systemPrincipal,
    executor,
    requestId: `upgrade ${plugin}`,
    origin: { via: 'system' },
  };
  for (const { version, run } of migrations) {
    if (done.has(version) || compareVersions(version, to) > 0) continue;
    const needed = from !== undefined && compareVersions(version, from) > 0;
    if (needed) {
      const own = callOf(call, plugin);
      const { system, now, settings } = contextOf(own, plugin, reachOf(own, true));
      try {
        await run({ system, now, settings, from });
      } catch (cause) {
        const reason = cause instanceof Error ? cause.message : String(cause);
        throw pluginError('PLUGIN_MIGRATION', { plugin, version, reason }, { cause });
      }
    }
    await noteMigration(executor, engine.schema, plugin, version, needed);
  }
}
