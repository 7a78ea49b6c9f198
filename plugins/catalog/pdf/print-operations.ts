// A document as a PDF file, in the caller's language and calendar: to look at, and in an e-mail to the customer.
import { defineOperation, type OperationContext, type PluginContext, type Row } from 'peyvand/sdk';
import { documents, LINE_TYPE, lockOwnDocument, type DocumentType } from '../trade/documents.ts';
import { fail } from '../trade/errors.ts';
import { linesOf } from '../trade/reprice.ts';
import { big, dayOf, decimalOf, idOf, listByIds, listRows, namedOf, textOf } from '../trade/rows.ts';
import { documentPdf, type PrintedDocument } from './document-pdf.ts';
import { printLanguage, words, type PrintedKind } from './words.ts';

const KINDS: readonly PrintedKind[] = ['quote', 'salesorder', 'invoice'];

interface Printed {
  readonly type: DocumentType;
  readonly id: string;
  readonly document: Row;
  readonly customer: Row | undefined;
  readonly title: string;
  readonly fileName: string;
  readonly data: Uint8Array;
}

function targetOf({ parameters, refuse }: OperationContext): { readonly kind: PrintedKind; readonly id: string } {
  const target = parameters['Target'] as { readonly entity: string; readonly id: string };
  const kind = KINDS.find((one) => one === target.entity);
  if (kind) return { kind, id: target.id };
  const message = 'Target is a quote, an order or an invoice.';
  return refuse({ code: 'PARAMETER_INVALID', target: 'Target', message });
}

function addressOf(document: Row, side: 'billto' | 'shipto'): readonly string[] {
  const part = (name: string) => textOf(document[`${side}_${name}`]);
  const place = [part('postalcode'), part('city'), part('stateorprovince')].filter((one) => one !== '').join(' ');
  return [part('name'), part('line1'), part('line2'), place, part('country'), part('telephone')].filter(
    (row) => row !== '',
  );
}

async function customerOf({ system }: PluginContext, document: Row): Promise<Row | undefined> {
  const named = namedOf(document, 'customerid');
  return named && system.retrieve(named.entity, named.id);
}

function nameOf(customer: Row | undefined): string {
  return textOf(customer?.['name'] ?? customer?.['fullname']);
}

function dateOf(kind: PrintedKind, document: Row, today: string): string {
  const field = { quote: 'effectivefrom', salesorder: 'submitdate', invoice: 'billedon' }[kind];
  return idOf(document, field) ?? today;
}

/** Parts after the line of their bundle. */
function grouped(type: DocumentType, lines: readonly Row[]): readonly Row[] {
  return lines
    .filter((line) => idOf(line, 'parentbundleidref') === undefined)
    .flatMap((line) => [line, ...lines.filter((part) => part['parentbundleidref'] === line[`${type.line}id`])]);
}

