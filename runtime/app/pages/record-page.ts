// A record: its title, state and commands, the form; keeps drafts, asks before leaving, walks to the next record of the list.
import { html, LitElement, nothing, type TemplateResult } from 'lit';
import type { EntityMetadata, FormMetadata } from '../../../metadata/effective.ts';
import { ClientError, type ErrorDetail } from '../../client/index.ts';
import { ask } from '../../ui/dialog/dialog.ts';
import { showToast } from '../../ui/dialog/toast.ts';
import { commitTyping } from '../../ui/form/commit-typing.ts';
import { draftKey, dropDraft, readDraft, writeDraft } from '../../ui/form/draft-store.ts';
import { fieldsOfForm, plainForm, typesOf } from '../../ui/form/form-layout.ts';
import { RecordDraft } from '../../ui/form/record-draft.ts';
import '../../ui/form/record-form.ts';
import type { RecordForm } from '../../ui/form/record-form.ts';
import { saveRecord } from '../../ui/form/save-record.ts';
import { icon } from '../../ui/icon.ts';
import type { CommandBar } from '../../ui/plugins/command-bar.ts';
import { isEmpty, isMergeable, valuesOf } from '../../ui/record-values.ts';
import { fieldContext, type Workspace } from '../../ui/workspace.ts';
import type { Navigation } from '../navigation.ts';
import { trailOf } from '../trail.ts';
import './page-parts.css';
import './record-page.css';

export class RecordPage extends LitElement {
  static override properties = {
    workspace: { attribute: false },
    navigation: { attribute: false },
    entityName: { attribute: false },
    recordId: { attribute: false },
    draft: { state: true },
    form: { state: true },
    problem: { state: true },
    violations: { state: true },
    showErrors: { state: true },
    busy: { state: true },
    restored: { state: true },
    pastAt: { state: true },
  };

  declare workspace: Workspace;
  declare navigation: Navigation;
  declare entityName: string;
  declare recordId: string | undefined;
  declare draft: RecordDraft | undefined;
  declare form: FormMetadata | undefined;
  declare problem: ClientError | undefined;
  declare violations: readonly ErrorDetail[];
  declare showErrors: boolean;
  declare busy: boolean;
  /** When the restored draft was made, in ms. */
  declare restored: number | undefined;
  /** The instant whose state of the record is shown; undefined: now. */
  declare pastAt: string | undefined;
  #stop: (() => void) | undefined;
  #keeping: ReturnType<typeof setTimeout> | undefined;
  /** Something has changed since the draft was last kept. */
  #unkept = false;
  #loaded: string | undefined;
  /** The record a save has just made: its page continues this one. */
  #created: string | undefined;

  constructor() {
    super();
    this.violations = [];
    this.showErrors = false;
    this.busy = false;
  }

