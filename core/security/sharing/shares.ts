// Sharing: one row, with a user or a team, with some rights, perhaps for a time. Who shares needs the privilege to share on the
// row and every right that is passed on; a share widens only what a role of the receiver grants on the entity at all.
import { ident, qualified } from '../../db/identifier.ts';
import type { Call, Engine } from '../../engine.ts';
import type { Entity } from '../../model/model.ts';
import { refuseUnion } from '../../records/create-write.ts';
import { notFound } from '../../records/not-found.ts';
import { askedOf, askingOf, flagsOf, may, refuseRow, requireRow } from '../../records/row-rights.ts';
import { executorOf, transact } from '../../records/transact.ts';
import { SHARED_ITSELF } from '../../schema/system-tables.ts';
import type { Violation } from '../../sdk/index.ts';
import { mayI, privileges, requirePrivilege, shareRights, type Privilege } from '../access.ts';
import { associationOf } from '../association.ts';
import { refuse } from '../errors.ts';
import { isoText } from '../../db/iso-text.ts';
import type { Principal } from '../principal.ts';
import { readPrincipal } from '../principals.ts';
import { dropShares, putShare } from './share-rows.ts';
import { systemPrincipal } from '../system-principal.ts';
import { visibleNames } from '../explain/visible-names.ts';

export interface ShareInput {
  /** systemuserid or teamid. */
  readonly principal: string;
  readonly rights: readonly Privilege[];
  /** ISO 8601, in the future; null or missing: for ever. */
  readonly expiresAt?: string | null | undefined;
  readonly reason?: string | null | undefined;
  /** Beside the rights that the receiver has by an earlier share of the row; else instead of them. */
  readonly add?: boolean;
}

/** Somebody's name is missing where the asker may not read it. */
export interface Party {
  readonly id: string;
  readonly entity: 'systemuser' | 'team';
  readonly name?: string;
}

export interface Share {
  readonly principal: Party;
  readonly rights: readonly Privilege[];
  readonly expiresAt: string | null;
  readonly reason: string | null;
  readonly sharedAt: string;
  readonly sharedBy: Party | null;
  /** The row whose share was passed on to this one, by its id. */
  readonly source: string | null;
}

export interface Shared {
  readonly rights: readonly Privilege[];
  /** Rights that do nothing yet: no role of the receiver grants them on the entity. */
  readonly ineffective: readonly Privilege[];
}

/** Privileges that can be shared, in the order of `privileges`. */
export const shareable: readonly Privilege[] = privileges.filter((privilege) => shareRights[privilege] !== undefined);

const REASON_LIMIT = 400;
/** Members of a team that are asked what they may at all. */
const MEMBERS = 50;

function bitsOf(rights: readonly Privilege[]): number {
  return rights.reduce((bits, right) => bits | (shareRights[right] ?? 0), 0);
}

export function rightsOf(bits: number): readonly Privilege[] {
  return shareable.filter((privilege) => (bits & (shareRights[privilege] ?? 0)) !== 0);
}

/**
 * Throws SHARE_INVALID (400) with everything wrong, SHARE_UNOWNED (400), SHARE_PRINCIPAL_UNKNOWN (404), RECORD_NOT_FOUND (404),
 * ROW_PRIVILEGE_MISSING (403) for the first right that is not the caller's own on the row.
 */
export async function share(call: Call, entity: Entity, id: string, input: ShareInput): Promise<Shared> {
  const { model } = call.engine;
  const expiresAt = readInput(input);
  requireShareable(entity);
  for (const privilege of ['share', ...input.rights] as const) {
    requirePrivilege(call.principal, model, privilege, entity.name);
  }
  return transact(call, entity, async (inside) => {
    const asking = askingOf(inside, entity.name, shareable);
    // The row stays locked, so that nobody gives it away meanwhile.
    const flags = await flagsOf(inside, entity, id, asking.flags, true);
    if (!flags) throw notFound(entity, { id });
    // Before a word about who there is to share with.
    const require = (rights: readonly Privilege[]) => {
      const required = asking.required.filter((privilege) => privilege === 'share' || rights.includes(privilege));
      refuseRow(entity, id, { ...asking, required }, flags);
    };
    require(input.rights);
    const type = await kindOf(inside, input.principal);
    const rights = input.add === true ? await joined(inside, entity, id, input) : input.rights;
    // A new time holds for the earlier rights too, so they are passed on like the others.
    require(rights);
    await putShare(inside, entity, id, {
      principal: input.principal,
      type,
      rights: bitsOf(rights),
      privileges: rights,
      expiresAt,
      reason: input.reason ?? null,
    });
    return { rights, ineffective: await ineffectiveRights(inside, entity, input.principal, type, rights) };
  });
}

