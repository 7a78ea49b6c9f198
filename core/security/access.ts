// "May I?": what a principal's roles, shares and reports grant on the rows of an entity, as conditions with their reasons.
// One list of reasons is what restrict.ts filters by, what writes are checked against and what explaining names, so the three
// cannot differ. Roles add up, a deny of any role takes away; `system-administrator` may all and is never denied.
import { conditionOf } from '../query/expression.ts';
import type { Condition } from '../query/tree.ts';
import type { JsonObject } from '../sdk/index.ts';
import type { Entity, Field, Model } from '../model/model.ts';
import type { Principal } from './principal.ts';
import { refuse } from './errors.ts';

export const privileges = ['create', 'read', 'write', 'delete', 'append', 'append-to', 'assign', 'share'] as const;
export type Privilege = (typeof privileges)[number];

/** From the narrowest to the widest. */
export const depths = ['none', 'own', 'unit', 'unit-and-below', 'organization'] as const;
export type Depth = (typeof depths)[number];

export const administratorRole = 'system-administrator';

/** Bits of `_share.rights`; what may be created cannot be shared. */
export const shareRights: Readonly<Partial<Record<Privilege, number>>> = {
  read: 1,
  write: 2,
  delete: 4,
  append: 8,
  'append-to': 16,
  assign: 32,
  share: 64,
};

/** What managers may do with the rows of those who report to them directly; further down they only read. */
const managed: ReadonlySet<Privilege> = new Set<Privilege>(['read', 'write', 'append', 'append-to']);

/** Why rows may be had, or not. `condition` holds for the rows it is about. */
export type Reason = (
  | { readonly kind: 'administrator' }
  | { readonly kind: 'role'; readonly role: string; readonly depth: Depth; readonly when?: string }
  | { readonly kind: 'share' }
  | { readonly kind: 'hierarchy'; readonly reports: 'direct' | 'far' }
  /** The row is part of one that the principal has: the one that the lookup names. */
  | { readonly kind: 'parent'; readonly lookup: string; readonly entity: string }
  /** The row is below one that the principal owns, over a relationship that passes reading on (`reparent`). */
  | { readonly kind: 'inherited'; readonly lookup: string; readonly entity: string }
  | {
      readonly kind: 'deny';
      readonly role: string;
      readonly id: string;
      readonly title?: string;
      readonly when?: string;
    }
) & { readonly condition: Condition };

export interface Access {
  /** Any of them suffices. */
  readonly allow: readonly Reason[];
  /** Any of them takes it away again. */
  readonly deny: readonly Reason[];
}

export interface Grant {
  readonly depth: Depth;
  readonly when: string | undefined;
}

const all: Condition = { kind: 'true' };
const none: Condition = { kind: 'false' };

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function roleDocument(model: Model, role: string): JsonObject | undefined {
  return model.roles.get(role) ?? model.roles.get(`roles/${role}`);
}

function readDepth(value: unknown): Depth {
  return depths.find((depth) => depth === value) ?? 'none';
}

/** What a role document grants; what it says of `*` holds where it names nothing, for entities and for privileges alike. */
export function grantIn(document: JsonObject | undefined, entity: string, privilege: Privilege): Grant {
  const listed = document?.['privileges'];
  const said = isObject(listed) ? (listed[entity] ?? listed['*']) : undefined;
  const grant = isObject(said) ? (said[privilege] ?? said['*']) : said;
  if (!isObject(grant)) return { depth: readDepth(grant), when: undefined };
  const when = grant['when'];
  return { depth: readDepth(grant['depth']), when: typeof when === 'string' ? when : undefined };
}

/** What one role of the model grants. */
export function grantOf(model: Model, role: string, entity: string, privilege: Privilege): Grant {
  return grantIn(roleDocument(model, role), entity, privilege);
}

function expression(model: Model, entity: Entity, text: string | undefined, otherwise: Condition): Condition {
  if (text === undefined) return all;
  const read = conditionOf(model, entity, text);
  return 'condition' in read ? read.condition : otherwise;
}

function systemPath(entity: Entity, system: 'owner' | 'owning-unit'): readonly string[] | undefined {
  for (const field of entity.fields.values()) {
    if (field.system === system) return field.columns[0] && [field.columns[0].wire];
  }
  return undefined;
}

function both(left: Condition, right: Condition): Condition {
  if (left.kind === 'true' || right.kind === 'false') return right;
  if (right.kind === 'true' || left.kind === 'false') return left;
  return { kind: 'and', of: [left, right] };
}

