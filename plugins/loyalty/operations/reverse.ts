// loyalty_Reverse: a purchase was returned, in part or whole, and what it earned goes back in proportion. A return that comes before its
// purchase waits in the ledger for it.
import { defineOperation, type OperationContext, type Records, type Row } from 'peyvand/sdk';
import { minorOf } from '../engine/exact.ts';
import type { Entry } from '../engine/model.ts';
import { reverse, type Original } from '../engine/reverse.ts';
import { settle } from '../engine/settle.ts';
import { decideTiers } from '../store/decide-tiers.ts';
import { listAll, quoted } from '../store/list-all.ts';
import { loadProgram, type LoadedProgram } from '../store/load-program.ts';
import { idsOf } from '../store/new-id.ts';
import { openMembers, type OpenMember } from '../store/open-members.ts';
import { bigOf, decimalText, given, instantOf, numberOf, refOf, textOf, wholeOf } from '../store/values.ts';
import { heldSources } from '../store/suspicions.ts';
import { writeBooks } from '../store/write-books.ts';
import { fail } from '../errors.ts';
import { giveBackPart } from './give-back.ts';
import { amountOf, wrong } from './read-purchases.ts';

export interface ReturnOf {
  readonly sourceType: string;
  readonly sourceId: string;
  /** Names this return among those of the purchase: the same one twice changes nothing. */
  readonly returnId: string;
  readonly on: string;
  /** Decimals as text: what this return is worth, and the whole purchase; absent = all of it. */
  readonly amount?: string;
  readonly total?: string;
}

export interface Reversed {
  readonly Points: number;
  /** Spent already, and not taken back. */
  readonly Forgiven: number;
  /** The purchase is not posted yet; the return waits for it. */
  readonly Waiting: boolean;
  readonly Known: boolean;
}

export const reversePurchase = defineOperation({
  name: 'loyalty_Reverse',
  kind: 'action',
  parameters: [
    { name: 'Program', type: 'entity', entity: 'loyaltyprogram' },
    { name: 'SourceType', type: 'text' },
    { name: 'SourceId', type: 'text' },
    { name: 'ReturnId', type: 'text', optional: true, description: 'Names a return in part.' },
    { name: 'On', type: 'date-time', optional: true },
    { name: 'Amount', type: 'decimal', optional: true, description: 'What was returned; left out = everything.' },
    { name: 'Total', type: 'decimal', optional: true, description: 'Of the whole purchase.' },
    {
      name: 'Customer',
      type: 'id',
      optional: true,
      description: 'Member or customer, for a return before its purchase.',
    },
  ],
  returns: {
    properties: [
      { name: 'Points', type: 'integer' },
      { name: 'Forgiven', type: 'integer' },
      { name: 'Waiting', type: 'boolean' },
      { name: 'Known', type: 'boolean' },
    ],
  },
  right: 'loyalty-post',
  async run(context): Promise<Reversed> {
    const { parameters, system, now, refuse } = context;
    const loaded = await loadProgram(system, (parameters['Program'] as { readonly id: string }).id);
    const text = (name: string): string | undefined => {
      const value = parameters[name];
      return typeof value === 'string' && value !== '' ? value : undefined;
    };
    const [amount, total] = [text('Amount'), text('Total')];
    if (amount !== undefined && amountOf(amount) === undefined) refuse(wrong('Amount', 'Amount is an amount from 0.'));
    if (amount !== undefined && (total === undefined || amountOf(total) === undefined)) {
      refuse(wrong('Total', 'Total says what the whole purchase was worth, where Amount says a part of it.'));
    }
    const sourceId = text('SourceId') ?? '';
    return reverseOne(
      context,
      loaded,
      {
        sourceType: text('SourceType') ?? '',
        sourceId,
        returnId: text('ReturnId') ?? sourceId,
        on: new Date(text('On') ?? now).toISOString(),
        ...given({ amount, total }),
      },
      text('Customer'),
    );
  },
});

const kindOf = (sourceType: string): string => `${sourceType}-return`;

export async function reverseOne(
  { system, now }: Pick<OperationContext, 'system' | 'now'>,
  loaded: LoadedProgram,
  asked: ReturnOf,
  customer?: string,
): Promise<Reversed> {
  const { program } = loaded;
  if (asked.amount !== undefined) await giveBackOf(system, loaded, asked, now);
  const rows = await entriesOf(system, program.id, asked.sourceType, asked.sourceId);
  const owners = [...new Set(rows.map((row) => refOf(row, 'loyaltymemberid') ?? ''))];
  if (owners.length === 0) return waiting(system, loaded, asked, customer, now);
  const members = await openMembers(system, program, owners, 'all', now, idsOf(now));
  const earlier = await returnsOf(system, program.id, asked.sourceType, asked.sourceId);
  if (earlier.some((row) => isReturn(row, asked))) {
    return { Points: 0, Forgiven: 0, Waiting: false, Known: true };
  }
  let [points, forgiven] = [0n, 0n];
  const extras = new Map<string, Row>();
  for (const member of members) {
    const before = member.book.entries.length;
    const own = rows.filter((row) => refOf(row, 'loyaltymemberid') === member.id);
    forgiven += takeBack(loaded, member, own, earlier, asked, now);
    const made = member.book.entries.slice(before).filter(({ kind }) => kind === 'reverse');
    for (const entry of made) points += (entry.reversed ?? 0n) - (entry.forgiven ?? 0n);
    markReturn(made, asked, extras);
  }
  const decisions = await decideTiers(system, loaded, members, now);
  await writeBooks(system, loaded, members, { extras, decisions });
  return { Points: Number(points), Forgiven: Number(forgiven), Waiting: false, Known: false };
}

