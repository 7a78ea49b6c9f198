// Books what rules gave for a purchase or an event: an entry and a lot for each award.
import { move, write } from './book.ts';
import { laterBy } from './calendar.ts';
import { expiryFor } from './expiry.ts';
import { payDebts } from './lots.ts';
import type { Account, Award, Book, Lot, Posting, Program } from './model.ts';

export interface Earning {
  readonly sourceType: string;
  readonly sourceId: string;
  readonly sequence: number;
  readonly on: string;
  readonly currency: string;
  /** Minor units that count for tiers; absent where the event is no purchase. */
  readonly spend?: bigint;
  readonly awards: readonly Award[];
}

/**
 * The account is settled up to `now`; settle it again afterwards, for what was earned long ago may be due. A purchase that earned
 * nothing is written, too: it counts, and is not asked about again.
 */
export function earn(account: Account, program: Program, earning: Earning, now: string, book: Book): void {
  const { sourceType, sourceId, sequence, on, currency, spend } = earning;
  const source = { sourceType, sourceId, sequence, on, currency };
  const counted = spend === undefined ? {} : { spend, count: 1 };
  earning.awards.forEach((award, index) => {
    const availableFrom = award.pendingDays > 0 ? laterBy(on, award.pendingDays) : on;
    const isReleased = availableFrom <= now;
    const postings: readonly Posting[] = [
      ...move('issued', isReleased ? award.purse : 'pending', award.points, currency),
      ...move('qualified', 'qualifying', award.qualifying, currency),
    ];
    const lotId = book.newId();
    const lot: Lot = {
      id: lotId,
      entry: '',
      purse: award.purse,
      currency,
      earnedOn: on,
      availableFrom,
      ...expiryFor(program, availableFrom, award.expiryDays),
      amount: award.points,
      remaining: award.points,
      expired: 0n,
      released: isReleased,
    };
    if (award.points > 0n) account.lots.push(lot);
    const entry = write(book, {
      kind: 'earn',
      ...source,
      rule: award.rule,
      ruleVersion: award.version,
      reason: award.because,
      ...(index === 0 && counted),
      postings,
      takes: award.points > 0n && isReleased ? payDebts(account, book) : [],
    });
    if (award.points > 0n) {
      const made = Object.assign(lot, { entry: entry.id });
      book.newLots.push(made);
      book.touchedLots.delete(lotId);
    }
  });
  if (earning.awards.length === 0) write(book, { kind: 'count', ...source, rule: '', ...counted, postings: [] });
  if (account.lastActivity === undefined || account.lastActivity < on) account.lastActivity = on;
}