async function print(context: OperationContext): Promise<Printed> {
  const { system, language, calendar, now, timeZone } = context;
  const { kind, id } = targetOf(context);
  const type = documents[kind];
  const document = await lockOwnDocument(context, type, id);
  const lines = await linesOf(context, type, id);
  const units = await listByIds(
    system,
    'uom',
    'uomid',
    lines.flatMap((line) => idOf(line, 'uomid') ?? []),
  );
  const unitNames = new Map(units.map((unit) => [unit['uomid'], textOf(unit['name'])]));
  const customer = await customerOf(context, document);
  const currencyId = idOf(document, 'transactioncurrencyid');
  const currency = currencyId === undefined ? undefined : await system.retrieve('transactioncurrency', currencyId);
  const [organization] = await listRows(system, 'organization', '$select=name&$top=1');
  const number = textOf(document[type.number ?? '']);
  const revision = Number(document['revisionnumber'] ?? 0);
  const days = {
    ...(kind === 'quote' && { validUntil: idOf(document, 'effectiveto') ?? idOf(document, 'expireson') }),
    ...(kind !== 'invoice' && { delivery: idOf(document, 'requestdeliveryby') }),
    ...(kind === 'invoice' && { due: idOf(document, 'duedate') }),
  };
  const amount = (name: string) => decimalOf(document[name]) ?? '0';
  const printed: PrintedDocument = {
    kind,
    language: printLanguage(language),
    calendar,
    issuer: textOf(organization?.['name']),
    title: textOf(document['name']),
    number,
    ...(revision > 0 && { revision }),
    printedAt: now,
    date: dateOf(kind, document, dayOf(now, timeZone)),
    ...(Object.fromEntries(Object.entries(days).filter(([, day]) => day !== undefined)) as Partial<PrintedDocument>),
    currency: {
      code: textOf(currency?.['isocurrencycode']) || 'XXX',
      decimals: Math.min(2, Number(currency?.['currencyprecision'] ?? 2)),
    },
    customer: nameOf(customer),
    billTo: addressOf(document, 'billto'),
    shipTo: addressOf(document, 'shipto'),
    lines: grouped(type, lines).map((line) => {
      const isPart = idOf(line, 'parentbundleidref') !== undefined;
      const isIncluded = isPart && line['producttypecode'] === LINE_TYPE.required;
      const kit = textOf(line['kitparts']);
      const discount = ['manualdiscountamount', 'promotiondiscountamount'].reduce(
        (sum, name) => sum.plus(big(line[name])),
        big(line['volumediscountamount']).times(big(line['quantity'])),
      );
      return {
        product: textOf(line[type.lineName]) || textOf(line['productdescription']),
        ...(isPart && { isPart }),
        ...(kit !== '' && { holds: kit.split('\n') }),
        quantity: decimalOf(line['quantity']) ?? '',
        unit: unitNames.get(line['uomid']) ?? '',
        price: isIncluded ? '' : (decimalOf(line['priceperunit']) ?? ''),
        discount: discount.eq(0) ? '' : discount.toFixed(),
        amount: isIncluded ? '' : big(line['extendedamount']).minus(big(line['tax'])).toFixed(),
      };
    }),
    totals: {
      detail: amount('totallineitemamount'),
      discount: amount('totaldiscountamount'),
      freight: amount('freightamount'),
      tax: amount('totaltax'),
      total: amount('totalamount'),
    },
    description: textOf(document['description']),
  };
  const title = `${words[printed.language][kind]} ${number}`;
  const fileName = `${number}${revision > 0 ? `-${revision}` : ''}.pdf`;
  return { type, id, document, customer, title, fileName, data: await documentPdf(printed) };
}

const printDocument = defineOperation({
  name: 'catalog_PrintDocument',
  kind: 'action',
  parameters: [{ name: 'Target', type: 'entity', description: 'A quote, an order or an invoice.' }],
  returns: {
    properties: [
      { name: 'FileName', type: 'text' },
      { name: 'MediaType', type: 'text' },
      { name: 'Content', type: 'text', description: 'In base64.' },
    ],
  },
  description:
    'Makes the PDF in the language and calendar of the caller, keeps it with the document (pdf) and answers it.',
  async run(context) {
    const { type, id, fileName, data } = await print(context);
    const base64 = Buffer.from(data).toString('base64');
    await context.system.storeFile(type.kind, id, 'pdf', { name: fileName, mediaType: 'application/pdf', base64 });
    return { FileName: fileName, MediaType: 'application/pdf', Content: base64 };
  },
});

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

const emailDocument = defineOperation({
  name: 'catalog_EmailDocument',
  kind: 'action',
  parameters: [{ name: 'Target', type: 'entity', description: 'A quote, an order or an invoice.' }],
  returns: { type: 'entity', entity: 'email' },
  description: 'Makes an e-mail draft to the customer with the PDF attached, and answers it.',
  async run(context) {
    const { system, records, language, userId } = context;
    const { type, id, document, customer, title, fileName, data } = await print(context);
    const address = textOf(customer?.['emailaddress1']);
    if (address === '') throw fail('RECIPIENT_MISSING');
    const base64 = Buffer.from(data).toString('base64');
    const file = { name: fileName, mediaType: 'application/pdf', base64 };
    await system.storeFile(type.kind, id, 'pdf', file);
    const say = words[printLanguage(language)];
    const greeting = say.greeting.replace('{name}', nameOf(customer));
    const letter = say.letter.replace('{document}', title);
    const sender = textOf((await system.retrieve('systemuser', userId))?.['internalemailaddress']);
    const email = await records.create('email', {
      subject: `${title}: ${textOf(document['name'])}`.slice(0, 200),
      description: `<p>${escaped(greeting)}</p><p>${escaped(letter)}</p>`,
      torecipients: address,
      ...(sender !== '' && { sender }),
      directioncode: true,
      regardingobjectid: { entity: type.kind, id },
    });
    const to = namedOf(document, 'customerid');
    if (to) {
      await records.create('activityparty', {
        activityid: { entity: 'email', id: email },
        partyid: to,
        participationtypemask: 2,
        addressused: address,
      });
    }
    await records.storeFile('email', email, 'attachment', file);
    return { entity: 'email', id: email };
  },
});

export const printOperations = [printDocument, emailDocument];
