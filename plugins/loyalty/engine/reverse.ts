// Takes back what a purchase earned, in proportion to what of it was returned. What comes late ends as if it had come in time: points
// that expired after the return are taken from what expired, not from what the member has left.
import { move, touch, write } from './book.ts';
import { least, share } from './exact.ts';
import { expiryOf } from './expiry.ts';
import { spendingOrder } from './lots.ts';
import type { Account, AccountName, Book, Entry, Lot, Posting, Program, Take } from './model.ts';

/** An entry of the purchase, with what was taken back of it already (all positive). */
export interface Original {
  readonly entry: Pick<
    Entry,
    'id' | 'rule' | 'ruleVersion' | 'sequence' | 'on' | 'currency' | 'points' | 'qualifying' | 'spend' | 'count'
  >;
  /** Absent where it gave no points. */
  readonly lot?: string;
  readonly reversed: {
    readonly points: bigint;
    readonly qualifying: bigint;
    readonly spend: bigint;
    readonly count: number;
  };
}

export interface Reversal {
  readonly sourceType: string;
  readonly sourceId: string;
  readonly on: string;
  /** Of the whole purchase, returned until now: this return and those before it. */
  readonly returned: bigint;
  readonly total: bigint;
}

/** Points that could not be taken back because they were spent, where the programme lets no balance fall below zero. */
export function reverse(
  account: Account,
  program: Program,
  originals: readonly Original[],
  reversal: Reversal,
  book: Book,
): bigint {
  let forgiven = 0n;
  const { sourceType, sourceId, on, total } = reversal;
  const returned = least(reversal.returned, total);
  const isWhole = returned === total;
  for (const { entry, lot: lotId, reversed } of originals) {
    const due = (of: bigint, before: bigint): bigint => (isWhole ? of : share(of, returned, total)) - before;
    const points = due(entry.points, reversed.points);
    const qualifying = due(entry.qualifying, reversed.qualifying);
    const spend = due(entry.spend ?? 0n, reversed.spend);
    const count = isWhole ? (entry.count ?? 0) - reversed.count : 0;
    if (points <= 0n && qualifying <= 0n && spend <= 0n && count <= 0) continue;
    const taken = points > 0n ? takeBack(account, program, lotId, points, on, entry.currency, book) : nothing;
    forgiven += taken.forgiven;
    write(book, {
      kind: 'reverse',
      sourceType,
      sourceId,
      rule: entry.rule,
      sequence: entry.sequence,
      on,
      countsOn: entry.on,
      currency: entry.currency,
      reverses: entry.id,
      reversed: points > 0n ? points : 0n,
      ...(taken.forgiven > 0n && { forgiven: taken.forgiven }),
      ...(entry.ruleVersion !== undefined && { ruleVersion: entry.ruleVersion }),
      ...(spend > 0n && { spend: -spend }),
      ...(count > 0 && { count: -count }),
      postings: [...taken.postings, ...move('qualifying', 'qualified', qualifying, entry.currency)],
      takes: taken.takes,
    });
  }
  return forgiven;
}

interface Taken {
  readonly postings: readonly Posting[];
  readonly takes: readonly Take[];
  readonly forgiven: bigint;
}

const nothing: Taken = { postings: [], takes: [], forgiven: 0n };

function takeBack(
  account: Account,
  program: Program,
  ownId: string | undefined,
  points: bigint,
  on: string,
  currency: string,
  book: Book,
): Taken {
  const postings: Posting[] = [];
  const takes: Take[] = [];
  let left = points;
  const from = (lot: Lot): void => {
    const part = (have: bigint, where: Take['from'], name: AccountName): bigint => {
      const taken = least(left, have);
      if (taken <= 0n) return 0n;
      left -= taken;
      touch(book, lot);
      takes.push({ lot: lot.id, points: taken, from: where });
      postings.push(...move(name, 'issued', taken, lot.currency));
      return taken;
    };
    lot.remaining -= part(lot.remaining, 'remaining', lot.released ? lot.purse : 'pending');
    lot.expired -= part(lot.expired, 'expired', 'expired');
  };
  const own = account.lots.find(({ id }) => id === ownId);
  if (own) from(own);
  for (const lot of others(account, own, on, program.allowNegative)) {
    if (left === 0n) break;
    from(lot);
  }
  if (left === 0n || !program.allowNegative) return { postings, takes, forgiven: left };
  const purse = own?.purse ?? 'spendable';
  const id = book.newId();
  const debt: Lot = {
    id,
    entry: '',
    purse,
    currency,
    earnedOn: on,
    availableFrom: on,
    amount: -left,
    remaining: -left,
    expired: 0n,
    released: true,
  };
  account.lots.push(debt);
  book.newLots.push(debt);
  postings.push(...move(purse, 'issued', left, currency));
  return { postings, takes, forgiven: 0n };
}

/** Lots whose points were the member's to spend at that instant, and, where debts are made, those that would have paid them since. */
function others(account: Account, own: Lot | undefined, on: string, later: boolean): readonly Lot[] {
  const lived = (lot: Lot): boolean => {
    if (lot === own || !lot.released || lot.amount < 0n || (own && lot.purse !== own.purse)) return false;
    const expires = expiryOf(lot, account);
    return expires === undefined || expires > on;
  };
  const order = spendingOrder(account);
  const lots = account.lots.filter(lived);
  const then = lots.filter(({ availableFrom }) => availableFrom <= on).sort(order);
  if (!later) return then;
  const since = lots.filter(({ availableFrom }) => availableFrom > on);
  return [...then, ...since.sort((a, b) => (a.availableFrom < b.availableFrom ? -1 : 1))];
}
