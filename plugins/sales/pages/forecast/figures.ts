// What the forecast page shows, and how it writes amounts.
import type { PageContext } from 'peyvand/ui';

export interface Cell {
  readonly pipeline: string;
  readonly bestCase: string;
  readonly committed: string;
  readonly won: string;
  readonly lost: string;
  readonly quota: string;
  readonly deals: number;
  /** What managers raised (or lowered) each by. */
  readonly adjusted: { readonly pipeline: string; readonly bestCase: string; readonly committed: string };
}

export interface Line {
  readonly id: string;
  readonly entity: string;
  readonly name: string;
  readonly cells: readonly Cell[];
}

export interface Deal {
  readonly id: string;
  readonly name: string;
  readonly value: string;
}

export interface Adjustment {
  readonly id: string;
  readonly category: string;
  readonly amount: string;
  readonly reason: string;
  readonly by: string;
  readonly on: string;
}

/** Sums of a week's snapshot. */
export interface Week {
  readonly takenon: string;
  readonly won: string;
  readonly committed: string;
  readonly adjusted: string;
  readonly bestcase: string;
  readonly pipeline: string;
  readonly quota: string;
}

/** The answer of sales_Forecast. */
export interface Figures {
  readonly periods: readonly { readonly first: string; readonly last: string }[];
  readonly rows: readonly Line[];
  readonly currency: string;
}

export interface Data extends Figures {
  /** Of the cell that was opened. */
  readonly deals: readonly Deal[] | undefined;
  readonly adjustments: readonly Adjustment[];
  /** Of the first period, oldest first. */
  readonly weeks: readonly Week[];
  readonly mayAdjust: boolean;
}

export type Context = PageContext & { readonly data: Data };

/** `signed`: with its sign, also above zero. */
export function amount({ locale, data }: Context, value: string, signed = false): string {
  const { currency } = data;
  return locale.number(value, {
    maximumFractionDigits: 0,
    ...(signed && { signDisplay: 'exceptZero' }),
    ...(currency !== '' && { style: 'currency', currency, currencyDisplay: 'narrowSymbol' }),
  });
}
