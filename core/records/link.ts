// Associate and disassociate have the same start: from an entity and a navigation property to the two rows and how they are
// linked, by a lookup on one side or by an intersect row. Both are safe to repeat.
import { ident, literal, qualified } from '../db/identifier.ts';
import type { Parameter } from '../db/sql.ts';
import { uuidv7 } from '../db/uuid.ts';
import type { Call } from '../engine.ts';
import { handlersOf } from '../events/handlers.ts';
import type { PlannedWrite } from '../events/pipeline.ts';
import type { Entity, Navigation } from '../model/model.ts';
import { suggest } from '../model/suggest.ts';
import { requirePrivilege, type Privilege } from '../security/access.ts';
import type { ManyToMany } from './cascade.ts';
import { columnOf } from './entity-facts.ts';
import { fail } from './errors.ts';
import type { RecordAddress } from './input.ts';
import { notFound, resolveAddress, say } from './resolve-address.ts';
import { fillConditions, rowConditions } from './row-conditions.ts';
import { askedText, askingOf, may, rowPrivilegeMissing, standing, type Asking } from './row-rights.ts';
import { auditInto, jsonObject, outboxInto, slots, table, traceOf } from './statement.ts';
import { executorOf } from './transact.ts';

export interface LinkEnds {
  readonly navigation: Navigation;
  readonly id: string;
  readonly target: Entity;
  /** Undefined for taking out of a lookup whatever stands there. */
  readonly targetId: string | undefined;
}

/** Throws NAVIGATION_UNKNOWN, RECORD_NOT_FOUND, TARGET_NOT_FOUND (alternate keys; ids are checked when written). */
export async function linkEnds(
  call: Call,
  entity: Entity,
  address: RecordAddress,
  name: string,
  target: RecordAddress | undefined,
): Promise<LinkEnds> {
  const navigation = entity.navigation.get(name);
  const other = navigation && call.engine.model.entities.get(navigation.target);
  if (!navigation || !other) {
    const suggestion = suggest(name, entity.navigation.keys());
    throw fail('NAVIGATION_UNKNOWN', { entity: entity.name, name, suggestion });
  }
  const id = await resolveAddress(call, entity, address);
  if (id === undefined) throw notFound(entity, address);
  if (!target) return { navigation, id, target: other, targetId: undefined };
  const targetId = await resolveAddress(call, other, target);
  if (targetId === undefined) throw fail('TARGET_NOT_FOUND', { entity: other.name, address: say(target) });
  return { navigation, id, target: other, targetId };
}

/** Adds or removes an intersect row; nothing is logged when nothing changes. */
export function planIntersect(
  entity: Entity,
  ends: LinkEnds & { readonly targetId: string },
  relation: ManyToMany,
  message: 'associate' | 'disassociate',
): PlannedWrite<void> {
  const { navigation, id, target, targetId } = ends;
  return {
    message,
    entity,
    id,
    values: { relation: relation.name, target: targetId },
    transaction: false,
    check: () => undefined,
    authorize(call) {
      requirePrivilege(call.principal, call.engine.model, 'append', entity.name);
      requirePrivilege(call.principal, call.engine.model, 'append', target.name);
    },
    async execute(call) {
      const { schema, handlers } = call.engine;
      const parameters = slots();
      const [row, other] = [parameters.use(':id', 'uuid'), parameters.use(':target', 'uuid')];
      const mine = ident(relation.columns[navigation.kind === 'second' ? 1 : 0]);
      const theirs = ident(relation.columns[navigation.kind === 'second' ? 0 : 1]);
      const intersect = qualified(schema, relation.table);
      const notify = handlersOf(handlers, message, entity.name).async.length > 0;
      const asking = askingOf(call, entity.name, ['append']);
      const targetAsking = askingOf(call, target.name, ['append']);
      const conditions = rowConditions(call.engine, parameters.use);
      const reached = (cte: string, { required }: Asking) =>
        `exists (select from ${cte}${required.length === 0 ? '' : ` where ${required.map((one) => ident(may(one))).join(' and ')}`})`;
      const both = `${reached('source', asking)} and ${reached('target', targetAsking)}`;
      // An end of a link that the caller cannot reach keeps it; one that is gone has none.
      const change =
        message === 'associate'
          ? `insert into ${intersect} (${mine}, ${theirs}) select ${row}, ${other} where ${both} on conflict do nothing returning 1`
          : `delete from ${intersect} where ${mine} = ${row} and ${theirs} = ${other}${asking.required.length + targetAsking.required.length === 0 ? '' : ` and ${both}`} returning 1`;
      const logged = message === 'associate' ? `null, ${other}` : `${other}, null`;
      const audit = auditInto(schema, parameters, {
        id: parameters.use(':audit', 'uuid'),
        entity: entity.name,
        record: row,
        action: message,
        changes: jsonObject([[relation.name, `jsonb_build_array(${logged})`]]),
        from: 'new',
      });
      const lock = message === 'associate' ? ' for key share' : '';
      const values = new Map<string, Parameter>([
        [':id', id],
        [':target', targetId],
        [':audit', uuidv7()],
        ...traceOf(call),
      ]);
      const end = (of: Entity, id: string, { flags }: Asking, locked: string) =>
        `select 1 as there${askedText(conditions, of, 't', flags)} from ${table(schema, of)} t where t.${ident(columnOf(of.key).name)} = ${id}${locked}`;
      const flag = (cte: string, { flags }: Asking) =>
        flags
          .map(
            ({ privilege }) =>
              `, (select ${ident(may(privilege))} from ${cte}) as ${ident(`${cte} ${may(privilege)}`)}`,
          )
          .join('');
      const ctes = `source as materialized (${end(entity, row, asking, lock)}),
target as materialized (${end(target, other, targetAsking, target.union ? '' : lock)})`;
      fillConditions(conditions.recipes, call.principal, values);
      const rows = await executorOf(call).query<{ source: boolean; target: boolean; [flag: string]: unknown }>(
        `with ${ctes},
new as (${change}),
audit as (${audit}),
outbox as (${outboxInto(schema)} select ${literal(message)}, ${literal(entity.name)}, ${row}, null, ${parameters.use(':user', 'uuid')}, ${parameters.use(':request', 'text')}, array[${literal(relation.name)}], jsonb_build_object('relation', ${literal(relation.name)}, 'target', ${other}), ${notify ? 'null' : 'now()'} from new)
select exists (select from source) as source, exists (select from target) as target${flag('source', asking)}${flag('target', targetAsking)}${notify ? `, (select pg_notify(${literal(`${schema}_outbox`)}, '')::text from new) as notified` : ''}`,
        parameters.names.map((slot) => values.get(slot) ?? null),
      );
      const [found] = rows;
      if (!found?.source) throw notFound(entity, { id });
      const flagsOf = (cte: string) => (privilege: Privilege) => found[`${cte} ${may(privilege)}`] === true;
      const source = standing(asking, flagsOf('source'));
      if (source === 'unknown') throw notFound(entity, { id });
      const there = found.target ? standing(targetAsking, flagsOf('target')) : 'unknown';
      if (there === 'unknown' && message === 'associate') {
        throw fail('TARGET_NOT_FOUND', { entity: target.name, address: targetId });
      }
      if (source === 'out of reach') throw rowPrivilegeMissing('append', entity.name, 'this row', id);
      if (there === 'out of reach') throw rowPrivilegeMissing('append', target.name, 'the other row', targetId);
    },
  };
}
