// `peyvand plugin new`: a working plugin to begin with.
import { join, relative, resolve } from 'node:path';
import { readOptions, usageFault, type Command } from '../command.ts';
import { readPluginName } from '../plugin-name.ts';
import { writePlugin } from '../write-plugin.ts';

export const pluginNew: Command = {
  summary:
    'Makes a working plugin: an entity with forms and views, a field type, handlers, an operation, Persian, tests.',
  usage: ['plugin new ID [--in FOLDER]'],
  async run(args) {
    const { values, positionals } = readOptions(args, { in: { type: 'string', default: '.' } });
    const [id, ...more] = positionals;
    if (id === undefined || more.length > 0)
      throw usageFault('Say what the plugin is called, like `plugin new fleet`.');
    const name = readPluginName(id);
    const folder = join(resolve(values.in), id);
    const files = await writePlugin(name, folder);
    const fromHere = relative(process.cwd(), folder);
    const shown = fromHere.startsWith('..') ? folder : fromHere;
    process.stdout.write(`${files.map((file) => `  ${join(shown, file)}\n`).join('')}
${name.title} is there. Next:
  peyvand plugin test ${shown}     its tests, on a real database and in a browser
  peyvand plugin dev ${shown}      a server that follows every change
  peyvand plugin check ${shown}    manifest, rights, translations, imports, icons
`);
    return 0;
  },
};
