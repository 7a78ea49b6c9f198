// Random organizations (units, users, teams, roles with conditions and denies, shares, managers, rows) and a slow, obvious
// answer to "may this user do that to this row?", written from the rules and not from the code that compiles them. The rules
// stand in core/security/README.md.
import { qualified, ident } from '../../core/db/identifier.ts';
import type { Executor } from '../../core/db/sql.ts';
import type { JsonObject } from '../../core/sdk/index.ts';
import { random, type Random } from './random.ts';

export const privileges = ['create', 'read', 'write', 'delete', 'append', 'append-to', 'assign', 'share'] as const;
export type Privilege = (typeof privileges)[number];

const rights: Readonly<Record<string, number>> = {
  read: 1,
  write: 2,
  delete: 4,
  append: 8,
  'append-to': 16,
  assign: 32,
  share: 64,
};

export interface Row {
  readonly id: string;
  readonly entity: string;
  owner: string;
  ownerKind: 'systemuser' | 'team';
  unit: string;
  /** Of dossiers: the dossier above. Of leaves: the dossier they lie in. */
  parent: string | undefined;
  name: string;
  amount: number | null;
  kind: number | null;
  flag: boolean | null;
  secret: string | null;
  iban: string | null;
}

/** A condition of a role as text, and what it means for a row, said a second time. */
interface Rule {
  readonly text: string;
  readonly holds: (row: Row, world: World) => boolean;
}

interface Grant {
  readonly depth: Depth;
  readonly when?: Rule;
}

type Depth = 'none' | 'own' | 'unit' | 'unit-and-below' | 'organization';
const depths: readonly Depth[] = ['none', 'own', 'unit', 'unit-and-below', 'organization'];

interface Role {
  readonly id: string;
  readonly grants: ReadonlyMap<string, ReadonlyMap<Privilege, Grant>>;
  readonly denies: readonly {
    readonly entity: string;
    readonly privileges: readonly Privilege[] | undefined;
    readonly when?: Rule;
  }[];
}

interface User {
  readonly id: string;
  readonly unit: string;
  readonly manager: string | undefined;
}

interface Team {
  readonly id: string;
  readonly unit: string;
  readonly isAccess: boolean;
  readonly members: readonly string[];
}

interface Share {
  readonly entity: string;
  readonly record: string;
  readonly principal: string;
  readonly kind: 'systemuser' | 'team';
  readonly rights: number;
  readonly isOver: boolean;
}

export interface World {
  readonly units: ReadonlyMap<string, string | undefined>;
  readonly users: readonly User[];
  readonly teams: readonly Team[];
  readonly roles: ReadonlyMap<string, Role>;
  /** Who (user or team) holds which roles. */
  readonly holdings: readonly { readonly holder: string; readonly role: string }[];
  readonly hierarchy: { readonly depth: number; readonly isBound: boolean };
  readonly rows: Row[];
  readonly byId: Map<string, Row>;
  readonly shares: readonly Share[];
}

export const administratorRole = 'system-administrator';

/** Two entities of the organization's own, beside two shipped kinds of activity and their union. */
export const entities = ['dossier', 'leaf', 'task', 'phonecall'] as const;
const union = 'activitypointer';

const id = { type: 'string', format: 'uuid' };
const text = (title: string) => ({ title, type: 'string', maxLength: 200, field: { type: 'text' } });
const secured = (title: string) => ({ title, type: 'string', maxLength: 200, field: { type: 'text', secured: true } });
const fields = {
  name: text('Name'),
  amount: { title: 'Amount', type: 'integer', field: { type: 'whole-number' } },
  kind: { title: 'Kind', type: 'integer', field: { type: 'whole-number' } },
  flag: { title: 'Flag', type: 'boolean', field: { type: 'yes-no' } },
  secret: secured('Secret'),
  iban: secured('IBAN'),
};

/** The documents of the world's own entities, without its roles. */
export const worldEntities: Readonly<Record<string, JsonObject>> = {
  'dossier/entity': {
    title: 'Dossier',
    type: 'object',
    entity: {
      set: 'dossiers',
      plural: 'Dossiers',
      ownership: 'user',
      primary: 'name',
      search: ['name', 'secret'],
    },
    properties: {
      ...fields,
      parentid: {
        title: 'Above',
        ...id,
        field: { type: 'lookup', target: 'dossier', relation: { name: 'dossier_above' } },
      },
    },
    required: ['name'],
  },
  'leaf/entity': {
    title: 'Leaf',
    type: 'object',
    entity: { set: 'leaves', plural: 'Leaves', ownership: 'user', primary: 'name', stateless: true },
    properties: {
      ...fields,
      dossierid: {
        title: 'Dossier',
        ...id,
        field: { type: 'lookup', target: 'dossier', relation: { name: 'dossier_leaves' } },
      },
    },
    required: ['name'],
  },
};

