// Stores what the engine wrote: entries, lots, postings and uses of lots in few statements, and the members' own figures beside them in the
// same transaction.
import type { Records, Row } from 'peyvand/sdk';
import { dayOf } from '../engine/calendar.ts';
import { decimalOf } from '../engine/exact.ts';
import type { AccountName, Entry, Lot } from '../engine/model.ts';
import { nextDue } from '../engine/settle.ts';
import type { TierDecision } from '../engine/tiers.ts';
import { ACCOUNTS, KINDS, PURSES, REASONS, STATES } from './codes.ts';
import type { LoadedProgram } from './load-program.ts';
import type { OpenMember } from './open-members.ts';
import { codeOf, given, instantOf, numberOf, refOf, textOf, wholeOf } from './values.ts';

/** More of an entry than the engine knows, by its id. */
export type Extras = ReadonlyMap<string, Row>;

export interface Written {
  readonly entries: number;
  readonly rows: number;
}

/** Members' own figures, and the accounts they say. */
export const CACHES: readonly (readonly [string, AccountName])[] = [
  ['spendablepoints', 'spendable'],
  ['promopoints', 'promo'],
  ['pendingpoints', 'pending'],
  ['reservedpoints', 'reserved'],
  ['qualifyingpoints', 'qualifying'],
];

/** `decisions`: members whose tier was decided, too. `more`: other fields of the members' rows. */
export async function writeBooks(
  system: Records,
  { program, home, currencies }: LoadedProgram,
  members: readonly OpenMember[],
  options: {
    readonly extras?: Extras;
    readonly decisions?: ReadonlyMap<string, TierDecision>;
    readonly more?: ReadonlyMap<string, Row>;
  } = {},
): Promise<Written> {
  const decimals = (code: string): number => currencies.find((one) => one.code === code)?.decimals ?? home.decimals;
  const [entries, lots, postings, takes]: Row[][] = [[], [], [], []];
  for (const member of members) {
    const own = { loyaltymemberid: member.id };
    for (const entry of member.book.entries) {
      const day = dayOf(entry.countsOn ?? entry.on, program);
      const effective = entry.countsOn === undefined ? day : dayOf(entry.on, program);
      entries?.push({
        ...own,
        loyaltyprogramid: program.id,
        ...entryRow(entry, day, decimals(entry.currency)),
        ...options.extras?.get(entry.id),
      });
      for (const { account, points, currency } of entry.postings) {
        postings?.push({
          ...own,
          loyaltytransactionid: entry.id,
          loyaltyprogramid: program.id,
          account: codeOf(ACCOUNTS, account),
          points: String(points),
          currencycode: currency,
          dayon: effective,
        });
      }
      for (const take of entry.takes) {
        takes?.push({
          ...own,
          loyaltylotid: take.lot,
          loyaltytransactionid: entry.id,
          points: String(take.points),
          fromexpired: take.from === 'expired',
          currencycode: entry.currency,
        });
      }
    }
    for (const lot of member.book.newLots) lots?.push({ ...own, ...lotRow(lot) });
  }
  await createAll(system, 'loyaltytransaction', entries ?? []);
  await createAll(system, 'loyaltylot', lots ?? []);
  await createAll(system, 'loyaltyposting', postings ?? []);
  await createAll(system, 'loyaltyconsumption', takes ?? []);
  const changed = members.map((member) => changesOf(member, options));
  await updateAll(
    system,
    'loyaltylot',
    changed.flatMap(({ lots }) => lots),
  );
  await updateAll(
    system,
    'loyaltyreservation',
    changed.flatMap(({ reservations }) => reservations),
  );
  await updateAll(
    system,
    'loyaltymember',
    changed.flatMap(({ members }) => members),
  );
  const evaluations = evaluationRows(members, options.decisions);
  await createAll(system, 'loyaltytierevaluation', evaluations);
  const all = [entries, lots, postings, takes, evaluations];
  return { entries: entries?.length ?? 0, rows: all.reduce((sum, rows) => sum + (rows?.length ?? 0), 0) };
}

async function createAll(system: Records, entity: string, rows: readonly Row[]): Promise<void> {
  for (let from = 0; from < rows.length; from += 2_000) await system.createMany(entity, rows.slice(from, from + 2_000));
}

async function updateAll(system: Records, entity: string, rows: readonly Row[]): Promise<void> {
  for (let from = 0; from < rows.length; from += 2_000) await system.updateMany(entity, rows.slice(from, from + 2_000));
}

function entryRow(entry: Entry, day: string, decimals: number): Row {
  return {
    loyaltytransactionid: entry.id,
    kind: codeOf(KINDS, entry.kind),
    sourcetype: entry.sourceType,
    sourceid: entry.sourceId,
    rulecode: entry.rule,
    sequence: entry.sequence,
    effectiveon: entry.on,
    dayon: day,
    currencycode: entry.currency,
    points: String(entry.points),
    qualifying: String(entry.qualifying),
    amount: decimalOf(entry.spend ?? 0n, decimals),
    purchasecount: entry.count ?? 0,
    reversedpoints: String(entry.reversed ?? 0n),
    forgivenpoints: String(entry.forgiven ?? 0n),
    ...given({
      ruleversion: entry.ruleVersion,
      reversesid: entry.reverses,
      loyaltyreservationid: entry.reservation,
      reason: entry.reason?.slice(0, 400),
    }),
  };
}

