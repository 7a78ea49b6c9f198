// `peyvand user create|invite|reset-password|unlock|disable-second-factor`: people who sign in.
import { createUser } from '../../../core/security/bootstrap.ts';
import { listRoles } from '../../../core/security/administration/user-roles.ts';
import { createPasswordLink } from '../../../core/security/sign-in/password-links.ts';
import { removeSecondFactor } from '../../../core/security/sign-in/second-factors.ts';
import { forgetAttempts } from '../../../core/security/sign-in/sign-in-attempts.ts';
import {
  findIdentity,
  isSignInEmail,
  normalizeEmail,
  resetPassword,
  type Identity,
} from '../../../core/security/sign-in/users.ts';
import { passwordLink } from '../../server/auth/password-link.ts';
import { hashPassword } from '../../server/auth/sessions.ts';
import { randomPassword } from '../../server/random-password.ts';
import { fail, readOptions, usageFault, type Command } from '../command.ts';
import { openWorkspace, type Workspace } from '../workspace.ts';

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

interface NewPerson {
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly roles: readonly string[];
}

function readPerson(args: readonly string[]): NewPerson {
  const { values, positionals } = readOptions(args, {
    name: { type: 'string' },
    role: { type: 'string', multiple: true },
  });
  const email = readEmail(positionals[0]);
  const [firstName = '', ...rest] = (values.name ?? email.slice(0, email.indexOf('@'))).trim().split(/\s+/);
  return { email, firstName, lastName: rest.join(' '), roles: values.role ?? ['basic-user'] };
}

async function makeUser(workspace: Workspace, person: NewPerson, passwordHash: string | undefined): Promise<string> {
  const known = listRoles(workspace.organization.current().model);
  const unknown = person.roles.filter((role) => !known.includes(role));
  if (unknown.length > 0) throw usageFault(`There is no role ${unknown.join(', ')}; there are ${known.join(', ')}.`);
  return workspace.database.transaction((executor) =>
    createUser({ ...workspace.call(), executor }, { ...person, passwordHash }),
  );
}

async function createOne(args: readonly string[]): Promise<number> {
  const person = readPerson(args);
  const secret = choosePassword();
  await using workspace = await openWorkspace();
  if (await findIdentity(workspace.database, person.email)) throw fail('USER_EXISTS', { email: person.email });
  await makeUser(workspace, person, await hashPassword(secret.password));
  tell(person.email, secret);
  return 0;
}

/** Prints a link by which the person sets a password; makes the user first where there is none. */
async function inviteOne(args: readonly string[]): Promise<number> {
  const person = readPerson(args);
  await using workspace = await openWorkspace();
  const { database, config } = workspace;
  const id = (await findIdentity(database, person.email))?.id ?? (await makeUser(workspace, person, undefined));
  const token = await createPasswordLink(database, id, 'invitation');
  const origin = config.publicUrl ?? `http://${config.host}:${config.port}`;
  process.stdout.write(`${passwordLink(origin, token)}\n`);
  process.stderr.write(`For ${person.email} alone: it sets the password, once, within a week.\n`);
  return 0;
}

async function known(workspace: Workspace, args: readonly string[]): Promise<Identity> {
  const email = readEmail(readOptions(args, {}).positionals[0]);
  const identity = await findIdentity(workspace.database, email);
  if (!identity) throw fail('USER_UNKNOWN', { email });
  return identity;
}

async function unlockOne(args: readonly string[]): Promise<number> {
  await using workspace = await openWorkspace();
  const identity = await known(workspace, args);
  await forgetAttempts(workspace.database, identity.email);
  process.stdout.write(`${identity.email} may try again.\n`);
  return 0;
}

async function dropSecondFactor(args: readonly string[]): Promise<number> {
  await using workspace = await openWorkspace();
  const identity = await known(workspace, args);
  const had = await removeSecondFactor(workspace.database, identity.id);
  process.stdout.write(
    `${identity.email} ${had ? 'now signs in' : 'had none and signs in'} with the password alone.\n`,
  );
  return 0;
}

async function resetOne(args: readonly string[]): Promise<number> {
  const secret = choosePassword();
  await using workspace = await openWorkspace();
  const identity = await known(workspace, args);
  await resetPassword(workspace.database, identity, await hashPassword(secret.password));
  tell(identity.email, secret);
  return 0;
}

const ACTIONS: Readonly<Record<string, (args: readonly string[]) => Promise<number>>> = {
  create: createOne,
  invite: inviteOne,
  'reset-password': resetOne,
  unlock: unlockOne,
  'disable-second-factor': dropSecondFactor,
};

export const user: Command = {
  summary:
    'Makes a user who can sign in, or gives one a new password (PEYVAND_PASSWORD, else a random one, printed once).',
  usage: [
    'user create E-MAIL [--name "FIRST LAST"] [--role ROLE …]   (default: basic-user)',
    'user invite E-MAIL [--name "FIRST LAST"] [--role ROLE …]   (prints a link that sets the password)',
    'user reset-password E-MAIL',
    'user unlock E-MAIL                                         (after too many wrong tries)',
    'user disable-second-factor E-MAIL                          (device and recovery codes are lost)',
  ],
  async run([action, ...args]) {
    if (action === undefined) throw usageFault('Say what to do.');
    const act = Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined;
    if (!act) throw usageFault(`user has no action ${action}.`);
    return act(args);
  },
};
