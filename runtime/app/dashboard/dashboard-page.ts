// A dashboard: charts, figures, lists and texts on one page, each leading to the rows behind it.
import { html, LitElement, type TemplateResult } from 'lit';
import type { Workspace } from '../../ui/workspace.ts';

export class DashboardPage extends LitElement {
  static override properties = { workspace: { attribute: false }, dashboardId: { attribute: false } };

  declare workspace: Workspace;
  declare dashboardId: string;

  override createRenderRoot(): this {
    return this;
  }

  override render(): TemplateResult {
    return html``;
  }
}

customElements.define('x-dashboard-page', DashboardPage);
