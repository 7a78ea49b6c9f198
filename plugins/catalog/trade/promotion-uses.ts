// What promotions have given: one row (promotionuse) for each document whose price is settled and that a promotion lowered. The rows
// are what `used` and `budgetused` count, under a lock of the promotion, so that documents settled side by side never exceed a limit.
import { defineHandler, type EventHandler, type HandlerContext, type PluginContext, type Row } from 'peyvand/sdk';
import type { PromotionOutcome } from '../pricing/priced-document.ts';
import type { DocumentType } from './documents.ts';
import { fail } from './errors.ts';
import { big, decimalOf, idOf, listRows, textOf } from './rows.ts';

/** `source` of adjustments that stand for a promotion on a document whose prices are locked. */
export const PROMOTION_SOURCE = 'catalog.promotion';

function explained(document: Row): readonly PromotionOutcome[] {
  const all = (document['priceexplanation'] as { readonly promotions?: readonly PromotionOutcome[] } | null | undefined)
    ?.promotions;
  return (all ?? []).filter(({ reason }) => reason === 'applied');
}

/** Uses that a document has, by promotion. */
export async function usesOf({ system }: PluginContext, document: string): Promise<ReadonlyMap<string, Row>> {
  const rows = await listRows(system, 'promotionuse', `$filter=_documentid_value eq ${document}`);
  return new Map(rows.map((row) => [String(row['promotionid']), row]));
}

/** Handed on, and not taken back: quotes once they are active, orders once submitted, invoices once billed. */
function isHeld({ kind, open }: DocumentType, document: Row): boolean {
  const state = Number(document['statecode']);
  if (kind === 'quote') return state === 1 || state === 2;
  if (kind === 'salesorder') return state === 1 || state === 3 || state === 4;
  return kind === 'invoice' && state !== 3 && !open.includes(Number(document['statuscode']));
}

/** Canceled, lost, revised. */
function isOver({ kind }: DocumentType, document: Row): boolean {
  const state = Number(document['statecode']);
  return state === (kind === 'salesorder' ? 2 : 3);
}

/**
 * Counts what a document used, or gives it back, as its state says. What is priced by another document (`ispricelocked`) was counted
 * there, and keeps what it took over.
 */
export async function countPromotions(context: PluginContext, type: DocumentType, document: Row): Promise<void> {
  if (type.kind === 'opportunity') return;
  const isLocked = document['ispricelocked'] === true;
  if (isOver(type, document) || (!isHeld(type, document) && !isLocked)) return giveBack(context, type, document);
  if (!isLocked) await settle(context, type, document);
}

async function giveBack(context: PluginContext, type: DocumentType, document: Row): Promise<void> {
  const uses = await usesOf(context, String(document[`${type.kind}id`]));
  for (const [, use] of inOrder(uses)) await context.system.remove('promotionuse', String(use['promotionuseid']));
}

/** Counts what its explanation says, whatever its state. */
export async function settle(context: PluginContext, type: DocumentType, document: Row): Promise<void> {
  const { system } = context;
  const id = String(document[`${type.kind}id`]);
  const held = await usesOf(context, id);
  const wanted = new Map(explained(document).map((outcome) => [outcome.id, outcome]));
  for (const promotion of [...new Set([...held.keys(), ...wanted.keys()])].toSorted()) {
    const [use, outcome] = [held.get(promotion), wanted.get(promotion)];
    if (!outcome) await system.remove('promotionuse', String(use?.['promotionuseid']));
    else if (!use) {
      const number = textOf(document[type.number ?? '']);
      await system.create('promotionuse', {
        name: `${number} · ${outcome.name ?? ''}`.slice(0, 300),
        promotionid: promotion,
        documentid: { entity: type.kind, id },
        amount: outcome.amount,
        ...(document['transactioncurrencyid'] ? { transactioncurrencyid: document['transactioncurrencyid'] } : {}),
      });
    } else if (!big(use['amount']).eq(big(outcome.amount))) {
      await system.update('promotionuse', String(use['promotionuseid']), { amount: outcome.amount });
    }
  }
}

/** An order takes over what its quote used: the same sale is counted once. */
export async function moveUses(
  context: PluginContext,
  from: string,
  to: { readonly entity: string; readonly id: string },
): Promise<void> {
  for (const [, use] of inOrder(await usesOf(context, from))) {
    await context.system.update('promotionuse', String(use['promotionuseid']), { documentid: to });
  }
}

/** Always the promotions in the same order, so that two documents never wait for each other. */
function inOrder(uses: ReadonlyMap<string, Row>): readonly (readonly [string, Row])[] {
  return [...uses].toSorted(([one], [other]) => (one < other ? -1 : 1));
}

/** One use more or less, and as much of the budget; refused where nothing is left. */
async function count(
  { system }: HandlerContext,
  id: string,
  uses: number,
  amount: ReturnType<typeof big>,
): Promise<void> {
  const promotion = await system.retrieve('promotion', id, { lock: true });
  if (!promotion) return;
  const [used, spent] = [big(promotion['used']).plus(uses), big(promotion['budgetused']).plus(amount)];
  const over = (limit: string, reached: typeof used, more: boolean) =>
    more && decimalOf(promotion[limit]) !== undefined && reached.gt(big(promotion[limit]));
  if (over('uselimit', used, uses > 0) || over('budget', spent, amount.gt(0))) {
    throw fail('PROMOTION_USED_UP', { promotion: String(promotion['name']) });
  }
  await system.update('promotion', id, {
    used: Math.max(0, Number(used)),
    budgetused: spent.lt(0) ? '0' : spent.toFixed(),
  });
}

export const promotionHandlers: readonly EventHandler[] = [
  defineHandler({
    name: 'count-promotionuse-create',
    stage: 'before',
    message: 'create',
    entity: 'promotionuse',
    run: (context) => count(context, String(context.values['promotionid']), 1, big(context.values['amount'])),
  }),
  defineHandler({
    name: 'count-promotionuse-update',
    stage: 'before',
    message: 'update',
    entity: 'promotionuse',
    changed: ['amount'],
    image: true,
    run: (context) => {
      const { image = {}, values } = context;
      return count(context, String(image['promotionid']), 0, big(values['amount']).minus(big(image['amount'])));
    },
  }),
  defineHandler({
    name: 'count-promotionuse-delete',
    stage: 'before',
    message: 'delete',
    entity: 'promotionuse',
    image: true,
    run: (context) => {
      const { image = {} } = context;
      return count(context, idOf(image, 'promotionid') ?? '', -1, big(image['amount']).times(-1));
    },
  }),
];
