// The commands as people run them, beside a running server on the same data folder.
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { childServer, ownEnvironment, type ChildServer } from '../support/server.ts';

const MAIN = fileURLToPath(new URL('../../runtime/cli/peyvand.js', import.meta.url));
let server: ChildServer;

beforeAll(async () => {
  server = await childServer();
}, 120_000);
afterAll(async () => {
  await server.stop();
});

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function peyvand(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Ran> {
  const env = { ...ownEnvironment(), PEYVAND_DATA: server.folder, ...environment };
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...args], { env }, (fault, out, err) => {
      resolve({ code: typeof fault?.code === 'number' ? fault.code : fault ? -1 : 0, out, err });
    });
  });
}

const TIME = { timeout: 120_000 };

test('help names every verb; an unknown one gets the nearest', TIME, async () => {
  const help = await peyvand(['help']);
  expect(help.code).toBe(0);
  for (const verb of ['start', 'plan', 'publish', 'export', 'load', 'user', 'api-key', 'audit-owner', 'types'])
    expect(help.out).toContain(`peyvand ${verb}`);
  const inner = await peyvand(['plugin', 'new', '--help']);
  expect(inner.out).toContain('peyvand plugin new ID [--in FOLDER]');
  expect((await peyvand(['plugin', 'new'])).err).toContain('peyvand plugin new ID [--in FOLDER]');
  const wrong = await peyvand(['pulish']);
  expect(wrong.code).toBe(2);
  expect(wrong.err).toContain('publish');
});

test('an older Node hands the command over to the one that npm ci brought', TIME, async () => {
  const older = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } });
    process.execArgv = [];
    process.argv = [process.argv[0], ${JSON.stringify(MAIN)}, 'plugin', 'new', '--nonsense'];
    await import(${JSON.stringify(MAIN)});`;
  const { code, err } = await new Promise<Ran>((resolve) => {
    execFile(process.execPath, ['--input-type=module', '-e', older], (fault, out, said) => {
      resolve({ code: typeof fault?.code === 'number' ? fault.code : -1, out, err: said });
    });
  });
  expect(err).toContain("Unknown option '--nonsense'");
  expect(code).toBe(2);
});

test('a wrong configuration is told with all its mistakes, and nothing starts', TIME, async () => {
  const { code, err } = await peyvand(['start'], { PORT: 'many', LOG_LEVEL: 'loud', PEYVAND_SECRET: 'short' });
  expect(code).toBe(1);
  for (const name of ['PORT', 'LOG_LEVEL', 'PEYVAND_SECRET']) expect(err).toContain(name);
});

test('an API key made beside the running server works there at once, and not after it is revoked', TIME, async () => {
  const made = await peyvand(['api-key', 'create', 'test key']);
  expect(made.code, made.err).toBe(0);
  const key = made.out.trim();
  expect(key).toMatch(/^pvd_[\w-]{43}$/);
  const use = async () =>
    (await fetch(`${server.url}/api/data/v9.2/WhoAmI`, { headers: { authorization: `Bearer ${key}` } })).status;
  expect(await use()).toBe(200);
  expect((await peyvand(['api-key', 'list'])).out).toContain('test key');
  expect((await peyvand(['api-key', 'revoke', 'test key'])).code).toBe(0);
  await expect.poll(use).toBe(401);
  expect((await peyvand(['api-key', 'revoke', 'test key'])).code).toBe(1);
});

test(
  'a user made by a command signs in with the printed password, and with the next one after a reset',
  TIME,
  async () => {
    const signIn = async (password: string) =>
      (
        await fetch(`${server.url}/api/auth/sign-in/email`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ email: 'sara@example.com', password }),
        })
      ).status;
    const passwordOf = ({ out }: Ran) => /password +(\S+)/.exec(out)?.[1] ?? '';
    const made = await peyvand(['user', 'create', 'Sara@Example.com', '--name', 'Sara Rahimi']);
    expect(made.code, made.err).toBe(0);
    expect(await signIn(passwordOf(made))).toBe(200);
    expect((await peyvand(['user', 'create', 'sara@example.com'])).code).toBe(1);
    const reset = await peyvand(['user', 'reset-password', 'sara@example.com']);
    expect(await signIn(passwordOf(made))).toBe(401);
    expect(await signIn(passwordOf(reset))).toBe(200);
    expect((await peyvand(['user', 'create', 'other@example.com', '--role', 'nosuch'])).code).toBe(2);
  },
);

test('an invited person sets a password by the printed link; a key is narrowed to a role they hold', TIME, async () => {
  const invited = await peyvand(['user', 'invite', 'nilu@example.com', '--name', 'Nilu Far'], {
    PEYVAND_PUBLIC_URL: 'https://crm.example.com',
  });
  expect(invited.code, invited.err).toBe(0);
  const link = new URL(invited.out.trim());
  expect(link.origin).toBe('https://crm.example.com');
  const send = (path: string, body: unknown) =>
    fetch(server.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const token = new URLSearchParams(link.hash.slice(1)).get('token');
  expect((await send('/api/auth/reset-password', { token, newPassword: 'chosen password' })).status).toBe(204);
  const signIn = async (password: string) =>
    (await send('/api/auth/sign-in/email', { email: 'nilu@example.com', password })).status;
  for (let number = 0; number < 5; number++) expect(await signIn('wrong password')).toBe(401);
  expect(await signIn('chosen password')).toBe(429);
  expect((await peyvand(['user', 'unlock', 'nilu@example.com'])).code).toBe(0);
  expect(await signIn('chosen password')).toBe(200);
  expect((await peyvand(['user', 'disable-second-factor', 'nilu@example.com'])).out).toContain('had none');

  const create = (role: string) =>
    peyvand(['api-key', 'create', 'narrow', '--user', 'nilu@example.com', '--role', role, '--expires', '2099-01-31']);
  expect((await create('system-administrator')).err).toContain('basic-user');
  const made = await create('basic-user');
  expect(made.out).toMatch(/^pvd_/);
  expect((await peyvand(['api-key', 'list'])).out).toMatch(/narrow +nilu@example.com +basic-user +in force/);
});

test('plan has nothing to do after a start; types and export write what is there', TIME, async () => {
  expect((await peyvand(['plan'])).out).toContain('Nothing to change');
  expect((await peyvand(['types'])).out).toContain('export interface Account {');
  const folder = mkdtempSync(join(tmpdir(), 'peyvand-export-'));
  try {
    expect((await peyvand(['export', folder])).code).toBe(0);
    expect(readdirSync(folder)).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
