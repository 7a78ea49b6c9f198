// Pages that are not made from an entity: dashboards and the pages of plugins, each a chunk of its own.
import { html, LitElement, nothing, type TemplateResult } from 'lit';
import type { Workspace } from '../../ui/workspace.ts';
import type { Address } from '../address.ts';

export class BroughtPage extends LitElement {
  static override properties = { workspace: { attribute: false }, address: { attribute: false } };

  declare workspace: Workspace;
  declare address: Address;

  override createRenderRoot(): this {
    return this;
  }

  override render(): TemplateResult | typeof nothing {
    const { workspace, address } = this;
    if (address.kind === 'dashboard') {
      void import('../dashboard/dashboard-page.ts');
      return html`<x-dashboard-page .workspace=${workspace} .dashboardId=${address.id}></x-dashboard-page>`;
    }
    if (address.kind !== 'page') return nothing;
    void import('./plugin-page.ts');
    return html`<x-plugin-page
      .workspace=${workspace}
      .name=${address.name}
      .search=${location.search}
    ></x-plugin-page>`;
  }
}

customElements.define('x-brought-page', BroughtPage);
