// "Why can I, why can't I?": the reasons that access.ts filters rows by, each asked of the one row in one statement, so that
// explaining cannot differ from deciding. Who may not read a row is told no more than about a row that is not there.
import type { Call } from '../../engine.ts';
import { defaultLanguage, translateField, translator } from '../../model/labels.ts';
import type { Entity, Field, Model } from '../../model/model.ts';
import { suggest } from '../../model/suggest.ts';
import type { Violation } from '../../sdk/index.ts';
import {
  accessTo,
  administratorRole,
  depths,
  hasRight,
  mayAll,
  mayI,
  privileges,
  requireRight,
  rowsFor,
  shareRights,
  type Depth,
  type Privilege,
  type Reason,
} from '../access.ts';
import { refuse } from '../errors.ts';
import { speechFor, type Speech } from './explain-texts.ts';
import { fieldAccess, type FieldAccess } from '../field-access.ts';
import { judgeRow, type Asked, type RowFacts, type ShareFact } from './judge-row.ts';
import { isKnowable } from './knowable.ts';
import { heldRoles, idsOf, type HeldRole, type Principal } from '../principal.ts';
import { readPrincipal } from '../principals.ts';
import { visibleNames } from './visible-names.ts';

export interface Question {
  /** Logical name. */
  readonly entity: string;
  /** A row's id; without it the question is about the entity: on which rows? */
  readonly record?: string | undefined;
  /** One of the eight; without it all are answered. */
  readonly privilege?: string | undefined;
  /** Logical name of a field. */
  readonly field?: string | undefined;
  /** systemuserid; without it the caller's own. Another's needs the right `manage-users`. */
  readonly user?: string | undefined;
  /** Of the sentences; without it the caller's. */
  readonly language?: string | undefined;
}

/** `name` is missing where the asker may not read it, and `id` with it. */
export interface Named {
  readonly id?: string;
  readonly name?: string;
}

export interface Because {
  /** `administrator`, `role`, `share`, `hierarchy`, `deny`, or what else core/security knows. */
  readonly kind: string;
  /** Whether it is so for the record. Missing: no record was asked about, or it is not told. */
  readonly holds?: boolean;
  readonly role?: string;
  readonly roleTitle?: string;
  readonly depth?: Depth;
  readonly when?: string;
  readonly via?: { readonly team: Named };
  readonly unit?: Named;
  readonly share?: {
    readonly principal: Named;
    readonly rights: readonly Privilege[];
    readonly expiresAt: string | null;
    readonly by: Named;
    readonly reason: string | null;
  };
  readonly hierarchy?: { readonly report: Named; readonly level: 'direct' | 'far' };
  readonly deny?: { readonly id: string; readonly title?: string; readonly when?: string };
  /** A sentence in the asker's language. */
  readonly text: string;
}

/** What would turn a "no" into a "yes". */
export interface Missing {
  readonly kind: 'role' | 'depth' | 'when' | 'share' | 'owner' | 'deny' | 'record' | 'union' | 'profile';
  readonly role?: string;
  readonly depth?: Depth;
  readonly right?: Privilege;
  /** Roles, or profiles, that would do; told to those who manage users. */
  readonly candidates?: readonly string[];
  readonly text: string;
}

export interface Verdict {
  readonly privilege: Privilege;
  readonly decision: 'yes' | 'no';
  /** Without a record: on which rows. */
  readonly rows?: 'all' | 'some' | 'none';
  readonly text: string;
  readonly because: readonly Because[];
  readonly missing: readonly Missing[];
  /** Of a union without a record: its members. */
  readonly members?: readonly (Verdict & { readonly entity: string })[];
}

export interface FieldVerdict {
  readonly name: string;
  readonly secured: boolean;
  readonly read: FieldAccess['read'];
  readonly create: boolean;
  readonly update: boolean;
  readonly profiles: readonly { readonly id: string; readonly title: string; readonly text: string }[];
  readonly text: string;
}

