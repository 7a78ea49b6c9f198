// What deleting a row would do, before it is done: by relationship, with counts and the first names.
import { ident, qualified } from '../db/identifier.ts';
import type { Call } from '../engine.ts';
import type { Entity } from '../model/model.ts';
import { requirePrivilege } from '../security/access.ts';
import { mayReadFully } from './authorize-fields.ts';
import { cascade, countAlong, countLinks, countRows, intersectsOf, requireDeletable, type Link } from './cascade.ts';
import { refuseSingle, refuseUnion } from './create-write.ts';
import { columnOf } from './entity-facts.ts';
import { notFound, resolveAddress } from './resolve-address.ts';
import { askedOf, requireRow } from './row-rights.ts';
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
  /** There are others that the caller may not read; `count` leaves them out. */
  readonly others: boolean;
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
  await requireRow(call, entity, resolved, ['delete']);
  const there = await executor.query(
    `select 1 from ${table(schema, entity)} where ${ident(columnOf(entity.key).name)} = $1::uuid`,
    [resolved],
  );
  if (there.length === 0) throw notFound(entity, { id });
  const plan = await cascade(call, entity, resolved, false);
  await requireDeletable(call, resolved, plan);
  const disassociate: Effect[] = [];
  for (const group of plan.doomed.values()) {
    for (const { relation, column } of intersectsOf(call, group.entity)) {
      const other = model.entities.get(relation.columns[0] === column ? relation.second : relation.first);
      if (!other) continue;
      const theirs = relation.columns[0] === column ? relation.columns[1] : relation.columns[0];
      const links = `select ${ident(theirs)} from ${qualified(schema, relation.table)} where ${ident(column)} = any`;
      const found = await countRows(call, other, askedOf(call, other.name, ['read']), (parameters) => ({
        where: `t.${ident(columnOf(other.key).name)} in (${links} (${parameters.use(':ids', 'text')}[]::uuid[]))`,
        values: [[':ids', [...group.ids]]],
      }));
      if (found.total === 0) continue;
      disassociate.push({
        relation: relation.name,
        entity: other.name,
        title: other.plural,
        count: found.seen,
        names: found.names,
        others: found.total > found.seen,
      });
    }
  }
  // A hidden lookup's rows are told of by nothing before the delete itself, which they refuse.
  const shown = (links: readonly Link[]) => links.filter(({ lookup }) => mayReadFully(call, lookup));
  const restrict = await countLinks(call, shown(plan.restricts), plan.doomed);
  return {
    allowed: restrict.length === 0,
    delete: await countAlong(call, plan.along),
    unlink: await countLinks(call, shown(plan.unlinks), plan.doomed),
    restrict,
    disassociate,
  };
}
