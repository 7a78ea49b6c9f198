// Members whose accounts are about to change: their rows locked, in the order of ids so that two calls never wait for each other, and
// as much of their accounts read as can change.
import type { Records, Row } from 'peyvand/sdk';
import { newBook } from '../engine/book.ts';
import { dayOf } from '../engine/calendar.ts';
import type { Account, Book, Lot, MemberFacts, Program, Reservation, Take } from '../engine/model.ts';
import { settle } from '../engine/settle.ts';
import type { Override, Standing } from '../engine/tiers.ts';
import { fail } from '../errors.ts';
import { PURSES, STATES } from './codes.ts';
import { inPortions, listAll } from './list-all.ts';
import { given, instantOf, numberOf, refOf, textOf, wholeOf, wordOf } from './values.ts';

export interface OpenMember {
  readonly id: string;
  readonly row: Row;
  readonly name: string;
  readonly facts: MemberFacts & { readonly enrolledDay: string };
  readonly standing: Standing | undefined;
  readonly override: Override | undefined;
  readonly account: Account;
  readonly book: Book;
  /** The first instant at which what was not read changes by itself. */
  readonly unreadDue: string | undefined;
}

const MEMBER = `$select=${[
  'name',
  '_loyaltyprogramid_value',
  '_customerid_value',
  'enrolledon',
  'birthdate',
  'segment',
  'household',
  '_referredbyid_value',
  '_loyaltytierid_value',
  'tiersince',
  'tieruntil',
  '_overridetierid_value',
  'overrideuntil',
  'overridereason',
  'frozen',
  'freezereason',
  'spendablepoints',
  'promopoints',
  'pendingpoints',
  'reservedpoints',
  'qualifyingpoints',
  'purchases',
  'lastactivityon',
  'nextdueon',
].join(',')}`;

/** `due`: lots only where something is due or owed, for earning. `open`: what can be spent. `all`: what was spent or expired, too. */
export type Extent = 'due' | 'open' | 'all';

/** Throws MEMBER_NOT_FOUND. The accounts are settled up to `now`. */
export async function openMembers(
  system: Records,
  program: Program,
  ids: readonly string[],
  extent: Extent,
  now: string,
  newId: () => string,
): Promise<readonly OpenMember[]> {
  const wanted = [...new Set(ids)].sort();
  const found = await inPortions(wanted, 'loyaltymemberid', (condition) =>
    system.list('loyaltymember', `${MEMBER}&$filter=${condition}`, { lock: true }),
  );
  const byId = new Map(found.map((row) => [String(row['loyaltymemberid']), row]));
  const rows = wanted.map((id): readonly [string, Row] => {
    const row = byId.get(id);
    if (!row || refOf(row, 'loyaltyprogramid') !== program.id) throw fail('MEMBER_NOT_FOUND', { id });
    return [id, row];
  });
  const asked = rows.filter(([, row]) => extent !== 'due' || isDue(row, now)).map(([id]) => id);
  const accounts = await loadAccounts(system, asked, extent === 'all');
  return rows.map(([id, row]) => {
    const known = accounts.get(id);
    const lastActivity = instantOf(row, 'lastactivityon');
    const account: Account = {
      member: id,
      lots: known?.lots ?? [],
      reservations: known?.reservations ?? [],
      ...given({ lastActivity }),
    };
    const member: OpenMember = {
      id,
      row,
      name: textOf(row, 'name') ?? id,
      facts: factsOf(program, id, row),
      standing: standingOf(program, row),
      override: overrideOf(row),
      account,
      book: newBook(newId),
      unreadDue: known ? undefined : instantOf(row, 'nextdueon'),
    };
    settle(account, program, now, member.book);
    return member;
  });
}

function isDue(row: Row, now: string): boolean {
  const due = instantOf(row, 'nextdueon');
  return (due !== undefined && due <= now) || wholeOf(row, 'spendablepoints') < 0n || wholeOf(row, 'promopoints') < 0n;
}

export function factsOf(program: Program, id: string, row: Row): OpenMember['facts'] {
  const enrolledOn = instantOf(row, 'enrolledon') ?? '1970-01-01T00:00:00.000Z';
  return {
    id,
    enrolledOn,
    enrolledDay: dayOf(enrolledOn, program),
    hasPurchased: (numberOf(row, 'purchases') ?? 0) > 0,
    ...given({
      tier: program.tiers.find((tier) => tier.id === refOf(row, 'loyaltytierid')),
      segment: textOf(row, 'segment'),
      birthDate: textOf(row, 'birthdate'),
    }),
  };
}

export function standingOf(program: Program, row: Row): Standing | undefined {
  const tier = program.tiers.find(({ id }) => id === refOf(row, 'loyaltytierid'));
  const since = textOf(row, 'tiersince');
  if (!tier || since === undefined) return undefined;
  return { tier, since, ...given({ until: textOf(row, 'tieruntil') }) };
}

