// A dashboard: charts, figures, lists and texts on one page, each leading to the rows behind it.
import { html, LitElement, nothing, type TemplateResult } from 'lit';
import type { DashboardMetadata } from '../../../metadata/effective.ts';
import { ClientError } from '../../client/index.ts';
import { icon } from '../../ui/icon.ts';
import type { Locale } from '../../ui/locale/index.ts';
import { styled } from '../../ui/styled.ts';
import type { Workspace } from '../../ui/workspace.ts';
import '../pages/page-parts.css';
import { dashboardLocale } from './dashboard-locale.ts';
import './dashboard-tile.ts';
import type { DashboardTile } from './dashboard-tile.ts';
import './dashboard.css';

export class DashboardPage extends LitElement {
  static override properties = {
    workspace: { attribute: false },
    dashboardId: { attribute: false },
    dashboard: { state: true },
    locale: { state: true },
    problem: { state: true },
  };

  declare workspace: Workspace;
  declare dashboardId: string;
  declare dashboard: DashboardMetadata | undefined;
  declare locale: Locale | undefined;
  declare problem: ClientError | undefined;

  override createRenderRoot(): this {
    return this;
  }

  override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has('workspace') || changed.has('dashboardId')) void this.#load();
  }

  async #load(): Promise<void> {
    const { workspace, dashboardId } = this;
    const { language } = workspace.locale;
    this.problem = undefined;
    try {
      const path = `/api/metadata/dashboards/${encodeURIComponent(dashboardId)}?language=${encodeURIComponent(language)}`;
      const [dashboard, locale] = await Promise.all([
        workspace.client.ask('GET', path) as Promise<DashboardMetadata>,
        dashboardLocale(workspace.locale),
      ]);
      if (this.workspace !== workspace || this.dashboardId !== dashboardId) return;
      this.locale = locale;
      this.dashboard = dashboard;
    } catch (error) {
      if (this.dashboardId !== dashboardId) return;
      this.locale = await dashboardLocale(workspace.locale);
      this.problem = error instanceof ClientError ? error : new ClientError(0, 'CLIENT', String(error), [], {}, error);
    }
  }

  override render(): TemplateResult | typeof nothing {
    const { workspace, dashboard, locale, problem } = this;
    if (!locale) return nothing;
    const { t } = locale;
    if (problem)
      return html`<div class="x-state x-whole" role="alert">
        ${icon(problem.status === 404 ? 'map-pin-off' : 'cloud-off')}
        <h1 class="x-state-title">${t(problem.status === 404 ? 'dashboard.missing' : 'dashboard.failed')}</h1>
        <p>${problem.status === 404 ? t('dashboard.missingText') : problem.message}</p>
        <a class="x-button" href="/app">${t('app.home')}</a>
      </div>`;
    if (!dashboard) return nothing;
    document.title = `${dashboard.title} – ${workspace.app.title}`;
    return html`<div class="x-dashboard">
      <header class="x-page-head">
        <div class="x-page-title">
          <h1><bdi>${dashboard.title}</bdi></h1>
          ${dashboard.description === undefined ? nothing : html`<span class="x-hint">${dashboard.description}</span>`}
        </div>
        <div class="x-page-commands">
          <button type="button" class="x-button x-button-quiet" @click=${this.#onRefresh}>
            ${icon('rotate-cw')}<span>${t('dashboard.refresh')}</span>
          </button>
        </div>
      </header>
      <div class="x-tiles" ${styled({ '--x-tile-columns': String(dashboard.columns) })}>
        ${dashboard.tiles.map(
          (tile) =>
            html`<x-dashboard-tile
              data-kind=${tile.kind}
              .workspace=${workspace}
              .locale=${locale}
              .tile=${tile}
              ${styled({ '--x-tile-width': String(tile.width), '--x-tile-height': String(tile.height) })}
            ></x-dashboard-tile>`,
        )}
      </div>
    </div>`;
  }

  readonly #onRefresh = (): void => {
    for (const tile of this.querySelectorAll<DashboardTile>('x-dashboard-tile')) void tile.load();
  };
}

customElements.define('x-dashboard-page', DashboardPage);
