// The app as `plugin dev` serves it: built anew in a folder of its own whenever the plugin's browser half changes, with a script
// that reloads the page when something was taken over.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isObject } from '../../../core/model/pointer.ts';
import { readSources } from '../check/sources.ts';
import { BUNDLE, ensureBundle } from '../bundle.ts';

const VERSION = 'dev-version.txt';
const SCRIPT = 'dev-reload.js';

/** Without eval and inline code: the page's content security policy holds here too. */
const RELOAD = `let known;
setInterval(async () => {
  const answer = await fetch('/${VERSION}', { cache: 'no-store' }).catch(() => undefined);
  if (!answer?.ok) return;
  const version = await answer.text();
  if (known !== undefined && version !== known) location.reload();
  known = version;
}, 700);
`;

export interface DevBundle {
  /** Where the present app lies; '' before the first build. */
  folder(): string;
  /** True where the browser half was built anew. Throws BUILD_FAILED; the app that was there stays. */
  build(say: (line: string) => void): Promise<boolean>;
  /** Open pages load anew. */
  reload(): Promise<void>;
}

/** `beside`: plugins that are in the app too; `data`: the folder of this. */
export function devBundle(plugin: string, beside: readonly string[], data: string): DevBundle {
  let present = '';
  let built = '';
  let count = 0;

  async function modulesOf(): Promise<readonly string[]> {
    const card: unknown = JSON.parse(await readFile(join(plugin, 'plugin.json'), 'utf8'));
    const contributes = isObject(card) ? card['contributes'] : undefined;
    return Object.values(isObject(contributes) ? contributes : {}).flatMap((list) =>
      (Array.isArray(list) ? (list as readonly unknown[]) : []).flatMap((one) =>
        isObject(one) && typeof one['module'] === 'string' ? [one['module']] : [],
      ),
    );
  }

  /** Of all that the browser half is made from. */
  async function hashOfBrowserHalf(): Promise<string> {
    const sources = await readSources(plugin, await modulesOf());
    const files = sources.filter(({ inBrowser }) => inBrowser).map(({ file }) => file);
    const texts = await readdir(join(plugin, 'texts')).catch(() => []);
    const styles = sources.length === 0 ? [] : await stylesBelow(plugin);
    const hash = createHash('sha256');
    for (const file of [...files, ...texts.map((name) => `texts/${name}`), ...styles].toSorted())
      hash.update(`${file}\0`).update(await readFile(join(plugin, file)));
    return hash.digest('hex').slice(0, 16);
  }

  async function markVersion(): Promise<void> {
    count += 1;
    await writeFile(join(present, VERSION), `${process.pid}.${count}`);
  }

  return {
    folder: () => present,
    async build(say) {
      const wanted = await hashOfBrowserHalf();
      if (wanted === built) return false;
      const place = join(data, wanted);
      await mkdir(place, { recursive: true });
      let folder = await ensureBundle(say, { plugins: [...beside, plugin], data: place });
      if (folder === BUNDLE) {
        // Everybody's: this one gets a script.
        folder = join(place, 'app');
        await rm(folder, { recursive: true, force: true });
        await cp(BUNDLE, folder, { recursive: true });
      }
      const page = join(folder, 'index.html');
      const text = await readFile(page, 'utf8');
      if (!text.includes(SCRIPT)) {
        await writeFile(page, text.replace('</head>', `<script type="module" src="/${SCRIPT}"></script></head>`));
        for (const ending of ['br', 'gz']) await rm(`${page}.${ending}`, { force: true });
        await writeFile(join(folder, SCRIPT), RELOAD);
      }
      present = folder;
      built = wanted;
      await markVersion();
      for (const name of await readdir(data)) {
        const old = join(data, name);
        if (name !== wanted && existsSync(old)) await rm(old, { recursive: true, force: true });
      }
      return true;
    },
    reload: markVersion,
  };
}

async function stylesBelow(plugin: string): Promise<readonly string[]> {
  const found = await readdir(plugin, { recursive: true });
  return found.filter((path) => path.endsWith('.css') && !path.includes('node_modules'));
}
