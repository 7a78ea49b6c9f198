// Related rows inside a form: the same grid, narrowed to the parent, with a button that creates a row bound to it.
import { html, LitElement, nothing, type TemplateResult } from 'lit';
import type { EntityMetadata, ViewMetadata } from '../../../metadata/effective.ts';
import '../grid/data-grid.ts';
import type { DataGrid } from '../grid/data-grid.ts';
import { stateOfView, type GridState } from '../grid/grid-state.ts';
import { icon } from '../icon.ts';
import { styled } from '../styled.ts';
import type { Workspace } from '../workspace.ts';

export class SubGrid extends LitElement {
  static override properties = {
    workspace: { attribute: false },
    entity: { attribute: false },
    recordId: { attribute: false },
    recordName: { attribute: false },
    navigation: { attribute: false },
    view: { attribute: false },
    heading: { attribute: false },
    target: { state: true },
    state: { state: true },
  };

  declare workspace: Workspace;
  /** The parent's entity and row. */
  declare entity: EntityMetadata;
  declare recordId: string;
  declare recordName: string;
  /** The collection-valued navigation property of the parent. */
  declare navigation: string;
  declare view: string | undefined;
  declare heading: string | undefined;
  declare target: EntityMetadata | undefined;
  declare state: GridState | undefined;
  #view: ViewMetadata | undefined;

  override createRenderRoot(): this {
    return this;
  }

  override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has('workspace') || changed.has('navigation') || changed.has('entity')) void this.#prepare();
  }

  async #prepare(): Promise<void> {
    const navigation = this.entity.navigation[this.navigation];
    if (!navigation?.field) return;
    const target = await this.workspace.entity(navigation.target);
    const views = Object.values(target.views);
    const view = views.find((one) => one.id === this.view || one.id.endsWith(`/${this.view}`));
    this.#view = view ?? views.find((one) => one.isDefault) ?? views[0];
    if (!this.#view) return;
    // The parent's own column says the same in every row.
    const { columns, ...rest } = stateOfView(this.#view);
    this.state = { ...rest, columns: columns.filter((column) => column.id !== navigation.field) };
    this.target = target;
  }

  override render(): TemplateResult | typeof nothing {
    const { workspace, target, state } = this;
    const navigation = this.entity.navigation[this.navigation];
    const field = navigation?.field === undefined ? undefined : target?.fields[navigation.field];
    if (!navigation || !field || !target || !state || !this.#view) return nothing;
    const { t, number } = workspace.locale;
    const count = this.querySelector<DataGrid>('x-data-grid')?.count;
    const title = this.heading ?? navigation.title;
    return html`
      <header class="x-subgrid-head">
        <h3 class="x-section-title">
          ${title} ${count === undefined ? nothing : html`<span class="x-count">${number(count)}</span>`}
        </h3>
        ${
          target.create
            ? html`<button type="button" class="x-button x-button-quiet x-button-small" @click=${() => this.#create()}>
                ${icon('plus')} ${t('common.newOf', { entity: target.title })}
              </button>`
            : nothing
        }
      </header>
      <x-data-grid
        class="x-subgrid"
        ${styled({ '--x-subgrid-rows': String(Math.min(count ?? 3, 7)) })}
        .workspace=${workspace}
        .entity=${target}
        .view=${this.#view}
        .state=${state}
        .filter=${`${field.wire} eq ${this.recordId}`}
        .label=${title}
        .selectable=${false}
        @grid-state=${(event: CustomEvent<GridState>) => (this.state = event.detail)}
        @grid-rows=${() => this.requestUpdate()}
        @grid-new=${() => this.#create()}
      ></x-data-grid>
    `;
  }

  async #create(): Promise<void> {
    const navigation = this.entity.navigation[this.navigation];
    if (!this.target || navigation?.field === undefined) return;
    const parent = { entity: this.entity.name, id: this.recordId, name: this.recordName };
    const created = await this.workspace.quickCreate(this.target.name, { [navigation.field]: parent });
    if (created) this.querySelector<DataGrid>('x-data-grid')?.reload();
  }
}

customElements.define('x-sub-grid', SubGrid);
