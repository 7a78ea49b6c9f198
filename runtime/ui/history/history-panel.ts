// The history of one record at the side of its form: what changed, by whom, and the ways back.
import { html, LitElement, nothing, type TemplateResult } from 'lit';
import type { EntityMetadata } from '../../../metadata/effective.ts';
import { ClientError } from '../../client/index.ts';
import { openDialog } from '../dialog/dialog.ts';
import { icon } from '../icon.ts';
import type { Locale } from '../locale/index.ts';
import type { Values } from '../record-values.ts';
import { fieldsOfForm, plainForm, typesOf } from '../form/form-layout.ts';
import type { Workspace } from '../workspace.ts';
import { justBefore, readHistory, restoreRecord, type Change, type Entry } from './audit-api.ts';
import { historyLocale } from './history-locale.ts';
import './history.css';
import { tellRefusal, tellRestored } from './tell-restored.ts';
import { timeline } from './timeline.ts';

export interface HistoryOptions {
  readonly entity: EntityMetadata;
  readonly recordId: string;
  readonly title: string;
  /** Row of now, by field name. */
  readonly values: Values;
  /** A restore is refused when somebody has changed the record since. */
  readonly etag?: string;
  /** Shows the record as of an instant; absent: there is no form to show it in. */
  view?(at: string): void;
  /** Something was restored; `etag` of before no longer holds. */
  restored(): void | Promise<void>;
}

/** Opens it; resolves when it is closed. */
export async function openHistory(workspace: Workspace, options: HistoryOptions): Promise<void> {
  const locale = await historyLocale(workspace.locale);
  const form = plainForm(options.entity, 'main');
  await workspace.fields.load(typesOf(fieldsOfForm(form, options.entity), options.entity));
  await openDialog({
    title: locale.t('titleOf', { name: options.title }),
    locale,
    body: (handle) => {
      handle.element.classList.add('x-history-dialog');
      return html`<x-history
        .workspace=${workspace}
        .locale=${locale}
        .options=${options}
        .close=${() => handle.close()}
      ></x-history>`;
    },
  });
}

export class History extends LitElement {
  static override properties = {
    workspace: { attribute: false },
    locale: { attribute: false },
    options: { attribute: false },
    entries: { state: true },
    next: { state: true },
    failure: { state: true },
    busy: { state: true },
  };

  declare workspace: Workspace;
  declare locale: Locale;
  declare options: HistoryOptions;
  declare close: () => void;
  declare entries: readonly Entry[] | undefined;
  declare next: string | undefined;
  declare failure: string | undefined;
  declare busy: boolean;
  /** The row's version that a restore may replace; forgotten after the first one. */
  #etag: string | undefined;

  constructor() {
    super();
    this.busy = false;
  }

  override createRenderRoot(): this {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#etag = this.options.etag;
    void this.#load();
  }

  async #load(before?: string): Promise<void> {
    const { workspace, options } = this;
    this.busy = true;
    this.failure = undefined;
    try {
      const page = await readHistory(workspace.client, options.entity.name, options.recordId, before);
      this.entries = before === undefined ? page.entries : [...(this.entries ?? []), ...page.entries];
      this.next = page.next;
    } catch (error) {
      this.failure = error instanceof Error ? error.message : String(error);
    } finally {
      this.busy = false;
    }
  }

  async #restore(at: string, fields?: readonly string[]): Promise<void> {
    const { workspace, options, locale } = this;
    this.busy = true;
    try {
      const wanted = fields === undefined ? { at } : { at, fields };
      const done = await restoreRecord(workspace.client, options.entity.name, options.recordId, wanted, this.#etag);
      this.#etag = undefined;
      tellRestored(done, options.entity, locale);
      await options.restored();
      if (done.created) this.close();
      else await this.#load();
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
      tellRefusal(error, locale);
    } finally {
      this.busy = false;
    }
  }

  override render(): TemplateResult {
    const { entries, failure, locale } = this;
    const { t } = locale;
    if (failure !== undefined && !entries)
      return html`<div class="x-state" role="alert">
        ${icon('cloud-off')}
        <p class="x-state-title">${t('failed')}</p>
        <p>${failure}</p>
        <button type="button" class="x-button" @click=${() => this.#load()}>
          ${icon('rotate-cw')} ${t('common.retry')}
        </button>
      </div>`;
    if (!entries)
      return html`<div class="x-history-skeleton" aria-busy="true">
        ${[1, 2, 3, 4].map(() => html`<span class="x-skeleton"></span>`)}
        <span class="x-visually-hidden" role="status">${t('common.loading')}</span>
      </div>`;
    if (entries.length === 0)
      return html`<div class="x-state">
        ${icon('history')}
        <p class="x-state-title">${t('empty')}</p>
        <p>${t('emptyText')}</p>
      </div>`;
    return html`${timeline(entries, {
      workspace: this.workspace,
      locale,
      values: this.options.values,
      entityOf: () => this.options.entity,
      commands: (entry) => this.#commands(entry, entries),
      changeCommand: (entry, change) => this.#changeCommand(entry, change),
    })}
    ${
      this.next === undefined
        ? nothing
        : html`<button
            type="button"
            class="x-button x-history-more"
            ?disabled=${this.busy}
            @click=${() => this.#load(this.next)}
          >
            ${t('more')}
          </button>`
    }`;
  }

  #commands(entry: Entry, entries: readonly Entry[]): TemplateResult | typeof nothing {
    const { t } = this.locale;
    if (entry.action === 'delete')
      return entry === entries[0]
        ? html`<button
            type="button"
            class="x-button x-button-small"
            ?disabled=${this.busy}
            @click=${() => this.#restore(justBefore(entry.at))}
          >
            ${icon('rotate-ccw')} ${t('bringBack')}
          </button>`
        : nothing;
    const { view } = this.options;
    // The newest is what the form shows anyway.
    const isPast = entry !== entries[0] && (entry.action === 'create' || entry.action === 'update');
    if (!view || !isPast) return nothing;
    return html`<button
      type="button"
      class="x-button x-button-quiet x-button-small x-entry-view"
      aria-label=${t('viewLabel', { when: this.locale.dateTime(entry.at) })}
      @click=${() => {
        this.close();
        view(entry.at);
      }}
    >
      ${icon('eye')} ${t('view')}
    </button>`;
  }

  #changeCommand(entry: Entry, change: Change): TemplateResult | typeof nothing {
    const { t } = this.locale;
    const field = this.options.entity.fields[change.field];
    const open = field && !field.readOnly && !field.immutable && field.secured?.update !== false;
    if (entry.action !== 'update' || !open || change.masked) return nothing;
    return html`<button
      type="button"
      class="x-button x-button-quiet x-button-small x-change-restore"
      aria-label=${t('restoreFieldLabel', { field: change.title })}
      data-tip=${t('restoreFieldLabel', { field: change.title })}
      ?disabled=${this.busy}
      @click=${() => this.#restore(justBefore(entry.at), [change.field])}
    >
      ${icon('rotate-ccw')}<span>${t('restoreField')}</span>
    </button>`;
  }
}

customElements.define('x-history', History);
