// The embedded Postgres that tests of plugins share, over runs too: making one takes seconds, entering one that is there none.
// Whoever comes first starts it and says beside it how to reach it; it stops when the last has gone.
import { mkdir } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openDatabases } from '../../core/db/databases.ts';
import { startEmbedded } from '../../core/db/embedded.ts';
import { PeyvandError } from '../../core/sdk/index.ts';
import { readConnectionNote, removeConnectionNote, writeConnectionNote } from '../server/connection-file.ts';

/** Names a Postgres to use instead (its superuser's address, any database). */
export const CLUSTER_VARIABLE = 'PEYVAND_TEST_DATABASE';
/** Databases of runs; those that a killed run left are dropped by the next. */
export const RUN_PREFIX = 'kit_run_';

const FOLDER = fileURLToPath(new URL('../../.cache/test-database', import.meta.url));

export interface Cluster {
  /** A superuser's address. */
  readonly url: string;
  stop(): Promise<void>;
}

export function databaseUrl(cluster: Cluster, name: string): string {
  const url = new URL(cluster.url);
  url.pathname = `/${name}`;
  return url.href;
}

export async function openCluster(): Promise<Cluster> {
  const given = process.env[CLUSTER_VARIABLE];
  if (given !== undefined && given !== '') return { url: given, stop: async () => undefined };
  await mkdir(FOLDER, { recursive: true });
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await startCluster();
    } catch (error) {
      if (!(error instanceof PeyvandError) || error.code !== 'DATA_FOLDER_IN_USE') throw error;
      const note = await readConnectionNote(FOLDER);
      if (note) return { url: note.url, stop: async () => undefined };
      // Its owner is just starting or stopping it.
      if (attempt > 300) throw error;
      await pause(100);
    }
  }
}

async function startCluster(): Promise<Cluster> {
  const server = await startEmbedded({
    folder: FOLDER,
    // Nothing here outlives a run but what can be made again, so nothing waits for the disk.
    settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '200' },
  });
  const url = server.superuserUrl('postgres');
  {
    await using databases = openDatabases(url);
    for (const name of await databases.list(RUN_PREFIX)) await databases.drop(name);
  }
  await writeConnectionNote(FOLDER, { url, pid: process.pid });
  return {
    url,
    async stop() {
      {
        // Others may have come in the meantime: they end their runs first.
        await using databases = openDatabases(url);
        for (let waited = 0; waited < 600 && (await databases.busy(RUN_PREFIX)).length > 0; waited += 1)
          await pause(500);
      }
      await removeConnectionNote(FOLDER);
      await server.stop();
    },
  };
}