  override createRenderRoot(): this {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener('keydown', this.#onKey);
    addEventListener('pagehide', this.#onPageHide);
    this.addEventListener('x-record-changed', this.#onRecordChanged);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener('keydown', this.#onKey);
    removeEventListener('pagehide', this.#onPageHide);
    this.removeEventListener('x-record-changed', this.#onRecordChanged);
    this.#stop?.();
    clearTimeout(this.#keeping);
  }

  override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has('entityName') || changed.has('recordId')) {
      if (this.recordId !== undefined && this.recordId === this.#created) {
        this.#created = undefined;
        this.#loaded = this.#place();
        return;
      }
      void this.#load();
    } else if (changed.has('workspace')) void this.#speakAgain();
  }

  #place(): string {
    return `${this.entityName}/${this.recordId ?? 'new'}`;
  }

  #key(): string {
    return draftKey(this.workspace.me.userId, this.entityName, this.recordId);
  }

  async #load(): Promise<void> {
    const { workspace, recordId } = this;
    const place = this.#place();
    this.#loaded = undefined;
    this.draft = undefined;
    this.problem = undefined;
    this.violations = [];
    this.showErrors = false;
    this.restored = undefined;
    this.pastAt = undefined;
    try {
      const entity = await workspace.entity(this.entityName);
      const [saved] = await Promise.all([
        recordId === undefined ? undefined : workspace.client.retrieve(entity.set, recordId),
        this.#loadFields(entity),
      ]);
      if (place !== this.#place() || !this.isConnected) return;
      const draft = this.#makeDraft(entity, saved?.row, saved?.etag, {});
      this.#loaded = place;
      this.#follow(draft);
      void this.#restore(draft);
      if (recordId === undefined) await this.#focusFirst();
    } catch (error) {
      if (place !== this.#place()) return;
      this.problem = error instanceof ClientError ? error : new ClientError(0, 'CLIENT', String(error), [], {}, error);
    }
  }

  /** Brings back what was typed and not saved, unless the user has begun anew meanwhile. */
  async #restore(draft: RecordDraft): Promise<void> {
    if (this.workspace.viewing) return;
    const stored = await readDraft(this.#key());
    if (!stored || this.draft !== draft || draft.dirty) return;
    for (const [name, value] of Object.entries(stored.changes)) if (draft.entity.fields[name]) draft.set(name, value);
    if (draft.dirty) this.restored = stored.at;
  }

  async #loadFields(entity: EntityMetadata): Promise<void> {
    const forms = Object.values(entity.forms);
    this.form = forms.find((form) => form.kind === 'main') ?? plainForm(entity, 'main');
    await this.workspace.fields.load(typesOf(fieldsOfForm(this.form, entity), entity));
  }

  #makeDraft(entity: EntityMetadata, row: RecordDraft['row'], etag: string | undefined, changes: object): RecordDraft {
    const { workspace, recordId } = this;
    return new RecordDraft({
      entity,
      fields: workspace.fields,
      locale: workspace.locale,
      ...(row === undefined ? {} : { row }),
      ...(etag === undefined ? {} : { etag }),
      initial: changes as Readonly<Record<string, unknown>>,
      context: (draft) => fieldContext(workspace, entity, draft.values, draft.row, recordId),
    });
  }

  /** A new language: same row, same changes, other labels. */
  async #speakAgain(): Promise<void> {
    const { workspace, draft } = this;
    if (!draft) return;
    const entity = await workspace.entity(this.entityName);
    await this.#loadFields(entity);
    if (this.workspace !== workspace) return;
    this.#follow(this.#makeDraft(entity, draft.row, draft.etag, draft.changes));
  }

