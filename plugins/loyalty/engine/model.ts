// The words of the points engine: programmes, rules, members' accounts, and what is written in the ledger. Points and amounts of money
// are whole numbers of the smallest unit (bigint); days are `2026-03-21` in the programme's time zone, instants are UTC.

/** Points a member owns or owned stand in the first five; the others are where they came from or went. */
export type AccountName =
  | 'pending' // earned, not to be spent yet
  | 'spendable'
  | 'promo'
  | 'reserved' // held for a redemption that is not confirmed
  | 'qualifying' // count for tiers only
  | 'issued'
  | 'redeemed'
  | 'expired'
  | 'adjusted'
  | 'qualified';

/** What the programme owes: the accounts whose points can still be spent. */
export const LIABILITY: readonly AccountName[] = ['pending', 'spendable', 'promo', 'reserved'];

export type Purse = 'spendable' | 'promo';

export type EntryKind =
  'earn' | 'release' | 'expire' | 'reverse' | 'reserve' | 'cancel' | 'redeem' | 'refund' | 'adjust' | 'count';

export interface Posting {
  readonly account: AccountName;
  /** Signed; the postings of an entry sum to zero. */
  readonly points: bigint;
  /** Of the purchase the points were earned with, ISO 4217; '' where there was none. */
  readonly currency: string;
}

/** Points of one lot that an entry took (or, negative, gave back). */
export interface Take {
  readonly lot: string;
  readonly points: bigint;
  /** Where in the lot they were. */
  readonly from: 'remaining' | 'expired';
}

/** One fact of the ledger. Programme, source type, source id, rule and sequence together name it: the same fact is written once. */
export interface Entry {
  readonly id: string;
  readonly kind: EntryKind;
  readonly sourceType: string;
  readonly sourceId: string;
  readonly rule: string;
  readonly sequence: number;
  /** Instant at which it took effect, which may lie before it was written. */
  readonly on: string;
  /** The instant it counts at for tiers, where that is another: what is taken back counts when it was earned. */
  readonly countsOn?: string;
  readonly currency: string;
  /** What it changed on what the member may spend or will be able to spend. */
  readonly points: bigint;
  readonly qualifying: bigint;
  readonly postings: readonly Posting[];
  readonly takes: readonly Take[];
  readonly ruleVersion?: number;
  /** The entry that this one takes back in part or whole. */
  readonly reverses?: string;
  /** Points taken back by it, wherever they were; `forgiven` of them were spent and could not be. */
  readonly reversed?: bigint;
  readonly forgiven?: bigint;
  readonly reservation?: string;
  readonly reason?: string;
  /** Of a purchase: its amount in minor units. Negative where it is taken back. */
  readonly spend?: bigint;
  /** 1 on the entry that counts the purchase, -1 where it was taken back whole. */
  readonly count?: number;
}

export interface Lot {
  readonly id: string;
  /** The entry that made it. */
  readonly entry: string;
  readonly purse: Purse;
  readonly currency: string;
  readonly earnedOn: string;
  readonly availableFrom: string;
  /** Instant; absent = never, or by activity. The rule as it was when the points were earned. */
  readonly expires?: string;
  /** Expires this many days after the member's last activity. */
  readonly rollingDays?: number;
  readonly amount: bigint;
  /** Negative in a lot of debt: what was taken back when it was spent already. */
  remaining: bigint;
  expired: bigint;
  released: boolean;
  /** Given back after its expiry, it lives until then. */
  graceUntil?: string;
}

export interface Reservation {
  readonly id: string;
  readonly on: string;
  readonly until: string;
  readonly points: bigint;
  readonly takes: readonly Take[];
  state: 'open' | 'confirmed' | 'canceled' | 'lapsed';
}

/** A member's account as far as it can still change. Functions of the engine change it and write entries into the book. */
export interface Account {
  readonly member: string;
  readonly lots: Lot[];
  readonly reservations: Reservation[];
  /** Instant of the last earning or redemption, for expiry by activity. */
  lastActivity?: string;
}

/** What a call adds to the ledger. */
export interface Book {
  readonly entries: Entry[];
  readonly newLots: Lot[];
  /** Ids of lots and reservations that were there and changed. */
  readonly touchedLots: Set<string>;
  readonly touchedReservations: Set<string>;
  newId(): string;
}

export type CalendarName = 'gregory' | 'persian';

export interface ProgramCalendar {
  readonly calendar: CalendarName;
  readonly timeZone: string;
  /** 1 to 12 in the programme's calendar; the fiscal year begins on the first of it. */
  readonly fiscalStartMonth: number;
}

