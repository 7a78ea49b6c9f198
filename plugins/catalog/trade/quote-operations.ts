// What is done with a quote as a whole. Each action locks the quote first, so that of two at the same moment the second finds what
// the first has done, and answers that.
import { defineOperation, type NamedRow, type OperationContext, type OperationParameter, type Row } from 'peyvand/sdk';
import { APPROVAL, APPROVER } from './approval.ts';
import { closingOf } from './close-activity.ts';
import { copyHeader, copyLines } from './copy-document.ts';
import { documents, lockOwnDocument, stateOf } from './documents.ts';
import { fail } from './errors.ts';
import { moveUses } from './promotion-uses.ts';
import { decimalOf, dayOf, idOf, listRows, namedOf, textOf } from './rows.ts';

const { quote, opportunity, salesorder, invoice } = documents;

export const COLUMN_SET: OperationParameter = {
  name: 'ColumnSet',
  type: 'json',
  optional: true,
  description: 'Taken and not used: the answer names the whole row.',
};
/** What is said beside what other clients put into the close activity. */
export const REASON: OperationParameter = { name: 'Reason', type: 'text', optional: true };
const PROCESS: OperationParameter = {
  name: 'ProcessInstanceId',
  type: 'json',
  optional: true,
  description: 'Taken and not used.',
};

function reasonOf(given: unknown, usual: number): number {
  return typeof given === 'number' && given !== -1 ? given : usual;
}

function inState(type: typeof quote, row: Row, allowed: readonly number[], mend: string): void {
  if (allowed.includes(Number(row['statecode']))) return;
  throw fail('DOCUMENT_STATE', { entity: type.kind, state: stateOf(type, row), mend });
}

/** Made of an opportunity: GenerateQuoteFromOpportunity and its like for orders and invoices. */
function generating(name: string, target: typeof quote) {
  return defineOperation({
    name,
    kind: 'action',
    parameters: [{ name: 'OpportunityId', type: 'id' }, COLUMN_SET, PROCESS],
    returns: { type: 'entity', entity: target.kind },
    description: `Makes a ${target.kind} of the opportunity's customer, price list, discounts and lines, and answers it.`,
    async run(context) {
      const id = String(context.parameters['OpportunityId']);
      const document = await lockOwnDocument(context, opportunity, id);
      inState(opportunity, document, [0], 'Reopen it first.');
      if (idOf(document, 'customerid') === undefined) {
        throw fail('OPPORTUNITY_WITHOUT_CUSTOMER', { entity: target.kind });
      }
      const made = await copyHeader(context.records, opportunity, target, document, { opportunityid: id });
      await copyLines(context, opportunity, target, { id, document }, made);
      return { entity: target.kind, id: made };
    },
  });
}

/** The opportunity's lines on top of those that are there: GetQuoteProductsFromOpportunity and its like. */
function getting(name: string, parameter: string, target: typeof quote) {
  return defineOperation({
    name,
    kind: 'action',
    parameters: [
      { name: 'OpportunityId', type: 'id' },
      { name: parameter, type: 'id' },
    ],
    async run(context) {
      const id = String(context.parameters['OpportunityId']);
      const to = String(context.parameters[parameter]);
      const document = await lockOwnDocument(context, opportunity, id);
      const into = await lockOwnDocument(context, target, to);
      if (!target.open.includes(Number(into['statuscode']))) {
        throw fail('DOCUMENT_FROZEN', { entity: target.kind, state: stateOf(target, into), mend: target.mend });
      }
      // As the caller: nothing is put into what the caller may not change.
      await context.records.update(target.kind, to, { opportunityid: id });
      const { discountamount: _discount, freightamount: _freight, ...lines } = document;
      await copyLines(context, opportunity, target, { id, document: { ...lines, ...amountsOf(into) } }, to);
    },
  });
}

function amountsOf(document: Row): Row {
  return { discountamount: document['discountamount'], freightamount: document['freightamount'] };
}

const activateQuote = defineOperation({
  name: 'ActivateQuote',
  kind: 'action',
  bound: { entity: 'quote' },
  parameters: [],
  description: 'A draft becomes active: its prices are settled, and it can be sent.',
  async run(context) {
    const id = context.target?.id ?? '';
    const row = await lockOwnDocument(context, quote, id);
    if (row['statecode'] === 1) return;
    inState(quote, row, [0], 'Revise it to make a new draft.');
    await context.records.update('quote', id, { statecode: 1, statuscode: 2 });
  },
});

