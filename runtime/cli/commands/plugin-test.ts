// `peyvand plugin test`: a plugin's tests, run by Node's own runner with the kit (runtime/kit), in a process of their own.
import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { pluginFolders } from '../../../core/plugins/manifest.ts';
import { ROOT } from '../bundle.ts';
import { usageFault, type Command } from '../command.ts';

export const pluginTest: Command = {
  summary: "Runs a plugin's tests on a real database; what follows the folder goes to Node's test runner.",
  usage: ['plugin test [FOLDER] [--test-name-pattern=TEXT] [--watch] …'],
  async run(args) {
    const options = args.filter((argument) => argument.startsWith('-'));
    const [folder = '.', ...more] = args.filter((argument) => !argument.startsWith('-'));
    if (more.length > 0) throw usageFault(`One folder at a time: ${folder} or ${more.join(', ')}?`);
    await pluginFolders(resolve(folder));
    const runner = join(ROOT, 'runtime/kit/run-tests.ts');
    const child = spawn(process.execPath, [runner, resolve(folder), ...options], { stdio: 'inherit' });
    // The terminal tells the child itself; this process only waits for it.
    process.on('SIGINT', () => undefined).on('SIGTERM', () => child.kill('SIGTERM'));
    return new Promise<number>((done, broken) => {
      child.once('error', broken);
      child.once('exit', (code) => done(code ?? 1));
    });
  },
};
