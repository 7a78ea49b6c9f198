// A client that keeps a copy of a query's rows by following delta links, as integrations do; and the same read afresh.
import type { Call } from '../../core/engine.ts';
import { listChanges, listTracked } from '../../core/feed/changes.ts';
import type { Entity } from '../../core/model/model.ts';
import { PeyvandError } from '../../core/sdk/index.ts';

export const feedKey = 'a key of the tests';
const root = 'http://localhost/api/data/v9.2';

export interface Answer {
  readonly value: readonly Readonly<Record<string, unknown>>[];
  readonly '@odata.nextLink'?: string;
  readonly '@odata.deltaLink'?: string;
}

export interface FeedClient {
  /** By id: the row as it was told last. */
  readonly rows: Map<string, string>;
  /** Every id that was ever told to be gone. */
  readonly removed: Set<string>;
  /** How often everything had to be read again. */
  readonly begun: number;
  /** Follows the link to its end; begins again on 410. `between` runs after each page. */
  follow(between?: () => Promise<void>): Promise<void>;
}

export function feedClient(call: () => Promise<Call>, entity: Entity, query: string, pageSize: number): FeedClient {
  const rows = new Map<string, string>();
  const removed = new Set<string>();
  const key = entity.key.name;
  let link: string | undefined;
  let begun = 0;

  const take = ({ value }: Answer): void => {
    for (const one of value) {
      const id = one[key];
      if (typeof id === 'string') rows.set(id, JSON.stringify(one));
      else {
        rows.delete(String(one['id']));
        removed.add(String(one['id']));
      }
    }
  };
  const begin = async (between: () => Promise<void>): Promise<void> => {
    begun += 1;
    rows.clear();
    let text = query;
    for (;;) {
      const page = await tracked(await call(), entity, text, pageSize);
      take(page);
      await between();
      const next = page['@odata.nextLink'];
      link = page['@odata.deltaLink'];
      if (next === undefined) return;
      text = queryOf(next);
    }
  };
  return {
    rows,
    removed,
    get begun() {
      return begun;
    },
    async follow(between = async () => undefined) {
      if (link === undefined) return begin(between);
      try {
        for (let text = queryOf(link); ;) {
          const page = await changes(await call(), entity, text, pageSize);
          take(page);
          await between();
          link = page['@odata.deltaLink'] ?? link;
          const next = page['@odata.nextLink'];
          if (next === undefined) return;
          text = queryOf(next);
        }
      } catch (error) {
        if (!(error instanceof PeyvandError) || error.status !== 410) throw error;
        return begin(between);
      }
    },
  };
}

export function queryOf(link: string | undefined): string {
  return link?.slice(link.indexOf('?') + 1) ?? '';
}

export async function tracked(call: Call, entity: Entity, query: string, pageSize = 5000): Promise<Answer> {
  return JSON.parse(await listTracked(call, entity, query, { root, maxPageSize: pageSize }, feedKey)) as Answer;
}

export async function changes(call: Call, entity: Entity, query: string, pageSize = 1000): Promise<Answer> {
  return JSON.parse(await listChanges(call, entity, query, { root, maxPageSize: pageSize }, feedKey)) as Answer;
}

/** The same rows, read at once. */
export async function afresh(call: Call, entity: Entity, query: string): Promise<ReadonlyMap<string, string>> {
  const { value } = await tracked(call, entity, query);
  return new Map(value.map((one) => [String(one[entity.key.name]), JSON.stringify(one)]));
}
