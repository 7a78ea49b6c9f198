// The first run: three short steps in which the first administrator makes the installation their own. What is typed stays
// when one goes back; the server's refusals lead to the step they are about.
import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { createAuthClient, type SetupState } from '../../client/auth.ts';
import { ClientError, type Client } from '../../client/index.ts';
import { icon } from '../../ui/icon.ts';
import { latinDigits } from '../../ui/locale/digits.ts';
import type { Calendar, Locale } from '../../ui/locale/index.ts';
import { currencyNames, suggestCurrency } from './currencies.ts';
import { entrance, entranceError, entranceNote } from './entrance.ts';
import { entryField, textEntry } from './entry-field.ts';
import './first-run.css';
import { SHORTEST } from './password-strength.ts';
import './password-field.ts';
import { timeZones } from './time-zones.ts';

const STEPS = ['you', 'organization', 'currency'] as const;
const OTHER = 'other';
const LANGUAGES = [
  { tag: 'en', title: 'English' },
  { tag: 'fa', title: 'فارسی' },
] as const;
const CALENDARS: readonly Calendar[] = ['gregory', 'persian'];

/** Dispatched with the language and calendar chosen, so that the page shows them at once. */
export interface FirstRunLocale {
  readonly language: string;
  readonly calendar: Calendar;
  readonly timeZone: string;
}

export class FirstRunPage extends LitElement {
  static override properties = {
    client: { attribute: false },
    locale: { attribute: false },
    step: { state: true },
    values: { state: true },
    fixed: { state: true },
    other: { state: true },
    errors: { state: true },
    message: { state: true },
    busy: { state: true },
  };

  declare client: Client;
  declare locale: Locale;
  declare step: number;
  /** By the names the server uses: `you.email`. */
  declare values: Readonly<Record<string, string>>;
  /** Rows have amounts in the base currency already. */
  declare fixed: boolean;
  /** A code that is in no list is typed. */
  declare other: boolean;
  /** Same names → what is wrong. */
  declare errors: Readonly<Record<string, string>>;
  declare message: string | undefined;
  declare busy: boolean;
  #calendarChosen = false;
  /** What is filled in already arrives a moment after the page. */
  #loaded: Promise<void> = Promise.resolve();
  /** The currency's name, symbol and decimals were typed over: another language does not change them. */
  #currencyTouched = false;

  constructor() {
    super();
    this.step = 0;
    this.values = {};
    this.fixed = false;
    this.other = false;
    this.errors = {};
    this.busy = false;
  }

  override createRenderRoot(): this {
    return this;
  }