export function overrideOf(row: Row): Override | undefined {
  const tier = refOf(row, 'overridetierid');
  if (tier === undefined) return undefined;
  return { tier, reason: textOf(row, 'overridereason') ?? '', ...given({ until: textOf(row, 'overrideuntil') }) };
}

interface Loaded {
  readonly lots: Lot[];
  readonly reservations: Reservation[];
}

async function loadAccounts(
  system: Records,
  ids: readonly string[],
  closed: boolean,
): Promise<ReadonlyMap<string, Loaded>> {
  const accounts = new Map<string, Loaded>(ids.map((id) => [id, { lots: [], reservations: [] }]));
  if (ids.length === 0) return accounts;
  const open = closed ? '' : ' and isopen eq true';
  const field = '_loyaltymemberid_value';
  const lots = await inPortions(ids, field, (condition) =>
    listAll(system, 'loyaltylot', `&$filter=${condition}${open}`),
  );
  for (const row of lots) accounts.get(refOf(row, 'loyaltymemberid') ?? '')?.lots.push(lotOf(row));
  const held = await inPortions(ids, field, (condition) =>
    listAll(system, 'loyaltyreservation', `&$filter=${condition} and reservationstate eq 1`),
  );
  if (held.length === 0) return accounts;
  const takes = await takesOf(
    system,
    held.map((row) => String(row['loyaltyreservationid'])),
  );
  const missing = new Set<string>();
  for (const row of held) {
    const account = accounts.get(refOf(row, 'loyaltymemberid') ?? '');
    const own = takes.get(String(row['loyaltyreservationid'])) ?? [];
    for (const { lot } of own) if (!account?.lots.some(({ id }) => id === lot)) missing.add(lot);
    account?.reservations.push(reservationOf(row, own));
  }
  await addLots(system, accounts, [...missing]);
  return accounts;
}

/** Lots that a reservation has emptied are closed; what it gives back goes to them. */
export async function addLots(
  system: Records,
  accounts: ReadonlyMap<string, { readonly lots: Lot[] }>,
  ids: readonly string[],
): Promise<void> {
  const rows = await inPortions(ids, 'loyaltylotid', (condition) => system.list('loyaltylot', `$filter=${condition}`));
  for (const row of rows) {
    const lots = accounts.get(refOf(row, 'loyaltymemberid') ?? '')?.lots;
    const lot = lotOf(row);
    if (lots && !lots.some(({ id }) => id === lot.id)) lots.push(lot);
  }
}

/** Reservation → what it took of which lots when it was made. */
export async function takesOf(
  system: Records,
  reservations: readonly string[],
): Promise<ReadonlyMap<string, readonly Take[]>> {
  const entries = await inPortions(reservations, '_loyaltyreservationid_value', (condition) =>
    system.list(
      'loyaltytransaction',
      `$select=loyaltytransactionid,_loyaltyreservationid_value&$filter=${condition} and kind eq 5`,
    ),
  );
  const reserved = new Map(
    entries.map((row) => [String(row['loyaltytransactionid']), refOf(row, 'loyaltyreservationid') ?? '']),
  );
  const rows = await inPortions([...reserved.keys()], '_loyaltytransactionid_value', (condition) =>
    listAll(system, 'loyaltyconsumption', `&$filter=${condition}`),
  );
  const takes = new Map<string, Take[]>();
  for (const row of rows) {
    const reservation = reserved.get(refOf(row, 'loyaltytransactionid') ?? '') ?? '';
    const list = takes.get(reservation) ?? [];
    list.push(takeOf(row));
    takes.set(reservation, list);
  }
  return takes;
}

export function takeOf(row: Row): Take {
  return {
    lot: refOf(row, 'loyaltylotid') ?? '',
    points: wholeOf(row, 'points'),
    from: row['fromexpired'] === true ? 'expired' : 'remaining',
  };
}

export function lotOf(row: Row): Lot {
  const earnedOn = instantOf(row, 'earnedon') ?? '';
  return {
    id: String(row['loyaltylotid']),
    entry: refOf(row, 'loyaltytransactionid') ?? '',
    purse: wordOf(PURSES, row['purse'], 'spendable'),
    currency: textOf(row, 'currencycode') ?? '',
    earnedOn,
    availableFrom: instantOf(row, 'availablefrom') ?? earnedOn,
    amount: wholeOf(row, 'amount'),
    remaining: wholeOf(row, 'remaining'),
    expired: wholeOf(row, 'expiredpoints'),
    released: row['released'] === true,
    ...given({
      expires: instantOf(row, 'expireson'),
      rollingDays: numberOf(row, 'rollingdays'),
      graceUntil: instantOf(row, 'graceuntil'),
    }),
  };
}

export function reservationOf(row: Row, takes: readonly Take[]): Reservation {
  return {
    id: String(row['loyaltyreservationid']),
    on: instantOf(row, 'reservedon') ?? '',
    until: instantOf(row, 'reserveduntil') ?? '',
    points: wholeOf(row, 'points'),
    takes,
    state: wordOf(STATES, row['reservationstate'], 'open'),
  };
}
