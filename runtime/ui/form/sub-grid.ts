// Related rows inside a form: the same grid, narrowed to the parent, with a button that creates a row bound to it. Where
// both sides may have many (an N:N relationship), rows that exist already can be added too, and taken
// out of the list again without being deleted.
import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import type { EntityMetadata, NavigationMetadata, ViewMetadata } from '../../../metadata/effective.ts';
import { showFailure } from '../dialog/show-failure.ts';
import type { LookupValue } from '../field-ui.ts';
import '../grid/data-grid.ts';
import type { DataGrid } from '../grid/data-grid.ts';
import { stateOfView, type GridState } from '../grid/grid-state.ts';
import { icon } from '../icon.ts';
import { styled } from '../styled.ts';
import { fieldContext, type Workspace } from '../workspace.ts';

const isLookup = (value: unknown): value is LookupValue =>
  typeof value === 'object' && value !== null && 'id' in value && 'entity' in value;

/** Rows in which a person can fill in nothing are kept by the platform: there is nothing to begin. */
function isFillable({ fields }: EntityMetadata, link: string | undefined): boolean {
  return link === undefined || Object.values(fields).some(({ name, readOnly }) => !readOnly && name !== link);
}

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
    added: { state: true },
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
  /** How many rows were added here: each begins the search anew. */
  declare private added: number;
  #view: ViewMetadata | undefined;

  constructor() {
    super();
    this.added = 0;
  }

  override createRenderRoot(): this {
    return this;
  }

  override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has('workspace') || changed.has('navigation') || changed.has('entity')) void this.#prepare();
  }

  async #prepare(): Promise<void> {
    const navigation = this.entity.navigation[this.navigation];
    // Of an entity that the caller may not read there is no list.
    if (!navigation?.many || !this.workspace.app.entities[navigation.target]) return;
    if (!navigation.field) await this.workspace.fields.load(['lookup']);
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
    if (!navigation || !target || !state || !this.#view) return nothing;
    const field = navigation.field === undefined ? undefined : target.fields[navigation.field];
    if (navigation.field !== undefined && !field) return nothing;
    const { t, number } = workspace.locale;
    const grid = this.querySelector<DataGrid>('x-data-grid');
    const count = grid?.count;
    const title = this.heading ?? navigation.title;
    return html`
      <header class="x-subgrid-head">
        <h2 class="x-section-title">
          ${title} ${count === undefined ? nothing : html`<span class="x-count">${number(count)}</span>`}
        </h2>
        ${
          !field && grid && grid.selection.size > 0
            ? html`<button
                type="button"
                class="x-button x-button-quiet x-button-small"
                @click=${() => this.#remove(grid)}
              >
                ${icon('unlink')} ${t('subgrid.remove')}
              </button>`
            : nothing
        }
        ${
          target.create && isFillable(target, navigation.field)
            ? html`<button type="button" class="x-button x-button-quiet x-button-small" @click=${() => this.#create()}>
                ${icon('plus')} ${t('common.newOf', { entity: target.title })}
              </button>`
            : nothing
        }
      </header>
      ${field || workspace.viewing ? nothing : keyed(this.added, this.#adder(navigation, target))}
      <x-data-grid
        class="x-subgrid"
        ${styled({ '--x-subgrid-rows': String(Math.min(count ?? 3, 7)) })}
        .workspace=${workspace}
        .entity=${target}
        .view=${this.#view}
        .state=${state}
        .filter=${
          field
            ? `${field.wire} eq ${this.recordId}`
            : `${navigation.name}/any(x:x/${this.entity.key} eq ${this.recordId})`
        }
        .label=${title}
        .selectable=${!field && !workspace.viewing}
        @grid-selection=${() => this.requestUpdate()}
        @grid-state=${(event: CustomEvent<GridState>) => (this.state = event.detail)}
        @grid-rows=${() => this.requestUpdate()}
        @grid-new=${() => this.#create()}
      ></x-data-grid>
    `;
  }

  /** A search for a row to add, empty again after each. */
  #adder(navigation: NavigationMetadata, target: EntityMetadata): TemplateResult {
    const { workspace, entity, recordId } = this;
    const id = `add-${navigation.name}`;
    const label = workspace.locale.t('subgrid.add', { entity: target.title });
    return html`<div class="x-subgrid-add">
      <label class="x-field-label" for=${id}>${label}</label>
      ${workspace.fields.of('lookup').input({
        value: null,
        field: {
          name: navigation.name,
          title: label,
          type: 'lookup',
          options: {},
          wire: navigation.name,
          required: false,
          readOnly: false,
          immutable: false,
          targets: [{ entity: target.name, navigation: navigation.name }],
          operators: [],
          sortable: false,
        },
        context: fieldContext(workspace, entity, {}, undefined, recordId),
        id,
        describedBy: '',
        label: undefined,
        invalid: false,
        readOnly: false,
        required: false,
        place: 'form',
        onChange: (value) => {
          if (isLookup(value)) void this.#add(value);
        },
        onInvalid: () => undefined,
      })}
    </div>`;
  }

  async #add(row: LookupValue): Promise<void> {
    const { workspace, entity, recordId, navigation, target } = this;
    if (!target) return;
    try {
      await workspace.client.associate(entity.set, recordId, navigation, target.set, row.id);
      this.added += 1;
      this.querySelector<DataGrid>('x-data-grid')?.reload();
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      showFailure(workspace, error);
    }
  }

  /** Takes the selected rows out of the list: the rows themselves stay. */
  async #remove(grid: DataGrid): Promise<void> {
    const { workspace, entity, recordId, navigation, target } = this;
    if (!target) return;
    try {
      for (const id of grid.selection.keys()) {
        await workspace.client.disassociate(entity.set, recordId, navigation, target.set, id);
      }
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      showFailure(workspace, error);
    }
    grid.clearSelection();
    grid.reload();
  }

  async #create(): Promise<void> {
    const navigation = this.entity.navigation[this.navigation];
    if (!this.target || !navigation) return;
    if (navigation.field === undefined) {
      const made = await this.workspace.quickCreate(this.target.name);
      if (made) await this.#add(made);
      return;
    }
    const parent = { entity: this.entity.name, id: this.recordId, name: this.recordName };
    const created = await this.workspace.quickCreate(this.target.name, { [navigation.field]: parent });
    if (created) this.querySelector<DataGrid>('x-data-grid')?.reload();
  }
}

customElements.define('x-sub-grid', SubGrid);
