// `peyvand plugin list`: what is installed, in which version, on or off.
import { countOpenConflicts } from '../../../core/plugins/store.ts';
import { readOptions, type Command } from '../command.ts';
import { openWorkspace } from '../workspace.ts';

export const pluginList: Command = {
  summary: 'Lists the installed plugins.',
  usage: ['plugin list'],
  async run(args) {
    readOptions(args, {});
    await using workspace = await openWorkspace({ changes: 'leave' });
    const { organization, database } = workspace;
    const { rows, set, leftOut } = organization.plugins();
    const known = new Map(rows.map((row) => [row.id, row]));
    const conflicts = await countOpenConflicts(database, organization.schema).catch(() => new Map<string, number>());
    const lines = set.installed.plugins.map(({ id, version, title }) => {
      const on = set.served.plugins.some((one) => one.id === id);
      const open = conflicts.get(id);
      const source = known.get(id)?.source ?? 'release';
      return [id, version, on ? 'on' : 'off', source, title, open === undefined ? '' : `${open} to decide`];
    });
    const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
    for (const line of lines)
      process.stdout.write(
        `${line
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
      );
    for (const { file, pointer, message } of leftOut)
      process.stdout.write(`left out: ${file}#${pointer}: ${message}\n`);
    return 0;
  },
};
