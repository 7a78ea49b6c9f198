// Says above every screen through whose eyes it is seen, and ends it.
import { html, LitElement, type TemplateResult } from 'lit';
import { icon } from '../../ui/icon.ts';
import type { Locale } from '../../ui/locale/index.ts';
import { viewWith } from './when-needed.ts';
import './view-as-banner.css';

export class ViewAsBanner extends LitElement {
  static override properties = { locale: { attribute: false }, name: { attribute: false } };

  declare locale: Locale;
  declare name: string;

  override createRenderRoot(): this {
    return this;
  }

  override render(): TemplateResult {
    const { t } = this.locale;
    return html`<section class="x-viewing" aria-label=${t('access.viewing')}>
      ${icon('eye')}
      <span role="status">${t('access.viewing.text', { name: `\u2068${this.name}\u2069` })}</span>
      <button type="button" class="x-button x-button-small" @click=${() => viewWith(undefined)}>
        ${icon('x')} ${t('access.viewing.stop')}
      </button>
    </section>`;
  }
}

customElements.define('x-view-as-banner', ViewAsBanner);