const comparable = ['amount', 'kind'] as const;

/** Conditions as an administrator writes them, of fields that the entity has. An empty field is smaller than nothing. */
function makeRule(random: Random, entity: string, depth = 0): Rule {
  const own = entity === 'dossier' || entity === 'leaf';
  const choice = random.below(depth > 1 ? 4 : 8);
  if (!own) {
    const mark = random.pick(['alpha', 'beta', 'Gamma']);
    if (choice % 2 === 0) {
      return { text: `$contains(subject, "${mark}")`, holds: (row) => row.name.includes(mark) };
    }
    return { text: `subject != "${mark} 1"`, holds: (row) => row.name !== `${mark} 1` };
  }
  switch (choice) {
    case 0: {
      const field = random.pick(comparable);
      const bound = random.below(10);
      const sign = random.pick(['<', '<=', '>', '>='] as const);
      const test = {
        '<': (n: number) => n < bound,
        '<=': (n: number) => n <= bound,
        '>': (n: number) => n > bound,
        '>=': (n: number) => n >= bound,
      }[sign];
      return { text: `${field} ${sign} ${bound}`, holds: (row) => row[field] !== null && test(row[field]) };
    }
    case 1: {
      const value = random.below(10);
      const isEqual = random.chance(0.5);
      return {
        text: `kind ${isEqual ? '=' : '!='} ${value}`,
        holds: (row) => (row.kind === value) === isEqual,
      };
    }
    case 2:
      return { text: 'flag', holds: (row) => row.flag === true };
    case 3: {
      const mark = random.pick(['alpha', 'beta', 'Gamma']);
      return { text: `$contains(name, "${mark}")`, holds: (row) => row.name.includes(mark) };
    }
    case 4: {
      const inner = makeRule(random, entity, depth + 1);
      return { text: `$not(${inner.text})`, holds: (row, world) => !inner.holds(row, world) };
    }
    case 5: {
      const [left, right] = [makeRule(random, entity, depth + 1), makeRule(random, entity, depth + 1)];
      const isAnd = random.chance(0.5);
      return {
        text: `(${left.text}) ${isAnd ? 'and' : 'or'} (${right.text})`,
        holds: (row, world) =>
          isAnd ? left.holds(row, world) && right.holds(row, world) : left.holds(row, world) || right.holds(row, world),
      };
    }
    case 6: {
      const values = [random.below(10), random.below(10)];
      return { text: `kind in [${values.join(', ')}]`, holds: (row) => row.kind !== null && values.includes(row.kind) };
    }
    default: {
      const lookup = entity === 'dossier' ? 'parentid' : 'dossierid';
      const bound = random.below(10);
      return {
        text: `${lookup}.amount > ${bound}`,
        holds: (row, world) => {
          const above = row.parent === undefined ? undefined : world.byId.get(row.parent);
          return above !== undefined && above.amount !== null && above.amount > bound;
        },
      };
    }
  }
}

function makeRole(random: Random, index: number): Role {
  const grants = new Map<string, ReadonlyMap<Privilege, Grant>>();
  for (const entity of [...entities, union]) {
    const granted = new Map<Privilege, Grant>();
    for (const privilege of privileges) {
      const depth = random.pick(depths);
      const conditional = entity !== union && depth !== 'none' && random.chance(0.25);
      granted.set(privilege, { depth, ...(conditional && { when: makeRule(random, entity) }) });
    }
    grants.set(entity, granted);
  }
  const denies = Array.from({ length: random.chance(0.4) ? 1 + random.below(2) : 0 }, () => {
    const entity = random.pick([...entities, '*']);
    const some = privileges.filter(() => random.chance(0.4));
    return {
      entity,
      privileges: some.length === 0 ? undefined : some,
      ...(entity !== '*' && random.chance(0.8) && { when: makeRule(random, entity) }),
    };
  });
  return { id: `r${index}`, grants, denies };
}

