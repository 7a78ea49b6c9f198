// Signing in: e-mail and password or an identity provider, the second factor where there is one, a link for a forgotten
// password; refusals in words, a lock-out with the time that is left.
import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import { createAuthClient, type AuthClient, type SecondFactorKind, type SignInOptions } from '../../client/auth.ts';
import { ClientError, type Client } from '../../client/index.ts';
import { icon } from '../../ui/icon.ts';
import { latinDigits } from '../../ui/locale/digits.ts';
import type { Locale } from '../../ui/locale/index.ts';
import { entrance, entranceError, entranceNote } from './entrance.ts';
import { entryField, textEntry } from './entry-field.ts';
import './password-field.ts';

type Step = 'password' | SecondFactorKind | 'forgotten' | 'sent';

const CODE_LENGTH = 6;
/** Milliseconds. */
const PATIENCE = 400;
const REFUSED = 'signIn.error.SIGN_IN_REFUSED';

export class SignInPage extends LitElement {
  static override properties = {
    client: { attribute: false },
    locale: { attribute: false },
    options: { state: true },
    ready: { state: true },
    step: { state: true },
    factors: { state: true },
    busy: { state: true },
    message: { state: true },
    seconds: { state: true },
  };

  declare client: Client;
  declare locale: Locale;
  declare options: SignInOptions | undefined;
  /** It is known what is offered, so that nothing moves; a slow answer is not waited for. */
  declare ready: boolean;
  declare step: Step;
  /** What may follow the password. */
  declare factors: readonly SecondFactorKind[];
  declare busy: boolean;
  /** A key of the texts, or a text of the server. */
  declare message: string | undefined;
  /** Until the next try is allowed. */
  declare seconds: number;
  #email = '';
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor() {
    super();
    this.ready = false;
    this.step = 'password';
    this.factors = [];
    this.busy = false;
    this.seconds = 0;
  }

  override createRenderRoot(): this {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    // A provider sent the browser back with what went wrong.
    const code = /^#error=([A-Z_]{1,60})$/.exec(location.hash)?.[1];
    if (code !== undefined) {
      history.replaceState(history.state, '', location.pathname + location.search);
      this.message = `signIn.error.${code}`;
    }
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#timer);
  }

  override firstUpdated(): void {
    const ready = () => (this.ready = true);
    setTimeout(ready, PATIENCE);
    this.#auth
      .options()
      .then(
        (options) => (this.options = options),
        // Without them the password still signs in.
        () => undefined,
      )
      .finally(ready);
  }

  override updated(changed: Map<string, unknown>): void {
    document.title = `${this.locale.t('signIn.title')} – Peyvand`;
    if (changed.has('ready') || (changed.has('step') && this.hasUpdated)) this.#focus();
  }

