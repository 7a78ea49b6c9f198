// The app with the browser halves of packages that come and go while the server runs: built beside the present one, in a folder
// of its own, and served when it is done.
import { createHash } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Organization } from '../../core/organization.ts';
import type { Config } from '../server/config.ts';
import type { AppState } from '../server/services.ts';
import { ensureBundle, hasBrowserHalf } from './bundle.ts';

export interface PagesOfPackages {
  /** Of the app that is served now. */
  folder(): string;
  /** Whether it has the browser halves of all packages that are on. */
  state(): AppState;
  /** Builds what the packages of now need, and again with each change of them. */
  follow(organization: Organization): void;
}

/** `plain`: the app without packages. */
export function startPages(config: Config, plain: string, say: (line: string) => void): PagesOfPackages {
  const root = join(config.data, 'bundles');
  let present = plain;
  let work: Promise<void> = Promise.resolve();
  let state: AppState = 'ready';
  let waiting = 0;

  async function build(organization: Organization): Promise<void> {
    const { rows, set } = organization.plugins();
    const packages = new Set(rows.filter(({ source }) => source === 'package').map(({ id }) => id));
    const folders = set.served.plugins.filter(({ id }) => packages.has(id)).map(({ folder }) => folder);
    const halves = await Promise.all(folders.map(hasBrowserHalf));
    const own = folders.filter((_, index) => halves[index]);
    if (own.length === 0) {
      present = plain;
      return;
    }
    const name = createHash('sha256').update(own.toSorted().join('\n')).digest('hex').slice(0, 16);
    present = await ensureBundle(say, { plugins: [...config.plugins, ...own], data: join(root, name) });
    for (const other of await readdir(root)) {
      // Those before it go with the next start: open pages still ask for their parts.
      if (other !== name && !served.has(other)) await rm(join(root, other), { recursive: true, force: true });
    }
    served.add(name);
  }
  const served = new Set<string>();

  const later = (organization: Organization): void => {
    waiting += 1;
    state = 'building';
    work = work.then(async () => {
      let built: AppState = 'ready';
      try {
        await build(organization);
      } catch (error) {
        built = 'failed';
        const reason = error instanceof Error ? error.message : String(error);
        say(`The app with the present plugins could not be built: ${reason}`);
      }
      waiting -= 1;
      if (waiting === 0) state = built;
    });
  };
  return {
    folder: () => present,
    state: () => state,
    follow(organization) {
      later(organization);
      organization.onChange(() => later(organization));
    },
  };
}