export interface Explanation {
  readonly entity: string;
  readonly title: string;
  /** Of a union's record: the entity that it is one of. */
  readonly member?: string;
  readonly record?: string;
  readonly user: Named;
  readonly self: boolean;
  readonly verdicts: readonly Verdict[];
  readonly field?: FieldVerdict;
}

const ID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;
/** Names that one sentence lists. */
const FEW = 5;

/**
 * Throws EXPLAIN_INVALID (400) with everything wrong with the question, RIGHT_MISSING (403), USER_UNKNOWN (404), and about
 * somebody else RECORD_UNREACHABLE (404) where the asker may not read the row.
 */
export async function explain(call: Call, question: Question): Promise<Explanation> {
  const { engine, principal: asker } = call;
  const { model } = engine;
  const { entity, field, asked } = readQuestion(model, question);
  const isSelf = question.user === undefined || question.user.toLowerCase() === asker.userId;
  if (!isSelf) requireRight(asker, model, 'manage-users');
  const subject = isSelf
    ? asker
    : await readPrincipal(call.executor ?? engine.database, engine.schema, model, question.user ?? '');
  if (!subject) throw refuse('USER_UNKNOWN', { user: question.user ?? '' });
  const record = question.record?.toLowerCase();
  const found = record === undefined ? undefined : await findRow(call, entity, record, subject, asked);
  if (record !== undefined && !found && !isSelf) throw refuse('RECORD_UNREACHABLE', { entity: entity.name, record });
  const names = await namesFor(call, subject, found?.facts);
  const language = question.language ?? asker.language;
  const teller = createTeller({ model, asker, subject, isSelf, names, language });
  const about = found?.entity ?? entity;
  const fieldVerdict = field && teller.field(field);
  const verdicts = asked.map((privilege, index) => {
    const verdict =
      record === undefined
        ? teller.generally(entity, privilege)
        : found
          ? teller.particularly(about, privilege, found, index, entity)
          : teller.outOfReach(entity, privilege);
    return field && fieldVerdict
      ? teller.withField(verdict, about, field, fieldVerdict, record !== undefined)
      : verdict;
  });
  return {
    entity: entity.name,
    title: teller.title(entity),
    ...(about !== entity && { member: about.name }),
    ...(record !== undefined && { record }),
    user: { id: subject.userId, ...nameIn(names.users, subject.userId) },
    self: isSelf,
    verdicts,
    ...(fieldVerdict && { field: fieldVerdict }),
  };
}

function readQuestion(
  model: Model,
  question: Question,
): { readonly entity: Entity; readonly field: Field | undefined; readonly asked: readonly Privilege[] } {
  const details: Violation[] = [];
  const add = (code: string, target: string, message: string) => details.push({ code, target, message });
  const entity = model.entities.get(question.entity);
  if (question.entity === '') add('ENTITY_MISSING', 'entity', 'Say which entity: entity=account.');
  else if (!entity) {
    const suggestion = suggest(question.entity, model.entities.keys());
    add('ENTITY_UNKNOWN', 'entity', `There is no entity "${question.entity}"${suggestion}.`);
  }
  const asked = privileges.filter((one) => question.privilege === undefined || one === question.privilege);
  if (asked.length === 0) {
    add(
      'PRIVILEGE_UNKNOWN',
      'privilege',
      `There is no privilege "${question.privilege}"; there are ${privileges.join(', ')}.`,
    );
  }
  for (const name of ['record', 'user'] as const) {
    const id = question[name];
    if (id !== undefined && !ID.test(id))
      add('ID_INVALID', name, `"${id}" is no id; give it as 8-4-4-4-12 hexadecimal digits.`);
  }
  const field = entity?.fields.get(question.field ?? '');
  if (entity && question.field !== undefined && !field) {
    const suggestion = suggest(question.field, entity.fields.keys());
    add('FIELD_UNKNOWN', 'field', `${entity.name} has no field "${question.field}"${suggestion}.`);
  }
  if (!entity || details.length > 0) throw refuse('EXPLAIN_INVALID', { count: details.length }, { details });
  return { entity, field, asked };
}

