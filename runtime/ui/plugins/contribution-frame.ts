// The place where something of a plugin stands: loads its module, its data, draws it. What it throws on the way stays in here: a
// small box names the plugin, and the rest of the page works.
import { html, LitElement, nothing, render, type TemplateResult } from 'lit';
import type { Contribution, ContributionContext } from '../contributions.ts';
import { icon } from '../icon.ts';
import type { Locale } from '../locale/index.ts';
import type { Workspace } from '../workspace.ts';
import { adoptStyles, contributionContext, logContribution } from './contribution-context.ts';
import { pluginLocale } from './plugin-locale.ts';
import './plugins.css';

type Part = Contribution<object, unknown>;

export class ContributionFrame extends LitElement {
  static override properties = {
    workspace: { attribute: false },
    plugin: { attribute: false },
    module: { attribute: false },
    label: { attribute: false },
    given: { attribute: false },
    stamp: { attribute: false },
    broken: { state: true },
    outdated: { state: true },
    ready: { state: true },
    locale: { state: true },
  };

  declare workspace: Workspace;
  declare plugin: string;
  declare module: string;
  /** What the part is called. */
  declare label: string;
  /** What it is given beside what every contribution has. */
  declare given: object;
  /** Its data are loaded again when this changes. */
  declare stamp: unknown;
  declare broken: boolean;
  /** The plugin came, or changed, after the page was opened. */
  declare outdated: boolean;
  declare ready: boolean;
  declare locale: Locale | undefined;
  #part: Part | undefined;
  #context: ContributionContext | undefined;
  #data: unknown;
  /** Raised with each loading, so that a late answer does not win. */
  #asked = 0;

  constructor() {
    super();
    this.broken = false;
    this.outdated = false;
    this.ready = false;
  }

  override createRenderRoot(): this {
    return this;
  }

  override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has('workspace') || changed.has('plugin') || changed.has('module')) void this.#begin();
    else if (changed.has('stamp') && this.#part) void this.#load();
  }

  /** Loads its data and draws it again. */
  reload(): void {
    void this.#load();
  }

  async #begin(): Promise<void> {
    const { workspace, plugin, module } = this;
    const asked = ++this.#asked;
    this.ready = false;
    this.broken = false;
    this.#part = undefined;
    this.locale = await pluginLocale(workspace.locale);
    try {
      const [loaded, context] = await Promise.all([
        workspace.module(plugin, module) as Promise<{ readonly default?: Part }>,
        contributionContext(workspace, plugin),
      ]);
      if (asked !== this.#asked) return;
      const part = loaded.default;
      if (typeof part?.render !== 'function') throw new TypeError(`${module} exports nothing with "render" by default`);
      adoptStyles(`${plugin}/${module}`, part.styles);
      this.#part = part;
      this.#context = context;
    } catch (error) {
      if (asked === this.#asked) this.#fail(error);
      return;
    }
    await this.#load();
  }

  async #load(): Promise<void> {
    const part = this.#part;
    if (!part) return;
    const asked = ++this.#asked;
    try {
      const data = await part.load?.(this.#all());
      if (asked !== this.#asked) return;
      this.#data = data;
      this.ready = true;
      this.requestUpdate();
    } catch (error) {
      if (asked === this.#asked) this.#fail(error);
    }
  }

  #all(): object {
    return { ...this.#context, ...this.given, update: () => this.requestUpdate(), reload: () => this.reload() };
  }

  #fail(error: unknown): void {
    this.outdated = error instanceof Error && error.name === 'AppOutdated';
    if (!this.outdated) logContribution(this.plugin, this.module, error);
    this.broken = true;
  }

  override updated(): void {
    const place = this.querySelector<HTMLElement>(':scope > .x-contribution');
    if (!place || !this.#part || !this.ready || this.broken) return;
    try {
      render(this.#part.render({ ...this.#all(), data: this.#data } as Parameters<Part['render']>[0]), place);
    } catch (error) {
      this.#fail(error);
    }
  }

  override render(): TemplateResult | typeof nothing {
    const { locale, label, plugin } = this;
    if (!locale) return nothing;
    if (this.broken && this.outdated)
      return html`<div class="x-contribution-broken" role="status">
        ${icon('rotate-cw')}
        <div>
          <p>${locale.t('plugins.outdated', { part: label })}</p>
          <button type="button" class="x-button x-button-small" @click=${() => globalThis.location.reload()}>
            ${locale.t('plugins.reload')}
          </button>
        </div>
      </div>`;
    if (this.broken)
      return html`<div class="x-contribution-broken" role="alert">
        ${icon('unplug')}
        <div>
          <strong>${locale.t('plugins.failed', { part: label })}</strong>
          <p>${locale.t('plugins.failedText', { plugin })}</p>
          <button type="button" class="x-button x-button-small" @click=${() => this.#begin()}>
            ${icon('rotate-cw')} ${locale.t('common.retry')}
          </button>
        </div>
      </div>`;
    return html`<div class="x-contribution" aria-busy=${this.ready ? nothing : 'true'}></div>
      ${this.ready ? nothing : html`<span class="x-skeleton x-contribution-waits"></span>`}`;
  }
}

customElements.define('x-contribution', ContributionFrame);
