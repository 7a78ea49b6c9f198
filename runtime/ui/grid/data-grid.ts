// The virtual grid. Own windowing: a fixed set of row elements is moved by transform and drawn again only when it shows
// another row, so that scrolling touches no other part of the document. The focus stays on the grid; the active cell is
// named by aria-activedescendant.
import { html, LitElement, nothing, render, type TemplateResult } from 'lit';
import type { EntityMetadata, ViewMetadata } from '../../../metadata/effective.ts';
import type { Row } from '../../client/index.ts';
import { showToast } from '../dialog/toast.ts';
import { lockOf } from '../field-lock.ts';
import type { FieldValue } from '../field-ui.ts';
import { RecordDraft } from '../form/record-draft.ts';
import { saveRecord } from '../form/save-record.ts';
import { icon } from '../icon.ts';
import { maskedValue } from '../masked-value.ts';
import { isEmpty, overlayRow, valuesOf } from '../record-values.ts';
import { fieldContext, type Workspace } from '../workspace.ts';
import {
  cellValue,
  resolveColumns,
  rowOfColumn,
  toQuery,
  type ColumnState,
  type FilterState,
  type GridColumn,
  type GridState,
} from './grid-state.ts';
import { RowSource } from './row-source.ts';
import './grid.css';

const OVERSCAN = 6;
const SELECT_WIDTH = 40;
/** Selecting the whole query loads it; above this many rows it is refused. */
const SELECT_LIMIT = 5000;

interface Edit {
  readonly index: number;
  readonly column: number;
  readonly draft: RecordDraft;
}

interface Undo {
  readonly id: string;
  readonly field: string;
  readonly value: FieldValue;
}

export class DataGrid extends LitElement {
  static override properties = {
    workspace: { attribute: false },
    entity: { attribute: false },
    view: { attribute: false },
    state: { attribute: false },
    filter: { attribute: false },
    label: { attribute: false },
    selectable: { type: Boolean },
    columns: { state: true },
  };

  declare workspace: Workspace;
  declare entity: EntityMetadata;
  declare view: ViewMetadata;
  declare state: GridState;
  /** A fixed OData condition beside the view's: the parent of a sub-grid. */
  declare filter: string | undefined;
  declare label: string;
  declare selectable: boolean;
  declare columns: readonly GridColumn[];

  #source: RowSource | undefined;
  #queryKey = '';
  #slots: HTMLElement[] = [];
  #shown: { index: number; row: Row | undefined; stamp: number }[] = [];
  /** Raised when every visible row has to be drawn again. */
  #stamp = 0;
  #frame = 0;
  /** Active cell; row -1 is the header. */
  #row = 0;
  #column = 0;
  readonly #selected = new Map<string, Row>();
  /** Keys pressed while the first rows were on their way. */
  readonly #early: (KeyboardEventInit & { readonly key: string })[] = [];
  #anchor = 0;
  #edit: Edit | undefined;
  #undo: Undo | undefined;
  #resize: ResizeObserver | undefined;
  #drag: { from: number; x: number; moving: boolean; to: number } | undefined;

  constructor() {
    super();
    this.columns = [];
    this.selectable = true;
    this.label = '';
  }

