// The one way of a write (DESIGN D7): validate handlers → the engine's own validation → authorization → before handlers →
// SQL with audit and outbox → after handlers → commit. Without handlers it is a single statement.
import type { Call } from '../engine.ts';
import type { Entity } from '../model/model.ts';
import { databaseError } from '../db/errors.ts';
import { PeyvandError } from '../sdk/index.ts';
import type { EventHandler, HandlerContext, Message, Records, Violation } from '../sdk/index.ts';
import { contextOf, pluginOf, type MakeReach, type Reach } from '../plugins/context.ts';
import { fail } from '../records/errors.ts';
import { invalid } from '../records/invalid.ts';
import { alone, transact } from '../records/transact.ts';
import { guardOf } from '../security/administration/guard.ts';
import { handlersOf } from './handlers.ts';

/** Writes nested deeper than this are refused, with the chain of handlers. */
export const DEPTH_LIMIT = 8;

export type Image = Readonly<Record<string, unknown>>;

/** One write, planned by core/records, carried out by `run`. */
export interface PlannedWrite<T> {
  readonly message: Message;
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
  has(message: Message, entity: string): boolean;
  fire(call: Call, stage: 'before' | 'after', write: Fired): Promise<void>;
}

export interface Fired {
  readonly message: Message;
  readonly entity: Entity;
  readonly id: string;
  readonly values: Record<string, unknown>;
  readonly image?: Image | undefined;
}

export async function run<T>(call: Call, write: PlannedWrite<T>, reach: MakeReach): Promise<T> {
  const handlers = handlersOf(call.engine.handlers, write.message, write.entity.name);
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
    await runAll(call, handlers.validate, write, undefined, () => nowhere);
  }
  write.check(false);
  write.authorize(call);
  const guard = guardOf(call, write);
  if (!handlers.inTransaction && !guard) {
    return (write.transaction ? transact : alone)(call, write.entity, (inside) => write.execute(inside, hooks));
  }
  return transact(call, write.entity, async (inside) => {
    await write.admit?.(inside);
    const image = handlers.image ? await write.image?.(inside) : undefined;
    const before = { ...write.values };
    await runAll(inside, handlers.before, write, image, reach);
    if (Object.keys(write.values).some((name) => write.values[name] !== before[name])) write.check(true);
    const settle = await guard?.(inside);
    const written = await write.execute(inside, hooks);
    await settle?.();
    await runAll(inside, handlers.after, write, image, reach);
    return written;
  });
}

async function fire(call: Call, stage: 'before' | 'after', fired: Fired, reach: MakeReach): Promise<void> {
  const handlers = handlersOf(call.engine.handlers, fired.message, fired.entity.name);
  await runAll(call, handlers[stage], fired, fired.image, reach);
}

/** Runs handlers one after the other; collects what they refuse and throws it together. */
async function runAll(
  call: Call,
  handlers: readonly EventHandler[],
  write: Omit<Fired, 'image'>,
  image: Image | undefined,
  reach: MakeReach,
): Promise<void> {
  const violations: Violation[] = [];
  for (const handler of handlers) {
    if (handler.changed && image && !handler.changed.some((name) => differs(write.values, image, name))) continue;
    if (handler.changed && !image && !handler.changed.some((name) => name in write.values)) continue;
    const depth = (call.depth ?? 0) + 1;
    const chain = [...(call.chain ?? []), `${handler.name} (${handler.stage} ${write.message} ${write.entity.name})`];
    const inside = { ...call, depth, chain };
    const context: HandlerContext = {
      ...contextOf(inside, pluginOf(handler), blaming(handler, reach(inside, true))),
      message: write.message,
      entity: write.entity.name,
      id: write.id,
      values: write.values,
      ...(handler.image && image ? { image } : {}),
      depth,
      refuse: (...more) => void violations.push(...more),
    };
    try {
      await handler.run(context);
    } catch (error) {
      if (error instanceof PeyvandError || databaseError(error)) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw fail('HANDLER_FAILED', { handler: handler.name, reason }, { cause: error });
    }
  }
  if (violations.length > 0) throw invalid(write.entity, violations);
}

/** What a handler writes of its own is not what the caller sent: a refusal of it names the handler. */
function blaming(handler: EventHandler, reach: Reach): Reach {
  const named = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      if (!(error instanceof PeyvandError) || error.status !== 400 || error.data?.['handler'] !== undefined)
        throw error;
      throw new PeyvandError(
        error.code,
        error.status,
        `The handler ${handler.name} could not write. ${error.message}`,
        {
          details: error.details,
          data: { ...error.data, handler: handler.name },
          cause: error,
        },
      );
    }
  };
  const blamed = (records: Records): Records => ({
    create: (entity, values) => named(records.create(entity, values)),
    createMany: (entity, rows) => named(records.createMany(entity, rows)),
    update: (entity, id, values) => named(records.update(entity, id, values)),
    remove: (entity, id) => named(records.remove(entity, id)),
    retrieve: (entity, id, options) => named(records.retrieve(entity, id, options)),
    list: (entity, query) => named(records.list(entity, query)),
  });
  return {
    records: blamed(reach.records),
    system: blamed(reach.system),
    invoke: (...call) => named(reach.invoke(...call)),
  };
}

function differs(values: Readonly<Record<string, unknown>>, image: Image, name: string): boolean {
  if (!(name in values)) return false;
  const [next, last] = [values[name] ?? null, image[name] ?? null];
  if (next === last) return false;
  return typeof next === 'object' || typeof last === 'object'
    ? JSON.stringify(next) !== JSON.stringify(last)
    : String(next) !== String(last);
}

const refused = () =>
  Promise.reject(new TypeError('a validate handler has no access to records: it runs before the transaction'));
const noRecords: Records = {
  create: refused,
  createMany: refused,
  update: refused,
  remove: refused,
  retrieve: refused,
  list: refused,
};
const nowhere: Reach = { records: noRecords, system: noRecords, invoke: refused };
