// Brings an account up to an instant: points whose waiting time is over can be spent, reservations nobody confirmed lapse, points
// expire. Each takes effect at its own date, in the order of dates, so that it does not matter when or how often this runs.
import { laterBy } from './calendar.ts';
import { move, touch, write } from './book.ts';
import { expiryOf } from './expiry.ts';
import { giveBack, lotOf, payDebts } from './lots.ts';
import type { Account, Book, Lot, Posting, Program, Purse, Reservation, Take } from './model.ts';

type Due =
  | { readonly at: string; readonly what: 'lapse'; readonly reservation: Reservation }
  | { readonly at: string; readonly what: 'release' | 'expire'; readonly lot: Lot };

export function settle(account: Account, program: Program, now: string, book: Book): void {
  for (let due = next(account); due && due.at <= now; due = next(account)) {
    if (due.what === 'lapse') endReservation(account, program, due.reservation, 'lapsed', due.at, book);
    else if (due.what === 'release') release(account, due.lot, due.at, book);
    else expire(due.lot, due.at, book);
  }
}

/** The first instant at which the account changes by itself; undefined = never. */
export function nextDue(account: Account): string | undefined {
  return next(account)?.at;
}

const RANK = { lapse: 0, release: 1, expire: 2 } as const;

function next(account: Account): Due | undefined {
  let first: Due | undefined;
  const consider = (due: Due): void => {
    if (!first || due.at < first.at || (due.at === first.at && RANK[due.what] < RANK[first.what])) first = due;
  };
  for (const reservation of account.reservations) {
    if (reservation.state === 'open') consider({ at: reservation.until, what: 'lapse', reservation });
  }
  for (const lot of account.lots) {
    if (!lot.released) consider({ at: lot.availableFrom, what: 'release', lot });
    else if (lot.remaining > 0n) {
      const at = expiryOf(lot, account);
      if (at !== undefined) consider({ at: at > lot.availableFrom ? at : lot.availableFrom, what: 'expire', lot });
    }
  }
  return first;
}

function release(account: Account, lot: Lot, on: string, book: Book): void {
  lot.released = true;
  touch(book, lot);
  const takes = payDebts(account, book);
  write(book, {
    kind: 'release',
    sourceType: 'lot',
    sourceId: lot.id,
    rule: 'release',
    sequence: 0,
    on,
    currency: lot.currency,
    postings: move('pending', lot.purse, lot.remaining + paidBy(takes, lot), lot.currency),
    takes,
  });
}

/** What left this lot for debts went through its purse, too. */
function paidBy(takes: readonly Take[], lot: Lot): bigint {
  return takes.reduce((total, take) => (take.lot === lot.id ? total + take.points : total), 0n);
}

function expire(lot: Lot, on: string, book: Book): void {
  const points = lot.remaining;
  lot.remaining = 0n;
  lot.expired += points;
  touch(book, lot);
  write(book, {
    kind: 'expire',
    sourceType: 'lot',
    sourceId: lot.id,
    rule: 'expire',
    // A lot that lived on in grace expires again.
    sequence: Number(lot.graceUntil === undefined ? 0 : Math.floor(Date.parse(on) / 60_000)),
    on,
    currency: lot.currency,
    postings: move(lot.purse, 'expired', points, lot.currency),
    takes: [{ lot: lot.id, points, from: 'remaining' }],
  });
}

/** Holds no longer what the reservation held. */
export function endReservation(
  account: Account,
  program: Program,
  reservation: Reservation,
  state: 'canceled' | 'lapsed',
  on: string,
  book: Book,
): void {
  reservation.state = state;
  book.touchedReservations.add(reservation.id);
  const grace = laterBy(on, program.returnGraceDays);
  const back = giveBack(account, program, reservation.takes, reservation.points, on, grace, book);
  write(book, {
    kind: 'cancel',
    sourceType: 'reservation',
    sourceId: reservation.id,
    rule: state,
    sequence: 0,
    on,
    currency: currencyOf(account, back),
    reservation: reservation.id,
    postings: purseMoves(account, back, 'reserved'),
    takes: [...back, ...payDebts(account, book)],
  });
}

/** Postings for takes: what left a lot goes from its purse to the other account, what was given back comes from there. */
export function purseMoves(account: Account, takes: readonly Take[], other: Posting['account']): readonly Posting[] {
  const sums = new Map<string, { readonly purse: Purse; readonly currency: string; points: bigint }>();
  for (const take of takes) {
    const { purse, currency } = lotOf(account, take.lot);
    const key = `${purse} ${currency}`;
    const known = sums.get(key);
    if (known) known.points += take.points;
    else sums.set(key, { purse, currency, points: take.points });
  }
  return [...sums.values()].flatMap(({ purse, currency, points }) => move(purse, other, points, currency));
}

export function currencyOf(account: Account, takes: readonly Take[]): string {
  const [first] = takes;
  return (first && account.lots.find(({ id }) => id === first.lot)?.currency) ?? '';
}
