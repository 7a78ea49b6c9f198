// Where a write runs: alone as one statement, or in a transaction that begins anew when it met another one.
import type { Call } from '../engine.ts';
import type { Executor } from '../db/sql.ts';
import type { Entity } from '../model/model.ts';
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
