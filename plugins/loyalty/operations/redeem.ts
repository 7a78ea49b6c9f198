// Spending points: loyalty_Reserve holds them, loyalty_Confirm spends them, loyalty_Cancel gives them back, loyalty_Refund undoes what was
// confirmed. A reference names a reservation: asked for again, it is the same one.
import { defineOperation, type OperationContext, type Records, type Row } from 'peyvand/sdk';
import { dayOf, addDays } from '../engine/calendar.ts';
import { decimalOf } from '../engine/exact.ts';
import type { Reservation } from '../engine/model.ts';
import { cancel, confirm, refund, reserve, spentOf, worth, type Refusal } from '../engine/redeem.ts';
import { settle } from '../engine/settle.ts';
import { fail } from '../errors.ts';
import { quoted, listAll } from '../store/list-all.ts';
import { loadProgram, type Currency, type LoadedProgram } from '../store/load-program.ts';
import { idsOf } from '../store/new-id.ts';
import { addLots, openMembers, reservationOf, takeOf, takesOf, type OpenMember } from '../store/open-members.ts';
import { bigOf, decimalText, given, numberOf, refOf, textOf, wholeOf } from '../store/values.ts';
import { writeBooks } from '../store/write-books.ts';

/** Source of a document's adjustment that points paid for: this, and the reservation. */
export const POINTS = 'loyalty-points:';

type Context = Pick<OperationContext, 'system' | 'now'>;

/** Throws MEMBER_NOT_FOUND. */
export async function programOf(system: Records, member: string): Promise<LoadedProgram> {
  const row = await system.retrieve('loyaltymember', member);
  const program = row && refOf(row, 'loyaltyprogramid');
  if (program === undefined) throw fail('MEMBER_NOT_FOUND', { id: member });
  return loadProgram(system, program);
}

export async function openOne(
  { system, now }: Context,
  loaded: LoadedProgram,
  id: string,
  extent: 'open' | 'all' = 'open',
): Promise<OpenMember> {
  const [member] = await openMembers(system, loaded.program, [id], extent, now, idsOf(now));
  if (!member) throw fail('MEMBER_NOT_FOUND', { id });
  return member;
}

export function requireThawed({ row, name }: OpenMember): void {
  if (row['frozen'] === true) throw fail('MEMBER_FROZEN', { name, reason: textOf(row, 'freezereason') ?? '-' });
}

export function refuseRefusal(refusal: Refusal, wanted: bigint): never {
  if (refusal.code === 'minimum') throw fail('REDEEM_MINIMUM', { minimum: String(refusal.minimum) });
  if (refusal.code === 'step') throw fail('REDEEM_STEP', { step: String(refusal.step) });
  if (refusal.code === 'state') throw fail('RESERVATION_NOT_OPEN', { state: refusal.state });
  throw fail('REDEEM_BALANCE', { available: String(refusal.available), wanted: String(wanted) });
}

export interface Reserved {
  readonly Reservation: string;
  readonly Points: number;
  readonly Until: string;
  /** In the currency asked for; '' where none was. */
  readonly Value: string;
}