function roleDocument(role: Role): JsonObject {
  const said = (grant: Grant) => (grant.when ? { depth: grant.depth, when: grant.when.text } : grant.depth);
  return {
    title: role.id,
    privileges: Object.fromEntries(
      [...role.grants].map(([entity, granted]) => [
        entity,
        Object.fromEntries([...granted].map(([privilege, grant]) => [privilege, said(grant)])),
      ]),
    ),
    deny: role.denies.map((rule, index) => ({
      id: `deny-${index}`,
      entity: rule.entity,
      ...(rule.privileges && { privileges: [...rule.privileges] }),
      ...(rule.when && { when: rule.when.text }),
    })),
  } as unknown as JsonObject;
}

export interface Sizes {
  readonly units: number;
  readonly users: number;
  readonly teams: number;
  readonly roles: number;
  readonly rows: number;
  readonly shares: number;
}

export function makeWorld(seed: number, sizes: Sizes): World {
  const from = random(seed);
  const units = new Map<string, string | undefined>();
  for (let index = 0; index < sizes.units; index += 1) {
    units.set(from.uuid(), index === 0 ? undefined : from.pick([...units.keys()]));
  }
  const unitIds = [...units.keys()];
  const users: User[] = [];
  for (let index = 0; index < sizes.users; index += 1) {
    const manager = users.length > 0 && from.chance(0.7) ? from.pick(users).id : undefined;
    users.push({ id: from.uuid(), unit: from.pick(unitIds), manager });
  }
  const teams = Array.from({ length: sizes.teams }, (): Team => ({
    id: from.uuid(),
    unit: from.pick(unitIds),
    isAccess: from.chance(0.3),
    members: users.filter(() => from.chance(0.25)).map((user) => user.id),
  }));
  const roles = new Map(Array.from({ length: sizes.roles }, (_, index) => [`r${index}`, makeRole(from, index)]));
  const holdings = [
    ...users.flatMap((user) => {
      const count = from.below(3);
      return Array.from({ length: count }, () => ({ holder: user.id, role: from.pick([...roles.keys()]) }));
    }),
    ...teams.filter(() => from.chance(0.6)).map((team) => ({ holder: team.id, role: from.pick([...roles.keys()]) })),
    ...(from.chance(0.5) && users[0] ? [{ holder: users[0].id, role: administratorRole }] : []),
  ];
  const unique = [...new Map(holdings.map((one) => [`${one.holder} ${one.role}`, one])).values()];
  const world: World = {
    units,
    users,
    teams,
    roles,
    holdings: unique,
    hierarchy: { depth: from.below(4), isBound: from.chance(0.5) },
    rows: [],
    byId: new Map(),
    shares: [],
  };
  for (let index = 0; index < sizes.rows; index += 1) {
    const row = makeRow(from, world);
    world.rows.push(row);
    world.byId.set(row.id, row);
  }
  const shares = Array.from({ length: sizes.shares }, (): Share => {
    const row = from.pick(world.rows);
    const isTeam = teams.length > 0 && from.chance(0.4);
    return {
      entity: row.entity,
      record: row.id,
      principal: isTeam ? from.pick(teams).id : from.pick(users).id,
      kind: isTeam ? 'team' : 'systemuser',
      rights: 1 + from.below(127),
      isOver: from.chance(0.2),
    };
  });
  const distinct = new Map(shares.map((share) => [`${share.record} ${share.principal}`, share]));
  return { ...world, shares: [...distinct.values()] };
}

export function makeRow(from: Random, world: World): Row {
  const owners = world.teams.filter((team) => !team.isAccess);
  const isTeam = owners.length > 0 && from.chance(0.3);
  const owner = isTeam ? from.pick(owners) : from.pick(world.users);
  const dossiers = world.rows.filter((row) => row.entity === 'dossier');
  const entity = from.pick(entities);
  const hasParent = (entity === 'dossier' || entity === 'leaf') && dossiers.length > 0 && from.chance(0.7);
  const maybe = <T>(value: T): T | null => (from.chance(0.15) ? null : value);
  return {
    id: from.uuid(),
    entity,
    owner: owner.id,
    ownerKind: isTeam ? 'team' : 'systemuser',
    // An owner may have moved since.
    unit: from.chance(0.9) ? owner.unit : from.pick([...world.units.keys()]),
    parent: hasParent ? from.pick(dossiers).id : undefined,
    name: `${from.pick(['alpha', 'beta', 'Gamma'])} ${from.below(50)}`,
    amount: maybe(from.below(10)),
    kind: maybe(from.below(10)),
    flag: maybe(from.chance(0.5)),
    secret: maybe(`secret ${from.below(1000)}`),
    iban: maybe(`IR${String(from.below(1e9)).padStart(20, '0')}`),
  };
}

