// What one organization's request path holds together: the model it began with, the database, the schema's name, and the
// principal. Passed as one frozen value to the operations of core/records and core/query.
import type { Database, Executor } from './db/sql.ts';
import type { Model } from './model/model.ts';
import type { Principal } from './security/principal.ts';
import type { PluginScope } from './plugins/scope.ts';
import type { PluginWorld } from './plugins/world.ts';
import type { EventHandler, Operation, Schedule } from './sdk/index.ts';

export interface Engine {
  readonly database: Database;
  /** The organization's Postgres schema. */
  readonly schema: string;
  readonly model: Model;
  readonly handlers: readonly EventHandler[];
  /** Functions and actions of plugins; none where it is left out. */
  readonly operations?: readonly OwnedOperation[];
  /** Settings, secrets and network of plugins; none where it is left out. */
  readonly world?: PluginWorld;
}

/** With the id of the plugin it comes from. */
export interface OwnedOperation extends Operation {
  readonly plugin?: string;
}

/** Under its full name, `<plugin>/<name>`. */
export interface OwnedSchedule extends Schedule {
  readonly plugin: string;
}

/** Where a request came from and how, as the audit log keeps it. */
export interface Origin {
  /** The client's network address, where there is one. */
  readonly address?: string | undefined;
  /** `session`, `api-key <name>`, `cli`, `system`, `restore`, `merge`, … */
  readonly via?: string | undefined;
}

export interface Call {
  readonly engine: Engine;
  readonly principal: Principal;
  /** The running transaction, when the operation is part of one. */
  readonly executor?: Executor;
  /** Nesting of writes made by handlers and cascades. */
  readonly depth?: number;
  /** The handlers that led here, outermost first: shown when the nesting is refused. */
  readonly chain?: readonly string[];
  /** Whose code makes this call: it is held to what its plugin.json declares. Absent: our own. */
  readonly plugin?: PluginScope;
  /** What handlers of one write, and of what it sets off, leave for each other. */
  readonly shared?: Record<string, unknown>;
  /** For logs, audit and outbox rows. */
  readonly requestId?: string;
  /** For audit rows. */
  readonly origin?: Origin;
  /** What plugins take for this moment, where it is not the clock's: tests travel in time. */
  readonly now?: string;
  /** Rows that were read are added here, for the caller's limits. */
  readonly meter?: { rows: number };
  /** Writes with a plugin's own rights: rows in a readonly state may change too. */
  readonly unlocked?: boolean;
  /** Tell the caller of duplicates (DUPLICATE_FOUND) before storing; rules that refuse hold in any case. */
  readonly detectDuplicates?: boolean;
}

/** What "today" and generated dates are worked out from. */
export const momentOf = ({ now }: Pick<Call, 'now'>): Date => (now === undefined ? new Date() : new Date(now));
