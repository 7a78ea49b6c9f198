// `peyvand api-key create|list|revoke`: keys for scripts and integrations.
import { createApiKey, listApiKeys, revokeApiKey, type ApiKey } from '../../../core/security/sign-in/api-keys.ts';
import { readPrincipal } from '../../../core/security/principals.ts';
import { findIdentity, normalizeEmail } from '../../../core/security/sign-in/users.ts';
import { fail, readOptions, usageFault, type Command } from '../command.ts';
import { openWorkspace } from '../workspace.ts';

async function createOne(args: readonly string[]): Promise<number> {
  const { values, positionals } = readOptions(args, {
    user: { type: 'string' },
    expires: { type: 'string' },
    role: { type: 'string', multiple: true },
  });
  const [name] = positionals;
  if (name === undefined || name.trim() === '') throw usageFault('Give the key a name that says what uses it.');
  const expiresAt = values.expires === undefined ? undefined : new Date(values.expires);
  if (expiresAt && !(expiresAt.getTime() > Date.now()))
    throw usageFault(`--expires ${values.expires} is not a date to come (like 2027-01-31).`);
  await using workspace = await openWorkspace();
  const email = normalizeEmail(values.user ?? workspace.config.adminEmail);
  const identity = await findIdentity(workspace.database, email);
  if (!identity) throw fail('USER_UNKNOWN', { email });
  const { schema, model } = workspace.organization.current();
  const held = (await readPrincipal(workspace.database, schema, model, identity.id))?.roles ?? [];
  const foreign = (values.role ?? []).filter((role) => !held.includes(role));
  if (foreign.length > 0)
    throw usageFault(`${email} does not hold ${foreign.join(', ')}, only ${held.join(', ') || 'no role'}.`);
  const { key } = await createApiKey(workspace.database, {
    name: name.trim(),
    userId: identity.id,
    ...(expiresAt && { expiresAt }),
    ...(values.role && { roles: values.role }),
  });
  process.stdout.write(`${key}\n`);
  process.stderr.write(`Acts for ${email}; shown this once. Send it as: Authorization: Bearer ${key.slice(0, 8)}…\n`);
  return 0;
}

function state(key: ApiKey): string {
  if (key.revokedAt !== null) return 'revoked';
  return key.expiresAt !== null && new Date(key.expiresAt).getTime() < Date.now() ? 'expired' : 'in force';
}

async function listAll(): Promise<number> {
  await using workspace = await openWorkspace();
  const rows = (await listApiKeys(workspace.database)).map((key) => [
    key.id,
    key.start,
    key.name,
    key.email,
    key.roles === null ? 'all roles' : key.roles.join(' '),
    state(key),
    key.lastUsedAt === null ? 'never used' : `used ${key.lastUsedAt.slice(0, 16)}`,
  ]);
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  for (const row of rows)
    process.stdout.write(`${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}\n`);
  return 0;
}

async function revokeOne([key]: readonly string[]): Promise<number> {
  if (key === undefined) throw usageFault('Give the id or the name of the key.');
  await using workspace = await openWorkspace();
  if (!(await revokeApiKey(workspace.database, key))) throw fail('KEY_UNKNOWN', { key });
  process.stdout.write('Revoked; running servers refuse it from now on.\n');
  return 0;
}

export const apiKey: Command = {
  summary: 'Makes, lists and revokes API keys (sent as Authorization: Bearer pvd_…).',
  usage: [
    'api-key create NAME [--user E-MAIL] [--expires DATE] [--role ROLE …]   (default: all roles of the user)',
    'api-key list',
    'api-key revoke ID|NAME',
  ],
  async run([action, ...args]) {
    if (action === 'create') return createOne(args);
    if (action === 'list') return listAll();
    if (action === 'revoke') return revokeOne(args);
    throw usageFault(action === undefined ? 'Say what to do.' : `api-key has no action ${action}.`);
  },
};