export const reservePoints = defineOperation({
  name: 'loyalty_Reserve',
  kind: 'action',
  bound: { entity: 'loyaltymember' },
  parameters: [
    { name: 'Points', type: 'integer', optional: true, description: 'Left out: what the reward costs.' },
    { name: 'Reference', type: 'text', description: 'Names the reservation among the member’s.' },
    { name: 'Reward', type: 'entity', entity: 'loyaltyreward', optional: true },
    { name: 'Currency', type: 'text', optional: true, description: 'What the points are to be worth in.' },
    { name: 'DocumentType', type: 'text', optional: true },
    { name: 'DocumentId', type: 'text', optional: true },
  ],
  returns: {
    properties: [
      { name: 'Reservation', type: 'id' },
      { name: 'Points', type: 'integer' },
      { name: 'Until', type: 'date-time' },
      { name: 'Value', type: 'text' },
    ],
  },
  right: 'loyalty-serve',
  async run(context): Promise<Reserved> {
    const { parameters, system, target, records } = context;
    const id = target?.id ?? '';
    if (!(await records.retrieve('loyaltymember', id))) throw fail('MEMBER_NOT_FOUND', { id });
    const loaded = await programOf(system, id);
    const member = await openOne(context, loaded, id);
    const reference = String(parameters['Reference']).slice(0, 120);
    const reward = await rewardOf(system, loaded, parameters['Reward'] as { readonly id: string } | undefined);
    const wanted = bigOf(parameters['Points']) ?? (reward ? wholeOf(reward, 'points') : 0n);
    const [before] = await system.list(
      'loyaltyreservation',
      `$filter=_loyaltymemberid_value eq ${id} and reference eq ${quoted(reference)}`,
    );
    if (before) {
      if (wholeOf(before, 'points') !== wanted) {
        throw fail('RESERVATION_DIFFERS', { reference, points: String(wholeOf(before, 'points')) });
      }
      return answerOf(before);
    }
    requireThawed(member);
    const made = reserve(member.account, loaded.program, wanted, context.now, member.book);
    if ('code' in made) return refuseRefusal(made, wanted);
    const code = textOf(parameters, 'Currency');
    const value = valueOf(loaded, made.points, code, reward);
    const row: Row = {
      loyaltyreservationid: made.id,
      loyaltymemberid: id,
      reference,
      points: String(made.points),
      confirmedpoints: '0',
      reservationstate: 1,
      reservedon: made.on,
      reserveduntil: made.until,
      ...given({
        value: value?.text,
        currencyid: value?.currency.id,
        loyaltyrewardid: reward && String(reward['loyaltyrewardid']),
        documenttype: textOf(parameters, 'DocumentType')?.slice(0, 50),
        documentid: textOf(parameters, 'DocumentId')?.slice(0, 50),
      }),
    };
    await system.create('loyaltyreservation', row);
    await writeBooks(system, loaded, [member]);
    return answerOf(row);
  },
});

function answerOf(row: Row): Reserved {
  return {
    Reservation: String(row['loyaltyreservationid']),
    Points: Number(row['points']),
    Until: String(row['reserveduntil']),
    Value: row['value'] === undefined || row['value'] === null ? '' : decimalText(row['value']),
  };
}

async function rewardOf(
  system: Records,
  { program }: LoadedProgram,
  named: { readonly id: string } | undefined,
): Promise<Row | undefined> {
  if (!named) return undefined;
  const row = await system.retrieve('loyaltyreward', named.id);
  if (!row || refOf(row, 'loyaltyprogramid') !== program.id || row['statecode'] !== 0) {
    throw fail('REWARD_NOT_FOUND', { id: named.id });
  }
  return row;
}

interface Value {
  readonly text: string;
  readonly currency: Currency;
}

/** A reward's own value, or what the points are worth in the currency. Throws CONVERSION_MISSING, CURRENCY_UNKNOWN. */
function valueOf(
  { conversions, currencies }: LoadedProgram,
  points: bigint,
  code: string | undefined,
  reward: Row | undefined,
): Value | undefined {
  const own = reward && currencies.find(({ id }) => id === refOf(reward, 'currencyid'));
  if (reward && own) return { text: decimalText(reward['value'] ?? 0), currency: own };
  if (code === undefined) return undefined;
  const currency = currencies.find((one) => one.code === code);
  if (!currency) throw fail('CURRENCY_UNKNOWN', { currency: code.slice(0, 10) });
  const conversion = conversions.find((one) => one.currency === code);
  if (!conversion) throw fail('CONVERSION_MISSING', { currency: code });
  return { text: decimalOf(worth(points, conversion), currency.decimals), currency };
}

interface Held {
  readonly loaded: LoadedProgram;
  readonly member: OpenMember;
  readonly row: Row;
  readonly reservation: Reservation;
}

/** As the caller: who may not read the reservation is told that there is none. */
async function openReservation(context: OperationContext): Promise<Held> {
  const id = context.target?.id ?? '';
  if (!(await context.records.retrieve('loyaltyreservation', id))) throw fail('RESERVATION_NOT_FOUND', { id });
  return openHeld(context, id);
}

