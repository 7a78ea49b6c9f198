// What an ERP is told: an event for each order, invoice and product that changed in a way it has to know, written in the transaction
// of the change. Pulled in order, acknowledged by id; the same change never makes two events.
import {
  defineHandler,
  defineOperation,
  type EventHandler,
  type HandlerContext,
  type PluginContext,
  type Row,
} from 'peyvand/sdk';
import { documents, type DocumentType } from './documents.ts';
import { INBOUND } from './erp-inbound.ts';
import { lockLink } from './erp-link.ts';
import { linesOf, PRICED_DOCUMENT } from './reprice.ts';
import { decimalOf, idOf, listByIds, listRows } from './rows.ts';

const ORDER_EVENTS: Readonly<Record<number, string>> = {
  1: 'order.submitted',
  2: 'order.canceled',
  3: 'order.fulfilled',
  4: 'order.invoiced',
};
const INVOICE_EVENTS: Readonly<Record<number, string>> = {
  4: 'invoice.billed',
  5: 'invoice.billed',
  100001: 'invoice.paid',
  100002: 'invoice.paid',
  100003: 'invoice.canceled',
};
const HEADER = [
  'name',
  'statecode',
  'statuscode',
  'transactioncurrencyid',
  'discountpercentage',
  'discountamount',
  'freightamount',
  'totallineitemamount',
  'totaldiscountamount',
  'totaltax',
  'totalamount',
  'requestdeliveryby',
  'submitdate',
  'duedate',
  'paidamount',
];
const LINE = [
  'lineitemnumber',
  'productid',
  'productdescription',
  'uomid',
  'quantity',
  'priceperunit',
  'tax',
  'extendedamount',
];
const PRODUCT = ['name', 'productnumber', 'statecode', 'price', 'defaultuomid', 'quantityonhand', 'description'];

/** Exact: numbers as text. */
function facts(row: Row, names: readonly string[]): Row {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = row[name] ?? null;
      if (value === null) return [];
      return [[name, typeof value === 'number' && !name.endsWith('code') ? decimalOf(value) : value]];
    }),
  );
}

async function documentPayload(context: PluginContext, type: DocumentType, id: string, row: Row): Promise<Row> {
  const lines = await linesOf(context, type, id);
  const products = await listByIds(
    context.system,
    'product',
    'productid',
    lines.flatMap((line) => idOf(line, 'productid') ?? []),
  );
  const numbers = new Map(products.map((product) => [product['productid'], product['productnumber']]));
  return {
    id,
    number: row[type.number ?? ''],
    customer: { entity: row['customerid_type'], id: row['customerid'] },
    ...facts(row, HEADER),
    lines: lines.map((line) => ({
      id: line[`${type.line}id`],
      productnumber: numbers.get(line['productid']) ?? null,
      ...facts(line, LINE),
    })),
  };
}

async function write(context: HandlerContext, eventtype: string, row: Row, payload: Row): Promise<void> {
  const { system } = context;
  // One for each version of the row that says this.
  const idempotencykey = `${context.entity}:${context.id}:${String(row['versionnumber'])}:${eventtype}`;
  const filter = `$select=integrationeventid&$filter=idempotencykey eq '${idempotencykey}'&$top=1`;
  const [said] = await listRows(system, 'integrationevent', filter);
  // Written twice in one transaction: nobody has seen the event yet, and it says what the row is in the end.
  if (said) return system.update('integrationevent', String(said['integrationeventid']), { payload });
  await system.create('integrationevent', {
    eventtype,
    idempotencykey,
    recordid: context.id,
    payload,
    occurredon: context.now,
  });
}

async function tellDocument(
  context: HandlerContext,
  type: DocumentType,
  events: Readonly<Record<number, string>>,
  by: string,
) {
  const { values, system, id } = context;
  if (PRICED_DOCUMENT in values) return;
  const row = await system.retrieve(type.kind, id);
  if (!row) return;
  const isNewState = 'statecode' in values || 'statuscode' in values;
  const known = events[Number(row[by])];
  if (known === undefined) return;
  const changed = type.kind === 'salesorder' ? 'order.changed' : 'invoice.changed';
  await write(context, isNewState ? known : changed, row, await documentPayload(context, type, id, row));
}