/** Ends what was shared with somebody, also what was passed on to or from this row. Nothing shared: nothing changes. */
export async function unshare(call: Call, entity: Entity, id: string, principal: string): Promise<void> {
  requireShareable(entity);
  requirePrivilege(call.principal, call.engine.model, 'share', entity.name);
  await transact(call, entity, async (inside) => {
    const asking = askingOf(inside, entity.name, ['share']);
    const flags = await flagsOf(inside, entity, id, asking.flags, true);
    if (!flags) throw notFound(entity, { id });
    refuseRow(entity, id, asking, flags);
    await dropShares(inside, {
      where: (parameters) =>
        `s."principal" = ${parameters.use(':principal', 'uuid')} and (s."source" = ${parameters.use(':id', 'uuid')} or (s."record" = ${parameters.use(':id', 'uuid')} and s."entity" = ${parameters.use(':of', 'text')}))`,
      values: new Map([
        [':principal', principal],
        [':id', id],
        [':of', entity.name],
      ]),
    });
  });
}

/** Shares of the row that are in force, for who may read it. Throws RECORD_NOT_FOUND, ROW_PRIVILEGE_MISSING. */
export async function sharesOf(call: Call, entity: Entity, id: string): Promise<readonly Share[]> {
  requireShareable(entity);
  requirePrivilege(call.principal, call.engine.model, 'read', entity.name);
  await requireRow(call, entity, id, ['read']);
  const executor = executorOf(call);
  const rows = await executor.query<{
    principal: string;
    type: string;
    rights: number;
    expires: string | null;
    reason: string | null;
    at: string;
    by: string | null;
    source: string | null;
  }>(
    `select s."principal" as principal, s."principal_type" as type, s."rights" as rights, ${isoText('expires_at', 's')} as expires,
       s."reason" as reason, ${isoText('shared_at', 's')} as at, s."shared_by" as by, nullif(s."source", $3::uuid) as source
     from ${qualified(call.engine.schema, '_share')} s
     where s."entity" = $1::text and s."record" = $2::uuid and (s."expires_at" is null or s."expires_at" > now())
     order by s."shared_at", s."principal", s."source"`,
    [entity.name, id, SHARED_ITSELF],
  );
  const kind = (type: string) => (type === 'team' ? 'team' : 'systemuser');
  const of = (entityName: 'systemuser' | 'team') =>
    rows.filter(({ type }) => kind(type) === entityName).map(({ principal }) => principal);
  const users = await visibleNames(call, 'systemuser', [...of('systemuser'), ...rows.flatMap(({ by }) => by ?? [])]);
  const teams = await visibleNames(call, 'team', of('team'));
  const party = (partyId: string, entityName: 'systemuser' | 'team'): Party => {
    const name = (entityName === 'team' ? teams : users).get(partyId);
    return { id: partyId, entity: entityName, ...(name !== undefined && { name }) };
  };
  return rows.map((row) => ({
    principal: party(row.principal, kind(row.type)),
    rights: rightsOf(row.rights),
    expiresAt: row.expires,
    reason: row.reason,
    sharedAt: row.at,
    sharedBy: row.by === null ? null : party(row.by, 'systemuser'),
    source: row.source,
  }));
}

/** The privileges that a principal has on a row; none where it may not know of it. */
export async function privilegesOn(call: Call, entity: Entity, id: string): Promise<readonly Privilege[]> {
  const asking = askingOf(call, entity.name, shareable);
  const flags = await flagsOf(call, entity, id, asking.flags, false);
  if (!flags) return [];
  return shareable.filter((privilege) => !asking.required.includes(privilege) || flags[may(privilege)] === true);
}

