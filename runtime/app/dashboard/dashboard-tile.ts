// One tile of a dashboard: it loads by itself, and what fails in it stays in it.
import { html, LitElement, nothing, type TemplateResult } from 'lit';
import type { TileMetadata } from '../../../metadata/effective.ts';
import { cellValue, rowOfColumn } from '../../ui/grid/grid-state.ts';
import { icon } from '../../ui/icon.ts';
import type { Locale } from '../../ui/locale/index.ts';
import { isEmpty, valuesOf } from '../../ui/record-values.ts';
import { fieldContext, type Workspace } from '../../ui/workspace.ts';
import { listUrl, recordUrl } from '../address.ts';
import { drawChart, legendOf, tableOf, type Drawing } from './draw-chart.ts';
import { markdown } from './markdown.ts';
import { loadTile, pointUrl, type TileData } from './tile-data.ts';

/** Of one row of tiles, and of what stands above a chart in its tile. */
export const ROW = 132;
const HEAD = 62;
const GAP = 12;

export class DashboardTile extends LitElement {
  static override properties = {
    workspace: { attribute: false },
    locale: { attribute: false },
    tile: { attribute: false },
    data: { state: true },
    problem: { state: true },
    table: { state: true },
    room: { state: true },
  };

  declare workspace: Workspace;
  declare locale: Locale;
  declare tile: TileMetadata;
  declare data: TileData | undefined;
  declare problem: string | undefined;
  /** A chart's figures as a table. */
  declare table: boolean;
  /** Width for a chart, in CSS pixels. */
  declare room: number;
  readonly #watch = new ResizeObserver(([entry]) => {
    const width = Math.floor(entry?.contentRect.width ?? 0);
    if (width > 0) this.room = width;
  });

  constructor() {
    super();
    this.table = false;
    this.room = 0;
  }

  override createRenderRoot(): this {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#watch.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#watch.disconnect();
  }

  override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has('workspace') || changed.has('tile') || changed.has('locale')) void this.load();
  }

  async load(): Promise<void> {
    const { workspace, locale, tile } = this;
    this.problem = undefined;
    try {
      const data = await loadTile(workspace, locale, tile);
      if (this.tile === tile && this.workspace === workspace) this.data = data;
    } catch (error) {
      this.problem = error instanceof Error ? error.message : String(error);
    }
  }

  override render(): TemplateResult {
    const { tile, locale, data, problem } = this;
    const { t } = locale;
    return html`<div class="x-tile" role="group" aria-label=${tile.title || t('dashboard.chart')}>
      ${
        tile.title === ''
          ? nothing
          : html`<header class="x-tile-head">
              <h2><bdi>${tile.title}</bdi></h2>
              ${data?.kind === 'chart' && data.chart.points.length > 0 ? this.#renderSwitch() : nothing}
            </header>`
      }
      ${
        problem !== undefined || data?.kind === 'hidden'
          ? html`<div class="x-tile-none" role="alert">
              ${icon('cloud-off')}<strong>${t('dashboard.failed')}</strong>
              <span>${problem ?? t('dashboard.fieldMissing')}</span>
              ${
                problem === undefined
                  ? nothing
                  : html`<button type="button" class="x-button x-button-small" @click=${() => this.load()}>
                      ${t('common.retry')}
                    </button>`
              }
            </div>`
          : data
            ? this.#renderData(data)
            : html`<span class="x-skeleton x-tile-waits"></span>`
      }
    </div>`;
  }

  #renderSwitch(): TemplateResult {
    const { t } = this.locale;
    const label = t(this.table ? 'dashboard.chart' : 'dashboard.table');
    return html`<button
      type="button"
      class="x-button x-button-quiet x-button-icon x-button-small"
      aria-label=${label}
      data-tip=${label}
      @click=${() => {
        this.table = !this.table;
      }}
    >
      ${icon(this.table ? 'chart-column' : 'table')}
    </button>`;
  }

  #renderData(data: TileData): TemplateResult | typeof nothing {
    const { tile } = this;
    switch (data.kind) {
      case 'number':
        return this.#renderNumber(data);
      case 'chart':
        return this.#renderChart(data);
      case 'view':
        return this.#renderView(data);
      case 'text':
        return html`<div class="x-tile-text">${markdown(tile.text ?? '')}</div>`;
      case 'hidden':
        return nothing;
    }
  }

  #renderNumber({ value, before }: Extract<TileData, { kind: 'number' }>): TemplateResult {
    const { tile, locale } = this;
    const text = value === undefined ? '–' : locale.number(value, { maximumFractionDigits: 1 });
    const figure = html`<span class="x-tile-figure x-num">${text}</span>`;
    return html`<div class="x-tile-number">
      ${tile.entity === undefined ? figure : html`<a href=${listUrl(tile.entity, tile.view)} aria-label=${`${tile.title}: ${text}`}>${figure}</a>`}
      ${tile.compare && value !== undefined && before !== undefined ? this.#renderChange(value, before, tile.compare.by) : nothing}
    </div>`;
  }

  #renderChange(value: number, before: number, by: string): TemplateResult {
    const { t, number } = this.locale;
    const period = t(`dashboard.before.${by}`);
    const change = number(Math.abs(value - before) / Math.abs(before || 1), {
      style: 'percent',
      maximumFractionDigits: 0,
    });
    const [key, sign, way] =
      before === 0
        ? ['fromNothing', 'minus', 'same']
        : value > before
          ? ['more', 'trending-up', 'up']
          : value < before
            ? ['less', 'trending-down', 'down']
            : ['same', 'minus', 'same'];
    return html`<span class="x-tile-change" data-way=${way}>
      ${icon(sign)}<span>${t(`dashboard.now.${by}`)} · ${t(`dashboard.${key}`, { change, period })}</span>
    </span>`;
  }

  #renderChart({ chart }: Extract<TileData, { kind: 'chart' }>): TemplateResult {
    const { tile, locale } = this;
    const { t } = locale;
    if (chart.points.length === 0) return html`<p class="x-tile-none">${icon('inbox')}${t('dashboard.empty')}</p>`;
    const legend = chart.series.length > 1 ? 24 : 0;
    const drawing: Drawing = {
      kind: tile.chart?.kind ?? 'column',
      data: chart,
      locale,
      width: Math.max(220, this.room - 26),
      height: Math.max(120, tile.height * ROW + (tile.height - 1) * GAP - HEAD - legend),
      id: `chart-${tile.id}`,
      linkOf: (point) => pointUrl(tile, chart, point, locale),
    };
    if (this.table) return html`<div class="x-tile-scroll" tabindex="0">${tableOf(drawing, tile.title)}</div>`;
    return html`<div class="x-tile-chart" role="group" aria-label=${tile.title}>
      ${this.room === 0 ? nothing : drawChart(drawing)} ${legendOf(drawing)}
    </div>`;
  }

  #renderView({ entity, columns, rows }: Extract<TileData, { kind: 'view' }>): TemplateResult {
    const { workspace, tile, locale } = this;
    const { t } = locale;
    const cell = (row: (typeof rows)[number], column: (typeof columns)[number]): unknown => {
      const owner = rowOfColumn(row, column);
      const value = cellValue(row, column);
      if (!owner || isEmpty(value)) return nothing;
      const of = column.entity;
      const context = fieldContext(workspace, of, valuesOf(owner, of), owner, String(owner[of.key] ?? ''));
      return workspace.fields.of(column.field.type).display(value, column.field, context);
    };
    return html`${
        rows.length === 0
          ? html`<p class="x-tile-none">${icon('inbox')}${t('dashboard.empty')}</p>`
          : html`<div class="x-tile-scroll" tabindex="0" role="group" aria-label=${tile.title}>
              <table class="x-tile-rows">
                <thead>
                  <tr>
                    ${columns.map((column) => html`<th scope="col">${column.title}</th>`)}
                  </tr>
                </thead>
                <tbody>
                  ${rows.map(
                    (row) =>
                      html`<tr>
                        ${columns.map((column, index) =>
                          index === 0
                            ? html`<th scope="row">
                                <a href=${recordUrl(entity.name, String(row[entity.key]))}>${cell(row, column)}</a>
                              </th>`
                            : html`<td>${cell(row, column)}</td>`,
                        )}
                      </tr>`,
                  )}
                </tbody>
              </table>
            </div>`
      } <a class="x-tile-all" href=${listUrl(entity.name, tile.view)}>${t('dashboard.all')}</a>`;
  }
}

customElements.define('x-dashboard-tile', DashboardTile);
