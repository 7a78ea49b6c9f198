// `peyvand plugin <verb>`: the verbs about plugins, each in a file of its own, loaded when it is asked for.
import { suggest } from '../../../core/model/suggest.ts';
import { usageFault, type Command } from '../command.ts';

export const pluginVerbs: Readonly<Record<string, () => Promise<Command>>> = {
  dev: async () => (await import('./plugin-dev.ts')).pluginDev,
  new: async () => (await import('./plugin-new.ts')).pluginNew,
  check: async () => (await import('./plugin-check.ts')).pluginCheck,
  pack: async () => (await import('./plugin-pack.ts')).pluginPack,
  test: async () => (await import('./plugin-test.ts')).pluginTest,
  install: async () => (await import('./plugin-install.ts')).pluginInstall,
  upgrade: async () => (await import('./plugin-install.ts')).pluginUpgrade,
  enable: async () => (await import('./plugin-switch.ts')).pluginEnable,
  disable: async () => (await import('./plugin-switch.ts')).pluginDisable,
  uninstall: async () => (await import('./plugin-uninstall.ts')).pluginUninstall,
  list: async () => (await import('./plugin-list.ts')).pluginList,
};

const find = (verb: string | undefined): Promise<Command> | undefined =>
  verb !== undefined && Object.hasOwn(pluginVerbs, verb) ? pluginVerbs[verb]?.() : undefined;

export const plugin: Command = {
  summary: 'Makes, tries, checks and packs plugins, and switches them on and off. `plugin VERB --help` says more.',
  usage: [`plugin ${Object.keys(pluginVerbs).join('|')} …`],
  verb: async (name) => find(name),
  async run([verb, ...rest]) {
    const command = await find(verb);
    if (!command) {
      const all = Object.keys(pluginVerbs);
      throw usageFault(
        verb === undefined
          ? `Say what to do: plugin ${all.join(', ')}.`
          : `There is no \`plugin ${verb}\`${suggest(verb, all)}; there are ${all.join(', ')}.`,
      );
    }
    return command.run(rest);
  },
};
