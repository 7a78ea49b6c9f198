// One statement that changes many rows of an entity the same way (a link taken out, an owner passed on), each with its audit
// and outbox row. Handlers inside the transaction do not run for these; asynchronous ones do.
import { ident, literal, qualified } from '../db/identifier.ts';
import type { Parameter } from '../db/sql.ts';
import type { Call } from '../engine.ts';
import { handlersOf } from '../events/handlers.ts';
import type { Entity } from '../model/model.ts';
import type { Privilege } from '../security/access.ts';
import { columnOf, factsOf } from './entity-facts.ts';
import { fillConditions, rowConditions } from './row-conditions.ts';
import { askedOf, askedText, may, rowPrivilegeMissing } from './row-rights.ts';
import { auditInto, audited, jsonObject, outboxInto, slots, table, traceOf, type Slots } from './statement.ts';
import { executorOf } from './transact.ts';

export interface BulkUpdate {
  /** Column → SQL, values by slots. */
  set(parameters: Slots): ReadonlyMap<string, string>;
  /** SQL condition over `t`. */
  where(parameters: Slots): string;
  readonly values: ReadonlyMap<string, Parameter>;
  /** The caller must have it on every row that changes; else ROW_PRIVILEGE_MISSING and nothing is written. */
  readonly privilege?: Privilege;
}

/** The changed rows' ids. */
export async function bulkUpdate(call: Call, entity: Entity, update: BulkUpdate): Promise<readonly string[]> {
  const { engine } = call;
  const { schema } = engine;
  const facts = factsOf(entity);
  const parameters = slots();
  const key = ident(columnOf(entity.key).name);
  const set = update.set(parameters);
  const user = parameters.use(':user', 'uuid');
  const request = parameters.use(':request', 'text');
  const version = facts.system.get('version');
  const versionColumn = version ? ident(columnOf(version).name) : undefined;
  const all = new Map(set);
  const modifiedOn = facts.system.get('modified-on');
  if (modifiedOn) all.set(columnOf(modifiedOn).name, 'now()');
  const modifiedBy = facts.system.get('modified-by');
  if (modifiedBy) all.set(columnOf(modifiedBy).name, user);
  if (version) all.set(columnOf(version).name, `nextval(${literal(qualified(schema, '_version'))}::regclass)`);
  const names = [...set.keys()];
  const list = (alias: string): string => [key, ...names.map(ident)].map((name) => `${alias}.${name}`).join(', ');
  const differs = names.map((name) => `t.${ident(name)} is distinct from ${set.get(name) ?? 'null'}`).join(' or ');
  const pairs = names.map(
    (name) =>
      `case when old.${ident(name)} is distinct from t.${ident(name)} then ${jsonObject([[name, `jsonb_build_array(old.${ident(name)}, t.${ident(name)})`]])} else '{}'::jsonb end`,
  );
  const notify = handlersOf(engine.handlers, 'update', entity.name).async.length > 0;
  const asked = update.privilege ? askedOf(call, entity.name, [update.privilege]) : [];
  const rights = rowConditions(engine, parameters.use);
  const flags = askedText(rights, entity, 't', asked);
  const ctes = [
    `old as materialized (select ${list('t')}${flags} from ${table(schema, entity)} t where ${update.where(parameters)} and (${differs}) for no key update)`,
    // What changed is told by the update itself: old and new rows joined once more would be compared pair by pair.
    `diff as (update ${table(schema, entity)} t set ${[...all].map(([name, sql]) => `${ident(name)} = ${sql}`).join(', ')} from old where t.${key} = old.${key} returning t.${key} as id, ${versionColumn ? `t.${versionColumn}` : 'null::bigint'} as version, ${pairs.join(' || ')} as changes)`,
    ...(entity.audit
      ? [
          `audit as (${auditInto(schema, parameters, { id: 'gen_random_uuid()', entity: entity.name, record: 'id', action: 'update', changes: audited(entity, 'changes', names), from: 'diff' })})`,
        ]
      : []),
    `outbox as (${outboxInto(schema)} select 'update', ${literal(entity.name)}, id, version, ${user}, ${request}, array(select jsonb_object_keys(changes)), ${notify ? '(select jsonb_object_agg(key, value -> 1) from jsonb_each(changes))' : 'null'}, ${notify ? 'null' : 'now()'} from diff)`,
  ];
  const values = new Map(update.values);
  for (const [slot, value] of traceOf(call)) values.set(slot, value);
  const executor = executorOf(call);
  fillConditions(rights.recipes, call.principal, values);
  const out = asked.map(({ privilege }) => `, exists (select from old where not ${ident(may(privilege))}) as "out"`);
  const rows = await executor.query<{ id: string; out?: boolean }>(
    `with ${ctes.join(',\n')}\nselect id${out.join('')} from diff`,
    parameters.names.map((slot) => values.get(slot) ?? null),
  );
  // Its transaction is taken back.
  if (update.privilege && rows[0]?.out === true) {
    throw rowPrivilegeMissing(update.privilege, entity.name, `every ${entity.title} that changes along`);
  }
  if (notify && rows.length > 0) await executor.query("select pg_notify($1::text, '')", [`${schema}_outbox`]);
  return rows.map((row) => row.id);
}
