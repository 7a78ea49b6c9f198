// "May I?": whether a principal's roles grant a privilege on an entity. Roles add up; `system-administrator` may all.
// Role documents grant at depths; here a privilege counts when it reaches the whole organization, and rows are narrowed
// further by restrict.ts on the way to read.
import type { JsonObject } from '../sdk/index.ts';
import type { Entity, Model } from '../model/model.ts';
import type { Principal } from './principal.ts';
import { refuse } from './errors.ts';

export const privileges = ['create', 'read', 'write', 'delete', 'append', 'append-to', 'assign', 'share'] as const;
export type Privilege = (typeof privileges)[number];

export const administratorRole = 'system-administrator';

/** Role id → entity → granted privileges, per model: a model is frozen, so what it says is read once. */
const grantsByModel = new WeakMap<Model, Map<string, ReadonlySet<string>>>();

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The privileges one role grants on one entity at organization depth; what it says of `*` holds where it names nothing. */
function grantsOf(model: Model, role: string, entity: string): ReadonlySet<string> {
  const cache = grantsByModel.get(model) ?? new Map<string, ReadonlySet<string>>();
  grantsByModel.set(model, cache);
  const key = `${role}\n${entity}`;
  const known = cache.get(key);
  if (known) return known;
  const listed = (model.roles.get(role) ?? model.roles.get(`roles/${role}`))?.['privileges'];
  const said = isObject(listed) ? (listed[entity] ?? listed['*']) : undefined;
  const granted = new Set<string>();
  for (const privilege of privileges) {
    if ((isObject(said) ? said[privilege] : said) === 'organization') granted.add(privilege);
  }
  cache.set(key, granted);
  return granted;
}

/** True when one of the principal's roles grants `privilege` on `entity` (a logical name). */
export function mayI(principal: Principal, model: Model, privilege: Privilege, entity: string): boolean {
  for (const role of principal.roles) {
    if (role === administratorRole || grantsOf(model, role, entity).has(privilege)) return true;
  }
  return false;
}

/** The entities whose rows the principal may read, in the model's order. */
export function readableEntities(principal: Principal, model: Model): readonly Entity[] {
  return [...model.entities.values()].filter((entity) => mayI(principal, model, 'read', entity.name));
}

/** Throws PRIVILEGE_MISSING (403), naming the privilege and the entity, unless the principal may. */
export function requirePrivilege(principal: Principal, model: Model, privilege: Privilege, entity: string): void {
  if (mayI(principal, model, privilege, entity)) return;
  throw refuse('PRIVILEGE_MISSING', { privilege, entity }, { data: { privilege, entity } });
}
