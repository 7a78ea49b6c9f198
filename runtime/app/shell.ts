// The frame around every screen: skip link, header, site map, the page, and the shortcuts that work everywhere.
import { html, LitElement, nothing, type TemplateResult } from 'lit';
import type { MeChange } from '../client/index.ts';
import { openMenu, type MenuItem } from '../ui/dialog/menu.ts';
import { icon } from '../ui/icon.ts';
import type { Workspace } from '../ui/workspace.ts';
import { currentPlace, MY_JOBS_URL, MY_SECURITY_URL, placeUrl, type Address } from './address.ts';
import { holdTyping } from './hold-typing.ts';
import type { Navigation } from './navigation.ts';
import { singleKeys } from './preferences.ts';

const entityIcon = 'box';

export class Shell extends LitElement {
  static override properties = {
    workspace: { attribute: false },
    address: { attribute: false },
    navigation: { attribute: false },
    drawer: { state: true },
    administration: { state: true },
  };

  declare workspace: Workspace;
  declare address: Address;
  declare navigation: Navigation;
  /** The site map as a drawer, on narrow windows. */
  declare drawer: boolean;
  /** Its part of the site map, loaded for who has a right. */
  declare administration: typeof import('./administration.ts') | undefined;

  constructor() {
    super();
    this.drawer = false;
  }