/** The organization's layer of the world: its entities and roles. */
export function worldDocuments(world: World): Readonly<Record<string, JsonObject>> {
  return {
    ...worldEntities,
    ...Object.fromEntries([...world.roles.values()].map((role) => [`roles/${role.id}`, roleDocument(role)])),
  };
}

function isBelow(world: World, unit: string, above: string): boolean {
  for (let at: string | undefined = unit; at !== undefined; at = world.units.get(at)) if (at === above) return true;
  return false;
}

function teamsOf(world: World, user: string): readonly Team[] {
  return world.teams.filter((team) => team.members.includes(user));
}

/** How many managers up `user` reports to `manager`; undefined: not at all. */
function levelsUp(world: World, user: User, manager: string): number | undefined {
  let level = 0;
  for (let at: User | undefined = user; at; at = world.users.find((one) => one.id === at?.manager)) {
    if (at.manager === undefined) return undefined;
    level += 1;
    if (at.manager === manager) return level;
  }
  return undefined;
}

/** Roles with the unit they count in. */
export function rolesOf(world: World, user: User): readonly { readonly role: string; readonly unit: string }[] {
  const teams = teamsOf(world, user.id);
  return world.holdings.flatMap(({ holder, role }) => {
    if (holder === user.id) return [{ role, unit: user.unit }];
    const team = teams.find((one) => one.id === holder && !one.isAccess);
    return team ? [{ role, unit: team.unit }] : [];
  });
}

/** The oracle. */
export function may(world: World, user: User, privilege: Privilege, row: Row): boolean {
  const roles = rolesOf(world, user);
  if (roles.some(({ role }) => role === administratorRole)) return true;
  for (const { role } of roles) {
    for (const rule of world.roles.get(role)?.denies ?? []) {
      const isMeant = rule.entity === '*' || rule.entity === row.entity;
      const isDenied = rule.privileges === undefined || rule.privileges.includes(privilege);
      if (isMeant && isDenied && (rule.when === undefined || rule.when.holds(row, world))) return false;
    }
  }
  const mine = new Set([user.id, ...teamsOf(world, user.id).map((team) => team.id)]);
  let hasSome = false;
  for (const { role, unit } of roles) {
    const grant = world.roles.get(role)?.grants.get(row.entity)?.get(privilege);
    if (!grant || grant.depth === 'none') continue;
    hasSome = true;
    if (grant.when && !grant.when.holds(row, world)) continue;
    if (grant.depth === 'organization' || mine.has(row.owner)) return true;
    if (grant.depth === 'unit' && row.unit === unit) return true;
    if (grant.depth === 'unit-and-below' && isBelow(world, row.unit, unit)) return true;
  }
  if (!hasSome) return false;
  const isShared = (people: ReadonlySet<string>): boolean =>
    world.shares.some(
      (share) =>
        share.record === row.id &&
        people.has(share.principal) &&
        !share.isOver &&
        (share.rights & (rights[privilege] ?? 0)) !== 0,
    );
  if (isShared(mine)) return true;
  for (const report of world.users) {
    const level = report.id === user.id ? undefined : levelsUp(world, report, user.id);
    if (level === undefined || level > world.hierarchy.depth) continue;
    if (world.hierarchy.isBound && !isBelow(world, report.unit, user.unit)) continue;
    const allowed = level === 1 ? ['read', 'write', 'append', 'append-to'] : ['read'];
    if (!allowed.includes(privilege)) continue;
    const theirs = new Set([
      report.id,
      ...teamsOf(world, report.id)
        .filter((team) => !team.isAccess)
        .map((team) => team.id),
    ]);
    if (theirs.has(row.owner) || isShared(theirs)) return true;
  }
  return false;
}

/** Whether the user reads the union of activities at all. */
export function readsUnion(world: World, user: User): boolean {
  const roles = rolesOf(world, user);
  if (roles.some(({ role }) => role === administratorRole)) return true;
  const isDenied = roles.some(({ role }) =>
    (world.roles.get(role)?.denies ?? []).some(
      (rule) =>
        rule.entity === '*' &&
        rule.when === undefined &&
        (rule.privileges === undefined || rule.privileges.includes('read')),
    ),
  );
  if (isDenied) return false;
  return roles.some(({ role }) => (world.roles.get(role)?.grants.get(union)?.get('read')?.depth ?? 'none') !== 'none');
}

const moment = '2026-01-02T03:04:05Z';

