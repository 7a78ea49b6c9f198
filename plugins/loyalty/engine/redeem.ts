// Spending points in two steps: a reservation holds them, its confirmation spends all or a part, and whatever ends it otherwise gives
// them back to the lots they came from.
import { move, write } from './book.ts';
import { laterBy } from './calendar.ts';
import { share, sum } from './exact.ts';
import { available, consume, giveBack, payDebts } from './lots.ts';
import { currencyOf, endReservation, purseMoves } from './settle.ts';
import type { Account, Book, Lot, Program, Purse, Reservation, Take } from './model.ts';

/** Why points cannot be spent. */
export type Refusal =
  | { readonly code: 'minimum'; readonly minimum: bigint }
  | { readonly code: 'step'; readonly step: bigint }
  | { readonly code: 'balance'; readonly available: bigint }
  | { readonly code: 'state'; readonly state: string };

/** So many points are worth so many minor units of a currency. */
export interface Conversion {
  readonly currency: string;
  readonly points: bigint;
  readonly minor: bigint;
}

export function worth(points: bigint, { points: of, minor }: Conversion): bigint {
  return share(points, minor, of);
}

/** The account is settled up to `on`. */
export function reserve(
  account: Account,
  program: Program,
  points: bigint,
  on: string,
  book: Book,
): Reservation | Refusal {
  if (points <= 0n || points < program.minimum) return { code: 'minimum', minimum: program.minimum };
  if (program.step > 1n && points % program.step !== 0n) return { code: 'step', step: program.step };
  const there = available(account);
  if (points > there) return { code: 'balance', available: there };
  const takes = consume(account, points, book);
  const until = new Date(Date.parse(on) + program.reservationMinutes * 60_000).toISOString();
  const reservation: Reservation = { id: book.newId(), on, until, points, takes, state: 'open' };
  account.reservations.push(reservation);
  write(book, {
    kind: 'reserve',
    sourceType: 'reservation',
    sourceId: reservation.id,
    rule: 'reserve',
    sequence: 0,
    on,
    currency: currencyOf(account, takes),
    reservation: reservation.id,
    postings: purseMoves(account, takes, 'reserved'),
    takes,
  });
  return reservation;
}

/** Spends so many of the points held, at most all; the rest comes back. */
export function confirm(
  account: Account,
  program: Program,
  reservation: Reservation,
  points: bigint,
  on: string,
  book: Book,
): Refusal | undefined {
  if (reservation.state !== 'open') return { code: 'state', state: reservation.state };
  if (points <= 0n || points > reservation.points) return { code: 'balance', available: reservation.points };
  reservation.state = 'confirmed';
  book.touchedReservations.add(reservation.id);
  const rest = reservation.points - points;
  const back = giveBack(account, program, reservation.takes, rest, on, laterBy(on, program.returnGraceDays), book);
  const spent = spentOf(reservation.takes, back);
  const redeemed = purseMoves(account, spent, 'redeemed').map((posting) =>
    posting.account === 'redeemed' ? posting : { ...posting, account: 'reserved' as const },
  );
  write(book, {
    kind: 'redeem',
    sourceType: 'reservation',
    sourceId: reservation.id,
    rule: 'confirm',
    sequence: 0,
    on,
    currency: currencyOf(account, reservation.takes),
    reservation: reservation.id,
    postings: [...redeemed, ...purseMoves(account, back, 'reserved')],
    takes: [...back, ...payDebts(account, book)],
  });
  if (account.lastActivity === undefined || account.lastActivity < on) account.lastActivity = on;
  return undefined;
}

export function cancel(
  account: Account,
  program: Program,
  reservation: Reservation,
  on: string,
  book: Book,
): Refusal | undefined {
  if (reservation.state !== 'open') return { code: 'state', state: reservation.state };
  endReservation(account, program, reservation, 'canceled', on, book);
  return undefined;
}

/** Gives back points that were spent. `spent`: what of the redemption is still with its lots' debit; see `spentOf`. */
export function refund(
  account: Account,
  program: Program,
  redemption: { readonly id: string; readonly sourceId: string; readonly sequence: number },
  spent: readonly Take[],
  points: bigint,
  on: string,
  book: Book,
): Refusal | undefined {
  const there = sum(spent.map((take) => take.points));
  if (points <= 0n || points > there) return { code: 'balance', available: there };
  const back = giveBack(account, program, spent, points, on, laterBy(on, program.returnGraceDays), book);
  write(book, {
    kind: 'refund',
    sourceType: 'refund',
    sourceId: redemption.sourceId,
    rule: 'refund',
    sequence: redemption.sequence,
    on,
    currency: currencyOf(account, back),
    reverses: redemption.id,
    postings: purseMoves(account, back, 'redeemed'),
    takes: [...back, ...payDebts(account, book)],
  });
  return undefined;
}

/** What remains of takes after some of it was given back. */
export function spentOf(takes: readonly Take[], back: readonly Take[]): readonly Take[] {
  return takes.flatMap((take) => {
    const given = sum(back.filter(({ lot }) => lot === take.lot).map(({ points }) => points));
    const left = take.points + given;
    return left > 0n ? [{ ...take, points: left }] : [];
  });
}

export interface Adjustment {
  readonly id: string;
  readonly points: bigint;
  readonly purse: Purse;
  readonly currency: string;
  readonly reason: string;
  readonly on: string;
  readonly expires?: string;
}

/** Gives or takes points by hand. Nobody's balance falls below zero by it. */
export function adjust(account: Account, adjustment: Adjustment, book: Book): Refusal | undefined {
  const { id, points, purse, currency, reason, on, expires } = adjustment;
  const source = { kind: 'adjust', sourceType: 'adjustment', sourceId: id, rule: 'adjust', sequence: 0, on } as const;
  if (points < 0n) {
    const there = available(account);
    if (-points > there) return { code: 'balance', available: there };
    const takes = consume(account, -points, book);
    write(book, { ...source, currency, reason, postings: purseMoves(account, takes, 'adjusted'), takes });
    return undefined;
  }
  const lot: Lot = {
    id: book.newId(),
    entry: '',
    purse,
    currency,
    earnedOn: on,
    availableFrom: on,
    ...(expires !== undefined && { expires }),
    amount: points,
    remaining: points,
    expired: 0n,
    released: true,
  };
  account.lots.push(lot);
  book.newLots.push(lot);
  const postings = move('adjusted', purse, points, currency);
  const entry = write(book, { ...source, currency, reason, postings, takes: payDebts(account, book) });
  Object.assign(lot, { entry: entry.id });
  return undefined;
}
