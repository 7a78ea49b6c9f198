// Writing into the ledger: every entry is balanced when it is made, whatever made it.
import { sum } from './exact.ts';
import type { Book, Entry, Lot, Posting, Take } from './model.ts';

export function newBook(newId: () => string): Book {
  return { entries: [], newLots: [], touchedLots: new Set(), touchedReservations: new Set(), newId };
}

type Draft = Omit<Entry, 'id' | 'postings' | 'takes' | 'points' | 'qualifying'> & {
  readonly postings: readonly Posting[];
  readonly takes?: readonly Take[];
};

/** Throws RangeError where the postings do not sum to zero: a fault of ours, never of the input. */
export function write(book: Book, draft: Draft): Entry {
  const postings = draft.postings.filter(({ points }) => points !== 0n);
  if (sum(postings.map(({ points }) => points)) !== 0n) throw new RangeError(`unbalanced ${draft.kind}`);
  const of = (...accounts: readonly string[]): bigint =>
    sum(postings.filter(({ account }) => accounts.includes(account)).map(({ points }) => points));
  const entry: Entry = {
    ...draft,
    id: book.newId(),
    postings,
    takes: draft.takes ?? [],
    points: of('pending', 'spendable', 'promo', 'reserved'),
    qualifying: of('qualifying'),
  };
  book.entries.push(entry);
  return entry;
}

export function touch(book: Book, lot: Lot): void {
  if (!book.newLots.includes(lot)) book.touchedLots.add(lot.id);
}

/** From one account to the other; a negative amount goes the other way. */
export function move(
  from: Posting['account'],
  to: Posting['account'],
  points: bigint,
  currency: string,
): readonly Posting[] {
  return [
    { account: from, points: -points, currency },
    { account: to, points, currency },
  ];
}
