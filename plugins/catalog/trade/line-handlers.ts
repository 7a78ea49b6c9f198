// Around every write of a line or an adjustment: its document is locked first, refused where its prices are settled, and priced anew.
import { defineHandler, type EventHandler, type HandlerContext, type Row } from 'peyvand/sdk';
import { alignParts, prepareParts, refuseRemoval } from './bundle-lines.ts';
import {
  documentOfLine,
  documents,
  LINE_TYPE,
  lockDocument,
  refuseSettled,
  type DocumentKind,
  type DocumentType,
} from './documents.ts';
import { fail } from './errors.ts';
import { PRICED_LINE, reprice } from './reprice.ts';
import { idOf, listRows, textOf } from './rows.ts';

/** What the price of a line hangs on. */
const FACTORS = [
  'productid',
  'productdescription',
  'isproductoverridden',
  'uomid',
  'quantity',
  'ispriceoverridden',
  'priceperunit',
  'manualdiscountamount',
  'istaxoverridden',
  'tax',
  'quantityperbundle',
];

interface Parent {
  readonly type: DocumentType;
  readonly id: string;
}

/** Ids of documents and bundles that are being deleted with their lines: those are not refused and not priced. */
const DELETING = 'catalog.deleting';

function isDeleting({ shared }: HandlerContext, id: string): boolean {
  const ids: unknown = shared[DELETING];
  return Array.isArray(ids) && ids.includes(id);
}

function startDeleting(shared: HandlerContext['shared'], id: string): void {
  const ids: unknown = shared[DELETING];
  shared[DELETING] = [...(Array.isArray(ids) ? ids : []), id];
}

/** Whether the line goes along with its bundle or its whole document. */
function leavesAlong(context: HandlerContext, line: Row | undefined): boolean {
  const bundle = line && idOf(line, 'parentbundleidref');
  return bundle !== undefined && isDeleting(context, bundle);
}

/** Written by pricing itself, or a snapshot from another document. */
function isOurs({ values, message }: HandlerContext): boolean {
  if (PRICED_LINE in values || 'appliedamount' in values) return true;
  return message === 'update' && 'quantityinvoiced' in values;
}

function lineParent(type: DocumentType, row: Row): Parent | undefined {
  const id = idOf(row, type.parent);
  return id === undefined ? undefined : { type, id };
}

function adjustmentParent(row: Row): Parent | undefined {
  const given: unknown = row['documentid'];
  const named = typeof given === 'object' && given !== null ? (given as { entity?: unknown; id?: unknown }) : undefined;
  const kind = String(named?.entity ?? row['documentid_type']);
  const id = named?.id ?? given;
  const type = Object.hasOwn(documents, kind) ? documents[kind as DocumentKind] : undefined;
  return type && typeof id === 'string' ? { type, id } : undefined;
}

/** Before it is locked by the write itself: the document first, then its lines, as everybody does. */
async function prepare(context: HandlerContext, parentOf: (row: Row) => Parent | undefined): Promise<void> {
  const { message, system, entity, id, values, shared } = context;
  if (isOurs(context)) return;
  const before = message === 'create' ? undefined : await system.retrieve(entity, id);
  const parent = parentOf({ ...before, ...values });
  if (!parent || isDeleting(context, parent.id)) return;
  if (message === 'delete' && documentOfLine.has(entity)) {
    shared[`catalog.along.${id}`] = leavesAlong(context, before);
    if (shared[`catalog.along.${id}`] === true) return;
    if (before) refuseRemoval(parent.type, before);
    startDeleting(shared, id);
  }
  const document = await lockDocument(context, parent.type, parent.id);
  refuseSettled(parent.type, document);
  shared[`catalog.document.${id}`] = parent.id;
  if (message !== 'create' || !('transactioncurrencyid' in document)) return;
  values['transactioncurrencyid'] = document['transactioncurrencyid'];
}

