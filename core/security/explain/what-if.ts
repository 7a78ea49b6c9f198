// "What if this role were different?": who would gain and lose which privileges, and how many rows, without changing anything.
// The world after the change is a model and principals like the present ones; the difference of the two row filters is counted.
import { databaseError } from '../../db/errors.ts';
import { qualified } from '../../db/identifier.ts';
import type { Call } from '../../engine.ts';
import { translateField, translator } from '../../model/labels.ts';
import type { Entity, Model } from '../../model/model.ts';
import { compileCondition } from '../../query/compile-condition.ts';
import { From } from '../../query/from.ts';
import { runPlan } from '../../query/plan.ts';
import { Statement } from '../../query/statement.ts';
import type { Condition } from '../../query/tree.ts';
import { hasRight, privileges, requireRight, rowsFor, type Privilege } from '../access.ts';
import { boundTo } from './bound-to.ts';
import type { Named } from './explain.ts';
import { fieldAccess } from '../field-access.ts';
import { isKnowable } from './knowable.ts';
import { idsOf, type Principal } from '../principal.ts';
import { readPrincipal } from '../principals.ts';
import { visibleNames } from './visible-names.ts';
import { readChange, worldAfter, type Change, type World } from './change.ts';
import { membersQuery } from './affected-users.ts';

/** Users whose rights are worked out; how many more there are is said. */
export const MOST_USERS = 100;
/** Rows counted; beyond it is "and more". */
export const MOST_ROWS = 10_000;
/** People named for one privilege. */
const MOST_NAMED = 10;
/** For one count, and for all of them, in milliseconds. */
const COUNT_MS = 3000;
const ALL_MS = 15_000;

/** `more`: there are more than that. */
export interface Count {
  readonly rows: number;
  readonly more: boolean;
}
export type Level = 'none' | 'some' | 'all';

export interface PersonChange {
  readonly user: Named;
  readonly before: Level;
  readonly after: Level;
  /** Rows that come within reach; null: not counted, because it took too long or because it is not the asker's to know. */
  readonly gains: Count | null;
  readonly loses: Count | null;
}

export interface PrivilegeChange {
  readonly privilege: Privilege;
  /** Numbers of people. */
  readonly gaining: number;
  readonly losing: number;
  /** The first of them. */
  readonly people: readonly PersonChange[];
}

export interface WhatIf {
  readonly users: { readonly affected: number; readonly examined: number };
  readonly entities: readonly {
    readonly entity: string;
    readonly title: string;
    readonly privileges: readonly PrivilegeChange[];
  }[];
  readonly rights: readonly {
    readonly right: string;
    readonly gaining: readonly Named[];
    readonly losing: readonly Named[];
  }[];
  readonly fields: readonly {
    readonly entity: string;
    readonly field: string;
    readonly title: string;
    readonly right: 'read' | 'create' | 'update';
    readonly gaining: readonly Named[];
    readonly losing: readonly Named[];
  }[];
  /** False: some rows were not counted, for time or because the asker may not know. */
  readonly counted: boolean;
}

/**
 * Rows are counted as far as the asker may read them. Throws RIGHT_MISSING (403), CHANGE_INVALID (400), MODEL_INVALID (422)
 * for a document that could not be published, USER_UNKNOWN and TEAM_UNKNOWN (404).
 */
export async function whatIf(call: Call, body: unknown): Promise<WhatIf> {
  const { engine, principal: asker } = call;
  const { model, schema, database } = engine;
  requireRight(asker, model, 'manage-users');
  const change = await readChange(model, database, schema, body);
  const world = worldAfter(model, change);
  const affected = await affectedUsers(call, change);
  const subjects: Principal[] = [];
  for (const id of affected.ids) {
    const subject = await readPrincipal(database, schema, model, id);
    if (subject) subjects.push(subject);
  }
  const names = await visibleNames(call, 'systemuser', affected.ids);
  const person = ({ userId }: Principal): Named => {
    const name = names.get(userId);
    return name === undefined ? {} : { id: userId, name };
  };
  const counter = createCounter(call);
  const translate = translator(model, asker.language);
  const entities: WhatIf['entities'][number][] = [];
  for (const entity of model.entities.values()) {
    if (entity.union) continue;
    const changes = await entityChanges(entity, { model, world, subjects, person, counter });
    const title = translate(`${entity.name}/entity`, 'plural', entity.plural);
    if (changes.length > 0) entities.push({ entity: entity.name, title, privileges: changes });
  }
  return {
    users: { affected: affected.count, examined: subjects.length },
    entities,
    rights: rightChanges(model, world, subjects, person),
    fields: fieldChanges(model, world, subjects, person, asker.language),
    counted: counter.isComplete(),
  };
}

