// What loyalty_Explain and loyalty_Statement answer, as the parts of the browser read it.
export interface ExplainedLot {
  readonly purse: string;
  readonly currency: string;
  readonly earnedOn: string;
  readonly availableFrom: string;
  readonly expires?: string;
  readonly amount: number;
  readonly remaining: number;
  readonly released: boolean;
}

export interface Explained {
  readonly calendar: 'gregory' | 'persian';
  readonly member: { readonly name: string; readonly number: string; readonly frozen: boolean };
  readonly tier: {
    readonly code: string;
    readonly title: string;
    readonly color?: string;
    readonly since: string;
    readonly until?: string;
    readonly reason: string;
    readonly discountPercent: string;
    readonly bonusPercent: number;
    readonly basis: 'points' | 'spend' | 'count' | 'expression';
    readonly window: { readonly from: string; readonly to: string };
    readonly points: number;
    readonly spend: number;
    readonly count: number;
    readonly earned: string;
    readonly next?: { readonly tier: string; readonly threshold: number; readonly missing: number };
    readonly graceUntil?: string;
    readonly override?: { readonly reason: string; readonly until?: string };
    readonly titles: Readonly<Record<string, string>>;
    readonly days: readonly { readonly day: string; readonly points: number }[];
  };
  readonly balance: {
    readonly spendable: number;
    readonly pending: number;
    readonly reserved: number;
    readonly worth: readonly { readonly currency: string; readonly amount: string }[];
    readonly lots: readonly ExplainedLot[];
  };
}

export interface Statement {
  readonly calendar: 'gregory' | 'persian';
  readonly from: string;
  readonly to: string;
  readonly opening: number;
  readonly closing: number;
  readonly sums: Readonly<Record<string, number>>;
  readonly lines: readonly {
    readonly on: string;
    readonly kind: string;
    readonly sourceType: string;
    readonly sourceId: string;
    readonly rule?: string;
    readonly points: number;
    readonly balance: number;
    readonly reason?: string;
  }[];
}
