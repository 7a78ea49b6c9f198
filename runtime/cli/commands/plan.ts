// `peyvand plan`: what publishing would do to the tables, step by step, without doing it.
import { printPlan } from '../../../core/schema/print-plan.ts';
import { readOptions, type Command } from '../command.ts';
import { readOrganizationLayer } from '../organization-layer.ts';
import { openWorkspace } from '../workspace.ts';

export const plan: Command = {
  summary:
    'Shows what publishing would do to the tables: each step with its SQL, its lock, its rows, and whether data goes.',
  usage: ['plan [--from FOLDER] [--no-sql]'],
  async run(args) {
    const { values } = readOptions(args, { from: { type: 'string' }, 'no-sql': { type: 'boolean', default: false } });
    const layer = values.from === undefined ? undefined : await readOrganizationLayer(values.from);
    await using workspace = await openWorkspace({ changes: 'leave' });
    const wanted = await workspace.organization.plan(layer);
    process.stdout.write(`${printPlan(wanted, { sql: !values['no-sql'] })}\n`);
    return 0;
  },
};
