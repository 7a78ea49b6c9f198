// What deleting a row would do, before it is done: by relationship, with counts and the first names.
import { ident, qualified } from '../db/identifier.ts';
import type { Call } from '../engine.ts';
import type { Entity } from '../model/model.ts';
import { requirePrivilege } from '../security/access.ts';
import { cascade, countLinks, intersectsOf } from './cascade.ts';
import { refuseSingle, refuseUnion } from './create-write.ts';
import { columnOf } from './entity-facts.ts';
import { notFound, resolveAddress } from './resolve-address.ts';
import { table } from './statement.ts';
import { alone, executorOf } from './transact.ts';

export interface DeletePreview {
  /** False while `restrict` is not empty. */
  readonly allowed: boolean;
  /** Rows deleted along. */
  readonly delete: readonly Effect[];
  /** Rows whose link is emptied. */
  readonly unlink: readonly Effect[];
  /** Rows that stand in the way. */
  readonly restrict: readonly Effect[];
  /** Many-to-many links that end. */
  readonly disassociate: readonly Effect[];
}

export interface Effect {
  readonly relation: string;
  readonly entity: string;
  /** The entity's plural title. */
  readonly title: string;
  readonly count: number;
  /** Names of the first rows, where known. */
  readonly names: readonly string[];
}

export async function deletePreview(call: Call, entity: Entity, id: string): Promise<DeletePreview> {
  refuseUnion(entity);
  refuseSingle(call, entity);
  requirePrivilege(call.principal, call.engine.model, 'delete', entity.name);
  return alone(call, entity, (inside) => look(inside, entity, id));
}

async function look(call: Call, entity: Entity, id: string): Promise<DeletePreview> {
  const { schema, model } = call.engine;
  const resolved = (await resolveAddress(call, entity, { id })) ?? id;
  const executor = executorOf(call);
  const there = await executor.query(
    `select 1 from ${table(schema, entity)} where ${ident(columnOf(entity.key).name)} = $1::uuid`,
    [resolved],
  );
  if (there.length === 0) throw notFound(entity, { id });
  const plan = await cascade(call, entity, resolved, false);
  const disassociate: Effect[] = [];
  for (const group of plan.doomed.values()) {
    for (const { relation, column } of intersectsOf(call, group.entity)) {
      const other = model.entities.get(relation.columns[0] === column ? relation.second : relation.first);
      const rows = await executor.query<{ count: string }>(
        `select count(*)::text as count from ${qualified(schema, relation.table)} where ${ident(column)} = any ($1::text[]::uuid[])`,
        [[...group.ids]],
      );
      const count = Number(rows[0]?.count ?? 0);
      if (count === 0) continue;
      disassociate.push({
        relation: relation.name,
        entity: other?.name ?? relation.second,
        title: other?.plural ?? relation.second,
        count,
        names: [],
      });
    }
  }
  const restrict = await countLinks(call, plan.restricts, plan.doomed);
  return {
    allowed: restrict.length === 0,
    delete: [...plan.along.values()].map(({ relation, child, count }) => ({
      relation: relation.name,
      entity: child.name,
      title: child.plural,
      count,
      names: [],
    })),
    unlink: await countLinks(call, plan.unlinks, plan.doomed),
    restrict,
    disassociate,
  };
}
