// What the planner compares: the tables an organization has (introspect.ts) and those its model wants (desired.ts), as plain
// data. Names are unquoted; the engine's own tables (`_audit` …) are not among them (system-tables.ts).

import type { RollupSql } from '../rollups/rollup-sql.ts';

export interface SchemaState {
  readonly schema: string;
  readonly tables: ReadonlyMap<string, Table>;
  readonly views: ReadonlyMap<string, View>;
  /** Auto-number sequences. */
  readonly sequences: ReadonlyMap<string, Sequence>;
  /** What keeps rollups, of the state that is wanted. */
  readonly rollups?: RollupSql;
}

export interface LiveState extends SchemaState {
  /** What waits in the recycle bin, newest first. */
  readonly recycled: readonly Recycled[];
  /** Functions that keep rollups, by name. */
  readonly functions?: ReadonlyMap<string, LiveFunction>;
  /** Triggers that keep rollups, by name: the table each stands on. */
  readonly triggers?: ReadonlyMap<string, string>;
  /** The schema the extension pg_trgm lives in. */
  readonly trigramSchema: string;
}

export interface Table {
  readonly name: string;
  /** The former name to rename from. */
  readonly was: string | undefined;
  readonly columns: ReadonlyMap<string, TableColumn>;
  /** Column names of the primary key, in order. */
  readonly key: readonly string[];
  readonly references: readonly ForeignKey[];
  readonly indexes: readonly TableIndex[];
  /** Constraints `… is not null` that an interrupted publish left. */
  readonly leftovers: readonly string[];
  /** Estimate from the statistics; 0 for desired tables. */
  readonly rows: number;
}

export interface TableColumn {
  readonly name: string;
  readonly was: string | undefined;
  /** As in ColumnType; a live column may have any type Postgres names. */
  readonly type: string;
  readonly required: boolean;
  /** SQL of the default. */
  readonly default: string | undefined;
  /** Statistics target, where it is not the system's. */
  readonly statistics: number | undefined;
  /** Of a rollup: what it is worked out by, as the column's comment says. */
  readonly mark?: string | undefined;
}

export interface ForeignKey {
  readonly name: string;
  readonly column: string;
  readonly target: string;
  readonly targetColumn: string;
  readonly onDelete: 'no action' | 'cascade';
  readonly valid: boolean;
}

export interface TableIndex {
  readonly name: string;
  readonly unique: boolean;
  readonly keys: readonly IndexKey[];
  readonly valid: boolean;
}

/** What an index holds of a column. */
export interface IndexKey {
  readonly column: string;
  readonly kind:
    | 'ascending'
    | 'descending'
    /** Only the rows that have a value. */
    | 'present'
    /** `lower(column)`. */
    | 'lower'
    /** In plain letters (core/db/fold.ts), for what is equal to it or begins with it. */
    | 'plain'
    /** In plain letters with trigrams, for contains. */
    | 'trigram'
    /** In the order of texts (core/db/collation.ts), nulls first: for sorting and pages. */
    | 'ordered'
    /** Folded (core/db/fold.ts), its first letters, the trigrams of its sound; the last digits of a telephone number. */
    | 'folded'
    | `folded-${number}`
    | 'sound-trigram'
    | 'phone';
}

export function isTrigram(index: Pick<TableIndex, 'keys'>): boolean {
  return index.keys.some(({ kind }) => kind === 'trigram' || kind === 'sound-trigram');
}

export interface LiveFunction {
  /** Hash of its text; kept as its comment. */
  readonly hash: string;
  /** `create or replace function …` */
  readonly definition: string;
}

export interface View {
  readonly name: string;
  /** The query. */
  readonly sql: string;
  /** Hash of the query; kept as the view's comment, because Postgres rewrites a view's text. */
  readonly hash: string;
}

export interface Sequence {
  readonly name: string;
  readonly start: number;
}

export interface Recycled {
  readonly id: string;
  readonly kind: 'table' | 'column';
  readonly table: string;
  readonly column: string | undefined;
  readonly type: string | undefined;
  /** The name it has in the bin. */
  readonly movedTo: string;
}

/** Two indexes do the same work. */
export function sameIndex(a: TableIndex, b: TableIndex): boolean {
  return a.unique === b.unique && indexShape(a) === indexShape(b);
}

function indexShape(index: TableIndex): string {
  return index.keys.map((key) => `${key.column} ${key.kind}`).join(', ');
}

export function sameReference(a: ForeignKey, b: ForeignKey): boolean {
  return (
    a.column === b.column && a.target === b.target && a.targetColumn === b.targetColumn && a.onDelete === b.onDelete
  );
}

/** Two defaults mean the same value, however Postgres spells it: `'5'::bigint` and `5`. */
export function sameDefault(a: string | undefined, b: string | undefined, type: string): boolean {
  return canonicalDefault(a, type) === canonicalDefault(b, type);
}

const CONSTANT = /^\(?(E?'(?:[^']|'')*'|-?[\d.]+(?:e[-+]?\d+)?|true|false|null)\)?(?:::[\w\s"[\]().]+)?$/i;

function canonicalDefault(sql: string | undefined, type: string): string | undefined {
  if (sql === undefined) return undefined;
  const constant = CONSTANT.exec(sql.trim())?.[1];
  if (constant === undefined) return sql.replaceAll('"', '').replaceAll(/\s+/g, ' ').trim();
  if (constant.toLowerCase() === 'null') return undefined;
  let value = constant;
  if (value.startsWith('E')) value = value.slice(1).replaceAll('\\\\', '\\');
  if (value.startsWith("'")) value = value.slice(1, -1).replaceAll("''", "'");
  return `=${canonicalValue(value, type)}`;
}

function canonicalValue(value: string, type: string): string {
  if (type === 'jsonb') return JSON.stringify(sortKeys(JSON.parse(value)));
  if (type === 'timestamptz' || type === 'timestamp') {
    const zoned = type === 'timestamptz' ? value.replace(/([+-]\d\d)$/, '$1:00') : `${value.replace(/Z$/, '')}Z`;
    const time = Date.parse(zoned.replace(' ', 'T'));
    return Number.isNaN(time) ? value : new Date(time).toISOString();
  }
  if (type === 'boolean') return String(/^(t|true|yes|on|1)$/i.test(value));
  return value;
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sortKeys(inner)]),
  );
}
