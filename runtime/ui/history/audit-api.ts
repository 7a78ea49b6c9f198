// The audit routes of the server as the screens call them, with the shapes they answer.
import type { Client, Row } from '../../client/index.ts';

export interface Change {
  readonly field: string;
  readonly title: string;
  readonly old: unknown;
  readonly new: unknown;
  readonly oldLabel?: string;
  readonly newLabel?: string;
  readonly oldEntity?: string;
  readonly newEntity?: string;
  readonly masked?: true;
}

export interface Entry {
  readonly id: string;
  /** With microseconds: the place in the log. */
  readonly at: string;
  readonly user: { readonly id: string; readonly name?: string } | null;
  readonly action: string;
  readonly address?: string;
  readonly via: string | null;
  readonly changes: readonly Change[];
  readonly data?: Readonly<Record<string, unknown>>;
}

export interface FoundEntry extends Entry {
  readonly entity: string;
  readonly entityTitle: string;
  readonly record: string;
  readonly recordName?: string;
}

export interface Entries<E = Entry> {
  readonly entries: readonly E[];
  readonly next?: string;
}

export interface Past {
  readonly at: string;
  readonly row: Row;
  readonly differs: readonly string[];
  readonly deleted: boolean;
}

export interface Restored {
  readonly created: boolean;
  readonly restored: readonly string[];
  readonly skipped: readonly { readonly field: string; readonly reason: string }[];
}

const place = (entity: string, id: string): string =>
  `/api/audit/records/${encodeURIComponent(entity)}/${encodeURIComponent(id)}`;

export async function readHistory(client: Client, entity: string, id: string, before?: string): Promise<Entries> {
  const from = before === undefined ? '' : `?before=${encodeURIComponent(before)}`;
  return (await client.ask('GET', `${place(entity, id)}${from}`)) as Entries;
}

export async function readPast(client: Client, entity: string, id: string, at: string): Promise<Past> {
  return (await client.ask('GET', `${place(entity, id)}/as-of?at=${encodeURIComponent(at)}`)) as Past;
}

/** `etag`: only if nobody has changed it since. */
export async function restoreRecord(
  client: Client,
  entity: string,
  id: string,
  wanted: { readonly at: string; readonly fields?: readonly string[] },
  etag: string | undefined,
): Promise<Restored> {
  const headers = etag === undefined || etag === '' ? {} : { 'If-Match': etag };
  return (await client.ask('POST', `${place(entity, id)}/restore`, wanted, headers)) as Restored;
}

export async function searchAudit(
  client: Client,
  filter: Readonly<Record<string, string>>,
): Promise<Entries<FoundEntry>> {
  const query = Object.entries(filter).flatMap(([name, value]) =>
    value === '' ? [] : [`${name}=${encodeURIComponent(value)}`],
  );
  return (await client.ask('GET', `/api/audit/search?${query.join('&')}`)) as Entries<FoundEntry>;
}

/** The instant just before an entry's. */
export function justBefore(at: string): string {
  const [, whole = at, fraction = ''] = /^(.*?)(?:\.(\d+))?Z$/.exec(at) ?? [];
  const micros = Number(fraction.padEnd(6, '0').slice(0, 6));
  if (micros > 0) return `${whole}.${String(micros - 1).padStart(6, '0')}Z`;
  return `${new Date(Date.parse(`${whole}Z`) - 1000).toISOString().slice(0, 19)}.999999Z`;
}
