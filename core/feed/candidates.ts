// Ids of the rows that may have changed for a caller since a moment: rows that were written, shared or unshared, rows whose
// share ran out, and rows below another row that this holds for, where rights come from there.
import { ident, literal, qualified } from '../db/identifier.ts';
import type { Call } from '../engine.ts';
import type { Entity } from '../model/model.ts';
import { mainColumn } from '../query/from.ts';
import { freshRecords, type Use } from './moment.ts';
import { idsOfReach, type Reach } from './reach.ts';
import type { Moment } from './token.ts';

/** SQL of a query with the column `id`; ids may come more than once. */
export function candidatesSql(call: Call, entity: Entity, reach: Reach, since: Moment, use: Use): string {
  const { schema, model } = call.engine;
  const touched = (name: string): string => {
    const found = model.entities.get(name);
    const members = found?.union?.members ?? [name];
    const fresh = freshRecords(schema, members, since, use);
    if (!members.some((member) => reach.shared.has(member))) return fresh;
    // That a share runs out is no write.
    const ids = `{${idsOfReach(call.principal, reach).join(',')}}`;
    const over = `select s."record" from ${qualified(schema, '_share')} s where s."principal" = any(${use('text', ids)}::uuid[]) and s."entity" in (${members.map((member) => literal(member)).join(', ')}) and s."expires_at" > ${use('timestamptz', since.at)} and s."expires_at" <= now()`;
    return `${fresh} union all ${over}`;
  };
  const parts = [`select "record" as id from (${touched(entity.name)}) own`];
  for (const steps of reach.dependencies) {
    const joins: string[] = [];
    let from = entity;
    for (const [index, step] of steps.entries()) {
      const lookup = from.fields.get(step.field);
      const next = model.entities.get(step.entity);
      if (!lookup || !next) throw new TypeError(`${from.name} has no lookup ${step.field} of ${step.entity}`);
      const column = `t${index}.${ident(mainColumn(lookup).name)}`;
      const key = ident(mainColumn(next.key).name);
      // The last table is not needed: its key is what the lookup holds.
      if (index === steps.length - 1) joins.push(`where ${column} in (${touched(step.entity)})`);
      else joins.push(`join ${qualified(schema, next.name)} t${index + 1} on t${index + 1}.${key} = ${column}`);
      from = next;
    }
    const key = ident(mainColumn(entity.key).name);
    parts.push(`select t0.${key} from ${qualified(schema, entity.name)} t0 ${joins.join(' ')}`);
  }
  return parts.join(' union all ');
}
