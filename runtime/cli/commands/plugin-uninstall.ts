// `peyvand plugin uninstall`: says what goes, writes it to a file, and takes the plugin out of the organization.
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { exportPluginData } from '../../../core/plugins/export-data.ts';
import { uninstallPlugin } from '../../../core/plugins/lifecycle.ts';
import { reportUninstall } from '../../../core/plugins/uninstall-report.ts';
import { fail, readOptions, usageFault, type Command } from '../command.ts';
import { openWorkspace } from '../workspace.ts';

export const pluginUninstall: Command = {
  summary:
    'Says what would go with a plugin; --yes: uninstalls it, its data to the recycle bin. --export: first to a zip.',
  usage: ['plugin uninstall ID [--export FILE.zip] [--yes]'],
  async run(args) {
    const { values, positionals } = readOptions(args, {
      export: { type: 'string' },
      yes: { type: 'boolean', default: false },
    });
    const [id, ...more] = positionals;
    if (id === undefined || more.length > 0) throw usageFault('Name one plugin; `peyvand plugin list` shows them.');
    await using workspace = await openWorkspace();
    const { organization } = workspace;
    const report = await reportUninstall(organization, id);
    const lines = [
      ...report.entities.map(({ entity, rows }) => `${entity}: ${rows} rows`),
      ...report.fields.map(({ entity, field, values: count }) => `${entity}.${field}: ${count} values`),
      ...report.links.map(({ relation, rows }) => `${relation}: ${rows} links`),
      ...(report.files > 0 ? [`${report.files} files`] : []),
      ...report.documents.map(({ file, pointer, message }) => `of yours, left out: ${file}#${pointer}: ${message}`),
    ];
    process.stdout.write(
      lines.length === 0 ? 'No data goes.\n' : `What goes:\n${lines.map((line) => `  ${line}\n`).join('')}`,
    );
    if (values.export !== undefined) {
      await pipeline(await exportPluginData(organization, id), createWriteStream(values.export));
      process.stdout.write(`Written to ${values.export}\n`);
    }
    if (!values.yes) throw fail('LOSES_DATA');
    await uninstallPlugin(organization, id, { confirm: true });
    process.stdout.write(`Uninstalled: ${id}\n`);
    return 0;
  },
};
