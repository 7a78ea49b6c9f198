// Lots: which points are spent first, which come back, and how what is owed is paid from what comes in.
import { touch } from './book.ts';
import { least, sum } from './exact.ts';
import { expiryOf } from './expiry.ts';
import type { Account, Book, Lot, Program, Take } from './model.ts';

const NEVER = '9999';

/** Earliest expiry, then oldest, then by id so that the order is everybody's. */
export function spendingOrder(account: Account): (a: Lot, b: Lot) => number {
  const key = (lot: Lot): string => `${expiryOf(lot, account) ?? NEVER} ${lot.earnedOn} ${lot.id}`;
  return (a, b) => (key(a) < key(b) ? -1 : 1);
}

/** Points that may be spent now; negative where the member owes. Of an account that is settled. */
export function available(account: Account): bigint {
  return sum(account.lots.filter((lot) => lot.released).map((lot) => lot.remaining));
}

/** Takes as many as there are, in spending order. The account is settled: nothing in it has expired. */
export function consume(account: Account, points: bigint, book: Book): readonly Take[] {
  const takes: Take[] = [];
  let wanted = points;
  const open = account.lots.filter((lot) => lot.released && lot.remaining > 0n).sort(spendingOrder(account));
  for (const lot of open) {
    if (wanted === 0n) break;
    const taken = least(wanted, lot.remaining);
    lot.remaining -= taken;
    wanted -= taken;
    touch(book, lot);
    takes.push({ lot: lot.id, points: taken, from: 'remaining' });
  }
  return takes;
}

/**
 * Gives points back to the lots they were taken from, the last taken first. What has expired meanwhile lives on for the programme's
 * days of grace. Answers what was given back (negative takes); lots that are not in the account are a fault.
 */
export function giveBack(
  account: Account,
  program: Program,
  takes: readonly Take[],
  points: bigint,
  on: string,
  graceUntil: string,
  book: Book,
): readonly Take[] {
  const back: Take[] = [];
  let left = points;
  for (const take of takes.toReversed()) {
    if (left === 0n) break;
    const lot = lotOf(account, take.lot);
    const returned = least(left, take.points);
    if (returned <= 0n) continue;
    lot.remaining += returned;
    left -= returned;
    const expires = expiryOf(lot, account);
    if (expires !== undefined && expires <= on) lot.graceUntil = program.returnGraceDays > 0 ? graceUntil : on;
    touch(book, lot);
    back.push({ lot: lot.id, points: -returned, from: 'remaining' });
  }
  return back;
}

/** What is owed is paid from what has come in; within the member's own purse, so that the ledger need not move anything. */
export function payDebts(account: Account, book: Book): readonly Take[] {
  const takes: Take[] = [];
  for (const debt of account.lots.filter((lot) => lot.remaining < 0n)) {
    const [owed, purse] = [-debt.remaining, debt.purse];
    let left = owed;
    const open = account.lots.filter((lot) => lot.released && lot.remaining > 0n && lot.purse === purse);
    for (const lot of open.sort(spendingOrder(account))) {
      if (left === 0n) break;
      const paid = least(left, lot.remaining);
      lot.remaining -= paid;
      left -= paid;
      touch(book, lot);
      takes.push({ lot: lot.id, points: paid, from: 'remaining' });
    }
    if (left === owed) continue;
    debt.remaining += owed - left;
    touch(book, debt);
    takes.push({ lot: debt.id, points: left - owed, from: 'remaining' });
  }
  return takes;
}

export function lotOf(account: Account, id: string): Lot {
  const lot = account.lots.find((one) => one.id === id);
  if (!lot) throw new RangeError(`the lot ${id} is not in the account`);
  return lot;
}
