// /admin/audit: the whole log for who has the right to it: by user, kind of record, what happened, days and text.
import { parseDate } from '@internationalized/date';
import { html, LitElement, nothing, type TemplateResult } from 'lit';
import type { EntityMetadata, FieldMetadata } from '../../../../metadata/effective.ts';
import type { FieldValue, LookupValue } from '../../../ui/field-ui.ts';
import { searchAudit, type FoundEntry } from '../../../ui/history/audit-api.ts';
import { openHistory } from '../../../ui/history/history-panel.ts';
import { historyLocale } from '../../../ui/history/history-locale.ts';
import '../../../ui/history/history.css';
import { timeline } from '../../../ui/history/timeline.ts';
import { icon } from '../../../ui/icon.ts';
import type { Locale } from '../../../ui/locale/index.ts';
import { fieldContext, type Workspace } from '../../../ui/workspace.ts';
import './audit-page.css';

interface Filter {
  readonly user: LookupValue | null;
  readonly entity: string;
  readonly action: string;
  /** ISO dates, both days included. */
  readonly from: string | null;
  readonly to: string | null;
  readonly text: string;
}

const groups = ['changes', 'sign-ins', 'secrets', 'permissions', 'exports'] as const;
const single = ['create', 'update', 'delete', 'associate', 'disassociate', 'share', 'unshare', 'view-as'] as const;
const nothingAsked: Filter = { user: null, entity: '', action: '', from: null, to: null, text: '' };

const plain = { required: false, readOnly: false, immutable: false, operators: [], sortable: false } as const;
const dateField = (name: string, title: string): FieldMetadata => ({
  ...plain,
  name,
  title,
  type: 'date',
  options: {},
  wire: name,
});
const userField = (title: string): FieldMetadata => ({
  ...plain,
  name: 'user',
  title,
  type: 'lookup',
  options: { target: 'systemuser' },
  wire: '_user_value',
  targets: [{ entity: 'systemuser', navigation: 'user' }],
});

export class AuditPage extends LitElement {
  static override properties = {
    workspace: { attribute: false },
    locale: { state: true },
    filter: { state: true },
    entries: { state: true },
    next: { state: true },
    failure: { state: true },
    busy: { state: true },
  };

  declare workspace: Workspace;
  declare locale: Locale | undefined;
  declare filter: Filter;
  declare entries: readonly FoundEntry[] | undefined;
  declare next: string | undefined;
  declare failure: string | undefined;
  declare busy: boolean;
  /** Metadata of what the entries are about, for how their values look. */
  readonly #entities = new Map<string, EntityMetadata>();
  #user: EntityMetadata | undefined;
  #asked = 0;

  constructor() {
    super();
    this.filter = nothingAsked;
    this.busy = false;
  }

  override createRenderRoot(): this {
    return this;
  }

