// The app: who is signed in, in which language, and which screen the address names. Screens are loaded when first shown.
import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { fieldLoaders } from 'virtual:peyvand-fields';
import type { AppMetadata, EntityMetadata, Me } from '../../metadata/effective.ts';
import { ClientError, createClient, type Client, type MeChange } from '../client/index.ts';
import { createFieldRegistry, type FieldRegistry } from '../ui/field-registry.ts';
import { icon } from '../ui/icon.ts';
import { createLocale, loadTexts, type Locale, type LocaleChoice } from '../ui/locale/index.ts';
import type { Workspace } from '../ui/workspace.ts';
import { listUrl, placeUrl, readAddress, recordUrl, type Address } from './address.ts';
import { startNavigation, type Navigation } from './navigation.ts';
import { firstLocale, remember, showTheme, storedTheme } from './preferences.ts';
import './shell.ts';
import { viewedPerson } from './view-as.ts';

type Session =
  | { readonly kind: 'starting' }
  | { readonly kind: 'out' }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'first-run' }
  | { readonly kind: 'in'; readonly workspace: Workspace };

export class App extends LitElement {
  static override properties = {
    session: { state: true },
    locale: { state: true },
    address: { state: true },
  };

  declare session: Session;
  declare locale: Locale | undefined;
  declare address: Address;
  readonly #client: Client;
  readonly #viewed = viewedPerson();
  readonly #fields: FieldRegistry;
  #navigation: Navigation | undefined;
  /** Raised with each locale asked for, so that a late answer does not win. */
  #asked = 0;

