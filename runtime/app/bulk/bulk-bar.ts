// The bar above a list while rows are selected: how many, all of the list's query, and what can be done with them.
import { html, LitElement, nothing, type TemplateResult } from 'lit';
import type { EntityMetadata } from '../../../metadata/effective.ts';
import { lockOf } from '../../ui/field-lock.ts';
import type { DataGrid } from '../../ui/grid/data-grid.ts';
import { icon } from '../../ui/icon.ts';
import type { Locale } from '../../ui/locale/index.ts';
import { isMergeable } from '../../ui/record-values.ts';
import type { Workspace } from '../../ui/workspace.ts';
import { bulkLocale } from './bulk-locale.ts';
import './bulk.css';
import { queryText, type Rows } from './jobs-api.ts';

export class BulkBar extends LitElement {
  static override properties = {
    workspace: { attribute: false },
    entity: { attribute: false },
    grid: { attribute: false },
    selected: { attribute: false },
    whole: { state: true },
    locale: { state: true },
  };

  declare workspace: Workspace;
  declare entity: EntityMetadata;
  declare grid: DataGrid;
  /** Rows selected in the grid. */
  declare selected: number;
  /** All of the query are meant. */
  declare whole: boolean;
  declare locale: Locale | undefined;

  constructor() {
    super();
    this.whole = false;
  }

  override createRenderRoot(): this {
    return this;
  }

  override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has('workspace'))
      void bulkLocale(this.workspace.locale).then((locale) => {
        this.locale = locale;
      });
    // Another selection means itself again.
    if (changed.has('selected')) this.whole = false;
  }

  #rows(): Rows {
    const { following, selection } = this.grid;
    const query = following?.query;
    return this.whole && query ? { query: queryText(query) } : { ids: [...selection.keys()] };
  }

  #count(): number {
    return this.whole ? (this.grid.count ?? 0) : this.selected;
  }

  readonly #done = (): void => {
    if (!this.grid.isConnected) return;
    this.grid.clearSelection();
    this.grid.reload();
  };

  override render(): TemplateResult | typeof nothing {
    const { entity, grid, selected, whole, locale } = this;
    if (!locale) return nothing;
    const { t, number } = locale;
    const all = grid.count ?? 0;
    const title = whole ? t('bulk.all', { count: all }) : t('bulk.selected', { count: selected });
    const editable = Object.values(entity.fields).some((field) => lockOf(field, false) === undefined);
    const owner = ownerOf(entity);
    const button = (label: string, sign: string, run: () => void) =>
      html`<button type="button" class="x-button x-button-small" @click=${run}>${icon(sign)} ${label}</button>`;
    return html`<div class="x-bulk" role="region" aria-label=${title}>
      <strong aria-live="polite">${title}</strong>
      ${
        !whole && all > selected
          ? html`<button
              type="button"
              class="x-button x-button-quiet x-button-small"
              @click=${() => {
                this.whole = true;
              }}
            >
              ${t('bulk.selectAll', { n: number(all) })}
            </button>`
          : nothing
      }
      ${selected === 2 && !whole && isMergeable(entity) ? button(t('merge.command'), 'merge', () => void this.#merge()) : nothing}
      ${whole || entity.commands.length === 0 ? nothing : this.#renderCommands()}
      ${editable ? button(t('bulk.edit'), 'pencil', () => void this.#edit()) : nothing}
      ${owner && lockOf(owner, false) === undefined ? button(t('bulk.assign'), 'users', () => void this.#edit(owner.name)) : nothing}
      ${button(t('bulk.export'), 'download', () => void this.#export())}
      ${button(t('common.delete'), 'trash-2', () => void this.#delete())}
      <button type="button" class="x-button x-button-quiet x-button-small" @click=${() => grid.clearSelection()}>
        ${t('common.cancel')}
      </button>
    </div>`;
  }

  #renderCommands(): TemplateResult {
    void import('../../ui/plugins/command-bar.ts');
    return html`<x-command-bar
      .workspace=${this.workspace}
      .entity=${this.entity}
      .place=${'rows'}
      .ids=${[...this.grid.selection.keys()]}
      .refresh=${async () => this.#done()}
    ></x-command-bar>`;
  }

  async #merge(): Promise<void> {
    const { mergeSelected } = await import('../pages/list-bulk.ts');
    await mergeSelected(this.workspace, this.entity, this.grid);
  }

  async #edit(owner?: string): Promise<void> {
    const { editMany } = await import('./edit-many.ts');
    await editMany(this.workspace, this.entity, { rows: this.#rows(), count: this.#count(), owner, onEnd: this.#done });
  }

  async #export(): Promise<void> {
    const { openExport } = await import('./export-dialog.ts');
    const { selection, ids } = this.grid;
    const chosen = this.whole || selection.size === ids.length ? undefined : [...selection.keys()];
    await openExport(this.workspace, this.entity, this.grid, chosen);
  }

  async #delete(): Promise<void> {
    if (!this.whole && this.selected === 1) {
      const { deleteSelected } = await import('../pages/list-bulk.ts');
      await deleteSelected(this.workspace, this.entity, this.grid);
      return;
    }
    const { deleteMany } = await import('./delete-many.ts');
    await deleteMany(this.workspace, this.entity, { rows: this.#rows(), onEnd: this.#done });
  }
}

/** The field that says whose a row is. */
function ownerOf({ fields }: EntityMetadata): EntityMetadata['fields'][string] | undefined {
  return Object.values(fields).find(({ options }) => options['system'] === 'owner') ?? fields['ownerid'];
}

customElements.define('x-bulk-bar', BulkBar);
