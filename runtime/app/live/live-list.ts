// A list that follows: rows that others changed are drawn anew where they stand, those that are gone are struck through, and
// new ones wait behind a chip. Nothing moves under the user's hands.
import type { Row } from '../../client/index.ts';
import type { DataGrid } from '../../ui/grid/data-grid.ts';
import type { RowSource } from '../../ui/grid/row-source.ts';
import type { Change } from './change.ts';
import { liveLocale } from './live-locale.ts';
import { mark } from './mark.ts';

/** Ids that are asked for in one request. */
const AT_ONCE = 100;

export class LiveList {
  readonly #grid: DataGrid;
  readonly #source: RowSource;
  readonly #fresh = new Set<string>();
  readonly #gone = new Set<string>();
  #chip: HTMLElement | undefined;

  constructor(grid: DataGrid, source: RowSource) {
    this.#grid = grid;
    this.#source = source;
  }

  shows(source: RowSource | undefined): boolean {
    return this.#source === source;
  }

  end(): void {
    this.#chip?.remove();
  }

  async take(changes: readonly Change[]): Promise<void> {
    const { entity } = this.#grid;
    const own = changes.filter(
      (one) => one.entity === entity.name || entity.union?.members.includes(one.entity) === true,
    );
    const loaded = this.#loaded();
    const known = own.filter(({ id, version }) => {
      const row = loaded.get(id);
      // What the user saved here is on the screen already.
      return version === undefined || row?.row['@odata.etag'] !== `W/"${version}"`;
    });
    const ids = new Set(known.map(({ id }) => id));
    if (ids.size > 0)
      await this.#compare(ids, new Set(known.filter(({ kind }) => kind !== 'removed').map(({ id }) => id)));
  }

  /** After a pause in what was heard: the rows in sight, and the first page for what is new. */
  async again(): Promise<void> {
    const { client, entity } = { client: this.#grid.workspace.client, entity: this.#grid.entity };
    const ids = new Set([...this.#loaded().keys()].slice(0, AT_ONCE * 5));
    await this.#compare(ids, ids);
    if (this.#ended()) return;
    const page = await client.list(entity.set, { ...this.#source.query, size: AT_ONCE });
    const loaded = this.#loaded();
    for (const row of page.rows) {
      const id = String(row[entity.key]);
      if (!loaded.has(id)) this.#fresh.add(id);
    }
    await this.#tell();
  }

  /** Reads what is asked of `ids` as the list does; those that do not come are no longer of the list. */
  async #compare(ids: ReadonlySet<string>, asked: ReadonlySet<string>): Promise<void> {
    const { workspace, entity } = this.#grid;
    const { query } = this.#source;
    const found = new Map<string, Row>();
    const list = [...asked];
    for (let start = 0; start < list.length; start += AT_ONCE) {
      const part = list.slice(start, start + AT_ONCE);
      const among = `${entity.key} in (${part.join(',')})`;
      const filter = query.filter === undefined || query.filter === '' ? among : `(${query.filter}) and ${among}`;
      const page = await workspace.client.list(entity.set, { ...query, filter, count: false, size: AT_ONCE });
      for (const row of page.rows) found.set(String(row[entity.key]), row);
    }
    if (this.#ended()) return;
    for (const id of ids) {
      const at = this.#loaded().get(id);
      const row = found.get(id);
      if (row) this.#gone.delete(id);
      else if (!this.#fresh.delete(id) && at) this.#gone.add(id);
      if (!at) {
        if (row) this.#fresh.add(id);
      } else if (!row) this.#source.replace(at.index, { ...at.row, '@gone': true });
      else if (JSON.stringify(row) !== JSON.stringify(at.row)) await this.#redraw(at.index, row);
    }
    await this.#tell();
  }

  async #redraw(index: number, after: Row): Promise<void> {
    const slot = this.#grid.querySelector(`.x-grid-body > [data-index="${index}"]:not([hidden])`);
    const cells = [...(slot?.querySelectorAll('.x-grid-cell:not(.x-grid-select)') ?? [])];
    const before = cells.map((cell) => cell.textContent);
    this.#source.replace(index, after);
    await this.#grid.updateComplete;
    for (const [at, cell] of cells.entries()) if (cell.textContent !== before[at]) mark(cell);
  }

  async #tell(): Promise<void> {
    const [fresh, gone] = [this.#fresh.size, this.#gone.size];
    // In a form's list rows are only kept true; it is read anew with the form.
    if (this.#grid.closest('x-record-page') || this.#ended()) return;
    if (fresh + gone === 0) {
      this.#chip?.remove();
      this.#chip = undefined;
      return;
    }
    const { t, number } = await liveLocale(this.#grid.workspace.locale);
    if (!this.#chip) {
      this.#chip = document.createElement('div');
      this.#chip.className = 'x-live-chip';
      this.#chip.setAttribute('role', 'status');
      const button = document.createElement('button');
      button.type = 'button';
      button.addEventListener('click', () => {
        this.end();
        this.#grid.reload();
        this.#grid.querySelector<HTMLElement>('.x-grid')?.focus();
      });
      this.#chip.append(button);
      this.#grid.append(this.#chip);
    }
    const parts = [
      ...(fresh > 0 ? [t('live.fresh', { count: number(fresh) })] : []),
      ...(gone > 0 ? [t('live.gone', { count: number(gone) })] : []),
    ];
    const [button] = this.#chip.children;
    if (button) button.textContent = t('live.load', { what: parts.join(t('live.and')) });
  }

  #ended(): boolean {
    return !this.#grid.isConnected || this.#grid.following !== this.#source;
  }

  #loaded(): ReadonlyMap<string, { readonly index: number; readonly row: Row }> {
    const { key } = this.#grid.entity;
    return new Map(this.#source.rows.map((row, index) => [String(row[key]), { index, row }]));
  }
}
