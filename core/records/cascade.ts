// What deleting rows takes along: which rows go too, which lose their link, which stand in the way. Set-based, level by
// level; remove.ts carries it out under locks, delete-preview.ts only tells.
import { ident, literal } from '../db/identifier.ts';
import type { Call } from '../engine.ts';
import type { Entity, Field, Relation } from '../model/model.ts';
import { mayI } from '../security/access.ts';
import { CASCADE_LIMIT } from './assign.ts';
import { mayReadFully } from './authorize-fields.ts';
import { columnOf, typeColumnOf } from './entity-facts.ts';
import { fail } from './errors.ts';
import { table } from './statement.ts';
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

export interface Cascade {
  /** Entity name → ids of all rows that go, the first ones included; the order is the one they were found in. */
  readonly doomed: ReadonlyMap<string, { readonly entity: Entity; readonly ids: Set<string> }>;
  /** How many go by each relationship. */
  readonly along: ReadonlyMap<string, { readonly relation: OneToMany; readonly child: Entity; count: number }>;
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
  const along = new Map<string, { relation: OneToMany; child: Entity; count: number }>();
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
          const sum = along.get(child.relation.name) ?? { relation: child.relation, child: child.child, count: 0 };
          sum.count += fresh.length;
          along.set(child.relation.name, sum);
          below.push({ entity: child.child, ids: fresh });
        }
      }
    }
    level = below;
  }
  return { doomed, along, unlinks, restricts };
}

export interface Counted {
  readonly relation: string;
  readonly entity: string;
  readonly title: string;
  readonly field: string;
  readonly count: number;
  /** Names of the first rows; none where the caller may not read them. */
  readonly names: readonly string[];
}

/** How many rows refer over the links, those that go themselves left out; links without any are left out. */
export async function countLinks(
  call: Call,
  links: readonly Link[],
  doomed: Cascade['doomed'],
): Promise<readonly Counted[]> {
  const counted = new Map<string, Counted>();
  for (const link of links) {
    // Who refers to the row is what a hidden lookup says.
    if (!mayReadFully(call, link.lookup)) continue;
    const key = ident(columnOf(link.child.key).name);
    const name = ident(columnOf(link.child.primary).name);
    const rows = await executorOf(call).query<{ count: string; names: readonly string[] | null }>(
      `with found as materialized (select t.${key} as id, t.${name}::text as name from ${table(call.engine.schema, link.child)} t where ${refersTo(link)} and not t.${key} = any ($2::text[]::uuid[]))
select count(*)::text as count, (select array_agg(coalesce(name, id::text)) filter (where $3::boolean) from (select id, name from found order by id limit 3) first) as names from found`,
      [
        link.parents,
        [...(doomed.get(link.child.name)?.ids ?? [])],
        mayI(call.principal, call.engine.model, 'read', link.child.name),
      ],
    );
    const count = Number(rows[0]?.count ?? 0);
    if (count === 0) continue;
    const before = counted.get(link.relation.name);
    counted.set(link.relation.name, {
      relation: link.relation.name,
      entity: link.child.name,
      title: link.child.plural,
      field: link.lookup.name,
      count: count + (before?.count ?? 0),
      names: [...(before?.names ?? []), ...(rows[0]?.names ?? [])].slice(0, 3),
    });
  }
  return [...counted.values()];
}