/** Takes shares away whose time is over. How many. */
export function sweepShares(engine: Engine): Promise<number> {
  const call: Call = { engine, principal: systemPrincipal, origin: { via: 'system' } };
  return engine.database.transaction((executor) =>
    dropShares({ ...call, executor }, { where: () => `s."expires_at" <= now()`, values: new Map() }),
  );
}

function requireShareable(entity: Entity): void {
  refuseUnion(entity);
  if (entity.ownership !== 'user') throw refuse('SHARE_UNOWNED', { entity: entity.name });
}

function readInput({ rights, expiresAt, reason }: ShareInput): string | null {
  const details: Violation[] = [];
  if (rights.length === 0) {
    const message = `Say what is shared: some of ${shareable.join(', ')}. To share nothing any more, end the share.`;
    details.push({ code: 'RIGHTS_MISSING', target: 'rights', message });
  }
  if (rights.some((right) => !shareable.includes(right))) {
    const message = `Rights that can be shared are ${shareable.join(', ')}.`;
    details.push({ code: 'RIGHT_UNKNOWN', target: 'rights', message });
  }
  const time = expiresAt === undefined || expiresAt === null ? null : new Date(expiresAt);
  const isOver = time !== null && !(time.getTime() > Date.now());
  if (isOver || (time && time.getUTCFullYear() > 9999)) {
    const message = 'expiresAt is a moment in the future, like 2030-12-31T18:00:00Z, or null for no end.';
    details.push({ code: 'EXPIRY_INVALID', target: 'expiresAt', message });
  }
  if (typeof reason === 'string' && (reason.length > REASON_LIMIT || reason.includes('\0') || !reason.isWellFormed())) {
    const message = `A reason is text of at most ${REASON_LIMIT} characters.`;
    details.push({ code: 'REASON_INVALID', target: 'reason', message });
  }
  const [first] = details;
  if (first) throw refuse('SHARE_INVALID', { count: details.length, first: first.message }, { details });
  return time === null ? null : time.toISOString();
}

/** What the receiver has by an earlier share that is in force, together with the new rights. */
async function joined(call: Call, entity: Entity, id: string, input: ShareInput): Promise<readonly Privilege[]> {
  const [row] = await executorOf(call).query<{ rights: number }>(
    `select "rights" as rights from ${qualified(call.engine.schema, '_share')} where "entity" = $1::text and "record" = $2::uuid
       and "principal" = $3::uuid and "source" = $4::uuid and ("expires_at" is null or "expires_at" > now())`,
    [entity.name, id, input.principal, SHARED_ITSELF],
  );
  return rightsOf(bitsOf(input.rights) | (row?.rights ?? 0));
}

/** Whether it is a user or a team that the caller may know of. Throws SHARE_PRINCIPAL_UNKNOWN. */
async function kindOf(call: Call, principal: string): Promise<'systemuser' | 'team'> {
  const { model } = call.engine;
  for (const name of ['systemuser', 'team'] as const) {
    const entity = model.entities.get(name);
    if (!entity || !mayI(call.principal, model, 'read', name)) continue;
    const flags = await flagsOf(call, entity, principal, askedOf(call, name, ['read']), false);
    if (flags && flags[may('read')] !== false) return name;
  }
  throw refuse('SHARE_PRINCIPAL_UNKNOWN', { principal });
}

async function ineffectiveRights(
  call: Call,
  entity: Entity,
  principal: string,
  type: 'systemuser' | 'team',
  rights: readonly Privilege[],
): Promise<readonly Privilege[]> {
  const { model } = call.engine;
  const receivers: Principal[] = [];
  for (const user of type === 'systemuser' ? [principal] : await membersOf(call, principal)) {
    const read = await readPrincipal(executorOf(call), call.engine.schema, model, user);
    if (read) receivers.push(read);
  }
  return rights.filter((right) => !receivers.some((receiver) => mayI(receiver, model, right, entity.name)));
}

async function membersOf(call: Call, team: string): Promise<readonly string[]> {
  const { model, schema } = call.engine;
  const members = associationOf(model, 'team', 'systemuser');
  if (!members) return [];
  const rows = await executorOf(call).query<{ id: string }>(
    `select ${ident(members.right)} as id from ${qualified(schema, members.table)} where ${ident(members.left)} = $1::uuid order by 1 limit ${MEMBERS}`,
    [team],
  );
  return rows.map(({ id }) => id);
}
