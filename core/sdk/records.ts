// What a plugin's server half may do to rows: as the caller (`records`), or with the rights that its plugin.json declares
// (`system`). Every call goes the way of everybody's writes: rules, handlers, audit, outbox.

/** A row by field name, as on the wire. A lookup of several entities is `name` (the id) and `name_type`. */
export type Row = Readonly<Record<string, unknown>>;

export interface NamedRow {
  readonly entity: string;
  readonly id: string;
}

/** Await each call: what is not awaited may run when the transaction is over. */
export interface Records {
  /** Answers the id. A lookup is an id, one of several entities `{entity, id}`. */
  create(entity: string, values: Row): Promise<string>;
  /**
   * Many rows of one entity in few statements, in one transaction; answers the ids in the order of the rows. Handlers, rules,
   * audit and outbox as with `create`.
   */
  createMany(entity: string, rows: readonly Row[]): Promise<readonly string[]>;
  update(entity: string, id: string, values: Row): Promise<void>;
  /**
   * Changes many rows of one entity in few statements, in one transaction; each of `rows` is the row's key and the fields that
   * change. All of them or none: a row that is not there is RECORD_NOT_FOUND. Handlers, rules, audit and outbox as with `update`.
   */
  updateMany(entity: string, rows: readonly Row[]): Promise<void>;
  remove(entity: string, id: string): Promise<void>;
  /** The whole row; undefined where there is none that may be read. `lock`: nobody changes it until the transaction ends. */
  retrieve(entity: string, id: string, options?: { readonly lock?: boolean }): Promise<Row | undefined>;
  /**
   * Rows by OData options (`$select=name&$filter=…`), those of this transaction included; at most 5,000. `lock`: nobody changes them
   * until the transaction ends. They are locked, and come, in the order of their ids, so that two that lock do not wait for each
   * other; the query has `$select`, `$filter` and `$top` only.
   */
  list(entity: string, query: string, options?: { readonly lock?: boolean }): Promise<readonly Row[]>;
  /** Puts a file in the place of what a file or image field holds. */
  storeFile(entity: string, id: string, field: string, file: NewFile): Promise<void>;
  /** Links two rows over an N:N relation, by its name or the navigation property; linked already: nothing changes. */
  associate(entity: string, id: string, navigation: string, target: NamedRow): Promise<void>;
  disassociate(entity: string, id: string, navigation: string, target: NamedRow): Promise<void>;
  /** Gives a user or team rights on one row, instead of those an earlier share gave it, or beside them with `add`. */
  share(entity: string, id: string, principal: string, share: NewShare): Promise<Shared>;
  /** Ends what was shared with a user or team; nothing shared: nothing changes. */
  unshare(entity: string, id: string, principal: string): Promise<void>;
}

export type SharedRight = 'read' | 'write' | 'delete' | 'append' | 'append-to' | 'assign' | 'share';

export interface NewShare {
  readonly rights: readonly SharedRight[];
  readonly add?: boolean;
  /** Instant, UTC; null or left out: for ever. */
  readonly expiresAt?: string | null;
  /** Shown beside the share: at most 400 characters. */
  readonly reason?: string;
}

export interface Shared {
  readonly rights: readonly string[];
  /** Rights that do nothing yet: no role of the receiver grants them on the entity. */
  readonly ineffective: readonly string[];
}

export interface NewFile {
  readonly name: string;
  /** `application/pdf`. */
  readonly mediaType: string;
  readonly base64: string;
}
