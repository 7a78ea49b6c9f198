// The contract of a field type: what a folder `plugins/<plugin>/fields/<type>/` gives the engine. The engine knows field
// types only through this: it asks for storage, wire form, operators and optional capabilities, never for a name.
import type { JsonObject, JsonSchema } from './json.ts';
import type { Violation } from './errors.ts';

/** Storage classes: how a column is cast, compared and written as JSON is decided by core/query from this alone. */
export type ColumnType =
  | 'text'
  | 'integer'
  | 'bigint'
  | 'numeric'
  | 'boolean'
  | 'date'
  | 'timestamptz' // an instant; wire `2026-11-22T10:00:00Z`
  | 'timestamp' // a wall-clock time without zone; wire `2026-11-22T10:00:00`
  | 'uuid'
  | 'jsonb'
  | 'integer[]'; // wire: '1,2,3' as the Dataverse Web API sends multi-choice values

export interface ColumnSpec {
  /** '' is the field's own column (named as the field); else appended to the name, e.g. `_type`, `_base`. */
  readonly suffix: string;
  readonly type: ColumnType;
  /** The JSON name in answers where it is not the column's own name, e.g. `_primarycontactid_value`. */
  readonly wire?: string;
  /** Left out of answers unless asked for by name. */
  readonly hidden?: boolean;
  /**
   * Filled by the engine whenever the field or what it depends on is written, in the same statement: the field's own
   * value divided by another field of the row, rounded to `scale` decimals (an amount in base currency).
   */
  readonly quotient?: { readonly by: string; readonly scale: number };
}

/** What a field type sees of one field of an entity document. */
export interface FieldSpec<O extends object = JsonObject> {
  readonly entity: string;
  readonly name: string;
  /** The content of the `field` keyword, `type` included. */
  readonly options: O;
  /** The property's whole schema (maxLength, minimum, format …). */
  readonly schema: JsonObject;
}

/** A value as postgres.js takes it for one column. Exact numbers travel as text. */
export type ColumnValue = string | number | boolean | null | readonly number[];

/** What decoding may ask about the value's surroundings. */
export interface DecodeContext {
  /** The source text of a JSON number, so that a decimal never passes through binary floating point. */
  readonly exact?: string;
  /** The entity a reference names in the request (`customerid_account@odata.bind`), if any. */
  readonly target?: string;
}

export type Decoded = { readonly values: readonly ColumnValue[] } | { readonly violation: Omit<Violation, 'target'> };

/** Filter operators a type may allow; core/query holds the SQL for each storage class. */
export type Operator =
  | 'eq'
  | 'ne'
  | 'gt'
  | 'ge'
  | 'lt'
  | 'le'
  | 'in'
  | 'null'
  | 'contains'
  | 'startswith'
  | 'endswith'
  | 'has-any' // multi-choice: any of the values
  | 'has-all'
  | 'me' // owner and user lookups: the caller
  | 'on'
  | 'before'
  | 'after'
  | 'today'
  | 'yesterday'
  | 'tomorrow'
  | 'this-week'
  | 'this-month'
  | 'this-year'
  | 'last-x-days'
  | 'next-x-days';

/** Cascades of a relationship, by what happens to the parent. Values as in the Dataverse cascade configuration. */
export type Cascade = 'cascade' | 'active' | 'user-owned' | 'none';
export type DeleteCascade = 'cascade' | 'remove-link' | 'restrict';

/** Capability: the value names a row of another entity. */
export interface Reference {
  /** Logical names; more than one makes it polymorphic and needs a `_type` column. */
  readonly targets: readonly string[];
  /** The 1:N relationship's name, for one target; polymorphic ones append `_<target>`. */
  readonly relation: string;
  /** What polymorphic ones append to it: the target's logical name (default), or the name of its set. */
  readonly namedBy?: 'set';
  readonly delete: DeleteCascade;
  readonly assign: Cascade;
  readonly share: Cascade;
  readonly reparent: Cascade;
  /** A self-reference that forms a tree: loops are refused when written. */
  readonly hierarchy?: boolean;
  /** A database foreign key (one target only). False for what the engine itself fills, e.g. createdby. */
  readonly constraint: boolean;
  readonly index: boolean;
}

/** Capability: a value made when the row is created and none is given. `sequence` draws from a database sequence. */
export type GeneratedPart =
  | { readonly literal: string }
  | { readonly sequence: { readonly digits: number; readonly start: number } }
  | { readonly random: number }
  | { readonly date: string };

/** Capability: the value is one or several of fixed integers with labels. */
export interface Options {
  /** The id of a shared choice document, or the field's own list. */
  readonly choice?: string;
  readonly many: boolean;
}

/** Capability: bytes kept apart from the row. */
export interface Blob {
  /** In bytes. */
  readonly limit: number;
  /** Accepted media types; absent = any. */
  readonly accept?: readonly string[];
  /** One value per column for stored bytes; `decode` takes only null (remove), so no caller can point at foreign bytes. */
  readonly columns?: (file: { readonly id: string; readonly name: string }) => readonly ColumnValue[];
  /** Judges the first bytes (64 where there are so many) against the claimed media type; undefined = they agree. */
  readonly verify?: (mediaType: string, head: Uint8Array) => Omit<Violation, 'target'> | undefined;
}

