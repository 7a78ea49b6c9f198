// `peyvand plugin enable|disable`: switches a plugin on and off. Running servers follow at once.
import { switchPlugin } from '../../../core/plugins/lifecycle.ts';
import { readOptions, usageFault, type Command } from '../command.ts';
import { openWorkspace } from '../workspace.ts';

const command = (enabled: boolean): Command => ({
  summary: enabled ? 'Switches a plugin on.' : 'Switches a plugin off; its tables and columns stay as they are.',
  usage: [`plugin ${enabled ? 'enable' : 'disable'} ID`],
  async run(args) {
    const { positionals } = readOptions(args, {});
    const [id, ...more] = positionals;
    if (id === undefined || more.length > 0) throw usageFault('Name one plugin; `peyvand plugin list` shows them.');
    await using workspace = await openWorkspace();
    const { organization } = workspace;
    await switchPlugin(organization, id, enabled);
    process.stdout.write(`${id} is ${enabled ? 'on' : 'off'}\n`);
    for (const { file, pointer, message } of organization.plugins().leftOut)
      process.stdout.write(`  left out while it is: ${file}#${pointer}: ${message}\n`);
    return 0;
  },
});

export const pluginEnable = command(true);
export const pluginDisable = command(false);