  override createRenderRoot(): this {
    return this;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#source?.close();
    this.#source = undefined;
    this.#queryKey = '';
    this.#resize?.disconnect();
    this.#resize = undefined;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated) {
      void this.#prepare();
      this.#observe();
    }
  }

  /** Loads the list again from its first row. */
  reload(): void {
    this.#queryKey = '';
    void this.#prepare();
  }

  get count(): number | undefined {
    return this.#source?.count;
  }

  /** The rows, for what follows others' changes. */
  get following(): RowSource | undefined {
    return this.#source;
  }

  get selection(): ReadonlyMap<string, Row> {
    return this.#selected;
  }

  clearSelection(): void {
    this.#selected.clear();
    this.#selectionChanged();
  }

  /** Ids of the loaded rows in order: what next and previous record mean. */
  get ids(): readonly string[] {
    return this.#source?.rows.map((row) => this.#idOf(row)) ?? [];
  }

  override willUpdate(changed: Map<string, unknown>): void {
    if (['workspace', 'entity', 'view', 'state', 'filter'].some((name) => changed.has(name))) void this.#prepare();
  }

  async #prepare(): Promise<void> {
    const { workspace, entity, state, view } = this;
    const columns = await resolveColumns(
      entity,
      state.columns,
      workspace.entity,
      (field) => workspace.fields.of(field.type).width ?? 160,
    );
    await workspace.fields.load([
      ...columns.map((column) => column.field.type),
      ...state.filters.flatMap((filter) => entity.fields[filter.id]?.type ?? []),
    ]);
    if (this.state !== state || this.entity !== entity || !this.isConnected) return;
    // Widths of types that were not loaded a moment ago.
    this.columns = columns.map((column) => ({
      ...column,
      width:
        state.columns.find((one) => one.id === column.id)?.width ?? workspace.fields.of(column.field.type).width ?? 160,
    }));
    const query = toQuery(entity, this.columns, state, workspace.fields, {
      view: view.id.includes('/') ? view.id : `${entity.name}/views/${view.id}`,
      ...(this.filter === undefined ? {} : { filter: this.filter }),
    });
    const key = JSON.stringify([entity.name, query]);
    if (key !== this.#queryKey) {
      this.#queryKey = key;
      this.#source?.close();
      this.#edit = undefined;
      this.#selected.clear();
      this.#row = Math.min(this.#row, 0);
      this.#source = new RowSource(workspace.client, entity.set, query, () => this.#rowsChanged());
      const scroller = this.#scroller();
      if (scroller) scroller.scrollTop = 0;
      void this.#source.ensure(0);
      this.#selectionChanged();
    }
    this.#column = Math.min(this.#column, this.columns.length - 1);
    this.#redraw();
  }

  override render(): TemplateResult | typeof nothing {
    const { workspace } = this;
    if (this.columns.length === 0) return nothing;
    const { t } = workspace.locale;
    const source = this.#source;
    const empty = source !== undefined && source.complete && source.rows.length === 0;
    return html`
      <div
        class="x-grid"
        role="grid"
        tabindex="0"
        aria-label=${this.label}
        aria-rowcount=${source?.count === undefined ? -1 : source.count + 1}
        aria-colcount=${this.columns.length + (this.selectable ? 1 : 0)}
        aria-multiselectable=${this.selectable ? 'true' : nothing}
        aria-busy=${source?.loading ? 'true' : nothing}
        @scroll=${this.#onScroll}
        @keydown=${this.#onKey}
        @focus=${() => this.#drawActive()}
        @copy=${this.#onCopy}
        @paste=${this.#onPaste}
      >
        <div class="x-grid-head" role="rowgroup">
          <div class="x-grid-row x-grid-header" role="row" aria-rowindex="1">
            ${
              this.selectable
                ? html`<div class="x-grid-cell x-grid-select" role="columnheader" aria-colindex="1">
                    <input
                      type="checkbox"
                      tabindex="-1"
                      aria-label=${t('grid.selectAll')}
                      .checked=${this.#selected.size > 0 && this.#selected.size === source?.rows.length}
                      .indeterminate=${this.#selected.size > 0 && this.#selected.size !== source?.rows.length}
                      @change=${() => (this.#selected.size > 0 ? this.clearSelection() : this.#selectAll(false))}
                    />
                  </div>`
                : nothing
            }
            ${this.columns.map((column, index) => this.#renderHeader(column, index))}
          </div>
        </div>
        <div class="x-grid-body" role="rowgroup"></div>
      </div>
      ${empty ? this.#renderEmpty() : nothing}
      ${
        source?.error
          ? html`<div class="x-state x-grid-state" role="alert">
              ${icon('cloud-off')}
              <p class="x-state-title">${t('grid.error')}</p>
              <p>${source.error.message}</p>
              <button type="button" class="x-button" @click=${() => source.retry()}>
                ${icon('rotate-cw')} ${t('common.retry')}
              </button>
            </div>`
          : nothing
      }
      <div class="x-visually-hidden" role="status">
        ${source && !source.loading && source.count !== undefined ? t('grid.rows', { count: source.count }) : nothing}
        ${this.#selected.size > 0 ? t('grid.selected', { count: this.#selected.size }) : nothing}
      </div>
    `;
  }

  #renderHeader(column: GridColumn, index: number): TemplateResult {
    const { t } = this.workspace.locale;
    const sort = this.state.sort.find((one) => one.id === column.id);
    const filtered = this.state.filters.some((filter) => filter.id === column.id);
    const align = this.workspace.fields.of(column.field.type).align ?? 'start';
    return html`<div
      class="x-grid-cell x-grid-heading ${index === 0 ? 'x-grid-first' : ''} ${
        this.#row === -1 && this.#column === index ? 'x-grid-active' : ''
      }"
      id=${this.#cellId(-1, index)}
      role="columnheader"
      aria-colindex=${index + (this.selectable ? 2 : 1)}
      aria-sort=${sort ? (sort.direction === 'asc' ? 'ascending' : 'descending') : nothing}
      data-align=${align}
      data-column=${index}
      @pointerdown=${(event: PointerEvent) => this.#startDrag(event, index)}
    >
      <button
        type="button"
        class="x-grid-sort"
        tabindex="-1"
        ?disabled=${!column.field.sortable}
        @click=${() => this.#sortBy(column)}
      >
        <span>${column.title}</span>
        ${sort ? icon(sort.direction === 'asc' ? 'arrow-up' : 'arrow-down') : nothing}
        ${filtered ? icon('filter', t('grid.filtered')) : nothing}
        ${column.field.secured?.read === 'masked' ? icon('lock', t('grid.masked')) : nothing}
      </button>
      <button
        type="button"
        class="x-grid-menu"
        tabindex="-1"
        aria-haspopup="menu"
        aria-label=${t('grid.columnMenu', { column: column.title })}
        @click=${(event: Event) => void this.#openColumnMenu(event.currentTarget as HTMLElement, index)}
      >
        ${icon('chevron-down')}
      </button>
      <span class="x-grid-resize" @pointerdown=${(event: PointerEvent) => this.#startResize(event, index)}></span>
    </div>`;
  }

  #renderEmpty(): TemplateResult {
    const { t } = this.workspace.locale;
    const narrowed = this.state.filters.length > 0 || this.state.search !== '';
    return html`<div class="x-state x-grid-state">
      ${icon(narrowed ? 'search-x' : 'inbox')}
      <p class="x-state-title">${t(narrowed ? 'grid.noMatch' : 'grid.empty', { entity: this.entity.plural })}</p>
      <p>${t(narrowed ? 'grid.noMatchText' : 'grid.emptyText')}</p>
      ${
        narrowed
          ? html`<button
              type="button"
              class="x-button"
              @click=${() => this.#change({ ...this.state, filters: [], search: '' })}
            >
              ${t('grid.clearFilters')}
            </button>`
          : this.entity.create
            ? html`<button
                type="button"
                class="x-button"
                @click=${() => this.dispatchEvent(new CustomEvent('grid-new', { bubbles: true }))}
              >
                ${icon('plus')} ${t('common.newOf', { entity: this.entity.title })}
              </button>`
            : nothing
      }
    </div>`;
  }

  override updated(): void {
    const grid = this.#scroller();
    if (!grid) return;
    const widths = this.columns.map((column) => `${column.width}px`);
    const columns = [...(this.selectable ? [`${SELECT_WIDTH}px`] : []), ...widths].join(' ');
    grid.style.setProperty('--x-columns', columns);
    const sum = this.columns.reduce((all, column) => all + column.width, this.selectable ? SELECT_WIDTH : 0);
    grid.style.setProperty('--x-columns-width', `${sum}px`);
    this.#observe();
    this.#fill();
  }

  #observe(): void {
    const grid = this.#scroller();
    if (!grid || this.#resize) return;
    this.#resize = new ResizeObserver(() => this.#fill());
    this.#resize.observe(grid);
  }

  #scroller(): HTMLElement | null {
    return this.querySelector<HTMLElement>('.x-grid');
  }

  #rowHeight(): number {
    const grid = this.#scroller();
    const height = grid ? Number.parseFloat(getComputedStyle(grid).getPropertyValue('--x-row')) : 36;
    return height || 36;
  }

  #rowsChanged(): void {
    this.requestUpdate();
    this.dispatchEvent(new CustomEvent('grid-rows', { bubbles: true }));
    this.#replayEarly();
  }

  #redraw(): void {
    this.#stamp++;
    this.requestUpdate();
  }

  readonly #onScroll = (): void => {
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#fill();
    });
  };

  /** Gives each row in sight a slot; moves and draws only the slots that changed hands. */
  #fill(): void {
    const grid = this.#scroller();
    const body = this.querySelector<HTMLElement>('.x-grid-body');
    const source = this.#source;
    if (!grid || !body || !source) return;
    const height = this.#rowHeight();
    const waiting = source.rows.length === 0 && !source.complete && !source.error;
    const total = waiting ? Math.ceil(grid.clientHeight / height) : source.error ? source.rows.length : source.total;
    body.style.setProperty('block-size', `${total * height}px`);
    const visible = Math.ceil(grid.clientHeight / height) + 1;
    const count = Math.min(visible + OVERSCAN * 2, Math.max(total, 0));
    while (this.#slots.length < count) {
      const slot = document.createElement('div');
      slot.className = 'x-grid-row';
      slot.setAttribute('role', 'row');
      slot.addEventListener('pointerdown', this.#onRowPointer);
      slot.addEventListener('dblclick', this.#onRowDouble);
      slot.addEventListener('click', this.#onRowClick);
      body.append(slot);
      this.#slots.push(slot);
      this.#shown.push({ index: -1, row: undefined, stamp: -1 });
    }
    const size = this.#slots.length;
    if (size === 0) return;
    const first = Math.max(0, Math.min(Math.floor(grid.scrollTop / height) - OVERSCAN, total - count));
    const last = first + count - 1;
    for (let position = 0; position < size; position++) {
      // The one index in [first, first + size) that belongs to this slot.
      const index = first + ((((position - first) % size) + size) % size);
      const slot = this.#slots[position];
      const shown = this.#shown[position];
      if (!slot || !shown) continue;
      if (index > last) {
        slot.hidden = true;
        shown.index = -1;
        continue;
      }
      slot.hidden = false;
      const row = source.rows[index];
      if (shown.index === index && shown.row === row && shown.stamp === this.#stamp) continue;
      if (shown.index !== index || shown.stamp !== this.#stamp)
        slot.style.setProperty('transform', `translateY(${index * height}px)`);
      this.#shown[position] = { index, row, stamp: this.#stamp };
      this.#drawRow(slot, index, row);
    }
    if (!source.error) void source.ensure(Math.min(last, Math.max(total - 1, 0)));
  }

  #drawRow(slot: HTMLElement, index: number, row: Row | undefined): void {
    slot.setAttribute('aria-rowindex', String(index + 2));
    slot.dataset['index'] = String(index);
    const selected = row !== undefined && this.#selected.has(this.#idOf(row));
    if (this.selectable) slot.setAttribute('aria-selected', String(selected));
    slot.classList.toggle('x-grid-selected', selected);
    slot.classList.toggle('x-gone', row?.['@gone'] === true);
    render(row ? this.#rowView(index, row, selected) : this.#skeleton(index), slot);
    // The grid is one tab stop; what is inside a cell is reached with the pointer or with Enter.
    for (const inner of slot.querySelectorAll<HTMLElement>('a, button, input, select')) {
      if (!inner.closest('.x-grid-editing')) inner.tabIndex = -1;
    }
  }

  #skeleton(index: number): TemplateResult {
    return html`${this.selectable ? html`<div class="x-grid-cell x-grid-select" role="gridcell"></div>` : nothing}
    ${this.columns.map(
      (column, at) =>
        html`<div class="x-grid-cell ${at === 0 ? 'x-grid-first' : ''}" role="gridcell">
          <span class="x-skeleton" data-length=${(index * 7 + at * 3) % 4}></span>
          <span class="x-visually-hidden">${column.title}</span>
        </div>`,
    )}`;
  }

  #rowView(index: number, row: Row, selected: boolean): TemplateResult {
    const { t } = this.workspace.locale;
    return html`${
      this.selectable
        ? html`<div class="x-grid-cell x-grid-select" role="gridcell" aria-colindex="1">
            <input
              type="checkbox"
              tabindex="-1"
              aria-label=${t('grid.selectRow', { name: this.#nameOf(row) })}
              .checked=${selected}
              @click=${(event: MouseEvent) => this.#toggle(index, event.shiftKey)}
            />
          </div>`
        : nothing
    }
    ${this.columns.map((column, at) => this.#cellView(index, at, column, row))}`;
  }

  #cellView(index: number, at: number, column: GridColumn, row: Row): TemplateResult {
    const ui = this.workspace.fields.of(column.field.type);
    const editing = this.#edit?.index === index && this.#edit.column === at ? this.#edit : undefined;
    const classes = [
      'x-grid-cell',
      at === 0 ? 'x-grid-first' : '',
      this.#row === index && this.#column === at ? 'x-grid-active' : '',
      editing ? 'x-grid-editing' : '',
      ui.align === 'end' ? 'x-num' : '',
    ].join(' ');
    return html`<div
      class=${classes}
      role="gridcell"
      id=${this.#cellId(index, at)}
      aria-colindex=${at + (this.selectable ? 2 : 1)}
      aria-readonly=${this.#editable(column) ? nothing : 'true'}
      data-align=${ui.align ?? 'start'}
      data-column=${at}
    >
      ${editing ? this.#editorView(editing, column) : this.#valueView(column, row)}
    </div>`;
  }

  #valueView(column: GridColumn, row: Row): unknown {
    const ui = this.workspace.fields.of(column.field.type);
    const value = cellValue(row, column);
    const owner = rowOfColumn(row, column);
    const isName = column.via.length === 0 && column.field.name === this.entity.primary;
    if (isEmpty(value) && !isName) return nothing;
    // A union's discriminator holds a logical name.
    if (column.via.length === 0 && column.field.name === this.entity.union?.discriminator)
      return html`<span class="x-grid-value">${this.workspace.app.entities[String(value)]?.title ?? value}</span>`;
    const context = fieldContext(this.workspace, column.entity, {}, owner, this.#idOf(row));
    if (!isName)
      return html`<span class="x-grid-value"
        >${maskedValue(column.field, value) ?? ui.display(value, column.field, context)}</span
      >`;
    const { name, id } = this.#target(row);
    const text = isEmpty(value) ? this.workspace.locale.t('grid.unnamed') : ui.text(value, column.field, context);
    return html`<a class="x-grid-value x-grid-name" dir="auto" href=${this.workspace.recordUrl(name, id)} tabindex="-1"
      >${text}</a
    >`;
  }

  #editorView(edit: Edit, column: GridColumn): TemplateResult {
    const { field } = column;
    const message = edit.draft.error(field.name);
    return html`${this.workspace.fields.of(field.type).input({
      value: edit.draft.value(field.name),
      field,
      context: fieldContext(
        this.workspace,
        this.entity,
        edit.draft.values,
        edit.draft.row,
        this.#idOf(edit.draft.row ?? {}),
      ),
      id: 'x-grid-editor',
      describedBy: message === undefined ? '' : 'x-grid-error',
      label: column.title,
      invalid: message !== undefined,
      readOnly: false,
      required: field.required,
      place: 'cell',
      onChange: (value) => {
        edit.draft.set(field.name, value);
        this.#drawActive();
      },
      onInvalid: (text) => {
        edit.draft.setUnreadable(field.name, text);
        this.#drawActive();
      },
    })}
    ${message === undefined ? nothing : html`<p class="x-grid-error" id="x-grid-error" role="alert">${message}</p>`}`;
  }

  #cellId(row: number, column: number): string {
    return `c-${this.entity.name}-${row < 0 ? 'head' : row}-${column}`;
  }

  #idOf(row: Row): string {
    const key = this.entity.fields[this.entity.key];
    return String(row[key?.wire ?? this.entity.key] ?? '');
  }

  /** Entity and id a row stands for: a union's row is a row of its member. */
  #target(row: Row): { readonly name: string; readonly id: string } {
    const member = this.entity.union && row[this.entity.union.discriminator];
    return { name: typeof member === 'string' ? member : this.entity.name, id: this.#idOf(row) };
  }

  #nameOf(row: Row): string {
    return String(row[this.entity.fields[this.entity.primary]?.wire ?? ''] ?? '');
  }

  #editable(column: GridColumn | undefined): boolean {
    if (!column || column.via.length > 0 || this.entity.union) return false;
    const { field } = column;
    return lockOf(field, false) === undefined && this.workspace.fields.of(field.type).inline !== false;
  }

  /** Draws the active row again and tells assistive technology which cell it is. */
  #drawActive(before?: number): void {
    const grid = this.#scroller();
    if (!grid) return;
    for (const [position, shown] of this.#shown.entries()) {
      const slot = this.#slots[position];
      if (slot && shown.index >= 0 && (shown.index === this.#row || shown.index === before))
        this.#drawRow(slot, shown.index, shown.row);
    }
    if (this.#row === -1 || before === -1) this.requestUpdate();
    const id = this.#cellId(this.#row, this.#column);
    if (document.getElementById(id) || this.#row === -1) grid.setAttribute('aria-activedescendant', id);
    else grid.removeAttribute('aria-activedescendant');
  }

  #move(row: number, column: number): void {
    const source = this.#source;
    if (!source) return;
    const before = this.#row;
    this.#row = Math.max(-1, Math.min(row, source.total - 1));
    this.#column = Math.max(0, Math.min(column, this.columns.length - 1));
    this.#reveal();
    this.#drawActive(before);
  }

  #reveal(): void {
    const grid = this.#scroller();
    if (!grid) return;
    const height = this.#rowHeight();
    const head = this.querySelector<HTMLElement>('.x-grid-head')?.offsetHeight ?? 0;
    const room = grid.clientHeight - head;
    if (this.#row >= 0) {
      const top = this.#row * height;
      if (top < grid.scrollTop) grid.scrollTop = top;
      else if (top + height > grid.scrollTop + room) grid.scrollTop = top + height - room;
      this.#fill();
    }
    if (this.#column === 0) {
      grid.scrollLeft = 0;
      return;
    }
    const frozen = (this.selectable ? SELECT_WIDTH : 0) + (this.columns[0]?.width ?? 0);
    const start = this.columns
      .slice(0, this.#column)
      .reduce((sum, column) => sum + column.width, this.selectable ? SELECT_WIDTH : 0);
    const width = this.columns[this.#column]?.width ?? 0;
    const sign = this.workspace.locale.direction === 'rtl' ? -1 : 1;
    const at = grid.scrollLeft * sign;
    if (start - frozen < at) grid.scrollLeft = sign * Math.max(0, start - frozen);
    else if (start + width > at + grid.clientWidth) grid.scrollLeft = sign * (start + width - grid.clientWidth);
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    if (this.#edit) {
      this.#onEditKey(event);
      return;
    }
    if (event.target !== this.#scroller()) return;
    if (this.#comesEarly(event)) return;
    const forward = this.workspace.locale.direction === 'rtl' ? -1 : 1;
    const control = event.ctrlKey || event.metaKey;
    const page = Math.max(1, Math.floor((this.#scroller()?.clientHeight ?? 400) / this.#rowHeight()) - 2);
    const moves: Readonly<Record<string, readonly [number, number]>> = {
      ArrowDown: [this.#row + 1, this.#column],
      ArrowUp: [this.#row - 1, this.#column],
      ArrowRight: [this.#row, this.#column + forward],
      ArrowLeft: [this.#row, this.#column - forward],
      PageDown: [this.#row + page, this.#column],
      PageUp: [Math.max(0, this.#row - page), this.#column],
      Home: control ? [0, 0] : [this.#row, 0],
      End: control ? [(this.#source?.total ?? 1) - 1, this.#column] : [this.#row, this.columns.length - 1],
    };
    const move = moves[event.key];
    if (move && !event.altKey) {
      event.preventDefault();
      const from = this.#row;
      this.#move(...move);
      if (event.shiftKey && this.selectable && event.key.startsWith('Arrow') && this.#row !== from) this.#range(from);
      else if (!event.shiftKey) this.#anchor = this.#row;
      return;
    }
    if (this.#row === -1) {
      const column = this.columns[this.#column];
      if (!column) return;
      if (event.key === 'Enter' || event.key === ' ') {
        event.preventDefault();
        this.#sortBy(column);
      } else if ((event.altKey && event.key === 'ArrowDown') || event.key === 'ContextMenu') {
        event.preventDefault();
        const cell = document.getElementById(this.#cellId(-1, this.#column));
        if (cell) void this.#openColumnMenu(cell, this.#column);
      }
      return;
    }
    const row = this.#source?.rows[this.#row];
    if (!row) return;
    if (event.key === 'Enter' && (control || this.#opens())) {
      event.preventDefault();
      this.#open(row);
    } else if (event.key === 'F2' || event.key === 'Enter') {
      event.preventDefault();
      this.#startEdit();
    } else if (event.key === ' ' && this.selectable) {
      event.preventDefault();
      this.#toggle(this.#row, event.shiftKey);
    } else if (control && event.key.toLowerCase() === 'a' && this.selectable) {
      event.preventDefault();
      void this.#selectAll(true);
    } else if (control && event.key.toLowerCase() === 'z') {
      event.preventDefault();
      void this.#undoLast();
    } else if (control && event.key.toLowerCase() === 'd') {
      event.preventDefault();
      void this.#fillDown();
    } else if (event.key === 'Escape' && this.#selected.size > 0) {
      event.preventDefault();
      this.clearSelection();
    } else if (event.key === 'Delete' && this.#editable(this.columns[this.#column])) {
      event.preventDefault();
      const column = this.columns[this.#column];
      if (column && !column.field.required) void this.#save(this.#row, { [column.field.name]: null });
    } else if (event.key.length === 1 && !control && !event.altKey && this.#editable(this.columns[this.#column])) {
      // The key itself falls into the control that has just got the focus, over its selected text.
      this.#startEdit();
    }
  };

  /** A key meant for rows that are still on their way (after sorting, say) waits for them instead of being lost. */
  #comesEarly(event: KeyboardEvent): boolean {
    const forRows = this.#row === -1 ? event.key === 'ArrowDown' && !event.altKey : /^(Enter|F2| )$/.test(event.key);
    if (!this.#awaitsRows() || (!forRows && this.#early.length === 0)) return false;
    event.preventDefault();
    const { key, ctrlKey, metaKey, shiftKey, altKey } = event;
    if (this.#early.length < 8) this.#early.push({ key, ctrlKey, metaKey, shiftKey, altKey });
    return true;
  }

  #awaitsRows(): boolean {
    const source = this.#source;
    return source !== undefined && source.rows.length === 0 && !source.complete && !source.error;
  }

  #replayEarly(): void {
    if (this.#early.length === 0 || this.#awaitsRows()) return;
    const keys = this.#early.splice(0);
    void this.updateComplete.then(() => {
      for (const key of keys)
        this.#scroller()?.dispatchEvent(new KeyboardEvent('keydown', { ...key, bubbles: true, cancelable: true }));
    });
  }

  /** Enter opens the record from its name and from what cannot be edited here. */
  #opens(): boolean {
    const column = this.columns[this.#column];
    return !this.#editable(column) || (column?.via.length === 0 && column.field.name === this.entity.primary);
  }

  #onEditKey(event: KeyboardEvent): void {
    if (event.defaultPrevented) return;
    const popupOpen = this.querySelector('.x-grid-editing [popover]:popover-open') !== null;
    if (event.key === 'Escape' && !popupOpen) {
      event.preventDefault();
      event.stopPropagation();
      this.#endEdit();
    } else if (event.key === 'Enter' && !popupOpen && !event.isComposing) {
      event.preventDefault();
      void this.#commit(event.shiftKey ? -1 : 1, 0);
    } else if (event.key === 'Tab') {
      event.preventDefault();
      void this.#commit(0, event.shiftKey ? -1 : 1);
    }
  }

  #startEdit(): void {
    const row = this.#source?.rows[this.#row];
    const column = this.columns[this.#column];
    if (!row || !column) return;
    if (!this.#editable(column)) {
      showToast(this.workspace.locale.t('grid.readOnly', { column: column.title }));
      return;
    }
    this.#edit = { index: this.#row, column: this.#column, draft: this.#draftOf(row) };
    this.#drawActive();
    const cell = this.querySelector<HTMLElement>('.x-grid-editing');
    const control =
      cell?.querySelector<HTMLElement>('#x-grid-editor') ??
      cell?.querySelector<HTMLElement>('input, select, textarea, button');
    control?.focus();
    if (control instanceof HTMLInputElement) control.select();
    cell?.addEventListener('focusout', this.#onEditorLeft);
    if (control) return;
    // A widget that draws itself a moment later.
    requestAnimationFrame(() => {
      const late = cell?.querySelector<HTMLElement>('input, select, textarea, button');
      late?.focus();
      if (late instanceof HTMLInputElement) late.select();
    });
  }

  readonly #onEditorLeft = (): void => {
    setTimeout(() => {
      const cell = this.querySelector('.x-grid-editing');
      if (!this.#edit || !document.hasFocus() || cell?.contains(document.activeElement)) return;
      if (document.activeElement?.closest('dialog')) return;
      void this.#commit(0, 0, false);
    });
  };

  #draftOf(row: Row): RecordDraft {
    return new RecordDraft({
      entity: this.entity,
      fields: this.workspace.fields,
      locale: this.workspace.locale,
      row,
      etag: String(row['@odata.etag'] ?? ''),
      context: (draft) => fieldContext(this.workspace, this.entity, draft.values, row, this.#idOf(row)),
    });
  }

  #endEdit(refocus = true): void {
    const before = this.#edit?.index;
    this.querySelector('.x-grid-editing')?.removeEventListener('focusout', this.#onEditorLeft);
    this.#edit = undefined;
    this.#drawActive(before);
    if (refocus) this.#scroller()?.focus();
  }

  async #commit(rows: number, columns: number, refocus = true): Promise<void> {
    const edit = this.#edit;
    const column = edit && this.columns[edit.column];
    if (!edit || !column) return;
    if (!edit.draft.check(column.field.name)) {
      this.#drawActive();
      return;
    }
    const { changes } = edit.draft;
    this.#endEdit(refocus);
    if (rows !== 0 || columns !== 0) {
      let next = this.#column + columns;
      while (columns !== 0 && this.columns[next] && !this.#editable(this.columns[next])) next += columns;
      this.#move(this.#row + rows, this.columns[next] ? next : this.#column);
      if (columns !== 0 && this.columns[next]) this.#startEdit();
    }
    if (Object.keys(changes).length > 0) await this.#save(edit.index, changes);
  }

  /** Shows the new values at once, saves, and takes them back when the server refuses. */
  async #save(index: number, changes: Readonly<Record<string, FieldValue>>, undoable = true): Promise<boolean> {
    const source = this.#source;
    const row = source?.rows[index];
    if (!source || !row) return false;
    const id = this.#idOf(row);
    const place = () => source.rows.findIndex((one) => this.#idOf(one) === id);
    const draft = this.#draftOf(row);
    for (const [name, value] of Object.entries(changes)) draft.set(name, value);
    if (!draft.dirty) return true;
    source.replace(index, overlayRow(row, changes, this.entity));
    let reason: string | undefined;
    let why: unknown;
    try {
      const outcome = await saveRecord(this.workspace, draft, id);
      if (outcome.kind === 'saved') {
        const now = place();
        if (now >= 0 && draft.row)
          source.replace(now, { ...source.rows[now], ...draft.row, '@odata.etag': draft.etag });
        const [field] = Object.keys(changes);
        if (undoable && field !== undefined) this.#undo = { id, field, value: valuesOf(row, this.entity)[field] };
        return true;
      }
      if (outcome.kind === 'refused') {
        why = outcome.error;
        reason = [...draft.errors.values(), ...outcome.rest.map((one) => one.message)].join(' ');
      }
    } catch (error) {
      reason = error instanceof Error ? error.message : String(error);
    }
    const now = place();
    if (now >= 0) source.replace(now, row);
    if (reason) (await import('../dialog/show-failure.ts')).showFailure(this.workspace, why, reason);
    return false;
  }

  async #undoLast(): Promise<void> {
    const undo = this.#undo;
    if (!undo) return;
    const index = this.#source?.rows.findIndex((row) => this.#idOf(row) === undo.id) ?? -1;
    if (index < 0) return;
    this.#undo = undefined;
    if (await this.#save(index, { [undo.field]: undo.value }, false)) showToast(this.workspace.locale.t('grid.undone'));
  }

  async #fillDown(): Promise<void> {
    const column = this.columns[this.#column];
    const above = this.#source?.rows[this.#row - 1];
    const here = this.#source?.rows[this.#row];
    if (!column || !above || !here || !this.#editable(column)) return;
    await this.#save(this.#row, { [column.field.name]: cellValue(above, column) });
  }

  #open(row: Row): void {
    const { name, id } = this.#target(row);
    this.workspace.go(this.workspace.recordUrl(name, id));
  }

  readonly #onRowPointer = (event: PointerEvent): void => {
    const place = this.#placeOf(event);
    if (!place || this.#editingAt(place)) return;
    this.#move(place.index, place.column ?? this.#column);
    this.#anchor = place.index;
    if (!(event.target as Element).closest('a, button, input')) {
      event.preventDefault();
      this.#scroller()?.focus({ preventScroll: true });
    }
  };

  readonly #onRowClick = (event: MouseEvent): void => {
    const place = this.#placeOf(event);
    if (!place || event.defaultPrevented) return;
    if ((event.ctrlKey || event.metaKey) && this.selectable && !(event.target as Element).closest('a, input'))
      this.#toggle(place.index, false);
    else if (event.shiftKey && this.selectable && !(event.target as Element).closest('input')) {
      event.preventDefault();
      this.#toggle(place.index, true);
    }
  };

  readonly #onRowDouble = (event: MouseEvent): void => {
    const place = this.#placeOf(event);
    if (place?.column === undefined || this.#editingAt(place)) return;
    const column = this.columns[place.column];
    const row = this.#source?.rows[place.index];
    if (column && this.#editable(column)) this.#startEdit();
    else if (row) this.#open(row);
  };

  #placeOf(event: Event): { readonly index: number; readonly column: number | undefined } | undefined {
    const slot = event.currentTarget as HTMLElement;
    const index = Number(slot.dataset['index']);
    const cell = (event.target as Element).closest<HTMLElement>('[data-column]');
    const column = cell?.dataset['column'];
    return Number.isInteger(index) ? { index, column: column === undefined ? undefined : Number(column) } : undefined;
  }

  #editingAt(place: { readonly index: number; readonly column: number | undefined }): boolean {
    return this.#edit !== undefined && this.#edit.index === place.index && this.#edit.column === place.column;
  }

  #toggle(index: number, range: boolean): void {
    if (range) {
      const [from, to] = [Math.min(this.#anchor, index), Math.max(this.#anchor, index)];
      for (let at = from; at <= to; at++) {
        const row = this.#source?.rows[at];
        if (row) this.#selected.set(this.#idOf(row), row);
      }
    } else {
      const row = this.#source?.rows[index];
      if (!row) return;
      const id = this.#idOf(row);
      if (!this.#selected.delete(id)) this.#selected.set(id, row);
      this.#anchor = index;
    }
    this.#selectionChanged();
  }

  #range(from: number): void {
    for (const index of [from, this.#row]) {
      const row = this.#source?.rows[index];
      if (row) this.#selected.set(this.#idOf(row), row);
    }
    this.#selectionChanged();
  }

  /** All loaded rows, or with `whole` all of the query. */
  async #selectAll(whole: boolean): Promise<void> {
    const source = this.#source;
    if (!source) return;
    if (whole && !source.complete) {
      if ((source.count ?? 0) > SELECT_LIMIT) {
        showToast(this.workspace.locale.t('grid.tooMany', { count: SELECT_LIMIT }), 'error');
        return;
      }
      await source.all(SELECT_LIMIT);
    }
    for (const row of source.rows) this.#selected.set(this.#idOf(row), row);
    this.#selectionChanged();
  }

  #selectionChanged(): void {
    this.#redraw();
    this.dispatchEvent(new CustomEvent('grid-selection', { bubbles: true }));
  }

  /** Takes deleted rows out without loading the list again. */
  dropRows(ids: ReadonlySet<string>): void {
    for (const id of ids) this.#selected.delete(id);
    this.#source?.drop((row) => ids.has(this.#idOf(row)));
    this.#selectionChanged();
  }

  #textOf(row: Row, column: GridColumn): string {
    const value = cellValue(row, column);
    if (isEmpty(value)) return '';
    const owner = rowOfColumn(row, column);
    const context = fieldContext(this.workspace, column.entity, {}, owner, this.#idOf(row));
    return this.workspace.fields.of(column.field.type).text(value, column.field, context);
  }

  /** The selected rows with their headings as tab-separated text, or the active cell. */
  readonly #onCopy = (event: ClipboardEvent): void => {
    if (this.#edit || event.target !== this.#scroller()) return;
    const clean = (text: string) => text.replace(/[\t\r\n]+/g, ' ');
    const row = this.#source?.rows[this.#row];
    const column = this.columns[this.#column];
    const text =
      this.#selected.size > 0
        ? [
            this.columns.map((one) => clean(one.title)).join('\t'),
            ...[...this.#selected.values()].map((one) =>
              this.columns.map((at) => clean(this.#textOf(one, at))).join('\t'),
            ),
          ].join('\n')
        : row && column
          ? this.#textOf(row, column)
          : '';
    if (text === '') return;
    event.preventDefault();
    event.clipboardData?.setData('text/plain', text);
    showToast(this.workspace.locale.t('grid.copied', { count: Math.max(1, this.#selected.size) }));
  };

  /** Tab-separated text from the active cell on; each row is one save. */
  readonly #onPaste = (event: ClipboardEvent): void => {
    if (this.#edit || event.target !== this.#scroller() || this.#row < 0) return;
    event.preventDefault();
    const lines = (event.clipboardData?.getData('text/plain') ?? '').replace(/\r?\n$/, '').split(/\r?\n/);
    void this.#pasteLines(lines);
  };

  async #pasteLines(lines: readonly string[]): Promise<void> {
    const [top, start] = [this.#row, this.#column];
    for (const [down, line] of lines.entries()) {
      const row = this.#source?.rows[top + down];
      if (!row) break;
      const changes: Record<string, FieldValue> = {};
      for (const [across, text] of line.split('\t').entries()) {
        const column = this.columns[start + across];
        if (!column || !this.#editable(column)) continue;
        const ui = this.workspace.fields.of(column.field.type);
        const context = fieldContext(this.workspace, this.entity, {}, row, this.#idOf(row));
        const parsed = text.trim() === '' ? { value: null } : ui.parse?.(text, column.field, context);
        if (!parsed) continue;
        if ('message' in parsed) {
          showToast(`${column.title}: ${parsed.message}`, 'error');
          return;
        }
        changes[column.field.name] = parsed.value;
      }
      if (Object.keys(changes).length > 0 && !(await this.#save(top + down, changes))) return;
    }
  }

  #change(state: GridState): void {
    this.dispatchEvent(new CustomEvent('grid-state', { detail: state, bubbles: true }));
  }

  #sortBy(column: GridColumn, direction?: 'asc' | 'desc'): void {
    if (!column.field.sortable) return;
    const current = this.state.sort.find((one) => one.id === column.id);
    const next = direction ?? (current?.direction === 'asc' ? 'desc' : 'asc');
    this.#change({ ...this.state, sort: [{ id: column.id, direction: next }] });
  }

  #setColumns(columns: readonly ColumnState[]): void {
    this.#change({ ...this.state, columns });
  }

  #moveColumn(from: number, to: number): void {
    const columns = [...this.state.columns];
    const [moved] = columns.splice(from, 1);
    if (!moved) return;
    columns.splice(Math.max(0, Math.min(to, columns.length)), 0, moved);
    this.#column = Math.max(0, Math.min(to, columns.length - 1));
    this.#setColumns(columns);
  }

  #resizeColumn(index: number, width: number): void {
    const at = this.columns[index];
    if (!at) return;
    const rounded = Math.round(Math.max(64, Math.min(width, 900)));
    this.#setColumns(
      this.state.columns.map((column) => (column.id === at.id ? { id: at.id, width: rounded } : column)),
    );
  }

  /** Opens the filter of a field, shown or not, at an element. */
  async filterField(name: string, anchor: HTMLElement): Promise<void> {
    const { openFilter } = await import('./filter-popup.ts');
    const field = this.entity.fields[name];
    if (!field) return;
    const current = this.state.filters.find((filter) => filter.id === name);
    openFilter(this.workspace, this.entity, field, current, anchor, (filter) => {
      const others = this.state.filters.filter((one) => one.id !== name);
      const filters: readonly FilterState[] = filter ? [...others, filter] : others;
      this.#change({ ...this.state, filters });
      this.#scroller()?.focus();
    });
  }

  async #openColumnMenu(anchor: HTMLElement, index: number): Promise<void> {
    const column = this.columns[index];
    if (!column) return;
    // Likely to be wanted in a moment.
    void import('./filter-popup.ts');
    const { openColumnMenu } = await import('./column-menu.ts');
    openColumnMenu(anchor, {
      locale: this.workspace.locale,
      column,
      isFirst: index === 0,
      isLast: index === this.columns.length - 1,
      sorted: this.state.sort.find((one) => one.id === column.id)?.direction,
      sort: (direction) => this.#sortBy(column, direction),
      filter: () => void this.filterField(column.field.name, anchor),
      move: (by) => this.#moveColumn(index, index + by),
      resize: (by) => this.#resizeColumn(index, column.width + by),
      hide: () => this.#setColumns(this.state.columns.filter((one) => one.id !== column.id)),
    });
    // The menu gives the focus back to its anchor; a header cell hands it on to the grid.
    if (anchor.getAttribute('role') === 'columnheader') anchor.focus = () => this.#scroller()?.focus();
  }

  #startResize(event: PointerEvent, index: number): void {
    event.preventDefault();
    event.stopPropagation();
    const column = this.columns[index];
    const grid = this.#scroller();
    if (!column || !grid) return;
    const handle = event.currentTarget as HTMLElement;
    const sign = this.workspace.locale.direction === 'rtl' ? -1 : 1;
    const from = event.clientX;
    let width = column.width;
    handle.setPointerCapture(event.pointerId);
    const move = (at: PointerEvent) => {
      width = Math.max(64, column.width + (at.clientX - from) * sign);
      this.columns = this.columns.map((one, position) => (position === index ? { ...one, width } : one));
    };
    const end = () => {
      handle.removeEventListener('pointermove', move);
      this.#resizeColumn(index, width);
    };
    handle.addEventListener('pointermove', move);
    handle.addEventListener('lostpointercapture', end, { once: true });
  }

  #startDrag(event: PointerEvent, index: number): void {
    if (event.button !== 0 || event.pointerType === 'touch') return;
    const cell = event.currentTarget as HTMLElement;
    this.#drag = { from: index, x: event.clientX, moving: false, to: index };
    const head = cell.parentElement;
    const move = (at: PointerEvent) => {
      const drag = this.#drag;
      if (!drag || !head) return;
      if (!drag.moving && Math.abs(at.clientX - drag.x) < 8) return;
      drag.moving = true;
      const cells = [...head.querySelectorAll<HTMLElement>('.x-grid-heading')];
      const over = cells.findIndex((one) => {
        const box = one.getBoundingClientRect();
        return at.clientX >= box.left && at.clientX < box.right;
      });
      if (over >= 0) drag.to = over;
      for (const [position, one] of cells.entries()) {
        one.toggleAttribute('data-drop-before', position === drag.to && drag.to < drag.from);
        one.toggleAttribute('data-drop-after', position === drag.to && drag.to > drag.from);
      }
    };
    const end = () => {
      removeEventListener('pointermove', move);
      const drag = this.#drag;
      this.#drag = undefined;
      for (const one of head?.querySelectorAll('.x-grid-heading') ?? []) {
        one.removeAttribute('data-drop-before');
        one.removeAttribute('data-drop-after');
      }
      if (!drag?.moving) return;
      // The click that follows a drag must not sort.
      addEventListener('click', (click) => click.stopPropagation(), { capture: true, once: true });
      if (drag.to !== drag.from) this.#moveColumn(drag.from, drag.to);
    };
    addEventListener('pointermove', move);
    addEventListener('pointerup', end, { once: true });
  }
}

customElements.define('x-data-grid', DataGrid);
