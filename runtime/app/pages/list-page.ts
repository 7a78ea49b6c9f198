// A view of an entity: its title and commands, filters as chips, the grid; the address holds what was changed.
import { html, LitElement, nothing, type TemplateResult } from 'lit';
import type { EntityMetadata, ViewMetadata } from '../../../metadata/effective.ts';
import { openMenu } from '../../ui/dialog/menu.ts';
import '../../ui/grid/data-grid.ts';
import type { DataGrid } from '../../ui/grid/data-grid.ts';
import { filterSentence } from '../../ui/grid/filter-sentence.ts';
import { readState, stateOfView, writeState, type GridState } from '../../ui/grid/grid-state.ts';
import { icon } from '../../ui/icon.ts';
import type { Workspace } from '../../ui/workspace.ts';
import { listUrl, newUrl, shortId } from '../address.ts';
import type { Navigation } from '../navigation.ts';
import { storedDensity, type Density } from '../preferences.ts';
import { leaveTrail } from '../trail.ts';

/** What a list shows. */
interface Rows {
  readonly ids: readonly string[];
  readonly count: number | undefined;
}

export class ListPage extends LitElement {
  static override properties = {
    workspace: { attribute: false },
    navigation: { attribute: false },
    entityName: { attribute: false },
    viewId: { attribute: false },
    entity: { state: true },
    view: { state: true },
    state: { state: true },
    density: { state: true },
  };

