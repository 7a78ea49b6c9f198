// What deleting rows takes along: which rows go too, which lose their link, which stand in the way. Set-based, level by
// level; remove.ts carries it out under locks, delete-preview.ts only tells.
import { ident, literal } from '../db/identifier.ts';
import type { Parameter } from '../db/sql.ts';
import type { Call } from '../engine.ts';
import type { Entity, Field, Relation } from '../model/model.ts';
import { requirePrivilege } from '../security/access.ts';
import { CASCADE_LIMIT } from './assign.ts';
import { mayReadFully } from './authorize-fields.ts';
import { columnOf, typeColumnOf } from './entity-facts.ts';
import { fail } from './errors.ts';
import { fillConditions, rowConditions } from './row-conditions.ts';
import { askedOf, rowPrivilegeMissing } from './row-rights.ts';
import { slots, table, type Asked, type Slots } from './statement.ts';
import { executorOf } from './transact.ts';

type OneToMany = Extract<Relation, { kind: 'one-to-many' }>;
export type ManyToMany = Extract<Relation, { kind: 'many-to-many' }>;

/** Rows of `child` that refer to doomed rows over one relationship. */
export interface Link {
  readonly relation: OneToMany;
  readonly child: Entity;
  readonly lookup: Field;
  /** The doomed rows referred to. */
  readonly parents: readonly string[];
}

export interface Along {
  readonly relation: OneToMany;
  readonly child: Entity;
  readonly ids: string[];
}

export interface Cascade {
  /** Entity name → ids of all rows that go, the first ones included; the order is the one they were found in. */
  readonly doomed: ReadonlyMap<string, { readonly entity: Entity; readonly ids: Set<string> }>;
  /** Which go by each relationship. */
  readonly along: ReadonlyMap<string, Along>;
  readonly unlinks: readonly Link[];
  readonly restricts: readonly Link[];
}

/** Relationships whose one side the entity is, itself or through its union. */
export function childrenOf(call: Call, entity: Entity): readonly Omit<Link, 'parents'>[] {
  const { model } = call.engine;
  const found: Omit<Link, 'parents'>[] = [];
  for (const relation of model.relations.values()) {
    if (relation.kind !== 'one-to-many') continue;
    if (relation.one !== entity.name && relation.one !== entity.base) continue;
    const child = model.entities.get(relation.many);
    const lookup = child?.fields.get(relation.field);
    if (!child || !lookup || child.union) continue;
    // The owner says the same as these two.
    if (lookup.system === 'owning-user' || lookup.system === 'owning-team') continue;
    found.push({ relation, child, lookup });
  }
  return found;
}

export function intersectsOf(call: Call, entity: Entity): readonly { relation: ManyToMany; column: string }[] {
  const found: { relation: ManyToMany; column: string }[] = [];
  for (const relation of call.engine.model.relations.values()) {
    if (relation.kind !== 'many-to-many') continue;
    if (relation.first === entity.name) found.push({ relation, column: relation.columns[0] });
    if (relation.second === entity.name) found.push({ relation, column: relation.columns[1] });
  }
  return found;
}

/** SQL condition over `t`: it refers to one of `$1` over the link. */
export function refersTo(link: Omit<Link, 'parents'>): string {
  const type = typeColumnOf(link.lookup);
  const same = type ? ` and t.${ident(type.name)} = ${literal(link.relation.one)}` : '';
  return `t.${ident(columnOf(link.lookup).name)} = any ($1::text[]::uuid[])${same}`;
}

export async function cascade(call: Call, entity: Entity, first: string, lock: boolean): Promise<Cascade> {
  const executor = executorOf(call);
  const doomed = new Map([[entity.name, { entity, ids: new Set([first]) }]]);
  const along = new Map<string, Along>();
  const unlinks: Link[] = [];
  const restricts: Link[] = [];
  let level: { readonly entity: Entity; readonly ids: readonly string[] }[] = [{ entity, ids: [first] }];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth >= CASCADE_LIMIT) throw fail('CASCADE_TOO_DEEP', { entity: entity.name, limit: CASCADE_LIMIT });
    const below: typeof level = [];
    for (const parent of level) {
      for (const child of childrenOf(call, parent.entity)) {
        const link: Link = { ...child, parents: parent.ids };
        const kind = child.relation.behaviour.delete;
        if (kind === 'restrict') restricts.push(link);
        else if (kind === 'remove-link') unlinks.push(link);
        else {
          const rows = await executor.query<{ id: string }>(
            `select t.${ident(columnOf(child.child.key).name)} as id from ${table(call.engine.schema, child.child)} t where ${refersTo(child)}${lock ? ' for update' : ''}`,
            [parent.ids],
          );
          const known = doomed.get(child.child.name) ?? { entity: child.child, ids: new Set<string>() };
          doomed.set(child.child.name, known);
          const fresh = rows.map((row) => row.id).filter((id) => !known.ids.has(id));
          if (fresh.length === 0) continue;
          for (const id of fresh) known.ids.add(id);
          const sum = along.get(child.relation.name) ?? { relation: child.relation, child: child.child, ids: [] };
          sum.ids.push(...fresh);
          along.set(child.relation.name, sum);
          below.push({ entity: child.child, ids: fresh });
        }
      }
    }
    level = below;
  }
  return { doomed, along, unlinks, restricts };
}

