// What a field that is worked out from others compiles to: a typed tree that SQL can answer, or the reason why only
// JavaScript can. Plain data; translate.ts makes it, formula-sql.ts writes it.

/** Kinds of value a formula deals in. Dates and times are texts in JSONata and dates in SQL. */
export type Kind = 'text' | 'number' | 'boolean' | 'date' | 'instant' | 'local';

export type Comparison = '=' | '!=' | '<' | '<=' | '>' | '>=';
export type Arithmetic = '+' | '-' | '*' | '/' | '%';

/** Every node may be missing (null in SQL), as an empty field is. */
export type Node = { readonly kind: Kind } & (
  | { readonly op: 'constant'; readonly value: string | number | boolean }
  | { readonly op: 'missing' }
  /** A field of the row one stands at; `raw` is the storage class of its column. */
  | { readonly op: 'field'; readonly name: string; readonly raw: string }
  /** A value of the row that a lookup names, by the kind of row. */
  | {
      readonly op: 'through';
      readonly lookup: string;
      readonly ends: readonly { readonly target: string; readonly of: Node }[];
    }
  | { readonly op: 'arithmetic'; readonly sign: Arithmetic; readonly of: readonly [Node, Node] }
  | { readonly op: 'compare'; readonly sign: Comparison; readonly of: readonly [Node, Node] }
  | { readonly op: 'and' | 'or'; readonly of: readonly [Node, Node] }
  | { readonly op: 'if'; readonly of: readonly [Node, Node, Node] }
  | { readonly op: 'call'; readonly name: string; readonly of: readonly Node[] }
);

/** A field that a formula reads: over the lookups `steps`, on a row of `entity`. */
export interface Read {
  readonly steps: readonly string[];
  readonly entity: string;
  readonly field: string;
}

export type Derivation = {
  /** The formula as it is written. */
  readonly text: string;
  readonly reads: readonly Read[];
  /** Decimals kept of a number; undefined = all. */
  readonly scale: number | undefined;
} & (
  | { readonly kind: 'translated'; readonly node: Node }
  /** Answered on read by JavaScript; `reason` says what SQL has no exact word for. */
  | { readonly kind: 'evaluated'; readonly reason: string }
);
