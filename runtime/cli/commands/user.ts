// `peyvand user create|reset-password|list`: people who sign in.
import { createUser } from '../../../core/security/bootstrap.ts';
import { listRoles } from '../../../core/security/user-roles.ts';
import { findIdentity, isSignInEmail, normalizeEmail, resetPassword } from '../../../core/security/users.ts';
import { hashPassword } from '../../server/auth/sessions.ts';
import { randomPassword } from '../../server/random-password.ts';
import { fail, readOptions, usageFault, type Command } from '../command.ts';
import { openWorkspace } from '../workspace.ts';

function readEmail(text: string | undefined): string {
  if (text === undefined || !isSignInEmail(text)) throw usageFault('Give the e-mail address, such as me@example.com.');
  return normalizeEmail(text);
}

/** From the environment, so that no password stands in the shell's history; else at random, printed once. */
function choosePassword(): { readonly password: string; readonly made: boolean } {
  const given = process.env['PEYVAND_PASSWORD'];
  if (given === undefined || given === '') return { password: randomPassword(), made: true };
  if (given.length < 8 || given.length > 128) throw usageFault('PEYVAND_PASSWORD must have 8 to 128 characters.');
  return { password: given, made: false };
}

function tell(email: string, { password, made }: ReturnType<typeof choosePassword>): void {
  process.stdout.write(`${email}${made ? `\npassword  ${password}    (shown this once)` : ''}\n`);
}

async function createOne(args: readonly string[]): Promise<number> {
  const { values, positionals } = readOptions(args, {
    name: { type: 'string' },
    role: { type: 'string', multiple: true },
  });
  const email = readEmail(positionals[0]);
  const words = (values.name ?? email.slice(0, email.indexOf('@'))).trim().split(/\s+/);
  const secret = choosePassword();
  await using workspace = await openWorkspace();
  const roles = values.role ?? ['basic-user'];
  const known = listRoles(workspace.organization.current().model);
  const unknown = roles.filter((role) => !known.includes(role));
  if (unknown.length > 0) throw usageFault(`There is no role ${unknown.join(', ')}; there are ${known.join(', ')}.`);
  if (await findIdentity(workspace.database, email)) throw fail('USER_EXISTS', { email });
  const passwordHash = await hashPassword(secret.password);
  const [firstName = '', ...rest] = words;
  await workspace.database.transaction((executor) =>
    createUser({ ...workspace.call(), executor }, { firstName, lastName: rest.join(' '), email, roles, passwordHash }),
  );
  tell(email, secret);
  return 0;
}

async function resetOne(args: readonly string[]): Promise<number> {
  const email = readEmail(readOptions(args, {}).positionals[0]);
  const secret = choosePassword();
  await using workspace = await openWorkspace();
  const identity = await findIdentity(workspace.database, email);
  if (!identity) throw fail('USER_UNKNOWN', { email });
  await resetPassword(workspace.database, identity, await hashPassword(secret.password));
  tell(email, secret);
  return 0;
}

export const user: Command = {
  summary:
    'Makes a user who can sign in, or gives one a new password (PEYVAND_PASSWORD, else a random one, printed once).',
  usage: [
    'user create E-MAIL [--name "FIRST LAST"] [--role ROLE …]   (default: basic-user)',
    'user reset-password E-MAIL',
  ],
  async run([action, ...args]) {
    if (action === 'create') return createOne(args);
    if (action === 'reset-password') return resetOne(args);
    throw usageFault(action === undefined ? 'Say what to do.' : `user has no action ${action}.`);
  },
};
