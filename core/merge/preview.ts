// What would go along in a merge: rows by entity and field, links by relationship, with counts of those the caller may read.
import type { Call } from '../engine.ts';
import { translator } from '../model/labels.ts';
import type { Entity } from '../model/model.ts';
import type { Literal } from '../query/literal.ts';
import type { Condition, Query } from '../query/tree.ts';
import { columnOf } from '../records/entity-facts.ts';
import { list } from '../records/list.ts';
import { notFound } from '../records/resolve-address.ts';
import { mayI } from '../security/access.ts';
import { among, requireMergeable } from './mergeable.ts';
import { linkedBy, presentFor } from './references.ts';

export interface Moving {
  readonly entity: string;
  /** Plural title in the caller's language. */
  readonly title: string;
  /** The lookup's name, or the relationship's. */
  readonly field: string;
  readonly count: number;
}

/** Throws RECORD_NOT_FOUND where the caller may not read the row. */
export async function previewMerge(call: Call, entity: Entity, loser: string): Promise<readonly Moving[]> {
  requireMergeable(entity);
  if (!(await among(call, entity, [loser], { kind: 'true' })).has(loser)) throw notFound(entity, { id: loser });
  const { model } = call.engine;
  const translate = translator(model, call.principal.language);
  const moving: Moving[] = [];
  const count = async (target: Entity, field: string, filter: Condition): Promise<void> => {
    if (!mayI(call.principal, model, 'read', target.name)) return;
    const literal: Literal = { kind: 'guid', value: loser, item: undefined, option: 'loser', at: 0 };
    const found = Number((await list(call, counting(target, filter), [literal])).count ?? 0);
    if (found === 0) return;
    const title = translate(`${target.name}/entity`, 'plural', target.plural);
    moving.push({ entity: target.name, title, field, count: found });
  };
  const present = await presentFor(call, entity, loser);
  for (const { child, lookup } of present.lookups) {
    const path = [columnOf(lookup).wire];
    await count(child, lookup.name, { kind: 'compare', path, operator: 'eq', value: { slot: 0 } });
  }
  for (const { relation, side } of linkedBy(call, entity)) {
    if (!present.links.some((one) => one.relation === relation && one.side === side)) continue;
    const target = model.entities.get(side === 0 ? relation.second : relation.first);
    // Seen from the other side, the row stands on the side it stands on.
    const kind = side === 0 ? 'second' : 'first';
    const back = [...(target?.navigation.values() ?? [])].find(
      (step) => step.relation === relation.name && step.kind === kind,
    );
    if (!target || !back) continue;
    const where: Condition = { kind: 'compare', path: [columnOf(entity.key).wire], operator: 'eq', value: { slot: 0 } };
    await count(target, relation.name, { kind: 'some', path: [back.name], where });
  }
  return moving.toSorted((a, b) => b.count - a.count);
}

function counting(target: Entity, filter: Condition): Query {
  return {
    entity: target.name,
    select: [columnOf(target.key).wire],
    filter,
    sort: [],
    expand: [],
    page: { size: 1 },
    count: true,
    annotations: { formatted: false, lookup: false },
  };
}
