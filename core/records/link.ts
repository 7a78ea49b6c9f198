// Associate and disassociate have the same start: from an entity and a navigation property to the two rows and how they are
// linked, by a lookup on one side or by an intersect row. Both are safe to repeat.
import { ident, literal, qualified } from '../db/identifier.ts';
import { uuidv7 } from '../db/uuid.ts';
import type { Call } from '../engine.ts';
import { handlersOf } from '../events/handlers.ts';
import { run, type PlannedWrite } from '../events/pipeline.ts';
import type { Entity, Navigation } from '../model/model.ts';
import { suggest } from '../model/suggest.ts';
import { requirePrivilege } from '../security/access.ts';
import type { ManyToMany } from './cascade.ts';
import { columnOf } from './entity-facts.ts';
import { fail } from './errors.ts';
import { handlerRecords } from './handler-records.ts';
import type { RecordAddress, RecordInput } from './input.ts';
import { notFound, resolveAddress, say } from './resolve-address.ts';
import { auditInto, outboxInto, table } from './statement.ts';
import { executorOf } from './transact.ts';
import { planUpdate } from './update-write.ts';

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

/** Sets or empties a lookup through the ordinary update; `version`: only if the row still has it. */
export async function writeLookup(
  call: Call,
  entity: Entity,
  id: string,
  field: string,
  value: { readonly entity: string; readonly id: string } | null,
  options: { readonly version?: string } = {},
): Promise<void> {
  const input: RecordInput = {
    values: { [field]: value?.id ?? null },
    targets: value ? { [field]: value.entity } : {},
    exact: {},
  };
  const written = await run(call, planUpdate(call, entity, id, input, options), handlerRecords);
  if (!written) throw notFound(entity, { id });
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
      const mine = ident(relation.columns[navigation.kind === 'second' ? 1 : 0]);
      const other = ident(relation.columns[navigation.kind === 'second' ? 0 : 1]);
      const intersect = qualified(schema, relation.table);
      const notify = handlersOf(handlers, message, entity.name).async.length > 0;
      const change =
        message === 'associate'
          ? `insert into ${intersect} (${mine}, ${other}) select $1::uuid, $2::uuid where exists (select from source) and exists (select from target) on conflict do nothing returning 1`
          : `delete from ${intersect} where ${mine} = $1::uuid and ${other} = $2::uuid returning 1`;
      const logged = message === 'associate' ? 'null, $2::uuid' : '$2::uuid, null';
      const lock = message === 'associate' ? ' for key share' : '';
      const rows = await executorOf(call).query<{ source: boolean; target: boolean }>(
        `with source as materialized (select 1 from ${table(schema, entity)} where ${ident(columnOf(entity.key).name)} = $1::uuid${lock}),
target as materialized (select 1 from ${table(schema, target)} where ${ident(columnOf(target.key).name)} = $2::uuid${target.union ? '' : lock}),
new as (${change}),
audit as (${auditInto(schema)} select $3::uuid, now(), ${literal(entity.name)}, $1::uuid, ${literal(message)}, $4::uuid, $5::text, jsonb_build_object(${literal(relation.name)}, jsonb_build_array(${logged})) from new),
outbox as (${outboxInto(schema)} select ${literal(message)}, ${literal(entity.name)}, $1::uuid, null, $4::uuid, $5::text, array[${literal(relation.name)}], jsonb_build_object('relation', ${literal(relation.name)}, 'target', $2::uuid), ${notify ? 'null' : 'now()'} from new)
select exists (select from source) as source, exists (select from target) as target${notify ? `, (select pg_notify(${literal(`${schema}_outbox`)}, '')::text from new) as notified` : ''}`,
        [id, targetId, uuidv7(), call.principal.userId, call.requestId ?? null],
      );
      if (!rows[0]?.source) throw notFound(entity, { id });
      if (!rows[0].target && message === 'associate') {
        throw fail('TARGET_NOT_FOUND', { entity: target.name, address: targetId });
      }
    },
  };
}