/** The rows within a role's depth. Organization-owned rows have nobody nearer: only the widest depth reaches them. */
function within(entity: Entity, role: string, depth: Depth): Condition {
  if (depth === 'organization') return all;
  const owner = systemPath(entity, 'owner');
  const unit = systemPath(entity, 'owning-unit');
  if (depth === 'none' || entity.ownership !== 'user' || !owner) return none;
  const own: Condition = { kind: 'among', path: owner, set: 'owners' };
  if (depth === 'own' || !unit) return own;
  const set = depth === 'unit' ? { unit: [role], below: [] } : { unit: [], below: [role] };
  return { kind: 'or', of: [own, { kind: 'among', path: unit, set }] };
}

const accessByModel = new WeakMap<Model, Map<string, Access>>();
const rowsByModel = new WeakMap<Model, Map<string, Condition>>();
const shapes = new WeakMap<Principal, string>();

/**
 * What about a principal decides conditions, and therefore statements: roles, field profiles, whether anybody reports to it.
 * Who it is, its teams and units are parameters.
 */
export function accessShape(principal: Principal): string {
  let shape = shapes.get(principal);
  if (shape === undefined) {
    const roles = [...principal.roles].sort().join(',');
    const profiles = [...(principal.profiles ?? [])].sort().join(',');
    const direct = (principal.reports?.direct.length ?? 0) > 0 ? 'd' : '';
    const far = (principal.reports?.far.length ?? 0) > 0 ? 'f' : '';
    const within = principal.within ? ` within ${accessShape(principal.within)}` : '';
    const confined = principal.confined ? ` for ${principal.confined.by}` : '';
    shapes.set(principal, (shape = `${roles}|${profiles}|${direct}${far}${within}${confined}`));
  }
  return shape;
}

function cached<V>(caches: WeakMap<Model, Map<string, V>>, model: Model, key: string, make: () => V): V {
  let cache = caches.get(model);
  if (!cache) caches.set(model, (cache = new Map()));
  const known = cache.get(key);
  if (known !== undefined) return known;
  const made = make();
  if (cache.size >= 20_000) cache.clear();
  cache.set(key, made);
  return made;
}

/** Every reason for and against, of an entity that is no union (a union's rows are those of its members). */
export function accessTo(principal: Principal, model: Model, privilege: Privilege, name: string): Access {
  return cached(accessByModel, model, `${privilege}\n${name}\n${accessShape(principal)}`, () =>
    findAccess(principal, model, privilege, name),
  );
}

function findAccess(principal: Principal, model: Model, privilege: Privilege, name: string): Access {
  const entity = model.entities.get(name);
  if (!entity) return { allow: [], deny: [] };
  if (principal.roles.includes(administratorRole)) {
    return { allow: [{ kind: 'administrator', condition: all }], deny: [] };
  }
  if (entity.through) return throughParent(principal, model, privilege, entity, entity.through);
  const allow: Reason[] = [];
  const deny: Reason[] = [];
  const { within: limit } = principal;
  if (limit) {
    // In somebody's name one does what both may; what denies one of them denies it.
    if (!mayI(limit, model, privilege, name)) return { allow, deny };
    for (const role of [...limit.roles].sort()) deny.push(...deniesOf(model, entity, role, privilege));
  }
  for (const role of [...principal.roles].sort()) {
    const { depth, when } = grantOf(model, role, name, privilege);
    // A condition that cannot be read grants nothing, and denies everything: both err towards less.
    const reach = limit ? narrowed(limit, model, privilege, entity, role, depth) : within(entity, role, depth);
    const condition = both(reach, expression(model, entity, when, none));
    if (condition.kind !== 'false') {
      allow.push({ kind: 'role', role, depth, condition, ...(when !== undefined && { when }) });
    }
    deny.push(...deniesOf(model, entity, role, privilege));
  }
  const owner = systemPath(entity, 'owner');
  // Sharing and reporting widen a privilege that some role grants; they never make one.
  if (allow.length > 0 && entity.ownership === 'user' && owner) {
    const right = shareRights[privilege];
    const among = (set: 'direct-reports' | 'far-reports'): Condition => {
      const owned: Condition = { kind: 'among', path: owner, set };
      return right === undefined ? owned : { kind: 'or', of: [owned, { kind: 'shared', right, set }] };
    };
    if (right !== undefined) allow.push({ kind: 'share', condition: { kind: 'shared', right, set: 'owners' } });
    if (managed.has(privilege) && (principal.reports?.direct.length ?? 0) > 0) {
      allow.push({ kind: 'hierarchy', reports: 'direct', condition: among('direct-reports') });
    }
    if (privilege === 'read' && (principal.reports?.far.length ?? 0) > 0) {
      allow.push({ kind: 'hierarchy', reports: 'far', condition: among('far-reports') });
    }
    if (privilege === 'read') allow.push(...inheritedFrom(model, entity));
  }
  return { allow, deny };
}

