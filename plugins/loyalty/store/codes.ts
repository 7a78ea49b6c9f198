// The words of the choices, in the order of their values from 1.
import type { AccountName, CalendarName, EntryKind, Program, Purse, Reservation, Rule } from '../engine/model.ts';
import type { Reason } from '../engine/tiers.ts';

export const CALENDARS: readonly CalendarName[] = ['gregory', 'persian'];
export const EXPIRIES = ['none', 'days', 'month', 'year', 'fiscal-year', 'activity'] as const;
export const BASES: readonly Program['tierBasis'][] = ['points', 'spend', 'count', 'expression'];
export const WINDOWS: readonly Program['tierWindow']['kind'][] = [
  'calendar-year',
  'fiscal-year',
  'rolling',
  'anniversary',
];
export const DOWNGRADES: readonly Program['downgrade'][] = ['none', 'step', 'earned'];
export const EVENTS: readonly Rule['event'][] = ['purchase', 'first-purchase', 'birthday', 'referral', 'enrolment'];
export const RULE_KINDS: readonly Rule['kind'][] = ['base', 'bonus', 'multiplier'];
export const AMOUNTS: readonly Rule['basis'][] = ['net', 'gross'];
export const PURSES: readonly Purse[] = ['spendable', 'promo'];
export const KINDS: readonly EntryKind[] = [
  'earn',
  'release',
  'expire',
  'reverse',
  'reserve',
  'cancel',
  'redeem',
  'refund',
  'adjust',
  'count',
];
export const ACCOUNTS: readonly AccountName[] = [
  'pending',
  'spendable',
  'promo',
  'reserved',
  'qualifying',
  'issued',
  'redeemed',
  'expired',
  'adjusted',
  'qualified',
];
export const STATES: readonly Reservation['state'][] = ['open', 'confirmed', 'canceled', 'lapsed'];
export const REASONS: readonly Reason[] = [
  'first',
  'earned',
  'renewed',
  'kept',
  'grace',
  'downgraded',
  'no-downgrade',
  'override',
  'unchanged',
];