export type ExpiryPolicy =
  | { readonly kind: 'none' }
  | { readonly kind: 'days'; readonly days: number }
  /** The end of the period it was earned in, or of one `later` periods on. */
  | { readonly kind: 'period'; readonly period: 'month' | 'year' | 'fiscal-year'; readonly later: number }
  | { readonly kind: 'activity'; readonly days: number };

export type TierWindow =
  | { readonly kind: 'calendar-year' }
  | { readonly kind: 'fiscal-year' }
  | { readonly kind: 'rolling'; readonly months: number }
  | { readonly kind: 'anniversary' };

export type TierBasis = 'points' | 'spend' | 'count' | 'expression';

export interface Tier {
  readonly id: string;
  readonly code: string;
  /** From 0, the tier of everybody. */
  readonly rank: number;
  readonly threshold: bigint;
  /** JSONata over `{points, spend, count, member}` where the basis is `expression`. */
  readonly condition?: string;
  /** 50 = half as many points again. */
  readonly bonusPercent: number;
  readonly discountPercent: string;
  /** In place of the programme's, where days are said. */
  readonly expiryDays?: number;
}

export interface Program extends ProgramCalendar {
  readonly id: string;
  readonly pendingDays: number;
  readonly expiry: ExpiryPolicy;
  /** Days that points live which come back after they would have expired. */
  readonly returnGraceDays: number;
  readonly allowNegative: boolean;
  readonly minimum: bigint;
  readonly step: bigint;
  readonly reservationMinutes: number;
  readonly tierBasis: TierBasis;
  readonly tierWindow: TierWindow;
  /** Periods beyond the one in which it was earned that a tier is kept for. */
  readonly tierPeriods: number;
  readonly graceDays: number;
  readonly downgrade: 'none' | 'step' | 'earned';
  readonly tiers: readonly Tier[];
}

export interface Rule {
  readonly code: string;
  readonly version: number;
  readonly event: 'purchase' | 'first-purchase' | 'birthday' | 'referral' | 'enrolment';
  /** `multiplier`: `percent` of what the base rules gave, on top. */
  readonly kind: 'base' | 'bonus' | 'multiplier';
  /** First and last instant at which it is in force, by the purchase's own date. */
  readonly from?: string;
  readonly to?: string;
  readonly order: number;
  /** Of rules of one group, the first that gives points gives them. */
  readonly group?: string;
  /** JSONata: the purchase qualifies. */
  readonly condition?: string;
  /** JSONata over a line: the line counts. */
  readonly lines?: string;
  /** JSONata: the points, in place of rate and fixed points. */
  readonly amount?: string;
  readonly basis: 'net' | 'gross';
  readonly points: bigint;
  /** `points` for each of so many minor units; absent = `points` once. */
  readonly per?: bigint;
  readonly percent: number;
  readonly currency?: string;
  readonly purse: Purse;
  readonly qualifies: boolean;
  readonly pendingDays?: number;
  readonly expiryDays?: number;
  readonly perDay?: bigint;
  readonly perMonth?: bigint;
  readonly perMember?: bigint;
  readonly perHousehold?: bigint;
}

export interface PurchaseLine {
  readonly product?: string;
  readonly family?: string;
  readonly quantity: string;
  /** Minor units after discounts, without tax and delivery. */
  readonly net: bigint;
  /** Minor units with tax. */
  readonly gross: bigint;
}

export interface Purchase {
  readonly sourceType: string;
  readonly sourceId: string;
  readonly on: string;
  readonly currency: string;
  readonly channel?: string;
  readonly lines: readonly PurchaseLine[];
}

/** What rules may ask about the member. */
export interface MemberFacts {
  readonly id: string;
  readonly tier?: Tier;
  readonly segment?: string;
  /** `1990-05-17`, Gregorian. */
  readonly birthDate?: string;
  readonly enrolledOn: string;
  readonly hasPurchased: boolean;
}

/** Points that a rule gave already, for its caps. */
export interface RuleUse {
  readonly rule: string;
  readonly day: string;
  readonly points: bigint;
  /** By another member of the household. */
  readonly other: boolean;
}

export interface Award {
  readonly rule: string;
  readonly version: number;
  readonly points: bigint;
  readonly qualifying: bigint;
  readonly purse: Purse;
  readonly pendingDays: number;
  readonly expiryDays?: number;
  /** How the points came about, for people and programs. */
  readonly because: string;
}
