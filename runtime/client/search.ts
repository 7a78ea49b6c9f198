// The client's part for searching all entities. Apart from the rest, so that only what searches loads it.
import type { Client } from './client.ts';

export interface Hit {
  readonly entity: string;
  readonly id: string;
  readonly name: string | null;
  readonly secondary: string | null;
  readonly kind: 'exact' | 'prefix' | 'word' | 'inside' | 'similar';
  readonly score: number;
  /** Every second part of a text is a match. */
  readonly highlights: readonly { readonly field: string; readonly parts: readonly string[] }[];
  readonly changed: string | null;
}

export interface Group {
  readonly entity: string;
  readonly hits: readonly Hit[];
  readonly count: number;
  /** There are more than `count`. */
  readonly more: boolean;
}

export interface Found {
  readonly text: string;
  readonly groups: readonly Group[];
  /** Not everything was looked at in time. */
  readonly partial: boolean;
}

export async function searchRecords(
  client: Client,
  text: string,
  options: { readonly entity?: string | undefined; readonly top?: number; readonly signal?: AbortSignal } = {},
): Promise<Found> {
  const query = new URLSearchParams({ q: text });
  if (options.entity !== undefined) query.set('entities', options.entity);
  if (options.top !== undefined) query.set('top', String(options.top));
  return (await client.ask('GET', `/api/search?${query}`, undefined, {}, options.signal)) as Found;
}
