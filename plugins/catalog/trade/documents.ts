// The four kinds of documents that have priced lines, and what is the same in all of them under other names.
import type { PluginContext, Row } from 'peyvand/sdk';
import { fail } from './errors.ts';

export type DocumentKind = 'opportunity' | 'quote' | 'salesorder' | 'invoice';

/** `producttypecode` of lines: what a line is to its bundle stays as it was when it was added, whatever becomes of the bundle. */
export const LINE_TYPE = { product: 1, bundle: 2, required: 3, optional: 4 } as const;

export interface DocumentType {
  readonly kind: DocumentKind;
  readonly line: string;
  /** The lines' lookup of the document. */
  readonly parent: string;
  /** The lines' name. */
  readonly lineName: string;
  readonly number?: string;
  /** Status reasons in which it is worked on: prices follow, lines change. In all others they are settled. */
  readonly open: readonly number[];
  readonly states: Readonly<Record<number, string>>;
  /** How to go on where it is settled. */
  readonly mend: string;
}

export const documents: Readonly<Record<DocumentKind, DocumentType>> = {
  opportunity: {
    kind: 'opportunity',
    line: 'opportunityproduct',
    parent: 'opportunityid',
    lineName: 'opportunityproductname',
    open: [1, 2],
    states: { 0: 'open', 1: 'won', 2: 'lost' },
    mend: 'Reopen it first.',
  },
  quote: {
    kind: 'quote',
    line: 'quotedetail',
    parent: 'quoteid',
    lineName: 'quotedetailname',
    number: 'quotenumber',
    open: [1],
    states: { 0: 'a draft', 1: 'active', 2: 'won', 3: 'closed' },
    mend: 'Revise it to change something.',
  },
  salesorder: {
    kind: 'salesorder',
    line: 'salesorderdetail',
    parent: 'salesorderid',
    lineName: 'salesorderdetailname',
    number: 'ordernumber',
    open: [1, 2],
    states: { 0: 'active', 1: 'submitted', 2: 'canceled', 3: 'fulfilled', 4: 'invoiced' },
    mend: 'Cancel it and make a new one to change something.',
  },
  invoice: {
    kind: 'invoice',
    line: 'invoicedetail',
    parent: 'invoiceid',
    lineName: 'invoicedetailname',
    number: 'invoicenumber',
    open: [1, 2],
    states: { 0: 'billed', 2: 'paid', 3: 'canceled' },
    mend: 'Cancel it and make a new one to change something.',
  },
};

/** The lines' entities → their documents' types. */
export const documentOfLine: ReadonlyMap<string, DocumentType> = new Map(
  Object.values(documents).map((type) => [type.line, type]),
);

export function isOpen(type: DocumentType, document: Row): boolean {
  return type.open.includes(Number(document['statuscode']));
}

export function stateOf(type: DocumentType, document: Row): string {
  return type.states[Number(document['statecode'])] ?? String(document['statecode']);
}

/** The document, kept from everybody else until the transaction ends: whoever prices or converts it comes one after the other. */
export async function lockDocument(
  { system }: Pick<PluginContext, 'system'>,
  type: DocumentType,
  id: string,
): Promise<Row> {
  const row = await system.retrieve(type.kind, id, { lock: true });
  if (!row) throw fail('DOCUMENT_NOT_FOUND', { entity: type.kind, id });
  return row;
}

/** The same, for those who may change it. */
export async function lockOwnDocument(context: PluginContext, type: DocumentType, id: string): Promise<Row> {
  if (!(await context.records.retrieve(type.kind, id))) throw fail('DOCUMENT_NOT_FOUND', { entity: type.kind, id });
  return lockDocument(context, type, id);
}

export function refuseSettled(type: DocumentType, document: Row): void {
  if (isOpen(type, document)) return;
  throw fail('DOCUMENT_FROZEN', { entity: type.kind, state: stateOf(type, document), mend: type.mend });
}