  declare workspace: Workspace;
  declare navigation: Navigation;
  declare entityName: string;
  declare viewId: string | undefined;
  declare entity: EntityMetadata | undefined;
  declare view: ViewMetadata | undefined;
  declare state: GridState | undefined;
  declare density: Density;
  #searchTimer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    this.density = storedDensity();
  }

  override createRenderRoot(): this {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener('keydown', this.#onKey);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener('keydown', this.#onKey);
    clearTimeout(this.#searchTimer);
  }

  override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has('workspace') || changed.has('entityName') || changed.has('viewId')) void this.#prepare();
  }

  async #prepare(): Promise<void> {
    const { workspace, entityName, viewId } = this;
    const entity = await workspace.entity(entityName);
    if (this.workspace !== workspace || this.entityName !== entityName || this.viewId !== viewId) return;
    const views = Object.values(entity.views);
    const view =
      views.find((one) => shortId(one.id) === viewId) ??
      views.find((one) => one.isDefault) ??
      views[0] ??
      plainView(entity);
    const sameList = this.entity?.name === entity.name && this.view?.id === view.id;
    this.entity = entity;
    this.view = view;
    // A switch of language keeps what the user has made of the list.
    if (!sameList) this.state = readState(new URLSearchParams(location.search), stateOfView(view));
    document.title = `${view.title} – ${workspace.app.title}`;
    // Filters speak through their field types.
    await workspace.fields.load((this.state?.filters ?? []).flatMap((filter) => entity.fields[filter.id]?.type ?? []));
    this.requestUpdate();
  }

  override render(): TemplateResult | typeof nothing {
    const { workspace, entity, view, state } = this;
    if (!entity || !view || !state) return nothing;
    const { t, number } = workspace.locale;
    const grid = this.#grid();
    const selected = grid?.selection.size ?? 0;
    const count = grid?.count;
    const changed = [...writeState(state, stateOfView(view)).keys()].some((key) => key !== 'search');
    return html`<div class="x-list" data-density=${this.density}>
      <header class="x-page-head">
        <div class="x-page-title">
          <h1>
            <button
              type="button"
              class="x-view-button"
              aria-haspopup="menu"
              aria-expanded="false"
              aria-label=${`${view.title}: ${t('grid.views')}`}
              @click=${this.#onViews}
            >
              <span>${view.title}</span>${icon('chevron-down')}
            </button>
          </h1>
          ${count === undefined ? nothing : html`<span class="x-count">${number(count)}</span>`}
        </div>
        <div class="x-page-commands">
          <div class="x-input-row x-list-search">
            ${icon('search')}
            <input
              type="search"
              dir="auto"
              aria-label=${t('grid.searchIn', { entity: entity.plural })}
              placeholder=${t('common.search')}
              .value=${state.search}
              @input=${this.#onSearch}
              @keydown=${this.#onSearchKey}
            />
          </div>
          ${
            view.kind === 'grid'
              ? html`
                  <button
                    type="button"
                    class="x-button x-button-quiet x-button-icon"
                    aria-label=${t('grid.addFilter')}
                    data-tip=${t('grid.addFilter')}
                    aria-haspopup="menu"
                    @click=${this.#onAddFilter}
                  >
                    ${icon('list-filter')}
                  </button>
                  <button
                    type="button"
                    class="x-button x-button-quiet x-button-icon"
                    aria-label=${t('grid.viewOptions')}
                    data-tip=${t('grid.viewOptions')}
                    aria-haspopup="menu"
                    @click=${this.#onOptions}
                  >
                    ${icon('sliders-horizontal')}
                  </button>
                `
              : nothing
          }
          ${entity.commands.length === 0 ? nothing : this.#renderCommands(entity)}
          ${
            entity.create
              ? html`<a class="x-button x-button-primary" href=${newUrl(entity.name)} aria-keyshortcuts="Alt+N">
                  ${icon('plus')}<span>${t('common.new')}</span>
                </a>`
              : nothing
          }
        </div>
      </header>
      ${
        state.filters.length > 0 || changed
          ? html`<div class="x-chips" role="group" aria-label=${t('grid.addFilter')}>
              ${state.filters.map((filter) => {
                const sentence = filterSentence(filter, entity, workspace);
                return html`<span class="x-chip">
                  <button
                    type="button"
                    class="x-chip-text"
                    @click=${(event: Event) => grid?.filterField(filter.id, event.currentTarget as HTMLElement)}
                  >
                    ${sentence}
                  </button>
                  <button
                    type="button"
                    class="x-chip-remove"
                    aria-label=${t('grid.removeFilter', { filter: sentence })}
                    @click=${() => this.apply({ ...state, filters: state.filters.filter((one) => one !== filter) })}
                  >
                    ${icon('x')}
                  </button>
                </span>`;
              })}
              ${
                changed
                  ? html`<button
                      type="button"
                      class="x-button x-button-quiet x-button-small"
                      @click=${() => this.apply({ ...stateOfView(view), search: state.search })}
                    >
                      ${icon('undo-2')} ${t('grid.resetView')}
                    </button>`
                  : nothing
              }
            </div>`
          : nothing
      }
      ${selected > 0 ? this.#renderBulk(entity, selected) : nothing}
      ${
        view.kind === 'grid'
          ? html`<x-data-grid
              .workspace=${workspace}
              .entity=${entity}
              .view=${view}
              .state=${state}
              .label=${view.title}
              .selectable=${!entity.union && !entity.single && !this.workspace.viewing}
              @grid-state=${(event: CustomEvent<GridState>) => this.apply(event.detail)}
              @grid-rows=${this.#onRows}
              @grid-selection=${() => this.requestUpdate()}
              @grid-new=${() => workspace.go(newUrl(entity.name))}
            ></x-data-grid>`
          : this.#renderKind(entity, view, state)
      }
    </div>`;
  }

  #renderCommands(entity: EntityMetadata): TemplateResult {
    void import('../../ui/plugins/command-bar.ts');
    return html`<x-command-bar
      .workspace=${this.workspace}
      .entity=${entity}
      .place=${'list'}
      .refresh=${async () => this.#reload()}
    ></x-command-bar>`;
  }

  #reload(): void {
    this.querySelector<HTMLElement & { reload(): void }>('x-data-grid, x-view-frame')?.reload();
  }

  #renderKind(entity: EntityMetadata, view: ViewMetadata, state: GridState): TemplateResult {
    void import('../contributions/view-frame.ts');
    return html`<x-view-frame
      .workspace=${this.workspace}
      .entity=${entity}
      .view=${view}
      .state=${state}
      @view-rows=${(event: CustomEvent<Rows>) => this.#leaveTrail(event.detail)}
    ></x-view-frame>`;
  }

  #renderBulk(entity: EntityMetadata, selected: number): TemplateResult {
    void import('../bulk/bulk-bar.ts');
    return html`<x-bulk-bar
      .workspace=${this.workspace}
      .entity=${entity}
      .grid=${this.#grid()}
      .selected=${selected}
    ></x-bulk-bar>`;
  }

  #grid(): DataGrid | null {
    return this.querySelector<DataGrid>('x-data-grid');
  }

  apply(state: GridState): void {
    const { entity, view } = this;
    if (!entity || !view) return;
    this.state = state;
    const parameters = writeState(state, stateOfView(view)).toString();
    this.navigation.rewrite(listUrl(entity.name, shortId(view.id)) + (parameters === '' ? '' : `?${parameters}`));
    void this.workspace.fields
      .load(state.filters.flatMap((filter) => entity.fields[filter.id]?.type ?? []))
      .then(() => this.requestUpdate());
  }

  readonly #onRows = (): void => {
    const grid = this.#grid();
    this.requestUpdate();
    if (grid) this.#leaveTrail(grid);
  };

  #leaveTrail({ ids, count }: Rows): void {
    const { entity, view } = this;
    if (!entity || !view) return;
    const url = location.pathname + location.search;
    leaveTrail({ entity: entity.name, url, title: view.title, ids, total: count ?? ids.length });
  }

  readonly #onSearch = (event: Event): void => {
    const search = (event.target as HTMLInputElement).value.trim();
    clearTimeout(this.#searchTimer);
    this.#searchTimer = setTimeout(() => {
      if (this.state && this.state.search !== search) this.apply({ ...this.state, search });
    }, 250);
  };

  readonly #onSearchKey = (event: KeyboardEvent): void => {
    if (event.key !== 'ArrowDown' && event.key !== 'Enter') return;
    event.preventDefault();
    this.querySelector<HTMLElement>('.x-grid')?.focus();
  };

  readonly #onViews = (event: Event): void => {
    const { entity, view, workspace } = this;
    if (!entity || !view) return;
    openMenu(event.currentTarget as HTMLElement, [
      entity.plural,
      ...Object.values(entity.views).map((one) => ({
        label: one.title,
        checked: one.id === view.id,
        run: () => workspace.go(listUrl(entity.name, shortId(one.id))),
      })),
    ]);
  };

  readonly #onAddFilter = (event: Event): void => void this.#openMenu(event, 'openFields');
  readonly #onOptions = (event: Event): void => void this.#openMenu(event, 'openOptions');

  async #openMenu(event: Event, which: 'openFields' | 'openOptions'): Promise<void> {
    const anchor = event.currentTarget as HTMLElement;
    const menus = await import('./list-menus.ts');
    const { entity, state } = this;
    const grid = this.#grid();
    if (entity && state && grid) menus[which](anchor, { page: this, grid, entity, state });
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    if (!event.altKey || event.ctrlKey || event.code !== 'KeyN' || document.querySelector('dialog[open]')) return;
    if (!this.entity?.create) return;
    event.preventDefault();
    this.workspace.go(newUrl(this.entity.name));
  };
}

/** For an entity without a view: its name and when it was made. */
function plainView(entity: EntityMetadata): ViewMetadata {
  const columns = [entity.primary, 'createdon'].filter((name) => entity.fields[name]).map((id) => ({ id }));
  return { id: 'all', title: entity.plural, kind: 'grid', columns, sort: [], isDefault: true };
}

customElements.define('x-list-page', ListPage);
