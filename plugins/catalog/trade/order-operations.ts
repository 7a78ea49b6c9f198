// What is done with orders and invoices as a whole. As with quotes, each action locks its document first, and a second one at the same
// moment answers what the first has made.
import type { Big } from 'big.js';
import { defineOperation, type OperationContext, type OperationParameter, type Row } from 'peyvand/sdk';
import { closingOf } from './close-activity.ts';
import { copyHeader, copyLines, type Portion } from './copy-document.ts';
import { documents, lockOwnDocument, stateOf } from './documents.ts';
import { fail } from './errors.ts';
import { COLUMN_SET, REASON } from './quote-operations.ts';
import { linesOf, reprice } from './reprice.ts';
import { big, dayOf, decimalOf, idOf, listRows } from './rows.ts';

const { salesorder, invoice } = documents;

const STATUS: OperationParameter = {
  name: 'Status',
  type: 'integer',
  optional: true,
  description: 'A status reason of the new state; -1 = the usual one.',
};
const ORDER_CLOSE: OperationParameter = {
  name: 'OrderClose',
  type: 'json',
  description: 'salesorderid@odata.bind, actualend, subject, description',
};

const submitOrder = defineOperation({
  name: 'catalog_SubmitOrder',
  kind: 'action',
  bound: { entity: 'salesorder' },
  parameters: [],
  description: 'The order is settled and handed on: its prices and lines stay as they are.',
  async run(context) {
    const id = context.target?.id ?? '';
    const row = await lockOwnDocument(context, salesorder, id);
    if (row['statecode'] === 1) return;
    if (row['statecode'] !== 0) {
      throw fail('DOCUMENT_STATE', { entity: 'salesorder', state: stateOf(salesorder, row), mend: salesorder.mend });
    }
    await context.records.update('salesorder', id, { statecode: 1, statuscode: 3 });
  },
});

/** FulfillSalesOrder and CancelSalesOrder. */
function closing(name: string, state: number, usual: number, from: readonly number[], day: string) {
  return defineOperation({
    name,
    kind: 'action',
    parameters: [ORDER_CLOSE, STATUS, REASON],
    async run(context) {
      const close = await closingOf(context, 'OrderClose', 'salesorderid', 'salesorder');
      const row = await lockOwnDocument(context, salesorder, close.id);
      const given = context.parameters['Status'];
      const reason = typeof given === 'number' && given !== -1 ? given : usual;
      if (row['statecode'] === state && row['statuscode'] === reason) return;
      if (!from.includes(Number(row['statecode']))) {
        throw fail('DOCUMENT_STATE', { entity: 'salesorder', state: stateOf(salesorder, row), mend: salesorder.mend });
      }
      const values = { [day]: close.day, ...(close.words !== undefined && { closereason: close.words }) };
      await context.records.update('salesorder', close.id, { statecode: state, statuscode: reason, ...values });
    },
  });
}

/** `Lines` of a conversion: how much of which line; undefined: whatever is left of each. */
function portionsOf(context: OperationContext, lines: readonly Row[]): readonly Portion[] {
  const leftOf = (line: Row): Big => big(line['quantity']).minus(big(line['quantityinvoiced']));
  const given: unknown = context.parameters['Lines'];
  if (given === undefined || given === null) return lines.map((line) => ({ line, quantity: leftOf(line) }));
  const refused = () =>
    context.refuse({
      code: 'PARAMETER_INVALID',
      target: 'Lines',
      message: 'Lines is a list of {"salesorderdetailid": "<id>", "quantity": 2}, each line once.',
    });
  if (!Array.isArray(given)) return refused();
  const asked = new Map<string, Big>();
  for (const part of given as readonly unknown[]) {
    const { salesorderdetailid: id, quantity } = (typeof part === 'object' && part !== null ? part : {}) as Row;
    if (typeof id !== 'string' || asked.has(id) || !isQuantity(quantity)) return refused();
    const named = lines.find((line) => line['salesorderdetailid'] === id);
    if (!named) throw fail('LINE_NOT_OF_ORDER', { id });
    if (idOf(named, 'parentbundleidref') !== undefined) {
      throw fail('BUNDLE_PART_FIXED', { part: String(named[salesorder.lineName]), what: 'how much' });
    }
    asked.set(id, big(quantity));
  }
  return lines.map((line) => {
    const bundle = idOf(line, 'parentbundleidref');
    const whole = bundle === undefined ? undefined : lines.find((one) => one['salesorderdetailid'] === bundle);
    const part = whole && asked.get(String(whole['salesorderdetailid']));
    const quantity = part ? partOfBundle(line, whole, part) : (asked.get(String(line['salesorderdetailid'])) ?? big(0));
    const left = leftOf(line);
    if (quantity.gt(left)) {
      const about = { left: left.toFixed(), line: String(line['lineitemnumber'] ?? ''), asked: quantity.toFixed() };
      throw fail('QUANTITY_EXCEEDED', about);
    }
    return { line, quantity };
  });
}

