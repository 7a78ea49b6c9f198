// Why a member has this tier and this balance, and the statement of a time: read only, and brought up to date by date without storing
// anything, so that what is shown is true even where a job has not run.
import { defineOperation, type OperationContext, type Row } from 'peyvand/sdk';
import { dayOf, endOf, periodOf, startOf, windowOf } from '../engine/calendar.ts';
import { expiryOf } from '../engine/expiry.ts';
import { available, spendingOrder } from '../engine/lots.ts';
import type { Account, AccountName, Lot } from '../engine/model.ts';
import { newBook } from '../engine/book.ts';
import { settle } from '../engine/settle.ts';
import { rollForward } from '../engine/roll-forward.ts';
import { decideTier } from '../engine/tiers.ts';
import { worth } from '../engine/redeem.ts';
import { decimalOf } from '../engine/exact.ts';
import { fail } from '../errors.ts';
import { ACCOUNTS, KINDS, REASONS } from '../store/codes.ts';
import { activityOf } from '../store/decide-tiers.ts';
import { inPortions, listAll } from '../store/list-all.ts';
import { loadProgram, type LoadedProgram } from '../store/load-program.ts';
import { idsOf } from '../store/new-id.ts';
import { movementsOf } from '../store/movements.ts';
import { factsOf, lotOf, overrideOf, reservationOf, standingOf, takesOf } from '../store/open-members.ts';
import { given, instantOf, numberOf, refOf, textOf, wholeOf, wordOf } from '../store/values.ts';
import { plain } from '../store/write-books.ts';
import { wrong } from './read-purchases.ts';

type Context = Pick<OperationContext, 'system' | 'records' | 'now' | 'target'>;

interface Seen {
  readonly id: string;
  readonly row: Row;
  readonly loaded: LoadedProgram;
}

/** As the caller: who may not read the member is told that there is none. */
async function seen({ records, system, target }: Context): Promise<Seen> {
  const id = target?.id ?? '';
  const row = await records.retrieve('loyaltymember', id);
  if (!row) throw fail('MEMBER_NOT_FOUND', { id });
  return { id, row, loaded: await loadProgram(system, refOf(row, 'loyaltyprogramid') ?? '') };
}

/** The account on the moment, nothing locked and nothing stored. */
async function accountOf({ system, now }: Context, { id, row, loaded }: Seen): Promise<Account> {
  const lots = (await listAll(system, 'loyaltylot', `&$filter=_loyaltymemberid_value eq ${id} and isopen eq true`)).map(
    lotOf,
  );
  const held = await system.list(
    'loyaltyreservation',
    `$filter=_loyaltymemberid_value eq ${id} and reservationstate eq 1`,
  );
  const takes = await takesOf(
    system,
    held.map((one) => String(one['loyaltyreservationid'])),
  );
  const reservations = held.map((one) => reservationOf(one, takes.get(String(one['loyaltyreservationid'])) ?? []));
  const known = new Set(lots.map((lot) => lot.id));
  const closed = [...new Set(reservations.flatMap((one) => one.takes.map(({ lot }) => lot)))].filter(
    (lot) => !known.has(lot),
  );
  const rows = await inPortions(closed, 'loyaltylotid', (condition) =>
    system.list('loyaltylot', `$filter=${condition}`),
  );
  lots.push(...new Map(rows.map((one) => [String(one['loyaltylotid']), lotOf(one)])).values());
  const account: Account = {
    member: id,
    lots,
    reservations,
    ...given({ lastActivity: instantOf(row, 'lastactivityon') }),
  };
  settle(account, loaded.program, now, newBook(idsOf(now)));
  return account;
}

export const explain = defineOperation({
  name: 'loyalty_Explain',
  kind: 'function',
  bound: { entity: 'loyaltymember' },
  parameters: [],
  returns: { type: 'json' },
  description: 'Why this tier, why this balance: what each was decided by.',
  async run(context): Promise<unknown> {
    const { system, now } = context;
    const member = await seen(context);
    const { id, row, loaded } = member;
    const { program } = loaded;
    const today = dayOf(now, program);
    const account = await accountOf(context, member);
    const facts = factsOf(program, id, row);
    const standing = standingOf(program, row);
    const from = windowOf(
      standing?.until !== undefined && standing.until < today ? standing.until : today,
      program.tierWindow,
      facts.enrolledDay,
      program,
    ).from;
    const none = { id, book: newBook(idsOf(now)) };
    const activity = await activityOf(system, loaded, none, from);
    const decision = await decideTier(program, facts, activity, standing, today, overrideOf(row));
    const [last] = await system.list(
      'loyaltytierevaluation',
      `$filter=_loyaltymemberid_value eq ${id}&$orderby=createdon desc&$top=1`,
    );
    const open = account.lots.filter((lot) => lot.remaining !== 0n);
    const spendable = available(account);
    const titles = await titlesOf(context, program.id);
    return plain({
      member: { name: textOf(row, 'name'), number: textOf(row, 'membernumber'), frozen: row['frozen'] === true },
      calendar: program.calendar,
      tier: {
        code: decision.tier.code,
        title: titles.get(decision.tier.code)?.name ?? decision.tier.code,
        color: titles.get(decision.tier.code)?.color,
        since: decision.since,
        until: decision.until,
        // What nothing has changed since, is why.
        reason:
          decision.reason === 'unchanged' && last ? wordOf(REASONS, last['reason'], 'unchanged') : decision.reason,
        discountPercent: decision.tier.discountPercent,
        bonusPercent: decision.tier.bonusPercent,
        ...decision.inputs,
        titles: Object.fromEntries([...titles].map(([code, { name }]) => [code, name])),
        days: activity.filter((one) => one.points !== 0n || one.spend !== 0n).slice(-50),
        last: last && {
          on: last['evaluatedon'],
          reason: wordOf(REASONS, last['reason'], 'unchanged'),
          inputs: last['inputs'],
        },
      },
      balance: {
        spendable,
        pending: total(account.lots.filter((lot) => !lot.released)),
        reserved: account.reservations.reduce((sum, one) => (one.state === 'open' ? sum + one.points : sum), 0n),
        worth: loaded.conversions.map((conversion) => ({
          currency: conversion.currency,
          amount: decimalOf(
            worth(spendable > 0n ? spendable : 0n, conversion),
            decimalsOf(loaded, conversion.currency),
          ),
        })),
        lots: open
          .sort(spendingOrder(account))
          .slice(0, 200)
          .map((lot) => lotFacts(lot, account)),
      },
    });
  },
});