  override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has('workspace')) void this.#prepare();
  }

  override updated(): void {
    if (this.locale) document.title = `${this.locale.t('audit.title')} – ${this.workspace.app.title}`;
  }

  async #prepare(): Promise<void> {
    const { workspace } = this;
    this.#entities.clear();
    const [locale, user] = await Promise.all([
      historyLocale(workspace.locale),
      workspace.app.entities['systemuser'] ? workspace.entity('systemuser') : undefined,
      workspace.fields.load(['date', 'lookup']),
    ]);
    if (workspace !== this.workspace) return;
    this.#user = user;
    this.locale = locale;
    await this.#search();
  }

  async #search(before?: string): Promise<void> {
    const { workspace, filter } = this;
    const asked = ++this.#asked;
    this.busy = true;
    this.failure = undefined;
    if (before === undefined) this.entries = undefined;
    try {
      const page = await searchAudit(workspace.client, {
        user: filter.user?.id ?? '',
        entity: filter.entity,
        action: filter.action,
        from: this.#instant(filter.from, 0),
        to: this.#instant(filter.to, 1),
        text: filter.text.trim(),
        before: before ?? '',
      });
      await this.#learn(page.entries);
      if (asked !== this.#asked) return;
      this.entries = before === undefined ? page.entries : [...(this.entries ?? []), ...page.entries];
      this.next = page.next;
    } catch (error) {
      if (asked === this.#asked) this.failure = error instanceof Error ? error.message : String(error);
    } finally {
      if (asked === this.#asked) this.busy = false;
    }
  }

  /** The beginning of a day in the user's zone, or of the day after it. */
  #instant(iso: string | null, days: number): string {
    if (iso === null || iso === '') return '';
    return parseDate(iso).add({ days }).toDate(this.workspace.locale.timeZone).toISOString();
  }

  async #learn(entries: readonly FoundEntry[]): Promise<void> {
    const { workspace } = this;
    const names = new Set(entries.filter(({ changes }) => changes.length > 0).map(({ entity }) => entity));
    await Promise.all(
      [...names].map(async (name) => {
        if (this.#entities.has(name) || !workspace.app.entities[name]) return;
        const entity = await workspace.entity(name);
        await workspace.fields.load(new Set(Object.values(entity.fields).map(({ type }) => type)));
        this.#entities.set(name, entity);
      }),
    );
  }

  #set(change: Partial<Filter>): void {
    this.filter = { ...this.filter, ...change };
  }

  override render(): TemplateResult | typeof nothing {
    const { locale } = this;
    if (!locale) return nothing;
    return html`<div class="x-audit">
      <header class="x-audit-head"><h1>${locale.t('audit.title')}</h1></header>
      ${this.#renderFilter(locale)}
      <h2 class="x-visually-hidden">${locale.t('audit.results')}</h2>
      <div class="x-audit-results" aria-live="polite" aria-busy=${this.busy ? 'true' : 'false'}>
        ${this.#renderResults(locale)}
      </div>
    </div>`;
  }

  #renderFilter(locale: Locale): TemplateResult {
    const { workspace, filter } = this;
    const { t } = locale;
    const entities = Object.entries(workspace.app.entities).sort(([, one], [, other]) =>
      locale.compare(one.title, other.title),
    );
    return html`<form
      class="x-audit-filter"
      @submit=${(event: Event) => {
        event.preventDefault();
        void this.#search();
      }}
    >
      ${this.#user ? this.#renderControl(userField(t('audit.user')), filter.user, (value) => this.#set({ user: value as LookupValue | null })) : nothing}
      <label class="x-audit-field">
        <span>${t('audit.entity')}</span>
        <select
          class="x-input"
          @change=${(event: Event) => this.#set({ entity: (event.target as HTMLSelectElement).value })}
        >
          <option value="">${t('audit.everything')}</option>
          ${entities.map(([name, { title }]) => html`<option value=${name}>${title}</option>`)}
        </select>
      </label>
      <label class="x-audit-field">
        <span>${t('audit.action')}</span>
        <select
          class="x-input"
          @change=${(event: Event) => this.#set({ action: (event.target as HTMLSelectElement).value })}
        >
          <option value="">${t('audit.everything')}</option>
          ${groups.map((group) => html`<option value=${group}>${t(`audit.group.${group}`)}</option>`)}
          ${single.map((action) => html`<option value=${action}>… ${t(`action.${action}`)}</option>`)}
        </select>
      </label>
      ${this.#renderControl(dateField('from', t('audit.from')), filter.from, (value) => this.#set({ from: value as string | null }))}
      ${this.#renderControl(dateField('to', t('audit.to')), filter.to, (value) => this.#set({ to: value as string | null }))}
      <label class="x-audit-field">
        <span>${t('audit.text')}</span>
        <input
          class="x-input"
          type="search"
          maxlength="200"
          placeholder=${t('audit.textHint')}
          .value=${filter.text}
          @input=${(event: Event) => this.#set({ text: (event.target as HTMLInputElement).value })}
        />
      </label>
      <button type="submit" class="x-button x-button-primary" ?disabled=${this.busy}>
        ${icon('search')} ${t('audit.find')}
      </button>
    </form>`;
  }

  /** The field type's own control: lookups with search, dates in the user's calendar. */
  #renderControl(field: FieldMetadata, value: FieldValue, onChange: (value: FieldValue) => void): TemplateResult {
    const { workspace } = this;
    const id = `audit-${field.name}`;
    const entity = this.#user ?? Object.values(Object.fromEntries(this.#entities))[0];
    if (!entity) return html``;
    return html`<div class="x-audit-field">
      <label for=${id}>${field.title}</label>
      ${workspace.fields.of(field.type).input({
        value,
        field,
        context: fieldContext(workspace, entity, {}, undefined, undefined),
        id,
        describedBy: '',
        label: undefined,
        invalid: false,
        readOnly: false,
        required: false,
        place: 'filter',
        onChange,
        onInvalid: () => undefined,
      })}
    </div>`;
  }

  #renderResults(locale: Locale): TemplateResult {
    const { entries, failure, workspace } = this;
    const { t } = locale;
    if (failure !== undefined)
      return html`<div class="x-state" role="alert">
        ${icon('cloud-off')}
        <p>${failure}</p>
        <button type="button" class="x-button" @click=${() => this.#search()}>
          ${icon('rotate-cw')} ${t('common.retry')}
        </button>
      </div>`;
    if (!entries)
      return html`<div class="x-history-skeleton">
        ${[1, 2, 3, 4, 5].map(() => html`<span class="x-skeleton"></span>`)}
        <span class="x-visually-hidden" role="status">${t('common.loading')}</span>
      </div>`;
    const more =
      this.next === undefined
        ? nothing
        : html`<button
            type="button"
            class="x-button x-history-more"
            ?disabled=${this.busy}
            @click=${() => this.#search(this.next)}
          >
            ${t('audit.goOn')}
          </button>`;
    if (entries.length === 0)
      return html`<div class="x-state">
          ${icon('history')}
          <p class="x-state-title">${t('audit.none')}</p>
          <p>${t('audit.noneText')}</p>
        </div>
        ${more}`;
    return html`${timeline(entries, {
      workspace,
      locale,
      entityOf: (entry) => this.#entities.get(entry.entity),
      subject: (entry) => this.#subject(entry, locale),
      commands: (entry) => this.#commands(entry, locale),
    })}
    ${more}`;
  }

  #subject(entry: FoundEntry, locale: Locale): unknown {
    const isEvent = entry.changes.length === 0 && entry.entity === 'systemuser' && entry.user?.id === entry.record;
    if (isEvent || entry.entity.startsWith('_')) return nothing;
    const name = entry.recordName;
    return html`<span class="x-entry-subject"
      >${entry.entityTitle}${
        name === undefined || !this.workspace.app.entities[entry.entity]
          ? nothing
          : html` <a href=${this.workspace.recordUrl(entry.entity, entry.record)}
              ><bdi>${name || locale.t('audit.unnamed')}</bdi></a
            >`
      }</span
    >`;
  }

  #commands(entry: FoundEntry, locale: Locale): unknown {
    const { workspace } = this;
    if (!workspace.app.entities[entry.entity]) return nothing;
    return html`<button
      type="button"
      class="x-button x-button-quiet x-button-small"
      @click=${async () => {
        const entity = await workspace.entity(entry.entity);
        await openHistory(workspace, {
          entity,
          recordId: entry.record,
          title: entry.recordName ?? entity.title,
          values: {},
          restored: () => this.#search(),
        });
      }}
    >
      ${icon('history')} ${locale.t('audit.history')}
    </button>`;
  }
}

customElements.define('x-admin-audit', AuditPage);
