// Which handlers run for a message on an entity, in order, by stage. Read once per engine and kept.
import type { EventHandler, Message, Stage } from '../sdk/index.ts';

export interface Handlers {
  readonly validate: readonly EventHandler[];
  readonly before: readonly EventHandler[];
  readonly after: readonly EventHandler[];
  readonly async: readonly EventHandler[];
  /** Some of them run inside the transaction. */
  readonly inTransaction: boolean;
  /** Some of them ask for the row before the write, or for what really changes. */
  readonly image: boolean;
}

const known = new WeakMap<readonly EventHandler[], Map<string, Handlers>>();

export function handlersOf(all: readonly EventHandler[], message: Message, entity: string): Handlers {
  let cache = known.get(all);
  if (!cache) known.set(all, (cache = new Map()));
  const key = `${message} ${entity}`;
  const found = cache.get(key);
  if (found) return found;
  const mine = all.filter((one) => one.message === message && (one.entity === undefined || one.entity === entity));
  const of = (stage: Stage): readonly EventHandler[] => inOrder(mine.filter((one) => one.stage === stage));
  const [before, after] = [of('before'), of('after')];
  const inside = [...before, ...after];
  const handlers: Handlers = {
    validate: of('validate'),
    before,
    after,
    async: of('async'),
    inTransaction: inside.length > 0,
    image: inside.some((one) => one.image === true || one.changed !== undefined),
  };
  cache.set(key, handlers);
  return handlers;
}

/** By name, and each one behind those it names in `after`; names that are not there, and circles, are passed over. */
function inOrder(handlers: readonly EventHandler[]): readonly EventHandler[] {
  const waiting = handlers.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const ordered: EventHandler[] = [];
  while (waiting.length > 0) {
    const ready = waiting.findIndex(
      (one) => !(one.after ?? []).some((name) => waiting.some((w) => w !== one && w.name === name)),
    );
    ordered.push(...waiting.splice(Math.max(ready, 0), 1));
  }
  return ordered;
}
