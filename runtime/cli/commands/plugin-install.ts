// `peyvand plugin install|upgrade`: brings a package into the organization's database. Running servers follow at once.
import { existsSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { rightsOf } from '../../../core/plugins/asked-rights.ts';
import { installPlugin, upgradePlugin } from '../../../core/plugins/lifecycle.ts';
import { fetchPackage, openPackage, packFolder } from '../../../core/plugins/package.ts';
import { readConflicts } from '../../../core/plugins/store.ts';
import { readOptions, usageFault, type Command } from '../command.ts';
import { belongsTo } from '../plugin-files.ts';
import { openWorkspace } from '../workspace.ts';

/** A tarball, a folder that is there, or else a name at npm. */
async function bytesOf(source: string): Promise<Buffer> {
  if (existsSync(source))
    return statSync(source).isDirectory() ? packFolder(source, belongsTo(source)) : readFile(source);
  if (/[\\/]|\.tgz$/.test(source) && !source.startsWith('@')) throw usageFault(`There is no ${source}.`);
  return fetchPackage(source);
}

const command = (verb: 'install' | 'upgrade'): Command => ({
  summary:
    verb === 'install'
      ? 'Installs a plugin from a tarball, a folder, or npm. --accept-rights: without asking; --yes: also where data goes to the recycle bin.'
      : 'Brings another version of an installed plugin into use: merged with your changes, rows migrated.',
  usage: [`plugin ${verb} TARBALL|FOLDER|NAME[@VERSION] [--accept-rights] [--yes]`],
  async run(args) {
    const { values, positionals } = readOptions(args, {
      'accept-rights': { type: 'boolean', default: false },
      yes: { type: 'boolean', default: false },
    });
    const [source, ...more] = positionals;
    if (source === undefined || more.length > 0) throw usageFault(`Name one tarball, folder or package to ${verb}.`);
    const bytes = await bytesOf(source);
    await using workspace = await openWorkspace();
    const { organization } = workspace;
    const pack = await openPackage(bytes, organization.packages);
    const { id, version } = pack.manifest;
    const rights = rightsOf(pack.manifest);
    process.stdout.write(`${id} ${version} asks for ${rights.length === 0 ? 'no rights' : rights.join(', ')}\n`);
    const options = { confirm: values.yes, ...(values['accept-rights'] && { acceptRights: rights }) };
    if (verb === 'install') await installPlugin(organization, pack, options);
    else await upgradePlugin(organization, id, pack, options);
    process.stdout.write(`${verb === 'install' ? 'Installed' : 'Upgraded'}: ${id} ${version}\n`);
    const open = (await readConflicts(workspace.database, organization.schema, id)).filter((one) => !one.decision);
    for (const { document, path, base, theirs, ours } of open) {
      process.stdout.write(
        `  ${document}#${path}: was ${shown(base)}, is now ${shown(theirs)}; yours stays: ${shown(ours)}\n`,
      );
    }
    if (open.length > 0) process.stdout.write(`${open.length} to decide on /admin/plugins\n`);
    return 0;
  },
});

function shown(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 80);
}

export const pluginInstall = command('install');
export const pluginUpgrade = command('upgrade');
