// The board on screen: columns of cards that are moved by pointer, keyboard and menu; each move is said aloud.
import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { ClientError, icon, openMenu, styled } from 'peyvand/ui';
import type { Row, ViewContext } from 'peyvand/ui';
import { cardsOf, moved, PAGE, withMoved, type BoardColumn, type BoardData, type BoardOptions } from './board-data.ts';

export class Board extends LitElement {
  static override properties = {
    context: { attribute: false },
    data: { attribute: false },
    columns: { state: true },
    over: { state: true },
    said: { state: true },
  };

  declare context: ViewContext;
  declare data: BoardData;
  declare columns: readonly BoardColumn[];
  /** The column a card is held over. */
  declare over: BoardColumn['value'] | undefined;
  /** What has just happened, for who does not see it. */
  declare said: string;
  #held: { readonly row: Row; readonly from: BoardColumn } | undefined;

  constructor() {
    super();
    this.columns = [];
    this.said = '';
  }

  override createRenderRoot(): this {
    return this;
  }

  override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has('data')) this.columns = this.data.columns;
  }

  get #options(): BoardOptions {
    return this.context.options as unknown as BoardOptions;
  }

  get #movable(): boolean {
    const { group } = this.data;
    return this.context.editable && !group.readOnly && !group.immutable;
  }

  #id(row: Row): string {
    return String(row[this.context.entity.key]);
  }

  #name(row: Row): string {
    const { entity, locale } = this.context;
    return String(row[entity.fields[entity.primary]?.wire ?? ''] ?? '') || locale.t('grid.unnamed');
  }

  override render(): TemplateResult {
    const { texts } = this.context;
    return html`<div class="x-board" role="group" aria-label=${this.context.view.title}>
        ${this.columns.map((column) => this.#renderColumn(column))}
      </div>
      <div class="x-visually-hidden" role="status">${this.said}</div>
      ${this.#movable ? html`<p class="x-visually-hidden" id="board-help">${texts('board.help')}</p>` : nothing}`;
  }

  #renderColumn(column: BoardColumn): TemplateResult {
    const { locale, texts } = this.context;
    const { value, title, color, count, sum, rows } = column;
    const id = `board-${String(value)}`;
    return html`<section
      class="x-board-column"
      aria-labelledby=${id}
      ?data-over=${this.over === value && this.#held !== undefined}
      @dragover=${(event: DragEvent) => {
        if (!this.#held) return;
        event.preventDefault();
        this.over = value;
      }}
      @drop=${(event: DragEvent) => {
        event.preventDefault();
        const held = this.#held;
        this.#held = undefined;
        this.over = undefined;
        if (held) void this.#move(held.row, held.from, column);
      }}
    >
      <header class="x-board-head" ${styled(color === undefined ? {} : { '--x-chip-color': color })}>
        <h2 id=${id}><bdi>${title}</bdi></h2>
        <span class="x-count" aria-label=${texts('board.count', { count })}>${locale.number(count)}</span>
        ${sum === undefined ? nothing : html`<span class="x-board-sum x-num">${locale.number(sum, { maximumFractionDigits: 0 })}</span>`}
      </header>
      <ul class="x-board-cards" role="list">
        ${rows.map((row, index) => this.#renderCard(column, row, index))}
      </ul>
      ${
        rows.length < count
          ? html`<button
              type="button"
              class="x-button x-button-quiet x-button-small"
              @click=${() => this.#more(column)}
            >
              ${texts('board.more', { count: count - rows.length })}
            </button>`
          : nothing
      }
      ${count === 0 ? html`<p class="x-hint x-board-none">${texts('board.none')}</p>` : nothing}
    </section>`;
  }

  #renderCard(column: BoardColumn, row: Row, index: number): TemplateResult {
    const { context } = this;
    const { entity, columns, recordUrl, texts } = context;
    const id = this.#id(row);
    const shown = columns.filter((name) => name !== entity.primary && name !== this.data.group.name);
    return html`<li
      class="x-board-card"
      data-id=${id}
      draggable=${this.#movable ? 'true' : 'false'}
      @dragstart=${(event: DragEvent) => {
        this.#held = { row, from: column };
        event.dataTransfer?.setData('text/plain', this.#name(row));
      }}
      @dragend=${() => {
        this.#held = undefined;
        this.over = undefined;
      }}
      @keydown=${(event: KeyboardEvent) => this.#onKey(event, column, row, index)}
    >
      <a
        class="x-board-link"
        href=${recordUrl(entity.name, id)}
        aria-describedby=${this.#movable ? 'board-help' : nothing}
        draggable="false"
        ><bdi>${this.#name(row)}</bdi></a
      >
      ${
        this.#movable
          ? html`<button
              type="button"
              class="x-button x-button-quiet x-button-icon x-button-small x-board-move"
              aria-haspopup="menu"
              aria-label=${texts('board.moveOf', { name: this.#name(row) })}
              data-tip=${texts('board.move')}
              @click=${(event: Event) => this.#openMenu(event.currentTarget as HTMLElement, column, row)}
            >
              ${icon('move-horizontal')}
            </button>`
          : nothing
      }
      <dl class="x-board-facts">
        ${shown.map((name) => {
          const value = context.display(row, name);
          return value === nothing
            ? nothing
            : html`<div>
                <dt class="x-visually-hidden">${this.#titleOf(name)}</dt>
                <dd data-tip=${this.#titleOf(name)}>${value}</dd>
              </div>`;
        })}
      </dl>
    </li>`;
  }

  #titleOf(name: string): string {
    return this.context.entity.fields[name.split('.')[0] ?? '']?.title ?? name;
  }

  #openMenu(anchor: HTMLElement, from: BoardColumn, row: Row): void {
    openMenu(anchor, [
      this.context.texts('board.move'),
      ...this.columns.map((to) => ({
        label: to.title,
        checked: to.value === from.value,
        run: () => void this.#move(row, from, to),
      })),
    ]);
  }

  #onKey(event: KeyboardEvent, column: BoardColumn, row: Row, index: number): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const forward = this.context.locale.direction === 'rtl' ? 'ArrowLeft' : 'ArrowRight';
    const back = forward === 'ArrowLeft' ? 'ArrowRight' : 'ArrowLeft';
    const across = event.key === forward ? 1 : event.key === back ? -1 : 0;
    const down = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (across === 0 && down === 0) return;
    const at = this.columns.indexOf(column);
    if (event.shiftKey) {
      const to = this.columns[at + across];
      if (across === 0 || !to || !this.#movable) return;
      event.preventDefault();
      void this.#move(row, column, to);
      return;
    }
    event.preventDefault();
    let next: Row | undefined;
    if (down !== 0) next = column.rows[index + down];
    else
      for (let there = at + across; next === undefined && this.columns[there]; there += across) {
        const { rows } = this.columns[there] ?? { rows: [] };
        next = rows[Math.min(index, rows.length - 1)];
      }
    if (next) this.#focus(this.#id(next));
  }

  #focus(id: string): void {
    this.querySelector<HTMLElement>(`[data-id="${CSS.escape(id)}"] .x-board-link`)?.focus();
  }

  async #move(row: Row, from: BoardColumn, to: BoardColumn): Promise<void> {
    if (from.value === to.value) return;
    const { context } = this;
    const { entity, texts } = context;
    const sum = entity.fields[this.#options.sum ?? ''];
    const before = this.columns;
    const id = this.#id(row);
    this.columns = withMoved(before, row, from, to, sum);
    await this.updateComplete;
    this.#focus(id);
    try {
      const saved = await context.save(row, moved(entity, this.data.group, to));
      // The next move goes by the version that this one has made.
      const renewed: Row = { ...row, '@odata.etag': saved['@odata.etag'], [this.data.group.wire]: to.value };
      this.columns = this.columns.map((column) => ({
        ...column,
        rows: column.rows.map((one) => (one === row ? renewed : one)),
      }));
      this.said = texts('board.moved', { name: this.#name(row), column: to.title });
    } catch (error) {
      this.columns = before;
      if (error instanceof ClientError && error.status === 412) {
        context.notify(texts('board.changed', { name: this.#name(row) }), 'error');
        context.reload();
      } else context.fail(error);
    }
    await this.updateComplete;
    this.#focus(id);
  }

  async #more(column: BoardColumn): Promise<void> {
    try {
      const rows = await cardsOf(this.context, this.data.group, column.value, column.rows.length + PAGE);
      this.columns = this.columns.map((one) => (one.value === column.value ? { ...one, rows } : one));
    } catch (error) {
      this.context.fail(error);
    }
  }
}

if (!customElements.get('x-board')) customElements.define('x-board', Board);
