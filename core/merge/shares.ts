// Shares of a merged row: who had the loser has the winner, with the rights of both.
import { qualified } from '../db/identifier.ts';
import type { Call } from '../engine.ts';
import type { Entity } from '../model/model.ts';
import { executorOf } from '../records/transact.ts';
import type { ShareMove, ShareRow } from './undo-log.ts';

async function sharesOf(
  call: Call,
  entity: Entity,
  record: string,
  principals?: readonly string[],
): Promise<readonly ShareRow[]> {
  const rows = await executorOf(call).query<{ shares: string }>(
    `select coalesce(jsonb_agg(to_jsonb(s) order by s."principal"), '[]')::text as shares from ${qualified(call.engine.schema, '_share')} s
      where s."entity" = $1::text and s."record" = $2::uuid and ($3::text[] is null or s."principal" = any ($3::text[]::uuid[]))`,
    [entity.name, record, principals ?? null],
  );
  return JSON.parse(rows[0]?.shares ?? '[]') as readonly ShareRow[];
}

export async function moveShares(call: Call, entity: Entity, stays: string, goes: string): Promise<ShareMove> {
  const executor = executorOf(call);
  const share = qualified(call.engine.schema, '_share');
  const loser = await sharesOf(call, entity, goes);
  const principals = loser.map(({ principal }) => principal);
  const before = await sharesOf(call, entity, stays, principals);
  await executor.query(
    `insert into ${share} as s ("entity", "record", "principal", "principal_type", "rights", "expires_at", "reason", "shared_at", "shared_by", "source")
select "entity", $2::uuid, "principal", "principal_type", "rights", "expires_at", "reason", "shared_at", "shared_by", "source" from ${share}
 where "entity" = $1::text and "record" = $3::uuid
on conflict ("entity", "record", "principal", "source") do update set "rights" = s."rights" | excluded."rights",
  "expires_at" = case when s."expires_at" is null or excluded."expires_at" is null then null else greatest(s."expires_at", excluded."expires_at") end`,
    [entity.name, stays, goes],
  );
  await executor.query(`delete from ${share} where "entity" = $1::text and "record" = $2::uuid`, [entity.name, goes]);
  return { loser, before, after: await sharesOf(call, entity, stays, principals) };
}

/** Gives the loser its shares back, and takes from the winner what the merge gave it. Answers the principals left as they are. */
export async function returnShares(
  call: Call,
  entity: Entity,
  move: ShareMove,
  stays: string,
): Promise<readonly string[]> {
  const executor = executorOf(call);
  const share = qualified(call.engine.schema, '_share');
  const now = new Set((await sharesOf(call, entity, stays)).map((row) => JSON.stringify(row)));
  const unchanged = move.after.filter((row) => now.has(JSON.stringify(row)));
  const principals = unchanged.map(({ principal }) => principal);
  await executor.query(
    `delete from ${share} where "entity" = $1::text and "record" = $2::uuid and "principal" = any ($3::text[]::uuid[])`,
    [entity.name, stays, principals],
  );
  const restored = [...move.loser, ...move.before.filter(({ principal }) => principals.includes(principal))];
  await executor.query(
    `insert into ${share} select * from jsonb_populate_recordset(null::${share}, $1::text::jsonb) on conflict do nothing`,
    [JSON.stringify(restored)],
  );
  return move.after.filter((row) => !unchanged.includes(row)).map(({ principal }) => principal);
}