/** A role's depth, no deeper than the roles of who acts in the principal's name go, and under their conditions. */
function narrowed(
  limit: Principal,
  model: Model,
  privilege: Privilege,
  entity: Entity,
  role: string,
  depth: Depth,
): Condition {
  const of = limit.roles.flatMap((own): readonly Condition[] => {
    const grant = grantOf(model, own, entity.name, privilege);
    const least = depths[Math.min(depths.indexOf(depth), depths.indexOf(grant.depth))] ?? 'none';
    const condition = both(within(entity, role, least), expression(model, entity, grant.when, none));
    return condition.kind === 'false' ? [] : [condition];
  });
  if (of.some(({ kind }) => kind === 'true')) return all;
  const [first = none, ...others] = of;
  return others.length === 0 ? first : { kind: 'or', of };
}

/** A part of another row is read with reading that, and everything else with writing it; denies hold as for any row. */
function throughParent(
  principal: Principal,
  model: Model,
  privilege: Privilege,
  entity: Entity,
  lookup: Field,
): Access {
  const parents = (lookup.reference?.targets ?? []).map((target) => ({
    target,
    where: rowsFor(principal, model, privilege === 'read' ? 'read' : 'write', target),
  }));
  const isAll = parents.every(({ where }) => where.kind === 'true');
  const allow = parents.flatMap(({ target, where }): readonly Reason[] => {
    if (where.kind === 'false') return [];
    const condition: Condition = isAll ? all : { kind: 'referred', field: lookup.name, entity: target, where };
    return [{ kind: 'parent', lookup: lookup.name, entity: target, condition }];
  });
  const roles = [...principal.roles, ...(principal.within?.roles ?? [])].sort();
  const deny = roles.flatMap((role) => deniesOf(model, entity, role, privilege));
  return { allow, deny };
}

/** Who owns a row reads what is below it, over relationships that say so. */
function inheritedFrom(model: Model, entity: Entity): readonly Reason[] {
  const state = [...entity.fields.values()].find(({ system }) => system === 'state')?.columns[0];
  return [...entity.fields.values()].flatMap(({ name, reference }) => {
    // What has the same owner is had anyway.
    if (!reference || reference.reparent === 'none' || reference.reparent === 'user-owned') return [];
    const active: Condition =
      reference.reparent === 'active' && state
        ? { kind: 'compare', path: [state.wire], operator: 'eq', value: entity.status?.[0]?.state ?? 0 }
        : all;
    return reference.targets.flatMap((target): readonly Reason[] => {
      const parent = model.entities.get(target);
      const owner = parent && systemPath(parent, 'owner');
      if (!owner) return [];
      const where: Condition = { kind: 'among', path: owner, set: 'owners' };
      const condition = both({ kind: 'referred', field: name, entity: target, where }, active);
      return [{ kind: 'inherited', lookup: name, entity: target, condition }];
    });
  });
}

function deniesOf(model: Model, entity: Entity, role: string, privilege: Privilege): readonly Reason[] {
  const denies = roleDocument(model, role)?.['deny'];
  if (!Array.isArray(denies)) return [];
  return (denies as readonly unknown[]).filter(isObject).flatMap((rule): readonly Reason[] => {
    const { entity: about, privileges: denied, when, id, title } = rule;
    if (about !== '*' && about !== entity.name) return [];
    if (Array.isArray(denied) && !denied.includes(privilege)) return [];
    const text = typeof when === 'string' ? when : undefined;
    return [
      {
        kind: 'deny',
        role,
        id: String(id),
        condition: expression(model, entity, text, all),
        ...(typeof title === 'string' && { title }),
        ...(text !== undefined && { when: text }),
      },
    ];
  });
}

/** The rows that the principal has the privilege on, as one condition: `true` for all, `false` for none. */
export function rowsFor(principal: Principal, model: Model, privilege: Privilege, name: string): Condition {
  if (privilege === 'read') principal.confined?.require(name);
  return cached(rowsByModel, model, `${privilege}\n${name}\n${accessShape(principal)}`, () => {
    const union = model.entities.get(name)?.union;
    return union
      ? membersOf(principal, model, privilege, name, union)
      : combine(accessTo(principal, model, privilege, name));
  });
}

/** Any reason for, and none against; role depths of one kind are said once. */
function combine({ allow, deny }: Access): Condition {
  const denied = deny.map(({ condition }) => condition);
  if (denied.some(({ kind }) => kind === 'true')) return none;
  const parts = new Map<string, Condition>();
  const units = { unit: new Set<string>(), below: new Set<string>(), path: [] as readonly string[] };
  const take = (condition: Condition): void => {
    if (condition.kind === 'or') condition.of.forEach(take);
    else if (condition.kind === 'among' && typeof condition.set === 'object') {
      units.path = condition.path;
      for (const role of condition.set.unit) units.unit.add(role);
      for (const role of condition.set.below) units.below.add(role);
    } else parts.set(JSON.stringify(condition), condition);
  };
  for (const { condition } of allow) take(condition);
  if (units.path.length > 0) {
    const set = { unit: [...units.unit], below: [...units.below] };
    parts.set('units', { kind: 'among', path: units.path, set });
  }
  const of = [...parts.values()];
  const allowed: Condition = of.some(({ kind }) => kind === 'true')
    ? all
    : of.length === 0
      ? none
      : of.length === 1
        ? (of[0] ?? none)
        : { kind: 'or', of };
  if (denied.length === 0 || allowed.kind === 'false') return allowed;
  return both(allowed, { kind: 'and', of: denied.map((condition) => ({ kind: 'not', of: condition })) });
}

