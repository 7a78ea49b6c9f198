// `peyvand types`: TypeScript types of the live model, or of what plugins in folders make, without a database.
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { compileModel } from '../../../core/model/compile.ts';
import { closePlugins, loadPlugins } from '../../../core/plugins/load-plugins.ts';
import { readConfig } from '../../server/config.ts';
import { readOptions, type Command } from '../command.ts';
import { typesOf } from '../types-of.ts';
import { openWorkspace } from '../workspace.ts';

async function typesOfFolders(folders: readonly string[]): Promise<string> {
  const beside = readConfig(process.env).plugins;
  const loaded = await loadPlugins({ folders: [...beside, ...folders.map((folder) => resolve(folder))] });
  try {
    return typesOf(compileModel(loaded), loaded.operations);
  } finally {
    await closePlugins(loaded);
  }
}

async function typesOfOrganization(): Promise<string> {
  await using workspace = await openWorkspace();
  const { model, operations = [] } = workspace.organization.current();
  return typesOf(model, operations);
}

export const types: Command = {
  summary: "Writes TypeScript types: of the organization's live model, or, without a database, of plugins in folders.",
  usage: ['types [--plugin FOLDER …] [--out FILE]'],
  async run(args) {
    const { values } = readOptions(args, {
      out: { type: 'string' },
      // The option's former name.
      to: { type: 'string' },
      plugin: { type: 'string', multiple: true, default: [] },
    });
    const text = values.plugin.length > 0 ? await typesOfFolders(values.plugin) : await typesOfOrganization();
    const file = values.out ?? values.to;
    if (file === undefined) process.stdout.write(text);
    else await writeFile(file, text);
    return 0;
  },
};