async function titlesOf(
  { system }: Context,
  program: string,
): Promise<ReadonlyMap<string, { readonly name: string; readonly color: string | undefined }>> {
  const rows = await system.list(
    'loyaltytier',
    `$select=code,name,color&$filter=_loyaltyprogramid_value eq ${program}`,
  );
  return new Map(
    rows.map((row) => [textOf(row, 'code') ?? '', { name: textOf(row, 'name') ?? '', color: textOf(row, 'color') }]),
  );
}

const total = (lots: readonly Lot[]): bigint => lots.reduce((sum, lot) => sum + lot.remaining, 0n);
const decimalsOf = ({ currencies, home }: LoadedProgram, code: string): number =>
  currencies.find((one) => one.code === code)?.decimals ?? home.decimals;

function lotFacts(lot: Lot, account: Account): Row {
  const { purse, currency, earnedOn, availableFrom, amount, remaining, released } = lot;
  return { purse, currency, earnedOn, availableFrom, expires: expiryOf(lot, account), amount, remaining, released };
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;

export const statement = defineOperation({
  name: 'loyalty_Statement',
  kind: 'function',
  bound: { entity: 'loyaltymember' },
  parameters: [
    { name: 'From', type: 'date', optional: true, description: 'Left out: the first day of the programme’s year.' },
    { name: 'To', type: 'date', optional: true },
  ],
  returns: { type: 'json' },
  description: 'What came in and went out between two days, with the balance before, after each and at the end.',
  async run(context): Promise<unknown> {
    const { system, now, parameters, refuse } = context;
    const member = await seen(context);
    const { id, row, loaded } = member;
    const { program } = loaded;
    const today = dayOf(now, program);
    const to = textOf(parameters, 'To') ?? today;
    const from = textOf(parameters, 'From') ?? periodOf(to, 'year', program).from;
    if (!DAY.test(from) || !DAY.test(to) || from > to) refuse(wrong('From', 'From is a day no later than To.'));
    const own = `_loyaltymemberid_value eq ${id}`;
    const before = `filter(${own} and effectiveon lt ${startOf(from, program)})`;
    const [opening] = await system.list('loyaltytransaction', `$apply=${before}/aggregate(points with sum as points)`);
    const span = `effectiveon ge ${startOf(from, program)} and effectiveon lt ${endOf(to, program)}`;
    const rows = await listAll(system, 'loyaltytransaction', `&$filter=${own} and ${span} and points ne 0`);
    let balance = opening ? wholeOf(opening, 'points') : 0n;
    const start = balance;
    const ordered = [...rows].sort((a, b) => (String(a['effectiveon']) < String(b['effectiveon']) ? -1 : 1));
    const lines = ordered.map((one) => {
      balance += wholeOf(one, 'points');
      return {
        on: instantOf(one, 'effectiveon'),
        kind: wordOf(KINDS, one['kind'], 'earn'),
        sourceType: textOf(one, 'sourcetype'),
        sourceId: textOf(one, 'sourceid'),
        rule: textOf(one, 'rulecode'),
        version: numberOf(one, 'ruleversion'),
        points: wholeOf(one, 'points'),
        balance,
        reason: textOf(one, 'reason'),
      };
    });
    const { all, takenBack } = await movementsOf(system, own, [{ from, to }]);
    const sums: Record<string, bigint> = {};
    for (const line of lines) sums[line.kind] = (sums[line.kind] ?? 0n) + line.points;
    return plain({
      member: textOf(row, 'name'),
      number: textOf(row, 'membernumber'),
      calendar: program.calendar,
      from,
      to,
      opening: start,
      closing: balance,
      sums,
      // By currency, as the programme's own roll-forward has it.
      roll: rollForward(all, [{ from, to }], takenBack),
      lines,
    });
  },
});

/** Sums of a member's postings by account: what the ledger says. */
export async function ledgerOf(
  { system }: Pick<OperationContext, 'system'>,
  condition: string,
): Promise<ReadonlyMap<string, ReadonlyMap<AccountName, bigint>>> {
  const rows = await system.list(
    'loyaltyposting',
    `$apply=filter(${condition})/groupby((_loyaltymemberid_value,account),aggregate(points with sum as points))`,
  );
  const members = new Map<string, Map<AccountName, bigint>>();
  for (const row of rows) {
    const id = refOf(row, 'loyaltymemberid') ?? '';
    const accounts = members.get(id) ?? new Map<AccountName, bigint>();
    accounts.set(wordOf(ACCOUNTS, row['account'], 'issued'), wholeOf(row, 'points'));
    members.set(id, accounts);
  }
  return members;
}
