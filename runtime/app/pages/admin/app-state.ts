// After a plugin came, changed or went: whether its buttons and pages are in the app already. It is built beside the present one.
import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { icon } from '../../../ui/icon.ts';
import type { AdminContext } from './context.ts';
import type { AppState } from './plugins-api.ts';

/** Milliseconds between two looks. */
const PAUSE = 1500;

export class AdminAppState extends LitElement {
  static override properties = { context: { attribute: false }, state: { attribute: false }, built: { state: true } };
  declare context: AdminContext;
  declare state: AppState;
  /** Asks the server again. */
  declare ask: () => Promise<AppState>;
  /** It was seen to be built: this page is of the app before. */
  declare built: boolean;
  #clock: ReturnType<typeof setTimeout> | undefined;

  override createRenderRoot(): this {
    return this;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#clock);
  }

  override updated(changed: Map<string, unknown>): void {
    if (changed.has('state') && this.state === 'building') this.#lookAgain();
  }

  #lookAgain(): void {
    clearTimeout(this.#clock);
    this.#clock = setTimeout(() => {
      void this.ask()
        .catch(() => this.state)
        .then((state) => {
          if (!this.isConnected) return;
          if (state === 'building') return this.#lookAgain();
          this.built = state === 'ready';
          this.state = state;
        });
    }, PAUSE);
  }

  override render(): TemplateResult | typeof nothing {
    const { t } = this.context;
    if (this.state === 'building')
      return html`<p class="x-admin-text" role="status">${icon('loader-circle')} ${t('plugin.app.building')}</p>`;
    if (this.state === 'failed') return html`<p class="x-admin-text" role="alert">${t('plugin.app.failed')}</p>`;
    if (!this.built) return nothing;
    return html`<p class="x-admin-text" role="status">
      ${t('plugin.app.built')}
      <button type="button" class="x-button" @click=${() => location.reload()}>${t('plugin.app.reload')}</button>
    </p>`;
  }
}

customElements.define('x-admin-app-state', AdminAppState);