  async #load(): Promise<void> {
    let state: SetupState;
    try {
      state = await createAuthClient(this.client).setup();
    } catch (error) {
      this.message = error instanceof Error ? error.message : String(error);
      return;
    }
    const {
      you,
      currency: { fixed, decimals, ...currency },
    } = state;
    this.values = { 'you.email': you.email, ...this.values };
    if (!fixed) return;
    this.fixed = true;
    this.#take({ ...currency, decimals: String(decimals) }, 'currency');
  }

  override willUpdate(changed: Map<string, unknown>): void {
    if (!this.hasUpdated) {
      this.values = { 'organization.timeZone': this.locale.timeZone };
      this.#suggest(this.locale.language === 'fa' ? 'IRT' : 'USD');
      this.#loaded = this.#load();
    }
    const before = changed.get('locale') as Locale | undefined;
    if (before && before.language !== this.locale.language && !this.#currencyTouched && !this.fixed)
      this.#suggest(this.values['currency.code'] ?? 'USD');
  }

  override updated(changed: Map<string, unknown>): void {
    document.title = `${this.locale.t('setup.title')} – Peyvand`;
    // The password field draws itself a moment later.
    if (changed.has('step')) requestAnimationFrame(() => this.#focus());
  }

  #focus(): void {
    const first = this.querySelector<HTMLElement>('[aria-invalid=true]');
    (first ?? this.querySelector<HTMLElement>('form input, form select'))?.focus();
  }

  #take(values: Readonly<Record<string, string>>, part: string): void {
    const named = Object.entries(values).map(([name, value]) => [`${part}.${name}`, value] as const);
    this.values = { ...this.values, ...Object.fromEntries(named) };
  }

  #set(name: string, value: string): void {
    this.values = { ...this.values, [name]: value };
  }

  #suggest(code: string): void {
    const { name, symbol, decimals } = suggestCurrency(code, this.locale.language);
    this.#take({ code, name, symbol, decimals: String(decimals) }, 'currency');
  }

  get #calendar(): Calendar {
    return this.locale.calendar;
  }

  override render(): TemplateResult {
    const { t } = this.locale;
    const part = STEPS[this.step] ?? 'you';
    const last = this.step === STEPS.length - 1;
    return entrance(
      {
        locale: this.locale,
        wide: true,
        onLanguage: (tag) => this.#speak({ language: tag }),
        beside: html`<button
          type="button"
          class="x-button x-button-quiet"
          @click=${() => this.dispatchEvent(new CustomEvent('sign-out'))}
        >
          ${icon('log-out')} ${t('app.signOut')}
        </button>`,
      },
      html`<h1>${t('setup.title')}</h1>
        <ol class="x-steps" aria-label=${t('setup.steps')}>
          ${STEPS.map(
            (name, index) =>
              html`<li
                class=${index < this.step ? 'x-step-done' : ''}
                aria-current=${index === this.step ? 'step' : nothing}
              >
                <span class="x-step-mark">${index < this.step ? icon('check') : this.locale.number(index + 1)}</span>
                <span>${t(`setup.step.${name}`)}</span>
              </li>`,
          )}
        </ol>
        ${this.message === undefined ? nothing : entranceError(this.message)}
        <form novalidate @submit=${this.#onSubmit}>
          ${part === 'you' ? this.#you() : part === 'organization' ? this.#organization() : this.#currency()}
          <div class="x-steps-foot">
            ${
              this.step > 0
                ? html`<button type="button" class="x-button" @click=${() => this.#go(this.step - 1)}>
                    ${t('setup.back')}
                  </button>`
                : nothing
            }
            <button type="submit" class="x-button x-button-primary" ?disabled=${this.busy}>
              ${t(this.busy ? 'common.saving' : last ? 'setup.finish' : 'setup.next')}
            </button>
          </div>
        </form>`,
    );
  }

  #text(
    name: string,
    options: {
      readonly autocomplete?: string;
      readonly hint?: unknown;
      readonly ltr?: boolean;
      readonly type?: 'email';
      readonly inputmode?: 'numeric';
      readonly value?: string;
      readonly maxlength?: number;
      readonly onInput?: (value: string) => void;
    } = {},
  ): TemplateResult {
    return textEntry({
      id: name,
      label: this.locale.t(`setup.${name}`),
      value: this.values[name] ?? '',
      error: this.errors[name],
      onInput: (value) => this.#set(name, value),
      ...options,
    });
  }

  #you(): TemplateResult {
    const { t } = this.locale;
    const known = ['you.firstName', 'you.lastName', 'you.email'].map((name) => this.values[name] ?? '');
    return html`<p class="x-entrance-text">${t('setup.you.text')}</p>
      <div class="x-entrance-pair">
        ${this.#text('you.firstName', { autocomplete: 'given-name', maxlength: 64 })}
        ${this.#text('you.lastName', { autocomplete: 'family-name', maxlength: 64 })}
      </div>
      ${this.#text('you.email', {
        autocomplete: 'username',
        ltr: true,
        type: 'email',
        maxlength: 100,
        hint: t('setup.you.emailHint'),
      })}
      <x-password-field
        .locale=${this.locale}
        .name=${'you.password'}
        .label=${t('setup.you.password')}
        .fresh=${true}
        .known=${known}
        .error=${this.errors['you.password']}
        .initial=${this.values['you.password'] ?? ''}
      ></x-password-field>`;
  }

  #choices(
    name: string,
    label: string,
    options: readonly { readonly value: string; readonly label: string; readonly lang?: string }[],
    chosen: string,
    choose: (value: string) => void,
  ): TemplateResult {
    return html`<fieldset class="x-choices">
      <legend class="x-field-label">${label}</legend>
      <div>
        ${options.map(
          (option) =>
            html`<label lang=${option.lang ?? nothing}>
              <input
                type="radio"
                name=${name}
                .value=${option.value}
                .checked=${option.value === chosen}
                @change=${() => choose(option.value)}
              />
              <span>${option.label}</span>
            </label>`,
        )}
      </div>
    </fieldset>`;
  }

  #organization(): TemplateResult {
    const { t, language, time } = this.locale;
    const zone = this.values['organization.timeZone'] ?? 'UTC';
    return html`<p class="x-entrance-text">${t('setup.organization.text')}</p>
      ${this.#text('organization.name', { autocomplete: 'organization', maxlength: 160 })}
      <div class="x-entrance-pair">
        ${this.#choices(
          'organization.language',
          t('app.language'),
          LANGUAGES.map(({ tag, title }) => ({ value: tag, label: title, lang: tag })),
          language,
          (tag) => this.#speak({ language: tag }),
        )}
        ${this.#choices(
          'organization.calendar',
          t('app.calendar'),
          CALENDARS.map((calendar) => ({ value: calendar, label: t(`app.calendar.${calendar}`) })),
          this.#calendar,
          (calendar) => {
            this.#calendarChosen = true;
            this.#speak({ calendar: calendar === 'persian' ? 'persian' : 'gregory' });
          },
        )}
      </div>
      ${entryField({
        id: 'organization.timeZone',
        label: t('setup.organization.timeZone'),
        error: this.errors['organization.timeZone'],
        hint: t('setup.organization.now', { time: time(new Date().toISOString()) }),
        control: (described, invalid) =>
          html`<select
            class="x-input"
            id="organization.timeZone"
            aria-describedby=${described}
            aria-invalid=${invalid}
            @change=${(event: Event) => {
              const { value } = event.target as HTMLSelectElement;
              this.#set('organization.timeZone', value);
              this.#speak({ timeZone: value });
            }}
          >
            ${timeZones(zone).map(
              ({ region, zones }) =>
                html`<optgroup label=${region}>
                  ${zones.map(
                    ({ name, city }) => html`<option .value=${name} .selected=${name === zone}>${city}</option>`,
                  )}
                </optgroup>`,
            )}
          </select>`,
      })}`;
  }

  #currency(): TemplateResult {
    const { t, language } = this.locale;
    const code = this.values['currency.code'] ?? '';
    const [common, others] = currencyNames(language);
    const listed = !this.other && [...common, ...others].some((one) => one.code === code);
    const option = (one: { readonly code: string; readonly name: string }) =>
      html`<option .value=${one.code} .selected=${listed && one.code === code}>${one.code} – ${one.name}</option>`;
    const touch = (name: string) => (value: string) => {
      this.#currencyTouched = true;
      this.#set(name, value);
    };
    return html`${
        this.fixed
          ? entranceNote(t('setup.currency.fixed', { code: `\u2068${code}\u2069` }))
          : html`<p class="x-entrance-text">${t('setup.currency.text')}</p>`
      }
      ${entryField({
        id: 'currency.code',
        label: t('setup.currency.code'),
        error: listed || this.fixed ? this.errors['currency.code'] : undefined,
        control: (described, invalid) =>
          html`<select
            class="x-input"
            id="currency.code"
            ?disabled=${this.fixed}
            aria-describedby=${described}
            aria-invalid=${invalid}
            @change=${this.#onCurrency}
          >
            ${
              this.fixed
                ? html`<option>${code} – ${this.values['currency.name'] ?? ''}</option>`
                : html`<optgroup label=${t('setup.currency.common')}>${common.map(option)}</optgroup>
                    <optgroup label=${t('setup.currency.others')}>${others.map(option)}</optgroup>
                    <option value=${OTHER} .selected=${!listed}>${t('setup.currency.other')}</option>`
            }
          </select>`,
      })}
      ${
        listed || this.fixed
          ? nothing
          : textEntry({
              id: 'currency.ownCode',
              label: t('setup.currency.ownCode'),
              ltr: true,
              maxlength: 3,
              value: code,
              error: this.errors['currency.code'],
              onInput: (value) => this.#set('currency.code', value.trim().toUpperCase()),
            })
      }
      <div class="x-entrance-pair x-entrance-currency">
        ${this.#text('currency.name', { maxlength: 100, onInput: touch('currency.name') })}
        ${this.#text('currency.symbol', { maxlength: 10, onInput: touch('currency.symbol') })}
        ${this.#text('currency.decimals', {
          value: this.locale.digits(this.values['currency.decimals'] ?? ''),
          inputmode: 'numeric',
          maxlength: 1,
          onInput: touch('currency.decimals'),
        })}
      </div>
      <p class="x-hint" role="status">${t('setup.currency.preview', { amount: this.#preview() })}</p>`;
  }

  #preview(): string {
    const decimals = Math.min(4, Number(latinDigits(this.values['currency.decimals'] ?? '')) || 0);
    const amount = this.locale.number(1234567.8912, {
      minimumFractionDigits: decimals,
      maximumFractionDigits: decimals,
    });
    return `\u2068${amount}\u2069 \u2068${this.values['currency.symbol'] ?? ''}\u2069`.trim();
  }

  #speak(change: Partial<FirstRunLocale>): void {
    const { language, calendar, timeZone } = this.locale;
    const detail: FirstRunLocale = {
      language,
      calendar:
        change.language !== undefined && !this.#calendarChosen
          ? change.language === 'fa'
            ? 'persian'
            : 'gregory'
          : calendar,
      timeZone,
      ...change,
    };
    this.dispatchEvent(new CustomEvent('locale', { detail }));
  }

  readonly #onCurrency = (event: Event): void => {
    const { value } = event.target as HTMLSelectElement;
    this.#currencyTouched = false;
    this.other = value === OTHER;
    if (this.other) this.#take({ code: '', name: '', symbol: '', decimals: '2' }, 'currency');
    else this.#suggest(value);
    if (this.other)
      void this.updateComplete.then(() => this.querySelector<HTMLElement>('[id="currency.ownCode"]')?.focus());
  };

  #go(step: number): void {
    this.#keepPassword();
    this.errors = {};
    this.message = undefined;
    this.step = step;
  }

  #keepPassword(): void {
    const field = this.querySelector('x-password-field');
    if (field) this.#set('you.password', field.value);
  }

  /** What the page itself can see to be wrong in the step. */
  #check(): Readonly<Record<string, string>> {
    const { t } = this.locale;
    const errors: Record<string, string> = {};
    const filled = (name: string) => {
      if ((this.values[name] ?? '').trim() === '') errors[name] = t('setup.fill');
    };
    const part = STEPS[this.step];
    if (part === 'you') {
      filled('you.lastName');
      filled('you.email');
      if ([...(this.values['you.password'] ?? '')].length < SHORTEST)
        errors['you.password'] = t('password.tooShort', { count: SHORTEST });
      if (!errors['you.email'] && !/^\S+@\S+\.\S{2,}$/.test((this.values['you.email'] ?? '').trim()))
        errors['you.email'] = t('setup.emailInvalid');
    } else if (part === 'organization') filled('organization.name');
    else {
      if (!/^[A-Z]{3}$/.test(this.values['currency.code'] ?? '')) errors['currency.code'] = t('setup.codeInvalid');
      filled('currency.name');
      if (!/^[0-4]$/.test(latinDigits(this.values['currency.decimals'] ?? '').trim()))
        errors['currency.decimals'] = t('setup.decimalsInvalid');
    }
    return errors;
  }

  readonly #onSubmit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (this.busy) return;
    await this.#loaded;
    this.#keepPassword();
    this.message = undefined;
    this.errors = this.#check();
    if (Object.keys(this.errors).length > 0) {
      await this.updateComplete;
      requestAnimationFrame(() => this.#focus());
      return;
    }
    if (this.step < STEPS.length - 1) this.#go(this.step + 1);
    else await this.#send();
  };

  async #send(): Promise<void> {
    const value = (name: string) => (this.values[name] ?? '').trim();
    const { language, calendar } = this.locale;
    this.busy = true;
    try {
      await createAuthClient(this.client).completeSetup({
        you: {
          firstName: value('you.firstName'),
          lastName: value('you.lastName'),
          email: value('you.email'),
          password: this.values['you.password'] ?? '',
        },
        organization: {
          name: value('organization.name'),
          language,
          calendar,
          timeZone: value('organization.timeZone'),
        },
        currency: {
          code: value('currency.code'),
          name: value('currency.name'),
          symbol: value('currency.symbol'),
          decimals: Number(latinDigits(value('currency.decimals'))),
        },
      });
      this.dispatchEvent(new CustomEvent('done'));
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
      if (error.code === 'SETUP_DONE') this.dispatchEvent(new CustomEvent('done'));
      else this.#refused(error);
    } finally {
      this.busy = false;
    }
  }

  #refused(error: ClientError): void {
    const { t } = this.locale;
    const said = (code: string, message: string) => {
      const key = `setup.error.${code}`;
      return t(key) === key ? message : t(key);
    };
    this.errors = Object.fromEntries(
      error.details.map(({ target, code, message }) => [target, said(code, message)] as const),
    );
    const step = STEPS.findIndex((part) => Object.keys(this.errors).some((name) => name.startsWith(`${part}.`)));
    if (step >= 0) this.step = step;
    else this.message = error.message;
  }
}

customElements.define('x-first-run-page', FirstRunPage);

declare global {
  interface HTMLElementTagNameMap {
    'x-first-run-page': FirstRunPage;
  }
}
