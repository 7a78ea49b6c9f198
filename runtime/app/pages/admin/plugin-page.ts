// One plugin: what it may, its settings, what its upgrade left open, another version, and the way out.
import { html, nothing, type TemplateResult } from 'lit';
import { ask } from '../../../ui/dialog/dialog.ts';
import { icon } from '../../../ui/icon.ts';
import { adminUrl } from '../../administration.ts';
import { AdminElement } from './admin-element.ts';
import './app-state.ts';
import { attempt, tellModelChanged } from './context.ts';
import { pageHead } from './parts.ts';
import './plugin-settings.ts';
import {
  createPluginsApi,
  exportUrl,
  type AppState,
  type Conflict,
  type Plugin,
  type PluginsApi,
  type Settings,
} from './plugins-api.ts';
import './plugins.css';
import { rightsInWords, sendPlugin } from './send-plugin.ts';

interface Loaded {
  readonly plugin: Plugin;
  readonly app: AppState;
  readonly settings: Settings | undefined;
  readonly conflicts: readonly Conflict[];
}

export class PluginPage extends AdminElement<Loaded> {
  static override properties = { ...AdminElement.properties, busy: { state: true }, takes: { state: true } };
  declare busy: boolean | undefined;
  /** What is chosen for conflicts; those not named stay as they are. */
  declare takes: ReadonlyMap<string, 'ours' | 'theirs'> | undefined;