/** One reason, once for each way in which its role is held. */
interface Ground {
  readonly reason: Reason;
  readonly held: HeldRole | undefined;
  readonly side: 'allow' | 'deny';
  readonly asked: Asked;
}

function groundsOf(subject: Principal, model: Model, privilege: Privilege, entity: string): readonly Ground[] {
  const { allow, deny } = accessTo(subject, model, privilege, entity);
  const whole = (reason: Reason, side: 'allow' | 'deny', held?: HeldRole): Ground => ({
    reason,
    held,
    side,
    asked: { condition: reason.condition, principal: held ? { ...subject, held: [held] } : subject },
  });
  return [
    ...allow.flatMap((reason) => {
      if (reason.kind !== 'role') return [whole(reason, 'allow')];
      const held = heldRoles(subject).filter(({ role }) => role === reason.role);
      return held.length === 0 ? [whole(reason, 'allow')] : held.map((one) => whole(reason, 'allow', one));
    }),
    ...deny.map((reason) => whole(reason, 'deny')),
  ];
}

interface FoundRow {
  readonly entity: Entity;
  readonly facts: RowFacts;
  /** In the order of the privileges asked for. */
  readonly decided: readonly {
    readonly yes: boolean;
    readonly grounds: readonly Ground[];
    readonly holds: readonly boolean[];
  }[];
}

/** The row as its reasons see it; undefined where the asker may not read it. */
async function findRow(
  call: Call,
  entity: Entity,
  record: string,
  subject: Principal,
  asked: readonly Privilege[],
): Promise<FoundRow | undefined> {
  const { model } = call.engine;
  const deciding = asked.map((privilege): Asked => ({
    condition: rowsFor(subject, model, privilege, entity.name),
    principal: subject,
  }));
  const grantees = [...idsOf(subject, 'owners'), ...idsOf(subject, 'direct-reports'), ...idsOf(subject, 'far-reports')];
  if (entity.union) {
    const seen = await judgeRow(call, entity, record, deciding, grantees);
    const member = model.entities.get(seen?.member ?? '');
    if (!seen || !member) return undefined;
    const inner = await findRow(call, member, record, subject, asked);
    return (
      inner && { ...inner, decided: inner.decided.map((one, index) => ({ ...one, yes: seen.holds[index] === true })) }
    );
  }
  const grounds = asked.map((privilege) => groundsOf(subject, model, privilege, entity.name));
  const flat = grounds.flatMap((list) => list.map((ground) => ground.asked));
  const facts = await judgeRow(call, entity, record, [...deciding, ...flat], grantees);
  if (!facts) return undefined;
  let at = asked.length;
  const decided = grounds.map((list, index) => {
    const holds = facts.holds.slice(at, (at += list.length));
    return { yes: facts.holds[index] === true, grounds: list, holds };
  });
  return { entity, facts, decided };
}

interface Names {
  readonly users: ReadonlyMap<string, string>;
  readonly teams: ReadonlyMap<string, string>;
  readonly units: ReadonlyMap<string, string>;
}

function nameIn(names: ReadonlyMap<string, string>, id: string): { readonly name?: string } {
  const name = names.get(id);
  return name === undefined ? {} : { name };
}

async function namesFor(call: Call, subject: Principal, facts: RowFacts | undefined): Promise<Names> {
  const held = heldRoles(subject);
  const people = [subject.userId];
  const units = held.map(({ unit }) => unit);
  for (const share of facts?.shares ?? []) people.push(share.principal, share.by ?? '');
  if (facts?.ownerId !== undefined) people.push(facts.ownerId);
  if (facts?.unitId !== undefined) units.push(facts.unitId);
  const [users, teams, unitNames] = await Promise.all([
    visibleNames(call, 'systemuser', people),
    visibleNames(call, 'team', [...people, ...held.flatMap(({ team }) => team ?? [])]),
    visibleNames(call, 'businessunit', units),
  ]);
  return { users, teams, units: unitNames };
}

