// userId → Principal: unit, teams, roles and settings of a user, read once and held until a row they come from changes.
// Triggers made by bootstrap.ts announce such changes, so every path of writing and every server process is covered.
import { ident, qualified } from '../db/identifier.ts';
import type { Database, Executor } from '../db/sql.ts';
import type { Model } from '../model/model.ts';
import { associationOf } from './association.ts';
import { AUTH_CHANNEL } from './auth-tables.ts';
import type { Principal } from './principal.ts';
import { readSettings, settingsSql, type SettingsRow } from './user-settings.ts';

/** Payload: the organization's schema. */
export const PRINCIPALS_CHANNEL = 'peyvand_principals';

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

interface UserRow extends SettingsRow {
  readonly unit: string | null;
  readonly teams: readonly string[];
  readonly roles: readonly string[];
}

/** Reads a principal afresh; undefined for no such user or a disabled one. */
export async function readPrincipal(
  executor: Executor,
  schema: string,
  model: Model,
  userId: string,
): Promise<Principal | undefined> {
  const teams = linked(schema, model, 'systemuser', 'team', '= $1');
  const own = linked(schema, model, 'systemuser', 'role', '= $1');
  const lent = linked(schema, model, 'team', 'role', `in (${teams})`);
  const settings = settingsSql(schema);
  const [row] = await executor.query<UserRow>(
    `select u.businessunitid as unit, ${settings.columns}, array(${teams})::text[] as teams,
       array(select r.document from ${qualified(schema, 'role')} r where r.roleid in (${own} union ${lent})) as roles
     from ${qualified(schema, 'systemuser')} u ${settings.join}
     where u.systemuserid = $1 and u.isdisabled is not true`,
    [userId],
  );
  if (!row) return undefined;
  const { language, calendar, timeZone } = readSettings(row);
  return Object.freeze({
    userId,
    businessUnitId: row.unit ?? '',
    teamIds: Object.freeze([...row.teams]),
    roles: Object.freeze([...new Set(row.roles)].toSorted()),
    language,
    calendar,
    timeZone,
  });
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
