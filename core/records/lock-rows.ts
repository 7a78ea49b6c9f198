// Keeps others off rows until the transaction ends, always in the order of their ids: two that lock never wait for each other.
import { ident } from '../db/identifier.ts';
import type { Call } from '../engine.ts';
import type { Entity } from '../model/model.ts';
import { columnOf } from './entity-facts.ts';
import { table } from './statement.ts';
import { executorOf } from './transact.ts';

export async function lockRows(call: Call, entity: Entity, ids: readonly string[]): Promise<void> {
  const key = ident(columnOf(entity.key).name);
  await executorOf(call).query(
    `select 1 from ${table(call.engine.schema, entity)} where ${key} = any ($1::text[]::uuid[]) order by ${key} for no key update`,
    [ids],
  );
}