/** Throws RESERVATION_NOT_FOUND. The member is locked and settled: what lapsed meanwhile says so. */
async function openHeld(context: Context, id: string): Promise<Held> {
  const { system } = context;
  const seen = await system.retrieve('loyaltyreservation', id);
  const owner = seen && refOf(seen, 'loyaltymemberid');
  if (owner === undefined) throw fail('RESERVATION_NOT_FOUND', { id });
  const loaded = await programOf(system, owner);
  const member = await openOne(context, loaded, owner);
  const row = (await system.retrieve('loyaltyreservation', id)) ?? {};
  const open = member.account.reservations.find((one) => one.id === id);
  return { loaded, member, row, reservation: open ?? reservationOf({ ...row, loyaltyreservationid: id }, []) };
}

export const confirmReservation = defineOperation({
  name: 'loyalty_Confirm',
  kind: 'action',
  bound: { entity: 'loyaltyreservation' },
  parameters: [
    { name: 'Points', type: 'integer', optional: true, description: 'Fewer than reserved: the rest comes back.' },
  ],
  returns: {
    properties: [
      { name: 'Points', type: 'integer' },
      { name: 'Voucher', type: 'text' },
    ],
  },
  right: 'loyalty-serve',
  async run(context): Promise<{ readonly Points: number; readonly Voucher: string }> {
    const { parameters, system, now } = context;
    const { loaded, member, row, reservation } = await openReservation(context);
    const points = bigOf(parameters['Points']) ?? reservation.points;
    // Said twice, spent once.
    if (reservation.state === 'confirmed' && wholeOf(row, 'confirmedpoints') === points) {
      return { Points: Number(points), Voucher: await voucherOf(system, reservation.id) };
    }
    requireThawed(member);
    const refusal = confirm(member.account, loaded.program, reservation, points, now, member.book);
    if (refusal) {
      // What the account did by itself until now stays true, but a refusal stores nothing: it is done again at the next call.
      return refuseRefusal(refusal, points);
    }
    settle(member.account, loaded.program, now, member.book);
    await writeBooks(system, loaded, [member]);
    await system.update('loyaltyreservation', reservation.id, { confirmedpoints: String(points) });
    return { Points: Number(points), Voucher: await issueVoucher(system, loaded, member, row, now) };
  },
});

async function voucherOf(system: Records, reservation: string): Promise<string> {
  const [row] = await system.list(
    'loyaltyvoucher',
    `$select=code&$filter=_loyaltyreservationid_value eq ${reservation}&$top=1`,
  );
  return row ? String(row['code']) : '';
}

/** Letters and digits that are not taken for each other. */
const SIGNS = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';

async function issueVoucher(
  system: Records,
  { program }: LoadedProgram,
  member: OpenMember,
  row: Row,
  now: string,
): Promise<string> {
  const id = refOf(row, 'loyaltyrewardid');
  const reward = id === undefined ? undefined : await system.retrieve('loyaltyreward', id);
  if (!reward || numberOf(reward, 'kind') !== 3) return '';
  const random = crypto.getRandomValues(new Uint8Array(12));
  const signs = Array.from(random, (byte) => SIGNS[byte % SIGNS.length]).join('');
  const code = `${signs.slice(0, 4)}-${signs.slice(4, 8)}-${signs.slice(8)}`;
  await system.create('loyaltyvoucher', {
    code,
    loyaltymemberid: member.id,
    loyaltyrewardid: id,
    loyaltyreservationid: String(row['loyaltyreservationid']),
    voucherstate: 1,
    validuntil: addDays(dayOf(now, program), numberOf(reward, 'validdays') ?? 90),
    ...given({ value: row['value'] ?? undefined, currencyid: refOf(row, 'currencyid') }),
  });
  return code;
}

