// The one query tree (DESIGN D5). Every reader makes it, security rewrites it, one compiler turns it into SQL.
// Values stand apart as parameters (`Value`), so that queries of one shape share one prepared statement.
import type { Comparison } from '../model/model.ts';
import type { ConditionOperator } from './operators.ts';
import type { IdSet } from '../security/principal.ts';

export interface Query {
  /** Logical name. */
  readonly entity: string;
  /** Wire names in order; empty = every visible column. */
  readonly select: readonly string[];
  readonly filter?: Condition;
  readonly sort: readonly Sort[];
  readonly expand: readonly Expand[];
  /** Only rows that a navigation property of one row leads to; the row's id is given when the plan runs. */
  readonly within?: { readonly entity: string; readonly navigation: string };
  /** At most this many rows in all. */
  readonly top?: number;
  /** Keyset page: rows after the cursor. */
  readonly page?: { readonly size: number; readonly after?: Cursor };
  /** Exact count of the rows that match, beside the page. */
  readonly count: boolean;
  readonly aggregate?: Aggregate;
  /** Which annotations the answer carries. */
  readonly annotations: { readonly formatted: boolean; readonly lookup: boolean };
  /** Language of formatted values. */
  readonly language?: string;
}

/** A path over single-valued navigation: `['customerid_account', 'name']`; the last step is a wire name. */
export type Path = readonly string[];

export type Value = string | number | boolean | null | readonly (string | number)[] | Slot;

/** A constant that is filled in when the plan runs: the nth literal of the request's text. */
export interface Slot {
  readonly slot: number;
  /** Where the constant is a list: its nth item alone, from 0. */
  readonly item?: number;
}

export type { ConditionOperator };

export type TermOperator = 'eq' | 'ne' | 'gt' | 'ge' | 'lt' | 'le' | 'contains' | 'startswith' | 'endswith' | 'in';

/** What a term's value is; a duration is held as its exact number of seconds. */
export type TermType =
  | 'text'
  | 'integer'
  | 'bigint'
  | 'numeric'
  | 'boolean'
  | 'date'
  | 'time'
  | 'timestamptz'
  | 'timestamp'
  | 'uuid'
  | 'duration';

/**
 * A value worked out for each row. Calls are null when one of their arguments is (but for `if` and `coalesce`), and where
 * they have no answer: a division by zero, a date past the year 9999, a text that is not what it is cast to.
 */
export type Term =
  | { readonly kind: 'column'; readonly path: Path }
  /** A whole number is `bigint`, one with a point `numeric`; exact ones may come as text. A list stands at the right of `in` only. */
  | { readonly kind: 'constant'; readonly type: TermType; readonly value: Value }
  | { readonly kind: 'call'; readonly function: TermFunction; readonly of: readonly Term[] }
  | { readonly kind: 'cast'; readonly of: Term; readonly type: TermType }
  /** True or false, never null. */
  | { readonly kind: 'truth'; readonly of: Condition };

/** Arguments and results of each stand in term-types.ts. */
export type TermFunction =
  | 'add'
  | 'sub'
  | 'mul'
  | 'div'
  | 'divby'
  | 'mod'
  | 'negate'
  | 'abs'
  | 'round'
  | 'floor'
  | 'ceiling'
  | 'concat'
  | 'length'
  | 'indexof'
  | 'substring'
  | 'tolower'
  | 'toupper'
  | 'trim'
  | 'matchespattern'
  | 'year'
  | 'month'
  | 'day'
  | 'hour'
  | 'minute'
  | 'second'
  | 'fractionalseconds'
  | 'date'
  | 'time'
  | 'totaloffsetminutes'
  | 'totalseconds'
  | 'now'
  | 'mindatetime'
  | 'maxdatetime'
  | 'if'
  | 'coalesce';

export type Condition =
  | { readonly kind: 'and' | 'or'; readonly of: readonly Condition[] }
  | { readonly kind: 'not'; readonly of: Condition }
  | {
      readonly kind: 'compare';
      readonly path: Path;
      readonly operator: ConditionOperator;
      readonly value: Value;
      /** The fiscal year beside a fiscal period. */
      readonly second?: Value;
      /** Text is compared letter by letter, as expressions do, instead of without case. */
      readonly exact?: boolean;
    }
  /**
   * Null equals null; no order, `contains` or `in` holds for it. A column beside a constant is said with `compare`, which is what
   * indexes are made for.
   */
  | {
      readonly kind: 'compare-terms';
      readonly left: Term;
      readonly operator: TermOperator;
      readonly right: Term;
    }
  /** any/all over a collection-valued navigation. */
  | { readonly kind: 'some' | 'every'; readonly path: Path; readonly where?: Condition }
  | { readonly kind: 'true' | 'false' }
  /** As a duplicate rule compares, with a text given when the plan runs; without one: nothing is there to compare. */
  | { readonly kind: 'matches'; readonly path: Path; readonly comparison: Comparison; readonly value: Slot | null }
  // What follows is made by core/security only; readers cannot say it.
  /** The id is one of the caller's. */
  | { readonly kind: 'among'; readonly path: Path; readonly set: IdSet }
  /** The row is shared with one of the caller's ids, with the right whose bit this is. */
  | { readonly kind: 'shared'; readonly right: number; readonly set: IdSet }
  /** The lookup `field` names a row of `entity` that `where` holds for. */
  | { readonly kind: 'referred'; readonly field: string; readonly entity: string; readonly where: Condition }
  /** Over a union: the row is one of the member's that `where` holds for. */
  | { readonly kind: 'member'; readonly entity: string; readonly where: Condition };

/** By a column or by what is worked out for each row. */
export type Sort =
  | { readonly path: Path; readonly term?: undefined; readonly direction: 'asc' | 'desc' }
  | { readonly path?: undefined; readonly term: Term; readonly direction: 'asc' | 'desc' };

export interface Expand {
  readonly navigation: string;
  readonly query: Query;
  /** Key in the answer; the navigation's name. */
  readonly as: string;
}

/** The last row's sort values (as text, key included), in the order of the effective sort. */
export type Cursor = readonly (string | null)[];

export interface Aggregate {
  readonly groupBy: readonly Path[];
  readonly measures: readonly {
    readonly as: string;
    readonly function: 'sum' | 'avg' | 'min' | 'max' | 'count' | 'count-distinct';
    readonly path?: Path;
  }[];
}
