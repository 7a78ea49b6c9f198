// Administration: which of its pages the address names. Each is a chunk of its own, loaded when first shown.
import { html, LitElement, nothing, type TemplateResult } from 'lit';
import type { Workspace } from '../../../ui/workspace.ts';
import { adminSections } from '../../administration.ts';
import type { Navigation } from '../../navigation.ts';
import '../page-parts.css';
import './admin.css';
import { createContext, type AdminContext } from './context.ts';

export class AdminPage extends LitElement {
  static override properties = {
    workspace: { attribute: false },
    navigation: { attribute: false },
    section: { attribute: false },
    itemId: { attribute: false },
    context: { state: true },
  };

  declare workspace: Workspace;
  declare navigation: Navigation;
  /** Empty: the first. */
  declare section: string;
  declare itemId: string | undefined;
  declare context: AdminContext | undefined;

  override createRenderRoot(): this {
    return this;
  }

  override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has('workspace')) void this.#prepare();
  }

  override updated(): void {
    document.querySelector('.x-side [aria-current]')?.scrollIntoView({ block: 'nearest' });
  }

  async #prepare(): Promise<void> {
    const { workspace } = this;
    const context = await createContext(workspace, this.navigation);
    if (workspace === this.workspace) this.context = context;
  }

  override render(): TemplateResult | typeof nothing {
    const { context, itemId } = this;
    if (!context) return nothing;
    const sections = adminSections(this.workspace.me);
    const section = this.section === '' ? sections[0]?.id : this.section;
    if (!sections.some(({ id }) => id === section)) return this.#unknown();
    switch (section) {
      case 'users':
        if (itemId === undefined) {
          void import('./users-page.ts');
          return html`<x-admin-users .context=${context}></x-admin-users>`;
        }
        void import('./user-page.ts');
        return html`<x-admin-user .context=${context} .itemId=${itemId}></x-admin-user>`;
      case 'teams':
        if (itemId === undefined) {
          void import('./teams-page.ts');
          return html`<x-admin-teams .context=${context}></x-admin-teams>`;
        }
        void import('./team-page.ts');
        return html`<x-admin-team .context=${context} .itemId=${itemId}></x-admin-team>`;
      case 'units':
        void import('./units-page.ts');
        return html`<x-admin-units .context=${context}></x-admin-units>`;
      case 'roles':
        if (itemId === undefined) {
          void import('./roles-page.ts');
          return html`<x-admin-roles .context=${context}></x-admin-roles>`;
        }
        void import('./role-page.ts');
        return html`<x-admin-role .context=${context} .itemId=${itemId}></x-admin-role>`;
      case 'profiles':
        if (itemId === undefined) {
          void import('./profiles-page.ts');
          return html`<x-admin-profiles .context=${context}></x-admin-profiles>`;
        }
        void import('./profile-page.ts');
        return html`<x-admin-profile .context=${context} .itemId=${itemId}></x-admin-profile>`;
      case 'keys':
        void import('./keys-page.ts');
        return html`<x-admin-keys .context=${context}></x-admin-keys>`;
      case 'sessions':
        void import('./sessions-page.ts');
        return html`<x-admin-sessions .context=${context}></x-admin-sessions>`;
      case 'views':
        if (itemId === undefined) {
          void import('./views-page.ts');
          return html`<x-admin-views .context=${context}></x-admin-views>`;
        }
        void import('./view-page.ts');
        return html`<x-admin-view .context=${context} .itemId=${itemId}></x-admin-view>`;
      case 'plugins':
        if (itemId === undefined) {
          void import('./plugins-page.ts');
          return html`<x-admin-plugins .context=${context}></x-admin-plugins>`;
        }
        void import('./plugin-page.ts');
        return html`<x-admin-plugin .context=${context} .itemId=${itemId}></x-admin-plugin>`;
      case 'audit':
        void import('./audit-page.ts');
        return html`<x-admin-audit .workspace=${this.workspace}></x-admin-audit>`;
      default:
        return this.#unknown();
    }
  }

  #unknown(): TemplateResult {
    const { t } = this.workspace.locale;
    return html`<div class="x-state x-whole">
      <h1 class="x-state-title">${t('app.notFound')}</h1>
      <p>${t('app.notFoundText')}</p>
      <a class="x-button" href="/app">${t('app.home')}</a>
    </div>`;
  }
}

customElements.define('x-admin-page', AdminPage);
