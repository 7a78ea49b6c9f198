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
  /** Rows of other tables beside each row. A path whose first step is `@` and a join's alias starts there. */
  readonly joins?: readonly Join[];
  /** Values beside those of `select`, each under a name of its own in the answer. */
  readonly columns?: readonly SelectedColumn[];
  /** Each different row of `columns` once. They are the whole answer then: no `select`, no `expand`, no key, no version. */
  readonly distinct?: boolean;
  /** Only rows that a navigation property of one row leads to; the row's id is given when the plan runs. */
  readonly within?: { readonly entity: string; readonly navigation: string };
  /** At most this many rows in all. */
  readonly top?: number;
  /** Keyset page: rows after the cursor. */
  readonly page?: { readonly size: number; readonly after?: Cursor };
  /** The page begins after as many rows as are given when the plan runs. */
  readonly skips?: boolean;
  /** Exact count of the rows that match, beside the page. */
  readonly count: boolean;
  readonly aggregate?: Aggregate;
  /** Which annotations the answer carries. */
  readonly annotations: { readonly formatted: boolean; readonly lookup: boolean };
  /** Language of formatted values. */
  readonly language?: string;
}

/**
 * A path over single-valued navigation: `['customerid_account', 'name']`; the last step is a wire name. It may start at a
 * join: `['@c', 'name']`; from inside a join, `['@', 'name']` starts at the query's own table.
 */
export type Path = readonly string[];

/** A column, what is worked out for each row, or how many rows belong to it; `as`: its key in the answer. */
export type SelectedColumn =
  | { readonly path: Path; readonly term?: undefined; readonly rows?: undefined; readonly as: string }
  | { readonly path?: undefined; readonly term: Term; readonly rows?: undefined; readonly as: string }
  | { readonly path?: undefined; readonly term?: undefined; readonly rows: CountedRows; readonly as: string };

/** The rows that a join leads to from the query's own table, or from the join called `of`. */
export interface CountedRows {
  readonly of?: string;
  readonly join: Join;
}

/** Rows of another table beside those of a parent (the query's table or another join), one answer row for each pair. */
export interface Join {
  /** What paths call it, without the `@`; unique in the query. */
  readonly alias: string;
  /** Logical name. */
  readonly entity: string;
  /** Wire name on the joined entity whose value equals `to` of the parent. Neither counts with `through`. */
  readonly from: string;
  readonly to: string;
  /** Over the pairs of a many-to-many relation instead; the parent stands on this side of it. */
  readonly through?: { readonly relation: string; readonly parent: 'first' | 'second' };
  /**
   * `inner`: a parent without a row vanishes; `outer`: it stays, and the join's values are null, those of joins inside it
   * too; `first`: inner, with one row at most (the lowest key).
   */
  readonly type: 'inner' | 'outer' | 'first';
  /** Which rows are joined; its paths start at the joined entity. */
  readonly filter?: Condition;
  /** Joined to the rows of this one. */
  readonly joins?: readonly Join[];
}

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
  | { readonly kind: 'truth'; readonly of: Condition }
  /** What a day or an instant is taken together by, in the caller's zone and calendar. */
  | { readonly kind: 'period'; readonly of: Term; readonly by: DateGrouping }
  /** How many rows a collection-valued navigation leads to, of those `where` holds for. */
  | { readonly kind: 'count'; readonly path: Path; readonly where?: Condition };

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
  /**
   * Rows of another table that belong to this one: `some` of them are as the join's filter says, `none` of them is, or
   * there are rows but `others` only. The join's type and its alias matter to paths inside it alone.
   */
  | { readonly kind: 'related'; readonly join: Join; readonly quantifier: 'some' | 'none' | 'others' }
  /**
   * any/all over a collection-valued navigation. In `where`, a path whose first step is `@` and `as` starts at the row of this
   * lambda, one that begins with `@$it` at the row outside of all lambdas.
   */
  | { readonly kind: 'some' | 'every'; readonly path: Path; readonly as?: string; readonly where?: Condition }
  | { readonly kind: 'true' | 'false' }
  /** As a duplicate rule compares, with a text given when the plan runs; without one: nothing is there to compare. */
  | { readonly kind: 'matches'; readonly path: Path; readonly comparison: Comparison; readonly value: Slot | null }
  /** The text has words that sound like those given, nearly: how search finds what is misspelled. */
  | { readonly kind: 'sounds-like'; readonly path: Path; readonly value: Slot }
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
  | {
      readonly path: Path;
      readonly term?: undefined;
      readonly direction: 'asc' | 'desc';
      /** A text by its plain letters' codes: the order of the index that beginnings are looked up in. */
      readonly plain?: boolean;
    }
  | { readonly path?: undefined; readonly term: Term; readonly direction: 'asc' | 'desc' };

export interface Expand {
  readonly navigation: string;
  readonly query: Query;
  /** Key in the answer; the navigation's name. */
  readonly as: string;
  /** Instead of the rows: where each is found, or how many they are. With `count` of the query, rows and their number. */
  readonly gives?: 'references' | 'count';
}

/** The last row's sort values (as text, key included), in the order of the effective sort. */
export type Cursor = readonly (string | null)[];

export interface Aggregate {
  readonly groupBy: readonly Group[];
  readonly measures: readonly Measure[];
  /** Which groups are given. */
  readonly having?: Having;
}

/**
 * A column, a period of days, or what is worked out for each row. Without `as` a path's group stands nested in the answer:
 * `{"parentaccountid":{"name":"A"}}`.
 */
export type Group =
  | { readonly as?: string; readonly path: Path; readonly term?: undefined; readonly by?: DateGrouping }
  | { readonly as: string; readonly path?: undefined; readonly term: Term; readonly by?: DateGrouping };

/** What sorts and conditions over groups call a group. */
export function groupName({ as, path }: Group): string {
  return as ?? path?.join('/') ?? '';
}

/** Days and instants taken together, in the caller's time zone and calendar; fiscal parts as the organization's setting says. */
export interface DateGrouping {
  readonly part: DatePart;
  /**
   * `number`: the part's alone, those of all years together (12 for each December; of years the year itself). `period`: a
   * text that sorts as time does: `1395-12-03`, `2017-W05`, `1395-12`, `2017-Q1`, `2017-P01`, `2017`.
   */
  readonly as: 'number' | 'period';
}

export type DatePart = 'day' | 'week' | 'month' | 'quarter' | 'year' | 'fiscal-period' | 'fiscal-year';

export interface Measure {
  readonly as: string;
  /** `count` of nothing counts rows, of a path or a term those where it is not empty. */
  readonly function: 'sum' | 'avg' | 'min' | 'max' | 'count' | 'count-distinct';
  readonly path?: Path;
  /** Instead of a path. */
  readonly term?: Term;
}

/** A condition over groups: `name` is a measure's or a group's (`groupName`). */
export type Having =
  | { readonly kind: 'and' | 'or'; readonly of: readonly Having[] }
  | { readonly kind: 'not'; readonly of: Having }
  | {
      readonly kind: 'compare';
      readonly name: string;
      readonly operator: 'eq' | 'ne' | 'gt' | 'ge' | 'lt' | 'le' | 'in' | 'null';
      readonly value: Value;
    };