  #follow(draft: RecordDraft): void {
    this.#stop?.();
    this.draft = draft;
    this.#stop = draft.listen(() => {
      this.requestUpdate();
      this.#guard();
      clearTimeout(this.#keeping);
      this.#unkept = true;
      // At once: what is written while the page goes may not arrive.
      this.#keeping = setTimeout(() => void this.#keep());
    });
    this.#guard();
    this.dispatchEvent(new Event('x-record-shown', { bubbles: true }));
  }

  #guard(): void {
    this.navigation.guard(this.draft?.dirty ? () => this.#mayLeave() : undefined);
  }

  async #mayLeave(): Promise<boolean> {
    const { t } = this.workspace.locale;
    const answer = await ask(this.workspace.locale, t('leave.title'), t('leave.text'), [
      { value: 'stay', label: t('leave.stay') },
      { value: 'discard', label: t('leave.discard') },
      { value: 'save', label: t('leave.save'), look: 'primary' },
    ]);
    if (answer === 'discard') {
      clearTimeout(this.#keeping);
      await dropDraft(this.#key());
      return true;
    }
    return answer === 'save' && (await this.#save());
  }

  async #keep(): Promise<void> {
    const { draft } = this;
    if (!draft || this.#loaded !== this.#place()) return;
    this.#unkept = false;
    if (draft.dirty) await writeDraft(this.#key(), { changes: draft.changes, etag: draft.etag, at: Date.now() });
    else await dropDraft(this.#key());
  }

  readonly #onPageHide = (): void => {
    if (this.#unkept) void this.#keep();
  };

  /** A field stored something by itself (a file): the row has a new version, and what was typed goes on from that one. */
  readonly #onRecordChanged = async (event: Event): Promise<void> => {
    const { workspace, recordId, draft } = this;
    const changed = (event as CustomEvent<{ readonly id: string }>).detail.id;
    if (!draft || recordId === undefined || changed !== recordId) return;
    const current = await workspace.client.retrieve(draft.entity.set, recordId).catch(() => undefined);
    if (!current || this.draft !== draft) return;
    // Where somebody else has meanwhile changed what is typed here, saving will ask.
    const { compareSides } = await import('../../ui/form/compare-sides.ts');
    if (compareSides(draft, valuesOf(current.row, draft.entity)).both.length > 0) return;
    draft.rebase(current.row, current.etag);
  };

  async #focusFirst(): Promise<void> {
    await this.updateComplete;
    await this.querySelector<RecordForm>('x-record-form')?.focusFirst();
  }

  async #save(): Promise<boolean> {
    const { workspace, draft, form } = this;
    if (!draft || !form || this.busy || workspace.viewing) return false;
    const { t } = workspace.locale;
    commitTyping(this);
    this.violations = [];
    if (!draft.checkAll(fieldsOfForm(form, draft.entity))) {
      await this.#refuse();
      return false;
    }
    this.busy = true;
    try {
      const creating = this.recordId === undefined;
      const key = this.#key();
      const outcome = await saveRecord(workspace, draft, this.recordId, { offer: 'merge' });
      if (outcome.kind === 'refused') {
        this.violations = outcome.rest;
        await this.#refuse();
        const { showFailure, whyOf } = await import('../../ui/dialog/show-failure.ts');
        if (whyOf(outcome.error)) showFailure(workspace, outcome.error);
        return false;
      }
      if (outcome.kind !== 'saved') return false;
      clearTimeout(this.#keeping);
      await dropDraft(key);
      this.showErrors = false;
      this.restored = undefined;
      this.navigation.guard(undefined);
      showToast(creating ? t('form.created', { entity: draft.entity.title }) : t('form.saved'));
      if (creating) {
        this.#created = outcome.id;
        await this.navigation.go(workspace.recordUrl(this.entityName, outcome.id), { replace: true, force: true });
      }
      if (outcome.mergeWith !== undefined) return !(await this.#mergeWith(draft.entity, outcome.id, outcome.mergeWith));
      return true;
    } catch (error) {
      (await import('../../ui/dialog/show-failure.ts')).showFailure(workspace, error);
      return false;
    } finally {
      this.busy = false;
    }
  }

  async #refuse(): Promise<void> {
    this.showErrors = true;
    await this.updateComplete;
    await this.querySelector<RecordForm>('x-record-form')?.focusSummary();
  }

  async #saveAndClose(): Promise<void> {
    if (await this.#save()) this.workspace.go(this.#backUrl());
  }

  #backUrl(): string {
    return (
      trailOf(this.entityName, this.recordId)?.url ??
      trailOf(this.entityName, undefined)?.url ??
      this.workspace.listUrl(this.entityName)
    );
  }

  async #discard(): Promise<void> {
    this.draft?.discard();
    this.restored = undefined;
    this.violations = [];
    this.showErrors = false;
    await dropDraft(this.#key());
  }

  async #delete(): Promise<void> {
    const { workspace, draft, recordId } = this;
    if (!draft || recordId === undefined) return;
    const { deleteRecord } = await import('../../ui/dialog/delete-dialog.ts');
    if (!(await deleteRecord(workspace, draft.entity, recordId, this.#title(draft)))) return;
    await dropDraft(this.#key());
    await this.navigation.go(this.#backUrl(), { force: true });
  }

  async #openHistory(): Promise<void> {
    const { workspace, draft, recordId } = this;
    if (!draft || recordId === undefined) return;
    const { openHistory } = await import('../../ui/history/history-panel.ts');
    await openHistory(workspace, {
      entity: draft.entity,
      recordId,
      title: this.#title(draft),
      values: draft.base,
      etag: draft.etag,
      view: (at) => void this.#viewPast(at),
      restored: () => this.#catchUp(),
    });
  }

  async #viewPast(at: string): Promise<void> {
    await import('../../ui/history/past-record.ts');
    this.pastAt = at;
  }

  /** Takes over what a restore has written; what is typed goes on from there. */
  async #catchUp(): Promise<void> {
    const { workspace, draft, recordId } = this;
    if (!draft || recordId === undefined) return;
    const current = await workspace.client.retrieve(draft.entity.set, recordId);
    if (this.draft === draft) draft.rebase(current.row, current.etag);
  }

  readonly #onLeavePast = async (event: Event): Promise<void> => {
    if ((event as CustomEvent<{ readonly restored: boolean }>).detail.restored) await this.#catchUp();
    this.pastAt = undefined;
    await this.updateComplete;
    this.querySelector<HTMLElement>('.x-history-button')?.focus();
  };

  async #merge(): Promise<void> {
    const { workspace, draft, recordId } = this;
    if (!draft || recordId === undefined || (draft.dirty && !(await this.#save()))) return;
    const { chooseOther } = await import('../../ui/dialog/choose-other.ts');
    const other = await chooseOther(workspace, draft.entity, recordId, this.#title(draft));
    if (other !== undefined) await this.#mergeWith(draft.entity, recordId, other);
  }

  /** True when the two were merged; the record that stays is shown. */
  async #mergeWith(entity: EntityMetadata, id: string, other: string): Promise<boolean> {
    const { workspace } = this;
    const { mergeRecords } = await import('../../ui/dialog/merge-dialog.ts');
    const winner = await mergeRecords(workspace, entity, [other, id], () => {
      if (this.isConnected && this.recordId === winner) void this.#load();
    });
    if (winner === undefined) return false;
    if (winner === this.recordId) await this.#load();
    else await this.navigation.go(workspace.recordUrl(entity.name, winner), { replace: true, force: true });
    return true;
  }

  #why(): void {
    const { workspace, entityName, recordId } = this;
    workspace.why({ entity: entityName, ...(recordId !== undefined && { record: recordId }) });
  }

  async #openMenu(anchor: HTMLElement, draft: RecordDraft): Promise<void> {
    const { workspace, recordId } = this;
    if (recordId === undefined) return;
    const { openRecordMenu } = await import('../record-menu.ts');
    openRecordMenu(anchor, workspace, {
      entity: this.entityName,
      id: recordId,
      name: this.#title(draft),
      owned: draft.entity.ownership === 'user',
      commands: this.querySelector<CommandBar>('x-command-bar')?.items ?? [],
      value: (field) => draft.value(field),
    });
  }

  #title(draft: RecordDraft): string {
    const name = draft.value(draft.entity.primary);
    const { t } = this.workspace.locale;
    if (!isEmpty(name)) return String(name);
    return draft.isNew ? t('common.newOf', { entity: draft.entity.title }) : t('grid.unnamed');
  }

  override render(): TemplateResult | typeof nothing {
    const { draft, form, problem, workspace } = this;
    const { t } = workspace.locale;
    if (problem)
      return html`<div class="x-state x-whole" role="alert">
        ${icon(problem.status === 404 ? 'file-question-mark' : 'cloud-off')}
        <h1 class="x-state-title">${t(problem.status === 404 ? 'form.notFound' : 'form.failed')}</h1>
        <p>${problem.status === 404 ? t('form.notFoundText') : problem.message}</p>
        ${
          problem.status === 404
            ? html`<a class="x-button" href=${this.#backUrl()}>${t('app.home')}</a>`
            : html`<button type="button" class="x-button" @click=${() => this.#load()}>
                ${icon('rotate-cw')} ${t('common.retry')}
              </button>`
        }
        ${
          problem.status === 403 || problem.status === 404
            ? html`<button type="button" class="x-button x-button-quiet" @click=${() => this.#why()}>
                ${t('access.why')}
              </button>`
            : nothing
        }
      </div>`;
    if (!draft || !form) return this.#renderSkeleton();
    if (this.pastAt !== undefined)
      return html`<x-past-record
        .workspace=${workspace}
        .entity=${draft.entity}
        .form=${form}
        .recordId=${this.recordId}
        .etag=${draft.etag}
        .at=${this.pastAt}
        @leave=${this.#onLeavePast}
      ></x-past-record>`;
    return html`<div class="x-record">
      ${this.#renderHead(draft, form)}
      ${
        this.restored === undefined
          ? nothing
          : html`<div class="x-notice" role="status">
              ${icon('history')}
              <span
                >${t('form.draftRestored', {
                  when: workspace.locale.dateTime(new Date(this.restored).toISOString()),
                })}</span
              >
              <button type="button" class="x-button x-button-quiet x-button-small" @click=${() => this.#discard()}>
                ${t('form.discard')}
              </button>
            </div>`
      }
      <div class="x-record-body">
        <x-record-form
          .workspace=${workspace}
          .draft=${draft}
          .form=${form}
          .recordId=${this.recordId}
          .violations=${this.violations}
          .showErrors=${this.showErrors}
        ></x-record-form>
      </div>
    </div>`;
  }

  #renderHead(draft: RecordDraft, form: FormMetadata): TemplateResult {
    const { workspace, recordId } = this;
    const { entity } = draft;
    const { t } = workspace.locale;
    const title = this.#title(draft);
    document.title = `${title} – ${workspace.app.title}`;
    const trail = recordId === undefined ? undefined : trailOf(this.entityName, recordId);
    const at = trail && recordId !== undefined ? trail.ids.indexOf(recordId) : -1;
    const changes = Object.keys(draft.changes).length;
    const header = form.header.flatMap((name) => entity.fields[name] ?? []);
    return html`<header class="x-record-head">
      <div class="x-record-top">
        <nav class="x-crumbs" aria-label=${trail?.title ?? entity.plural}>
          <a href=${this.#backUrl()}>${icon('chevron-left')}<span>${trail?.title ?? entity.plural}</span></a>
        </nav>
        <div class="x-page-commands">
          ${
            draft.dirty && !draft.isNew
              ? html`<span class="x-unsaved" role="status"
                  ><span class="x-dirty"></span>${t('form.unsaved', { count: Math.max(1, changes) })}</span
                >`
              : nothing
          }
          ${
            trail && at >= 0
              ? html`<span class="x-siblings">
                  <button
                    type="button"
                    class="x-button x-button-quiet x-button-icon"
                    aria-label=${t('form.previous')}
                    data-tip=${`${t('form.previous')} (Ctrl ↑)`}
                    ?disabled=${at === 0}
                    @click=${() => this.#sibling(-1)}
                  >
                    ${icon('chevron-up')}
                  </button>
                  <span class="x-hint">${t('form.position', { at: at + 1, total: trail.total })}</span>
                  <button
                    type="button"
                    class="x-button x-button-quiet x-button-icon"
                    aria-label=${t('form.next')}
                    data-tip=${`${t('form.next')} (Ctrl ↓)`}
                    ?disabled=${at === trail.ids.length - 1}
                    @click=${() => this.#sibling(1)}
                  >
                    ${icon('chevron-down')}
                  </button>
                </span>`
              : nothing
          }
          ${
            draft.isNew || workspace.viewing || !isMergeable(entity)
              ? nothing
              : html`<button
                  type="button"
                  class="x-button x-button-quiet x-button-icon"
                  aria-label=${t('merge.command')}
                  data-tip=${t('merge.command')}
                  @click=${() => this.#merge()}
                >
                  ${icon('merge')}
                </button>`
          }
          ${
            draft.isNew
              ? nothing
              : html`<button
                  type="button"
                  class="x-button x-button-quiet x-button-icon x-history-button"
                  aria-label=${t('form.history')}
                  data-tip=${t('form.history')}
                  @click=${() => this.#openHistory()}
                >
                  ${icon('history')}
                </button>`
          }
          ${
            draft.isNew || entity.single
              ? nothing
              : html`<button
                  type="button"
                  class="x-button x-button-quiet x-button-icon"
                  aria-label=${t('common.more')}
                  aria-haspopup="menu"
                  data-tip=${t('common.more')}
                  @click=${(event: Event) => this.#openMenu(event.currentTarget as HTMLElement, draft)}
                >
                  ${icon('ellipsis')}
                </button>`
          }
          ${
            draft.isNew || workspace.viewing
              ? nothing
              : html`<button
                  type="button"
                  class="x-button x-button-quiet x-button-icon"
                  aria-label=${t('common.delete')}
                  data-tip=${t('common.delete')}
                  @click=${() => this.#delete()}
                >
                  ${icon('trash-2')}
                </button>`
          }
          ${
            draft.dirty && !draft.isNew
              ? html`<button type="button" class="x-button x-button-quiet" @click=${() => this.#discard()}>
                  ${t('form.discard')}
                </button>`
              : nothing
          }
          ${draft.isNew || entity.commands.length === 0 ? nothing : this.#renderCommands(draft)}
          ${workspace.viewing ? nothing : this.#renderSaving(draft)}
        </div>
      </div>
      <div class="x-record-title">
        <span class="x-record-icon">${icon(entity.icon ?? 'box')}</span>
        <div class="x-record-name">
          <span class="x-hint">${entity.title}</span>
          <h1><bdi>${title}</bdi></h1>
        </div>
        ${
          draft.isNew
            ? nothing
            : html`<div class="x-record-facts">
                ${header.map(
                  (field) =>
                    html`<x-form-field
                      .workspace=${workspace}
                      .draft=${draft}
                      .field=${field}
                      .recordId=${recordId}
                      .idPrefix=${'h'}
                    ></x-form-field>`,
                )}
              </div>`
        }
      </div>
    </header>`;
  }

  #renderCommands(draft: RecordDraft): TemplateResult {
    void import('../../ui/plugins/command-bar.ts');
    return html`<x-command-bar
      .workspace=${this.workspace}
      .entity=${draft.entity}
      .place=${'form'}
      .draft=${draft}
      .ids=${[this.recordId]}
      .save=${() => this.#save()}
      .refresh=${() => this.#catchUp()}
    ></x-command-bar>`;
  }

  #renderSaving(draft: RecordDraft): TemplateResult {
    const { t } = this.workspace.locale;
    const idle = (!draft.dirty && !draft.isNew) || this.busy;
    return html`
      <button
        type="button"
        class="x-button x-save-close"
        ?disabled=${idle}
        data-tip="Ctrl Enter"
        @click=${() => this.#saveAndClose()}
      >
        ${t('form.saveClose')}
      </button>
      <button
        type="button"
        class="x-button x-button-primary"
        ?disabled=${idle}
        aria-keyshortcuts="Control+S"
        data-tip="Ctrl S"
        @click=${() => this.#save()}
      >
        ${icon('check')} ${t(this.busy ? 'common.saving' : 'form.save')}
      </button>
    `;
  }

  #renderSkeleton(): TemplateResult {
    return html`<div class="x-record" aria-busy="true">
      <div class="x-record-head x-record-skeleton">
        <span class="x-skeleton"></span><span class="x-skeleton"></span>
      </div>
      <div class="x-record-body">
        <div class="x-section x-record-skeleton">
          ${Array.from({ length: 8 }, () => html`<span class="x-skeleton"></span>`)}
        </div>
      </div>
      <span class="x-visually-hidden" role="status">${this.workspace.locale.t('common.loading')}</span>
    </div>`;
  }

  #sibling(step: number): void {
    const { recordId } = this;
    if (recordId === undefined) return;
    const trail = trailOf(this.entityName, recordId);
    const next = trail?.ids[trail.ids.indexOf(recordId) + step];
    if (next) this.workspace.go(this.workspace.recordUrl(this.entityName, next));
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    if (!(event.ctrlKey || event.metaKey) || event.defaultPrevented || document.querySelector('dialog[open]')) return;
    const inGrid = event.target instanceof Element && event.target.closest('.x-grid') !== null;
    if (event.code === 'KeyS' && !event.shiftKey) {
      event.preventDefault();
      void this.#save();
    } else if (event.key === 'Enter' && !inGrid) {
      event.preventDefault();
      void this.#saveAndClose();
    } else if ((event.key === 'ArrowUp' || event.key === 'ArrowDown') && !inGrid) {
      event.preventDefault();
      this.#sibling(event.key === 'ArrowUp' ? -1 : 1);
    }
  };
}

customElements.define('x-record-page', RecordPage);