/** Capability: what the Dataverse Web API calls such a field in EntityDefinitions, and back. */
export interface Attribute<O extends object = JsonObject> {
  /** AttributeTypeCode: `String`, `Picklist`; `Virtual` for what came after the codes were given out. */
  readonly code: string;
  /** `<kind>AttributeMetadata` is the cast; absent = the code. */
  readonly kind?: string;
  /** What is particular to the kind, under the names the Web API has: `{MaxLength: 100, Format: 'Email'}`. */
  facets?(field: FieldSpec<O>): JsonObject;
  /**
   * The keys of a property document beside title and description that say what was sent; undefined where another type is
   * meant. Of several types that answer, the first counts. Absent: such fields are not made this way.
   */
  define?(sent: SentAttribute): DefinedAttribute | undefined;
}

export interface SentAttribute {
  /** `String` of `StringAttributeMetadata`. */
  readonly kind: string;
  readonly facets: JsonObject;
}

export type DefinedAttribute =
  { readonly property: JsonObject } | { readonly problem: string; /** The facet. */ readonly target: string };

/** Capability: nothing is stored; the value is worked out from the row, and the rows it refers to, whenever it is read. */
export interface Derived {
  /** JSONata over the row: field names, and over lookups `customerid.name`. */
  readonly expression: string;
  /** Decimals kept of a number; absent = all. */
  readonly scale?: number;
}

/** Capability: stored, and kept by the engine as the sum … of related rows, in the transaction that changes them. */
export interface Rollup {
  readonly function: 'sum' | 'count' | 'min' | 'max' | 'avg' | 'first' | 'last' | 'concat';
  /** The relationship whose many side is rolled up; an N:N from either side. */
  readonly of: string;
  /** The field of the related row; none for `count`. */
  readonly value?: string;
  /** A JSONata condition over the related row. */
  readonly where?: string;
  /** By which field the first, the last, and the order of `concat` are told; the key decides between equals. */
  readonly sort?: { readonly field: string; readonly direction: 'asc' | 'desc' };
  readonly separator?: string;
  /** A lookup of the field's own entity that makes a tree: rows of all that stand below count, too. */
  readonly below?: string;
  /** Decimals kept of an average. */
  readonly scale?: number;
}

export interface FieldType<O extends object = JsonObject> {
  /** The name in `field.type`. */
  readonly name: string;
  /** JSON Schema of the `field` keyword's content for this type (without `type`). */
  readonly options: JsonSchema;
  /** What the property's own schema must say at least, e.g. `{type: 'string', format: 'uuid'}`. */
  readonly schema: JsonSchema;
  /** The OData primitive type in $metadata: `Edm.String`. */
  readonly edm: string;
  /** Where it depends on the field. */
  edmOf?(field: FieldSpec<O>): string;
  columns(field: FieldSpec<O>): readonly ColumnSpec[];
  /** A wire value (never undefined; null clears) → one value per column without `quotient`, in the order of `columns`. */
  decode(value: unknown, field: FieldSpec<O>, context: DecodeContext): Decoded;
  readonly operators: readonly Operator[];
  /** Where they depend on the field. */
  operatorsOf?(field: FieldSpec<O>): readonly Operator[];
  /** False where an order makes no sense (JSON, file). Default true. */
  readonly sortable?: boolean;
  /** Checks a definition beyond its JSON Schema (auto-number format …): messages, empty when sound. */
  check?(field: FieldSpec<O>): readonly string[];
  /** Traits (metadata/base/traits) that an entity gets by having a field of this type, e.g. `money`. */
  readonly traits?: readonly string[];
  reference?(field: FieldSpec<O>): Reference;
  /**
   * Targets that no list names: every entity whose `entity` keyword says true under this name (`activities`). The engine
   * adds them to the field's `targets` option before it asks for anything else.
   */
  readonly targetsFrom?: string;
  generate?(field: FieldSpec<O>): readonly GeneratedPart[];
  choices?(field: FieldSpec<O>): Options;
  blob?(field: FieldSpec<O>): Blob;
  /** Absent: described by its OData type alone. */
  readonly attribute?: Attribute<O>;
  /**
   * The field type whose browser half shows the value and filters by it, where it is not this one: a formula's result. Then the
   * type has no browser half of its own.
   */
  shownAs?(field: FieldSpec<O>): string;
  /** The column of `columns` is the value's storage class; no table has it. */
  derived?(field: FieldSpec<O>): Derived;
  rollup?(field: FieldSpec<O>): Rollup;
}

/** Types the `options` parameter and keeps the object as it is. */
export function defineFieldType<O extends object>(type: FieldType<O>): FieldType {
  return type as unknown as FieldType;
}

export interface FieldExample {
  readonly value: unknown;
  /** What is read back, where it differs. Numbers beyond binary floating point stand as text. */
  readonly read?: unknown;
  /** Index in `definitions`; default 0. */
  readonly definition?: number;
  /** The entity a reference names; rows of the ids in `valid` are made by the suite. */
  readonly target?: string;
}

/** Cases the contract suite runs over a field type; `examples.ts` in the type's folder exports one. */
export interface FieldExamples {
  /**
   * Documents that the definitions need beside them, by id. `{entity}` in them and in the definitions stands for the entity
   * that has the field.
   */
  readonly documents?: Readonly<Record<string, JsonObject>>;
  /** Keys of a property document beside title: `{type:'string', maxLength:100, field:{type:'text'}}`. One per variant. */
  readonly definitions: readonly JsonObject[];
  /** Wire values that round-trip, with what is read back where it differs. */
  readonly valid: readonly FieldExample[];
  /** Wire values that are refused with 400. */
  readonly invalid: readonly Omit<FieldExample, 'read'>[];
  /** OData filters over the field (named `f`) and how many of `valid` (definition 0) they match. */
  readonly filters: readonly { readonly filter: string; readonly matches: number }[];
  /** The valid values of definition 0 in ascending order, where the type sorts. */
  readonly sorted?: readonly unknown[];
}
