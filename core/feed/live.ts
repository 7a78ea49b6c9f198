// A batch of writes as one caller may hear of it: no values, only which rows are new, different or gone for them. One statement
// for each entity of the batch, one more where some rows are out of reach.
import type { Call } from '../engine.ts';
import { rowsFor } from '../security/access.ts';
import { PeyvandError } from '../sdk/index.ts';
import { reachOf } from './reach.ts';
import type { Batch, Written } from './watch.ts';
import { goneSince, seenNow, type Asked } from './visible-now.ts';

export interface LiveChange {
  /** Logical name. */
  readonly entity: string;
  readonly id: string;
  /** `removed`: deleted, or no longer within reach. */
  readonly kind: 'created' | 'updated' | 'removed';
  /** Row version after the last write; absent where the write was about something beside the row (a share, a link). */
  readonly version?: string;
}

/** Entity → the rows that are watched, or all of them. */
export type Topics = ReadonlyMap<string, ReadonlySet<string> | 'all'>;

export async function liveChanges(call: Call, batch: Batch, topics: Topics): Promise<readonly LiveChange[]> {
  const byEntity = new Map<string, Map<string, Written[]>>();
  for (const one of batch.written ?? []) {
    const topic = topics.get(one.entity);
    if (topic === undefined || (topic !== 'all' && !topic.has(one.record))) continue;
    let rows = byEntity.get(one.entity);
    if (!rows) byEntity.set(one.entity, (rows = new Map()));
    const writes = rows.get(one.record);
    if (writes) writes.push(one);
    else rows.set(one.record, [one]);
  }
  const changes: LiveChange[] = [];
  for (const [name, rows] of byEntity) changes.push(...(await changesOf(call, name, rows, batch)));
  return changes;
}

async function changesOf(
  call: Call,
  name: string,
  rows: ReadonlyMap<string, readonly Written[]>,
  batch: Batch,
): Promise<readonly LiveChange[]> {
  const { principal, engine } = call;
  const entity = engine.model.entities.get(name);
  if (!entity || rowsFor(principal, engine.model, 'read', name).kind === 'false') return [];
  const asked: Asked = { entity, filter: undefined, literals: [], filtered: [] };
  const seen = await seenNow(call, asked, [...rows.keys()]);
  const changes: LiveChange[] = [];
  const missing: string[] = [];
  for (const [id, writes] of rows) {
    if (!seen.has(id)) {
      missing.push(id);
      continue;
    }
    const version = writes.findLast((one) => one.version !== null)?.version;
    const kind = writes.some((one) => one.message === 'create') ? 'created' : 'updated';
    changes.push({ entity: name, id, kind, ...(version != null && { version }) });
  }
  if (missing.length === 0) return changes;
  try {
    const gone = await goneSince(call, asked, reachOf(principal, engine.model, entity), missing, batch.since);
    changes.push(...gone.map(({ id }) => ({ entity: name, id, kind: 'removed' as const })));
  } catch (error) {
    // Where the past is not kept, nobody is told of what is out of reach now.
    if (!(error instanceof PeyvandError) || error.code !== 'FEED_NOT_TRACKED') throw error;
  }
  return changes;
}
