// `/app/search?q=…&entity=…`: everything that a search found, by entity; one of them alone on request.
import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { searchRecords, type Found, type Group } from '../../client/search.ts';
import { icon } from '../../ui/icon.ts';
import type { Workspace } from '../../ui/workspace.ts';
import type { Address } from '../address.ts';
import type { Navigation } from '../navigation.ts';
import { hitDetail, hitName, searchUrl } from '../search-hit.ts';
import '../search-hit.css';
import './search-page.css';

/** Hits of each entity among all, and of one that was chosen. */
const OF_EACH = 10;
const OF_ONE = 50;
const PAUSE = 250;

export class SearchPage extends LitElement {
  static override properties = {
    workspace: { attribute: false },
    navigation: { attribute: false },
    address: { attribute: false },
    found: { state: true },
    one: { state: true },
    failed: { state: true },
  };

  declare workspace: Workspace;
  declare navigation: Navigation;
  declare address: Address;
  /** Of everything; the facets are counted by it. */
  declare found: Found | undefined;
  /** Of the entity that was chosen. */
  declare one: Group | undefined;
  declare failed: boolean | undefined;
  #asking: AbortController | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  override createRenderRoot(): this {
    return this;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
    this.#asking?.abort();
  }

  override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has('address') || changed.has('workspace')) void this.#load();
  }

  override updated(): void {
    document.title = `${this.workspace.locale.t('search.title')} – ${this.workspace.app.title}`;
  }

  get #asked(): { readonly text: string; readonly entity: string | undefined } {
    const parameters = new URLSearchParams(location.search);
    return { text: (parameters.get('q') ?? '').slice(0, 200), entity: parameters.get('entity') ?? undefined };
  }

  async #load(): Promise<void> {
    this.#asking?.abort();
    const { signal } = (this.#asking = new AbortController());
    const { text, entity } = this.#asked;
    const { client } = this.workspace;
    try {
      const [found, one] = await Promise.all([
        this.found?.text === text.trim() ? this.found : searchRecords(client, text, { top: OF_EACH, signal }),
        entity === undefined ? undefined : searchRecords(client, text, { entity, top: OF_ONE, signal }),
      ]);
      if (signal.aborted) return;
      this.found = found;
      this.one = entity === undefined ? undefined : (one?.groups[0] ?? { entity, hits: [], count: 0, more: false });
      this.failed = false;
    } catch {
      if (!signal.aborted) this.failed = true;
    }
  }

  readonly #onInput = (event: Event): void => {
    const text = (event.target as HTMLInputElement).value;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.navigation.rewrite(searchUrl(text));
      void this.#load();
    }, PAUSE);
  };

  override render(): TemplateResult {
    const { t } = this.workspace.locale;
    const { text } = this.#asked;
    const { found, one } = this;
    const groups = one ? [one] : (found?.groups ?? []);
    const isEmpty = found !== undefined && groups.every((group) => group.hits.length === 0);
    return html`<div class="x-search">
      <h1>${t('search.title')}</h1>
      <div class="x-input-row">
        ${icon('search')}
        <input
          type="search"
          dir="auto"
          autofocus
          maxlength="200"
          aria-label=${t('search.title')}
          placeholder=${t('palette.placeholder')}
          .value=${text}
          @input=${this.#onInput}
        />
      </div>
      ${this.#facets(found, one)}
      ${
        this.failed
          ? html`<div class="x-state">
              ${icon('cloud-off')}
              <p role="alert">${t('grid.error')}</p>
              <button type="button" class="x-button" @click=${() => this.#load()}>${t('common.retry')}</button>
            </div>`
          : nothing
      }
      ${found?.partial ? html`<p class="x-hint" role="status">${t('search.partial')}</p>` : nothing}
      ${groups.filter((group) => group.hits.length > 0).map((group) => this.#group(group, one !== undefined))}
      ${isEmpty && !this.failed ? html`<p class="x-hint" role="status">${text.trim() === '' ? t('search.hint') : t('palette.nothing', { text })}</p>` : nothing}
    </div>`;
  }

  #count(group: Group): string {
    const { t, number } = this.workspace.locale;
    return group.more ? t('search.atLeast', { count: number(group.count) }) : number(group.count);
  }

  #facets(found: Found | undefined, one: Group | undefined): TemplateResult | typeof nothing {
    if (!found || found.groups.length === 0) return nothing;
    const { t } = this.workspace.locale;
    const facet = (label: string, entity: string | undefined) =>
      html`<button
        type="button"
        class="x-button x-button-small"
        aria-pressed=${one?.entity === entity}
        @click=${() => this.workspace.go(searchUrl(this.#asked.text, entity))}
      >
        ${label}
      </button>`;
    return html`<div class="x-search-facets" role="group" aria-label=${t('search.everything')}>
      ${facet(t('search.everything'), undefined)}
      ${found.groups.map((group) => facet(`${this.#title(group)} ${this.#count(group)}`, group.entity))}
    </div>`;
  }

  #title(group: Group): string {
    return this.workspace.app.entities[group.entity]?.plural ?? group.entity;
  }

  #group(group: Group, isAlone: boolean): TemplateResult {
    const { workspace } = this;
    const { t } = workspace.locale;
    const entity = workspace.app.entities[group.entity];
    const rest = group.more || group.count > group.hits.length;
    return html`<section class="x-search-group">
      <h2>
        ${icon(entity?.icon ?? 'box')}<span>${this.#title(group)}</span
        ><span class="x-count">${this.#count(group)}</span>
      </h2>
      <ul>
        ${group.hits.map(
          (hit) =>
            html`<li>
              <a href=${workspace.recordUrl(hit.entity, hit.id)}>
                ${hitName(hit, entity, t('grid.unnamed'))} ${hitDetail(hit, entity) ?? nothing}
              </a>
            </li>`,
        )}
        ${
          rest && !isAlone
            ? html`<li>
                <a href=${searchUrl(this.#asked.text, group.entity)}>${t('search.all', { text: this.#asked.text })}</a>
              </li>`
            : nothing
        }
      </ul>
    </section>`;
  }
}
customElements.define('x-search-page', SearchPage);

declare global {
  interface HTMLElementTagNameMap {
    'x-search-page': SearchPage;
  }
}
