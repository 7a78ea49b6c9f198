// "My security": the password, the second step of signing in, where one is signed in, and API keys.
import { html, LitElement, nothing, type TemplateResult } from 'lit';
import type { Me } from '../../../metadata/effective.ts';
import { createAuthClient, type ApiKeyInfo, type AuthClient, type SessionInfo } from '../../client/auth.ts';
import { ask } from '../../ui/dialog/dialog.ts';
import { showToast } from '../../ui/dialog/toast.ts';
import { icon } from '../../ui/icon.ts';
import type { Workspace } from '../../ui/workspace.ts';
import { askPassword, refusalText } from './ask-password.ts';
import { describeAgent } from './describe-agent.ts';
import { makeApiKey } from './make-api-key.ts';
import './security.css';
import { setUpSecondFactor } from './set-up-second-factor.ts';

interface Loaded {
  readonly factor: { readonly enabled: boolean; readonly recoveryCodesLeft: number };
  readonly sessions: readonly SessionInfo[];
  readonly keys: readonly ApiKeyInfo[];
  readonly roles: Me['roles'];
}

/** Fewer recovery codes than this are worth a word. */
const FEW_CODES = 3;

export class SecurityPage extends LitElement {
  static override properties = {
    workspace: { attribute: false },
    loaded: { state: true },
    message: { state: true },
  };

  declare workspace: Workspace;
  declare loaded: Loaded | undefined;
  declare message: string | undefined;

  override createRenderRoot(): this {
    return this;
  }

  override updated(): void {
    document.title = `${this.workspace.locale.t('app.mySecurity')} – ${this.workspace.app.title}`;
  }

  override willUpdate(changed: Map<string, unknown>): void {
    // Also for another language: the roles' titles come anew.
    if (changed.has('workspace')) void this.#load();
  }

