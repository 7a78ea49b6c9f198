// Prices a document anew: its lines and totals as the pricing engine says, under the lock of the document, so that whoever writes
// lines side by side comes one after the other and no total is lost.
import type { PluginContext, Row } from 'peyvand/sdk';
import { approvalOf } from './approval.ts';
import { isOpen, lockDocument, type DocumentType } from './documents.ts';
import { priceRows } from './price-rows.ts';
import { listRows } from './rows.ts';

/** What only pricing itself writes: handlers of lines and documents know its writes by these. */
export const PRICED_LINE = 'extendedamount';
export const PRICED_DOCUMENT = 'totalamount';

export function linesOf(context: PluginContext, type: DocumentType, id: string): Promise<readonly Row[]> {
  return listRows(
    context.system,
    type.line,
    `$filter=_${type.parent}_value eq ${id}&$orderby=lineitemnumber asc,createdon asc`,
  );
}

/** A document whose prices are settled stays as it is. */
export async function reprice(context: PluginContext, type: DocumentType, id: string): Promise<void> {
  const { system } = context;
  const document = await lockDocument(context, type, id);
  if (!isOpen(type, document)) return;
  const lines = await linesOf(context, type, id);
  const adjustments = await listRows(
    system,
    'salesadjustment',
    `$filter=_documentid_value eq ${id}&$orderby=createdon asc`,
  );
  const priced = await priceRows(context, type, { document, lines, adjustments });
  for (const [index, line] of lines.entries()) {
    const values = priced.lines[index];
    // The amount always goes along: it says who writes.
    if (values && differs(line, values)) await system.update(type.line, String(line[`${type.line}id`]), values);
  }
  for (const [index, adjustment] of adjustments.entries()) {
    const appliedamount = priced.adjustments[index] ?? null;
    if (differs(adjustment, { appliedamount })) {
      await system.update('salesadjustment', String(adjustment['salesadjustmentid']), { appliedamount });
    }
  }
  const { totals } = priced;
  const follows = document['isrevenuesystemcalculated'] === true;
  await system.update(type.kind, id, {
    ...totals,
    ...(type.kind === 'quote' && approvalOf(context, document, totals)),
    ...(type.kind === 'opportunity' && follows && { estimatedvalue: totals[PRICED_DOCUMENT] }),
  });
}

function differs(row: Row, values: Row): boolean {
  return Object.entries(values).some(([name, value]) => !same(row[name] ?? null, value ?? null));
}

/** Numbers by value, however they are written. */
function same(one: unknown, other: unknown): boolean {
  if (typeof one === 'object' || typeof other === 'object') return JSON.stringify(one) === JSON.stringify(other);
  if (typeof one === 'number' || typeof other === 'number') return Number(one) === Number(other);
  return String(one) === String(other);
}
