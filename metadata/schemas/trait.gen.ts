// Generated from trait.schema.json by `npm run generate`: change the schema, not this file.

/**
 * Fields that many entities share: `traits/record.json` is beneath every entity, `user-owned` beneath those with owners, `stateful` beneath those with states, others beneath entities whose field types ask for them (`money`). In strings, `{entity}`, `{set}` and `{key}` stand for the names of the entity that has the trait.
 */
export interface TraitDocument {
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
   * The fields, merged beneath the entity's own, so that the entity may change their titles. `{key}` stands for the name of the entity's key field.
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
