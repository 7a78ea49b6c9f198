// `peyvand plugin pack`: a tarball as `npm pack` makes one, of what a server needs; the same files make the same bytes.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { readManifest } from '../../../core/plugins/manifest.ts';
import { packFolder } from '../../../core/plugins/package.ts';
import { checkPlugin } from '../check/check-plugin.ts';
import { describeFinding } from '../check/finding.ts';
import { fail, readOptions, type Command } from '../command.ts';
import { readConfig } from '../../server/config.ts';

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
function belongs(packages: ReadonlySet<string>): (path: string) => boolean {
  return (path) => {
    if (path === 'test' || /^tsconfig[^/]*\.json$/.test(path) || path.endsWith('.test.ts')) return false;
    if (path === 'package-lock.json' || path.endsWith('.log')) return false;
    const [, name] = /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path) ?? [];
    if (name === undefined) return true;
    return packages.has(name) || [...packages].some((one) => one.startsWith(`${name}/`));
  };
}

export const pluginPack: Command = {
  summary: 'Packs a plugin, after checking it, for `plugin install` or the page of plugins.',
  usage: ['plugin pack [FOLDER] [--to FOLDER]'],
  async run(args) {
    const { values, positionals } = readOptions(args, { to: { type: 'string', default: '.' } });
    const folder = resolve(positionals[0] ?? '.');
    const errors = (await checkPlugin(folder, readConfig(process.env).plugins)).filter(
      ({ severity }) => severity === 'error',
    );
    if (errors.length > 0)
      throw fail('PLUGIN_UNSOUND', { list: errors.map((finding) => `  ${describeFinding(finding)}`).join('\n') });
    const { id, version } = await readManifest(folder);
    const bytes = await packFolder(folder, belongs(neededPackages(folder)));
    const file = join(resolve(values.to), `${id}-${version}.tgz`);
    await mkdir(resolve(values.to), { recursive: true });
    await writeFile(file, bytes);
    const hash = createHash('sha256').update(bytes).digest('hex');
    process.stdout.write(`${file}\n${bytes.length} bytes, SHA-256 ${hash}\n`);
    return 0;
  },
};
