// What the programme owes, period by period and currency: opening + earned − redeemed − expired − reversed ± adjusted = closing.
import { LIABILITY, type AccountName } from './model.ts';

/** Postings added up by day, currency and the kind of entry. */
export interface Movement {
  readonly day: string;
  readonly currency: string;
  readonly account: AccountName;
  readonly points: bigint;
}

export interface Roll {
  readonly currency: string;
  readonly from: string;
  readonly to: string;
  readonly opening: bigint;
  readonly earned: bigint;
  readonly redeemed: bigint;
  readonly expired: bigint;
  /** Taken back with purchases that were returned. */
  readonly reversed: bigint;
  readonly adjusted: bigint;
  readonly closing: bigint;
}

/** `periods` follow each other in time. Movements before the first are its opening. `takenBack`: those of them that took points back. */
export function rollForward(
  movements: readonly Movement[],
  periods: readonly { readonly from: string; readonly to: string }[],
  takenBack: readonly Movement[] = [],
): readonly Roll[] {
  const currencies = [...new Set(movements.map(({ currency }) => currency))].sort();
  return currencies.flatMap((currency) => {
    const own = movements.filter((one) => one.currency === currency);
    const total = (accounts: readonly AccountName[], from: string, to: string): bigint =>
      own.reduce(
        (points, one) =>
          accounts.includes(one.account) && one.day >= from && one.day <= to ? points + one.points : points,
        0n,
      );
    return periods.map(({ from, to }) => {
      const opening = own.reduce(
        (points, one) => (LIABILITY.includes(one.account) && one.day < from ? points + one.points : points),
        0n,
      );
      const reversed = takenBack.reduce(
        (points, one) => (one.currency === currency && one.day >= from && one.day <= to ? points + one.points : points),
        0n,
      );
      const earned = reversed - total(['issued'], from, to);
      const redeemed = total(['redeemed'], from, to);
      const expired = total(['expired'], from, to);
      const adjusted = -total(['adjusted'], from, to);
      return {
        currency,
        from,
        to,
        opening,
        earned,
        redeemed,
        expired,
        reversed,
        adjusted,
        closing: opening + total(LIABILITY, from, to),
      };
    });
  });
}
