// userId → Principal: unit, teams, roles and settings of a user, read once and held until a row they come from changes.
// Triggers made by bootstrap.ts announce such changes, so every path of writing and every server process is covered.
import { ident, qualified } from '../db/identifier.ts';
import type { Database, Executor } from '../db/sql.ts';
import type { Model } from '../model/model.ts';
import { associationOf } from './association.ts';
import { AUTH_CHANNEL } from './sign-in/auth-tables.ts';
import type { Principal, Reports } from './principal.ts';
import { readFiscalYear, readSettings, settingsSql, type SettingsRow } from './user-settings.ts';

/** Payload: the organization's schema. */
export const PRINCIPALS_CHANNEL = 'peyvand_principals';

/** The lookup of systemuser that says who a user reports to. */
const MANAGER = 'parentsystemuserid';

export interface PrincipalSource {
  /** Undefined: no such user, or a disabled one. */
  resolve(userId: string): Promise<Principal | undefined>;
  /** Calls back with a user's id, or '' for everyone, when what is held may be out of date. */
  onChange(callback: (userId: string) => void): () => void;
  close(): Promise<void>;
}

export interface PrincipalSourceOptions {
  readonly database: Database;
  readonly schema: string;
  model(): Model;
}

/** Ids of `to` that are linked with the `from` that `where` names. */
function linked(schema: string, model: Model, from: string, to: string, where: string): string {
  const association = associationOf(model, from, to);
  if (!association) return 'select null::uuid where false';
  const table = qualified(schema, association.table);
  return `select ${ident(association.right)} from ${table} where ${ident(association.left)} ${where}`;
}

interface Held {
  readonly role: string;
  readonly unit: string | null;
  readonly team: string | null;
}

interface UserRow extends SettingsRow {
  readonly unit: string | null;
  readonly teams: readonly string[];
  /** JSON of `Held[]`. */
  readonly held: string;
  readonly profiles: readonly string[];
}

/** Reads a principal afresh; undefined for no such user or a disabled one. */
export async function readPrincipal(
  executor: Executor,
  schema: string,
  model: Model,
  userId: string,
): Promise<Principal | undefined> {
  const table = (name: string): string => qualified(schema, name);
  const teams = linked(schema, model, 'systemuser', 'team', '= $1');
  const own = linked(schema, model, 'systemuser', 'role', '= $1');
  const lent = linked(schema, model, 'team', 'role', '= t.teamid');
  const profiles = model.entities.has('fieldsecurityprofile')
    ? `array(select p.document from ${table('fieldsecurityprofile')} p where p.fieldsecurityprofileid in
        (${linked(schema, model, 'systemuser', 'fieldsecurityprofile', '= $1')}
         union ${linked(schema, model, 'team', 'fieldsecurityprofile', `in (${teams})`)}))`
    : `'{}'::text[]`;
  const settings = settingsSql(schema);
  const [row] = await executor.query<UserRow>(
    `select u.businessunitid as unit, ${settings.columns}, array(${teams})::text[] as teams,
       (select coalesce(json_agg(h), '[]')::text from (
          select r.document as role, u.businessunitid as unit, null::uuid as team from ${table('role')} r where r.roleid in (${own})
          union all
          select r.document, t.businessunitid, t.teamid from ${table('team')} t join ${table('role')} r on r.roleid in (${lent})
            where t.teamid in (${teams}) and t.teamtype is distinct from 1) h) as held,
       ${profiles} as profiles
     from ${table('systemuser')} u ${settings.join} where u.systemuserid = $1 and u.isdisabled is not true`,
    [userId],
  );
  if (!row) return undefined;
  const { language, calendar, timeZone } = readSettings(row);
  const roles = JSON.parse(row.held) as readonly Held[];
  const below = await unitsBelow(executor, schema, [row.unit, ...roles.map(({ unit }) => unit)]);
  const held = roles.map(({ role, unit, team }) =>
    Object.freeze({ role, unit: unit ?? '', below: below.get(unit ?? '') ?? [], ...(team !== null && { team }) }),
  );
  const reports = await readReports(executor, schema, model, userId, below.get(row.unit ?? '') ?? []);
  return Object.freeze({
    userId,
    businessUnitId: row.unit ?? '',
    teamIds: Object.freeze([...row.teams]),
    roles: Object.freeze([...new Set(held.map(({ role }) => role))].toSorted()),
    held: Object.freeze(held),
    profiles: Object.freeze([...row.profiles].toSorted()),
    ...(reports && { reports }),
    language,
    calendar,
    timeZone,
    fiscalYear: readFiscalYear(row),
  });
}

