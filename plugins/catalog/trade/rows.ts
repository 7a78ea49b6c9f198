// Rows as the trade works with them: lists under the fields' own names, decimals as text.
import { Big } from 'big.js';
import type { Records, Row } from 'peyvand/sdk';

/** `list` with lookups under their fields' names, as `retrieve` has them. */
export async function listRows(records: Records, entity: string, query: string): Promise<readonly Row[]> {
  const rows = await records.list(entity, query);
  return rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]) => [/^_(.+)_value$/.exec(name)?.[1] ?? name, value] as const),
    ),
  );
}

/** Of any number of rows, a few hundred at a time. */
export async function listByIds(
  records: Records,
  entity: string,
  field: string,
  ids: Iterable<string>,
): Promise<readonly Row[]> {
  const all = [...new Set(ids)];
  const rows: Row[] = [];
  for (let from = 0; from < all.length; from += 200) {
    const filter = all
      .slice(from, from + 200)
      .map((id) => `${field} eq ${id}`)
      .join(' or ');
    rows.push(...(await listRows(records, entity, `$filter=${filter}`)));
  }
  return rows;
}

/** Text without an exponent; undefined where nothing stands. */
export function decimalOf(value: unknown): string | undefined {
  if (typeof value !== 'number' && typeof value !== 'string') return undefined;
  return value === '' ? undefined : new Big(value).toFixed();
}

export function big(value: unknown): Big {
  return new Big(decimalOf(value) ?? '0');
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value.trim() : '';
}

export function idOf(row: Row, field: string): string | undefined {
  const value = row[field];
  return typeof value === 'string' ? value : undefined;
}

/** A lookup of one of several entities, to be written again. */
export function namedOf(row: Row, field: string): { readonly entity: string; readonly id: string } | undefined {
  const [id, entity] = [row[field], row[`${field}_type`]];
  return typeof id === 'string' && typeof entity === 'string' ? { entity, id } : undefined;
}

/** Those that have a value, to be written into another row. */
export function taken(row: Row, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.flatMap((name) => ((row[name] ?? null) === null ? [] : [[name, row[name]]])));
}

/** The caller's day of the instant. */
export function dayOf(now: string, timeZone: string): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' }).format(new Date(now));
}
