// The page cursor inside @odata.nextLink: the last row's sort values. It gives nobody more than the query itself would; the
// check sum is there so that a cursor of another query, or a changed one, is refused instead of silently paging wrong.
import { createHash } from 'node:crypto';
import { fail } from './errors.ts';
import type { Cursor } from './tree.ts';

export interface PagePosition {
  readonly after: Cursor;
  /** Rows still to give where $top limits the whole. */
  readonly remaining: number | undefined;
}

function checkSum(content: string, order: string): string {
  return createHash('sha256').update(order).update('\0').update(content).digest('base64url').slice(0, 16);
}

/** `order` is what the cursor belongs to: entity, sort and filter shape. */
export function writeCursor(position: PagePosition, order: string): string {
  const content = JSON.stringify([position.remaining ?? null, ...position.after]);
  return Buffer.from(checkSum(content, order) + content).toString('base64url');
}

export function readCursor(token: string, order: string): PagePosition {
  if (!/^[\w-]{1,16384}$/.test(token)) throw fail('QUERY_PAGE_INVALID', { reason: 'it is no cursor' });
  const text = Buffer.from(token, 'base64url').toString('utf8');
  const content = text.slice(16);
  if (checkSum(content, order) !== text.slice(0, 16))
    throw fail('QUERY_PAGE_INVALID', { reason: 'its check sum differs' });
  // Anyone can compute the sum, so what is inside is still input.
  const [remaining, ...after] = parse(content);
  if (remaining !== null && !(Number.isSafeInteger(remaining) && Number(remaining) >= 0)) throw malformed();
  if (!after.every((value) => value === null || typeof value === 'string')) throw malformed();
  return { after: after as Cursor, remaining: remaining === null ? undefined : Number(remaining) };
}

function parse(content: string): unknown[] {
  try {
    const parsed: unknown = JSON.parse(content);
    if (Array.isArray(parsed) && parsed.length > 1) return parsed;
  } catch {
    throw malformed();
  }
  throw malformed();
}

function malformed() {
  return fail('QUERY_PAGE_INVALID', { reason: 'it is no cursor' });
}
