// Starts the one embedded Postgres that all tests share, in a temporary folder, and stops it after the last test.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startEmbedded } from '../../core/db/embedded.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    databaseUrl: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'peyvand-test-'));
  // Run by root, Postgres works as another user, who has to enter.
  chmodSync(folder, 0o755);
  // Nothing here outlives the run, so nothing waits for the disk.
  const server = await startEmbedded({
    folder,
    settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '200' },
  });
  project.provide('databaseUrl', server.superuserUrl('postgres'));
  // Modules' tests are written with peyvand/test, whose databases then stand on this one too.
  process.env['PEYVAND_TEST_DATABASE'] = server.superuserUrl('postgres');
  return async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  };
}