async function affectedUsers(
  call: Call,
  change: Change,
): Promise<{ readonly ids: readonly string[]; readonly count: number }> {
  if (change.kind === 'user') return { ids: [change.id], count: 1 };
  const { engine } = call;
  const { text, parameters } = membersQuery(engine.schema, engine.model, change);
  const users = qualified(engine.schema, 'systemuser');
  const rows = await engine.database.query<{ id: string; total: string }>(
    `select u.systemuserid as id, count(*) over () as total from ${users} u
     where u.isdisabled is not true and u.systemuserid in (${text}) order by u.fullname, u.systemuserid limit ${MOST_USERS}`,
    parameters,
  );
  return { ids: rows.map(({ id }) => id), count: Number(rows[0]?.total ?? 0) };
}

function levelOf(condition: Condition): Level {
  return condition.kind === 'true' ? 'all' : condition.kind === 'false' ? 'none' : 'some';
}

/** The condition with the ids that stand in it: two people, or two worlds, of the same text have the same rows. */
function textOf(principal: Principal, condition: Condition): string {
  return JSON.stringify(condition, (key, value: unknown) =>
    key === 'set' ? [...idsOf(principal, value as Parameters<typeof idsOf>[1])].toSorted() : value,
  ).concat(JSON.stringify(condition).includes('"me"') ? principal.userId : '');
}

interface Comparison {
  readonly model: Model;
  readonly world: World;
  readonly subjects: readonly Principal[];
  person(subject: Principal): Named;
  readonly counter: Counter;
}

async function entityChanges(entity: Entity, comparison: Comparison): Promise<readonly PrivilegeChange[]> {
  const { model, world, subjects, person, counter } = comparison;
  const changes: PrivilegeChange[] = [];
  for (const privilege of privileges) {
    let gaining = 0;
    let losing = 0;
    const people: PersonChange[] = [];
    for (const subject of subjects) {
      const later = world.principal(subject);
      const old = rowsFor(subject, model, privilege, entity.name);
      const next = rowsFor(later, world.model, privilege, entity.name);
      if (textOf(subject, old) === textOf(later, next)) continue;
      const [before, after] = [levelOf(old), levelOf(next)];
      // Of rows yet to be made there is nothing to count.
      const counts = privilege === 'create' ? undefined : await counter.count(entity, [subject, old], [later, next]);
      const [gains, loses] = [counts?.gains ?? null, counts?.loses ?? null];
      const step = rank[after] - rank[before];
      const isGain = gains === null ? step > 0 : gains.rows > 0 || step > 0;
      const isLoss = loses === null ? step < 0 : loses.rows > 0 || step < 0;
      if (counts && !isGain && !isLoss) continue;
      if (isGain) gaining += 1;
      if (isLoss) losing += 1;
      if (people.length < MOST_NAMED) people.push({ user: person(subject), before, after, gains, loses });
    }
    if (people.length > 0) changes.push({ privilege, gaining, losing, people });
  }
  return changes;
}

const rank: Readonly<Record<Level, number>> = { none: 0, some: 1, all: 2 };

interface Counter {
  /** Undefined: not counted. */
  count(
    entity: Entity,
    before: readonly [Principal, Condition],
    after: readonly [Principal, Condition],
  ): Promise<{ readonly gains: Count; readonly loses: Count } | undefined>;
  isComplete(): boolean;
}

function createCounter(call: Call): Counter {
  const { engine, principal: asker } = call;
  const { model } = engine;
  const ends = performance.now() + ALL_MS;
  const known = new Map<string, Awaited<ReturnType<Counter['count']>>>();
  let isComplete = true;
  return {
    isComplete: () => isComplete,
    async count(entity, before, after) {
      const key = `${entity.name}\n${textOf(...before)}\n${textOf(...after)}`;
      if (known.has(key)) return known.get(key);
      const isTold = [before, after].every(([, condition]) => isKnowable(asker, model, entity, condition));
      const counted =
        isTold && performance.now() < ends ? await countDifference(call, entity, before, after) : undefined;
      if (!counted) isComplete = false;
      known.set(key, counted);
      return counted;
    },
  };
}

