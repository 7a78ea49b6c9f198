// What a plugin's process may read: its own folder, the SDK, its inside, and packages.
import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const core = fileURLToPath(new URL('../../', import.meta.url));

/** Flags of Node's permission model. */
export function readFlags(folders: readonly string[]): readonly string[] {
  const places = new Set<string>();
  const add = (path: string): void => {
    if (!existsSync(path)) return;
    places.add(path);
    places.add(realpathSync(path));
  };
  for (const folder of [join(core, 'sdk'), join(core, 'plugins', 'host'), ...folders]) {
    add(folder);
    // Where Node looks for packages, and for how to read a file.
    for (let place = folder; dirname(place) !== place; place = dirname(place)) {
      add(join(place, 'node_modules'));
      places.add(join(place, 'package.json'));
    }
  }
  return [...places].map((place) => `--allow-fs-read=${place.endsWith('.json') ? place : join(place, '*')}`);
}