  get #api(): PluginsApi {
    return createPluginsApi(this.context.workspace.client);
  }

  protected async load(): Promise<Loaded> {
    const api = this.#api;
    const id = this.itemId ?? '';
    const { plugins, app } = await api.plugins();
    const plugin = plugins.find((one) => one.id === id);
    if (!plugin) throw new Error(this.context.t('plugin.unknown', { id }));
    const [settings, conflicts] = await Promise.all([
      plugin.hasSettings ? api.settings(id) : undefined,
      api.conflicts(id),
    ]);
    return { plugin, app, settings, conflicts };
  }

  protected heading(data: Loaded | undefined): string {
    return data?.plugin.title ?? this.context.t('plugin');
  }

  protected view({ plugin, app, settings, conflicts }: Loaded): TemplateResult {
    const { t } = this.context;
    const installed = plugin.state === 'on' || plugin.state === 'off';
    return html`<div class="x-admin" aria-busy=${this.busy ? 'true' : nothing}>
      ${pageHead({
        title: plugin.title,
        back: { href: adminUrl('plugins'), label: t('plugins') },
        beside: html`<span class="x-tag">${t(`plugin.state.${plugin.state}`)}</span>`,
        commands: installed ? this.#commands(plugin) : nothing,
      })}
      <x-admin-app-state
        .context=${this.context}
        .state=${app}
        .ask=${async () => (await this.#api.plugins()).app}
      ></x-admin-app-state>
      ${this.#facts(plugin)} ${plugin.health && plugin.health.state !== 'closed' ? this.#stopped(plugin) : nothing}
      ${this.#conflicts(conflicts.filter(({ decision }) => decision === undefined))}
      ${
        settings
          ? html`<x-plugin-settings
              .context=${this.context}
              .settings=${settings}
              .save=${async (values: Readonly<Record<string, unknown>>) => {
                await this.#api.set(plugin.id, values);
                await this.reload();
              }}
            ></x-plugin-settings>`
          : nothing
      }
    </div>`;
  }

  #commands(plugin: Plugin): TemplateResult {
    const { t } = this.context;
    return html`${
        plugin.source === 'package'
          ? html`<label class="x-button x-plugin-file">
              ${icon('upload')}<span>${t('plugin.upgrade')}</span>
              <input
                type="file"
                accept=".tgz,.gz,.tar"
                class="x-visually-hidden"
                ?disabled=${this.busy}
                @change=${(event: Event) => this.#upgrade(plugin, event)}
              />
            </label>`
          : nothing
      }<button type="button" class="x-button" ?disabled=${this.busy} @click=${() => this.#uninstall(plugin)}>
        ${icon('trash-2')}<span>${t('plugin.uninstall')}</span>
      </button>`;
  }

  #facts(plugin: Plugin): TemplateResult {
    const { t, locale } = this.context;
    const rights = rightsInWords(this.context, plugin.rights);
    const links = (ids: readonly string[]): unknown =>
      ids.length === 0
        ? t('common.none')
        : ids.map((id) => html`<a class="x-chip" href=${adminUrl('plugins', id)} dir="ltr">${id}</a>`);
    return html`<section class="x-admin-panel" aria-label=${t('plugin.facts')}>
      <dl class="x-admin-facts">
        <div>
          <dt>${t('plugin.version')}</dt>
          <dd><span dir="ltr">${plugin.id} ${plugin.version}</span></dd>
        </div>
        <div>
          <dt>${t('plugin.source')}</dt>
          <dd>${t(`plugin.source.${plugin.source}`)}</dd>
        </div>
        <div>
          <dt>${t('plugin.requires')}</dt>
          <dd>${links(plugin.requires)}</dd>
        </div>
        <div>
          <dt>${t('plugin.requiredBy')}</dt>
          <dd>${links(plugin.requiredBy)}</dd>
        </div>
        <div>
          <dt>${t('plugin.rights')}</dt>
          <dd>
            ${
              rights.length === 0
                ? t('plugin.rights.none')
                : html`<ul class="x-plugin-list">
                    ${rights.map((right) => html`<li>${right}</li>`)}
                  </ul>`
            }
          </dd>
        </div>
        ${
          plugin.health
            ? html`<div>
                <dt>${t('plugin.code')}</dt>
                <dd>
                  ${t(`plugin.code.${plugin.health.state}`)}
                  ${plugin.health.last ? html`<span class="x-hint" dir="auto">${locale.dateTime(plugin.health.last.at)}: ${plugin.health.last.reason}</span>` : nothing}
                </dd>
              </div>`
            : nothing
        }
      </dl>
    </section>`;
  }

  #stopped(plugin: Plugin): TemplateResult {
    const { t } = this.context;
    return html`<section class="x-admin-panel" role="alert">
      <header>
        <h2 class="x-admin-h2">${t('plugin.stopped')}</h2>
        <button
          type="button"
          class="x-button"
          @click=${async () => {
            if (await attempt(() => this.#api.act(plugin.id, 'reset'), t('plugin.resetDone'))) await this.reload();
          }}
        >
          ${icon('rotate-cw')}<span>${t('plugin.reset')}</span>
        </button>
      </header>
      <p class="x-hint">${t('plugin.stopped.text')}</p>
    </section>`;
  }

  #conflicts(open: readonly Conflict[]): TemplateResult | typeof nothing {
    const { t } = this.context;
    const takes = this.takes ?? new Map<string, 'ours' | 'theirs'>();
    const chosen = open.filter(({ id }) => takes.has(id));
    if (open.length === 0) return nothing;
    return html`<section class="x-admin-panel" aria-label=${t('plugin.merge')}>
      <header>
        <h2 class="x-admin-h2">${t('plugin.merge')}</h2>
        <button
          type="button"
          class="x-button x-button-primary"
          ?disabled=${chosen.length === 0 || this.busy}
          @click=${() => this.#decide(chosen.map(({ id }) => ({ id, take: takes.get(id) ?? 'ours' })))}
        >
          ${t('plugin.decide', { count: chosen.length })}
        </button>
      </header>
      <p class="x-hint">${t('plugin.merge.text')}</p>
      ${open.map((conflict) => this.#conflict(conflict, takes))}
    </section>`;
  }

  #conflict(conflict: Conflict, takes: ReadonlyMap<string, 'ours' | 'theirs'>): TemplateResult {
    const { t } = this.context;
    const { id, document, path, from, to } = conflict;
    const side = (name: 'base' | 'theirs' | 'ours', title: string): TemplateResult => {
      const value = conflict[name];
      const shown = html`<pre dir="auto">${value === undefined ? t('plugin.absent') : shownValue(value)}</pre>`;
      if (name === 'base')
        return html`<div class="x-plugin-side"><span class="x-field-label">${title}</span>${shown}</div>`;
      return html`<label class="x-plugin-side">
        <span class="x-field-label"
          ><input
            type="radio"
            name=${`take-${id}`}
            .checked=${takes.get(id) === name}
            @change=${() => (this.takes = new Map([...takes, [id, name]]))}
          />${title}</span
        >${shown}
      </label>`;
    };
    return html`<fieldset class="x-plugin-conflict">
      <legend><code dir="ltr">${document}</code> <code dir="ltr" class="x-hint">${path}</code></legend>
      ${side('base', t('plugin.side.base', { version: from }))}
      ${side('theirs', t('plugin.side.theirs', { version: to }))} ${side('ours', t('plugin.side.ours'))}
    </fieldset>`;
  }

  async #decide(decisions: readonly { readonly id: string; readonly take: 'ours' | 'theirs' }[]): Promise<void> {
    this.busy = true;
    const done = await attempt(() => this.#api.decide(this.itemId ?? '', decisions), this.context.t('saved'));
    this.busy = false;
    if (!done) return;
    tellModelChanged(this);
    this.takes = undefined;
    await this.reload();
  }

  async #upgrade(plugin: Plugin, event: Event): Promise<void> {
    const input = event.target as HTMLInputElement;
    const [file] = input.files ?? [];
    input.value = '';
    if (!file) return;
    this.busy = true;
    const made = await sendPlugin(this.context, this.#api, file, plugin.id);
    this.busy = false;
    if (made) tellModelChanged(this);
    await this.reload();
  }

  async #uninstall(plugin: Plugin): Promise<void> {
    const { t, locale, workspace } = this.context;
    let report;
    if (!(await attempt(async () => (report = await this.#api.report(plugin.id)))) || report === undefined) return;
    const { entities, fields, links, files, documents } = report as Awaited<ReturnType<PluginsApi['report']>>;
    const lines = [
      ...entities.map(({ title, rows }) => t('plugin.goes.rows', { what: title, count: rows })),
      ...fields.map(({ entity, title, values }) =>
        t('plugin.goes.values', { what: `${entity}: ${title}`, count: values }),
      ),
      ...links.map(({ relation, rows }) => t('plugin.goes.links', { what: relation, count: rows })),
      ...(files > 0 ? [t('plugin.goes.files', { count: files })] : []),
    ];
    const text = html`<p>${t('plugin.goes.text')}</p>
      <ul class="x-plugin-list">
        ${lines.map((line) => html`<li dir="auto">${line}</li>`)}
        ${lines.length === 0 ? html`<li>${t('plugin.goes.nothing')}</li>` : nothing}
      </ul>
      ${
        documents.length > 0
          ? html`<p>${t('plugin.goes.documents')}</p>
              <ul class="x-plugin-list">
                ${documents.map(({ document, pointer }) => html`<li><code dir="ltr">${document}${pointer}</code></li>`)}
              </ul>`
          : nothing
      }
      <p>
        <a class="x-button" href=${exportUrl(plugin.id)} download
          >${icon('download')}<span>${t('plugin.export')}</span></a
        >
      </p>`;
    const said = await ask(locale, t('plugin.uninstall.title', { title: plugin.title }), text, [
      { value: 'no', label: t('common.cancel') },
      { value: 'yes', label: t('plugin.uninstall'), look: 'danger' },
    ]);
    if (said !== 'yes') return;
    this.busy = true;
    const done = await attempt(() => this.#api.uninstall(plugin.id), t('plugin.uninstalled'));
    this.busy = false;
    if (!done) return;
    tellModelChanged(this);
    workspace.go(adminUrl('plugins'));
  }
}

/** A text as it is; what has parts as JSON. */
function shownValue(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2);
}

customElements.define('x-admin-plugin', PluginPage);