  get #auth(): AuthClient {
    return createAuthClient(this.client);
  }

  #focus(): void {
    this.querySelector<HTMLElement>('form input, form button')?.focus();
  }

  override render(): TemplateResult | typeof nothing {
    const { step, ready } = this;
    if (!ready) return nothing;
    const content =
      step === 'password'
        ? this.#password()
        : step === 'forgotten'
          ? this.#forgotten()
          : step === 'sent'
            ? this.#sent()
            : this.#code(step);
    return entrance(
      {
        locale: this.locale,
        onLanguage: (tag) => this.dispatchEvent(new CustomEvent('language', { detail: tag })),
      },
      content,
    );
  }

  #problem(): unknown {
    const { t, number } = this.locale;
    if (this.seconds > 0) {
      const two = { minimumIntegerDigits: 2 };
      const clock = `${number(Math.floor(this.seconds / 60))}:${number(this.seconds % 60, two)}`;
      return entranceError(
        html`${t('signIn.locked')}
          <span role="timer" aria-live="off">${t('signIn.lockedFor')} <bdi class="x-num">${clock}</bdi></span>`,
      );
    }
    if (this.message === undefined) return nothing;
    const said = t(this.message);
    const unknown = said === this.message && this.message.startsWith('signIn.error.');
    return entranceError(unknown ? t('signIn.error.other') : said);
  }

  #submit(label: string): TemplateResult {
    return html`<button
      type="submit"
      class="x-button x-button-primary x-entrance-button"
      ?disabled=${this.busy || this.seconds > 0}
    >
      ${this.busy ? this.locale.t('signIn.busy') : label}
    </button>`;
  }

  #link(label: string, step: Step): TemplateResult {
    return html`<button
      type="button"
      class="x-button x-button-quiet"
      @click=${() => {
        this.message = undefined;
        this.step = step;
      }}
    >
      ${label}
    </button>`;
  }

  #password(): TemplateResult {
    const { t } = this.locale;
    const providers = this.options?.providers ?? [];
    return html`<h1>${t('signIn.title')}</h1>
      <p class="x-entrance-text">
        ${this.options ? t('signIn.welcome', { organization: `\u2068${this.options.organization}\u2069` }) : t('signIn.text')}
      </p>
      ${this.#problem()}
      <form novalidate @submit=${this.#onPassword}>
        ${entryField({
          id: 'email',
          label: t('signIn.email'),
          control: () =>
            html`<input
              class="x-input x-ltr"
              id="email"
              name="email"
              type="email"
              dir="ltr"
              autocomplete="username"
              autocapitalize="off"
              spellcheck="false"
              .value=${this.#email}
              aria-invalid=${this.message === REFUSED || this.message === 'signIn.fill' ? 'true' : nothing}
            />`,
        })}
        <x-password-field .locale=${this.locale} .name=${'password'} .label=${t('signIn.password')}></x-password-field>
        ${this.#submit(t('signIn.button'))}
        ${
          this.options?.reset === true
            ? html`<div class="x-entrance-links">${this.#link(t('signIn.forgot'), 'forgotten')}</div>`
            : nothing
        }
      </form>
      ${
        providers.length === 0
          ? nothing
          : html`<p class="x-entrance-or">${t('signIn.or')}</p>
              <div class="x-entrance-providers">
                ${providers.map(
                  ({ id, title }) =>
                    html`<a class="x-button" href=${this.#auth.providerUrl(id, this.#returnTo())}
                      >${icon('key-round')} <span dir="auto">${t('signIn.with', { provider: title })}</span></a
                    >`,
                )}
              </div>`
      }`;
  }

  /** The page one wanted to see, or the start page. */
  #returnTo(): string {
    const { pathname, search } = location;
    return pathname.startsWith('/app') ? pathname + search : '/app';
  }

  #code(kind: SecondFactorKind): TemplateResult {
    const { t } = this.locale;
    const totp = kind === 'totp';
    const other: SecondFactorKind = totp ? 'recovery-code' : 'totp';
    return html`<h1>${t('factor.title')}</h1>
      <p class="x-entrance-text">${t(totp ? 'factor.text' : 'factor.recoveryText')}</p>
      ${this.#problem()}
      <form novalidate @submit=${this.#onCode}>
        ${entryField({
          id: 'code',
          label: t(totp ? 'factor.code' : 'factor.recoveryCode'),
          ...(totp ? { hint: t('factor.sentAtOnce') } : {}),
          control: (described) =>
            // Another kind is another input: nothing typed into the one stays in the other.
            keyed(
              kind,
              html`<input
                class="x-input x-ltr x-code ${totp ? '' : 'x-code-long'}"
                id="code"
                name="code"
                dir="ltr"
                inputmode=${totp ? 'numeric' : 'text'}
                autocomplete=${totp ? 'one-time-code' : 'off'}
                autocapitalize="off"
                spellcheck="false"
                aria-describedby=${described}
                aria-invalid=${this.message === undefined ? nothing : 'true'}
                @input=${totp ? this.#onDigits : nothing}
              />`,
            ),
        })}
        ${this.#submit(t('factor.button'))}
        <div class="x-entrance-links">
          ${this.factors.includes(other) ? this.#link(t(totp ? 'factor.useRecovery' : 'factor.useCode'), other) : nothing}
          ${this.#link(t('signIn.back'), 'password')}
        </div>
      </form>`;
  }

  #forgotten(): TemplateResult {
    const { t } = this.locale;
    return html`<h1>${t('forgot.title')}</h1>
      <p class="x-entrance-text">${t('forgot.text')}</p>
      ${this.#problem()}
      <form novalidate @submit=${this.#onForgotten}>
        ${textEntry({
          id: 'email',
          label: t('signIn.email'),
          type: 'email',
          ltr: true,
          autocomplete: 'username',
          value: this.#email,
        })}
        ${this.#submit(t('forgot.button'))}
        <div class="x-entrance-links">${this.#link(t('signIn.back'), 'password')}</div>
      </form>`;
  }

  #sent(): TemplateResult {
    const { t } = this.locale;
    return html`<h1>${t('forgot.sentTitle')}</h1>
      ${entranceNote(t('forgot.sent', { email: `\u2068${this.#email}\u2069` }))}
      <form
        @submit=${(event: SubmitEvent) => {
          event.preventDefault();
          this.step = 'password';
        }}
      >
        ${this.#submit(t('signIn.back'))}
      </form>`;
  }

  /** Runs one call; what goes wrong is said, and the field that `again` names is selected. */
  async #try(again: string, work: () => Promise<void>): Promise<void> {
    if (this.busy || this.seconds > 0) return;
    this.busy = true;
    this.message = undefined;
    try {
      await work();
    } catch (error) {
      this.#refused(error);
      await this.updateComplete;
      this.querySelector<HTMLInputElement>(again)?.select();
    } finally {
      this.busy = false;
    }
  }

  #refused(error: unknown): void {
    if (!(error instanceof ClientError)) throw error;
    if (error.status === 429) this.#lock(error.retryAfter ?? 60);
    else {
      if (error.code === 'SECOND_FACTOR_ENDED') this.step = 'password';
      const key = `signIn.error.${error.code}`;
      this.message = this.locale.t(key) === key ? (error.details[0]?.message ?? error.message) : key;
    }
  }

  #lock(seconds: number): void {
    clearInterval(this.#timer);
    const until = Date.now() + seconds * 1000;
    const count = () => {
      this.seconds = Math.max(0, Math.ceil((until - Date.now()) / 1000));
      if (this.seconds === 0) clearInterval(this.#timer);
    };
    count();
    this.#timer = setInterval(count, 1000);
  }

  #done(): void {
    this.dispatchEvent(new CustomEvent('signed-in'));
  }

  readonly #onPassword = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const data = new FormData(event.currentTarget as HTMLFormElement);
    const email = String(data.get('email') ?? '').trim();
    const password = String(data.get('password') ?? '');
    if (email === '' || password === '') {
      this.message = 'signIn.fill';
      this.querySelector<HTMLInputElement>(email === '' ? '#email' : '#password')?.focus();
      return;
    }
    this.#email = email;
    await this.#try('#password', async () => {
      const answer = await this.#auth.signIn(email, password);
      if (answer.signedIn) return this.#done();
      this.factors = answer.secondFactor ?? ['totp'];
      this.step = this.factors[0] ?? 'totp';
    });
  };

  readonly #onCode = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const kind = this.step === 'recovery-code' ? 'recovery-code' : 'totp';
    const data = new FormData(event.currentTarget as HTMLFormElement);
    const typed = latinDigits(String(data.get('code') ?? '')).trim();
    const code = kind === 'totp' ? typed.replace(/[^0-9]/g, '') : typed;
    if (code === '' || (kind === 'totp' && code.length !== CODE_LENGTH)) {
      this.message = kind === 'totp' ? 'factor.sixDigits' : 'factor.fillRecovery';
      this.querySelector<HTMLInputElement>('#code')?.focus();
      return;
    }
    await this.#try('#code', async () => {
      await this.#auth.giveSecondFactor(code, kind);
      this.#done();
    });
  };

  /** Typed, filled in by the device or pasted: six digits go off by themselves. */
  readonly #onDigits = (event: Event): void => {
    const input = event.target as HTMLInputElement;
    if (latinDigits(input.value).replace(/[^0-9]/g, '').length === CODE_LENGTH) input.form?.requestSubmit();
  };

  readonly #onForgotten = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const email = String(new FormData(event.currentTarget as HTMLFormElement).get('email') ?? '').trim();
    if (email === '') {
      this.message = 'forgot.fill';
      this.#focus();
      return;
    }
    this.#email = email;
    await this.#try('#email', async () => {
      await this.#auth.requestPasswordReset(email);
      this.step = 'sent';
    });
  };
}

customElements.define('x-sign-in-page', SignInPage);
