// `peyvand plugin check`: manifest, rights, imports, translations, documents and icons of a plugin, with file, line and remedy.
import { checkPlugin } from '../check/check-plugin.ts';
import { describeFinding } from '../check/finding.ts';
import { readOptions, type Command } from '../command.ts';
import { readConfig } from '../../server/config.ts';

export const pluginCheck: Command = {
  summary:
    'Says what is wrong with a plugin, where, and how to mend it. Needs no database; PEYVAND_PLUGINS names plugins it requires.',
  usage: ['plugin check [FOLDER]'],
  async run(args) {
    const { positionals } = readOptions(args, {});
    const [folder = '.'] = positionals;
    const findings = await checkPlugin(folder, readConfig(process.env).plugins);
    for (const finding of findings) process.stdout.write(`${describeFinding(finding)}\n`);
    const errors = findings.filter(({ severity }) => severity === 'error').length;
    process.stdout.write(
      errors === 0 ? 'Nothing is wrong with it.\n' : `${errors === 1 ? '1 error' : `${errors} errors`} to mend.\n`,
    );
    return errors === 0 ? 0 : 1;
  },
};
