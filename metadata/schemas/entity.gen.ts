// Generated from entity.schema.json by `npm run generate`: change the schema, not this file.

/**
 * A kind of row. The document is itself a JSON Schema (2020-12) of one record; `entity` and `field` add what JSON Schema cannot say. Its logical name is its folder's name: `account/entity.json`.
 */
export interface EntityDocument {
  /**
   * Where this kind's schema is, relative to the document; editors complete and check by it.
   */
  $schema?: string;
  /**
   * Makes the document an overlay: `<layer>@<version>:<document id>` that it changes, with the version it was made against. It then holds only what differs.
   */
  overlays?: string;
  /**
   * Label in the document's default language (English in ours). Other languages stand in locale files.
   */
  title: string;
  /**
   * Help for people, shown where the thing is used and where it is edited.
   */
  description?: string;
  /**
   * A record is a JSON object.
   */
  type: 'object';
  entity: Entity;
  /**
   * The fields, by logical name, in the order people meet them.
   */
  properties: {
    [k: string]: Property;
  };
  /**
   * Fields that every row must have, enforced on the server on every path. An overlay's list adds to the one below.
   */
  required?: string[];
}
/**
 * What JSON Schema cannot say about the entity as a whole.
 */
export interface Entity {
  /**
   * The entity's former logical name: its table is renamed, and its rows stay.
   */
  was?: string;
  /**
   * The name with its capitals, as programs of the Dataverse Web API gave it: `new_Loyalty`. Absent: the name itself.
   */
  schemaName?: string;
  /**
   * Entity set name in the API: `accounts`.
   */
  set?: string;
  /**
   * Title of many rows: `Accounts`.
   */
  plural?: string;
  /**
   * Name of a Lucide icon.
   */
  icon?: string;
  /**
   * `user`: each row has an owner, a user or a team (trait `user-owned`). `organization`: rows belong to everybody.
   */
  ownership?: 'user' | 'organization';
  /**
   * Name of the key field where it is not `<entity>id`: activities share `activityid`.
   */
  key?: string;
  /**
   * The field that names a row wherever it is referenced.
   */
  primary?: string;
  /**
   * Changes are logged with old and new values.
   */
  audit?: boolean;
  /**
   * Tasks, calls, appointments, letters and notes may be about a row of this entity: it becomes a target of every field of type `regarding`.
   */
  activities?: boolean;
  /**
   * Fields that quick find and the lookup's search look in; the first two are also a lookup's two lines. A view of the kind `quick-find` takes its place.
   */
  search?: string[];
  /**
   * Alternate keys: name → fields that together are unique. Upsert and import address rows by them.
   */
  keys?: {
    /**
     * @minItems 1
     */
    [k: string]: string[];
  };
  /**
   * Indexes beyond those of lookups, keys and search: name → fields, with the kind of index.
   */
  indexes?: {
    /**
     * An index.
     */
    [k: string]: {
      /**
       * Fields in order.
       *
       * @minItems 1
       */
      fields: string[];
      /**
       * `btree` for range and order, and what numbers, days and ids are equal to; `equal` for what texts are equal to or begin with; `trigram` for contains.
       */
      kind?: 'btree' | 'equal' | 'trigram';
    };
  };
  /**
   * States and their reasons. Absent: Active (0; reason 1) and Inactive (1; reason 2).
   */
  status?: State[];
  /**
   * True: rows have no state and no status reason.
   */
  stateless?: boolean;
  /**
   * True: there is exactly one row, which the platform makes. Nobody else creates or deletes rows.
   */
  single?: boolean;
  /**
   * False: two rows are never merged into one (users, units, roles: what others may do hangs on them). True needs states, because the loser is put aside.
   */
  merge?: boolean;
  /**
   * A required, immutable lookup: who may have a row of it may have this row, whatever roles say of this entity. Read with read; everything else with write. For rows that are parts of others.
   */
  through?: string;
  /**
   * A union entity whose fields and key this one also has (`task` extends `activitypointer`), so that the union can show it.
   */
  extends?: string;
  /**
   * Makes the entity a read-only union of the entities that extend it: its fields are the ones they share.
   */
  union?: {
    /**
     * The text field that holds the member's logical name: `activitytypecode`.
     */
    discriminator: string;
  };
}
/**
 * A state with its reasons; the first state is a new row's.
 */
export interface State {
  /**
   * Stored in `statecode`.
   */
  state: number;
  /**
   * Label in the document's default language (English in ours). Other languages stand in locale files.
   */
  title?: string;
  /**
   * True: a row in this state is closed. Only its state, its reason and the fields of `except` may change until it is opened again, whoever writes; a plugin's own rights (`system`) alone may do more.
   */
  readonly?: boolean;
  /**
   * `readonly`: fields that may change all the same, like the owner.
   */
  except?: string[];
  /**
   * True: a row in this state cannot be deleted, neither by itself nor along with another.
   */
  kept?: boolean;
  /**
   * The state's reasons.
   */
  reasons?: Reason[];
  /**
   * Overlay: the id of the sibling this one is placed after; the empty string puts it first. Without it a new one comes last.
   */
  after?: string;
  /**
   * Overlay: true takes the element of this id away from the layer below.
   */
  remove?: boolean;
}
/**
 * A status reason of the state; the first is the state's default.
 */
