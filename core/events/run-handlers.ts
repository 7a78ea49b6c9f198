// Runs handlers around what happens to a row, or around an operation: which of them it concerns, what each is given, and whose fault
// it is when one fails.
import type { Call } from '../engine.ts';
import { databaseError } from '../db/errors.ts';
import type { Entity } from '../model/model.ts';
import { callOf, contextOf, pluginOf, type MakeReach, type Reach } from '../plugins/context.ts';
import { requireSet, textsOf } from '../plugins/scope.ts';
import { fail } from '../records/errors.ts';
import { invalid } from '../records/invalid.ts';
import { PeyvandError } from '../sdk/index.ts';
import type { EventHandler, HandlerContext, Message, Records, Row, Violation } from '../sdk/index.ts';
import { changedBy, type InnerHandler } from './handlers.ts';

export interface Happening {
  readonly message: Message;
  /** Undefined: an operation that is about no row. */
  readonly entity: Entity | undefined;
  readonly id: string;
  /** Wire values by field name. `before` handlers may add to them. */
  readonly values: Record<string, unknown>;
  readonly image?: Row | undefined;
  readonly postImage?: Row | undefined;
  readonly result?: unknown;
}

/** Messages whose values are fields of the row, not parameters. */
const writing: ReadonlySet<Message> = new Set(['create', 'update', 'assign', 'set-state']);

/** Runs handlers one after the other; collects what they refuse and throws it together. */
export async function runHandlers(
  call: Call,
  handlers: readonly EventHandler[],
  happening: Happening,
  reach: MakeReach,
): Promise<void> {
  const { entity, values, image } = happening;
  const violations: Violation[] = [];
  for (const handler of handlers) {
    const changed = changedBy(handler, entity);
    if (changed && image && !changed.some((name) => differs(values, image, name))) continue;
    if (changed && !image && !changed.some((name) => name in values)) continue;
    const depth = (call.depth ?? 0) + 1;
    const about = `${handler.stage} ${happening.message}${entity ? ` ${entity.name}` : ''}`;
    const chain = [...(call.chain ?? []), `${handler.name} (${about})`];
    const inside = callOf({ ...call, depth, chain }, pluginOf(handler));
    const context: HandlerContext = {
      ...contextOf(inside, pluginOf(handler), blaming(handler, reach(inside, true))),
      message: handler.message,
      entity: entity?.name ?? '',
      id: happening.id,
      values,
      ...picked('image', image, handler.image ?? false),
      ...picked('postImage', happening.postImage, handler.stage === 'after' ? (handler.postImage ?? false) : false),
      ...('result' in happening && { result: happening.result }),
      shared: call.shared ?? {},
      depth,
      refuse: (...more) => void violations.push(...more),
    };
    const scope = handler.stage === 'before' && writing.has(happening.message) ? inside.plugin : undefined;
    const sent = scope && textsOf(values);
    try {
      await ('runInside' in handler ? (handler as InnerHandler).runInside(inside, context) : handler.run(context));
      if (scope && sent && entity) requireSet(scope, entity, happening.message, sent, values);
    } catch (error) {
      if (error instanceof PeyvandError || databaseError(error)) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw fail('HANDLER_FAILED', { handler: handler.name, reason }, { cause: error });
    }
  }
  if (violations.length > 0) throw invalid(entity ?? { name: happening.message }, violations);
}

/** The fields that the handler declared, of a row that it asked for. */
export function picked<K extends 'image' | 'postImage'>(
  name: K,
  row: Row | undefined,
  asked: boolean | readonly string[],
): { readonly [P in K]?: Row } {
  if (!row || asked === false) return {};
  const columns = asked === true ? undefined : asked.flatMap((field) => [field, `${field}_type`]);
  const shown = columns ? Object.fromEntries(columns.flatMap((one) => (one in row ? [[one, row[one]]] : []))) : row;
  return { [name]: shown } as { readonly [P in K]?: Row };
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
    updateMany: (entity, rows) => named(records.updateMany(entity, rows)),
    remove: (entity, id) => named(records.remove(entity, id)),
    retrieve: (entity, id, options) => named(records.retrieve(entity, id, options)),
    list: (entity, query, options) => named(records.list(entity, query, options)),
    storeFile: (entity, id, field, file) => named(records.storeFile(entity, id, field, file)),
    associate: (...given) => named(records.associate(...given)),
    disassociate: (...given) => named(records.disassociate(...given)),
    share: (...given) => named(records.share(...given)),
    unshare: (...given) => named(records.unshare(...given)),
  });
  return {
    records: blamed(reach.records),
    system: blamed(reach.system),
    invoke: (...call) => named(reach.invoke(...call)),
  };
}

function differs(values: Readonly<Record<string, unknown>>, image: Row, name: string): boolean {
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
  updateMany: refused,
  remove: refused,
  retrieve: refused,
  list: refused,
  storeFile: refused,
  associate: refused,
  disassociate: refused,
  share: refused,
  unshare: refused,
};
export const nowhere: Reach = { records: noRecords, system: noRecords, invoke: refused };
