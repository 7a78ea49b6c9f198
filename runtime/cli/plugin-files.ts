// Which files of a plugin's folder travel to servers.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Packages in node_modules that package.json asks for to run, and what these ask for. */
function neededPackages(folder: string): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (card: string): void => {
    if (!existsSync(card)) return;
    const { dependencies = {} } = JSON.parse(readFileSync(card, 'utf8')) as { readonly dependencies?: object };
    for (const name of Object.keys(dependencies)) {
      if (found.has(name)) continue;
      found.add(name);
      visit(join(folder, 'node_modules', name, 'package.json'));
    }
  };
  visit(join(folder, 'package.json'));
  return found;
}

/** Whether a path (of a file or a folder, with `/`) travels: tests and what only editors read stay at home. */
export function belongsTo(folder: string): (path: string) => boolean {
  const packages = neededPackages(folder);
  return (path) => {
    if (path === 'test' || /^tsconfig[^/]*\.json$/.test(path) || path.endsWith('.test.ts')) return false;
    if (path === 'package-lock.json' || path.endsWith('.log')) return false;
    const [, name] = /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path) ?? [];
    if (name === undefined) return true;
    return packages.has(name) || [...packages].some((one) => one.startsWith(`${name}/`));
  };
}
