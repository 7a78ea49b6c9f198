// `peyvand publish`: brings tables and model to what the organization's layer says, online. Running servers follow at once.
import { printPlan } from '../../../core/schema/print-plan.ts';
import { fail, readOptions, type Command } from '../command.ts';
import { readOrganizationLayer } from '../organization-layer.ts';
import { openWorkspace } from '../workspace.ts';

export const publish: Command = {
  summary:
    "Publishes the organization's layer (from a folder, or again as it is). --yes: also where data goes to the recycle bin.",
  usage: ['publish [--from FOLDER] [--yes]'],
  async run(args) {
    const { values } = readOptions(args, { from: { type: 'string' }, yes: { type: 'boolean', default: false } });
    const layer = values.from === undefined ? undefined : await readOrganizationLayer(values.from);
    await using workspace = await openWorkspace({ changes: 'leave' });
    const { organization } = workspace;
    const wanted = await organization.plan(layer);
    process.stdout.write(`${printPlan(wanted, { sql: false })}\n`);
    if (wanted.losesData && !values.yes) throw fail('LOSES_DATA');
    const result = await organization.publish(layer, {
      confirm: values.yes,
      onStep: (step, position) => process.stdout.write(`  ${position + 1}. ${step.summary}\n`),
    });
    process.stdout.write(
      `Published: model ${result.version}${result.unfinished ? '; some tidying up goes on by itself' : ''}\n`,
    );
    return 0;
  },
};
