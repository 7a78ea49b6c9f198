// A password being typed: hidden until one wants to see it; for a new one, how good it is. The input stands in the form
// around it (light DOM) under `name`.
import { html, LitElement, type TemplateResult } from 'lit';
import { icon } from '../../ui/icon.ts';
import type { Locale } from '../../ui/locale/index.ts';
import { entryField } from './entry-field.ts';
import './entrance.css';
import { LONGEST, passwordStrength, SHORTEST } from './password-strength.ts';

export class PasswordField extends LitElement {
  static override properties = {
    locale: { attribute: false },
    name: { attribute: false },
    label: { attribute: false },
    error: { attribute: false },
    fresh: { attribute: false },
    known: { attribute: false },
    initial: { attribute: false },
    shown: { state: true },
    typed: { state: true },
  };

  declare locale: Locale;
  /** The input's id and name. */
  declare name: string;
  declare label: string;
  declare error: string | undefined;
  /** A new password: its strength is shown, and password managers offer one. */
  declare fresh: boolean;
  /** What a guesser tries first: name, e-mail. */
  declare known: readonly string[];
  /** What it begins with, where somebody comes back to the page. */
  declare initial: string;
  declare shown: boolean;
  declare typed: string;

  constructor() {
    super();
    this.fresh = false;
    this.known = [];
    this.initial = '';
    this.shown = false;
    this.typed = '';
  }

  override createRenderRoot(): this {
    return this;
  }

  override willUpdate(): void {
    if (!this.hasUpdated) this.typed = this.initial;
  }

  override firstUpdated(): void {
    if (this.hasAttribute('autofocus')) this.querySelector('input')?.focus();
  }

  get value(): string {
    return this.querySelector('input')?.value ?? '';
  }

  override render(): TemplateResult {
    const { t } = this.locale;
    return entryField({
      id: this.name,
      label: this.label,
      error: this.error,
      ...(this.fresh ? { hint: this.#strength() } : {}),
      control: (described, invalid) =>
        html`<div class="x-input-row">
          <input
            class="x-ltr"
            id=${this.name}
            name=${this.name}
            type=${this.shown ? 'text' : 'password'}
            dir="ltr"
            maxlength=${LONGEST}
            autocomplete=${this.fresh ? 'new-password' : 'current-password'}
            autocapitalize="off"
            spellcheck="false"
            aria-describedby=${described}
            aria-invalid=${invalid}
            .value=${this.typed}
            @input=${(event: Event) => (this.typed = (event.target as HTMLInputElement).value)}
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
        </div>`,
    });
  }

  #strength(): unknown {
    const { t } = this.locale;
    if (this.typed === '') return t('password.least', { count: SHORTEST });
    const strength = passwordStrength(this.typed, this.known);
    return html`<span class="x-strength" data-strength=${strength} role="status">
      <span class="x-strength-bar" aria-hidden="true">${[1, 2, 3].map(() => html`<i></i>`)}</span>
      ${strength === 0 ? t('password.least', { count: SHORTEST }) : t(`password.strength.${strength}`)}
    </span>`;
  }
}

customElements.define('x-password-field', PasswordField);

declare global {
  interface HTMLElementTagNameMap {
    'x-password-field': PasswordField;
  }
}