  override createRenderRoot(): this {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener('keydown', this.#onKey);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener('keydown', this.#onKey);
  }

  override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has('address')) this.drawer = false;
    if (this.workspace.me.rights.length > 0 && !this.administration)
      void import('./administration.ts').then((loaded) => (this.administration = loaded));
  }

  override updated(changed: Map<string, unknown>): void {
    if (!changed.has('drawer')) return;
    const dialog = this.querySelector<HTMLDialogElement>('.x-drawer');
    if (this.drawer && dialog && !dialog.open) dialog.showModal();
    if (!this.drawer && dialog?.open) dialog.close();
  }

  override render(): TemplateResult {
    const { workspace } = this;
    const { t } = workspace.locale;
    return html`
      <a class="x-skip" href="#main" @click=${this.#onSkip}>${t('app.skip')}</a>
      <header class="x-header">
        <button
          type="button"
          class="x-button x-button-quiet x-button-icon x-drawer-button"
          aria-label=${t('app.menu')}
          @click=${() => (this.drawer = true)}
        >
          ${icon('menu')}
        </button>
        <a class="x-brand" href="/app">
          <svg viewBox="0 0 32 32" aria-hidden="true">
            <circle cx="12" cy="16" r="6.5" />
            <circle cx="20" cy="16" r="6.5" class="x-brand-second" />
          </svg>
          <span>${workspace.app.title}</span>
        </a>
        <button type="button" class="x-search-button" aria-keyshortcuts="Control+K" @click=${() => this.#openPalette()}>
          ${icon('search')}<span>${t('app.search')}</span><kbd class="x-kbd" aria-hidden="true">Ctrl K</kbd>
        </button>
        <div class="x-header-end">
          <button
            type="button"
            class="x-button x-button-quiet x-language"
            aria-label=${`${t('app.language')}: ${this.#languageTitle()}`}
            aria-haspopup="menu"
            @click=${this.#onLanguageMenu}
          >
            ${icon('languages')}<span>${this.#languageTitle()}</span>
          </button>
          <button
            type="button"
            class="x-avatar"
            aria-label=${`${t('app.user')}: ${workspace.me.name}`}
            data-tip=${workspace.me.name}
            aria-haspopup="menu"
            data-initials=${initials(workspace.me.name)}
            @click=${this.#onUserMenu}
          ></button>
        </div>
      </header>
      <aside class="x-side">${this.#renderSiteMap()}</aside>
      <dialog
        class="x-drawer"
        aria-label=${t('app.navigation')}
        @close=${() => (this.drawer = false)}
        @click=${this.#onDrawerClick}
      >
        <button
          type="button"
          class="x-button x-button-quiet x-button-icon"
          aria-label=${t('common.close')}
          @click=${() => (this.drawer = false)}
        >
          ${icon('x')}
        </button>
        ${this.drawer ? this.#renderSiteMap() : nothing}
      </dialog>
      <main class="x-main" id="main" tabindex="-1">${this.#renderPage()}</main>
    `;
  }

  #languageTitle(): string {
    const { locale, app } = this.workspace;
    return app.languages.find((one) => one.tag === locale.language)?.title ?? locale.language;
  }

  #renderSiteMap(): TemplateResult {
    const { app, locale } = this.workspace;
    const places = app.areas.flatMap((area) => area.groups.flatMap((group) => group.items));
    const current = currentPlace(places, this.address, location.pathname);
    return html`<nav class="x-site-map" aria-label=${locale.t('app.navigation')}>
      ${app.areas.map(
        (area) => html`
          ${app.areas.length > 1 ? html`<h2 class="x-area">${area.title}</h2>` : nothing}
          ${area.groups.map(
            (group) =>
              html`<section aria-label=${group.title}>
                <h3 class="x-group">${group.title}</h3>
                <ul class="x-items">
                  ${group.items.map((item) => {
                    const url = placeUrl(item);
                    return html`<li>
                      <a
                        class="x-item"
                        href=${url}
                        aria-current=${item === current ? 'page' : nothing}
                        @click=${() => (this.drawer = false)}
                      >
                        ${icon(item.icon ?? app.entities[item.entity ?? '']?.icon ?? entityIcon)}<span
                          >${item.title}</span
                        >
                      </a>
                    </li>`;
                  })}
                </ul>
              </section>`,
          )}
        `,
      )}
      ${this.administration?.siteMap(this.workspace, this.address, () => (this.drawer = false)) ?? nothing}
    </nav>`;
  }

  #renderPage(): TemplateResult {
    const { workspace, address, navigation } = this;
    if (address.kind === 'list' && workspace.app.entities[address.entity]) {
      void import('./pages/list-page.ts');
      return html`<x-list-page
        .workspace=${workspace}
        .navigation=${navigation}
        .entityName=${address.entity}
        .viewId=${address.view}
      ></x-list-page>`;
    }
    if (address.kind === 'record' || address.kind === 'new') {
      void import('./pages/record-page.ts');
      return html`<x-record-page
        .workspace=${workspace}
        .navigation=${navigation}
        .entityName=${address.entity}
        .recordId=${address.kind === 'record' ? address.id : undefined}
      ></x-record-page>`;
    }
    if (address.kind === 'search') {
      void import('./pages/search-page.ts');
      return html`<x-search-page
        .workspace=${workspace}
        .navigation=${navigation}
        .address=${address}
      ></x-search-page>`;
    }
    if (address.kind === 'my-security') {
      void import('./pages/security-page.ts');
      return html`<x-security-page .workspace=${workspace}></x-security-page>`;
    }
    if (address.kind === 'my-jobs') {
      void import('./bulk/jobs-page.ts');
      return html`<x-jobs-page .workspace=${workspace}></x-jobs-page>`;
    }
    if (address.kind === 'dashboard' || address.kind === 'page') {
      void import('./contributions/brought-page.ts');
      return html`<x-brought-page .workspace=${workspace} .address=${address}></x-brought-page>`;
    }
    if (address.kind === 'admin' && workspace.me.rights.length > 0)
      return this.administration?.page(workspace, navigation, address) ?? html``;
    const { t } = workspace.locale;
    return html`<div class="x-state x-whole">
      ${icon('map-pin-off')}
      <h1 class="x-state-title">${t('app.notFound')}</h1>
      <p>${t('app.notFoundText')}</p>
      <a class="x-button" href="/app">${t('app.home')}</a>
    </div>`;
  }

  #prefer(change: MeChange): void {
    this.dispatchEvent(new CustomEvent('preference', { detail: change }));
  }

  #languageItems(): readonly MenuItem[] {
    const { app, locale } = this.workspace;
    return app.languages.map((one) => ({
      label: one.title,
      checked: one.tag === locale.language,
      // A language brings its usual calendar; the calendar can then be chosen apart.
      run: () => this.#prefer({ language: one.tag, calendar: one.tag.startsWith('fa') ? 'persian' : 'gregory' }),
    }));
  }

  #calendarItems(): readonly MenuItem[] {
    const { locale } = this.workspace;
    return (['gregory', 'persian'] as const).map((calendar) => ({
      label: locale.t(`app.calendar.${calendar}`),
      checked: locale.calendar === calendar,
      run: () => this.#prefer({ calendar }),
    }));
  }

  readonly #onLanguageMenu = (event: Event): void => {
    const { t } = this.workspace.locale;
    openMenu(event.currentTarget as HTMLElement, [
      t('app.language'),
      ...this.#languageItems(),
      '-',
      t('app.calendar'),
      ...this.#calendarItems(),
    ]);
  };

  readonly #onUserMenu = (event: Event): void => {
    const { locale, me } = this.workspace;
    const { t } = locale;
    openMenu(event.currentTarget as HTMLElement, [
      `${me.name} · ${me.email}`,
      '-',
      t('app.language'),
      ...this.#languageItems(),
      '-',
      t('app.calendar'),
      ...this.#calendarItems(),
      '-',
      t('app.theme'),
      ...(['system', 'light', 'dark'] as const).map((theme) => ({
        label: t(`app.theme.${theme}`),
        checked: me.theme === theme,
        run: () => this.#prefer({ theme }),
      })),
      '-',
      { label: t('app.myJobs'), icon: 'history', run: () => this.workspace.go(MY_JOBS_URL) },
      { label: t('app.mySecurity'), icon: 'shield-check', run: () => this.workspace.go(MY_SECURITY_URL) },
      { label: t('app.shortcuts'), icon: 'keyboard', key: '?', run: () => this.#openShortcuts() },
      { label: t('app.signOut'), icon: 'log-out', run: () => this.dispatchEvent(new CustomEvent('sign-out')) },
    ]);
  };

  readonly #onSkip = (event: Event): void => {
    event.preventDefault();
    const grid = this.querySelector<HTMLElement>('.x-main .x-grid');
    (grid ?? this.querySelector<HTMLElement>('#main'))?.focus();
  };

  readonly #onDrawerClick = (event: MouseEvent): void => {
    if (event.target === event.currentTarget) this.drawer = false;
  };

  readonly #onKey = (event: KeyboardEvent): void => {
    const control = event.ctrlKey || event.metaKey;
    if (control && !event.shiftKey && !event.altKey && event.key.toLowerCase() === 'k') {
      event.preventDefault();
      void this.#openPalette();
      return;
    }
    if (control || event.altKey || event.defaultPrevented || !singleKeys() || document.querySelector('dialog[open]'))
      return;
    const target = event.target as HTMLElement;
    if (target.closest('input, textarea, select, [contenteditable]')) return;
    if (event.key === '/') {
      event.preventDefault();
      void this.#openPalette();
    } else if (event.key === '?') {
      event.preventDefault();
      void this.#openShortcuts();
    }
  };

  async #openPalette(): Promise<void> {
    const release = holdTyping();
    const { openPalette } = await import('./command-palette.ts').catch((fault: unknown) => {
      release();
      throw fault;
    });
    await openPalette(this.workspace, release, [
      ...(this.administration?.commands(this.workspace) ?? []),
      ...this.#themeCommands(),
      {
        label: this.workspace.locale.t('app.mySecurity'),
        icon: 'shield-check',
        run: () => this.workspace.go(MY_SECURITY_URL),
      },
      {
        label: this.workspace.locale.t('app.shortcuts'),
        icon: 'keyboard',
        key: '?',
        run: () => void this.#openShortcuts(),
      },
      {
        label: this.workspace.locale.t('app.signOut'),
        icon: 'log-out',
        run: () => this.dispatchEvent(new CustomEvent('sign-out')),
      },
    ]);
  }

  #themeCommands(): readonly MenuItem[] {
    const { t } = this.workspace.locale;
    const titled = (title: string, icon: string, items: readonly MenuItem[]) =>
      items.map((item) => ({ ...item, icon, label: `${title}: ${item.label}` }));
    return [
      ...titled(t('app.language'), 'languages', this.#languageItems()),
      ...titled(t('app.calendar'), 'calendar', this.#calendarItems()),
      ...(['system', 'light', 'dark'] as const).map((theme) => ({
        label: `${t('app.theme')}: ${t(`app.theme.${theme}`)}`,
        icon: 'sun-moon',
        run: () => this.#prefer({ theme }),
      })),
    ];
  }

  async #openShortcuts(): Promise<void> {
    const { openShortcuts } = await import('./shortcuts.ts');
    await openShortcuts(this.workspace.locale);
  }
}

/** One or two letters; Persian initials are set apart so that they do not join. */
function initials(name: string): string {
  const [first = '', second = ''] = name
    .trim()
    .split(/\s+/)
    .map((word) => [...word][0] ?? '');
  return second ? `${first}\u200c${second}` : first;
}

customElements.define('x-shell', Shell);
