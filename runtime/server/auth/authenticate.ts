// Request → principal: an API key or a session cookie. Both are held in memory for a moment, so that a request needs no
// query; what changes a key, a session or a user is announced through the database and forgotten here at once.
import { timingSafeEqual } from 'node:crypto';
import type { Database } from '../../../core/db/sql.ts';
import { AUTH_CHANNEL } from '../../../core/security/sign-in/auth-tables.ts';
import { hashKey, narrowTo, resolveApiKey, touchApiKey } from '../../../core/security/sign-in/api-keys.ts';
import type { Principal } from '../../../core/security/principal.ts';
import type { PrincipalSource } from '../../../core/security/principals.ts';
import { touchSession } from '../../../core/security/sign-in/sessions.ts';
import { fail } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import { requireOwnOrigin } from './caller.ts';
import { sessionCookie } from './cookies.ts';
import type { Happenings } from './happenings.ts';
import type { SessionHost } from './sessions.ts';

/** How long a resolved key or session is trusted without asking again, should an announcement be lost. */
const TRUST_MS = 30_000;
const TOUCH_MS = 60_000;
const MOST_HELD = 10_000;

interface Held {
  readonly userId: string;
  readonly principal: Principal;
  /** How, for the audit log: `session`, `api-key <name>`. */
  readonly via: string;
  readonly until: number;
}

export interface Authenticator {
  /** The caller, at once when held in memory; notes in the exchange how they proved it. Throws 401. */
  authenticate(exchange: Exchange): Principal | Promise<Principal>;
  forget(userId: string): void;
  close(): Promise<void>;
}

export interface AuthenticatorOptions {
  readonly database: Database;
  readonly principals: PrincipalSource;
  readonly sessions: SessionHost;
  /** PEYVAND_API_KEY and the administrator it acts for. */
  readonly bootstrapKey: { readonly key: string; readonly userId: string } | undefined;
  readonly happenings: Happenings;
  /** Where people reach this server. */
  readonly origin: string;
  onFault(fault: unknown): void;
}

export async function createAuthenticator(options: AuthenticatorOptions): Promise<Authenticator> {
  const { database, principals, sessions, bootstrapKey, happenings, onFault } = options;
  const keys = new Map<string, Held>();
  const cookies = new Map<string, Held>();
  const touched = new Map<string, number>();
  const bootstrapHash = bootstrapKey && Buffer.from(hashKey(bootstrapKey.key));

  let changes = 0;

  const forget = (userId: string) => {
    changes += 1;
    for (const held of [keys, cookies]) {
      if (userId === '') held.clear();
      else for (const [key, value] of held) if (value.userId === userId) held.delete(key);
    }
  };
  const stopPrincipals = principals.onChange(forget);
  const stopListening = await database.listen(AUTH_CHANNEL, forget, () => forget(''));

  const hold = (
    map: Map<string, Held>,
    key: string,
    userId: string,
    principal: Principal,
    via: string,
    endsAt: number | undefined,
    asked: number,
  ): Held => {
    if (map.size >= MOST_HELD) map.clear();
    const until = Math.min(Date.now() + TRUST_MS, endsAt ?? Number.POSITIVE_INFINITY);
    const held = { userId, principal, via, until };
    // What was ended while it was being asked about serves this request, and none after it.
    if (asked === changes) map.set(key, held);
    return held;
  };

  const principalOf = async (userId: string): Promise<Principal> => {
    const principal = await principals.resolve(userId);
    if (!principal) throw fail('USER_DISABLED');
    return principal;
  };

  /** At most once a minute: when a key or session was last used need not be known better. */
  const touch = (id: string, write: () => Promise<void>): void => {
    const now = Date.now();
    if (now - (touched.get(id) ?? 0) <= TOUCH_MS) return;
    if (touched.size >= MOST_HELD) touched.clear();
    touched.set(id, now);
    write().catch(onFault);
  };

  const byKey = async (exchange: Exchange, keyHash: string): Promise<Held> => {
    const asked = changes;
    if (bootstrapKey && bootstrapHash && timingSafeEqual(bootstrapHash, Buffer.from(keyHash))) {
      const principal = await principalOf(bootstrapKey.userId);
      return hold(keys, keyHash, bootstrapKey.userId, principal, 'api-key PEYVAND_API_KEY', undefined, asked);
    }
    const found = await resolveApiKey(database, keyHash);
    if (!found) throw fail('PRINCIPAL_UNKNOWN');
    if (found.state !== 'in-force') {
      happenings.keyRefused(exchange, found.userId, found.id, found.state);
      throw fail('PRINCIPAL_UNKNOWN');
    }
    touch(found.id, () => touchApiKey(database, found.id));
    const principal = narrowTo(await principalOf(found.userId), found.roles);
    return hold(keys, keyHash, found.userId, principal, `api-key ${found.name}`, found.expiresAt, asked);
  };

  const byCookie = async (cookie: string): Promise<Held> => {
    const asked = changes;
    const user = await sessions.resolve(cookie);
    if (!user) throw fail('PRINCIPAL_UNKNOWN');
    touch(user.sessionId, () => touchSession(database, user.sessionId));
    return hold(cookies, cookie, user.id, await principalOf(user.id), 'session', user.expiresAt, asked);
  };

  const heldIn = (map: Map<string, Held>, key: string): Held | undefined => {
    const held = map.get(key);
    if (!held) return undefined;
    if (held.until > Date.now()) return held;
    map.delete(key);
    return undefined;
  };

  const known = (exchange: Exchange, { principal, via }: Held): Principal => {
    exchange.via = via;
    return principal;
  };
  const after = (exchange: Exchange, held: Held | Promise<Held>): Principal | Promise<Principal> =>
    held instanceof Promise ? held.then((found) => known(exchange, found)) : known(exchange, held);

  return {
    authenticate(exchange) {
      const authorization = exchange.headers.authorization;
      if (authorization !== undefined) {
        const token = /^Bearer +(pvd_[\w-]{16,200})$/i.exec(authorization)?.[1];
        if (token === undefined) throw fail('PRINCIPAL_UNKNOWN');
        const keyHash = hashKey(token);
        return after(exchange, heldIn(keys, keyHash) ?? byKey(exchange, keyHash));
      }
      const cookie = sessionCookie(exchange);
      if (cookie === undefined) throw fail('PRINCIPAL_MISSING');
      requireOwnOrigin(exchange, options.origin);
      return after(exchange, heldIn(cookies, cookie) ?? byCookie(cookie));
    },
    forget,
    async close() {
      stopPrincipals();
      await stopListening();
    },
  };
}
