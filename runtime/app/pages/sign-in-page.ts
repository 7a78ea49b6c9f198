// Signing in with e-mail and password.
import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { ClientError, type Client } from '../../client/index.ts';
import { icon } from '../../ui/icon.ts';
import type { Locale } from '../../ui/locale/index.ts';

export class SignInPage extends LitElement {
  static override properties = {
    client: { attribute: false },
    locale: { attribute: false },
    busy: { state: true },
    message: { state: true },
    shown: { state: true },
  };

  declare client: Client;
  declare locale: Locale;
  declare busy: boolean;
  declare message: string | undefined;
  /** The password in clear. */
  declare shown: boolean;

  constructor() {
    super();
    this.busy = false;
    this.shown = false;
  }

  override createRenderRoot(): this {
    return this;
  }

  override firstUpdated(): void {
    this.querySelector<HTMLInputElement>('#email')?.focus();
  }

  override updated(): void {
    document.title = `${this.locale.t('signIn.title')} – Peyvand`;
  }

  override render(): TemplateResult {
    const { t, language } = this.locale;
    const other = language === 'fa' ? { tag: 'en', title: 'English' } : { tag: 'fa', title: 'فارسی' };
    return html`<main class="x-sign-in">
      <form class="x-sign-in-card" novalidate @submit=${this.#onSubmit}>
        <svg class="x-sign-in-mark" viewBox="0 0 32 32" aria-hidden="true">
          <circle cx="12" cy="16" r="6.5" />
          <circle cx="20" cy="16" r="6.5" class="x-brand-second" />
        </svg>
        <h1>${t('signIn.title')}</h1>
        <p class="x-sign-in-text">${t('signIn.text')}</p>
        ${
          this.message === undefined
            ? nothing
            : html`<p class="x-sign-in-error" role="alert">${icon('circle-alert')}<span>${this.message}</span></p>`
        }
        <div class="x-field">
          <label class="x-field-label" for="email">${t('signIn.email')}</label>
          <input
            class="x-input x-ltr"
            id="email"
            name="email"
            type="email"
            dir="ltr"
            autocomplete="username"
            spellcheck="false"
            aria-invalid=${this.message === undefined ? nothing : 'true'}
          />
        </div>
        <div class="x-field">
          <label class="x-field-label" for="password">${t('signIn.password')}</label>
          <div class="x-input-row">
            <input
              class="x-ltr"
              id="password"
              name="password"
              type=${this.shown ? 'text' : 'password'}
              dir="ltr"
              autocomplete="current-password"
              aria-invalid=${this.message === undefined ? nothing : 'true'}
            />
            <button
              type="button"
              class="x-button x-button-quiet x-button-icon"
              aria-label=${t('signIn.showPassword')}
              aria-pressed=${this.shown}
              @click=${() => (this.shown = !this.shown)}
            >
              ${this.shown ? icon('eye-off') : icon('eye')}
            </button>
          </div>
        </div>
        <button type="submit" class="x-button x-button-primary x-sign-in-button" ?disabled=${this.busy}>
          ${t(this.busy ? 'signIn.busy' : 'signIn.button')}
        </button>
      </form>
      <button
        type="button"
        class="x-button x-button-quiet"
        lang=${other.tag}
        @click=${() => this.dispatchEvent(new CustomEvent('language', { detail: other.tag }))}
      >
        ${icon('languages')} ${other.title}
      </button>
    </main>`;
  }

  readonly #onSubmit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (this.busy) return;
    const data = new FormData(event.currentTarget as HTMLFormElement);
    const email = String(data.get('email') ?? '').trim();
    const password = String(data.get('password') ?? '');
    const { t } = this.locale;
    if (email === '' || password === '') {
      this.message = t('signIn.fill');
      this.querySelector<HTMLInputElement>(email === '' ? '#email' : '#password')?.focus();
      return;
    }
    this.busy = true;
    this.message = undefined;
    try {
      await this.client.signIn(email, password);
      this.dispatchEvent(new CustomEvent('signed-in'));
    } catch (error) {
      const wrong = error instanceof ClientError && (error.status === 401 || error.status === 400);
      this.message = wrong ? t('signIn.wrong') : error instanceof Error ? error.message : String(error);
      await this.updateComplete;
      this.querySelector<HTMLInputElement>('#password')?.select();
    } finally {
      this.busy = false;
    }
  };
}

customElements.define('x-sign-in-page', SignInPage);
