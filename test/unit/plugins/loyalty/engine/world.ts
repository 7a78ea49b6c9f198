// A programme for tests of the engine, and the sums its ledger has to keep.
import { newBook } from '../../../../../plugins/loyalty/engine/book.ts';
import type { Account, AccountName, Award, Book, Entry, Program } from '../../../../../plugins/loyalty/engine/model.ts';
import { sum } from '../../../../../plugins/loyalty/engine/exact.ts';

export const program: Program = {
  id: 'p',
  calendar: 'gregory',
  timeZone: 'UTC',
  fiscalStartMonth: 1,
  pendingDays: 0,
  expiry: { kind: 'days', days: 30 },
  returnGraceDays: 0,
  allowNegative: true,
  minimum: 1n,
  step: 1n,
  reservationMinutes: 60,
  tierBasis: 'points',
  tierWindow: { kind: 'calendar-year' },
  tierPeriods: 1,
  graceDays: 0,
  downgrade: 'earned',
  tiers: [
    { id: 'r', code: 'red', rank: 0, threshold: 0n, bonusPercent: 0, discountPercent: '0' },
    { id: 's', code: 'silver', rank: 1, threshold: 1_000n, bonusPercent: 0, discountPercent: '5' },
    { id: 'g', code: 'gold', rank: 2, threshold: 5_000n, bonusPercent: 50, discountPercent: '5' },
  ],
};

export function counted(prefix = 'i'): Book {
  let next = 0;
  return newBook(() => `${prefix}${String(next++).padStart(6, '0')}`);
}

export function emptyAccount(): Account {
  return { member: 'm', lots: [], reservations: [] };
}

export function award(points: bigint, change: Partial<Award> = {}): Award {
  return {
    rule: 'base',
    version: 1,
    points,
    qualifying: points,
    purse: 'spendable',
    pendingDays: 0,
    because: '',
    ...change,
  };
}

export function day(number: number): string {
  return new Date(Date.UTC(2026, 0, 1) + number * 86_400_000).toISOString();
}

export function balance(entries: readonly Entry[], ...accounts: readonly AccountName[]): bigint {
  return sum(
    entries.flatMap(({ postings }) =>
      postings.filter((one) => accounts.includes(one.account)).map(({ points }) => points),
    ),
  );
}
