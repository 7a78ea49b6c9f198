// `peyvand plugin pack`: a tarball as `npm pack` makes one, of what a server needs; the same files make the same bytes.
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { readManifest } from '../../../core/plugins/manifest.ts';
import { packFolder } from '../../../core/plugins/package.ts';
import { checkPlugin } from '../check/check-plugin.ts';
import { describeFinding } from '../check/finding.ts';
import { belongsTo } from '../plugin-files.ts';
import { fail, readOptions, type Command } from '../command.ts';
import { readConfig } from '../../server/config.ts';

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
    const bytes = await packFolder(folder, belongsTo(folder));
    const file = join(resolve(values.to), `${id}-${version}.tgz`);
    await mkdir(resolve(values.to), { recursive: true });
    await writeFile(file, bytes);
    const hash = createHash('sha256').update(bytes).digest('hex');
    process.stdout.write(`${file}\n${bytes.length} bytes, SHA-256 ${hash}\n`);
    return 0;
  },
};
