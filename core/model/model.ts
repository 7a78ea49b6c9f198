// The compiled model: what every stage reads. Plain frozen data made by compile.ts from merged layers; a new version is a
// new object, so a request that began on one model ends on it.
import type { Derivation } from '../formulas/formula.ts';
import type { Contributions } from './contributions.ts';
import type { ColumnSpec, FieldSpec, FieldType, JsonObject, JsonSchema, Reference } from '../sdk/index.ts';

export interface Model {
  /** Hash of the effective documents and the plugins' versions: the ETag of metadata. */
  readonly version: string;
  readonly entities: ReadonlyMap<string, Entity>;
  /** By entity set name (`accounts`). */
  readonly sets: ReadonlyMap<string, Entity>;
  /** By relationship name (schema name); both 1:N (derived from lookups) and N:N. */
  readonly relations: ReadonlyMap<string, Relation>;
  readonly choices: ReadonlyMap<string, Choice>;
  /** `account/forms/main` → the effective document. */
  readonly forms: ReadonlyMap<string, EntityDocument>;
  /** `account/views/active` → the effective document. */
  readonly views: ReadonlyMap<string, EntityDocument>;
  readonly apps: ReadonlyMap<string, JsonObject>;
  readonly roles: ReadonlyMap<string, JsonObject>;
  /** Field profiles: `pay-clerk` → what its holders may do with secured fields. */
  readonly profiles: ReadonlyMap<string, JsonObject>;
  /** By the entity whose rows are checked: what makes two rows duplicates. */
  readonly duplicateRules: ReadonlyMap<string, readonly DuplicateRule[]>;
  /** Every effective document by its id path, kinds named above included. */
  readonly documents: ReadonlyMap<string, JsonObject>;
  /** Language tag → id path (`lead/entity#properties/subject/title`) → text. */
  readonly locales: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** What plugins bring to the browser. */
  readonly contributions: Contributions;
  /** The layer that says so, for a document's property: `provenance('lead/entity', '/properties/subject/title')`. */
  provenance(document: string, pointer: string): string | undefined;
}

export interface EntityDocument {
  readonly id: string;
  readonly entity: string;
  readonly document: JsonObject;
}

export interface Entity {
  /** Logical name: `account`. Also the table's name. */
  readonly name: string;
  /** Entity set name: `accounts`. */
  readonly set: string;
  readonly title: string;
  readonly plural: string;
  readonly icon: string | undefined;
  readonly ownership: 'user' | 'organization';
  /**
   * Present: a read-only union (a SQL view) of its members' common fields, e.g. activitypointer. The discriminator is a
   * text field that holds the member's logical name.
   */
  readonly union: { readonly members: readonly string[]; readonly discriminator: string } | undefined;
  /** True: exactly one row, which the platform makes. */
  readonly single: boolean;
  /** The lookup through whose row this entity's rows are had. */
  readonly through: Field | undefined;
  /** `accountid`. */
  readonly key: Field;
  /** The field that names a row wherever it is referenced. */
  readonly primary: Field;
  /** All effective fields in order, the key and the traits' fields included. */
  readonly fields: ReadonlyMap<string, Field>;
  /** Every name a field has on the wire or in $filter → the field: `name`, `_primarycontactid_value`. */
  readonly wire: ReadonlyMap<string, Column>;
  /** Navigation properties, single- and collection-valued, by name. */
  readonly navigation: ReadonlyMap<string, Navigation>;
  readonly keys: readonly AlternateKey[];
  /** Declared non-unique indexes beside those of lookups. */
  readonly indexes: readonly Index[];
  readonly status: readonly State[] | undefined;
  readonly audit: boolean;
  /** The former logical name: the table is renamed instead of made anew. */
  readonly was?: string | undefined;
  /** Fields of quick search. */
  readonly search: readonly string[];
  /** The effective entity document: a JSON Schema of the record. */
  readonly schema: JsonSchema;
  /** Set for entities that extend a union: its name (`activitypointer`). */
  readonly base: string | undefined;
}

