// The contract of event handlers: what a plugin's server half may do around a write.
import type { PluginContext } from './context.ts';
import type { Violation } from './errors.ts';
import type { Row } from './records.ts';

/** What is written, and what stands in the outbox. */
export type WriteMessage = 'create' | 'update' | 'delete' | 'associate' | 'disassociate';

/**
 * Beside the writes: `assign`, an update that changes the owner; `set-state`, one that changes the state or its reason; `merge`, on the row
 * that stays, `values` being `subordinate` (the id of the other) and what was chosen; the name of an operation, `values` being its
 * parameters. The latter two have no `async` stage.
 */
export type Message = WriteMessage | 'assign' | 'set-state' | 'merge' | (string & {});

/**
 * validate: before the transaction, may refuse. before: inside it, may change the record. after: inside it, sees the
 * result. async: after the commit, from the outbox, at least once, with an idempotency key.
 */
export type Stage = 'validate' | 'before' | 'after' | 'async';

/** `records`, `system` and `invoke` are for `before`, `after` and `async`; a `validate` handler runs before the transaction. */
/** `Values`: the entity's, as `peyvand types` writes them (`FleetVehicleValues`); left out, any names and values. */
export interface HandlerContext<Values extends object = Record<string, unknown>> extends PluginContext {
  readonly message: Message;
  readonly entity: string;
  readonly id: string;
  /** Wire values by field name; a lookup is an id, one of several entities `{entity, id}`. In `before` a handler may set more. */
  readonly values: Values;
  /** The row before the write, by field name, where the handler asked for `image`; not in `validate` and `async`. */
  readonly image?: RowOf<Values>;
  /** The row after the write, where the handler asked for `postImage`; in `async` as it is by then. */
  readonly postImage?: RowOf<Values>;
  /** What the operation answered: `after` it. */
  readonly result?: unknown;
  /** For all handlers of one write and of what it sets off: what one leaves here, those after it find. JSON only. */
  readonly shared: Record<string, unknown>;
  /** How deep this write is nested in other writes; more than 8 is refused. */
  readonly depth: number;
  /** `async` only: the same each time this row is handed to this handler, so that an effect outside can be made only once. */
  readonly idempotencyKey?: string;
  /** Refuses the write with 400 and every violation collected. */
  refuse(...violations: Violation[]): void;
}

/** A row as handlers see it before or after a write: every field, where the types are known. */
type RowOf<Values extends object> = string extends keyof Values ? Row : Readonly<Values>;

export interface EventHandler<Values extends object = Record<string, unknown>> {
  /** Unique in its plugin; logs say `<plugin>/<name>`. Order among handlers is by `after`, then name. */
  readonly name: string;
  readonly stage: Stage;
  readonly message: Message;
  /** A logical name; absent = every entity. */
  readonly entity?: string;
  /** Update only: run when one of these fields really changes. */
  readonly changed?: readonly (keyof Values & string)[];
  /** The row before the write: whole, or these fields of it. */
  readonly image?: boolean | readonly (keyof Values & string)[];
  /** `after` and `async`: these fields of the row after the write. */
  readonly postImage?: readonly (keyof Values & string)[];
  /** Handlers to run behind: names in this plugin, `<plugin>/<name>` of another's. */
  readonly after?: readonly string[];
  /** Handlers to run ahead of. */
  readonly before?: readonly string[];
  run(context: HandlerContext<Values>): void | Promise<void>;
}

/** `defineHandler<FleetVehicleValues>({…})` types values, images and the names of `changed`. */
export function defineHandler<Values extends object = Record<string, unknown>>(
  handler: EventHandler<NoInfer<Values>>,
): EventHandler {
  return handler as unknown as EventHandler;
}
