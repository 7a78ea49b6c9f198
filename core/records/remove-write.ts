// Plans the deletion of one row with what it takes along: rows behind `restrict` refuse it, links are emptied, intersect rows
// and files go, and all doomed rows are deleted by one statement, so that references among them do not matter.
import { ident, literal, qualified } from '../db/identifier.ts';
import type { Parameter } from '../db/sql.ts';
import type { Call } from '../engine.ts';
import { handlersOf } from '../events/handlers.ts';
import type { Hooks, PlannedWrite } from '../events/pipeline.ts';
import type { Entity } from '../model/model.ts';
import { requirePrivilege } from '../security/access.ts';
import { bulkUpdate } from './bulk-update.ts';
import { cascade, countLinks, intersectsOf, refersTo, requireDeletable, tell, type Cascade } from './cascade.ts';
import { refuseKept } from './closed.ts';
import { refuseSingle, refuseUnion } from './create-write.ts';
import { columnOf, factsOf, typeColumnOf } from './entity-facts.ts';
import { fail } from './errors.ts';
import { readRow } from './read-row.ts';
import { fillConditions, rowConditions } from './row-conditions.ts';
import { askedText, askingOf, refuseRow, requireRow } from './row-rights.ts';
import {
  auditInto,
  jsonObject,
  outboxInto,
  slots,
  table,
  toldShare,
  traceOf,
  unaudited,
  type Slots,
} from './statement.ts';
import { executorOf } from './transact.ts';

/** The write answers false where there is no such row. */
export function planRemove(
  entity: Entity,
  id: string,
  options: { readonly version?: string } = {},
): PlannedWrite<boolean> {
  refuseUnion(entity);
  return {
    message: 'delete',
    entity,
    id,
    values: {},
    transaction: true,
    check: () => undefined,
    authorize(caller) {
      requirePrivilege(caller.principal, caller.engine.model, 'delete', entity.name);
      refuseSingle(caller, entity);
    },
    admit: (inside) => requireRow(inside, entity, id, ['delete'], true),
    image: (inside) => readRow(inside, entity, id, true),
    execute: (inside, hooks) => remove(inside, entity, id, options.version, hooks),
  };
}

async function remove(
  call: Call,
  entity: Entity,
  id: string,
  version: string | undefined,
  hooks: Hooks,
): Promise<boolean> {
  const executor = executorOf(call);
  const { schema } = call.engine;
  const versionField = factsOf(entity).system.get('version');
  const asking = askingOf(call, entity.name, ['delete']);
  const parameters = slots();
  const conditions = rowConditions(call.engine, parameters.use);
  const values = new Map<string, Parameter>([[':id', id]]);
  const flags = askedText(conditions, entity, 't', asking.flags);
  const text = `select ${versionField ? `t.${ident(columnOf(versionField).name)}` : '0'}::text as version${flags} from ${table(schema, entity)} t where t.${ident(columnOf(entity.key).name)} = ${parameters.use(':id', 'uuid')} for update`;
  fillConditions(conditions.recipes, call.principal, values);
  const rows = await executor.query<{ version: string; [flag: string]: unknown }>(
    text,
    parameters.names.map((slot) => values.get(slot) ?? null),
  );
  const found = rows[0];
  if (!found) return false;
  refuseRow(entity, id, asking, found);
  if (version !== undefined && found.version !== version) {
    const data = { current: {}, version: found.version };
    throw fail('PRECONDITION_FAILED', { entity: entity.name, version: found.version, given: version }, { data });
  }

  const plan = await cascade(call, entity, id, true);
  await requireDeletable(call, id, plan);
  for (const group of plan.doomed.values()) await refuseKept(call, group.entity, group.ids);
  const restricts = await countLinks(call, plan.restricts, plan.doomed);
  if (restricts.length > 0) {
    const details = restricts.map((one) => ({
      code: 'RESTRICTED_BY',
      target: one.relation,
      message: `In the way, by ${one.field}: ${tell(one)}.`,
    }));
    const list = restricts.map(tell).join('; ');
    throw fail('DELETE_RESTRICTED', { entity: entity.name, list }, { details, data: { restricts } });
  }

  const others = [...plan.doomed.values()].flatMap((group) =>
    hooks.has('delete', group.entity.name)
      ? [...group.ids].filter((one) => one !== id).map((one) => [group.entity, one] as const)
      : [],
  );
  const fired = [];
  for (const [child, childId] of others) {
    const image = await readRow(call, child, childId, true);
    const write = { message: 'delete' as const, entity: child, id: childId, values: {}, image };
    fired.push(write);
    await hooks.fire(call, 'before', write);
  }
  for (const link of plan.unlinks) {
    await bulkUpdate(call, link.child, {
      set: () => {
        const set = new Map([[columnOf(link.lookup).name, 'null::uuid']]);
        const type = typeColumnOf(link.lookup);
        if (type) set.set(type.name, 'null::text');
        return set;
      },
      where: (parameters) => {
        const ids = parameters.use(':parents', 'text');
        const gone = parameters.use(':gone', 'text');
        return `${refersTo(link).replace('$1::text', ids)} and not t.${ident(columnOf(link.child.key).name)} = any (${gone}[]::uuid[])`;
      },
      values: new Map<string, Parameter>([
        [':parents', link.parents],
        [':gone', [...(plan.doomed.get(link.child.name)?.ids ?? [])]],
      ]),
    });
  }
  await deleteIntersects(call, plan);
  await deleteRows(call, plan);
  for (const write of fired) await hooks.fire(call, 'after', write);
  return true;
}

