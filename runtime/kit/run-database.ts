// A database of its own for each run of tests: a copy of one in which the plugins' tables stand already, with a business unit,
// a currency, the roles and an administrator.
import { createHash, randomBytes } from 'node:crypto';
import { connectDatabase } from '../../core/db/connect.ts';
import { openDatabases, type Databases } from '../../core/db/databases.ts';
import { compileModel } from '../../core/model/compile.ts';
import { openOrganization } from '../../core/organization.ts';
import type { LoadedPlugins } from '../../core/plugins/load-plugins.ts';
import { bootstrap } from '../../core/security/bootstrap.ts';
import { hashPassword } from '../server/auth/sessions.ts';
import { databaseUrl, RUN_PREFIX, type Cluster } from './cluster.ts';

/** Of everybody whom the kit makes. */
export const PASSWORD = 'correct horse battery';
export const ADMIN_EMAIL = 'admin@example.com';

const TEMPLATE = 'kit_template_';
/** Databases of other plugins and of earlier states of this one that are kept. */
const KEPT = 8;
/** One makes a template at a time. */
const LOCK = 7_203_443;

export interface RunDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

export async function makeRunDatabase(cluster: Cluster, plugins: LoadedPlugins): Promise<RunDatabase> {
  const { version } = compileModel(plugins);
  const template = `${TEMPLATE}${createHash('sha256').update(version).digest('hex').slice(0, 24)}`;
  const name = `${RUN_PREFIX}${randomBytes(8).toString('hex')}`;
  {
    await using databases = openDatabases(cluster.url);
    await databases.lock(LOCK);
    if (!(await databases.list(TEMPLATE)).includes(template)) {
      await dropOldest(databases);
      const making = `${template}_new`;
      await databases.drop(making);
      await databases.create(making);
      await fill(databaseUrl(cluster, making), plugins);
      await databases.rename(making, template);
    }
    await databases.create(name, template);
  }
  return {
    url: databaseUrl(cluster, name),
    async drop() {
      await using databases = openDatabases(cluster.url);
      await databases.drop(name);
    },
  };
}

async function fill(url: string, plugins: LoadedPlugins): Promise<void> {
  const database = connectDatabase({ url, max: 4 });
  try {
    const organization = await openOrganization({ database, plugins });
    await bootstrap(organization.current(), {
      organization: organization.name,
      adminEmail: ADMIN_EMAIL,
      setUp: true,
      passwordHash: () => hashPassword(PASSWORD),
    });
    await organization.close();
  } finally {
    await database.end();
  }
}

async function dropOldest(databases: Databases): Promise<void> {
  for (const name of (await databases.list(TEMPLATE)).slice(KEPT)) await databases.drop(name);
}
