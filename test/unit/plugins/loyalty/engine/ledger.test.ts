// The ledger after any history: it sums to zero, every balance is what the lots say, and what comes late ends where it would have.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { earn } from '../../../../../plugins/loyalty/engine/earn.ts';
import { sum } from '../../../../../plugins/loyalty/engine/exact.ts';
import { available } from '../../../../../plugins/loyalty/engine/lots.ts';
import type { Account, Book, Entry, Program, Take } from '../../../../../plugins/loyalty/engine/model.ts';
import { adjust, cancel, confirm, refund, reserve, spentOf } from '../../../../../plugins/loyalty/engine/redeem.ts';
import { reverse, type Original } from '../../../../../plugins/loyalty/engine/reverse.ts';
import { rollForward } from '../../../../../plugins/loyalty/engine/roll-forward.ts';
import { nextDue, settle } from '../../../../../plugins/loyalty/engine/settle.ts';
import { award, balance, counted, day, emptyAccount, program } from './world.ts';

type Act =
  | {
      readonly kind: 'earn';
      readonly points: number;
      readonly pending: number;
      readonly promo: boolean;
      readonly late: number;
    }
  | { readonly kind: 'reverse'; readonly which: number; readonly part: number; readonly late: number }
  | { readonly kind: 'reserve'; readonly points: number }
  | { readonly kind: 'confirm' | 'cancel'; readonly which: number; readonly part: number }
  | { readonly kind: 'refund'; readonly which: number; readonly points: number }
  | { readonly kind: 'adjust'; readonly points: number }
  | { readonly kind: 'settle' };

