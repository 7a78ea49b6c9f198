// N:N links of a merged row: they go to the winner; those it had already collapse into one.
import { ident, literal, qualified } from '../db/identifier.ts';
import type { Parameter } from '../db/sql.ts';
import type { Call } from '../engine.ts';
import type { Entity } from '../model/model.ts';
import type { ManyToMany } from '../records/cascade.ts';
import { columnOf } from '../records/entity-facts.ts';
import { auditInto, outboxInto, slots, table, traceOf, type Slots } from '../records/statement.ts';
import { executorOf } from '../records/transact.ts';
import type { Intersect } from './references.ts';
import type { LinkMove } from './undo-log.ts';

export async function moveLinks(
  call: Call,
  entity: Entity,
  { relation, side }: Intersect,
  stays: string,
  goes: string,
): Promise<readonly LinkMove[]> {
  const { moved, gone } = await transfer(call, entity, { relation, side, from: goes, to: stays });
  if (gone.length === 0) return [];
  const kept = new Set(moved);
  return [{ relation: relation.name, side, moved, dropped: gone.filter((id) => !kept.has(id)) }];
}

/** Gives back the links that stand as the merge left them, and those that had collapsed. Answers those that do not. */
export async function returnLinks(
  call: Call,
  entity: Entity,
  link: LinkMove & { readonly of: ManyToMany },
  stays: string,
  goes: string,
): Promise<readonly string[]> {
  const { of: relation, side, moved, dropped } = link;
  const { gone } = await transfer(call, entity, { relation, side, from: stays, to: goes, only: moved, more: dropped });
  const back = new Set(gone);
  return moved.filter((id) => !back.has(id));
}

interface Transfer {
  readonly relation: ManyToMany;
  readonly side: 0 | 1;
  readonly from: string;
  readonly to: string;
  /** Only links with these. */
  readonly only?: readonly string[];
  /** Made anew for `to`, where the other row is still there. */
  readonly more?: readonly string[];
}

async function transfer(
  call: Call,
  entity: Entity,
  { relation, side, from, to, only, more }: Transfer,
): Promise<{ readonly moved: readonly string[]; readonly gone: readonly string[] }> {
  const { schema, model } = call.engine;
  const intersect = qualified(schema, relation.table);
  const [mine, other] = [ident(relation.columns[side]), ident(relation.columns[side === 0 ? 1 : 0])];
  const target = model.entities.get(side === 0 ? relation.second : relation.first);
  const parameters = slots();
  const [source, goal] = [parameters.use(':from', 'uuid'), parameters.use(':to', 'uuid')];
  const chosen = only ? ` and ${other} = any (${parameters.use(':only', 'text')}[]::uuid[])` : '';
  const again =
    more && more.length > 0 && target
      ? ` union select k.${ident(columnOf(target.key).name)} from ${table(schema, target)} k where k.${ident(columnOf(target.key).name)} = any (${parameters.use(':more', 'text')}[]::uuid[])`
      : '';
  // The two rows of a merge are one: a link between them ends.
  const itself = relation.first === relation.second && !only ? ` where id <> ${goal}` : '';
  const ctes = [
    `gone as (delete from ${intersect} where ${mine} = ${source}${chosen} returning ${other} as id)`,
    `new as (insert into ${intersect} (${mine}, ${other}) select ${goal}, id from (select id from gone${again}) links${itself} on conflict do nothing returning ${other} as id)`,
    ...logged(call, parameters, entity, relation, 'disassociate', source, 'gone'),
    ...logged(call, parameters, entity, relation, 'associate', goal, 'new'),
  ];
  const values = new Map<string, Parameter>([
    [':from', from],
    [':to', to],
    [':only', only ?? []],
    [':more', more ?? []],
    ...traceOf(call),
  ]);
  const rows = await executorOf(call).query<{ moved: readonly string[] | null; gone: readonly string[] | null }>(
    `with ${ctes.join(',\n')}\nselect (select array_agg(id::text) from new) as moved, (select array_agg(id::text) from gone) as gone`,
    parameters.names.map((slot) => values.get(slot) ?? null),
  );
  return { moved: rows[0]?.moved ?? [], gone: rows[0]?.gone ?? [] };
}

/** Audit and outbox rows of links, as those of core/records/link.ts. */
function logged(
  call: Call,
  parameters: Slots,
  entity: Entity,
  relation: ManyToMany,
  action: 'associate' | 'disassociate',
  record: string,
  from: 'gone' | 'new',
): readonly string[] {
  const { schema } = call.engine;
  const pair = action === 'associate' ? 'null, id' : 'id, null';
  const changes = `jsonb_build_object(${literal(relation.name)}, jsonb_build_array(${pair}))`;
  const [user, request] = [parameters.use(':user', 'uuid'), parameters.use(':request', 'text')];
  const audit = { id: 'gen_random_uuid()', entity: entity.name, record, action, changes, from };
  return [
    `${from}_audit as (${auditInto(schema, parameters, audit)})`,
    `${from}_outbox as (${outboxInto(schema)} select ${literal(action)}, ${literal(entity.name)}, ${record}, null, ${user}, ${request}, array[${literal(relation.name)}], jsonb_build_object('relation', ${literal(relation.name)}, 'target', id), now() from ${from})`,
  ];
}
