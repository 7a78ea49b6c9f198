// Who may change who may what. Every write of users, teams, units, roles and field profiles, and every link among them, passes
// here whatever path it comes by: it takes the right `manage-users`, nobody gives, takes or touches more than they have
// themselves, nobody but an administrator changes their own rights, and somebody is always left to administer.
import { ident, qualified } from '../../db/identifier.ts';
import type { Executor } from '../../db/sql.ts';
import type { Call } from '../../engine.ts';
import type { Entity, Model } from '../../model/model.ts';
import { administratorRole, requireRight } from '../access.ts';
import { associationOf } from '../association.ts';
import { exceedingProfile, exceedingRole, isAdministrator } from './coverage.ts';
import { refuse } from '../errors.ts';
import { heldRoles } from '../principal.ts';
import { ROOT_UNIT_ID } from '../system-principal.ts';

export interface GuardedWrite {
  readonly message: string;
  readonly entity: Entity;
  readonly id: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** Checked inside the write's transaction, before it; what it answers is checked after it, before the commit. */
export type Guard = (inside: Call) => Promise<(() => Promise<void>) | undefined>;

const PROFILE = 'fieldsecurityprofile';
const holders: ReadonlySet<string> = new Set(['systemuser', 'team']);
const assignable: ReadonlySet<string> = new Set(['role', 'team', PROFILE]);
/** What of a user decides rights, or who signs in as it. */
const decisive = ['isdisabled', 'businessunitid', 'parentsystemuserid', 'internalemailaddress'];

/** Undefined for the many writes that decide nothing about rights. */
export function guardOf(call: Call, write: GuardedWrite): Guard | undefined {
  const { message, entity, id, values } = write;
  const { name } = entity;
  if (message === 'associate' || message === 'disassociate') return guardLink(call, write);
  switch (name) {
    case 'systemuser':
      if (message === 'delete') return (inside) => keepAdministrator(inside, () => touchUser(inside, id));
      return message === 'update' && decisive.some((field) => field in values)
        ? (inside) => changeUser(inside, id, values)
        : undefined;
    case 'team':
      if (message === 'delete') return (inside) => keepAdministrator(inside, () => touchTeam(inside, id));
      return message === 'update' && 'businessunitid' in values
        ? async (inside) => void (await touchTeam(inside, id, text(values['businessunitid'])))
        : undefined;
    case 'businessunit':
      if (message === 'delete' || (message === 'update' && 'parentbusinessunitid' in values))
        return async (inside) => void (await moveUnit(inside, write));
      return undefined;
    case 'role':
    case PROFILE:
      return async (inside) => void (await changeDocument(inside, write));
    default:
      return undefined;
  }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value.toLowerCase() : undefined;
}

function manage(call: Call): void {
  requireRight(call.principal, call.engine.model, 'manage-users');
  if (call.principal.within) throw refuse('ON_BEHALF_RIGHTS');
}

function db(call: Call): Executor {
  return call.executor ?? call.engine.database;
}

function allow(exceeding: readonly string[]): void {
  if (exceeding.length === 0) return;
  const shown = exceeding.slice(0, 3).join('; ');
  const what = exceeding.length > 3 ? `${shown} and ${exceeding.length - 3} more` : shown;
  const details = exceeding
    .slice(0, 50)
    .map((one) => ({ code: 'RIGHTS_EXCEEDED', target: one, message: `You do not have ${one} yourself.` }));
  throw refuse('RIGHTS_EXCEEDED', { what }, { details });
}

function guardLink(call: Call, write: GuardedWrite): Guard | undefined {
  const relation = call.engine.model.relations.get(String(write.values['relation']));
  if (relation?.kind !== 'many-to-many') return undefined;
  const other = relation.first === write.entity.name ? relation.second : relation.first;
  const target = String(write.values['target']);
  const ends: readonly (readonly [string, string])[] = [
    [write.entity.name, write.id],
    [other, target],
  ];
  const holder = ends.find(([name]) => name === 'systemuser') ?? ends.find(([name]) => holders.has(name));
  const given = ends.find((end) => end !== holder && assignable.has(end[0]));
  if (!holder || !given) return undefined;
  const check = async (inside: Call): Promise<void> => {
    manage(inside);
    if (isAdministrator(inside.principal)) return;
    refuseOwn(inside, holder, given);
    await allowLink(inside, holder, given);
  };
  return write.message === 'associate'
    ? async (inside) => void (await check(inside))
    : (inside) => keepAdministrator(inside, () => check(inside));
}

function refuseOwn(call: Call, [holder, id]: readonly [string, string], [given]: readonly [string, string]): void {
  const { userId, teamIds } = call.principal;
  if (holder === 'systemuser' ? id === userId : teamIds.includes(id)) {
    throw refuse('OWN_RIGHTS', { what: holder === 'systemuser' ? `your ${given}s` : `${given}s of a team of yours` });
  }
}

async function allowLink(
  call: Call,
  [holder, holderId]: readonly [string, string],
  [given, givenId]: readonly [string, string],
): Promise<void> {
  const { principal, engine } = call;
  if (given === 'team') {
    await allowTeam(call, givenId);
    return;
  }
  const document = await documentOf(call, given, givenId);
  if (document === undefined) return;
  if (given === 'role') {
    const unit = await unitOf(call, holder, holderId);
    allow(exceedingRole(principal, engine.model, document, unit === undefined ? undefined : [unit]));
  } else allow(exceedingProfile(principal, engine.model, engine.model.profiles.get(document) ?? {}));
}

async function unitOf(call: Call, entity: string, id: string): Promise<string | undefined> {
  const [row] = await db(call).query<{ unit: string | null }>(
    `select businessunitid as unit from ${qualified(call.engine.schema, entity)} where ${ident(`${entity}id`)} = $1::uuid`,
    [id],
  );
  return row?.unit ?? undefined;
}

async function documentOf(call: Call, entity: string, id: string): Promise<string | undefined> {
  const [row] = await db(call).query<{ document: string }>(
    `select document from ${qualified(call.engine.schema, entity)} where ${ident(`${entity}id`)} = $1::uuid`,
    [id],
  );
  return row?.document;
}

/** Ids or documents that are linked with a row: `role` documents of a team, ids of a user's teams. */
async function linkedWith(
  call: Call,
  holder: string,
  id: string,
  other: string,
  column: string,
): Promise<readonly string[]> {
  const { schema, model } = call.engine;
  const association = model.entities.has(other) ? associationOf(model, holder, other) : undefined;
  if (!association) return [];
  const rows = await db(call).query<{ value: string }>(
    `select o.${ident(column)}::text as value from ${qualified(schema, association.table)} a
     join ${qualified(schema, other)} o on o.${ident(`${other}id`)} = a.${ident(association.right)}
     where a.${ident(association.left)} = $1::uuid order by 1`,
    [id],
  );
  return rows.map(({ value }) => value);
}

/** What a holder has directly lies within what the caller has. */
async function allowHolder(call: Call, holder: string, id: string, unit: string | undefined): Promise<void> {
  const { principal, engine } = call;
  const roles = await linkedWith(call, holder, id, 'role', 'document');
  const profiles = await linkedWith(call, holder, id, PROFILE, 'document');
  allow([
    ...roles.flatMap((role) => exceedingRole(principal, engine.model, role, unit === undefined ? undefined : [unit])),
    ...profiles.flatMap((one) => exceedingProfile(principal, engine.model, engine.model.profiles.get(one) ?? {})),
  ]);
}

async function allowTeam(call: Call, id: string, unit?: string): Promise<void> {
  await allowHolder(call, 'team', id, unit ?? (await unitOf(call, 'team', id)));
}

/**
 * Throws RIGHT_MISSING, OWN_RIGHTS or RIGHTS_EXCEEDED unless the caller may decide about this person: their sign-in, their
 * unit, their being there at all. `unit`: where the person will be.
 */
export async function touchUser(call: Call, id: string, unit?: string): Promise<void> {
  manage(call);
  if (isAdministrator(call.principal)) return;
  if (id === call.principal.userId) throw refuse('OWN_RIGHTS', { what: 'your user' });
  await allowHolder(call, 'systemuser', id, unit ?? (await unitOf(call, 'systemuser', id)));
  for (const team of await linkedWith(call, 'systemuser', id, 'team', 'teamid')) await allowTeam(call, team);
}

async function touchTeam(call: Call, id: string, unit?: string): Promise<void> {
  if (isAdministrator(call.principal)) return;
  const roles = await linkedWith(call, 'team', id, 'role', 'document');
  const profiles = await linkedWith(call, 'team', id, PROFILE, 'document');
  // A team without roles decides nothing by itself: the privilege on teams suffices.
  if (roles.length + profiles.length === 0) return;
  manage(call);
  if (call.principal.teamIds.includes(id)) throw refuse('OWN_RIGHTS', { what: 'a team of yours' });
  await allowTeam(call, id, unit);
}

async function changeUser(
  call: Call,
  id: string,
  values: Readonly<Record<string, unknown>>,
): Promise<(() => Promise<void>) | undefined> {
  const fields = decisive.filter(
    (field) => field in values && call.engine.model.entities.get('systemuser')?.fields.has(field),
  );
  const [row] = await db(call).query<Record<string, unknown>>(
    `select ${fields.map(ident).join(', ')} from ${qualified(call.engine.schema, 'systemuser')}
     where systemuserid = $1::uuid for no key update`,
    [id],
  );
  if (!row) return undefined;
  const changed = fields.filter((field) => plain(row[field]) !== plain(values[field]));
  if (changed.length === 0) return undefined;
  await touchUser(call, id);
  if (!isAdministrator(call.principal)) {
    const unit = text(values['businessunitid']);
    if (changed.includes('businessunitid') && unit !== undefined) await touchUser(call, id, unit);
    if (changed.includes('parentsystemuserid') && text(values['parentsystemuserid']) === call.principal.userId)
      throw refuse('OWN_RIGHTS', { what: 'who reports to you' });
  }
  return changed.includes('isdisabled') ? keepAdministrator(call, async () => undefined) : undefined;
}

function plain(value: unknown): string {
  return value === null || value === undefined || value === false ? '' : String(value).toLowerCase();
}

async function moveUnit(call: Call, { message, id, values }: GuardedWrite): Promise<void> {
  const parent = text(values['parentbusinessunitid']);
  if (id === ROOT_UNIT_ID && (message === 'delete' || parent !== undefined)) throw refuse('ROOT_UNIT');
  manage(call);
  if (isAdministrator(call.principal) || message === 'delete' || parent === undefined) return;
  const reach = new Set(heldRoles(call.principal).flatMap(({ unit, below }) => [unit, ...below]));
  if (reach.has(parent) && !reach.has(id)) throw refuse('OWN_RIGHTS', { what: 'which units lie below yours' });
}

/** Rows that name a role or profile document. */
async function changeDocument(call: Call, { message, entity, id, values }: GuardedWrite): Promise<void> {
  manage(call);
  const { principal, engine } = call;
  const before = message === 'create' ? undefined : await documentOf(call, entity.name, id);
  const after = typeof values['document'] === 'string' ? values['document'] : undefined;
  const moved = message === 'delete' || (message === 'update' && after !== undefined && after !== before);
  if (entity.name === 'role' && before === administratorRole && moved)
    throw refuse('ROLE_PROTECTED', { role: administratorRole });
  if (isAdministrator(principal) || !moved) return;
  for (const document of [before, after]) {
    if (document === undefined) continue;
    allow(
      entity.name === 'role'
        ? exceedingRole(principal, engine.model, document, undefined)
        : exceedingProfile(principal, engine.model, engine.model.profiles.get(document) ?? {}),
    );
  }
}

/**
 * Runs `check`, and answers what must hold after the write: that an administrator is left if there was one. A lock that lasts
 * until the commit lets two administrators who take the role from each other not both succeed.
 */
async function keepAdministrator(call: Call, check: () => Promise<void>): Promise<(() => Promise<void>) | undefined> {
  await check();
  await db(call).query('select pg_advisory_xact_lock(hashtextextended($1::text, 0))', [
    `${call.engine.schema} administrators`,
  ]);
  if (!(await hasAdministrator(db(call), call.engine.schema, call.engine.model))) return undefined;
  return async () => {
    if (!(await hasAdministrator(db(call), call.engine.schema, call.engine.model))) throw refuse('LAST_ADMINISTRATOR');
  };
}

/** True when an enabled user who can sign in holds the administrators' role, by themselves or through a team. */
async function hasAdministrator(executor: Executor, schema: string, model: Model): Promise<boolean> {
  const [own, lent, member] = [
    associationOf(model, 'systemuser', 'role'),
    associationOf(model, 'team', 'role'),
    associationOf(model, 'systemuser', 'team'),
  ];
  if (!own || !lent || !member) return false;
  const [known] = await executor.query<{ present: boolean }>(
    `select to_regclass('peyvand_auth."user"') is not null as present`,
  );
  const signsIn = known?.present
    ? 'and exists (select from peyvand_auth."user" s where s.id = u.systemuserid::text)'
    : '';
  const [row] = await executor.query<{ found: boolean }>(
    `select exists (
       select from ${qualified(schema, 'systemuser')} u
       where u.isdisabled is not true ${signsIn} and exists (
         select from ${qualified(schema, 'role')} r where r.document = $1 and (
           exists (select from ${qualified(schema, own.table)} a
                   where a.${ident(own.left)} = u.systemuserid and a.${ident(own.right)} = r.roleid)
           or exists (select from ${qualified(schema, lent.table)} t
                      join ${qualified(schema, 'team')} w on w.teamid = t.${ident(lent.left)} and w.teamtype is distinct from 1
                      join ${qualified(schema, member.table)} m on m.${ident(member.right)} = w.teamid
                      where m.${ident(member.left)} = u.systemuserid and t.${ident(lent.right)} = r.roleid)))) as found`,
    [administratorRole],
  );
  return row?.found === true;
}
