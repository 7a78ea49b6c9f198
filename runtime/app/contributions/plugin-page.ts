// A page of a plugin: `/page/<plugin>.<page>`.
import { html, LitElement, type TemplateResult } from 'lit';
import { icon } from '../../ui/icon.ts';
import type { Locale } from '../../ui/locale/index.ts';
import '../../ui/plugins/contribution-frame.ts';
import { pluginLocale } from '../../ui/plugins/plugin-locale.ts';
import type { Workspace } from '../../ui/workspace.ts';

export class PluginPage extends LitElement {
  static override properties = {
    workspace: { attribute: false },
    name: { attribute: false },
    search: { attribute: false },
    locale: { state: true },
  };

  declare workspace: Workspace;
  declare name: string;
  /** What stands behind `?` in the address. */
  declare search: string;
  declare locale: Locale | undefined;

  override createRenderRoot(): this {
    return this;
  }

  override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has('workspace'))
      void pluginLocale(this.workspace.locale).then((locale) => {
        this.locale = locale;
      });
  }

  override render(): TemplateResult {
    const { workspace, name, locale } = this;
    const page = workspace.app.pages[name];
    if (!page) return html`<div class="x-state x-whole">${locale ? missing(locale) : ''}</div>`;
    document.title = `${page.title} – ${workspace.app.title}`;
    return html`<div class="x-plugin-page">
      <header class="x-page-head">
        <div class="x-page-title"><h1>${page.title}</h1></div>
      </header>
      <x-contribution
        .workspace=${workspace}
        .plugin=${page.plugin}
        .module=${page.module}
        .label=${page.title}
        .stamp=${this.search}
        .given=${{ parameters: new URLSearchParams(this.search) }}
      ></x-contribution>
    </div>`;
  }
}

function missing({ t }: Locale): TemplateResult {
  return html`${icon('map-pin-off')}
    <h1 class="x-state-title">${t('plugins.pageMissing')}</h1>
    <p>${t('plugins.pageMissingText')}</p>
    <a class="x-button" href="/app">${t('app.home')}</a>`;
}

customElements.define('x-plugin-page', PluginPage);
