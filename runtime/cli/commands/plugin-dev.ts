// `peyvand plugin dev`: a server with this plugin that takes over each change of its files: documents are published, the server
// half starts anew, the browser half is built again and open pages load anew. What is wrong is said, and what was right goes on.
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { rightsOf } from '../../../core/plugins/asked-rights.ts';
import { installPlugin, upgradePlugin } from '../../../core/plugins/lifecycle.ts';
import { readManifest } from '../../../core/plugins/manifest.ts';
import { openPackage, packFolder } from '../../../core/plugins/package.ts';
import { PeyvandError } from '../../../core/sdk/index.ts';
import { readConfig, type Config } from '../../server/config.ts';
import { startServer, type RunningServer } from '../../server/server.ts';
import { ROOT } from '../bundle.ts';
import { fail, readOptions, type Command } from '../command.ts';
import { devBundle } from '../dev/dev-bundle.ts';
import { watchFiles } from '../dev/watch-files.ts';
import { belongsTo } from '../plugin-files.ts';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** A data folder of its own for each plugin that is being written, and a password that stays the same. */
async function readDevConfig(folder: string, id: string): Promise<Config> {
  const place = createHash('sha256').update(folder).digest('hex').slice(0, 8);
  const data = process.env['PEYVAND_DATA'] ?? join(ROOT, '.cache', `dev-${id}-${place}`);
  await mkdir(data, { recursive: true });
  const file = join(data, 'dev-password');
  if (!existsSync(file)) await writeFile(file, randomBytes(9).toString('base64url'), { mode: 0o600 });
  const password = await readFile(file, 'utf8');
  return readConfig({ LOG_LEVEL: 'warn', PEYVAND_ADMIN_PASSWORD: password, ...process.env, PEYVAND_DATA: data });
}

/** The unpacked copy that the server runs is not what its author looks for. */
function inOwnWords(error: unknown, copy: string, folder: string): string {
  const text =
    error instanceof PeyvandError
      ? [
          error.message,
          ...error.details
            .filter(({ message }) => !error.message.includes(message))
            .map(({ target, message }) => `  ${target}: ${message}`),
        ].join('\n')
      : String(error instanceof Error ? (error.stack ?? error.message) : error);
  const here = relative(process.cwd(), folder) || '.';
  // The browser half is built from Peyvand's folder, and its faults are told from there.
  const told = text.replaceAll(relative(ROOT, folder).split(sep).join('/'), here);
  if (copy === '') return told;
  return told.replaceAll(copy, folder).replaceAll(relative(process.cwd(), copy), here);
}

export const pluginDev: Command = {
  summary: 'Starts a server with a plugin and takes over every change of its files, without a restart.',
  usage: ['plugin dev [FOLDER]'],
  async run(args) {
    const { positionals } = readOptions(args, {});
    const folder = resolve(positionals[0] ?? '.');
    if (!existsSync(join(folder, 'plugin.json'))) throw fail('FOLDER_MISSING', { folder: join(folder, 'plugin.json') });
    if (folder.startsWith(join(ROOT, 'plugins', sep))) throw fail('PLUGIN_SHIPPED', { folder });
    const { id, title } = await readManifest(folder);
    const config = await readDevConfig(folder, id);
    const belongs = belongsTo(folder);
    const bundle = devBundle(folder, config.plugins, join(config.data, 'dev-bundle'));
    let server: RunningServer | undefined;
    let accepted = '';

    async function takeServerHalf({ organization }: RunningServer): Promise<readonly string[]> {
      let copy = '';
      try {
        const pack = await openPackage(await packFolder(folder, belongs), organization.packages);
        copy = pack.folder;
        const row = organization.plugins().rows.find((one) => one.id === id);
        const present = row?.state === 'installed' && row.source === 'package';
        if (present && row.hash === pack.hash && row.enabled) return [];
        const rights = rightsOf(pack.manifest);
        if (rights.join(', ') !== accepted) {
          accepted = rights.join(', ');
          say(`  rights: ${accepted === '' ? 'none beyond its own entities' : accepted}`);
        }
        const options = { acceptRights: rights, confirm: true, grace: 0 };
        const { plan } = present
          ? await upgradePlugin(organization, id, pack, options)
          : await installPlugin(organization, pack, options);
        return plan.steps.map(({ summary }) => summary);
      } catch (error) {
        throw new Error(inOwnWords(error, copy, folder), { cause: error });
      }
    }

    /** Each half by itself: what is right of the one is taken over although the other is wrong. */
    async function takeOver(): Promise<void> {
      const began = performance.now();
      const faults: string[] = [];
      const said = (error: unknown): void => void faults.push(inOwnWords(error, '', folder));
      const steps = server ? await takeServerHalf(server).catch((error: unknown) => void said(messageOf(error))) : [];
      const built = await bundle
        .build(() => say('Building the browser half …'))
        .catch((error: unknown) => void said(error));
      for (const step of steps ?? []) say(`  ${step}`);
      const seconds = ((performance.now() - began) / 1000).toFixed(1);
      for (const fault of faults) process.stderr.write(`${fault}\n`);
      if (faults.length > 0) process.stderr.write('The last good state goes on.\n');
      else say(`${title} is up to date${built === true ? ', browser half included' : ''} (${seconds} s).`);
      if (bundle.folder() !== '') await bundle.reload();
    }

    const ending = new AbortController();
    process.once('SIGINT', () => ending.abort()).once('SIGTERM', () => ending.abort());
    await bundle
      .build(() => say('Building the browser half …'))
      .catch((error: unknown) => void process.stderr.write(`${inOwnWords(error, '', folder)}\n`));
    server = await startServer({
      config,
      pages: bundle.folder,
      say,
      onFailure(fault) {
        process.stderr.write(`${fault.message}\n`);
        process.exit(1);
      },
    });
    try {
      await takeOver();
      // Cookies know no ports: under another name than `peyvand start` has, signing in here does not sign anybody out there.
      const url = server.url.replace('//127.0.0.1:', '//localhost:');
      say(`Peyvand is ready at ${url}\n  e-mail    ${config.adminEmail}\n  password  ${config.adminPassword ?? ''}`);
      say(`Watching ${folder} …`);
      await watchFiles(folder, belongs, ending.signal, takeOver);
    } finally {
      await server.close();
    }
    return 0;
  },
};

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