/** A union's rows are its members', each under its own entity's rights. */
function membersOf(
  principal: Principal,
  model: Model,
  privilege: Privilege,
  name: string,
  union: NonNullable<Entity['union']>,
): Condition {
  // The union is a name of its own in roles: who has nothing on it does not see the list.
  if (combine(accessTo(principal, model, privilege, name)).kind === 'false') return none;
  const discriminator = model.entities.get(name)?.fields.get(union.discriminator)?.columns[0]?.wire;
  if (discriminator === undefined) return none;
  const whole: string[] = [];
  const partly: Condition[] = [];
  for (const entity of union.members) {
    const where = rowsFor(principal, model, privilege, entity);
    if (where.kind === 'true') whole.push(entity);
    else if (where.kind !== 'false') partly.push({ kind: 'member', entity, where });
  }
  if (whole.length === union.members.length) return all;
  const of: Condition[] = [...partly];
  if (whole.length > 0) of.push({ kind: 'compare', path: [discriminator], operator: 'in', value: whole });
  return of.length === 0 ? none : { kind: 'or', of };
}

/** True when the principal has `privilege` on some row of `entity` (a logical name), or may have: what its roles say. */
export function mayI(principal: Principal, model: Model, privilege: Privilege, entity: string): boolean {
  return rowsFor(principal, model, privilege, entity).kind !== 'false';
}

/** True when the principal has `privilege` on every row of `entity`, so that no row has to be asked. */
export function mayAll(principal: Principal, model: Model, privilege: Privilege, entity: string): boolean {
  return principal.roles.includes(administratorRole) || rowsFor(principal, model, privilege, entity).kind === 'true';
}

/** Whether a role grants a right that is about no entity: `manage-users`, `audit`, `customize`. */
export function hasRight(principal: Principal, model: Model, right: string): boolean {
  if (principal.within && !hasRight(principal.within, model, right)) return false;
  return principal.roles.some((role) => {
    if (role === administratorRole) return true;
    const rights = roleDocument(model, role)?.['rights'];
    return Array.isArray(rights) && (rights.includes(right) || rights.includes('*'));
  });
}

/** Every such right of the principal's roles; `*` alone for who has all of them. */
export function rightsOf(principal: Principal, model: Model): readonly string[] {
  const rights = new Set<string>();
  for (const role of principal.roles) {
    const listed = roleDocument(model, role)?.['rights'];
    for (const right of Array.isArray(listed) ? (listed as readonly unknown[]) : []) rights.add(String(right));
    if (role === administratorRole) rights.add('*');
  }
  const own = rights.has('*') ? ['*'] : [...rights].sort();
  const limit = principal.within && rightsOf(principal.within, model);
  if (!limit || limit[0] === '*') return own;
  return own[0] === '*' ? limit : own.filter((right) => limit.includes(right));
}

/** Throws RIGHT_MISSING (403). */
export function requireRight(principal: Principal, model: Model, right: string): void {
  if (!hasRight(principal, model, right)) throw refuse('RIGHT_MISSING', { right }, { data: { right } });
}

/** The entities of which the principal may read some row, in the model's order. */
export function readableEntities(principal: Principal, model: Model): readonly Entity[] {
  return [...model.entities.values()].filter((entity) => mayI(principal, model, 'read', entity.name));
}

/** Throws PRIVILEGE_MISSING (403), naming the privilege and the entity, unless the principal may on some row. */
export function requirePrivilege(principal: Principal, model: Model, privilege: Privilege, entity: string): void {
  if (mayI(principal, model, privilege, entity)) return;
  throw refuse('PRIVILEGE_MISSING', { privilege, entity }, { data: { privilege, entity } });
}

/** True when the privilege reaches the caller's own row whatever that says, so that it need not be asked: no condition, no deny. */
export function mayOwn(principal: Principal, model: Model, privilege: Privilege, entity: string): boolean {
  // Conditions of who acts in the principal's name stand in the reasons, not beside them.
  if (principal.within) return false;
  const { allow, deny } = accessTo(principal, model, privilege, entity);
  if (deny.length > 0) return false;
  return allow.some(
    (reason) => reason.kind === 'administrator' || (reason.kind === 'role' && reason.when === undefined),
  );
}
