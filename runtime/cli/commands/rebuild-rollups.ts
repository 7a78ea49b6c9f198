// `peyvand rebuild-rollups`: proves that what is stored of rollups is what the rows say; without --check it is worked out anew first.
import { differencesOf, rebuildRollups } from '../../../core/rollups/rebuild.ts';
import { readOptions, type Command } from '../command.ts';
import { openWorkspace } from '../workspace.ts';

export const rebuild: Command = {
  summary: 'Works every rollup out anew from the rows, and shows what was stored otherwise. --check only shows it.',
  usage: ['rebuild-rollups [--check]'],
  async run(args) {
    const { values } = readOptions(args, { check: { type: 'boolean', default: false } });
    await using workspace = await openWorkspace({ changes: 'leave' });
    const engine = workspace.organization.current();
    const differences = await differencesOf(engine);
    for (const { entity, id, field, stored, again } of differences)
      process.stdout.write(
        `${entity}(${id}).${field}: stored ${stored ?? 'nothing'}, the rows give ${again ?? 'nothing'}\n`,
      );
    if (values.check) {
      process.stdout.write(
        differences.length === 0 ? 'Every rollup is what its rows say.\n' : `${differences.length} rollups differ.\n`,
      );
      return differences.length === 0 ? 0 : 1;
    }
    await rebuildRollups(engine, (entity, rows) => process.stdout.write(`${entity}: ${rows} rows worked out.\n`));
    const left = await differencesOf(engine);
    process.stdout.write(
      left.length === 0 ? 'Every rollup is what its rows say.\n' : `${left.length} rollups still differ.\n`,
    );
    return left.length === 0 ? 0 : 1;
  },
};
