// What a new version of a plugin does to the rows that are there: `migrations/<version>.ts` exports one by default. It runs
// once, in the transaction in which the new version comes into use, after the tables have changed: all of it or nothing.
import type { Records } from './records.ts';

export interface MigrationContext {
  /** With the rights that plugin.json declares; the plugin's own entities need none. */
  readonly system: Records;
  /** The version that was in use before. */
  readonly from: string;
  /** This moment, UTC. */
  readonly now: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

export interface Migration {
  run(context: MigrationContext): void | Promise<void>;
}

export function defineMigration(migration: Migration): Migration {
  return migration;
}