  get #auth(): AuthClient {
    return createAuthClient(this.workspace.client);
  }

  async #load(): Promise<void> {
    const auth = this.#auth;
    try {
      const [factor, sessions, keys, { roles }] = await Promise.all([
        auth.secondFactor(),
        auth.sessions(),
        auth.keys(),
        this.workspace.client.me(),
      ]);
      this.loaded = { factor, sessions, keys, roles };
      this.message = undefined;
    } catch (error) {
      this.message = refusalText(this.workspace.locale, error);
    }
  }

  override render(): TemplateResult {
    const { t } = this.workspace.locale;
    const { loaded, message } = this;
    return html`<div class="x-security">
      <h1>${t('app.mySecurity')}</h1>
      ${
        message === undefined
          ? nothing
          : html`<div class="x-state">
              ${icon('cloud-off')}
              <p role="alert">${message}</p>
              <button type="button" class="x-button" @click=${() => this.#load()}>
                ${icon('rotate-cw')} ${t('common.retry')}
              </button>
            </div>`
      }
      ${
        loaded === undefined
          ? message === undefined
            ? html`<p class="x-skeleton" role="status" aria-label=${t('common.loading')}></p>`
            : nothing
          : [this.#password(), this.#factor(loaded), this.#sessions(loaded), this.#keys(loaded)]
      }
    </div>`;
  }

  #card(id: string, text: unknown, command: unknown, content: unknown = nothing): TemplateResult {
    return html`<section class="x-security-card" aria-labelledby=${`security-${id}`}>
      <header>
        <div>
          <h2 id=${`security-${id}`}>${this.workspace.locale.t(`security.${id}`)}</h2>
          <p class="x-security-text">${text}</p>
        </div>
        <div class="x-security-commands">${command}</div>
      </header>
      ${content}
    </section>`;
  }

  #password(): TemplateResult {
    const { t } = this.workspace.locale;
    return this.#card(
      'password',
      t('security.passwordText'),
      html`<button type="button" class="x-button" @click=${this.#onPassword}>${t('security.change')}</button>`,
    );
  }

  #factor({ factor }: Loaded): TemplateResult {
    const { t } = this.workspace.locale;
    const left = factor.recoveryCodesLeft;
    return this.#card(
      'factor',
      factor.enabled
        ? html`<span class="x-security-on">${icon('shield-check')} ${t('security.factorIsOn')}</span>
            <span class=${left < FEW_CODES ? 'x-security-warn' : ''}>
              ${t('security.codesLeft', { count: left })} ${left < FEW_CODES ? t('security.codesFew') : nothing}
            </span>`
        : t('security.factorText'),
      factor.enabled
        ? html`<button type="button" class="x-button" @click=${this.#onDisable}>${t('security.factorOff')}</button>`
        : html`<button type="button" class="x-button x-button-primary" @click=${this.#onSetUp}>
            ${t('security.factorSetUp')}
          </button>`,
    );
  }

  #sessions({ sessions }: Loaded): TemplateResult {
    const { t } = this.workspace.locale;
    return this.#card(
      'sessions',
      t('security.sessionsText'),
      html`<button type="button" class="x-button" @click=${this.#onEverywhere}>${t('security.everywhere')}</button>`,
      html`<ul class="x-security-list">
        ${sessions.map((session) => this.#session(session))}
      </ul>`,
    );
  }

  #session(session: SessionInfo): TemplateResult {
    const { t, dateTime } = this.workspace.locale;
    const { browser, system } = describeAgent(session.userAgent);
    const name =
      browser && system ? t('security.agent', { browser, system }) : (browser ?? system ?? t('security.agentUnknown'));
    const phone = system === 'Android' || system === 'iPhone' || system === 'iPad';
    return html`<li>
      ${phone ? icon('smartphone') : icon('monitor')}
      <div class="x-security-item">
        <p>
          <strong dir="auto">${name}</strong>
          ${session.current ? html`<span class="x-tag">${t('security.thisOne')}</span>` : nothing}
        </p>
        <p class="x-hint">
          ${session.address === '' ? nothing : html`<bdi class="x-ltr">${session.address}</bdi> · `}
          ${t('security.lastUsed', { time: dateTime(session.lastUsedAt) })} ·
          ${t('security.since', { time: dateTime(session.createdAt) })}
        </p>
      </div>
      ${
        session.current
          ? nothing
          : html`<button
              type="button"
              class="x-button x-button-small"
              aria-label=${`${t('app.signOut')}: ${name}`}
              @click=${() => this.#endSession(session)}
            >
              ${t('app.signOut')}
            </button>`
      }
    </li>`;
  }

  #keys({ keys, roles }: Loaded): TemplateResult {
    const { t } = this.workspace.locale;
    const titles = new Map(roles.map(({ name, title }) => [name, title]));
    return this.#card(
      'keys',
      t('security.keysText'),
      html`<button type="button" class="x-button" @click=${this.#onMakeKey}>
        ${icon('plus')} ${t('security.newKey')}
      </button>`,
      keys.length === 0
        ? nothing
        : html`<ul class="x-security-list">
            ${keys.map((key) => this.#key(key, titles))}
          </ul>`,
    );
  }

  #key(key: ApiKeyInfo, titles: ReadonlyMap<string, string>): TemplateResult {
    const { t, dateTime } = this.workspace.locale;
    const expired = key.expiresAt !== null && Date.parse(key.expiresAt) <= Date.now();
    const roles = key.roles?.map((role) => titles.get(role) ?? role);
    return html`<li>
      ${icon('key-round')}
      <div class="x-security-item">
        <p>
          <strong dir="auto">${key.name}</strong> <code class="x-ltr">${key.start}…</code>
          ${expired ? html`<span class="x-tag x-security-warn">${t('security.expired')}</span>` : nothing}
        </p>
        <p class="x-hint">
          ${
            key.lastUsedAt === null
              ? t('security.neverUsed')
              : t('security.lastUsed', { time: dateTime(key.lastUsedAt) })
          }
          ·
          ${key.expiresAt === null ? t('security.keyForEver') : t('security.expires', { time: dateTime(key.expiresAt) })}
          ${roles === undefined ? nothing : html`· ${roles.join(t('common.listSeparator'))}`}
        </p>
      </div>
      <button
        type="button"
        class="x-button x-button-small"
        aria-label=${`${t('security.revoke')}: ${key.name}`}
        @click=${() => this.#revoke(key)}
      >
        ${t('security.revoke')}
      </button>
    </li>`;
  }

  /** Runs one call and shows what there is afterwards. */
  async #do(work: () => Promise<unknown>, said: string): Promise<void> {
    const { locale } = this.workspace;
    try {
      await work();
    } catch (error) {
      showToast(refusalText(locale, error), 'error');
      return this.#load();
    }
    await this.#load();
    showToast(locale.t(said));
  }

  async #sure(title: string, text: string, button: string): Promise<boolean> {
    const { locale } = this.workspace;
    const answer = await ask(locale, title, text, [
      { value: 'no', label: locale.t('common.cancel') },
      { value: 'yes', label: button, look: 'danger' },
    ]);
    return answer === 'yes';
  }

  readonly #onPassword = async (): Promise<void> => {
    const { locale, me } = this.workspace;
    const { t } = locale;
    const done = await askPassword({
      locale,
      title: t('security.passwordChange'),
      text: t('security.passwordChangeText'),
      button: t('security.change'),
      fresh: { known: [me.name, me.email] },
      send: (current, next) => this.#auth.changePassword(current, next),
    });
    if (!done) return;
    showToast(t('security.passwordChanged'));
    await this.#load();
  };

  readonly #onSetUp = async (): Promise<void> => {
    const { locale } = this.workspace;
    if (!(await setUpSecondFactor(locale, this.#auth))) return;
    showToast(locale.t('security.factorIsOn'));
    await this.#load();
  };

  readonly #onDisable = async (): Promise<void> => {
    const { locale } = this.workspace;
    const { t } = locale;
    const done = await askPassword({
      locale,
      title: t('security.factorOff'),
      text: t('security.factorOffText'),
      button: t('security.factorOff'),
      danger: true,
      send: (password) => this.#auth.disableSecondFactor(password),
    });
    if (!done) return;
    showToast(t('security.factorIsOff'));
    await this.#load();
  };

  readonly #onEverywhere = async (): Promise<void> => {
    const { t } = this.workspace.locale;
    if (!(await this.#sure(t('security.everywhere'), t('security.everywhereText'), t('security.everywhere')))) return;
    try {
      await this.#auth.signOutEverywhere();
    } catch (error) {
      showToast(refusalText(this.workspace.locale, error), 'error');
      return;
    }
    this.dispatchEvent(new CustomEvent('sign-out', { bubbles: true }));
  };

  #endSession(session: SessionInfo): Promise<void> {
    return this.#do(() => this.#auth.endSession(session.id), 'security.sessionEnded');
  }

  readonly #onMakeKey = async (): Promise<void> => {
    if (await makeApiKey(this.workspace.locale, this.#auth, this.loaded?.roles ?? [])) await this.#load();
  };

  async #revoke(key: ApiKeyInfo): Promise<void> {
    const { t } = this.workspace.locale;
    const named = t('security.revokeText', { name: `\u2068${key.name}\u2069` });
    if (await this.#sure(t('security.revokeTitle'), named, t('security.revoke')))
      await this.#do(() => this.#auth.revokeKey(key.id), 'security.revoked');
  }
}

customElements.define('x-security-page', SecurityPage);
