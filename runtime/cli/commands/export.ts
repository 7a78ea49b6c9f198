// `peyvand export`: the organization's own layer as a folder of documents, written canonically, to be kept under version
// control and published elsewhere.
import { mkdir, readdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { exportLayer as writeLayer } from '../../../core/model/write-layer.ts';
import { fail, readOptions, usageFault, type Command } from '../command.ts';
import { openWorkspace } from '../workspace.ts';

export const exportLayer: Command = {
  summary: "Writes the organization's own layer to a folder.",
  usage: ['export FOLDER [--force]'],
  async run(args) {
    const { values, positionals } = readOptions(args, { force: { type: 'boolean', default: false } });
    const [to] = positionals;
    if (to === undefined) throw usageFault('Name the folder to write to.');
    const folder = resolve(to);
    await mkdir(folder, { recursive: true });
    if (!values.force && (await readdir(folder)).length > 0) throw fail('FOLDER_NOT_EMPTY', { folder });
    await using workspace = await openWorkspace({ changes: 'leave' });
    const layer = workspace.organization.layer();
    await writeLayer(layer, folder);
    process.stdout.write(`${layer.documents.size} documents written to ${folder}\n`);
    return 0;
  },
};