  constructor() {
    super();
    this.session = { kind: 'starting' };
    this.address = readAddress(location.pathname);
    this.#fields = createFieldRegistry(fieldLoaders);
    const viewed = this.#viewed;
    this.#client = createClient({
      ...(viewed && { fetch: async (input, init) => (await rights()).fetchAs(viewed.id, input, init) }),
      language: () => this.locale?.language ?? 'en',
      onSignedOut: () => {
        if (this.session.kind !== 'starting') this.session = { kind: 'out' };
      },
    });
  }

  override createRenderRoot(): this {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    showTheme(storedTheme());
    this.#navigation = startNavigation(() => {
      this.address = readAddress(location.pathname);
    });
    void this.#start();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#navigation?.stop();
  }

  async #start(): Promise<void> {
    this.session = { kind: 'starting' };
    let me: Me;
    try {
      me = await this.#client.me();
    } catch (error) {
      await this.#speak(firstLocale());
      const signedOut = error instanceof ClientError && error.status === 401;
      this.session = signedOut
        ? { kind: 'out' }
        : { kind: 'failed', message: error instanceof Error ? error.message : String(error) };
      return;
    }
    await this.#enter(me);
  }

  async #enter(me: Me): Promise<void> {
    showTheme(me.theme);
    remember('theme', me.theme);
    if (me.setupNeeded && !this.#viewed) {
      // Nobody has chosen a language yet but this browser.
      await this.#speak(firstLocale());
      this.session = { kind: 'first-run' };
      return;
    }
    const [locale, app] = await Promise.all([this.#speak(me), this.#appIn(me.language)]);
    this.session = { kind: 'in', workspace: this.#workspace(me, app, locale) };
    if (this.address.kind === 'home') {
      const first = app.areas[0]?.groups[0]?.items[0];
      if (first) void this.#navigation?.go(placeUrl(first), { replace: true, force: true });
    }
  }

  async #speak(choice: LocaleChoice): Promise<Locale> {
    const asked = ++this.#asked;
    const texts = await loadTexts(choice.language);
    const { language, calendar, timeZone } = choice;
    const locale: Locale = createLocale({ language, calendar, timeZone }, texts, (key) =>
      key.startsWith('field.') ? this.#fields.text(language, key) : undefined,
    );
    if (asked === this.#asked) {
      this.locale = locale;
      document.documentElement.lang = language;
      document.documentElement.dir = locale.direction;
      remember('language', language);
      remember('calendar', calendar);
    }
    return locale;
  }

  async #appIn(language: string): Promise<AppMetadata> {
    const app = await this.#client.app(language);
    return this.#viewed ? (await rights()).unchangeableApp(app) : app;
  }

  #workspace(me: Me, app: AppMetadata, locale: Locale): Workspace {
    const entities = new Map<string, Promise<EntityMetadata>>();
    const workspace: Workspace = {
      client: this.#client,
      locale,
      app,
      me,
      fields: this.#fields,
      ...(this.#viewed && { viewing: this.#viewed }),
      entity: (name) => {
        let loading = entities.get(name);
        if (!loading) {
          loading = this.#client.entity(name, locale.language);
          if (this.#viewed) loading = loading.then(async (found) => (await rights()).unchangeable(found));
          entities.set(name, loading);
          loading.catch(() => entities.delete(name));
        }
        return loading;
      },
      go: (url) => void this.#navigation?.go(url),
      recordUrl,
      listUrl,
      quickCreate: async (entity, initial) => {
        const { openQuickCreate } = await import('../ui/dialog/quick-create.ts');
        return openQuickCreate(workspace, entity, initial);
      },
      module: async (plugin, path) => (await import('./contributions/plugin-modules.ts')).loadModule(plugin, path),
      why: (question) => {
        void rights().then(({ openWhy }) => openWhy(workspace, question));
      },
    };
    return workspace;
  }

  /** Language, calendar, zone, theme: shown at once, kept on the server. */
  readonly #onPreference = async (event: CustomEvent<MeChange>): Promise<void> => {
    if (this.session.kind !== 'in') return;
    const { workspace } = this.session;
    const change = event.detail;
    const me: Me = { ...workspace.me, ...change };
    if (change.theme) {
      showTheme(change.theme);
      remember('theme', change.theme);
    }
    // With somebody else's eyes the choice is only for now.
    const saving = this.#viewed ? undefined : this.#client.changeMe(change);
    const [locale, app] = await Promise.all([
      this.#speak(me),
      change.language ? this.#appIn(me.language) : workspace.app,
    ]);
    this.session = { kind: 'in', workspace: this.#workspace(me, app, locale) };
    await saving;
  };

  /** A plugin came or went: what the app consists of is read anew. */
  readonly #onModelChanged = async (): Promise<void> => {
    if (this.session.kind !== 'in') return;
    const { me, locale } = this.session.workspace;
    this.session = { kind: 'in', workspace: this.#workspace(me, await this.#appIn(me.language), locale) };
  };

  readonly #onLanguage = (event: CustomEvent<string>): void => {
    const language = event.detail;
    void this.#speak({ ...firstLocale(), language, calendar: language === 'fa' ? 'persian' : 'gregory' });
  };

  readonly #onLocale = (event: CustomEvent<LocaleChoice>): void => void this.#speak(event.detail);

  readonly #onSignOut = async (): Promise<void> => {
    await this.#client.signOut().catch(() => undefined);
    this.session = { kind: 'out' };
  };

  readonly #onReset = (): void => {
    void this.#navigation?.go('/app', { replace: true, force: true });
    void this.#start();
  };

  override render(): TemplateResult | typeof nothing {
    const { session, locale } = this;
    if (!locale || session.kind === 'starting') return nothing;
    if (this.address.kind === 'reset-password') {
      void import('./pages/reset-password-page.ts');
      return html`<x-reset-password-page
        .client=${this.#client}
        .locale=${locale}
        @language=${this.#onLanguage}
        @leave=${this.#onReset}
      ></x-reset-password-page>`;
    }
    if (session.kind === 'first-run') {
      void import('./pages/first-run-page.ts');
      return html`<x-first-run-page
        .client=${this.#client}
        .locale=${locale}
        @locale=${this.#onLocale}
        @done=${() => this.#start()}
        @sign-out=${this.#onSignOut}
      ></x-first-run-page>`;
    }
    if (session.kind === 'out') {
      void import('./pages/sign-in-page.ts');
      return html`<x-sign-in-page
        .client=${this.#client}
        .locale=${locale}
        @language=${this.#onLanguage}
        @signed-in=${() => this.#start()}
      ></x-sign-in-page>`;
    }
    if (session.kind === 'failed')
      return html`<main class="x-state x-whole">
        ${icon('cloud-off')}
        <h1 class="x-state-title">${locale.t('app.offline')}</h1>
        <p>${session.message}</p>
        <button type="button" class="x-button" @click=${() => this.#start()}>
          ${icon('rotate-cw')} ${locale.t('common.retry')}
        </button>
      </main>`;
    return html`${
        this.#viewed
          ? html`<x-view-as-banner .locale=${locale} .name=${this.#viewed.name}></x-view-as-banner>`
          : nothing
      }<x-shell
        .workspace=${session.workspace}
        .address=${this.address}
        .navigation=${this.#navigation}
        @preference=${this.#onPreference}
        @model-changed=${this.#onModelChanged}
        @sign-out=${this.#onSignOut}
      ></x-shell>`;
  }
}

/** Seeing with somebody else's eyes, and why: loaded only then. */
const rights = () => import('./access/when-needed.ts');

customElements.define('x-app', App);