function lotRow(lot: Lot): Row {
  return {
    loyaltylotid: lot.id,
    purse: codeOf(PURSES, lot.purse),
    currencycode: lot.currency,
    earnedon: lot.earnedOn,
    availablefrom: lot.availableFrom,
    amount: String(lot.amount),
    ...lotState(lot),
    ...given({
      loyaltytransactionid: lot.entry === '' ? undefined : lot.entry,
      expireson: lot.expires,
      rollingdays: lot.rollingDays,
    }),
  };
}

function lotState(lot: Lot): Row {
  return {
    remaining: String(lot.remaining),
    expiredpoints: String(lot.expired),
    released: lot.released,
    isopen: lot.remaining !== 0n || !lot.released,
    ...given({ graceuntil: lot.graceUntil }),
  };
}

interface Changes {
  readonly lots: readonly Row[];
  readonly reservations: readonly Row[];
  readonly members: readonly Row[];
}

/** Rows that change, each with its key. Rows of one entity name the same fields, so that they go in one statement. */
function changesOf(
  member: OpenMember,
  {
    decisions,
    more,
  }: { readonly decisions?: ReadonlyMap<string, TierDecision>; readonly more?: ReadonlyMap<string, Row> },
): Changes {
  const { id, row, book, account } = member;
  const lots = account.lots
    .filter((lot) => book.touchedLots.has(lot.id))
    .map((lot) => ({ loyaltylotid: lot.id, graceuntil: null, ...lotState(lot) }));
  const reservations = account.reservations
    .filter((reservation) => book.touchedReservations.has(reservation.id))
    .map(({ id: loyaltyreservationid, state }) => ({ loyaltyreservationid, reservationstate: codeOf(STATES, state) }));
  const change: Record<string, unknown> = { ...more?.get(id) };
  for (const [field, name] of CACHES) {
    const moved = total(book.entries, name);
    if (moved !== 0n) change[field] = String(wholeOf(row, field) + moved);
  }
  const counted = book.entries.reduce((sum, { count }) => sum + (count ?? 0), 0);
  if (counted !== 0) change['purchases'] = (numberOf(row, 'purchases') ?? 0) + counted;
  const { lastActivity } = account;
  if (lastActivity !== undefined && lastActivity !== instantOf(row, 'lastactivityon'))
    change['lastactivityon'] = lastActivity;
  const due = earliest(nextDue(account), member.unreadDue);
  if (due !== instantOf(row, 'nextdueon')) change['nextdueon'] = due ?? null;
  const decision = decisions?.get(id);
  if (decision) Object.assign(change, tierChange(member, decision));
  const isSame = Object.keys(change).length === 0;
  return { lots, reservations, members: isSame ? [] : [{ loyaltymemberid: id, ...figuresOf(row), ...change }] };
}

/** What most changes are about, as it is. */
function figuresOf(row: Row): Row {
  return {
    ...Object.fromEntries(CACHES.map(([field]) => [field, String(wholeOf(row, field))])),
    purchases: numberOf(row, 'purchases') ?? 0,
    lastactivityon: instantOf(row, 'lastactivityon') ?? null,
    nextdueon: instantOf(row, 'nextdueon') ?? null,
    loyaltytierid: refOf(row, 'loyaltytierid') ?? null,
    tiersince: textOf(row, 'tiersince') ?? null,
    tieruntil: textOf(row, 'tieruntil') ?? null,
  };
}

function total(entries: readonly Entry[], account: AccountName): bigint {
  let points = 0n;
  for (const { postings } of entries) for (const one of postings) if (one.account === account) points += one.points;
  return points;
}

function earliest(a: string | undefined, b: string | undefined): string | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return a < b ? a : b;
}

function tierChange({ standing }: OpenMember, decision: TierDecision): Row {
  const isSame =
    standing?.tier.id === decision.tier.id && standing.since === decision.since && standing.until === decision.until;
  if (isSame) return {};
  return { loyaltytierid: decision.tier.id, tiersince: decision.since, tieruntil: decision.until ?? null };
}

/** A decision that changed nothing is said in the member's explanation, not in rows of every night. */
function evaluationRows(
  members: readonly OpenMember[],
  decisions: ReadonlyMap<string, TierDecision> | undefined,
): readonly Row[] {
  return members.flatMap((member) => {
    const decision = decisions?.get(member.id);
    if (!decision || Object.keys(tierChange(member, decision)).length === 0) return [];
    const before = member.standing?.tier.id;
    return [
      {
        name: `${member.name}: ${decision.tier.code}`.slice(0, 200),
        loyaltymemberid: member.id,
        evaluatedon: decision.day,
        loyaltytierid: decision.tier.id,
        reason: codeOf(REASONS, decision.reason),
        inputs: plain(decision.inputs),
        ...given({ beforetierid: before, tieruntil: decision.until }),
      },
    ];
  });
}

/** As JSON has it: whole numbers beyond what a number holds are text. */
export function plain(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, one: unknown) => {
      if (typeof one !== 'bigint') return one;
      const number = Number(one);
      return Number.isSafeInteger(number) ? number : String(one);
    }),
  );
}
