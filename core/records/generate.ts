// Auto-numbers of a new row: fixed text, random letters and the date are made here, sequences are drawn by the statement.
import { randomInt } from 'node:crypto';
import type { GeneratedPart } from '../sdk/index.ts';
import type { SequencePart } from './insert-statement.ts';

/** Without letters that are easily taken for others. */
const letters = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';

export interface Generated {
  /** Ready text by slot; a value without a sequence is one slot, the column's own. */
  readonly texts: ReadonlyMap<string, string>;
  /** Undefined: the whole text is ready. */
  readonly parts: readonly SequencePart[] | undefined;
}

export function generate(field: string, column: string, parts: readonly GeneratedPart[], now: Date): Generated {
  const texts = new Map<string, string>();
  const made: SequencePart[] = [];
  let ready = '';
  const flush = (): void => {
    if (ready === '') return;
    const slot = `:text:${field}:${made.length}`;
    texts.set(slot, ready);
    made.push({ slot });
    ready = '';
  };
  for (const part of parts) {
    if ('literal' in part) ready += part.literal;
    else if ('random' in part) for (let n = 0; n < part.random; n++) ready += letters[randomInt(letters.length)] ?? '';
    else if ('date' in part) ready += dateText(part.date, now);
    else {
      flush();
      made.push({ field, digits: part.sequence.digits });
    }
  }
  if (made.length === 0) return { texts: new Map([[column, ready]]), parts: undefined };
  flush();
  return { texts, parts: made };
}

const two = (value: number): string => String(value).padStart(2, '0');

/** `yyyyMMdd` and the like, of the UTC instant. */
function dateText(format: string, now: Date): string {
  const values: Readonly<Record<string, string>> = {
    yyyy: String(now.getUTCFullYear()).padStart(4, '0'),
    yy: two(now.getUTCFullYear() % 100),
    MM: two(now.getUTCMonth() + 1),
    dd: two(now.getUTCDate()),
    HH: two(now.getUTCHours()),
    hh: two(now.getUTCHours() % 12 || 12),
    mm: two(now.getUTCMinutes()),
    ss: two(now.getUTCSeconds()),
  };
  return format.replace(/yyyy|yy|MM|dd|HH|hh|mm|ss/g, (token) => values[token] ?? token);
}
