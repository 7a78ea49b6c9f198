// What paid for a document that is no more: points come back to the lots they came from, vouchers can be used again. A copy of a
// document (an order of a quote, an invoice of an order) stands on the same points, so they come back when none of them stands.
import type { NamedRow, OperationContext, Records, Row } from 'peyvand/sdk';
import { least, minorOf, share } from '../engine/exact.ts';
import { quoted } from '../store/list-all.ts';
import { decimalText, refOf, textOf, wholeOf } from '../store/values.ts';
import { POINTS, refundReservation } from './redeem.ts';

/** Source of a document's adjustment that a voucher paid for: this, and its code. */
export const VOUCHER = 'loyalty-voucher:';

type Context = Pick<OperationContext, 'system' | 'now'>;

/** States in which a document still counts; an order that is invoiced stands by its invoice. */
const STANDING: Readonly<Record<string, readonly number[]>> = { quote: [0, 1], salesorder: [0, 1, 3], invoice: [0, 2] };

export const isSpent = (source: string | undefined): source is string =>
  source !== undefined && (source.startsWith(POINTS) || source.startsWith(VOUCHER));

/** Of all documents but one, some still stands on what the adjustment's source paid. */
export async function standsElsewhere(system: Records, source: string, but?: string): Promise<boolean> {
  const rows = await system.list(
    'salesadjustment',
    `$select=salesadjustmentid,_documentid_value&$filter=source eq ${quoted(source)}`,
  );
  for (const row of rows) {
    if (refOf(row, 'documentid') === but) continue;
    const adjustment = await system.retrieve('salesadjustment', String(row['salesadjustmentid']));
    const entity = adjustment && textOf(adjustment, 'documentid_type');
    const states = STANDING[entity ?? ''];
    const document = states && entity !== undefined && (await system.retrieve(entity, refOf(row, 'documentid') ?? ''));
    if (document && states.includes(Number(document['statecode']))) return true;
  }
  return false;
}

/** Nothing of what the source paid is spent (any more): its points were given back, its voucher waits to be used. */
export async function isGivenBack(system: Records, source: string): Promise<boolean> {
  if (source.startsWith(VOUCHER)) {
    const voucher = await voucherOf(system, source);
    return voucher?.['voucherstate'] === 1;
  }
  const { spent, back } = await spendingOf(system, source.slice(POINTS.length));
  return spent > 0n && back >= spent;
}

/** Everything that the source paid, once. */
export async function giveBackAll(context: Context, source: string): Promise<void> {
  if (source.startsWith(POINTS)) return void (await refundReservation(context, source.slice(POINTS.length)));
  const voucher = await voucherOf(context.system, source);
  if (voucher?.['voucherstate'] !== 2) return;
  await context.system.update('loyaltyvoucher', String(voucher['loyaltyvoucherid']), {
    voucherstate: 1,
    documentid: null,
  });
}

/** What paid for the document, where no other stands on it. */
export async function giveBackSpent(context: Context, document: NamedRow): Promise<void> {
  for (const source of (await adjustmentsOf(context.system, document.id)).keys()) {
    if (!(await standsElsewhere(context.system, source, document.id))) await giveBackAll(context, source);
  }
}

/** Of the points that paid for the document, the part that was returned of it: this return and those before it. */
export async function giveBackPart(
  context: Context,
  document: string,
  returned: bigint,
  total: bigint,
  refundId: string,
): Promise<void> {
  for (const [source, amount] of await adjustmentsOf(context.system, document)) {
    if (!source.startsWith(POINTS) || total <= 0n) continue;
    const id = source.slice(POINTS.length);
    const { spent, back, value } = await spendingOf(context.system, id);
    // One document of several that share the points has its part of them.
    const own = value > 0n ? share(spent, least(amount, value), value) : spent;
    const due = share(own, least(returned, total), total) - back;
    if (due > 0n) await refundReservation(context, id, { points: due, refundId });
  }
}

/** Source → what it took off the document, in its smallest units (4 decimals). */
async function adjustmentsOf(system: Records, document: string): Promise<ReadonlyMap<string, bigint>> {
  const rows = await system.list(
    'salesadjustment',
    `$select=source,amount&$filter=_documentid_value eq ${document} and (kind eq 2 or kind eq 3)`,
  );
  return new Map(
    rows.flatMap((row): (readonly [string, bigint])[] => {
      const source = textOf(row, 'source');
      return isSpent(source) ? [[source, minorOf(decimalText(row['amount'] ?? 0), 4)]] : [];
    }),
  );
}

async function voucherOf(system: Records, source: string): Promise<Row | undefined> {
  const code = source.slice(VOUCHER.length);
  const [found] = await system.list('loyaltyvoucher', `$select=loyaltyvoucherid&$filter=code eq ${quoted(code)}`);
  return found && system.retrieve('loyaltyvoucher', String(found['loyaltyvoucherid']), { lock: true });
}

interface Spending {
  readonly spent: bigint;
  readonly back: bigint;
  readonly value: bigint;
}

async function spendingOf(system: Records, reservation: string): Promise<Spending> {
  const row = await system.retrieve('loyaltyreservation', reservation);
  const [redeemed] = await system.list(
    'loyaltytransaction',
    `$select=loyaltytransactionid&$filter=_loyaltyreservationid_value eq ${reservation} and kind eq 7`,
  );
  const refunds =
    redeemed === undefined
      ? []
      : await system.list(
          'loyaltytransaction',
          `$select=points&$filter=_reversesid_value eq ${String(redeemed['loyaltytransactionid'])} and kind eq 8`,
        );
  return {
    spent: row && redeemed ? wholeOf(row, 'confirmedpoints') : 0n,
    back: refunds.reduce((sum, one) => sum + wholeOf(one, 'points'), 0n),
    value: row ? minorOf(decimalText(row['value'] ?? 0), 4) : 0n,
  };
}