export interface Reason {
  /**
   * Stored in `statuscode`; unique in the entity.
   */
  value: number;
  /**
   * Label in the document's default language (English in ours). Other languages stand in locale files.
   */
  title?: string;
  /**
   * Colour of the label: `#rrggbb`.
   */
  color?: string;
  /**
   * Status reasons a row may go to from here. Absent: any.
   */
  to?: number[];
  /**
   * Overlay: the id of the sibling this one is placed after; the empty string puts it first. Without it a new one comes last.
   */
  after?: string;
  /**
   * Overlay: true takes the element of this id away from the layer below.
   */
  remove?: boolean;
}
/**
 * A field: the JSON Schema of its value on the wire, and `field`.
 */
export interface Property {
  /**
   * Label in the document's default language (English in ours). Other languages stand in locale files.
   */
  title?: string;
  /**
   * Help for people, shown where the thing is used and where it is edited.
   */
  description?: string;
  /**
   * JSON type of the value.
   */
  type?: 'string' | 'integer' | 'number' | 'boolean' | 'array' | 'object';
  /**
   * JSON Schema format of a string: `email`, `uri`, `uuid`, `date`, `date-time`.
   */
  format?: string;
  /**
   * Shortest text, in characters.
   */
  minLength?: number;
  /**
   * Longest text, in characters.
   */
  maxLength?: number;
  /**
   * Regular expression (ECMA-262, Unicode) that the text must match.
   */
  pattern?: string;
  /**
   * Smallest number.
   */
  minimum?: number;
  /**
   * Largest number.
   */
  maximum?: number;
  /**
   * Value of a new row when none is given, in wire form.
   */
  default?: string | number | boolean | unknown[] | null;
  /**
   * Example values, shown as a hint.
   */
  examples?: unknown[];
  /**
   * Callers cannot write it.
   */
  readOnly?: boolean;
  /**
   * Still served, no longer offered for new forms and views.
   */
  deprecated?: boolean;
  field?: Field;
  /**
   * Overlay: the id of the sibling this one is placed after; the empty string puts it first. Without it a new one comes last.
   */
  after?: string;
  /**
   * Overlay: true takes the element of this id away from the layer below.
   */
  remove?: boolean;
}
/**
 * What JSON Schema cannot say about a field. Beside the keys below it holds the field type's own options (`format`, `precision`, `choice`, `targets`, …), checked by the field type.
 */
export interface Field {
  /**
   * The field type: a folder `fields/<type>` of a plugin (`text`, `currency`, `lookup`, …).
   */
  type?: string;
  /**
   * The name with its capitals, as programs of the Dataverse Web API gave it: `new_Loyalty`. Absent: the name itself.
   */
  schemaName?: string;
  /**
   * Filled by the engine itself; callers cannot write it, except what creating a row may say (id, owner, state, status, currency, unit).
   */
  system?:
    | 'id'
    | 'created-on'
    | 'created-by'
    | 'modified-on'
    | 'modified-by'
    | 'version'
    | 'owner'
    | 'owning-unit'
    | 'owning-user'
    | 'owning-team'
    | 'state'
    | 'status'
    | 'base-currency'
    | 'caller-unit'
    | 'master'
    | 'merged';
  /**
   * Copied by the engine from a field of the row that a lookup names, whenever the lookup or an amount of the row is written.
   */
  stamp?: {
    /**
     * The lookup of this entity.
     */
    lookup: string;
    /**
     * The field of the referenced row.
     */
    field: string;
  };
  /**
   * Text fields of the row that the engine joins with spaces, leaving out empty ones, whenever one of them is written: `["firstname", "lastname"]`. The field itself is read-only.
   *
   * @minItems 1
   */
  compose?: string[];
  /**
   * The field's former name: its column is renamed, and its values stay.
   */
  was?: string;
  /**
   * Writable only when the row is created.
   */
  immutable?: boolean;
  /**
   * Only for those to whom a field profile grants it, and administrators; for everybody else the field is as if it were empty, wherever it is read.
   */
  secured?: boolean;
  /**
   * Marked on forms as worth filling in; not enforced. What is enforced stands in `required`.
   */
  recommended?: boolean;
  /**
   * False keeps the field out of the audit log.
   */
  audit?: boolean;
  relation?: Relation;
  [k: string]: unknown;
}
/**
 * How the referenced row and this one hang together: the 1:N relationship that a lookup makes.
 */
export interface Relation {
  /**
   * The relationship's name, unique in the organization; a lookup of several targets appends `_<target>`. Absent, it is made of the entities' and the field's names. In a trait and in a union, `{entity}` and `{set}` stand for the names of the entity that gets the field.
   */
  name?: string;
  /**
   * The name with its capitals, as programs of the Dataverse Web API gave it: `new_Loyalty`. Absent: the name itself.
   */
  schemaName?: string;
  /**
   * What deleting the referenced row does here: delete this row too, empty the lookup, or be refused while this row exists.
   */
  delete?: 'cascade' | 'remove-link' | 'restrict';
  /**
   * Which of these rows get the new owner when the referenced row is assigned: all, the open ones, those of the old owner, none.
   */
  assign?: 'cascade' | 'active' | 'user-owned' | 'none';
  /**
   * Which of these rows are shared along with the referenced row.
   */
  share?: 'cascade' | 'active' | 'user-owned' | 'none';
  /**
   * Which of these rows the owner of a newly chosen parent may see.
   */
  reparent?: 'cascade' | 'active' | 'user-owned' | 'none';
  /**
   * A reference to the same entity that makes a tree: a loop is refused when written.
   */
  hierarchy?: boolean;
  /**
   * A foreign key in the database. False for what the engine itself fills. A polymorphic lookup never has one: the engine keeps its integrity.
   */
  constraint?: boolean;
  /**
   * An index on the column.
   */
  index?: boolean;
}
