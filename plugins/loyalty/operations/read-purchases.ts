// The purchases of a call, as JSON says them, checked as a whole: every violation at once.
import type { Violation } from 'peyvand/sdk';
import { minorOf } from '../engine/exact.ts';
import type { Purchase, PurchaseLine } from '../engine/model.ts';
import type { LoadedProgram } from '../store/load-program.ts';
import { given } from '../store/values.ts';

/** A purchase and whose it is: a member's id, or a customer's. */
export interface PostedPurchase extends Purchase {
  readonly member?: string;
  readonly customer?: string;
  readonly sequence: number;
}

const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const AMOUNT = /^\d{1,15}(?:\.\d{1,10})?$/;

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function readPurchases(
  values: unknown,
  { home, currencies }: LoadedProgram,
): { readonly purchases: readonly PostedPurchase[]; readonly violations: readonly Violation[] } {
  const violations: Violation[] = [];
  const purchases: PostedPurchase[] = [];
  if (!Array.isArray(values)) {
    return { purchases, violations: [wrong('Purchases', 'Purchases is a list of purchases.')] };
  }
  values.forEach((value: unknown, index) => {
    const at = `Purchases/${index}`;
    if (!isObject(value)) return void violations.push(wrong(at, 'A purchase is an object.'));
    const problem = (field: string, message: string): undefined =>
      void violations.push(wrong(`${at}/${field}`, message));
    const short = (field: string, length: number): string | undefined => {
      const text = value[field];
      if (typeof text === 'string' && text.trim() !== '' && text.length <= length) return text.trim();
      return problem(field, `${field} is a text of 1 to ${length} characters.`);
    };
    const sourceType = short('sourceType', 50);
    const sourceId = short('sourceId', 120);
    const on =
      typeof value['on'] === 'string' && !Number.isNaN(Date.parse(value['on'])) ? new Date(value['on']) : undefined;
    if (!on) problem('on', 'on is an instant, like 2026-11-22T10:00:00Z.');
    const [member, customer] = [value['member'], value['customer']];
    const who = member ?? customer;
    if (typeof who !== 'string' || !ID.test(who)) {
      problem(member === undefined ? 'customer' : 'member', 'A purchase names its member or its customer by id.');
    }
    const code = value['currency'] ?? home.code;
    const currency = currencies.find((one) => one.code === code);
    if (!currency && code !== home.code) problem('currency', `There is no currency ${String(code).slice(0, 10)}.`);
    const sequence = value['sequence'] ?? 0;
    if (!Number.isInteger(sequence) || Number(sequence) < 0 || Number(sequence) > 1_000_000) {
      problem('sequence', 'sequence is a whole number from 0.');
    }
    const decimals = currency?.decimals ?? home.decimals;
    const lines = readLines(value, decimals, problem);
    if (sourceType === undefined || sourceId === undefined || !on || typeof who !== 'string') return;
    purchases.push({
      sourceType,
      sourceId,
      sequence: Number(sequence),
      on: on.toISOString(),
      currency: String(code),
      lines,
      ...(member === undefined ? { customer: who } : { member: who.toLowerCase() }),
      ...given({ channel: textOf(value['channel']) }),
    });
  });
  return { purchases, violations };
}

function readLines(value: Json, decimals: number, problem: (field: string, message: string) => void): PurchaseLine[] {
  const listed = value['lines'];
  if (listed !== undefined && (!Array.isArray(listed) || listed.length === 0 || listed.length > 1_000)) {
    problem('lines', 'lines is a list of 1 to 1,000 lines.');
    return [];
  }
  const lines: readonly unknown[] = Array.isArray(listed) ? listed : [value];
  return lines.flatMap((line, index): PurchaseLine[] => {
    const at = Array.isArray(listed) ? `lines/${index}/` : '';
    if (!isObject(line)) {
      problem(`lines/${index}`, 'A line is an object.');
      return [];
    }
    const net = amountOf(line['net']);
    const gross = line['gross'] === undefined ? net : amountOf(line['gross']);
    const quantity = line['quantity'] === undefined ? '1' : amountOf(line['quantity']);
    if (net === undefined) problem(`${at}net`, 'net is an amount from 0, best as text: "1250.50".');
    if (gross === undefined && net !== undefined) problem(`${at}gross`, 'gross is an amount from 0.');
    if (quantity === undefined) problem(`${at}quantity`, 'quantity is a number from 0.');
    if (net === undefined || gross === undefined || quantity === undefined) return [];
    return [
      {
        net: minorOf(net, decimals),
        gross: minorOf(gross, decimals),
        quantity,
        ...given({ product: textOf(line['product']), family: textOf(line['family']) }),
      },
    ];
  });
}

/** Plain digits; numbers of JSON as they print. */
export function amountOf(value: unknown): string | undefined {
  const text = typeof value === 'number' ? String(value) : value;
  return typeof text === 'string' && AMOUNT.test(text) ? text : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value.slice(0, 200) : undefined;
}

export function wrong(target: string, message: string): Violation {
  return { code: 'PARAMETER_INVALID', target, message };
}