/** Each unit with all below it, itself first. */
async function unitsBelow(
  executor: Executor,
  schema: string,
  units: readonly (string | null)[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const roots = [...new Set(units.filter((unit) => unit !== null))];
  if (roots.length === 0) return new Map();
  const rows = await executor.query<{ root: string; unit: string }>(
    `with recursive tree(root, unit) as (
       select businessunitid, businessunitid from ${qualified(schema, 'businessunit')} where businessunitid = any($1::text[]::uuid[])
       union select t.root, b.businessunitid from tree t join ${qualified(schema, 'businessunit')} b on b.parentbusinessunitid = t.unit)
     select root, unit from tree`,
    [roots],
  );
  const below = new Map<string, string[]>();
  for (const { root, unit } of rows) {
    const list = below.get(root);
    if (list) list.push(unit);
    else below.set(root, [unit]);
  }
  return below;
}

/** Levels that are ever looked down, whatever the organization says. */
const DEEPEST = 20;

/** Who reports to the user, as deep as the organization lets managers look; undefined: it does not, or nobody does. */
async function readReports(
  executor: Executor,
  schema: string,
  model: Model,
  userId: string,
  units: readonly string[],
): Promise<Reports | undefined> {
  const organization = model.entities.get('organization');
  if (!organization?.fields.has('hierarchydepth') || !model.entities.get('systemuser')?.fields.has(MANAGER))
    return undefined;
  const [settings] = await executor.query<{ depth: number | null; bound: boolean }>(
    `select hierarchydepth as depth, managersinsameunit is not false as bound from ${qualified(schema, 'organization')} limit 1`,
  );
  const depth = Math.min(settings?.depth ?? 0, DEEPEST);
  if (depth < 1) return undefined;
  const teams = linked(schema, model, 'systemuser', 'team', '= r.id');
  const rows = await executor.query<{ id: string; level: number; teams: readonly string[] }>(
    `with recursive reports(id, unit, level) as (
       select u.systemuserid, u.businessunitid, 1 from ${qualified(schema, 'systemuser')} u where u.${MANAGER} = $1
       union select u.systemuserid, u.businessunitid, r.level + 1 from reports r
         join ${qualified(schema, 'systemuser')} u on u.${MANAGER} = r.id where r.level < $2)
     select r.id, min(r.level) as level,
       array(select t.teamid from ${qualified(schema, 'team')} t where t.teamid in (${teams}) and t.teamtype is distinct from 1)::text[] as teams
     from reports r where r.id <> $1 and ($3::boolean is false or r.unit = any($4::text[]::uuid[])) group by r.id`,
    [userId, depth, settings?.bound ?? true, [...units]],
  );
  if (rows.length === 0) return undefined;
  const idsAt = (isAt: (level: number) => boolean): readonly string[] => [
    ...new Set(rows.filter(({ level }) => isAt(level)).flatMap((row) => [row.id, ...row.teams])),
  ];
  const direct = idsAt((level) => level === 1);
  return Object.freeze({ direct: Object.freeze(direct), far: Object.freeze(idsAt((level) => level > 1)) });
}

/** Holds principals in memory; listens for what changes them. */
export async function createPrincipalSource(options: PrincipalSourceOptions): Promise<PrincipalSource> {
  const { database, schema, model } = options;
  const held = new Map<string, Promise<Principal | undefined>>();
  const callbacks = new Set<(userId: string) => void>();
  const forget = (userId: string) => {
    if (userId === '') held.clear();
    else held.delete(userId);
    for (const callback of callbacks) callback(userId);
  };
  const stops = await Promise.all([
    database.listen(
      PRINCIPALS_CHANNEL,
      (payload) => {
        if (payload === schema) forget('');
      },
      () => forget(''),
    ),
    database.listen(AUTH_CHANNEL, forget, () => forget('')),
  ]);
  return {
    resolve(userId) {
      let principal = held.get(userId);
      if (!principal) {
        principal = readPrincipal(database, schema, model(), userId);
        held.set(userId, principal);
        // What failed, or found nobody, is asked again next time.
        principal.then(
          (found) => found ?? held.delete(userId),
          () => held.delete(userId),
        );
      }
      return principal;
    },
    onChange(callback) {
      callbacks.add(callback);
      return () => callbacks.delete(callback);
    },
    async close() {
      await Promise.all(stops.map((stop) => stop()));
    },
  };
}