export interface Field {
  readonly entity: string;
  readonly name: string;
  readonly title: string;
  readonly type: FieldType;
  readonly spec: FieldSpec;
  readonly columns: readonly Column[];
  /** Enforced on create, on every path. */
  readonly required: boolean;
  /** Not writable by callers: system fields, quotients, stamps. */
  readonly readOnly: boolean;
  /** Writable on create only. */
  readonly immutable: boolean;
  /** A wire value, or undefined. */
  readonly default: unknown;
  /**
   * Copied by the engine from a field of a referenced row: `{lookup: 'transactioncurrencyid', field: 'exchangerate'}`,
   * whenever the lookup or a money field is written.
   */
  readonly stamp: { readonly lookup: string; readonly field: string } | undefined;
  /** Text that the engine joins, with spaces, from these text fields of the row whenever one of them is written (fullname). */
  readonly compose: readonly string[] | undefined;
  /** Filled by the engine itself: who and when, row version, owning unit … */
  readonly system: SystemValue | undefined;
  readonly reference: Reference | undefined;
  /** How the value is worked out: the field has no column in the table. */
  readonly derivation?: Derivation | undefined;
  /** Effective options of a choice, with labels in the default language. */
  readonly choices: readonly ChoiceOption[] | undefined;
  readonly audit: boolean;
  /** Only for those to whom a field profile grants it, and administrators. */
  readonly secured: boolean;
  /** The former name: the column is renamed instead of made anew. */
  readonly was?: string | undefined;
  /** Documents that say something about it, nearest first: `['account/entity', 'traits/record']`. */
  readonly origins: readonly string[];
}

/** What the engine writes into a field without being told. */
export type SystemValue =
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
  /** The row this one was merged into, and that it was. */
  | 'master'
  | 'merged';

export interface Column extends ColumnSpec {
  readonly field: string;
  /** Column name in the table: field + suffix. */
  readonly name: string;
  /** Name in JSON answers. */
  readonly wire: string;
}

export interface ChoiceOption {
  readonly value: number;
  readonly title: string;
  readonly color: string | undefined;
}

export interface Choice {
  readonly id: string;
  readonly title: string;
  readonly options: readonly ChoiceOption[];
}

export interface State {
  readonly state: number;
  readonly title: string;
  /** A row in it is closed: beside state and reason only these fields may change. Absent: every field may. */
  readonly readonly?: { readonly except: readonly string[] };
  /** A row in it is not deleted. */
  readonly kept?: true;
  readonly reasons: readonly {
    readonly value: number;
    readonly title: string;
    readonly color?: string;
    /** Allowed next reasons; undefined = any. */
    readonly to: readonly number[] | undefined;
  }[];
}

export interface AlternateKey {
  readonly name: string;
  readonly fields: readonly string[];
}

export interface Index {
  readonly name: string;
  readonly fields: readonly string[];
  readonly kind: 'btree' | 'equal' | 'trigram';
}

export type Relation =
  | {
      readonly kind: 'one-to-many';
      readonly name: string;
      /** The referenced (parent) entity. */
      readonly one: string;
      /** The referencing (child) entity and its lookup. */
      readonly many: string;
      readonly field: string;
      readonly behaviour: Reference;
    }
  | {
      readonly kind: 'many-to-many';
      readonly name: string;
      readonly first: string;
      readonly second: string;
      /** The intersect table and its two columns. */
      readonly table: string;
      readonly columns: readonly [string, string];
    };

/** When a row of `entity` and one of `with` are taken for the same thing: all criteria hold. */
export interface DuplicateRule {
  /** `contact/duplicates/email`. */
  readonly id: string;
  readonly title: string;
  readonly entity: string;
  /** The entity whose rows are compared with; often the same. */
  readonly with: string;
  readonly criteria: readonly DuplicateCriterion[];
  readonly ignoreBlank: boolean;
  readonly activeOnly: boolean;
  readonly severity: 'warn' | 'refuse';
}

export interface DuplicateCriterion {
  readonly field: string;
  /** The field of the other row. */
  readonly with: string;
  readonly comparison: Comparison;
}

/** How two values are compared; each kind has an index that finds what is equal by it (core/schema/desired.ts). */
export type Comparison =
  /** The same value. */
  | { readonly kind: 'equal' }
  /** The same text without case. */
  | { readonly kind: 'lower' }
  /** The same text when folded (core/db/fold.ts). */
  | { readonly kind: 'folded' }
  /** The same last ten digits. */
  | { readonly kind: 'phone' }
  /** The same first letters when folded. */
  | { readonly kind: 'prefix'; readonly length: number }
  /** As many trigrams in common when written as they sound; 0.3–1. */
  | { readonly kind: 'similar'; readonly threshold: number };

/** How a query walks from an entity over a name. */
export interface Navigation {
  readonly name: string;
  readonly target: string;
  readonly relation: string;
  /** `many` walks a 1:N from its one side; `first`/`second`: the side of an N:N one stands on. */
  readonly kind: 'one' | 'many' | 'first' | 'second';
  /** The lookup, for `one` (on this entity) and `many` (on the target). */
  readonly field: string | undefined;
}
