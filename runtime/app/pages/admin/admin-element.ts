// What the pages of administration have in common: light DOM, their context, loading once per address, and the states
// of loading and failing.
import { html, LitElement, type TemplateResult } from 'lit';
import { icon } from '../../../ui/icon.ts';
import { type AdminContext, wordsOf } from './context.ts';

export abstract class AdminElement<Data> extends LitElement {
  static override properties = {
    context: { attribute: false },
    itemId: { attribute: false },
    data: { state: true },
    failure: { state: true },
  };

  declare context: AdminContext;
  /** What is open, where the page is about one thing. */
  declare itemId: string | undefined;
  declare data: Data | undefined;
  declare failure: string | undefined;
  #asked = 0;

  protected abstract load(): Promise<Data>;
  protected abstract view(data: Data): TemplateResult;
  /** For the window's title. */
  protected abstract heading(data: Data | undefined): string;

  override createRenderRoot(): this {
    return this;
  }

  override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has('itemId') && changed.get('itemId') !== undefined) this.data = undefined;
    if (changed.has('context') || changed.has('itemId')) void this.reload();
  }

  override updated(): void {
    document.title = `${this.heading(this.data)} – ${this.context.workspace.app.title}`;
  }

  /** Loads again; what is shown stays until the new is there. */
  async reload(): Promise<void> {
    const asked = ++this.#asked;
    try {
      const data = await this.load();
      if (asked !== this.#asked) return;
      this.failure = undefined;
      this.data = data;
    } catch (error) {
      if (asked === this.#asked) this.failure = wordsOf(error);
    }
  }

  override render(): TemplateResult {
    const { t } = this.context;
    if (this.failure !== undefined && this.data === undefined)
      return html`<div class="x-state x-whole">
        ${icon('circle-alert')}
        <h1 class="x-state-title">${t('failed')}</h1>
        <p>${this.failure}</p>
        <button type="button" class="x-button" @click=${() => this.reload()}>
          ${icon('rotate-cw')} ${t('common.retry')}
        </button>
      </div>`;
    if (this.data === undefined)
      return html`<div class="x-admin" aria-busy="true">
        <h1 class="x-visually-hidden">${this.heading(undefined)}</h1>
        <p class="x-visually-hidden" role="status">${t('common.loading')}</p>
        <div class="x-record-skeleton">${[1, 2, 3, 4, 5, 6].map(() => html`<span class="x-skeleton"></span>`)}</div>
      </div>`;
    return this.view(this.data);
  }
}
