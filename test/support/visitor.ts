// Somebody at a browser, as far as HTTP goes: keeps cookies, sends its origin, follows no redirect by itself; and people to
// be, with authenticator apps of their own.
import { createHmac } from 'node:crypto';
import { createUser } from '../../core/security/bootstrap.ts';
import { systemPrincipal } from '../../core/security/system-principal.ts';
import { hashPassword } from '../../runtime/server/auth/sessions.ts';
import type { InProcessServer } from './server.ts';

export interface Visitor {
  /** By name, as the browser would send them. */
  readonly cookies: Map<string, string>;
  /** `path` begins with a slash; `body` goes as JSON. */
  ask(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Response>;
  /** To any address, with the cookies only of this site. */
  go(url: string): Promise<Response>;
  signIn(email: string, password: string): Promise<Response>;
}

export const SESSION = 'peyvand.session_token';

export function visitor(site: string): Visitor {
  const cookies = new Map<string, string>();
  const keep = (response: Response): Response => {
    for (const cookie of response.headers.getSetCookie()) {
      const [pair = '', ...attributes] = cookie.split(';');
      const at = pair.indexOf('=');
      const [name, value] = [pair.slice(0, at).trim(), pair.slice(at + 1)];
      if (value === '' || attributes.some((attribute) => /^\s*max-age=0$/i.test(attribute))) cookies.delete(name);
      else cookies.set(name, value);
    }
    return response;
  };
  const sent = () => ({ cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') });
  const ask: Visitor['ask'] = async (method, path, body, headers = {}) =>
    keep(
      await fetch(site + path, {
        method,
        redirect: 'manual',
        headers: {
          ...(cookies.size > 0 && sent()),
          origin: site,
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }),
    );
  return {
    cookies,
    ask,
    go: async (url) => keep(await fetch(url, { redirect: 'manual', headers: url.startsWith(site) ? sent() : {} })),
    signIn: (email, password) => ask('POST', '/api/auth/sign-in/email', { email, password }),
  };
}

/** Returns the systemuserid. */
export async function makePerson(
  { server }: InProcessServer,
  email: string,
  password?: string,
  roles: readonly string[] = ['basic-user'],
): Promise<string> {
  const engine = server.organization.current();
  const passwordHash = password === undefined ? undefined : await hashPassword(password);
  return engine.database.transaction((executor) =>
    createUser(
      { engine, principal: systemPrincipal, executor, requestId: 'test' },
      { firstName: 'Test', lastName: email.slice(0, 40), email, roles, passwordHash },
    ),
  );
}

function fromBase32(text: string): Buffer {
  const bits = [...text.replace(/=+$/, '')]
    .map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'))
    .join('');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
}

/** What an authenticator app shows for the secret (RFC 6238: SHA-1, six digits, 30 seconds), `steps` away from now. */
export function totp(secret: string, steps = 0): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps));
  const digest = createHmac('sha1', fromBase32(secret)).update(counter).digest();
  const offset = digest.readUInt8(19) & 0xf;
  return String((digest.readUInt32BE(offset) & 0x7fff_ffff) % 1_000_000).padStart(6, '0');
}

export async function codeOf(response: Response): Promise<string> {
  const { error } = (await response.clone().json()) as { error: { code: string } };
  return error.code;
}
