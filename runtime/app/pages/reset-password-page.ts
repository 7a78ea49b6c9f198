// A new password by a mailed link, `/reset-password#token=…`. The token leaves the address bar as soon as it is read.
import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { createAuthClient } from '../../client/auth.ts';
import { ClientError, type Client } from '../../client/index.ts';
import type { Locale } from '../../ui/locale/index.ts';
import { entrance, entranceError, entranceNote } from './entrance.ts';
import { SHORTEST } from './password-strength.ts';
import './password-field.ts';

export class ResetPasswordPage extends LitElement {
  static override properties = {
    client: { attribute: false },
    locale: { attribute: false },
    state: { state: true },
    busy: { state: true },
    error: { state: true },
    message: { state: true },
  };

  declare client: Client;
  declare locale: Locale;
  declare state: 'asking' | 'spent' | 'done';
  declare busy: boolean;
  /** Of the field. */
  declare error: string | undefined;
  /** Of the whole. */
  declare message: string | undefined;
  #token = '';

  constructor() {
    super();
    this.state = 'asking';
    this.busy = false;
  }

  override createRenderRoot(): this {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#token = new URLSearchParams(location.hash.slice(1)).get('token') ?? '';
    history.replaceState(history.state, '', location.pathname);
    if (this.#token === '') this.state = 'spent';
  }

  override updated(changed: Map<string, unknown>): void {
    document.title = `${this.locale.t('reset.title')} – Peyvand`;
    // The password field draws itself a moment later.
    if (changed.has('state'))
      requestAnimationFrame(() => this.querySelector<HTMLElement>('input, form button')?.focus());
  }

  override render(): TemplateResult {
    const { t } = this.locale;
    return entrance(
      {
        locale: this.locale,
        onLanguage: (tag) => this.dispatchEvent(new CustomEvent('language', { detail: tag })),
      },
      html`<h1>${t('reset.title')}</h1>
        ${
          this.state === 'asking'
            ? html`<p class="x-entrance-text">${t('reset.text')}</p>
                ${this.message === undefined ? nothing : entranceError(this.message)}
                <form novalidate @submit=${this.#onSubmit}>
                  <x-password-field
                    .locale=${this.locale}
                    .name=${'new-password'}
                    .label=${t('password.new')}
                    .fresh=${true}
                    .error=${this.error === undefined ? undefined : t(this.error, { count: SHORTEST })}
                  ></x-password-field>
                  <button type="submit" class="x-button x-button-primary x-entrance-button" ?disabled=${this.busy}>
                    ${t(this.busy ? 'common.saving' : 'reset.button')}
                  </button>
                </form>`
            : html`${this.state === 'done' ? entranceNote(t('reset.done')) : entranceError(t('reset.spent'))}
                <form @submit=${this.#onLeave}>
                  <button type="submit" class="x-button x-button-primary x-entrance-button">
                    ${t('reset.toSignIn')}
                  </button>
                </form>`
        }`,
    );
  }

  readonly #onLeave = (event: SubmitEvent): void => {
    event.preventDefault();
    this.dispatchEvent(new CustomEvent('leave'));
  };

  readonly #onSubmit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (this.busy) return;
    const password = String(new FormData(event.currentTarget as HTMLFormElement).get('new-password') ?? '');
    this.message = undefined;
    this.error = [...password].length < SHORTEST ? 'password.tooShort' : undefined;
    if (this.error !== undefined) {
      this.querySelector<HTMLElement>('input')?.focus();
      return;
    }
    this.busy = true;
    try {
      await createAuthClient(this.client).resetPassword(this.#token, password);
      this.state = 'done';
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
      if (error.code === 'RESET_TOKEN_INVALID') this.state = 'spent';
      else this.message = error.details[0]?.message ?? error.message;
    } finally {
      this.busy = false;
    }
  };
}

customElements.define('x-reset-password-page', ResetPasswordPage);