/** Throws ROW_PRIVILEGE_MISSING where a doomed row lies outside the caller's reach; one count per entity that has a reach. */
export async function requireDeletable(call: Call, first: string, { doomed, along }: Cascade): Promise<void> {
  for (const { entity, ids: going } of doomed.values()) {
    // A part goes with what it is a part of.
    const parts = [...along.values()].filter(
      ({ child, relation }) => child === entity && relation.field === child.through?.name,
    );
    const ids = going.difference(new Set(parts.flatMap((one) => one.ids)));
    if (ids.size === 0) continue;
    // Only for what there is: an entity that might have gone along, but has no rows here, takes no privilege.
    requirePrivilege(call.principal, call.engine.model, 'delete', entity.name);
    const asked = askedOf(call, entity.name, ['delete']);
    if (asked.length === 0) continue;
    const out = await countRows(call, entity, asked, (parameters, holds) => ({
      where: `t.${ident(columnOf(entity.key).name)} = any (${parameters.use(':ids', 'text')}[]::uuid[]) and not (${holds})`,
      values: [[':ids', [...ids]]],
    }));
    if (out.total > 0) {
      const isItself = ids.has(first) && ids.size === 1;
      throw rowPrivilegeMissing('delete', entity.name, isItself ? 'this row' : `every ${entity.title} that goes along`);
    }
  }
}

export interface Counted {
  readonly relation: string;
  readonly entity: string;
  readonly title: string;
  readonly field: string;
  /** Rows that the caller may read. */
  readonly count: number;
  /** Names of the first of them. */
  readonly names: readonly string[];
  /** There are others that the caller may not read; how many is not told. */
  readonly others: boolean;
}

/** `12 Contacts (Ada, Bahram, Cyrus … and others you may not see)`, `Gadgets you may not see`. */
export function tell({ count, title, names, others }: Counted): string {
  if (count === 0) return `${title} you may not see`;
  const named = names.length > 0 ? ` (${names.join(', ')}${count > names.length ? ' …' : ''})` : '';
  return `${count} ${title}${named}${others ? ' and others you may not see' : ''}`;
}

/** What refers over the links, those that go themselves left out; links without any are left out. */
export async function countLinks(
  call: Call,
  links: readonly Link[],
  doomed: Cascade['doomed'],
): Promise<readonly Counted[]> {
  const counted = new Map<string, Counted>();
  for (const link of links) {
    const gone = [...(doomed.get(link.child.name)?.ids ?? [])];
    const found = await countRows(call, link.child, askedOf(call, link.child.name, ['read']), (parameters) => ({
      where: `${refersTo(link).replace('$1::text', parameters.use(':parents', 'text'))} and not t.${ident(columnOf(link.child.key).name)} = any (${parameters.use(':gone', 'text')}[]::uuid[])`,
      values: [
        [':parents', link.parents],
        [':gone', gone],
      ],
    }));
    if (found.total === 0) continue;
    // Who refers to the row is what a hidden lookup says.
    const { seen, names } = mayReadFully(call, link.lookup) ? found : { seen: 0, names: [] };
    const before = counted.get(link.relation.name);
    counted.set(link.relation.name, {
      relation: link.relation.name,
      entity: link.child.name,
      title: link.child.plural,
      field: link.lookup.name,
      count: seen + (before?.count ?? 0),
      names: [...(before?.names ?? []), ...names].slice(0, 3),
      others: found.total > seen || (before?.others ?? false),
    });
  }
  return [...counted.values()];
}

/** The same of rows that go along. */
export async function countAlong(call: Call, along: Cascade['along']): Promise<readonly Counted[]> {
  const counted: Counted[] = [];
  for (const { relation, child, ids } of along.values()) {
    const found = await countRows(call, child, askedOf(call, child.name, ['read']), (parameters) => ({
      where: `t.${ident(columnOf(child.key).name)} = any (${parameters.use(':ids', 'text')}[]::uuid[])`,
      values: [[':ids', ids]],
    }));
    const { name, field } = { name: relation.name, field: relation.field };
    const others = found.total > found.seen;
    const { seen: count, names } = found;
    counted.push({ relation: name, entity: child.name, title: child.plural, field, count, names, others });
  }
  return counted;
}

export interface Found {
  readonly total: number;
  /** Those that all the asked privileges reach. */
  readonly seen: number;
  /** Of the first three of them. */
  readonly names: readonly string[];
}

/** Counts the rows that `choose` describes over `t`, all of them and those that the asked privileges reach. */
export async function countRows(
  call: Call,
  entity: Entity,
  asked: readonly Asked[],
  choose: (
    parameters: Slots,
    holds: string,
  ) => { readonly where: string; readonly values: readonly (readonly [string, Parameter])[] },
): Promise<Found> {
  const { engine, principal } = call;
  const parameters = slots();
  const conditions = rowConditions(engine, parameters.use);
  const holds =
    asked.length === 0 ? 'true' : asked.map((one) => conditions.over(entity, 't', one.condition)).join(' and ');
  const { where, values: given } = choose(parameters, holds);
  const isNamed = mayReadFully(call, entity.primary);
  const name = isNamed ? `t.${ident(columnOf(entity.primary).name)}::text` : 'null::text';
  const values = new Map<string, Parameter>(given);
  fillConditions(conditions.recipes, principal, values);
  const rows = await executorOf(call).query<{ total: string; seen: string; names: readonly string[] | null }>(
    `with found as materialized (select t.${ident(columnOf(entity.key).name)} as id, ${name} as name, ${holds} as seen from ${table(engine.schema, entity)} t where ${where})
select count(*)::text as total, count(*) filter (where seen)::text as seen, (select array_agg(coalesce(name, id::text)) from (select id, name from found where seen order by id limit 3) first) as names from found`,
    parameters.names.map((slot) => values.get(slot) ?? null),
  );
  const [row] = rows;
  return { total: Number(row?.total ?? 0), seen: Number(row?.seen ?? 0), names: row?.names ?? [] };
}
