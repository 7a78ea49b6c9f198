#!/usr/bin/env node
// `peyvand <verb>`: finds the verb, runs it, says what went wrong in words. Exit codes: 0 done, 1 failed, 2 wrong usage.
import { suggest } from '../../core/model/suggest.ts';
import { PeyvandError } from '../../core/sdk/index.ts';
import type { Command } from './command.ts';
import { commands } from './commands.ts';

function usageOf(command: Command): string {
  return command.usage.map((form) => `  peyvand ${form}`).join('\n');
}

async function help(): Promise<string> {
  const lines = ['peyvand: an open, self-hosted XRM platform', ''];
  for (const load of Object.values(commands)) {
    const command = await load();
    lines.push(usageOf(command), `      ${command.summary}`, '');
  }
  lines.push('Configuration is by environment variables; README.md lists them.', '');
  return lines.join('\n');
}

function describe(fault: unknown): string {
  if (!(fault instanceof PeyvandError)) return fault instanceof Error ? (fault.stack ?? fault.message) : String(fault);
  // Some messages say their details themselves: once is enough.
  const unsaid = fault.details.filter(({ message }) => !fault.message.includes(message));
  const details = unsaid.map(({ target, message }) => `  ${message.startsWith(target) ? '' : `${target}: `}${message}`);
  return [fault.message, ...details].join('\n');
}

async function main(args: readonly string[]): Promise<number> {
  const [verb, ...rest] = args;
  if (verb === undefined || verb === 'help' || verb === '--help' || verb === '-h') {
    process.stdout.write(await help());
    return 0;
  }
  const load = Object.hasOwn(commands, verb) ? commands[verb] : undefined;
  if (!load) {
    process.stderr.write(
      `There is no command ${verb}${suggest(verb, Object.keys(commands))}. \`peyvand help\` lists them.\n`,
    );
    return 2;
  }
  const outer = await load();
  const command = (await outer.verb?.(rest[0])) ?? outer;
  if (rest.includes('--help') || rest.includes('-h')) {
    process.stdout.write(`${usageOf(command)}\n      ${command.summary}\n`);
    return 0;
  }
  try {
    return await outer.run(rest);
  } catch (fault) {
    const isUsage = fault instanceof PeyvandError && fault.code === 'USAGE';
    process.stderr.write(`${describe(fault)}\n${isUsage ? `${usageOf(command)}\n` : ''}`);
    return isUsage ? 2 : 1;
  }
}

process.exitCode = await main(process.argv.slice(2));
