// An organization of the bench's own, on an embedded Postgres in a temporary folder, without a server before it.
import { chmodSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectDatabase } from '../../core/db/connect.ts';
import { startEmbedded } from '../../core/db/embedded.ts';
import type { Layer } from '../../core/model/layer.ts';
import { layerOf } from '../../core/model/read-layer.ts';
import { openOrganization, type Organization } from '../../core/organization.ts';
import { loadPlugins } from '../../core/plugins/load-plugins.ts';
import type { JsonObject } from '../../core/sdk/index.ts';
import { bootstrap } from '../../core/security/bootstrap.ts';

/** `url`: the database's. */
export async function withOwnEngine<T>(work: (organization: Organization, url: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'peyvand-bench-'));
  chmodSync(folder, 0o755);
  const server = await startEmbedded({ folder });
  const database = connectDatabase({ url: server.url, max: 4 });
  let organization: Organization | undefined;
  try {
    organization = await openOrganization({ database, plugins: await loadPlugins() });
    await bootstrap(organization.current(), {
      organization: 'Bench',
      setUp: true,
      adminEmail: 'bench@example.com',
      passwordHash: () => Promise.resolve('none'),
    });
    return await work(organization, server.url);
  } finally {
    await organization?.close();
    await database.end();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The organization's layer of these documents. */
export function ownLayer(documents: Readonly<Record<string, JsonObject>>): Layer {
  const { layer, problems } = layerOf({ id: 'organization', version: '1', kind: 'organization' }, documents);
  if (problems.length > 0) throw new Error(problems.map(({ message }) => message).join('\n'));
  return layer;
}
