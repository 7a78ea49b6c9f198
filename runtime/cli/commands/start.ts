// `peyvand start`: builds the app where needed, starts the server, stops it gracefully.
import { flushCompileCache } from 'node:module';
import type { Command } from '../command.ts';
import { readOptions } from '../command.ts';
import { ensureBundle } from '../bundle.ts';
import { startPages } from '../pages-of-packages.ts';
import { systemPrincipal } from '../../../core/security/system-principal.ts';
import { readConfig, type Config } from '../../server/config.ts';
import { startServer, type RunningServer } from '../../server/server.ts';

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** The first signal finishes what runs; a second one ends at once. */
function untilStopped(server: () => RunningServer | undefined): Promise<number> {
  return new Promise((resolve) => {
    let asked = false;
    const stop = (signal: NodeJS.Signals) => {
      if (asked) process.exit(1);
      asked = true;
      say(`${signal}: finishing what runs (again: stop at once) …`);
      const running = server();
      if (!running) process.exit(1);
      running.close().then(
        () => resolve(0),
        (fault: unknown) => {
          process.stderr.write(`${String(fault)}\n`);
          resolve(1);
        },
      );
    };
    process.on('SIGTERM', stop).on('SIGINT', stop);
  });
}

/** A promise that a plugin's handler let go of must not take the server down: said, and the server goes on. */
function sayForgottenFaults(): void {
  process.on('unhandledRejection', (fault) => {
    const said = fault instanceof Error ? (fault.stack ?? fault.message) : String(fault);
    process.stderr.write(`Nobody awaited a promise that failed (a handler without \`await\`?):\n${said}\n`);
  });
}

/** Their processes start now, so that the first call does not wait for them; one that cannot says so when it is called. */
function warmPlugins({ organization }: RunningServer): void {
  for (const { process: host, manifest, ...part } of organization.plugins().set.served.parts) {
    const isCalled = part.handlers.length + part.operations.length + part.schedules.length > 0;
    if (isCalled) host?.warm([manifest.id]).catch(() => undefined);
  }
}

async function makeDemo({ organization }: RunningServer, config: Config): Promise<void> {
  // Loaded only when asked for: other starts do not pay for it.
  const { loadDemo } = await import('../demo/load-demo.ts');
  const { readIds } = await import('../load/read-ids.ts');
  const call = {
    engine: organization.current(),
    principal: systemPrincipal,
    requestId: 'demo',
    origin: { via: 'cli' },
  };
  const users = call.engine.model.entities.get('systemuser');
  const [administrator] = users ? await readIds(call, users, 'internalemailaddress', [config.adminEmail]) : [];
  say('Making a demo organization (once) …');
  const made = await loadDemo(call, administrator ? { administrator: administrator[1] } : {});
  say(made === 0 ? 'The demo organization is there already.' : `The demo organization has ${made} records.`);
}

export const start: Command = {
  summary:
    'Starts the server (first start: makes the data folder and an administrator). --demo: with a demo organization.',
  usage: ['start [--demo]'],
  async run(args) {
    const { values } = readOptions(args, { demo: { type: 'boolean', default: false } });
    const config = readConfig(process.env);
    sayForgottenFaults();
    let server: RunningServer | undefined;
    const stopped = untilStopped(() => server);
    const pages = startPages(config, await ensureBundle(say, config), say);
    server = await startServer({
      config,
      pages: pages.folder,
      pagesState: pages.state,
      holdPages: true,
      say,
      onFirstStart({ email, password }) {
        say(`\nAn administrator was made:\n  e-mail    ${email}`);
        if (password !== undefined) say(`  password  ${password}    (shown this once)\n`);
      },
      onFailure(fault) {
        process.stderr.write(`${fault.message}\n`);
        process.exit(1);
      },
    });
    pages.follow(server.organization);
    if (values.demo) await makeDemo(server, config);
    say(`Peyvand is ready at ${server.url}`);
    // Kept now, not at the end: a server may be killed, and the next start is the one that gains.
    flushCompileCache();
    warmPlugins(server);
    return stopped;
  },
};