/** Links over N:N relationships, each logged at the row that goes. */
async function deleteIntersects(call: Call, plan: Cascade): Promise<void> {
  const { schema } = call.engine;
  for (const { entity, ids } of plan.doomed.values()) {
    for (const { relation, column } of intersectsOf(call, entity)) {
      const other = relation.columns[0] === column ? relation.columns[1] : relation.columns[0];
      const parameters = slots();
      const doomed = `${parameters.use(':ids', 'text')}[]::uuid[]`;
      const audit = auditInto(schema, parameters, {
        id: 'gen_random_uuid()',
        entity: entity.name,
        record: ident(column),
        action: 'disassociate',
        changes: jsonObject([[relation.name, `jsonb_build_array(${ident(other)}, null)`]]),
        from: 'gone',
      });
      const values = new Map<string, Parameter>([[':ids', [...ids]], ...traceOf(call)]);
      await executorOf(call).query(
        `with gone as (delete from ${qualified(schema, relation.table)} where ${ident(column)} = any (${doomed}) returning *),
audit as (${audit})
${outboxInto(schema)} select 'disassociate', ${literal(entity.name)}, ${ident(column)}, null, ${parameters.use(':user', 'uuid')}, ${parameters.use(':request', 'text')}, array[${literal(relation.name)}], jsonb_build_object('relation', ${literal(relation.name)}, 'target', ${ident(other)}), now() from gone`,
        parameters.names.map((slot) => values.get(slot) ?? null),
      );
    }
  }
}

/** Shares that end with a row stand in the logs of the rows they were of, as if they had been taken away. */
function endedShares(call: Call, shares: string, index: number, parameters: Slots): readonly string[] {
  const { schema, model } = call.engine;
  const silent = [...model.entities.values()].filter(({ audit }) => !audit).map(({ name }) => literal(name));
  const isLogged = silent.length === 0 ? '' : ` where s."entity" not in (${silent.join(', ')})`;
  const [user, request] = [parameters.use(':user', 'uuid'), parameters.use(':request', 'text')];
  const [address, via] = [parameters.use(':address', 'text'), parameters.use(':via', 'text')];
  return [
    `unshared${index} as (insert into ${qualified(schema, '_audit')} ("id", "at", "entity", "record", "action", "user_id", "request_id", "address", "via", "changes") select gen_random_uuid(), clock_timestamp(), s."entity", s."record", 'unshare', ${user}, ${request}, ${address}, ${via}, jsonb_build_object('share', jsonb_build_array(${toldShare('s')}, null)) from ${shares} s${isLogged})`,
    `told${index} as (${outboxInto(schema)} select 'unshare', s."entity", s."record", null, ${user}, ${request}, '{}', ${toldShare('s')}, now() from ${shares} s)`,
  ];
}

async function deleteRows(call: Call, plan: Cascade): Promise<void> {
  const { schema, handlers } = call.engine;
  const parameters = slots();
  const values = new Map<string, Parameter>(traceOf(call));
  const user = parameters.use(':user', 'uuid');
  const request = parameters.use(':request', 'text');
  const ctes: string[] = [];
  let notify = false;
  for (const [index, { entity, ids }] of [...plan.doomed.values()].entries()) {
    if (ids.size === 0) continue;
    const slot = `:ids${index}`;
    values.set(slot, [...ids]);
    const list = `${parameters.use(slot, 'text')}[]::uuid[]`;
    const key = ident(columnOf(entity.key).name);
    const version = factsOf(entity).system.get('version');
    const awaited = handlersOf(handlers, 'delete', entity.name).async.length > 0;
    notify ||= awaited;
    ctes.push(`gone${index} as (delete from ${table(schema, entity)} where ${key} = any (${list}) returning *)`);
    const secret = unaudited(entity)
      .map((name) => ` - ${literal(name)}`)
      .join('');
    const old = `to_jsonb(gone${index})${secret}`;
    if (entity.audit) {
      ctes.push(
        `audit${index} as (${auditInto(schema, parameters, { id: 'gen_random_uuid()', entity: entity.name, record: key, action: 'delete', changes: `coalesce((select jsonb_object_agg(key, jsonb_build_array(value, null)) from jsonb_each(${old}) where value <> 'null'::jsonb), '{}')`, from: `gone${index}` })})`,
      );
    }
    ctes.push(
      `outbox${index} as (${outboxInto(schema)} select 'delete', ${literal(entity.name)}, ${key}, ${version ? ident(columnOf(version).name) : 'null'}, ${user}, ${request}, '{}', ${awaited ? old : 'null'}, ${awaited ? 'null' : 'now()'} from gone${index})`,
    );
    // With the row goes what was shared of it, passed on from it, or shared with it.
    const receives = entity.name === 'systemuser' || entity.name === 'team' ? ` or "principal" = any (${list})` : '';
    ctes.push(
      `shares${index} as (delete from ${qualified(schema, '_share')} where ("entity" = ${literal(entity.name)} and "record" = any (${list})) or "source" = any (${list})${receives} returning *)`,
    );
    ctes.push(...endedShares(call, `shares${index}`, index, parameters));
    ctes.push(
      `files${index} as (delete from ${qualified(schema, '_file')} where "entity" = ${literal(entity.name)} and "record" = any (${list}))`,
    );
  }
  const executor = executorOf(call);
  await executor.query(
    `with ${ctes.join(',\n')}\nselect 1`,
    parameters.names.map((slot) => values.get(slot) ?? null),
  );
  if (notify) await executor.query(`select pg_notify($1::text, '')`, [`${schema}_outbox`]);
}