async function tellProduct(context: HandlerContext): Promise<void> {
  const { values, system, id, message } = context;
  // What came from there is not told back.
  if (INBOUND in values) return;
  const row = await system.retrieve('product', id);
  if (!row) return;
  await write(context, message === 'create' ? 'product.created' : 'product.changed', row, {
    id,
    ...facts(row, PRODUCT),
  });
}

export const outboxHandlers: readonly EventHandler[] = [
  defineHandler({
    name: 'tell-order',
    stage: 'after',
    message: 'update',
    entity: 'salesorder',
    after: ['price-salesorder-update'],
    run: (context) => tellDocument(context, documents.salesorder, ORDER_EVENTS, 'statecode'),
  }),
  defineHandler({
    name: 'tell-invoice',
    stage: 'after',
    message: 'update',
    entity: 'invoice',
    after: ['price-invoice-update'],
    run: (context) => tellDocument(context, documents.invoice, INVOICE_EVENTS, 'statuscode'),
  }),
  ...(['create', 'update'] as const).map((message) =>
    defineHandler({
      name: `tell-product-${message}`,
      stage: 'after',
      message,
      entity: 'product',
      run: tellProduct,
    }),
  ),
];

const MOST = 500;

const pullEvents = defineOperation({
  name: 'catalog_PullEvents',
  kind: 'action',
  parameters: [
    {
      name: 'After',
      type: 'integer',
      optional: true,
      description: 'Events with a greater sequence; absent: all not acknowledged.',
    },
    { name: 'Limit', type: 'integer', optional: true, description: `At most ${MOST}; absent: 100.` },
  ],
  returns: { type: 'json' },
  right: 'integrate',
  description:
    'Events in the order in which they became known: {sequence, id, type, key, record, occurredon, payload}.',
  async run(context) {
    const { parameters, refuse, system } = context;
    const [after, limit] = [parameters['After'] as number | undefined, Number(parameters['Limit'] ?? 100)];
    if (limit < 1 || limit > MOST) {
      refuse({ code: 'PARAMETER_INVALID', target: 'Limit', message: `Limit is from 1 to ${MOST}.` });
    }
    await lockLink(context);
    // A sequence is given when an event is first seen here, after its commit: none turns up later below one that was pulled.
    const [last] = await listRows(
      system,
      'integrationevent',
      '$select=sequencenumber&$filter=sequencenumber ne null&$orderby=sequencenumber desc&$top=1',
    );
    let sequence = Number(last?.['sequencenumber'] ?? 0);
    const fresh = await listRows(
      system,
      'integrationevent',
      `$select=integrationeventid&$filter=sequencenumber eq null&$orderby=occurredon asc,createdon asc,integrationeventid asc&$top=${MOST}`,
    );
    for (const row of fresh) {
      await system.update('integrationevent', String(row['integrationeventid']), { sequencenumber: ++sequence });
    }
    const filter = after === undefined ? 'acknowledgedon eq null' : `sequencenumber gt ${after}`;
    const rows = await listRows(
      system,
      'integrationevent',
      `$filter=sequencenumber ne null and ${filter}&$orderby=sequencenumber asc&$top=${limit}`,
    );
    return rows.map((row) => ({
      sequence: row['sequencenumber'],
      id: row['integrationeventid'],
      type: row['eventtype'],
      key: row['idempotencykey'],
      record: row['recordid'],
      occurredon: row['occurredon'],
      payload: row['payload'],
    }));
  },
});

const acknowledge = defineOperation({
  name: 'catalog_Acknowledge',
  kind: 'action',
  parameters: [{ name: 'Ids', type: 'id', collection: true }],
  returns: { properties: [{ name: 'Acknowledged', type: 'integer' }] },
  right: 'integrate',
  description: 'The events have arrived; those that were acknowledged before stay as they are.',
  async run(context) {
    const { system, now, parameters, refuse } = context;
    const ids = parameters['Ids'] as readonly string[];
    if (ids.length > MOST) {
      refuse({ code: 'PARAMETER_INVALID', target: 'Ids', message: `At most ${MOST} ids at once.` });
    }
    await lockLink(context);
    const waiting = (await listByIds(system, 'integrationevent', 'integrationeventid', ids)).filter(
      (row) => (row['acknowledgedon'] ?? null) === null,
    );
    for (const row of waiting) {
      await system.update('integrationevent', String(row['integrationeventid']), { acknowledgedon: now });
    }
    return { Acknowledged: waiting.length };
  },
});

export const outboxOperations = [pullEvents, acknowledge];