/** Writes the world into an organization's empty tables. */
export async function writeWorld(executor: Executor, schema: string, world: World): Promise<void> {
  const insert = async (table: string, rows: readonly Readonly<Record<string, unknown>>[]): Promise<void> => {
    const columns = Object.keys(rows[0] ?? {});
    if (columns.length === 0) return;
    const names = columns.map(ident).join(', ');
    for (let start = 0; start < rows.length; start += 1000) {
      await executor.query(
        `insert into ${qualified(schema, table)} (${names}) select ${names} from jsonb_populate_recordset(null::${qualified(schema, table)}, $1::text::jsonb)`,
        [JSON.stringify(rows.slice(start, start + 1000))],
      );
    }
  };
  const made = { createdon: moment, modifiedon: moment };
  // Parents come first in every list.
  await insert(
    'businessunit',
    [...world.units].map(([unit, parent]) => ({
      businessunitid: unit,
      name: `unit ${unit}`,
      parentbusinessunitid: parent ?? null,
      ...made,
    })),
  );
  await insert(
    'systemuser',
    world.users.map((user) => ({
      systemuserid: user.id,
      lastname: `user ${user.id}`,
      fullname: `user ${user.id}`,
      businessunitid: user.unit,
      parentsystemuserid: user.manager ?? null,
      isdisabled: false,
      ...made,
    })),
  );
  await insert(
    'team',
    world.teams.map((team) => ({
      teamid: team.id,
      name: `team ${team.id}`,
      businessunitid: team.unit,
      teamtype: team.isAccess ? 1 : 0,
      ...made,
    })),
  );
  const roleIds = new Map<string, string>();
  const from = random(world.rows.length);
  for (const { role } of world.holdings) if (!roleIds.has(role)) roleIds.set(role, from.uuid());
  const [root] = world.units.keys();
  await insert(
    'role',
    [...roleIds].map(([role, roleid]) => ({ roleid, name: role, document: role, businessunitid: root, ...made })),
  );
  const links = (holders: readonly { readonly id: string }[], key: string) =>
    world.holdings
      .filter(({ holder }) => holders.some((one) => one.id === holder))
      .map(({ holder, role }) => ({ [key]: holder, roleid: roleIds.get(role) }));
  await insert('systemuserroles_association', links(world.users, 'systemuserid'));
  await insert('teamroles_association', links(world.teams, 'teamid'));
  await insert(
    'teammembership_association',
    world.teams.flatMap((team) => team.members.map((member) => ({ systemuserid: member, teamid: team.id }))),
  );
  await insert('organization', [
    {
      organizationid: from.uuid(),
      name: 'World',
      hierarchydepth: world.hierarchy.depth,
      managersinsameunit: world.hierarchy.isBound,
      ...made,
    },
  ]);
  for (const entity of entities) {
    await insert(
      entity,
      world.rows.filter((row) => row.entity === entity).map((row) => rowValues(row)),
    );
  }
  await insert(
    '_share',
    world.shares.map((share) => ({
      entity: share.entity,
      record: share.record,
      principal: share.principal,
      principal_type: share.kind,
      rights: share.rights,
      expires_at: share.isOver ? '2020-01-01T00:00:00Z' : null,
      shared_at: moment,
    })),
  );
}

/** Columns of a row in its table. */
export function rowValues(row: Row): Readonly<Record<string, unknown>> {
  const { entity } = row;
  const owned = {
    ownerid: row.owner,
    ownerid_type: row.ownerKind,
    owningbusinessunit: row.unit,
    createdon: moment,
    modifiedon: moment,
    versionnumber: 1,
  };
  if (entity === 'task' || entity === 'phonecall') {
    return { activityid: row.id, subject: row.name, statecode: 0, statuscode: 1, ...owned };
  }
  return {
    [`${entity}id`]: row.id,
    name: row.name,
    amount: row.amount,
    kind: row.kind,
    flag: row.flag,
    secret: row.secret,
    iban: row.iban,
    ...(entity === 'dossier'
      ? { parentid: row.parent ?? null, statecode: 0, statuscode: 1 }
      : { dossierid: row.parent ?? null }),
    ...owned,
  };
}

/** Empties the tables for the next world. */
export async function clearWorld(executor: Executor, schema: string): Promise<void> {
  const tables = [
    ...entities,
    '_share',
    'systemuserroles_association',
    'teamroles_association',
    'teammembership_association',
    'role',
    'team',
    'organization',
    'systemuser',
    'businessunit',
  ];
  await executor.script(`truncate ${tables.map((table) => qualified(schema, table)).join(', ')} cascade`);
}
