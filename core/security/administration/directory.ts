// The people of an organization as administrators see them: users with what they hold and how they sign in, teams, the tree
// of units, open sessions, and what a user may with the roles it comes from. Asked only for who has the right `manage-users`.
import { ident, qualified } from '../../db/identifier.ts';
import type { Parameter } from '../../db/sql.ts';
import type { Engine } from '../../engine.ts';
import type { Model } from '../../model/model.ts';
import { administratorRole, depths, grantOf, privileges, roleDocument, type Depth, type Privilege } from '../access.ts';
import { associationOf } from '../association.ts';
import { isoText } from '../../db/iso-text.ts';
import { heldRoles } from '../principal.ts';
import { readPrincipal } from '../principals.ts';
import { ROOT_UNIT_ID, SYSTEM_USER_ID } from '../system-principal.ts';

export interface Named {
  readonly id: string;
  readonly name: string;
}

/** A role or field profile as it is held: `document` is the id of its document. */
export interface NamedDocument extends Named {
  readonly document: string;
}

export interface DirectoryUser {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly title: string;
  readonly language: string;
  readonly unit: Named | null;
  readonly manager: Named | null;
  readonly teams: readonly Named[];
  readonly roles: readonly NamedDocument[];
  readonly profiles: readonly NamedDocument[];
  readonly canSignIn: boolean;
  readonly secondFactor: boolean;
  /** ISO 8601. */
  readonly lastSignIn: string | null;
  readonly disabled: boolean;
}

export interface UserQuery {
  readonly search?: string;
  readonly show?: 'enabled' | 'disabled' | 'all';
  /** Ids. */
  readonly unit?: string;
  readonly team?: string;
  /** Of a role document. */
  readonly role?: string;
  readonly id?: string;
  readonly skip?: number;
  readonly top?: number;
}

/** Every letter that is written in two ways in one. */
const folded = (expression: string): string => `translate(lower(${expression}), 'يىكۀة', 'ییکهه')`;

/** `[{id, name …}]` of what is linked with the row of `alias`, as JSON text. */
function linkedJson(engine: Engine, holder: string, alias: string, other: string, columns: string): string {
  const association = engine.model.entities.has(other) ? associationOf(engine.model, holder, other) : undefined;
  if (!association) return `'[]'`;
  return `(select coalesce(json_agg(json_build_object('id', o.${ident(`${other}id`)}, ${columns}) order by o.name), '[]')::text
    from ${qualified(engine.schema, association.table)} a join ${qualified(engine.schema, other)} o
      on o.${ident(`${other}id`)} = a.${ident(association.right)}
    where a.${ident(association.left)} = ${alias}.${ident(`${holder}id`)})`;
}

function linkedTo(engine: Engine, holder: string, alias: string, other: string, condition: string): string {
  const association = associationOf(engine.model, holder, other);
  if (!association) return 'false';
  return `exists (select from ${qualified(engine.schema, association.table)} a join ${qualified(engine.schema, other)} o
    on o.${ident(`${other}id`)} = a.${ident(association.right)}
    where a.${ident(association.left)} = ${alias}.${ident(`${holder}id`)} and ${condition})`;
}

interface UserRow extends Omit<DirectoryUser, 'unit' | 'manager' | 'teams' | 'roles' | 'profiles'> {
  readonly unit: string | null;
  readonly manager: string | null;
  readonly teams: string;
  readonly roles: string;
  readonly profiles: string;
  readonly total: number;
}

