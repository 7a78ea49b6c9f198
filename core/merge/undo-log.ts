// What a merge remembers of itself, to be undone: kept as JSON in `_merge.undo`. Column values are Postgres's own texts, so
// nothing is rounded on the way.

/** Column → its text before and after. */
export type Changes = Readonly<Record<string, readonly [before: string | null, after: string | null]>>;

/** Rows whose lookup was moved from the loser to the winner. */
export interface Move {
  readonly entity: string;
  readonly field: string;
  readonly ids: readonly string[];
}

/** Links of one side of an N:N relationship. `dropped`: the winner had them already. */
export interface LinkMove {
  readonly relation: string;
  readonly side: 0 | 1;
  readonly moved: readonly string[];
  readonly dropped: readonly string[];
}

/** Rows of `_share` as JSON: the loser's, and the winner's of the same principals before and after. */
export interface ShareMove {
  readonly loser: readonly ShareRow[];
  readonly before: readonly ShareRow[];
  readonly after: readonly ShareRow[];
}

export interface ShareRow {
  readonly principal: string;
  readonly [column: string]: unknown;
}

export interface UndoLog {
  readonly winner: Changes;
  readonly loser: Changes;
  readonly moves: readonly Move[];
  readonly links: readonly LinkMove[];
  readonly shares: ShareMove | undefined;
  /** File fields whose bytes changed places. */
  readonly files: readonly string[];
}
