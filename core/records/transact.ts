// Where a write runs: alone as one statement, or in a transaction that begins anew when it met another one.
import type { Call } from '../engine.ts';
import type { Executor } from '../db/sql.ts';
import type { Entity } from '../model/model.ts';
import { fail } from './errors.ts';
import { isRetryable, translate } from './postgres-errors.ts';

const ATTEMPTS = 5;

export function executorOf(call: Call): Executor {
  return call.executor ?? call.engine.database;
}

/** Runs `work` in the caller's transaction, or in one of its own. Postgres's errors come out translated. */
export async function transact<T>(call: Call, entity: Entity, work: (call: Call) => Promise<T>): Promise<T> {
  const { executor } = call;
  if (executor) return attempt(call, entity, () => work(call), 1);
  return attempt(
    call,
    entity,
    () => call.engine.database.transaction((inside) => work({ ...call, executor: inside })),
    ATTEMPTS,
  );
}

/**
 * Several writes, of whatever entities, in one transaction: all of them or none. Begun anew as a whole when another
 * transaction was in the way, so `work` must be repeatable. What it throws comes out as it is; WRITE_CONFLICT (409).
 */
export async function transactAll<T>(call: Call, work: (call: Call) => Promise<T>): Promise<T> {
  if (call.executor) return work(call);
  for (let left = ATTEMPTS - 1; ; left--) {
    try {
      return await call.engine.database.transaction((inside) => work({ ...call, executor: inside }));
    } catch (error) {
      if (!isRetryable(error)) throw error;
      if (left === 0) throw fail('WRITE_CONFLICT', {}, { cause: error });
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 20 * (ATTEMPTS - left)));
    }
  }
}

/** Runs one statement's work without a transaction of its own. */
export async function alone<T>(call: Call, entity: Entity, work: (call: Call) => Promise<T>): Promise<T> {
  return attempt(call, entity, () => work(call), call.executor ? 1 : ATTEMPTS);
}

async function attempt<T>(call: Call, entity: Entity, work: () => Promise<T>, attempts: number): Promise<T> {
  for (let left = attempts - 1; ; left--) {
    try {
      return await work();
    } catch (error) {
      // Inside a transaction of the caller the outermost one decides whether to begin anew.
      if (isRetryable(error) && (left > 0 || call.executor)) {
        if (call.executor) throw error;
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 20 * (attempts - left)));
        continue;
      }
      throw await translate(call, entity, error);
    }
  }
}