/** Parts go along with their bundle; with the last of it goes all that is left of them. */
function partOfBundle(line: Row, bundle: Row, quantity: Big): Big {
  const left = big(line['quantity']).minus(big(line['quantityinvoiced']));
  if (quantity.eq(big(bundle['quantity']).minus(big(bundle['quantityinvoiced'])))) return left;
  const wanted = big(line['quantityperbundle'] ?? 1).times(quantity);
  return wanted.gt(left) ? left : wanted;
}

function isQuantity(value: unknown): boolean {
  return (
    (typeof value === 'number' && value > 0) || (typeof value === 'string' && /^\d{1,12}(?:\.\d{1,5})?$/.test(value))
  );
}

const convertOrder = defineOperation({
  name: 'ConvertSalesOrderToInvoice',
  kind: 'action',
  parameters: [
    { name: 'SalesOrderId', type: 'id' },
    COLUMN_SET,
    {
      name: 'Lines',
      type: 'json',
      optional: true,
      description:
        '[{"salesorderdetailid": "<id>", "quantity": 2}]: a part of the order. Absent: all that is left of it.',
    },
    { name: 'ProcessInstanceId', type: 'json', optional: true, description: 'Taken and not used.' },
  ],
  returns: { type: 'entity', entity: 'invoice' },
  description:
    'Makes an invoice of the order or of a part of it, with its prices. An order of which nothing is left is Invoiced.',
  async run(context) {
    const { parameters, system } = context;
    const id = String(parameters['SalesOrderId']);
    const row = await lockOwnDocument(context, salesorder, id);
    if (row['statecode'] === 4 && (parameters['Lines'] ?? null) === null) {
      const [made] = await listRows(
        system,
        'invoice',
        `$select=invoiceid&$filter=_salesorderid_value eq ${id} and statecode ne 3&$orderby=createdon desc&$top=1`,
      );
      if (made) return { entity: 'invoice', id: String(made['invoiceid']) };
    }
    if (row['statecode'] === 2) {
      throw fail('DOCUMENT_STATE', { entity: 'salesorder', state: 'canceled', mend: 'Make a new order.' });
    }
    const lines = await linesOf(context, salesorder, id);
    const portions = portionsOf(context, lines);
    if (!portions.some(({ quantity }) => quantity.gt(0))) throw fail('NOTHING_TO_INVOICE');
    const made = await copyHeader(context.records, salesorder, invoice, row, { salesorderid: id, ispricelocked: true });
    await copyLines(context, salesorder, invoice, { id, document: row }, made, {
      origin: 'salesorderdetailid',
      portions,
    });
    let isAll = true;
    for (const { line, quantity } of portions) {
      const invoiced = big(line['quantityinvoiced']).plus(quantity);
      if (invoiced.lt(big(line['quantity']))) isAll = false;
      if (quantity.gt(0)) {
        const values = { quantityinvoiced: invoiced.toFixed() };
        await system.update('salesorderdetail', String(line['salesorderdetailid']), values);
      }
    }
    if (isAll) await context.records.update('salesorder', id, { statecode: 4, statuscode: 100003 });
    // Of what is invoiced in parts, prices and lines do not change any more.
    else if (row['statecode'] === 0) await context.records.update('salesorder', id, { statecode: 1, statuscode: 3 });
    return { entity: 'invoice', id: made };
  },
});

const billInvoice = defineOperation({
  name: 'catalog_BillInvoice',
  kind: 'action',
  bound: { entity: 'invoice' },
  parameters: [],
  description: 'Handed to the customer: its prices and lines stay as they are, and it is due.',
  async run(context) {
    const id = context.target?.id ?? '';
    const row = await lockOwnDocument(context, invoice, id);
    if (row['statuscode'] === 4) return;
    if (row['statecode'] !== 0) {
      throw fail('DOCUMENT_STATE', { entity: 'invoice', state: stateOf(invoice, row), mend: invoice.mend });
    }
    await context.records.update('invoice', id, { statecode: 0, statuscode: 4 });
  },
});