interface TellerOptions {
  readonly model: Model;
  readonly asker: Principal;
  readonly subject: Principal;
  readonly isSelf: boolean;
  readonly names: Names;
  readonly language: string;
}

interface Teller {
  title(entity: Entity): string;
  generally(entity: Entity, privilege: Privilege): Verdict;
  outOfReach(entity: Entity, privilege: Privilege): Verdict;
  particularly(entity: Entity, privilege: Privilege, found: FoundRow, index: number, list: Entity): Verdict;
  field(field: Field): FieldVerdict;
  withField(verdict: Verdict, entity: Entity, field: Field, about: FieldVerdict, hasRecord: boolean): Verdict;
}

/** Puts what was decided into words. */
function createTeller(options: TellerOptions): Teller {
  const { model, asker, subject, isSelf, names, language } = options;
  const speech: Speech = speechFor({ ...asker, language });
  const { say } = speech;
  const translate = translator(model, language || defaultLanguage);
  const managesUsers = hasRight(asker, model, 'manage-users');

  const titleOf = (entity: Entity) => translate(`${entity.name}/entity`, 'title', entity.title);
  const pluralOf = (entity: Entity) => translate(`${entity.name}/entity`, 'plural', entity.plural);
  const titled = (kind: 'roles' | 'profiles', id: string): string => {
    const title = (kind === 'roles' ? model.roles : model.profiles).get(id)?.['title'];
    return translate(`${kind}/${id}`, 'title', typeof title === 'string' ? title : id);
  };
  const role = (id: string) => speech.name(titled('roles', id));
  const fieldTitle = (field: Field): string => {
    const entity = model.entities.get(field.entity);
    return speech.name(entity ? translateField(model, translate, entity, field, 'title', field.title) : field.title);
  };
  const denyTitle = (reason: Reason & { readonly kind: 'deny' }): string =>
    translate(`roles/${reason.role}`, `deny/${reason.id}/title`, reason.title ?? reason.id);
  const unitName = (id: string | undefined) => {
    const name = names.units.get(id ?? '');
    return name === undefined ? say('nameless.unit') : say('named.unit', { name: speech.name(name) });
  };
  const teamName = (id: string) => {
    const name = names.teams.get(id);
    return name === undefined ? say('nameless.team') : say('named.team', { name: speech.name(name) });
  };
  const personName = (id: string | null | undefined) => {
    const name = names.users.get(id ?? '') ?? names.teams.get(id ?? '');
    return name === undefined ? say('nameless.user') : speech.name(name);
  };
  const named = (map: ReadonlyMap<string, string>, id: string | null | undefined): Named => {
    const name = map.get(id ?? '');
    return name === undefined || id === null || id === undefined ? {} : { id, name };
  };
  const person = (id: string | null | undefined): Named => {
    const user = named(names.users, id);
    return user.name === undefined ? named(names.teams, id) : user;
  };
  const who = isSelf ? say('you') : personName(subject.userId);
  const persianVerb = { has: isSelf ? 'دارید' : 'دارد', hasnot: isSelf ? 'ندارید' : 'ندارد' };
  const ruling = (yes: boolean, act: string) => say(yes ? 'yes' : 'no', { who, act, ...persianVerb });
  const act = (privilege: Privilege, what: string) => say(`act.${privilege}`, { what });
  const what = (key: 'this' | 'such' | 'all' | 'some' | 'any', entity: Entity) =>
    say(`what.${key}`, { entity: titleOf(entity), plural: pluralOf(entity) });
  const whatRow = (privilege: Privilege, entity: Entity) => what(privilege === 'create' ? 'such' : 'this', entity);

  const reach = (depth: Depth, held: HeldRole | undefined): string => {
    if (depth === 'unit' || depth === 'unit-and-below') return say(`reach.${depth}`, { unit: unitName(held?.unit) });
    return say(depth === 'organization' ? 'reach.organization' : 'reach.own');
  };

  /** Why a role's reach ends before the row, or that it does not. */
  const outcome = (
    reason: Reason & { readonly kind: 'role' },
    held: HeldRole | undefined,
    holds: boolean,
    facts: RowFacts,
  ): string => {
    const isOwn = facts.ownerId !== undefined && idsOf(subject, 'owners').includes(facts.ownerId);
    if (holds) {
      return isOwn && reason.depth !== 'organization'
        ? say('outcome.owned', { owner: personName(facts.ownerId) })
        : say('outcome.in');
    }
    const needed = nearest(held, facts, isOwn);
    if (depths.indexOf(needed) <= depths.indexOf(reason.depth))
      return say(reason.when === undefined ? 'outcome.out' : 'outcome.when');
    if (reason.depth === 'own') return say('outcome.owned', { owner: personName(facts.ownerId) });
    return say('outcome.unit', { unit: unitName(facts.unitId) });
  };

  const tellRole = (
    reason: Reason & { readonly kind: 'role' },
    held: HeldRole | undefined,
    row: { readonly holds: boolean | undefined; readonly facts: RowFacts } | undefined,
  ): Because => {
    const told =
      row && (row.holds === undefined ? say('outcome.withheld') : outcome(reason, held, row.holds, row.facts));
    const text = say('role', {
      role: role(reason.role),
      via: held?.team === undefined ? '' : say('role.via', { team: teamName(held.team) }),
      reach: reach(reason.depth, held),
      when: reason.when === undefined ? '' : say('role.when', { when: speech.name(reason.when) }),
      outcome: told ?? '',
    });
    const isInUnit = reason.depth === 'unit' || reason.depth === 'unit-and-below';
    return {
      kind: 'role',
      ...(row?.holds !== undefined && { holds: row.holds }),
      role: reason.role,
      roleTitle: titled('roles', reason.role),
      depth: reason.depth,
      ...(reason.when !== undefined && { when: reason.when }),
      ...(held?.team !== undefined && { via: { team: named(names.teams, held.team) } }),
      ...(isInUnit && held && { unit: named(names.units, held.unit) }),
      text,
    };
  };

  const tellDeny = (
    reason: Reason & { readonly kind: 'deny' },
    row: { readonly holds: boolean | undefined } | undefined,
  ): Because => {
    const title = denyTitle(reason);
    const told = row && (row.holds === undefined ? say('outcome.withheld') : say(row.holds ? 'deny.in' : 'deny.out'));
    return {
      kind: 'deny',
      ...(row?.holds !== undefined && { holds: row.holds }),
      role: reason.role,
      roleTitle: titled('roles', reason.role),
      deny: {
        id: reason.id,
        ...(reason.title !== undefined && { title }),
        ...(reason.when !== undefined && { when: reason.when }),
      },
      text: say('deny', {
        title: speech.name(title),
        role: role(reason.role),
        when: reason.when === undefined ? '' : say('deny.when', { when: speech.name(reason.when) }),
        outcome: told ?? '',
      }),
    };
  };

  const rightsOf = (bits: number) => privileges.filter((one) => (bits & (shareRights[one] ?? 0)) !== 0);
  const tellShare = (share: ShareFact): Because => ({
    kind: 'share',
    holds: true,
    share: {
      principal: person(share.principal),
      rights: rightsOf(share.rights),
      expiresAt: share.expiresAt,
      by: person(share.by),
      reason: share.reason,
    },
    text: say('share.by', {
      by: personName(share.by),
      principal: personName(share.principal),
      until: share.expiresAt === null ? '' : say('share.until', { date: speech.date(share.expiresAt) }),
      reason:
        share.reason === null || share.reason === '' ? '' : say('share.reason', { reason: speech.name(share.reason) }),
      rights: speech.list(rightsOf(share.rights).map(speech.privilege)),
    }),
  });

  const tell = (
    ground: Ground,
    entity: Entity,
    privilege: Privilege,
    row: { readonly holds: boolean; readonly facts: RowFacts } | undefined,
  ): readonly Because[] => {
    const { reason, held } = ground;
    const isTold = isKnowable(asker, model, entity, reason.condition);
    const holds = row && isTold ? row.holds : undefined;
    const flag = holds === undefined ? {} : { holds };
    switch (reason.kind) {
      case 'administrator':
        return [
          {
            kind: 'administrator',
            ...flag,
            role: administratorRole,
            roleTitle: titled('roles', administratorRole),
            text: say('administrator', { role: role(administratorRole) }),
          },
        ];
      case 'role':
        return [tellRole(reason, held, row && { holds, facts: row.facts })];
      case 'deny':
        return [tellDeny(reason, row && { holds })];
      case 'share': {
        if (!row) return [{ kind: 'share', text: say('share', { privilege: speech.privilege(privilege) }) }];
        const bit = shareRights[privilege] ?? 0;
        const mine = new Set(idsOf(subject, 'owners'));
        const shares = row.facts.shares.filter((share) => mine.has(share.principal) && (share.rights & bit) !== 0);
        if (shares.length > 0) return shares.map(tellShare);
        return [{ kind: 'share', ...flag, text: say('share.none', { privilege: speech.privilege(privilege) }) }];
      }
      case 'hierarchy': {
        if (!row || holds !== true)
          return [{ kind: 'hierarchy', ...flag, text: say(row ? 'hierarchy.out' : `hierarchy.${reason.reports}`) }];
        const ids = idsOf(subject, reason.reports === 'direct' ? 'direct-reports' : 'far-reports');
        const report = [row.facts.ownerId, ...row.facts.shares.map((share) => share.principal)].find(
          (id) => id !== undefined && ids.includes(id),
        );
        return [
          {
            kind: 'hierarchy',
            holds: true,
            hierarchy: { report: person(report), level: reason.reports },
            text: say('hierarchy.in', { report: personName(report) }),
          },
        ];
      }
      default:
        return [tellOther(reason, row && holds)];
    }
  };
  /** Reasons that this file has no words of their own for. */
  const tellOther = (reason: { readonly kind: string }, holds: boolean | undefined): Because => ({
    kind: reason.kind,
    ...(holds !== undefined && { holds }),
    text: say('other', { outcome: holds === undefined ? '' : say(holds ? 'other.in' : 'other.out') }),
  });

  const candidates = (privilege: Privilege, entity: Entity): readonly string[] => {
    if (!managesUsers) return [];
    const found = [...model.roles.keys()].flatMap((id) => {
      if (id === administratorRole || subject.roles.includes(id)) return [];
      const probe: Principal = {
        ...subject,
        roles: [id],
        held: [{ role: id, unit: subject.businessUnitId, below: [] }],
      };
      const [first] = accessTo(probe, model, privilege, entity.name).allow;
      return first?.kind === 'role' ? [{ id, depth: depths.indexOf(first.depth) }] : [];
    });
    return found
      .toSorted((left, right) => right.depth - left.depth)
      .slice(0, FEW)
      .map(({ id }) => id);
  };
  const missingRole = (privilege: Privilege, entity: Entity): Missing => {
    const ids = candidates(privilege, entity);
    const of = { privilege: speech.privilege(privilege), plural: pluralOf(entity), roles: speech.list(ids.map(role)) };
    return {
      kind: 'role',
      ...(ids.length > 0 && { candidates: ids }),
      text: say(ids.length > 0 ? 'missing.candidates' : 'missing.role', of),
    };
  };
  const missingDeny = (reason: Reason & { readonly kind: 'deny' }): Missing => ({
    kind: 'deny',
    role: reason.role,
    text: say('missing.deny', { title: speech.name(denyTitle(reason)), role: role(reason.role) }),
  });
  const missingShare = (privilege: Privilege): Missing => ({
    kind: 'share',
    right: privilege,
    text: say('missing.share', { privilege: speech.privilege(privilege) }),
  });

  const lacking = (
    entity: Entity,
    privilege: Privilege,
    grounds: readonly Ground[],
    holds: readonly boolean[],
    facts: RowFacts,
  ) => {
    const missing: Missing[] = [];
    const isKnown = (ground: Ground) => isKnowable(asker, model, entity, ground.reason.condition);
    const denies = grounds.filter((ground, index) => ground.side === 'deny' && holds[index] === true);
    const toldDenies = denies
      .filter(isKnown)
      .flatMap(({ reason }) => (reason.kind === 'deny' ? [missingDeny(reason)] : []));
    missing.push(...toldDenies);
    if (denies.length > toldDenies.length) missing.push({ kind: 'deny', text: say('missing.deny-any') });
    const allows = grounds.filter(({ side }) => side === 'allow');
    if (allows.length === 0) missing.push(missingRole(privilege, entity));
    else if (!grounds.some((ground, index) => ground.side === 'allow' && holds[index] === true)) {
      const isOwn = facts.ownerId !== undefined && idsOf(subject, 'owners').includes(facts.ownerId);
      for (const { reason, held } of allows) {
        if (reason.kind !== 'role') continue;
        const depth = nearest(held, facts, isOwn);
        if (depths.indexOf(depth) > depths.indexOf(reason.depth)) {
          const words = { role: role(reason.role), depth: speech.depth(depth), had: speech.depth(reason.depth) };
          missing.push({ kind: 'depth', role: reason.role, depth, text: say('missing.depth', words) });
        } else if (reason.when !== undefined) {
          const words = { role: role(reason.role), when: speech.name(reason.when) };
          missing.push({ kind: 'when', role: reason.role, text: say('missing.when', words) });
        }
      }
      if (entity.ownership === 'user') {
        if (!isOwn && allows.some(({ reason }) => reason.kind === 'role' && reason.when === undefined))
          missing.push({ kind: 'owner', text: say('missing.owner') });
        if (shareRights[privilege] !== undefined) missing.push(missingShare(privilege));
      }
    }
    return missing.filter((one, index) => missing.findIndex(({ text }) => text === one.text) === index);
  };

  const generally = (entity: Entity, privilege: Privilege): Verdict => {
    const yes = mayI(subject, model, privilege, entity.name);
    const rows = mayAll(subject, model, privilege, entity.name) ? 'all' : yes ? 'some' : 'none';
    const grounds = groundsOf(subject, model, privilege, entity.name);
    const members = (entity.union?.members ?? []).flatMap((name) => {
      const member = model.entities.get(name);
      return member ? [{ entity: name, ...generally(member, privilege) }] : [];
    });
    const missing: Missing[] = [];
    if (!yes) {
      const denies = grounds.filter(({ reason }) => reason.kind === 'deny' && reason.condition.kind === 'true');
      missing.push(...denies.flatMap(({ reason }) => (reason.kind === 'deny' ? [missingDeny(reason)] : [])));
      if (!grounds.some(({ side }) => side === 'allow')) missing.push(missingRole(privilege, entity));
    }
    return {
      privilege,
      decision: yes ? 'yes' : 'no',
      rows,
      text: ruling(yes, act(privilege, what(rows === 'none' ? 'any' : rows, entity))),
      because: grounds.flatMap((ground) => tell(ground, entity, privilege, undefined)),
      missing,
      ...(entity.union && { members }),
    };
  };

  return {
    title: titleOf,
    generally,
    outOfReach(entity, privilege) {
      const { because, missing } = generally(entity, privilege);
      return {
        privilege,
        decision: 'no',
        text: ruling(false, act(privilege, whatRow(privilege, entity))),
        because,
        missing: [{ kind: 'record', text: say('missing.record') }, ...missing],
      };
    },
    particularly(entity, privilege, found, index, list) {
      const { yes, grounds, holds } = found.decided[index] ?? { yes: false, grounds: [], holds: [] };
      const missing = yes ? [] : lacking(entity, privilege, grounds, holds, found.facts);
      if (!yes && list !== entity && !accessTo(subject, model, privilege, list.name).allow.length) {
        const words = { privilege: speech.privilege(privilege), plural: pluralOf(list) };
        missing.unshift({ kind: 'union', text: say('missing.union', words) });
      }
      return {
        privilege,
        decision: yes ? 'yes' : 'no',
        text: ruling(yes, act(privilege, whatRow(privilege, entity))),
        because: grounds.flatMap((ground, at) =>
          tell(ground, entity, privilege, { holds: holds[at] === true, facts: found.facts }),
        ),
        missing,
      };
    },
    field(field) {
      const access = fieldAccess(subject, model, field);
      const isOpen = fieldAccess({ ...subject, roles: [], profiles: [] }, model, field).read === 'full';
      const isAdministrator = subject.roles.includes(administratorRole);
      const profiles = isOpen
        ? []
        : [...new Set(subject.profiles)].flatMap((id) => {
            const granted = fieldAccess({ ...subject, roles: [], profiles: [id] }, model, field);
            const rights = rightsIn(granted, speech);
            if (rights.length === 0) return [];
            const title = titled('profiles', id);
            const words = { profile: speech.name(title), rights: speech.list(rights) };
            return [{ id, title, text: say('field.profile', words) }];
          });
      const key = isOpen ? 'field.open' : isAdministrator ? 'field.administrator' : 'field.secured';
      const { read, create, update } = access;
      return {
        name: field.name,
        secured: !isOpen,
        read,
        create,
        update,
        profiles,
        text: say(key, { field: fieldTitle(field) }),
      };
    },
    withField(verdict, entity, field, about, hasRecord) {
      const { privilege } = verdict;
      if (privilege !== 'read' && privilege !== 'write' && privilege !== 'create') return verdict;
      const isLet = { read: about.read !== 'none', write: about.update, create: about.create }[privilege];
      const yes = verdict.decision === 'yes' && isLet;
      const rows = hasRecord ? 'this' : verdict.rows === 'none' || verdict.rows === undefined ? 'any' : verdict.rows;
      const words = { field: fieldTitle(field), entity: titleOf(entity), what: what(rows, entity) };
      const able = (id: string): boolean => {
        const granted = fieldAccess({ ...subject, roles: [], profiles: [id] }, model, field);
        return { read: granted.read !== 'none', write: granted.update, create: granted.create }[privilege];
      };
      const would = managesUsers && !isLet ? [...model.profiles.keys()].filter(able).slice(0, FEW) : [];
      const lack: Missing = {
        kind: 'profile',
        ...(would.length > 0 && { candidates: would }),
        text: say(would.length > 0 ? 'missing.profiles' : 'missing.profile', {
          act: say(`fieldact.${privilege}`),
          field: fieldTitle(field),
          profiles: speech.list(would.map((id) => speech.name(titled('profiles', id)))),
        }),
      };
      return {
        ...verdict,
        decision: yes ? 'yes' : 'no',
        text: ruling(yes, say(`act.field-${privilege}`, words)),
        missing: isLet ? verdict.missing : [...verdict.missing, lack],
      };
    },
  };
}

/** The narrowest depth at which the role, as it is held, would reach the row. */
function nearest(held: HeldRole | undefined, facts: RowFacts, isOwn: boolean): Depth {
  if (isOwn) return 'own';
  if (facts.unitId === undefined) return 'organization';
  if (held?.unit === facts.unitId) return 'unit';
  return held?.below.includes(facts.unitId) ? 'unit-and-below' : 'organization';
}

function rightsIn({ read, create, update }: FieldAccess, { say }: Speech): readonly string[] {
  const rights: string[] = [];
  if (read === 'full') rights.push(say('right.read'));
  else if (read !== 'none') rights.push(say('right.mask', { mask: `${read.first} … ${read.last}` }));
  if (create) rights.push(say('right.create'));
  if (update) rights.push(say('right.update'));
  return rights;
}
