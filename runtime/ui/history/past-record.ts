// The form as it was at an instant: read only, under a banner that says so, fields that are different today marked.
import { html, LitElement, nothing, type TemplateResult } from 'lit';
import type { EntityMetadata, FormMetadata } from '../../../metadata/effective.ts';
import { ClientError } from '../../client/index.ts';
import { ask } from '../dialog/dialog.ts';
import type { FormField } from '../form/form-field.ts';
import { RecordDraft } from '../form/record-draft.ts';
import '../form/record-form.ts';
import { icon } from '../icon.ts';
import type { Locale } from '../locale/index.ts';
import { isEmpty } from '../record-values.ts';
import { fieldContext, type Workspace } from '../workspace.ts';
import { readPast, restoreRecord, type Past } from './audit-api.ts';
import { historyLocale } from './history-locale.ts';
import './history.css';
import { tellRefusal, tellRestored } from './tell-restored.ts';

export class PastRecord extends LitElement {
  static override properties = {
    workspace: { attribute: false },
    entity: { attribute: false },
    form: { attribute: false },
    recordId: { attribute: false },
    at: { attribute: false },
    past: { state: true },
    locale: { state: true },
    failure: { state: true },
    busy: { state: true },
  };

  declare workspace: Workspace;
  declare entity: EntityMetadata;
  declare form: FormMetadata;
  declare recordId: string;
  declare at: string;
  /** The row's version of now. */
  declare etag: string;
  declare past: Past | undefined;
  declare locale: Locale | undefined;
  declare failure: string | undefined;
  declare busy: boolean;
  #draft: RecordDraft | undefined;
  #watch: MutationObserver | undefined;

  constructor() {
    super();
    this.busy = false;
  }

  override createRenderRoot(): this {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    // Tabs draw their fields when they are first shown.
    this.#watch = new MutationObserver(() => this.#mark());
    this.#watch.observe(this, { childList: true, subtree: true });
    addEventListener('keydown', this.#onKey);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#watch?.disconnect();
    removeEventListener('keydown', this.#onKey);
  }

  override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has('at') || changed.has('workspace') || changed.has('entity')) void this.#load();
  }

  async #load(): Promise<void> {
    const { workspace, entity, recordId, at } = this;
    this.failure = undefined;
    try {
      const [locale, past] = await Promise.all([
        historyLocale(workspace.locale),
        readPast(workspace.client, entity.name, recordId, at),
      ]);
      if (at !== this.at || workspace !== this.workspace) return;
      const fields = Object.fromEntries(
        Object.entries(entity.fields).map(([name, field]) => [name, { ...field, readOnly: true }]),
      );
      const fixed = { ...entity, fields };
      this.#draft = new RecordDraft({
        entity: fixed,
        fields: workspace.fields,
        locale: workspace.locale,
        row: past.row,
        context: (draft) => fieldContext(workspace, fixed, draft.values, draft.row, recordId),
      });
      this.locale = locale;
      this.past = past;
      await this.updateComplete;
      this.querySelector<HTMLElement>('.x-past-banner')?.focus();
    } catch (error) {
      this.failure = error instanceof Error ? error.message : String(error);
    }
  }

  #mark(): void {
    const differs = new Set(this.past?.differs);
    for (const field of this.querySelectorAll<FormField>('x-form-field'))
      field.toggleAttribute('data-differs', differs.has(field.field.name));
  }

  #leave(restored: boolean): void {
    this.dispatchEvent(new CustomEvent('leave', { detail: { restored } }));
  }

  async #restore(): Promise<void> {
    const { past, locale, entity, workspace } = this;
    if (!past || !locale || this.busy) return;
    const { t } = locale;
    const fields = past.differs.map((name) => entity.fields[name]?.title ?? name).join(t('common.listSeparator'));
    const text = t('restoreText', { count: past.differs.length, when: locale.dateTime(past.at), fields });
    const answer = await ask(locale, t('restoreTitle'), text, [
      { value: 'cancel', label: t('common.cancel') },
      { value: 'restore', label: t('restoreDo'), look: 'primary' },
    ]);
    if (answer !== 'restore') return;
    this.busy = true;
    try {
      const done = await restoreRecord(workspace.client, entity.name, this.recordId, { at: past.at }, this.etag);
      tellRestored(done, entity, locale);
      this.#leave(true);
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
      tellRefusal(error, locale);
    } finally {
      this.busy = false;
    }
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || event.defaultPrevented || document.querySelector('dialog[open]')) return;
    event.preventDefault();
    this.#leave(false);
  };

  override render(): TemplateResult | typeof nothing {
    const { past, locale, failure, workspace } = this;
    const draft = this.#draft;
    if (failure !== undefined)
      return html`<div class="x-state x-whole" role="alert">
        ${icon('cloud-off')}
        <p>${failure}</p>
        <button type="button" class="x-button" @click=${() => this.#leave(false)}>
          ${workspace.locale.t('common.close')}
        </button>
      </div>`;
    if (!past || !locale || !draft)
      return html`<div class="x-record" aria-busy="true">
        <div class="x-record-head x-record-skeleton"><span class="x-skeleton"></span></div>
        <span class="x-visually-hidden" role="status">${workspace.locale.t('common.loading')}</span>
      </div>`;
    const { t } = locale;
    const name = draft.value(draft.entity.primary);
    return html`<div class="x-record x-past">
      <section class="x-past-banner" tabindex="-1" aria-label=${t('pastBanner', { when: locale.dateTime(past.at) })}>
        ${icon('history')}
        <div>
          <h1><bdi>${isEmpty(name) ? this.entity.title : String(name)}</bdi></h1>
          <p><b>${t('pastBanner', { when: locale.dateTime(past.at) })}</b></p>
          <p>
            ${past.differs.length === 0 ? t('pastSame') : t('pastDiffers', { count: past.differs.length })}
            ${t('pastNote')}
          </p>
        </div>
        <div class="x-past-commands">
          <button type="button" class="x-button" @click=${() => this.#leave(false)}>
            ${icon('chevron-left')} ${t('back')}
          </button>
          <button
            type="button"
            class="x-button x-button-primary"
            ?disabled=${this.busy || past.differs.length === 0}
            @click=${() => this.#restore()}
          >
            ${icon('rotate-ccw')} ${t('restoreAll')}
          </button>
        </div>
      </section>
      <div class="x-record-body">
        <x-record-form
          .workspace=${workspace}
          .draft=${draft}
          .form=${this.form}
          .recordId=${this.recordId}
          .idPrefix=${'p'}
        ></x-record-form>
      </div>
    </div>`;
  }
}

customElements.define('x-past-record', PastRecord);
