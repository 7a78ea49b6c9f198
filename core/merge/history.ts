// The merges a row took part in, newest first, as who may read the row sees them.
import { qualified } from '../db/identifier.ts';
import type { Call } from '../engine.ts';
import type { Entity } from '../model/model.ts';
import { notFound } from '../records/resolve-address.ts';
import { executorOf } from '../records/transact.ts';
import { requireMergeable, among } from './mergeable.ts';

export interface MergeEntry {
  readonly id: string;
  /** UTC. */
  readonly at: string;
  readonly userId: string | null;
  readonly winner: string;
  readonly loser: string;
  readonly undoneAt: string | null;
}

const TOLD = 100;

/** At most a hundred. Throws RECORD_NOT_FOUND. */
export async function mergesOf(call: Call, entity: Entity, id: string): Promise<readonly MergeEntry[]> {
  requireMergeable(entity);
  if (!(await among(call, entity, [id], { kind: 'true' })).has(id)) throw notFound(entity, { id });
  const utc = (column: string): string => `to_char("${column}" at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
  return executorOf(call).query<MergeEntry>(
    `select "id", ${utc('at')} as "at", "user_id" as "userId", "winner", "loser", ${utc('undone_at')} as "undoneAt"
       from ${qualified(call.engine.schema, '_merge')} where "entity" = $1::text and ($2::uuid in ("winner", "loser")) order by "at" desc, "id" desc limit ${TOLD}`,
    [entity.name, id],
  );
}
