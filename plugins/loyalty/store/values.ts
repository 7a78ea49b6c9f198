// How rows say what the engine says in words: choices, whole numbers, lookups.
import type { Row } from 'peyvand/sdk';

/** A lookup's id, of a row that was listed (`_x_value`) or retrieved (`x`). */
export function refOf(row: Row, field: string): string | undefined {
  const value = row[`_${field}_value`] ?? row[field];
  return typeof value === 'string' ? value : undefined;
}

export function textOf(row: Row, field: string): string | undefined {
  const value = row[field];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function wholeOf(row: Row, field: string): bigint {
  return bigOf(row[field]) ?? 0n;
}

/** Absent where the field is empty. */
export function bigOf(value: unknown): bigint | undefined {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
  if (typeof value !== 'string') return undefined;
  const match = /^(-?\d+)(?:\.0*)?$/.exec(value);
  return match ? BigInt(match[1] ?? '0') : undefined;
}

export function numberOf(row: Row, field: string): number | undefined {
  const value = row[field];
  if (value === null || value === undefined || value === '') return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

/** A decimal as plain digits, whichever way the row says it. */
export function decimalText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'number' || !Number.isFinite(value)) return '0';
  const text = String(value);
  return text.includes('e') ? value.toFixed(4) : text;
}

/** Instants of rows have no milliseconds where those are zero; those of the engine compare as text and always do. */
export function instantOf(row: Row, field: string): string | undefined {
  const value = textOf(row, field);
  return value === undefined ? undefined : new Date(value).toISOString();
}

/** Values of choices count from 1 in the order of the words. */
export function wordOf<T extends string>(words: readonly T[], value: unknown, otherwise: T): T {
  return words[Number(value) - 1] ?? otherwise;
}

export function codeOf<T extends string>(words: readonly T[], word: T): number {
  return words.indexOf(word) + 1;
}

/** Without what is undefined. */
export function given<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;
}