/** By name, a page at a time. */
export async function listUsers(
  engine: Engine,
  query: UserQuery,
): Promise<{ readonly users: readonly DirectoryUser[]; readonly total: number }> {
  const { schema } = engine;
  const parameters: Parameter[] = [SYSTEM_USER_ID];
  const use = (value: Parameter): string => `$${parameters.push(value)}`;
  const where = ['u.systemuserid <> $1::uuid'];
  if (query.id !== undefined) where.push(`u.systemuserid = ${use(query.id)}::uuid`);
  else if (query.show !== 'all')
    where.push(query.show === 'disabled' ? 'u.isdisabled is true' : 'u.isdisabled is not true');
  if (query.unit !== undefined) where.push(`u.businessunitid = ${use(query.unit)}::uuid`);
  if (query.role !== undefined)
    where.push(linkedTo(engine, 'systemuser', 'u', 'role', `o.document = ${use(query.role)}`));
  if (query.team !== undefined)
    where.push(linkedTo(engine, 'systemuser', 'u', 'team', `o.teamid = ${use(query.team)}::uuid`));
  for (const word of (query.search ?? '').trim().split(/\s+/).filter(Boolean).slice(0, 8)) {
    const like = `%${word.replace(/[\\%_]/g, '\\$&')}%`;
    const pattern = folded(`${use(like)}::text`);
    where.push(
      `(${folded("coalesce(u.fullname, '')")} like ${pattern} or ${folded("coalesce(u.internalemailaddress, '')")} like ${pattern})`,
    );
  }
  const [skip, top] = [use(String(query.skip ?? 0)), use(String(query.top ?? 100))];
  const rows = await engine.database.query<UserRow>(
    `with page as materialized (
       select u.*, count(*) over ()::int as total from ${qualified(schema, 'systemuser')} u
       where ${where.join(' and ')} order by u.fullname, u.systemuserid offset ${skip}::text::int limit ${top}::text::int)
     select u.systemuserid as id, coalesce(u.fullname, '') as name, coalesce(s.email, u.internalemailaddress, '') as email,
       coalesce(u.title, '') as title, coalesce(u.uilanguage, '') as language, u.total,
       case when b.businessunitid is null then null else json_build_object('id', b.businessunitid, 'name', b.name)::text end as unit,
       case when m.systemuserid is null then null else json_build_object('id', m.systemuserid, 'name', coalesce(m.fullname, ''))::text end as manager,
       ${linkedJson(engine, 'systemuser', 'u', 'team', "'name', o.name")} as teams,
       ${linkedJson(engine, 'systemuser', 'u', 'role', "'name', o.name, 'document', o.document")} as roles,
       ${linkedJson(engine, 'systemuser', 'u', 'fieldsecurityprofile', "'name', o.name, 'document', o.document")} as profiles,
       (s.id is not null and u.isdisabled is not true) as "canSignIn", coalesce(s."twoFactorEnabled", false) as "secondFactor",
       (select ${isoText('at', 'l')} from (select greatest(
          (select max(at) from ${qualified(schema, '_audit')} e where e.entity = 'systemuser' and e.record = u.systemuserid and e.action = 'sign-in'),
          (select max("createdAt") from peyvand_auth.session o where o."userId" = s.id)) as at) l) as "lastSignIn",
       coalesce(u.isdisabled, false) as disabled
     from page u
     left join ${qualified(schema, 'businessunit')} b on b.businessunitid = u.businessunitid
     left join ${qualified(schema, 'systemuser')} m on m.systemuserid = u.parentsystemuserid
     left join peyvand_auth."user" s on s.id = u.systemuserid::text
     order by u.fullname, u.systemuserid`,
    parameters,
  );
  const users = rows.map(({ total: _total, unit, manager, teams, roles, profiles, ...user }) => ({
    ...user,
    unit: unit === null ? null : (JSON.parse(unit) as Named),
    manager: manager === null ? null : (JSON.parse(manager) as Named),
    teams: JSON.parse(teams) as readonly Named[],
    roles: JSON.parse(roles) as readonly NamedDocument[],
    profiles: JSON.parse(profiles) as readonly NamedDocument[],
  }));
  return { users, total: rows[0]?.total ?? 0 };
}

export interface DirectoryTeam {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly type: 'owner' | 'access';
  readonly isDefault: boolean;
  readonly unit: Named | null;
  readonly memberCount: number;
  /** The first two hundred. */
  readonly members: readonly Named[];
  readonly roles: readonly NamedDocument[];
  readonly profiles: readonly NamedDocument[];
}