const LONGEST = 120;

/** A return's name in the ledger: two purchases may each have a return of the same name. */
function returnKey({ sourceId, returnId }: ReturnOf): string {
  const key = `${sourceId}/${returnId}`;
  return returnId === sourceId || key.length > LONGEST ? returnId : key;
}

/** `row`: of the same purchase. */
function isReturn(row: Row, asked: ReturnOf): boolean {
  return row['sourceid'] === returnKey(asked) || row['sourceid'] === asked.returnId;
}

/** Of the points that paid for an order or invoice, the part that this return and those before it are of it. */
async function giveBackOf(system: Records, { program }: LoadedProgram, asked: ReturnOf, now: string): Promise<void> {
  const { sourceType, sourceId, returnId, amount, total } = asked;
  if (!DOCUMENTS.includes(sourceType) || !ID.test(sourceId)) return;
  const earlier = await returnsOf(system, program.id, sourceType, sourceId);
  if (earlier.some((row) => isReturn(row, asked))) return;
  const returned = earlier.reduce((sum, row) => sum + minorOf(decimalText(row['returnedamount'] ?? 0), 4), 0n);
  await giveBackPart(
    { system, now },
    sourceId,
    returned + minorOf(amount ?? '0', 4),
    minorOf(total ?? '0', 4),
    returnId,
  );
}

const DOCUMENTS = ['salesorder', 'invoice'];
const ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** How much the return was of how much stands on its first entry only, so that it is added up once. */
function markReturn(entries: readonly Entry[], { sourceId, amount, total }: ReturnOf, extras: Map<string, Row>): void {
  entries.forEach((entry, index) => {
    extras.set(entry.id, {
      originalid: sourceId,
      ...(index === 0 && amount !== undefined && { returnedamount: amount, totalamount: total }),
    });
  });
}

function takeBack(
  loaded: LoadedProgram,
  member: OpenMember,
  rows: readonly Row[],
  earlier: readonly Row[],
  asked: ReturnOf,
  now: string,
): bigint {
  const { sourceType, on, amount, total } = asked;
  const { program } = loaded;
  const whole = total === undefined ? 1n : minorOf(total, 4);
  const part = amount === undefined ? whole : minorOf(amount, 4);
  const before = earlier.reduce((sum, row) => sum + minorOf(decimalText(row['returnedamount'] ?? 0), 4), 0n);
  const reversal = {
    sourceType: kindOf(sourceType),
    sourceId: returnKey(asked),
    on,
    returned: amount === undefined ? whole : before + part,
    total: whole > 0n ? whole : 1n,
  };
  const originals = rows.map((row) => originalOf(row, earlier, member, loaded));
  const forgiven = reverse(member.account, program, originals, reversal, member.book);
  settle(member.account, program, now, member.book);
  return forgiven;
}

function originalOf(
  row: Row,
  earlier: readonly Row[],
  member: OpenMember,
  { currencies, home }: LoadedProgram,
): Original {
  const decimals = currencies.find(({ code }) => code === row['currencycode'])?.decimals ?? home.decimals;
  const id = String(row['loyaltytransactionid']);
  const back = earlier.filter((one) => refOf(one, 'reversesid') === id);
  const add = (field: string): bigint => back.reduce((sum, one) => sum + wholeOf(one, field), 0n);
  const lot = member.account.lots.find(({ entry }) => entry === id);
  return {
    entry: {
      id,
      rule: textOf(row, 'rulecode') ?? '',
      sequence: numberOf(row, 'sequence') ?? 0,
      on: instantOf(row, 'effectiveon') ?? '',
      currency: textOf(row, 'currencycode') ?? '',
      points: wholeOf(row, 'points'),
      qualifying: wholeOf(row, 'qualifying'),
      spend: minorOf(decimalText(row['amount'] ?? 0), decimals),
      count: numberOf(row, 'purchasecount') ?? 0,
      ...given({ ruleVersion: numberOf(row, 'ruleversion') }),
    },
    ...given({ lot: lot?.id }),
    reversed: {
      points: add('reversedpoints'),
      qualifying: -add('qualifying'),
      spend: -back.reduce((sum, one) => sum + minorOf(decimalText(one['amount'] ?? 0), decimals), 0n),
      count: -back.reduce((sum, one) => sum + (numberOf(one, 'purchasecount') ?? 0), 0),
    },
  };
}

