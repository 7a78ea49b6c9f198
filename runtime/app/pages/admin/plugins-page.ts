// The installed plugins: which are on, what waits for somebody, and what of one's own documents is left out while some are off.
import { html, nothing, type TemplateResult } from 'lit';
import { icon } from '../../../ui/icon.ts';
import { adminUrl } from '../../administration.ts';
import { AdminElement } from './admin-element.ts';
import './app-state.ts';
import { attempt, tellModelChanged } from './context.ts';
import { pageHead, table } from './parts.ts';
import { createPluginsApi, type AppState, type LeftOut, type Plugin, type PluginsApi } from './plugins-api.ts';
import './plugins.css';
import { sendPlugin } from './send-plugin.ts';

interface Loaded {
  readonly plugins: readonly Plugin[];
  readonly leftOut: readonly LeftOut[];
  readonly app: AppState;
}

export class PluginsPage extends AdminElement<Loaded> {
  static override properties = { ...AdminElement.properties, busy: { state: true } };
  /** What is being changed: an id, or '' while one is sent. */
  declare busy: string | undefined;

  get #api(): PluginsApi {
    return createPluginsApi(this.context.workspace.client);
  }

  protected load(): Promise<Loaded> {
    return this.#api.plugins();
  }

  protected heading(): string {
    return this.context.t('plugins');
  }

  protected view({ plugins, leftOut, app }: Loaded): TemplateResult {
    const { t, locale } = this.context;
    return html`<div class="x-admin" aria-busy=${this.busy === undefined ? nothing : 'true'}>
      ${pageHead({
        title: t('plugins'),
        count: locale.number(plugins.filter(({ state }) => state === 'on').length),
        commands: html`<label class="x-button x-button-primary x-plugin-file">
          ${icon('upload')}<span>${t('plugin.install')}</span>
          <input
            type="file"
            accept=".tgz,.gz,.tar"
            class="x-visually-hidden"
            ?disabled=${this.busy !== undefined}
            @change=${(event: Event) => this.#install(event)}
          />
        </label>`,
      })}
      <p class="x-admin-text">${t('plugin.text')}</p>
      <x-admin-app-state
        .context=${this.context}
        .state=${app}
        .ask=${async () => (await this.#api.plugins()).app}
      ></x-admin-app-state>
      ${leftOut.length > 0 ? this.#leftOut(leftOut) : nothing}
      ${table(
        t('plugins'),
        plugins,
        [
          {
            title: t('plugin'),
            names: true,
            cell: (one) =>
              html`<a href=${adminUrl('plugins', one.id)} dir="auto">${one.title}</a
                ><span class="x-admin-second x-ltr" dir="ltr">${one.id} ${one.version}</span>`,
          },
          { title: t('plugin.state'), cell: (one) => this.#switch(one) },
          { title: t('plugin.source'), cell: ({ source }) => t(`plugin.source.${source}`) },
          {
            title: t('plugin.waits'),
            cell: ({ conflicts, health }) =>
              conflicts === 0 && (!health || health.state === 'closed')
                ? ''
                : html`${
                    conflicts > 0
                      ? html`<span class="x-tag x-tag-warning">${t('plugin.conflicts', { count: conflicts })}</span>`
                      : nothing
                  }${
                    health && health.state !== 'closed'
                      ? html`<span class="x-tag x-tag-danger">${t('plugin.stopped')}</span>`
                      : nothing
                  }`,
          },
        ],
        html`<p>${t('common.none')}</p>`,
      )}
    </div>`;
  }

  #switch(one: Plugin): unknown {
    const { t } = this.context;
    if (one.state === 'uninstalled' || one.state === 'missing')
      return html`<span class="x-hint">${t(`plugin.state.${one.state}`)}</span>`;
    const on = one.state === 'on';
    return html`<label class="x-plugin-switch">
      <input
        type="checkbox"
        role="switch"
        .checked=${on}
        ?disabled=${this.busy !== undefined}
        aria-label=${one.title}
        @change=${() => this.#change(one.id, on ? 'disable' : 'enable')}
      /><span>${t(`plugin.state.${this.busy === one.id ? 'changing' : one.state}`)}</span>
    </label>`;
  }

  async #change(id: string, what: 'enable' | 'disable'): Promise<void> {
    const { t } = this.context;
    this.busy = id;
    const done = await attempt(() => this.#api.act(id, what), t(what === 'enable' ? 'plugin.isOn' : 'plugin.isOff'));
    this.busy = undefined;
    if (done) tellModelChanged(this);
    await this.reload();
    // Also where it was refused: the switch shows what is.
    this.requestUpdate();
  }

  async #install(event: Event): Promise<void> {
    const input = event.target as HTMLInputElement;
    const [file] = input.files ?? [];
    input.value = '';
    if (!file) return;
    this.busy = '';
    const made = await sendPlugin(this.context, this.#api, file);
    this.busy = undefined;
    if (!made) return;
    tellModelChanged(this);
    this.context.workspace.go(adminUrl('plugins', made.id));
  }

  #leftOut(leftOut: readonly LeftOut[]): TemplateResult {
    const { t } = this.context;
    return html`<section class="x-admin-panel" aria-label=${t('plugin.leftOut')}>
      <header><h2 class="x-admin-h2">${t('plugin.leftOut')}</h2></header>
      <p class="x-hint">${t('plugin.leftOut.text')}</p>
      <ul class="x-plugin-list">
        ${leftOut.map(
          ({ document, pointer, message }) =>
            html`<li>
              <code dir="ltr">${document}${pointer}</code><span class="x-hint" dir="auto">${message}</span>
            </li>`,
        )}
      </ul>
    </section>`;
  }
}

customElements.define('x-admin-plugins', PluginsPage);
