// Which handlers run for a message on an entity, in order, by stage. Read once per engine and kept.
import type { Entity } from '../model/model.ts';
import type { Call } from '../engine.ts';
import type { EventHandler, HandlerContext, Message, Stage } from '../sdk/index.ts';

/** A part of the engine that stands among the handlers: it sees the call as well. */
export interface InnerHandler extends EventHandler {
  runInside(call: Call, context: HandlerContext): Promise<void>;
}

export interface Handlers {
  readonly validate: readonly EventHandler[];
  readonly before: readonly EventHandler[];
  readonly after: readonly EventHandler[];
  readonly async: readonly EventHandler[];
  /** Some of them run inside the transaction. */
  readonly inTransaction: boolean;
  /** Some of them ask for the row before the write, or for what really changes. */
  readonly image: boolean;
  /** Some of them ask for the row after the write. */
  readonly postImage: boolean;
}

const known = new WeakMap<readonly EventHandler[], Map<string, Handlers>>();

export function handlersOf(all: readonly EventHandler[], message: Message, entity: string): Handlers {
  let cache = known.get(all);
  if (!cache) known.set(all, (cache = new Map()));
  const key = `${message} ${entity}`;
  const found = cache.get(key);
  if (found) return found;
  const mine = all.filter((one) => hears(one, message) && (one.entity === undefined || one.entity === entity));
  const of = (stage: Stage): readonly EventHandler[] => inOrder(mine.filter((one) => one.stage === stage));
  const [before, after] = [of('before'), of('after')];
  const inside = [...before, ...after];
  const handlers: Handlers = {
    validate: of('validate'),
    before,
    after,
    async: of('async'),
    inTransaction: inside.length > 0,
    image: inside.some((one) => (one.image ?? false) !== false || one.changed !== undefined || one.message !== message),
    postImage: after.some((one) => one.postImage !== undefined),
  };
  cache.set(key, handlers);
  return handlers;
}

/** A new owner and a new state are updates of certain fields. */
const updates: ReadonlyMap<string, readonly ('owner' | 'state' | 'status')[]> = new Map([
  ['assign', ['owner']],
  ['set-state', ['state', 'status']],
]);

function hears({ message: wanted }: EventHandler, message: Message): boolean {
  return wanted === message || (message === 'update' && updates.has(wanted));
}

/** The fields of which one must change for the handler to run; undefined = it runs in any case. */
export function changedBy(handler: EventHandler, entity: Entity | undefined): readonly string[] | undefined {
  const asked = updates.get(handler.message);
  if (!asked || !entity) return handler.changed;
  const fields = [...entity.fields.values()].filter(({ system }) => asked.some((one) => one === system));
  return fields.map(({ name }) => name);
}

/** By name, each one behind those it names in `after` and ahead of those in `before`; names that are not there, and circles, are passed over. */
function inOrder(handlers: readonly EventHandler[]): readonly EventHandler[] {
  const waiting = handlers.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const ordered: EventHandler[] = [];
  while (waiting.length > 0) {
    const ready = waiting.findIndex(
      (one) =>
        !waiting.some(
          (other) => other !== one && (one.after?.includes(other.name) || other.before?.includes(one.name)),
        ),
    );
    ordered.push(...waiting.splice(Math.max(ready, 0), 1));
  }
  return ordered;
}
