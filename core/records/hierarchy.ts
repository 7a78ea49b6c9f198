// A self-reference that forms a tree stays one: under a lock of the tree, the new parent may not lie below the row.
import { ident } from '../db/identifier.ts';
import type { Call } from '../engine.ts';
import type { Entity, Field } from '../model/model.ts';
import { columnOf } from './entity-facts.ts';
import { invalid } from './invalid.ts';
import { table } from './statement.ts';
import { executorOf } from './transact.ts';

/** Throws HIERARCHY_LOOP when `parent` is the row or lies below it. Must run in a transaction: its lock lasts until the end. */
export async function refuseLoop(call: Call, entity: Entity, field: Field, id: string, parent: string): Promise<void> {
  const executor = executorOf(call);
  const { schema } = call.engine;
  await executor.query('select pg_advisory_xact_lock(hashtextextended($1::text, 0))', [
    `${schema}.${entity.name}.${field.name}`,
  ]);
  const key = ident(columnOf(entity.key).name);
  const up = ident(columnOf(field).name);
  const rows = await executor.query<{ loops: boolean }>(
    `with recursive above(id) as (
  select $1::uuid
  union
  select t.${up} from above join ${table(schema, entity)} t on t.${key} = above.id where t.${up} is not null
)
select exists (select from above where id = $2::uuid) as loops`,
    [parent, id],
  );
  if (!rows[0]?.loops) return;
  const message = `${field.name} would make a loop: the chosen row is this row or lies below it. Choose one outside its branch.`;
  throw invalid(entity, [{ code: 'HIERARCHY_LOOP', target: field.name, message }]);
}
