// Forgets what the organization no longer wants to keep: once a day and at the start, never in a request.
import { databaseError } from '../db/errors.ts';
import { ident, qualified } from '../db/identifier.ts';
import type { Engine } from '../engine.ts';
import { factsOf, columnOf } from '../records/entity-facts.ts';
import { retainAudit, type DroppedMonth } from './ownership.ts';

const ENTITY = 'organization';
const FIELD = 'auditretentionmonths';
const DAY = 24 * 3_600_000;

/** Months that the log is kept; undefined: for ever. */
export async function readRetention({ database, schema, model }: Engine): Promise<number | undefined> {
  const entity = model.entities.get(ENTITY);
  const field = entity?.fields.get(FIELD);
  if (!entity || !field) return undefined;
  const created = factsOf(entity).system.get('created-on');
  const order = ident(columnOf(created ?? entity.key).name);
  const [row] = await database.query<{ months: number | null }>(
    `select ${ident(columnOf(field).name)} as months from ${qualified(schema, entity.name)} order by ${order} limit 1`,
  );
  return row?.months ?? undefined;
}

/** Drops the months that are past. Several servers may do it at once: the database lets one after the other. */
export async function applyRetention(engine: Engine): Promise<readonly DroppedMonth[]> {
  const months = await readRetention(engine);
  return months === undefined ? [] : retainAudit(engine.database, engine.schema, months);
}

export interface RetentionOptions {
  engine(): Engine;
  onDropped?(dropped: readonly DroppedMonth[]): void;
  onFailure?(error: unknown): void;
  /** Milliseconds; default a day. */
  readonly interval?: number;
}

/** Applies it now and every day; returns what ends it. */
export function startRetention(options: RetentionOptions): () => Promise<void> {
  let running: Promise<void> | undefined;
  const apply = async (): Promise<void> => {
    try {
      const dropped = await applyRetention(options.engine());
      if (dropped.length > 0) options.onDropped?.(dropped);
    } catch (error) {
      // Somebody reads the month that is to go: tomorrow is another day.
      if (databaseError(error)?.code !== '55P03') options.onFailure?.(error);
    }
  };
  const begin = (): void => {
    running ??= apply().finally(() => (running = undefined));
  };
  const clock = setInterval(begin, options.interval ?? DAY);
  clock.unref();
  begin();
  return async () => {
    clearInterval(clock);
    await running;
  };
}
