// Where a plugin's migrations are: `migrations/<version>.ts`.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { MigrationContext } from '../sdk/index.ts';
import { compareVersions } from './version-range.ts';

/** One that waits to be run; loaded when it is. */
export interface LoadedMigration {
  readonly version: string;
  run(context: MigrationContext): Promise<void>;
}

/** The versions that have a file below `folder/migrations`, from the oldest. */
export function migrationVersions(folder: string): readonly string[] {
  const place = join(folder, 'migrations');
  const names = existsSync(place) ? readdirSync(place) : [];
  return names
    .flatMap((name) => /^(\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?)\.ts$/.exec(name)?.[1] ?? [])
    .toSorted(compareVersions);
}