const payInvoice = defineOperation({
  name: 'catalog_PayInvoice',
  kind: 'action',
  bound: { entity: 'invoice' },
  parameters: [
    {
      name: 'Amount',
      type: 'decimal',
      optional: true,
      description: 'What was paid this time; absent: all that is left.',
    },
    { name: 'PaidOn', type: 'date', optional: true },
  ],
  description: 'Counts a payment: the invoice is paid in part, or completely when nothing is left.',
  async run(context) {
    const { parameters, refuse, now, timeZone, target } = context;
    const id = target?.id ?? '';
    const row = await lockOwnDocument(context, invoice, id);
    const [total, before] = [big(row['totalamount']), big(row['paidamount'])];
    const given = decimalOf(parameters['Amount']);
    if (row['statuscode'] === 100001 && given === undefined) return;
    if (row['statecode'] === 3 || row['statuscode'] === 100001) {
      throw fail('DOCUMENT_STATE', {
        entity: 'invoice',
        state: stateOf(invoice, row),
        mend: 'Nothing is left to pay.',
      });
    }
    const amount = given === undefined ? total.minus(before) : big(given);
    if (amount.lt(0) || (given !== undefined && amount.eq(0)) || before.plus(amount).gt(total)) {
      const message = `Amount is more than 0 and at most ${total.minus(before).toFixed()}, what is left to pay.`;
      refuse({ code: 'PARAMETER_INVALID', target: 'Amount', message });
    }
    const paid = before.plus(amount);
    await context.records.update('invoice', id, {
      statecode: 2,
      statuscode: paid.eq(total) ? 100001 : 100002,
      paidamount: paid.toFixed(),
      paidon: parameters['PaidOn'] ?? dayOf(now, timeZone),
    });
  },
});

const cancelInvoice = defineOperation({
  name: 'catalog_CancelInvoice',
  kind: 'action',
  bound: { entity: 'invoice' },
  parameters: [{ name: 'Reason', type: 'text', optional: true }],
  description: 'Canceled: its quantities may be invoiced again.',
  async run(context) {
    const id = context.target?.id ?? '';
    const row = await lockOwnDocument(context, invoice, id);
    if (row['statecode'] === 3) return;
    const reason = context.parameters['Reason'];
    if (typeof reason === 'string') await context.system.update('invoice', id, { closereason: reason.slice(0, 2000) });
    await context.records.update('invoice', id, { statecode: 3, statuscode: 100003 });
  },
});

/** LockSalesOrderPricing and its like. */
function locking(name: string, parameter: string, type: typeof invoice, ispricelocked: boolean) {
  return defineOperation({
    name,
    kind: 'action',
    parameters: [{ name: parameter, type: 'id' }],
    async run(context) {
      const id = String(context.parameters[parameter]);
      await lockOwnDocument(context, type, id);
      await context.records.update(type.kind, id, { ispricelocked });
    },
  });
}

const calculatePrice = defineOperation({
  name: 'CalculatePrice',
  kind: 'action',
  parameters: [{ name: 'Target', type: 'entity', description: 'An opportunity, quote, order or invoice.' }],
  description: 'Prices a document anew, by the price lists as they are now. Settled ones stay as they are.',
  async run(context) {
    const target = context.parameters['Target'] as { readonly entity: string; readonly id: string };
    const type = Object.values(documents).find(({ kind }) => kind === target.entity);
    if (!type) {
      const message = 'Target is an opportunity, quote, order or invoice.';
      return context.refuse({ code: 'PARAMETER_INVALID', target: 'Target', message });
    }
    await lockOwnDocument(context, type, target.id);
    // Whoever may not change it may not have it counted anew.
    await context.records.update(type.kind, target.id, {});
    await reprice(context, type, target.id);
  },
});

export const orderOperations = [
  submitOrder,
  closing('FulfillSalesOrder', 3, 100001, [0, 1, 3], 'datefulfilled'),
  closing('CancelSalesOrder', 2, 4, [0, 1], 'closedon'),
  convertOrder,
  billInvoice,
  payInvoice,
  cancelInvoice,
  locking('LockSalesOrderPricing', 'SalesOrderId', salesorder, true),
  locking('UnlockSalesOrderPricing', 'SalesOrderId', salesorder, false),
  locking('LockInvoicePricing', 'InvoiceId', invoice, true),
  locking('UnlockInvoicePricing', 'InvoiceId', invoice, false),
  calculatePrice,
];
