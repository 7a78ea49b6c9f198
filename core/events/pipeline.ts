// The one way of a write (DESIGN D7): validate handlers → the engine's own validation → authorization → before handlers →
// SQL with audit and outbox → after handlers → commit. Without handlers it is a single statement.
import type { Call } from '../engine.ts';
import type { Entity } from '../model/model.ts';
import type { WriteMessage } from '../sdk/index.ts';
import type { MakeReach } from '../plugins/context.ts';
import { fail } from '../records/errors.ts';
import { readRow } from '../records/read-row.ts';
import { alone, transact } from '../records/transact.ts';
import { guardOf } from '../security/administration/guard.ts';
import { handlersOf } from './handlers.ts';
import { nowhere, runHandlers } from './run-handlers.ts';

/** Writes nested deeper than this are refused, with the chain of handlers. */
export const DEPTH_LIMIT = 8;

export type Image = Readonly<Record<string, unknown>>;

/** One write, planned by core/records, carried out by `run`. */
export interface PlannedWrite<T> {
  readonly message: WriteMessage;
  readonly entity: Entity;
  readonly id: string;
  /** Wire values by field name. `before` handlers may add to them. */
  readonly values: Record<string, unknown>;
  /** Reads `values` again after handlers changed them; throws RECORD_INVALID. */
  check(changed: boolean): void;
  /** Throws PRIVILEGE_MISSING. */
  authorize(call: Call): void;
  /** Before handlers see the row: throws where the caller's rights do not reach it. `execute` asks again, in its statement. */
  admit?(call: Call): Promise<void>;
  /** More than one statement, even without handlers. */
  readonly transaction: boolean;
  /** The row before the write, locked. */
  image?(call: Call): Promise<Image | undefined>;
  execute(call: Call, hooks: Hooks): Promise<T>;
}

/** Handlers around rows that a write takes along (cascades). */
export interface Hooks {
  /** True when some handler runs inside the transaction for this message on this entity. */
  has(message: WriteMessage, entity: string): boolean;
  fire(call: Call, stage: 'before' | 'after', write: Fired): Promise<void>;
}

export interface Fired {
  readonly message: WriteMessage;
  readonly entity: Entity;
  readonly id: string;
  readonly values: Record<string, unknown>;
  readonly image?: Image | undefined;
}

export async function run<T>(asked: Call, write: PlannedWrite<T>, reach: MakeReach): Promise<T> {
  const handlers = handlersOf(asked.engine.handlers, write.message, write.entity.name);
  const call: Call = { ...asked, shared: asked.shared ?? {} };
  const hooks: Hooks = {
    has: (message, entity) => handlersOf(call.engine.handlers, message, entity).inTransaction,
    fire: (inside, stage, fired) => fire(inside, stage, fired, reach),
  };
  if ((call.depth ?? 0) > DEPTH_LIMIT) {
    throw fail(
      'DEPTH_EXCEEDED',
      { limit: DEPTH_LIMIT, chain: (call.chain ?? []).join(' → ') },
      { data: { chain: call.chain } },
    );
  }
  if (handlers.validate.length > 0) {
    await runHandlers(call, handlers.validate, aboutOf(write), () => nowhere);
  }
  write.check(false);
  write.authorize(call);
  const guard = guardOf(call, write);
  if (!handlers.inTransaction && !guard) {
    return (write.transaction ? transact : alone)(call, write.entity, (inside) => write.execute(inside, hooks));
  }
  return transact(call, write.entity, async (transaction) => {
    // A transaction that is begun anew finds nothing that its first attempt left behind.
    const inside = asked.shared ? transaction : { ...transaction, shared: { ...call.shared } };
    await write.admit?.(inside);
    const image = handlers.image ? await write.image?.(inside) : undefined;
    const before = { ...write.values };
    await runHandlers(inside, handlers.before, { ...aboutOf(write), image }, reach);
    if (Object.keys(write.values).some((name) => write.values[name] !== before[name])) write.check(true);
    const settle = await guard?.(inside);
    const written = await write.execute(inside, hooks);
    await settle?.();
    const postImage = handlers.postImage ? await readRow(inside, write.entity, write.id, false) : undefined;
    await runHandlers(inside, handlers.after, { ...aboutOf(write), image, postImage }, reach);
    return written;
  });
}

function aboutOf({ message, entity, id, values }: PlannedWrite<unknown>): Fired {
  return { message, entity, id, values };
}

async function fire(call: Call, stage: 'before' | 'after', fired: Fired, reach: MakeReach): Promise<void> {
  const handlers = handlersOf(call.engine.handlers, fired.message, fired.entity.name);
  await runHandlers(call, handlers[stage], fired, reach);
}
