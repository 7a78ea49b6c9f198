// Whether what a role, a field profile or a user may lies within what a principal may: nobody gives more than they have.
// Errs towards "no": a condition covers only itself, a depth counted in units only where the units are the caller's own.
import type { JsonObject } from '../../sdk/index.ts';
import type { Model } from '../../model/model.ts';
import {
  administratorRole,
  depths,
  grantIn,
  grantOf,
  privileges,
  roleDocument,
  type Depth,
  type Privilege,
} from '../access.ts';
import { heldRoles, type Principal } from '../principal.ts';

/** Where a role will count; undefined: in any unit. */
export type Units = readonly string[] | undefined;

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const rank = (depth: Depth): number => depths.indexOf(depth);

export function isAdministrator(principal: Principal): boolean {
  return principal.roles.includes(administratorRole);
}

/** What of the role's grants and rights the principal does not have, in words; empty: the principal may give it. */
export function exceedingRole(principal: Principal, model: Model, role: string, units: Units): readonly string[] {
  if (isAdministrator(principal)) return [];
  if (role === administratorRole) return ['system-administrator may everything'];
  const document = roleDocument(model, role);
  return document ? exceedingDocument(principal, model, document, units) : [];
}

/** The same of a role document that is not published yet. */
export function exceedingDocument(
  principal: Principal,
  model: Model,
  document: JsonObject,
  units: Units,
): readonly string[] {
  if (isAdministrator(principal)) return [];
  const found: string[] = [];
  const own = principal.roles.map((role) => roleDocument(model, role)).filter((one) => one !== undefined);
  const held = new Set(own.flatMap((one) => (Array.isArray(one['rights']) ? (one['rights'] as unknown[]) : [])));
  for (const right of Array.isArray(document['rights']) ? document['rights'] : []) {
    if (!held.has(right) && !held.has('*')) found.push(`the right ${String(right)}`);
  }
  // What `*` grants also reaches entities that are added later, so only a `*` of one's own covers it.
  for (const entity of ['*', ...model.entities.keys()]) {
    for (const privilege of privileges) {
      const given = grantIn(document, entity, privilege);
      if (given.depth === 'none') continue;
      if (!covered(principal, model, entity, privilege, given, units))
        found.push(`${privilege} on ${entity} (${given.depth})`);
    }
  }
  return found;
}

function covered(
  principal: Principal,
  model: Model,
  entity: string,
  privilege: Privilege,
  given: { readonly depth: Depth; readonly when: string | undefined },
  units: Units,
): boolean {
  const denied = principal.roles.some((role) => {
    const rules = roleDocument(model, role)?.['deny'];
    return (Array.isArray(rules) ? (rules as readonly unknown[]) : []).filter(isObject).some((rule) => {
      const about = rule['entity'];
      const named = rule['privileges'];
      if (about !== '*' && about !== entity && entity !== '*') return false;
      return !Array.isArray(named) || named.includes(privilege);
    });
  });
  if (denied) return false;
  return heldRoles(principal).some(({ role, unit, below }) => {
    const own = grantOf(model, role, entity, privilege);
    if (rank(own.depth) < rank(given.depth) || (own.when !== undefined && own.when !== given.when)) return false;
    if (own.depth === 'organization' || given.depth === 'own') return true;
    if (!units) return false;
    const reach = own.depth === 'unit' ? [unit] : below;
    return units.every((one) => reach.includes(one));
  });
}

/** What of a field profile's grants the principal does not have through profiles of their own. */
export function exceedingProfile(principal: Principal, model: Model, document: JsonObject): readonly string[] {
  if (isAdministrator(principal)) return [];
  const own = (principal.profiles ?? []).map((id) => model.profiles.get(id)?.['fields']).filter(isObject);
  const found: string[] = [];
  const fields = isObject(document['fields']) ? document['fields'] : {};
  for (const [entity, list] of Object.entries(fields)) {
    for (const [field, said] of Object.entries(isObject(list) ? list : {})) {
      if (!isObject(said)) continue;
      const mine = own
        .map((one) => one[entity])
        .map((one) => (isObject(one) ? one[field] : undefined))
        .filter(isObject);
      for (const verb of ['read', 'create', 'update']) {
        if (said[verb] !== true) continue;
        const enough = mine.some(
          (one) =>
            one[verb] === true &&
            (verb !== 'read' ||
              one['mask'] === undefined ||
              JSON.stringify(one['mask']) === JSON.stringify(said['mask'])),
        );
        if (!enough) found.push(`${verb} of ${entity}.${field}`);
      }
    }
  }
  return found;
}