export const cancelReservation = defineOperation({
  name: 'loyalty_Cancel',
  kind: 'action',
  bound: { entity: 'loyaltyreservation' },
  parameters: [],
  returns: { properties: [{ name: 'Points', type: 'integer' }] },
  right: 'loyalty-serve',
  async run(context): Promise<{ readonly Points: number }> {
    const { system, now } = context;
    const { loaded, member, reservation } = await openReservation(context);
    if (reservation.state === 'canceled' || reservation.state === 'lapsed') {
      // Lapsed by its date: that is stored now, if it is not yet.
      await writeBooks(system, loaded, [member]);
      return { Points: 0 };
    }
    const refusal = cancel(member.account, loaded.program, reservation, now, member.book);
    if (refusal) return refuseRefusal(refusal, reservation.points);
    settle(member.account, loaded.program, now, member.book);
    await writeBooks(system, loaded, [member]);
    return { Points: Number(reservation.points) };
  },
});

export const refundRedemption = defineOperation({
  name: 'loyalty_Refund',
  kind: 'action',
  bound: { entity: 'loyaltyreservation' },
  parameters: [
    { name: 'Points', type: 'integer', optional: true, description: 'Left out: everything that is still spent.' },
    { name: 'RefundId', type: 'text', optional: true, description: 'The same one twice gives back once.' },
  ],
  returns: { properties: [{ name: 'Points', type: 'integer' }] },
  right: 'loyalty-serve',
  async run(context): Promise<{ readonly Points: number }> {
    const { parameters } = context;
    const held = await openReservation(context);
    return giveRefund(context, held, bigOf(parameters['Points']), textOf(parameters, 'RefundId'));
  },
});

/** So many of the points spent with the reservation, or all that still are; once each. For what the module itself undoes. */
export async function refundReservation(
  context: Context,
  id: string,
  part: { readonly points?: bigint; readonly refundId?: string } = {},
): Promise<void> {
  await giveRefund(context, await openHeld(context, id), part.points, part.refundId ?? id);
}

async function giveRefund(
  { system, now }: Context,
  { loaded, member, reservation }: Held,
  wanted: bigint | undefined,
  refundId: string | undefined,
): Promise<{ readonly Points: number }> {
  const [redeemed] = await system.list(
    'loyaltytransaction',
    `$select=loyaltytransactionid&$filter=_loyaltyreservationid_value eq ${reservation.id} and kind eq 7`,
  );
  if (!redeemed) throw fail('REDEMPTION_NOT_FOUND', { id: reservation.id });
  const id = String(redeemed['loyaltytransactionid']);
  // Names the refund among the reservation's own.
  const named = refundId ?? reservation.id;
  const sourceId = (named === reservation.id ? named : `${reservation.id}/${named}`).slice(0, 120);
  const backs = await system.list(
    'loyaltytransaction',
    `$select=loyaltytransactionid,sourceid&$filter=_reversesid_value eq ${id}`,
  );
  if (backs.some((row) => row['sourceid'] === sourceId || row['sourceid'] === named)) return { Points: 0 };
  const spending = [id, ...backs.map((row) => String(row['loyaltytransactionid']))];
  const returned = await listAll(
    system,
    'loyaltyconsumption',
    `&$filter=_loyaltytransactionid_value in (${spending.join(',')}) and points lt 0`,
  );
  const takes = (await takesOf(system, [reservation.id])).get(reservation.id) ?? [];
  await addLots(
    system,
    new Map([[member.id, member.account]]),
    takes.map(({ lot }) => lot),
  );
  const spent = spentOf(takes, returned.map(takeOf));
  const left = spent.reduce((sum, take) => sum + take.points, 0n);
  // All of nothing is nothing: it came back part by part.
  if (wanted === undefined && left === 0n) return { Points: 0 };
  const points = wanted ?? left;
  const redemption = { id, sourceId, sequence: backs.length };
  const refusal = refund(member.account, loaded.program, redemption, spent, points, now, member.book);
  if (refusal) return refuseRefusal(refusal, points);
  settle(member.account, loaded.program, now, member.book);
  await writeBooks(system, loaded, [member]);
  return { Points: Number(points) };
}