async function settle(context: HandlerContext, typeOf: (row: Row) => Parent | undefined): Promise<void> {
  if (isOurs(context)) return;
  const { message, shared, id, values, system, entity } = context;
  if (message === 'update' && documentOfLine.has(entity) && !FACTORS.some((name) => name in values)) return;
  const row = message === 'delete' ? undefined : await system.retrieve(entity, id);
  const known = shared[`catalog.document.${id}`];
  const parent = row ? typeOf(row) : undefined;
  const document = parent?.id ?? (typeof known === 'string' ? known : undefined);
  if (document === undefined || isDeleting(context, document) || shared[`catalog.along.${id}`] === true) return;
  const type = parent?.type ?? documentOfLine.get(entity) ?? (await typeOfAdjusted(context, document));
  if (row && type && documentOfLine.has(entity)) {
    const before = shared[`catalog.before.${id}`] as Row | undefined;
    await alignParts(context, type, before, row);
  }
  if (type) await reprice(context, type, document);
}

/** A deleted adjustment's document: of which kind it is, only it itself tells. */
async function typeOfAdjusted({ system }: HandlerContext, id: string): Promise<DocumentType | undefined> {
  for (const type of Object.values(documents)) if (await system.retrieve(type.kind, id)) return type;
  return undefined;
}

async function complete(context: HandlerContext, type: DocumentType): Promise<void> {
  const { message, values, system, entity, id, shared } = context;
  const before = message === 'create' ? undefined : await system.retrieve(entity, id);
  // The parts of a bundle are made to fit afterwards by what the line was.
  if (before) shared[`catalog.before.${id}`] = before;
  const row = { ...before, ...values };
  const isWriteIn = row['isproductoverridden'] === true;
  if (isWriteIn ? textOf(row['productdescription']) === '' : (row['productid'] ?? null) === null) {
    throw fail('LINE_INCOMPLETE');
  }
  await prepareParts(context, type, before);
  // Another product on the line of a bundle: its parts leave, as they do with the line.
  if (before?.['producttypecode'] === LINE_TYPE.bundle && 'producttypecode' in values) startDeleting(shared, id);
  // Who writes a tax means that tax, until it is taken away again.
  if ('tax' in values && !('istaxoverridden' in values)) values['istaxoverridden'] = (values['tax'] ?? null) !== null;
  if (message !== 'create' || (values['lineitemnumber'] ?? null) !== null) return;
  const [last] = await listRows(
    system,
    entity,
    `$select=lineitemnumber&$filter=_${type.parent}_value eq ${String(values[type.parent])} and lineitemnumber ne null&$orderby=lineitemnumber desc&$top=1`,
  );
  values['lineitemnumber'] = Number(last?.['lineitemnumber'] ?? 0) + 1;
}

const MESSAGES = ['create', 'update', 'delete'] as const;

function aroundLines(type: DocumentType): EventHandler[] {
  const parentOf = (row: Row) => lineParent(type, row);
  return MESSAGES.flatMap((message) => [
    defineHandler({
      name: `prepare-${type.line}-${message}`,
      stage: 'before',
      message,
      entity: type.line,
      async run(context) {
        await prepare(context, parentOf);
        if (message !== 'delete' && !isOurs(context)) await complete(context, type);
      },
    }),
    defineHandler({
      name: `price-${type.line}-${message}`,
      stage: 'after',
      message,
      entity: type.line,
      run: (context) => settle(context, parentOf),
    }),
  ]);
}

const aroundAdjustments: readonly EventHandler[] = MESSAGES.flatMap((message) => [
  defineHandler({
    name: `prepare-salesadjustment-${message}`,
    stage: 'before',
    message,
    entity: 'salesadjustment',
    run: (context) => prepare(context, adjustmentParent),
  }),
  defineHandler({
    name: `price-salesadjustment-${message}`,
    stage: 'after',
    message,
    entity: 'salesadjustment',
    run: (context) => settle(context, adjustmentParent),
  }),
]);

const aroundDeletion: readonly EventHandler[] = Object.values(documents).map((type) =>
  defineHandler({
    name: `delete-${type.kind}`,
    stage: 'before',
    message: 'delete',
    entity: type.kind,
    run({ shared, id }) {
      startDeleting(shared, id);
    },
  }),
);

export const lineHandlers: readonly EventHandler[] = [
  ...Object.values(documents).flatMap(aroundLines),
  ...aroundAdjustments,
  ...aroundDeletion,
];