const reviseQuote = defineOperation({
  name: 'ReviseQuote',
  kind: 'action',
  parameters: [{ name: 'QuoteId', type: 'id' }, COLUMN_SET],
  returns: { type: 'entity', entity: 'quote' },
  description: 'Closes the quote as revised and answers a new draft with the same number and the next revision.',
  async run(context) {
    const id = String(context.parameters['QuoteId']);
    const row = await lockOwnDocument(context, quote, id);
    const next = Number(row['revisionnumber'] ?? 0) + 1;
    const number = String(row['quotenumber']);
    if (row['statuscode'] === 7) {
      const filter = `$select=quoteid&$filter=quotenumber eq '${number.replaceAll("'", "''")}' and revisionnumber eq ${next}`;
      const [made] = await listRows(context.system, 'quote', filter);
      if (made) return { entity: 'quote', id: String(made['quoteid']) };
    }
    inState(quote, row, [1, 3], 'A draft can be changed as it is; a won quote stays.');
    const when = { closedon: dayOf(context.now, context.timeZone) };
    if (row['statecode'] === 1) await context.records.update('quote', id, { statecode: 3, statuscode: 7, ...when });
    else await context.system.update('quote', id, { statuscode: 7 });
    // The number is the same from the beginning, so the revision must be another: no caller may write that.
    const owner = namedOf(row, 'ownerid');
    const made = await copyHeader(context.system, quote, quote, row, {
      quotenumber: number,
      revisionnumber: next,
      ...(owner && { ownerid: owner }),
    });
    await copyLines(context, quote, quote, { id, document: row }, made);
    return { entity: 'quote', id: made };
  },
});

async function win(
  context: OperationContext,
  id: string,
  closing: { readonly day: string; readonly words?: string | undefined; readonly reason: number },
): Promise<Row> {
  const row = await lockOwnDocument(context, quote, id);
  if (row['statecode'] === 2) return row;
  inState(quote, row, [1], 'Activate it first.');
  await context.records.update('quote', id, {
    statecode: 2,
    statuscode: closing.reason,
    closedon: closing.day,
    ...(closing.words !== undefined && { closereason: closing.words }),
  });
  return row;
}

const CLOSE_PARAMETERS: readonly OperationParameter[] = [
  { name: 'QuoteClose', type: 'json', description: 'quoteid@odata.bind, actualend, subject, description' },
  {
    name: 'Status',
    type: 'integer',
    optional: true,
    description: 'A status reason of the new state; -1 = the usual one.',
  },
  REASON,
];

const winQuote = defineOperation({
  name: 'WinQuote',
  kind: 'action',
  parameters: CLOSE_PARAMETERS,
  async run(context) {
    const { id, day, words } = await closingOf(context, 'QuoteClose', 'quoteid', 'quote');
    await win(context, id, { day, words, reason: reasonOf(context.parameters['Status'], 4) });
  },
});

const closeQuote = defineOperation({
  name: 'CloseQuote',
  kind: 'action',
  parameters: CLOSE_PARAMETERS,
  description: 'An active quote is lost (5), canceled (6) or replaced (7).',
  async run(context) {
    const { id, day, words } = await closingOf(context, 'QuoteClose', 'quoteid', 'quote');
    const row = await lockOwnDocument(context, quote, id);
    const reason = reasonOf(context.parameters['Status'], 5);
    if (row['statecode'] === 3 && row['statuscode'] === reason) return;
    inState(quote, row, [1], 'Only an active quote is closed; delete a draft, or activate it.');
    await context.records.update('quote', id, {
      statecode: 3,
      statuscode: reason,
      closedon: day,
      ...(words !== undefined && { closereason: words }),
    });
  },
});