export async function listTeams(engine: Engine): Promise<readonly DirectoryTeam[]> {
  const { schema, model } = engine;
  const member = associationOf(model, 'team', 'systemuser');
  const link = member && qualified(schema, member.table);
  const rows = await engine.database.query<
    Omit<DirectoryTeam, 'unit' | 'members' | 'roles' | 'profiles' | 'type'> & {
      readonly access: boolean;
      readonly unit: string | null;
      readonly members: string;
      readonly roles: string;
      readonly profiles: string;
    }
  >(
    `select t.teamid as id, t.name, coalesce(t.description, '') as description, t.teamtype is not distinct from 1 as access,
       coalesce(t.isdefault, false) as "isDefault",
       case when b.businessunitid is null then null else json_build_object('id', b.businessunitid, 'name', b.name)::text end as unit,
       ${member && link ? `(select count(*)::int from ${link} a where a.${ident(member.left)} = t.teamid)` : '0'} as "memberCount",
       ${
         member && link
           ? `(select coalesce(json_agg(json_build_object('id', x.systemuserid, 'name', coalesce(x.fullname, '')) order by x.fullname), '[]')::text
         from (select u.systemuserid, u.fullname from ${link} a join ${qualified(schema, 'systemuser')} u
           on u.systemuserid = a.${ident(member.right)} where a.${ident(member.left)} = t.teamid order by u.fullname limit 200) x)`
           : `'[]'`
       } as members,
       ${linkedJson(engine, 'team', 't', 'role', "'name', o.name, 'document', o.document")} as roles,
       ${linkedJson(engine, 'team', 't', 'fieldsecurityprofile', "'name', o.name, 'document', o.document")} as profiles
     from ${qualified(schema, 'team')} t left join ${qualified(schema, 'businessunit')} b on b.businessunitid = t.businessunitid
     order by t.name, t.teamid limit 2000`,
  );
  return rows.map(({ access, unit, members, roles, profiles, ...team }) => ({
    ...team,
    type: access ? 'access' : 'owner',
    unit: unit === null ? null : (JSON.parse(unit) as Named),
    members: JSON.parse(members) as readonly Named[],
    roles: JSON.parse(roles) as readonly NamedDocument[],
    profiles: JSON.parse(profiles) as readonly NamedDocument[],
  }));
}

export interface DirectoryUnit {
  readonly id: string;
  readonly name: string;
  readonly parentId: string | null;
  /** The one that neither moves nor goes. */
  readonly root: boolean;
  readonly disabled: boolean;
  readonly users: number;
  readonly teams: number;
}

export async function listUnits(engine: Engine): Promise<readonly DirectoryUnit[]> {
  const { schema } = engine;
  return engine.database.query<DirectoryUnit>(
    `select b.businessunitid as id, b.name, b.parentbusinessunitid as "parentId", b.businessunitid = $1::uuid as root,
       coalesce(b.isdisabled, false) as disabled,
       (select count(*)::int from ${qualified(schema, 'systemuser')} u where u.businessunitid = b.businessunitid and u.systemuserid <> $2::uuid) as users,
       (select count(*)::int from ${qualified(schema, 'team')} t where t.businessunitid = b.businessunitid) as teams
     from ${qualified(schema, 'businessunit')} b order by b.name, b.businessunitid limit 5000`,
    [ROOT_UNIT_ID, SYSTEM_USER_ID],
  );
}

export interface OpenSession {
  readonly id: string;
  readonly userId: string;
  readonly name: string;
  readonly email: string;
  readonly createdAt: string;
  readonly lastUsedAt: string;
  readonly expiresAt: string;
  readonly address: string;
  readonly userAgent: string;
}

/** Everybody's, the one used last first. */
export async function listOpenSessions(
  engine: Engine,
  skip: number,
  top: number,
): Promise<{ readonly sessions: readonly OpenSession[]; readonly total: number }> {
  const rows = await engine.database.query<OpenSession & { readonly total: number }>(
    `select s.id, s."userId", coalesce(u.fullname, i.name) as name, i.email, ${isoText('createdAt', 's')} as "createdAt",
       coalesce(${isoText('last_used_at', 's')}, ${isoText('createdAt', 's')}) as "lastUsedAt",
       ${isoText('expiresAt', 's')} as "expiresAt", coalesce(s."ipAddress", '') as address,
       coalesce(s."userAgent", '') as "userAgent", count(*) over ()::int as total
     from peyvand_auth.session s join peyvand_auth."user" i on i.id = s."userId"
     join ${qualified(engine.schema, 'systemuser')} u on u.systemuserid::text = s."userId"
     where s."expiresAt" > now() order by coalesce(s.last_used_at, s."createdAt") desc, s.id
     offset $1::text::int limit $2::text::int`,
    [String(skip), String(top)],
  );
  return { sessions: rows.map(({ total: _total, ...session }) => session), total: rows[0]?.total ?? 0 };
}

/** Who holds a role or field profile directly, the first hundred of each. */
export async function listHolders(
  engine: Engine,
  entity: string,
  document: string,
): Promise<{ readonly users: readonly Named[]; readonly teams: readonly Named[] }> {
  const { schema, model } = engine;
  const of = async (holder: string, name: string): Promise<readonly Named[]> => {
    const association = model.entities.has(entity) ? associationOf(model, holder, entity) : undefined;
    if (!association) return [];
    return engine.database.query<Named>(
      `select h.${ident(`${holder}id`)} as id, coalesce(h.${ident(name)}, '') as name
       from ${qualified(schema, association.table)} a
       join ${qualified(schema, entity)} r on r.${ident(`${entity}id`)} = a.${ident(association.right)}
       join ${qualified(schema, holder)} h on h.${ident(`${holder}id`)} = a.${ident(association.left)}
       where r.document = $1 order by 2, 1 limit 100`,
      [document],
    );
  };
  return { users: await of('systemuser', 'fullname'), teams: await of('team', 'name') };
}

