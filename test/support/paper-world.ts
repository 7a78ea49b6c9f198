// A small organization for tests of who may do what with which rows: units North (with Northeast below it) and South, people in
// each, an owner team and an access team, folders that hold papers, and one role for each privilege at each depth.
import type { Call } from '../../core/engine.ts';
import { create } from '../../core/records/create.ts';
import type { JsonObject } from '../../core/sdk/index.ts';
import { depths, privileges, type Depth, type Privilege } from '../../core/security/access.ts';
import type { Principal } from '../../core/security/principal.ts';
import { inputOf, rootUnit, testEngine, type TestEngine } from './engine.ts';

const id = (kind: number, n: number) =>
  `${String(kind).padStart(8, '0')}-0000-7000-8000-${String(n).padStart(12, '0')}`;

export const units = { north: id(1, 1), northeast: id(1, 2), south: id(1, 3) } as const;

/** `me` is in North; a mate too; `below` in Northeast; `far` in South. */
export const people = { me: id(2, 1), mate: id(2, 2), below: id(2, 3), far: id(2, 4), gone: id(2, 5) } as const;

/** The owner team sits in South, so that its rows are not those of my unit. */
export const teams = { crew: id(3, 1), guests: id(3, 2) } as const;

const text = (title: string): JsonObject => ({ title, type: 'string', maxLength: 100, field: { type: 'text' } });
const lookup = (title: string, target: string, relation: JsonObject): JsonObject => ({
  title,
  type: 'string',
  format: 'uuid',
  field: { type: 'lookup', target, relation },
});

const documents: Readonly<Record<string, JsonObject>> = {
  'new_folder/entity': {
    title: 'Folder',
    type: 'object',
    entity: { set: 'new_folders', plural: 'Folders', primary: 'new_name', keys: { code: ['new_code', 'new_shelf'] } },
    properties: {
      new_name: text('Name'),
      new_code: text('Code'),
      new_shelf: text('Shelf'),
      new_above: lookup('Above', 'new_folder', { name: 'new_folder_above', delete: 'remove-link', hierarchy: true }),
    },
  },
  'new_paper/entity': {
    title: 'Paper',
    type: 'object',
    entity: { set: 'new_papers', plural: 'Papers', primary: 'new_title', keys: { mark: ['new_mark'] } },
    properties: {
      new_title: text('Title'),
      new_mark: text('Mark'),
      new_amount: { title: 'Amount', type: 'integer', field: { type: 'whole-number' } },
      new_folder: lookup('Folder', 'new_folder', {
        name: 'new_folder_papers',
        delete: 'cascade',
        assign: 'cascade',
        share: 'cascade',
        reparent: 'cascade',
      }),
      new_source: lookup('Source', 'new_folder', { name: 'new_folder_sources', delete: 'restrict' }),
      new_scan: { title: 'Scan', type: 'string', format: 'uuid', field: { type: 'file', maxSize: 1000 } },
    },
  },
  'relations/new_paper_folders': {
    title: 'Copies',
    first: { entity: 'new_paper', title: 'Copies' },
    second: { entity: 'new_folder', title: 'Copied papers' },
  },
  ...Object.fromEntries(
    privileges.flatMap((privilege) =>
      depths.map((depth) => [
        `roles/new_${privilege.replace('-', '_')}_${depth.replaceAll('-', '_')}`,
        {
          title: `${privilege} ${depth}`,
          privileges: {
            new_paper: { '*': 'organization', [privilege]: depth },
            new_folder: { '*': 'organization', [privilege]: depth },
          },
        },
      ]),
    ),
  ),
  'roles/new_own': {
    title: 'Own',
    privileges: {
      new_paper: 'own',
      new_folder: 'own',
      systemuser: { read: 'organization' },
      team: { read: 'organization' },
    },
  },
};

/** The role that grants everything on papers and folders to all, but this privilege only at this depth. */
export function roleOf(privilege: Privilege, depth: Depth): string {
  return `new_${privilege.replace('-', '_')}_${depth.replaceAll('-', '_')}`;
}

export interface PaperWorld extends TestEngine {
  /** A call of one of the people, with these roles in their own unit. */
  as(who: keyof typeof people, ...roles: readonly string[]): Call;
  /** A row made by the administrator for an owner. */
  made(entity: string, owner: string, values?: Readonly<Record<string, unknown>>): Promise<string>;
}

const homes: Readonly<Record<keyof typeof people, keyof typeof units>> = {
  me: 'north',
  mate: 'north',
  below: 'northeast',
  far: 'south',
  gone: 'south',
};

/** `more`: documents over those of the world. */
export async function paperWorld(more: Readonly<Record<string, JsonObject>> = {}): Promise<PaperWorld> {
  const world = await testEngine({ ...documents, ...more });
  const make = async (entity: string, values: Readonly<Record<string, unknown>>, targets = {}) =>
    (await create(world.call, world.entity(entity), inputOf(values, targets))).id;
  const unit = (businessunitid: string, name: string, parentbusinessunitid: string) =>
    make('businessunit', { businessunitid, name, parentbusinessunitid });
  await unit(units.north, 'North', rootUnit);
  await unit(units.northeast, 'Northeast', units.north);
  await unit(units.south, 'South', rootUnit);
  for (const [name, systemuserid] of Object.entries(people)) {
    const businessunitid = units[homes[name as keyof typeof people]];
    await make('systemuser', { systemuserid, lastname: name, businessunitid, isdisabled: name === 'gone' });
  }
  await make('team', { teamid: teams.crew, name: 'Crew', teamtype: 0, businessunitid: units.south });
  await make('team', { teamid: teams.guests, name: 'Guests', teamtype: 1, businessunitid: units.south });
  const below: Readonly<Record<string, readonly string[]>> = { [units.north]: [units.north, units.northeast] };
  return {
    ...world,
    as(who, ...roles) {
      const home = units[homes[who]];
      const principal: Principal = {
        ...world.call.principal,
        userId: people[who],
        businessUnitId: home,
        teamIds: who === 'me' ? [teams.crew] : who === 'far' ? [teams.guests] : [],
        roles,
        held: roles.map((role) => ({ role, unit: home, below: below[home] ?? [home] })),
      };
      return { ...world.call, principal };
    },
    made: (entity, owner, values = {}) => {
      const isTeam = Object.values<string>(teams).includes(owner);
      return make(entity, { ...values, ownerid: owner }, { ownerid: isTeam ? 'team' : 'systemuser' });
    },
  };
}