const convertQuote = defineOperation({
  name: 'ConvertQuoteToSalesOrder',
  kind: 'action',
  parameters: [
    { name: 'QuoteId', type: 'id' },
    COLUMN_SET,
    { name: 'QuoteCloseDate', type: 'date-time', optional: true },
    { name: 'QuoteCloseStatus', type: 'integer', optional: true },
    { name: 'QuoteCloseSubject', type: 'text', optional: true },
    { name: 'QuoteCloseDescription', type: 'text', optional: true },
    { name: 'CloseOpportunity', type: 'boolean', optional: true, description: 'Wins the opportunity along with it.' },
    PROCESS,
  ],
  returns: { type: 'entity', entity: 'salesorder' },
  description:
    'An active quote is won and becomes an order with its prices; answers the order, the same one each time.',
  async run(context) {
    const { parameters, system, now, timeZone } = context;
    const id = String(parameters['QuoteId']);
    const row = await lockOwnDocument(context, quote, id);
    const [made] = await listRows(system, 'salesorder', `$select=salesorderid&$filter=_quoteid_value eq ${id}&$top=1`);
    if (made) return { entity: 'salesorder', id: String(made['salesorderid']) };
    const words = [parameters['QuoteCloseSubject'], parameters['QuoteCloseDescription']].map(textOf);
    const said = words.filter((one) => one !== '').join('\n');
    const date = textOf(parameters['QuoteCloseDate']).slice(0, 10);
    const closing = {
      day: date === '' ? dayOf(now, timeZone) : date,
      words: said === '' ? undefined : said.slice(0, 2000),
      reason: reasonOf(parameters['QuoteCloseStatus'], 4),
    };
    await win(context, id, closing);
    const order = await copyHeader(context.records, quote, salesorder, row, { quoteid: id, ispricelocked: true });
    await copyLines(context, quote, salesorder, { id, document: row }, order, { origin: 'quotedetailid' });
    await moveUses(context, id, { entity: 'salesorder', id: order });
    const deal = idOf(row, 'opportunityid');
    if (parameters['CloseOpportunity'] === true && deal !== undefined) await winDeal(context, deal, row, closing.day);
    return { entity: 'salesorder', id: order } satisfies NamedRow;
  },
});

async function winDeal(context: OperationContext, id: string, row: Row, day: string): Promise<void> {
  const deal = await context.records.retrieve('opportunity', id, { lock: true });
  if (deal?.['statecode'] !== 0) return;
  const close = { opportunityid: id, actualrevenue: decimalOf(row['totalamount']), actualend: day };
  await context.invoke('WinOpportunity', { OpportunityClose: close, Status: -1 });
}

function deciding(name: string, approvalstatus: number) {
  return defineOperation({
    name,
    kind: 'action',
    bound: { entity: 'quote' },
    parameters: [{ name: 'Reason', type: 'text', description: 'Why; it is kept with the quote.' }],
    right: APPROVER,
    async run(context) {
      const { parameters, refuse, system, userId, now } = context;
      const id = context.target?.id ?? '';
      const reason = textOf(parameters['Reason']);
      if (reason === '') refuse({ code: 'PARAMETER_INVALID', target: 'Reason', message: 'Say why.' });
      const row = await lockOwnDocument(context, quote, id);
      if (row['approvalstatus'] === approvalstatus) return;
      const waits = [APPROVAL.needed, APPROVAL.approved, APPROVAL.rejected].some(
        (one) => one === row['approvalstatus'],
      );
      if (row['statecode'] !== 0 || !waits) throw fail('QUOTE_NEEDS_NO_APPROVAL');
      await system.update('quote', id, {
        approvalstatus,
        approvedby: userId,
        approvedon: now,
        approvalreason: reason.slice(0, 2000),
      });
    },
  });
}

export const quoteOperations = [
  generating('GenerateQuoteFromOpportunity', quote),
  generating('GenerateSalesOrderFromOpportunity', salesorder),
  generating('GenerateInvoiceFromOpportunity', invoice),
  getting('GetQuoteProductsFromOpportunity', 'QuoteId', quote),
  getting('GetSalesOrderProductsFromOpportunity', 'SalesOrderId', salesorder),
  getting('GetInvoiceProductsFromOpportunity', 'InvoiceId', invoice),
  activateQuote,
  reviseQuote,
  winQuote,
  closeQuote,
  convertQuote,
  deciding('ApproveQuoteDiscount', APPROVAL.approved),
  deciding('RejectQuoteDiscount', APPROVAL.rejected),
];