async function countDifference(
  call: Call,
  entity: Entity,
  before: readonly [Principal, Condition],
  after: readonly [Principal, Condition],
): Promise<{ readonly gains: Count; readonly loses: Count } | undefined> {
  const { engine, principal: asker } = call;
  const { model, schema, database } = engine;
  const statement = new Statement();
  const rows = (name: string) => rowsFor(asker, model, 'read', name);
  const compilation = { model, schema, statement, rows, shown: () => 'full' as const, condition: compileCondition };
  const holds = (from: From, [principal, condition]: readonly [Principal, Condition]) =>
    boundTo(statement, principal, () => from.unrestricted(condition));
  const difference = (has: readonly [Principal, Condition], lacks: readonly [Principal, Condition]): string => {
    const from = new From(compilation, entity);
    const where = [from.visible, holds(from, has), `(${holds(from, lacks)}) is not true`].filter(
      (one) => one !== undefined,
    );
    return `(select count(*)::integer from (select 1 from ${from.text} where ${where.join(' and ')} limit ${MOST_ROWS + 1}) found)`;
  };
  const text = `select ${difference(after, before)} as gains, ${difference(before, after)} as loses`;
  try {
    return await database.transaction(async (executor) => {
      await executor.script('set transaction read only');
      await executor.query(`select set_config('statement_timeout', $1, true)`, [String(COUNT_MS)]);
      const compiled = { text, bindings: statement.bindings };
      const [row] = await runPlan<{ gains: number; loses: number }>({ ...call, executor }, compiled, { literals: [] });
      return { gains: countOf(row?.gains ?? 0), loses: countOf(row?.loses ?? 0) };
    });
  } catch (error) {
    // Too many rows to count in time: the answer says that it was not counted.
    if (databaseError(error)?.code === '57014') return undefined;
    throw error;
  }
}

function countOf(rows: number): Count {
  return { rows: Math.min(rows, MOST_ROWS), more: rows > MOST_ROWS };
}

function rightChanges(
  model: Model,
  world: World,
  subjects: readonly Principal[],
  person: (subject: Principal) => Named,
): WhatIf['rights'] {
  const rights = new Set<string>();
  for (const one of [model, world.model])
    for (const document of one.roles.values()) {
      const said = document['rights'];
      if (Array.isArray(said))
        for (const right of said) if (typeof right === 'string' && right !== '*') rights.add(right);
    }
  for (const right of ['customize', 'publish', 'import', 'manage-users', 'audit', 'view-as']) rights.add(right);
  return [...rights].toSorted().flatMap((right) => {
    const gaining: Named[] = [];
    const losing: Named[] = [];
    for (const subject of subjects) {
      const had = hasRight(subject, model, right);
      const has = hasRight(world.principal(subject), world.model, right);
      if (has && !had) gaining.push(person(subject));
      if (had && !has) losing.push(person(subject));
    }
    return gaining.length + losing.length === 0 ? [] : [{ right, gaining, losing }];
  });
}

function fieldChanges(
  model: Model,
  world: World,
  subjects: readonly Principal[],
  person: (subject: Principal) => Named,
  language: string,
): WhatIf['fields'] {
  const translate = translator(model, language);
  const changes: WhatIf['fields'][number][] = [];
  for (const entity of model.entities.values())
    for (const field of entity.fields.values()) {
      if (!field.secured || entity.union) continue;
      for (const right of ['read', 'create', 'update'] as const) {
        const gaining: Named[] = [];
        const losing: Named[] = [];
        for (const subject of subjects) {
          const had = amount(fieldAccess(subject, model, field)[right]);
          const has = amount(fieldAccess(world.principal(subject), world.model, field)[right]);
          if (has > had) gaining.push(person(subject));
          if (has < had) losing.push(person(subject));
        }
        const title = translateField(model, translate, entity, field, 'title', field.title);
        if (gaining.length + losing.length > 0)
          changes.push({ entity: entity.name, field: field.name, title, right, gaining, losing });
      }
    }
  return changes;
}

/** How much of a field is let through: nothing, so many characters, all. */
function amount(access: ReturnType<typeof fieldAccess>['read'] | boolean): number {
  if (typeof access === 'boolean') return access ? 1 : 0;
  if (access === 'none') return 0;
  return access === 'full' ? Number.POSITIVE_INFINITY : access.first + access.last + 1;
}