const index = fc.nat({ max: 20 });
const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('earn' as const),
      points: fc.integer({ min: 0, max: 500 }),
      pending: fc.nat({ max: 20 }),
      promo: fc.boolean(),
      late: fc.nat({ max: 40 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('reverse' as const),
      which: index,
      part: fc.integer({ min: 1, max: 7 }),
      late: fc.nat({ max: 40 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('reserve' as const), points: fc.integer({ min: 1, max: 400 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom('confirm' as const, 'cancel' as const),
      which: index,
      part: fc.integer({ min: 1, max: 100 }),
    }),
  },
  {
    arbitrary: fc.record({
      kind: fc.constant('refund' as const),
      which: index,
      points: fc.integer({ min: 1, max: 300 }),
    }),
    weight: 1,
  },
  {
    arbitrary: fc.record({ kind: fc.constant('adjust' as const), points: fc.integer({ min: -200, max: 200 }) }),
    weight: 1,
  },
  { arbitrary: fc.record({ kind: fc.constant('settle' as const) }), weight: 1 },
);

const programs = fc
  .record({
    allowNegative: fc.boolean(),
    returnGraceDays: fc.nat({ max: 5 }),
    expiry: fc.constantFrom(
      { kind: 'none' as const },
      { kind: 'days' as const, days: 12 },
      { kind: 'activity' as const, days: 9 },
      { kind: 'period' as const, period: 'month' as const, later: 1 },
    ),
  })
  .map((change): Program => ({ ...program, ...change }));

/** What of the source's entries is there to be taken back. */
function originalsOf(entries: readonly Entry[], account: Account, sourceId: string): readonly Original[] {
  return entries
    .filter((one) => one.kind === 'earn' && one.sourceId === sourceId)
    .map((entry) => {
      const lot = account.lots.find((one) => one.entry === entry.id);
      const before = entries.filter((one) => one.reverses === entry.id);
      return {
        entry,
        ...(lot && { lot: lot.id }),
        reversed: {
          points: sum(before.map((one) => one.reversed ?? 0n)),
          qualifying: -sum(before.map((one) => one.qualifying)),
          spend: -sum(before.map((one) => one.spend ?? 0n)),
          count: -before.reduce((count, one) => count + (one.count ?? 0), 0),
        },
      };
    });
}

interface World {
  readonly account: Account;
  readonly book: Book;
  readonly now: string;
}

function play(program: Program, acts: readonly (readonly [number, Act])[]): World {
  const [account, book] = [emptyAccount(), counted()];
  const sources: { readonly id: string; readonly on: string; returned: bigint }[] = [];
  let today = 0;
  for (const [gap, one] of acts) {
    today += gap;
    const now = day(today);
    settle(account, program, now, book);
    if (one.kind === 'earn') {
      const on = day(today - one.late);
      const id = `s${sources.length}`;
      sources.push({ id, on, returned: 0n });
      const awards = [
        award(BigInt(one.points), { pendingDays: one.pending, purse: one.promo ? 'promo' : 'spendable' }),
        award(BigInt(one.points) / 3n, { rule: 'bonus', qualifying: 0n }),
      ];
      earn(
        account,
        program,
        { sourceType: 't', sourceId: id, sequence: 0, on, currency: 'EUR', spend: 70n, awards },
        now,
        book,
      );
      settle(account, program, now, book);
    } else if (one.kind === 'reverse') {
      const source = sources[one.which % Math.max(1, sources.length)];
      if (!source) continue;
      source.returned = source.returned + BigInt(one.part);
      const late = day(today - one.late);
      const on = late < source.on ? source.on : late;
      const originals = originalsOf(book.entries, account, source.id);
      reverse(
        account,
        program,
        originals,
        { sourceType: 'r', sourceId: `${source.id}-${book.entries.length}`, on, returned: source.returned, total: 7n },
        book,
      );
    } else if (one.kind === 'reserve') reserve(account, program, BigInt(one.points), now, book);
    else if (one.kind === 'confirm' || one.kind === 'cancel') {
      const open = account.reservations[one.which % Math.max(1, account.reservations.length)];
      if (!open) continue;
      const points = (open.points * BigInt(one.part) + 99n) / 100n;
      if (one.kind === 'confirm') confirm(account, program, open, points, now, book);
      else cancel(account, program, open, now, book);
      settle(account, program, now, book);
    } else if (one.kind === 'refund') {
      const redeemed = book.entries.filter(({ kind }) => kind === 'redeem');
      const redemption = redeemed[one.which % Math.max(1, redeemed.length)];
      const held = account.reservations.find(({ id }) => id === redemption?.reservation);
      if (!redemption || !held) continue;
      const back = book.entries
        .filter((entry) => entry.id === redemption.id || entry.reverses === redemption.id)
        .flatMap((entry) =>
          entry.takes.filter((take) => held.takes.some(({ lot }) => lot === take.lot) && take.points < 0n),
        );
      const spent: readonly Take[] = spentOf(held.takes, back);
      refund(
        account,
        program,
        { id: redemption.id, sourceId: `f${book.entries.length}`, sequence: 0 },
        spent,
        BigInt(one.points),
        now,
        book,
      );
      settle(account, program, now, book);
    } else if (one.kind === 'adjust' && one.points !== 0) {
      const adjustment = {
        id: `a${book.entries.length}`,
        points: BigInt(one.points),
        purse: 'spendable',
        currency: 'EUR',
        reason: '',
        on: now,
      } as const;
      adjust(account, adjustment, book);
      settle(account, program, now, book);
    }
  }
  return { account, book, now: day(today) };
}

const histories = fc.array(fc.tuple(fc.nat({ max: 9 }), act), { maxLength: 40 });

test('after any history the ledger sums to zero, and every balance of the ledger is what the lots and reservations hold', () => {
  fc.assert(
    fc.property(programs, histories, (program, history) => {
      const { account, book, now } = play(program, history);
      const { entries } = book;
      for (const entry of entries) expect(sum(entry.postings.map(({ points }) => points))).toBe(0n);
      const { lots } = account;
      const held = (purse: string): bigint =>
        sum(lots.filter((lot) => lot.released && lot.purse === purse).map(({ remaining }) => remaining));
      expect(balance(entries, 'spendable')).toBe(held('spendable'));
      expect(balance(entries, 'promo')).toBe(held('promo'));
      expect(balance(entries, 'pending')).toBe(
        sum(lots.filter((lot) => !lot.released).map(({ remaining }) => remaining)),
      );
      expect(balance(entries, 'expired')).toBe(sum(lots.map(({ expired }) => expired)));
      const open = account.reservations.filter(({ state }) => state === 'open');
      expect(balance(entries, 'reserved')).toBe(sum(open.map(({ points }) => points)));
      expect(available(account)).toBe(balance(entries, 'spendable', 'promo'));
      if (!program.allowNegative) for (const lot of lots) expect(lot.remaining >= 0n).toBe(true);
      const keys = entries.map((one) => [one.sourceType, one.sourceId, one.rule, one.sequence].join());
      expect(new Set(keys).size).toBe(keys.length);
      const due = nextDue(account);
      expect(due === undefined || due > now).toBe(true);
      for (const lot of lots) {
        const taken = sum(
          entries.flatMap(({ takes }) =>
            takes.filter((take) => take.lot === lot.id && take.from === 'remaining').map(({ points }) => points),
          ),
        );
        expect(lot.remaining).toBe(lot.amount - taken);
      }
    }),
    { numRuns: 1_500 },
  );
});

test('what the programme owes rolls forward: opening + earned − redeemed − expired ± adjusted = closing, period after period', () => {
  fc.assert(
    fc.property(histories, (history) => {
      const { book } = play(program, history);
      const movements = book.entries.flatMap((entry) =>
        entry.postings.map((posting) => ({ ...posting, day: entry.on.slice(0, 10) })),
      );
      const periods = [
        { from: '2020-01-01', to: '2026-01-31' },
        { from: '2026-02-01', to: '2026-03-31' },
        { from: '2026-04-01', to: '2030-12-31' },
      ];
      const rolls = rollForward(movements, periods);
      for (const roll of rolls) {
        expect(roll.opening + roll.earned - roll.redeemed - roll.expired + roll.adjusted).toBe(roll.closing);
      }
      const last = rolls.filter(({ to }) => to === '2030-12-31');
      expect(sum(last.map(({ closing }) => closing))).toBe(
        balance(book.entries, 'pending', 'spendable', 'promo', 'reserved'),
      );
    }),
    { numRuns: 200 },
  );
});

test('it does not matter how often or when the account is brought up to date', () => {
  fc.assert(
    fc.property(programs, histories, (program, history) => {
      const once = play(program, history);
      const often = play(
        program,
        history.flatMap(([gap, one]) => [
          ...Array.from({ length: gap }, () => [1, { kind: 'settle' }] as const),
          [0, one] as const,
        ]),
      );
      const facts = ({ book }: World) =>
        book.entries.map((one) => [one.kind, one.on, one.points, one.sourceType === 'lot' ? '' : one.rule].join());
      expect(facts(often)).toEqual(facts(once));
    }),
    { numRuns: 300 },
  );
});

interface Timed {
  readonly at: number;
  readonly run: (world: { readonly account: Account; readonly book: Book; readonly now: string }) => void;
}

/** Each at its own day, seen `delay` days later; the account is brought up to date at every step. */
function seen(program: Program, events: readonly (readonly [number, Timed])[]): Record<string, bigint> {
  const [account, book] = [emptyAccount(), counted()];
  const queue = events.map(([delay, event]) => ({ seen: event.at + delay, event }));
  queue.sort((a, b) => a.seen - b.seen);
  for (const { seen, event } of queue) {
    const now = day(seen);
    settle(account, program, now, book);
    event.run({ account, book, now });
    settle(account, program, now, book);
  }
  settle(account, program, day(400), book);
  const names = ['spendable', 'expired', 'issued', 'redeemed', 'qualifying'] as const;
  return Object.fromEntries(names.map((name) => [name, balance(book.entries, name)]));
}

test('returns that come after the points expired end in the balance they would have had in time', () => {
  fc.assert(
    fc.property(
      fc.boolean(),
      fc.array(fc.record({ at: fc.nat({ max: 20 }), points: fc.integer({ min: 1, max: 300 }) }), {
        minLength: 1,
        maxLength: 6,
      }),
      fc.option(fc.record({ at: fc.integer({ min: 21, max: 25 }), points: fc.integer({ min: 1, max: 600 }) })),
      fc.array(
        fc.record({
          which: index,
          at: fc.integer({ min: 26, max: 29 }),
          part: fc.integer({ min: 1, max: 7 }),
          delay: fc.nat({ max: 90 }),
        }),
        { maxLength: 4 },
      ),
      (allowNegative, purchases, spending, returns) => {
        const own = { ...program, allowNegative };
        const bought = purchases.map(({ at, points }, number): Timed => ({
          at,
          run: ({ account, book, now }) =>
            earn(
              account,
              own,
              {
                sourceType: 't',
                sourceId: `s${number}`,
                sequence: 0,
                on: day(at),
                currency: 'EUR',
                awards: [award(BigInt(points))],
              },
              now,
              book,
            ),
        }));
        const spent: Timed[] = spending
          ? [
              {
                at: spending.at,
                run: ({ account, book, now }) => {
                  const most = available(account);
                  const wanted = BigInt(spending.points) < most ? BigInt(spending.points) : most;
                  const held = wanted > 0n ? reserve(account, own, wanted, now, book) : undefined;
                  if (held && 'takes' in held) confirm(account, own, held, held.points, now, book);
                },
              },
            ]
          : [];
        // One return of a purchase each, so that the order among them is no question of what was asked.
        const asked = new Map(returns.map((one) => [one.which % purchases.length, one]));
        const returned = [...asked].map(([which, { at, part, delay }]): readonly [number, Timed] => [
          delay,
          {
            at,
            run: ({ account, book }) =>
              reverse(
                account,
                own,
                originalsOf(book.entries, account, `s${which}`),
                { sourceType: 'r', sourceId: `s${which}`, on: day(at), returned: BigInt(part), total: 7n },
                book,
              ),
          },
        ]);
        const now = [...bought, ...spent].map((event) => [0, event] as const);
        const inTime = seen(own, [...now, ...returned.map(([, event]) => [0, event] as const)]);
        expect(seen(own, [...now, ...returned])).toEqual(inTime);
      },
    ),
    { numRuns: 1_000 },
  );
});
