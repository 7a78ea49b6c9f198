// The rights a plugin asks for, as a list of texts that an administrator reads and accepts, and that an upgrade's are held against.
import type { Manifest } from './manifest.ts';

/** `account: read, write` as `account:read` and `account:write`; `host:api.example.org`, `secret:token`, `jobs`. Sorted. */
export function rightsOf({ rights }: Pick<Manifest, 'rights'>): readonly string[] {
  return [
    ...[...rights.entities].flatMap(([entity, privileges]) => [...privileges].map((one) => `${entity}:${one}`)),
    ...[...rights.hosts].map((host) => `host:${host}`),
    ...[...rights.secrets].map((name) => `secret:${name}`),
    ...(rights.jobs ? ['jobs'] : []),
  ].toSorted();
}

/** What is asked for and not accepted. */
export function rightsBeyond(asked: readonly string[], accepted: readonly string[]): readonly string[] {
  return asked.filter((right) => !accepted.includes(right));
}