/** Document id → how many users and teams hold it, and its row's id. */
export async function countAllHolders(
  engine: Engine,
  entity: string,
): Promise<ReadonlyMap<string, { readonly row: string; readonly users: number; readonly teams: number }>> {
  const { schema, model } = engine;
  if (!model.entities.has(entity)) return new Map();
  const count = (holder: string): string => {
    const association = associationOf(model, holder, entity);
    return association
      ? `(select count(*)::int from ${qualified(schema, association.table)} a where a.${ident(association.right)} = r.${ident(`${entity}id`)})`
      : '0';
  };
  const rows = await engine.database.query<{ document: string; row: string; users: number; teams: number }>(
    `select r.document, r.${ident(`${entity}id`)} as row, ${count('systemuser')} as users, ${count('team')} as teams
     from ${qualified(schema, entity)} r order by r.${ident(`${entity}id`)} desc`,
  );
  return new Map(rows.map(({ document, ...more }) => [document, more]));
}

/** Where a depth comes from. */
export interface GrantSource {
  readonly role: string;
  /** Id of the team that lends the role; absent: the user's own. */
  readonly team?: string;
  readonly depth: Depth;
  readonly when?: string;
}

export interface DenySource {
  readonly role: string;
  readonly id: string;
  readonly title?: string;
  readonly when?: string;
}

export interface EffectiveCell {
  /** The widest. */
  readonly depth: Depth;
  readonly sources: readonly GrantSource[];
  readonly denies?: readonly DenySource[];
}

export interface EffectiveRights {
  /** Entity → privilege → what is granted; left out where nothing is. */
  readonly entities: Readonly<Record<string, Readonly<Partial<Record<Privilege, EffectiveCell>>>>>;
  /** Right → the roles that grant it. */
  readonly rights: Readonly<Record<string, readonly string[]>>;
  readonly administrator: boolean;
}

/** Undefined: no such user, or a disabled one, who may nothing. */
export async function readEffectiveRights(engine: Engine, userId: string): Promise<EffectiveRights | undefined> {
  const { model } = engine;
  const principal = await readPrincipal(engine.database, engine.schema, model, userId);
  if (!principal) return undefined;
  const administrator = principal.roles.includes(administratorRole);
  const held = heldRoles(principal);
  const entities: Record<string, Partial<Record<Privilege, EffectiveCell>>> = {};
  for (const entity of model.entities.keys()) {
    for (const privilege of privileges) {
      const sources = held.flatMap(({ role, team }): readonly GrantSource[] => {
        const { depth, when } = grantOf(model, role, entity, privilege);
        if (depth === 'none') return [];
        return [{ role, depth, ...(team !== undefined && { team }), ...(when !== undefined && { when }) }];
      });
      if (sources.length === 0) continue;
      const denies = administrator ? [] : deniesOf(model, principal.roles, entity, privilege);
      const depth = sources.map((one) => one.depth).reduce((a, b) => (depths.indexOf(a) < depths.indexOf(b) ? b : a));
      (entities[entity] ??= {})[privilege] = { depth, sources, ...(denies.length > 0 && { denies }) };
    }
  }
  const rights: Record<string, string[]> = {};
  for (const role of principal.roles) {
    const listed = roleDocument(model, role)?.['rights'];
    for (const right of Array.isArray(listed) ? (listed as readonly unknown[]) : [])
      (rights[String(right)] ??= []).push(role);
  }
  return { entities, rights, administrator };
}

function deniesOf(model: Model, roles: readonly string[], entity: string, privilege: Privilege): readonly DenySource[] {
  return roles.flatMap((role) => {
    const rules = roleDocument(model, role)?.['deny'];
    return (Array.isArray(rules) ? (rules as readonly Readonly<Record<string, unknown>>[]) : []).flatMap(
      ({ id, title, entity: about, privileges: denied, when }): readonly DenySource[] => {
        if (about !== '*' && about !== entity) return [];
        if (Array.isArray(denied) && !denied.includes(privilege)) return [];
        return [
          {
            role,
            id: String(id),
            ...(typeof title === 'string' && { title }),
            ...(typeof when === 'string' && { when }),
          },
        ];
      },
    );
  });
}
