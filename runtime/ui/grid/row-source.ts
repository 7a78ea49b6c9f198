// The rows of a list as they come from the server: pages by nextLink, in order, as far as somebody has looked.
import { ClientError, type Client, type ListQuery, type Row } from '../../client/index.ts';

const PAGE = 100;

export class RowSource {
  readonly rows: Row[] = [];
  /** Rows in all, as far as the server says. */
  count: number | undefined;
  complete = false;
  loading = false;
  error: ClientError | undefined;
  readonly #client: Client;
  readonly #set: string;
  readonly query: ListQuery;
  readonly #changed: () => void;
  readonly #stop = new AbortController();
  #next: string | undefined;
  #wanted = 0;

  constructor(client: Client, set: string, query: ListQuery, changed: () => void) {
    this.#client = client;
    this.#set = set;
    this.query = query;
    this.#changed = changed;
  }

  /** Rows to leave room for: all of them when their number is known. */
  get total(): number {
    if (this.complete) return this.rows.length;
    return Math.max(this.count ?? 0, this.rows.length + (this.rows.length > 0 ? 20 : 0));
  }

  /** Loads pages until the row at the index is there. */
  async ensure(index: number): Promise<void> {
    this.#wanted = Math.max(this.#wanted, index);
    if (this.loading || this.complete || this.error) return;
    if (this.rows.length > this.#wanted) return;
    this.loading = true;
    this.#changed();
    try {
      while (!this.complete && this.rows.length <= this.#wanted) await this.#page();
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      this.error = error instanceof ClientError ? error : new ClientError(0, 'CLIENT', String(error), [], {}, error);
    } finally {
      this.loading = false;
      if (!this.#stop.signal.aborted) this.#changed();
    }
  }

  async all(limit: number): Promise<void> {
    await this.ensure(limit);
  }

  retry(): void {
    this.error = undefined;
    void this.ensure(this.#wanted);
  }

  replace(index: number, row: Row): void {
    this.rows[index] = row;
    this.#changed();
  }

  /** Takes rows out that are gone. */
  drop(gone: (row: Row) => boolean): void {
    for (let index = this.rows.length - 1; index >= 0; index--) {
      const row = this.rows[index];
      if (!row || !gone(row)) continue;
      this.rows.splice(index, 1);
      if (this.count !== undefined) this.count--;
    }
    this.#changed();
  }

  close(): void {
    this.#stop.abort();
  }

  async #page(): Promise<void> {
    const first = this.#next === undefined;
    // Far jumps take bigger pages.
    const size = this.#wanted - this.rows.length > PAGE * 2 ? PAGE * 5 : PAGE;
    const page =
      this.#next === undefined
        ? await this.#client.list(this.#set, { ...this.query, size: PAGE }, this.#stop.signal)
        : await this.#client.listNext(this.#next, size, this.#stop.signal);
    if (this.#stop.signal.aborted) return;
    this.rows.push(...page.rows);
    if (first && page.count !== undefined) this.count = page.count;
    this.#next = page.next;
    this.complete = page.next === undefined;
    if (this.complete) this.count = this.rows.length;
    this.#changed();
  }
}
