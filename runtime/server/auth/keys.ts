// A person's own API keys: for scripts that act in their name, narrowed to some of their roles where they like.
import { createApiKey, endApiKey, listApiKeys, type ApiKey } from '../../../core/security/sign-in/api-keys.ts';
import type { Principal } from '../../../core/security/principal.ts';
import type { Violation } from '../../../core/sdk/index.ts';
import { answerJson } from '../answer.ts';
import { fail } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import type { AuthHost } from './auth-host.ts';
import { requireSession } from './caller.ts';
import { noContent } from './cookies.ts';
import { isUuid, lastPart } from './path-part.ts';
import { readFields, refuseViolations, textsOf, type Fields } from './read-fields.ts';

const LONGEST_NAME = 100;

/** A key without what others need not know: its hash is never read at all. */
export function shownKey({ id, name, start, createdAt, expiresAt, lastUsedAt, roles }: ApiKey) {
  return { id, name, start, createdAt, expiresAt, lastUsedAt, roles };
}

/** Keys that are not revoked; expired ones are shown, so that people see why a script stopped. */
export function notRevoked(keys: readonly ApiKey[]): readonly ApiKey[] {
  return keys.filter(({ revokedAt }) => revokedAt === null);
}

/** GET keys */
export async function showKeys(auth: AuthHost, _exchange: Exchange, principal: Principal): Promise<Response> {
  const keys = await listApiKeys(auth.database, principal.userId);
  return answerJson(200, { keys: notRevoked(keys).map(shownKey) });
}

function readExpiry(fields: Fields, details: Violation[]): Date | undefined {
  const given = fields['expiresAt'] ?? null;
  if (given === null) return undefined;
  const valid = typeof given === 'string' && /^\d{4}-\d\d-\d\d(?:T[\d:.]{5,12}(?:Z|[+-]\d\d:\d\d))?$/.test(given);
  const time = valid ? new Date(given) : new Date(Number.NaN);
  if (time.getTime() > Date.now()) return time;
  const message = 'Give expiresAt as a time to come, such as 2027-01-31 or 2027-01-31T12:00:00Z.';
  details.push({ code: 'TIME_EXPECTED', target: 'expiresAt', message });
  return undefined;
}

function readRoles(fields: Fields, held: readonly string[], details: Violation[]): readonly string[] | undefined {
  const given = fields['roles'] ?? null;
  if (given === null) return undefined;
  if (!Array.isArray(given) || given.length === 0 || !given.every((role) => typeof role === 'string')) {
    const message = 'Give roles as a list of at least one role; leave it out for a key with all of yours.';
    details.push({ code: 'ROLES_EXPECTED', target: 'roles', message });
    return undefined;
  }
  const foreign = given.filter((role) => !held.includes(role));
  if (foreign.length === 0) return [...new Set(given)];
  const message = `You do not hold ${foreign.slice(0, 5).join(', ').slice(0, 200)}; you hold ${held.join(', ')}.`;
  details.push({ code: 'ROLE_NOT_HELD', target: 'roles', message });
  return undefined;
}

/** POST keys: the key itself is in the answer and nowhere else. */
export async function makeKey(auth: AuthHost, exchange: Exchange, principal: Principal): Promise<Response> {
  requireSession(exchange);
  const fields = await readFields(exchange);
  const details: Violation[] = [];
  const { name } = textsOf(fields, ['name'], details);
  if (name !== '' && (name.trim() === '' || name.length > LONGEST_NAME)) {
    const message = `Give the key a name of 1 to ${LONGEST_NAME} characters that says what uses it.`;
    details.push({ code: 'NAME_EXPECTED', target: 'name', message });
  }
  const expiresAt = readExpiry(fields, details);
  const roles = readRoles(fields, principal.roles, details);
  refuseViolations(details);
  const made = await createApiKey(auth.database, {
    name: name.trim(),
    userId: principal.userId,
    ...(expiresAt && { expiresAt }),
    ...(roles && { roles }),
  });
  auth.happenings.keyMade(exchange, principal.userId, made.id);
  return answerJson(201, made);
}

/** DELETE keys/:id */
export async function endMyKey(auth: AuthHost, exchange: Exchange, principal: Principal): Promise<Response> {
  requireSession(exchange);
  const id = lastPart(exchange);
  if (!isUuid(id) || !(await endApiKey(auth.database, id, principal.userId))) throw fail('KEY_UNKNOWN');
  auth.forget(principal.userId);
  auth.happenings.keyRevoked(exchange, principal.userId, id, principal.userId);
  return noContent();
}