async function entriesOf(
  system: Records,
  program: string,
  sourceType: string,
  sourceId: string,
): Promise<readonly Row[]> {
  const source = `sourcetype eq ${quoted(sourceType)} and sourceid eq ${quoted(sourceId)}`;
  return listAll(system, 'loyaltytransaction', `&$filter=_loyaltyprogramid_value eq ${program} and ${source}`);
}

async function returnsOf(
  system: Records,
  program: string,
  sourceType: string,
  sourceId: string,
): Promise<readonly Row[]> {
  const source = `sourcetype eq ${quoted(kindOf(sourceType))} and originalid eq ${quoted(sourceId)}`;
  return listAll(system, 'loyaltytransaction', `&$filter=_loyaltyprogramid_value eq ${program} and ${source}`);
}

/** The member of a purchase that waits for somebody to release it. */
async function heldFor(
  system: Records,
  { program }: LoadedProgram,
  { sourceType, sourceId }: ReturnOf,
): Promise<string | undefined> {
  const held = (await heldSources(system, [sourceId])).find(
    (row) => row['sourcetype'] === sourceType && refOf(row, 'loyaltyprogramid') === program.id,
  );
  return held && refOf(held, 'loyaltymemberid');
}

/** An entry without postings that says what was returned. */
async function waiting(
  system: Records,
  loaded: LoadedProgram,
  asked: ReturnOf,
  named: string | undefined,
  now: string,
): Promise<Reversed> {
  const { sourceType, sourceId, returnId, on, amount, total } = asked;
  const nothing = { Points: 0, Forgiven: 0, Waiting: true, Known: false };
  const customer = named ?? (await heldFor(system, loaded, asked));
  if (customer === undefined) return nothing;
  const own = `_loyaltyprogramid_value eq ${loaded.program.id}`;
  const [row] = await system.list(
    'loyaltymember',
    `$select=loyaltymemberid&$filter=${own} and (loyaltymemberid eq ${customer} or _customerid_value eq ${customer})&$top=1`,
  );
  if (!row) throw fail('MEMBER_NOT_FOUND', { id: customer });
  const [member] = await openMembers(system, loaded.program, [String(row['loyaltymemberid'])], 'due', now, idsOf(now));
  if (!member) return nothing;
  const known = await returnsOf(system, loaded.program.id, sourceType, sourceId);
  if (known.some((one) => isReturn(one, asked))) return { ...nothing, Known: true };
  const entry: Entry = {
    id: member.book.newId(),
    kind: 'reverse',
    sourceType: kindOf(sourceType),
    sourceId: returnKey(asked),
    rule: '',
    sequence: 0,
    on,
    currency: '',
    points: 0n,
    qualifying: 0n,
    postings: [],
    takes: [],
  };
  member.book.entries.push(entry);
  const extras = new Map<string, Row>();
  markReturn([entry], { sourceType, sourceId, returnId, on, ...given({ amount, total }) }, extras);
  await writeBooks(system, loaded, [member], { extras });
  return nothing;
}

/** For a purchase that is in its member's book and not stored yet: the returns that came before it. */
export async function reversePosted(
  system: Records,
  loaded: LoadedProgram,
  member: OpenMember,
  { sourceType, sourceId }: { readonly sourceType: string; readonly sourceId: string },
  now: string,
  extras: Map<string, Row>,
): Promise<void> {
  const earlier = await returnsOf(system, loaded.program.id, sourceType, sourceId);
  const own = member.book.entries.filter((one) => one.sourceType === sourceType && one.sourceId === sourceId);
  if (own.length === 0 || earlier.length === 0) return;
  const isWhole = earlier.some((row) => (row['totalamount'] ?? null) === null);
  const total =
    bigOf(earlier[0]?.['totalamount']) === 0n ? 1n : minorOf(decimalText(earlier[0]?.['totalamount'] ?? 1), 4);
  const part = earlier.reduce((sum, row) => sum + minorOf(decimalText(row['returnedamount'] ?? 0), 4), 0n);
  const last =
    earlier
      .map((row) => instantOf(row, 'effectiveon') ?? now)
      .sort()
      .at(-1) ?? now;
  const none = { points: 0n, qualifying: 0n, spend: 0n, count: 0 };
  const originals = own.map((entry): Original => {
    const lot = member.account.lots.find((one) => one.entry === entry.id);
    return { entry, ...given({ lot: lot?.id }), reversed: none };
  });
  const on = last < (own[0]?.on ?? last) ? (own[0]?.on ?? last) : last;
  const reversal = {
    sourceType: kindOf(sourceType),
    sourceId: `${sourceId}~`,
    on,
    returned: isWhole ? total : part,
    total,
  };
  const before = member.book.entries.length;
  reverse(member.account, loaded.program, originals, reversal, member.book);
  for (const { id } of member.book.entries.slice(before)) extras.set(id, { originalid: sourceId });
  settle(member.account, loaded.program, now, member.book);
}
