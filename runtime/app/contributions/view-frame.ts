// A list drawn by a view kind of a plugin: handed the query, the filters and the columns as the list page has them.
import { html, LitElement, nothing, type TemplateResult } from 'lit';
import type { EntityMetadata, ViewMetadata } from '../../../metadata/effective.ts';
import type { Row } from '../../client/index.ts';
import type { FieldValue } from '../../ui/field-ui.ts';
import { rowOfColumn, resolveColumns, toQuery, type GridColumn, type GridState } from '../../ui/grid/grid-state.ts';
import { bodyOf, isEmpty, valueOf, valuesOf } from '../../ui/record-values.ts';
import type { ContributionFrame } from '../../ui/plugins/contribution-frame.ts';
import '../../ui/plugins/contribution-frame.ts';
import { fieldContext, type Workspace } from '../../ui/workspace.ts';

export class ViewFrame extends LitElement {
  static override properties = {
    workspace: { attribute: false },
    entity: { attribute: false },
    view: { attribute: false },
    state: { attribute: false },
    ready: { state: true },
  };

  declare workspace: Workspace;
  declare entity: EntityMetadata;
  declare view: ViewMetadata;
  declare state: GridState;
  /** Columns, and the field types that draw them, are there. */
  declare ready: boolean;
  #columns: readonly GridColumn[] = [];

  constructor() {
    super();
    this.ready = false;
  }

  override createRenderRoot(): this {
    return this;
  }

  reload(): void {
    this.querySelector<ContributionFrame>('x-contribution')?.reload();
  }

  override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has('workspace') || changed.has('entity') || changed.has('view') || changed.has('state'))
      void this.#prepare();
  }

  async #prepare(): Promise<void> {
    const { workspace, entity, state, view } = this;
    // Fields that the kind's options name are drawn too.
    const named = Object.values(view.options ?? {}).flatMap((value) => (typeof value === 'string' ? [value] : []));
    const types = [...named, ...state.columns.map(({ id }) => id)].flatMap((name) => entity.fields[name]?.type ?? []);
    const [columns] = await Promise.all([
      resolveColumns(entity, state.columns, workspace.entity, () => 0),
      workspace.fields.load(types),
    ]);
    await workspace.fields.load(columns.map(({ field }) => field.type));
    if (this.workspace !== workspace || this.state !== state) return;
    this.#columns = columns;
    this.ready = true;
    this.requestUpdate();
  }

  override render(): TemplateResult | typeof nothing {
    const { workspace, entity, view, state } = this;
    const kind = workspace.app.viewKinds[view.kind];
    if (!kind || !this.ready) return nothing;
    const asked = toQuery(entity, this.#columns, state, workspace.fields, { view: `${entity.name}/views/${view.id}` });
    const query: Record<string, string> = {
      savedQuery: asked.view ?? '',
      $select: asked.select?.join(',') ?? entity.key,
      ...(asked.filter !== undefined && { $filter: asked.filter }),
      ...(asked.orderby !== undefined && { $orderby: asked.orderby }),
      ...(asked.expand !== undefined && { $expand: asked.expand }),
      ...(asked.search !== undefined && { $search: asked.search }),
    };
    return html`<x-contribution
      class="x-view-kind"
      .workspace=${workspace}
      .plugin=${kind.plugin}
      .module=${kind.module}
      .label=${view.title}
      .stamp=${`${entity.name}/${view.id} ${JSON.stringify([query, state.columns])}`}
      .given=${{
        entity,
        view,
        options: view.options ?? {},
        columns: this.#columns.map(({ id }) => id),
        query,
        editable: workspace.viewing === undefined && entity.union === undefined,
        display: (row: Row, field: string) => this.#show(row, field, 'display'),
        text: (row: Row, field: string) => this.#show(row, field, 'text'),
        save: (row: Row, values: Readonly<Record<string, FieldValue>>) => this.#save(row, values),
        tell: (count: number | undefined, ids: readonly string[]) => {
          this.dispatchEvent(new CustomEvent('view-rows', { detail: { count, ids } }));
        },
      }}
    ></x-contribution>`;
  }

  #show(row: Row, name: string, how: 'display' | 'text'): unknown {
    const { workspace, entity } = this;
    const column = this.#columns.find(({ id }) => id === name);
    const field = column?.field ?? entity.fields[name];
    const owner = column ? rowOfColumn(row, column) : row;
    if (!field || !owner) return how === 'text' ? '' : nothing;
    const value = valueOf(owner, field);
    if (isEmpty(value)) return how === 'text' ? '' : nothing;
    const of = column?.entity ?? entity;
    const context = fieldContext(workspace, of, valuesOf(owner, of), owner, String(owner[of.key] ?? ''));
    return workspace.fields.of(field.type)[how](value, field, context);
  }

  async #save(row: Row, values: Readonly<Record<string, FieldValue>>): Promise<Row> {
    const { workspace, entity } = this;
    const setOf = (name: string): string => workspace.app.entities[name]?.set ?? name;
    const etag = row['@odata.etag'];
    const saved = await workspace.client.update(
      entity.set,
      String(row[entity.key]),
      bodyOf(values, entity, setOf),
      typeof etag === 'string' ? etag : undefined,
    );
    return saved.row;
  }
}

customElements.define('x-view-frame', ViewFrame);
