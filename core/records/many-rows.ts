// What a statement over many rows is given: one text array for each column of `input`, a text per row, behind what is the same for
// all of them.
import type { Parameter } from '../db/sql.ts';
import { ident } from '../db/identifier.ts';
import { slots, type Slots, type Statement } from './statement.ts';

/** `rowSlots` are given as arrays, one text per row, behind `slots`. */
export interface ManyStatement extends Statement {
  readonly rowSlots: readonly string[];
}

/** What is one value for all rows; every other slot is a column of `input`. */
const common: ReadonlySet<string> = new Set([':user', ':unit', ':request', ':address', ':via', ':channel']);

export interface ManySlots extends Slots {
  readonly rowSlots: readonly string[];
  /** `input as materialized (…)`: the CTE of the rows, asked for when all its columns are known. */
  input(): string;
}

/** Slots of a statement over many rows; `relation` holds a row's own values, under the slots' names or what `column` makes of their places. */
export function manySlots(relation = 'input', column?: (place: number) => string): ManySlots {
  const shared = slots();
  const rowSlots: string[] = [];
  return {
    names: shared.names,
    rowSlots,
    use(slot, type) {
      if (common.has(slot)) return shared.use(slot, type);
      if (!rowSlots.includes(slot)) rowSlots.push(slot);
      return `${relation}.${ident(column?.(rowSlots.indexOf(slot)) ?? slot)}::${type}`;
    },
    input() {
      const arrays = rowSlots.map((_, index) => `$${shared.names.length + index + 1}::text[]`);
      return `input as materialized (select * from unnest(${arrays.join(', ')}) as input(${rowSlots.map(ident).join(', ')}))`;
    },
  };
}

/** Rows of one statement: enough that its cost is spread, few enough that it stays short. */
const PORTION = 1_000;

/** Neighbours of one signature, so that rows come in their order. */
export function inPortions<T extends { readonly signature: string }>(rows: readonly T[]): readonly (readonly T[])[] {
  const portions: T[][] = [];
  for (const row of rows) {
    const last = portions.at(-1);
    if (last && last.length < PORTION && last[0]?.signature === row.signature) last.push(row);
    else portions.push([row]);
  }
  return portions;
}

/** The parameters of the statement for these rows. */
export function rowParameters(
  { slots: names, rowSlots }: ManyStatement,
  shared: ReadonlyMap<string, Parameter>,
  rows: readonly { readonly own: ReadonlyMap<string, Parameter> }[],
): Parameter[] {
  const arrays = rowSlots.map((slot) => rows.map(({ own }) => textOf(own.get(slot))));
  return [...names.map((slot) => shared.get(slot) ?? null), ...arrays];
}

function textOf(value: Parameter | undefined): string | null {
  if (value === undefined || value === null) return null;
  return Array.isArray(value) ? `{${value.join(',')}}` : String(value);
}
