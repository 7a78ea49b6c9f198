// The form generated from a form document: error summary, tabs, sections, fields, sub-grids. Saving is its owner's.
import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { FormItem, FormMetadata, FormSection, FormTab } from '../../../metadata/effective.ts';
import type { ErrorDetail } from '../../client/index.ts';
import { icon } from '../icon.ts';
import { styled } from '../styled.ts';
import type { Workspace } from '../workspace.ts';
import './form-field.ts';
import './form.css';
import type { FormField } from './form-field.ts';
import { fieldsOfTab, shownTabs } from './form-layout.ts';
import type { RecordDraft } from './record-draft.ts';

export class RecordForm extends LitElement {
  static override properties = {
    workspace: { attribute: false },
    draft: { attribute: false },
    form: { attribute: false },
    recordId: { attribute: false },
    violations: { attribute: false },
    showErrors: { attribute: false },
    idPrefix: { attribute: false },
    tab: { state: true },
  };

  declare workspace: Workspace;
  declare draft: RecordDraft;
  declare form: FormMetadata;
  declare recordId: string | undefined;
  /** The server's words about no field in particular. */
  declare violations: readonly ErrorDetail[];
  /** The summary stands on top from the first refused save on. */
  declare showErrors: boolean;
  /** Keeps ids apart where two forms are on screen. */
  declare idPrefix: string;
  declare tab: string | undefined;
  #tabs: readonly FormTab[] = [];
  readonly #visited = new Set<string>();
  #stop: (() => void) | undefined;
  #unfollow: (() => void) | undefined;
  #rules: RecordDraft['rules'];

  constructor() {
    super();
    this.violations = [];
    this.showErrors = false;
    this.idPrefix = 'f';
  }

  override createRenderRoot(): this {
    return this;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop?.();
    this.#stop = undefined;
    this.#unfollow?.();
  }

  #follow(): void {
    const { draft, form, workspace } = this;
    this.#unfollow?.();
    let stopped = false;
    this.#unfollow = () => (stopped = true);
    if (draft.entity.rules ?? form.rules)
      void import('./form-rules.ts').then(({ followRules }) => {
        if (!stopped) this.#unfollow = followRules(draft, form, workspace.locale.timeZone);
      });
  }

  override willUpdate(changed: Map<string, unknown>): void {
    const isOther = changed.has('draft') || !this.#stop;
    if (isOther) {
      this.#stop?.();
      this.#stop = this.draft.listen(() => this.requestUpdate());
    }
    if (isOther || changed.has('form')) this.#follow();
    if (changed.has('form')) this.#visited.clear();
    const { rules } = this.draft;
    if (changed.has('form') || changed.has('draft') || changed.has('recordId') || rules !== this.#rules) {
      this.#rules = rules;
      const { controls } = this.workspace.app;
      this.#tabs = shownTabs(this.form, this.draft.entity, this.draft.isNew, controls, rules?.hidden);
      if (!this.#tabs.some((tab) => tab.id === this.tab)) this.tab = this.#tabs[0]?.id;
    }
    if (this.tab !== undefined) this.#visited.add(this.tab);
  }

  /** Switches to the field's tab and puts the focus on its control. */
  async focusField(name: string): Promise<void> {
    const tab = this.form.tabs.find((one) => fieldsOfTab(one, this.draft.entity).includes(name));
    if (tab) this.tab = tab.id;
    await this.updateComplete;
    const field =
      [...this.querySelectorAll<FormField>('x-form-field')].find((one) => one.field.name === name) ??
      [...document.querySelectorAll<FormField>('x-form-field')].find((one) => one.field.name === name);
    await field?.activate();
  }

  async focusFirst(): Promise<void> {
    await this.updateComplete;
    // Controls draw their inputs after the form has: a lookup had no input yet to be focused.
    await new Promise((drawn) => setTimeout(drawn));
    const first = [...this.querySelectorAll<FormField>('x-form-field')].find(
      (field) => this.draft.lockOf(field.field) === undefined,
    );
    await first?.activate();
  }

  async focusSummary(): Promise<void> {
    await this.updateComplete;
    this.querySelector<HTMLElement>('.x-form-errors')?.focus();
  }

  override render(): TemplateResult {
    const tabs = this.#tabs;
    return html`
      ${this.#renderErrors()} ${this.#renderClosed()} ${tabs.length > 1 ? this.#renderTabs(tabs) : nothing}
      ${repeat(
        tabs.filter((tab) => this.#visited.has(tab.id)),
        (tab) => tab.id,
        (tab) => this.#renderPanel(tab, tabs.length > 1),
      )}
    `;
  }

  #renderErrors(): TemplateResult | typeof nothing {
    const { draft } = this;
    const { t } = this.workspace.locale;
    const errors = [...draft.errors];
    const count = errors.length + this.violations.length;
    if (!this.showErrors || count === 0) return nothing;
    return html`<section class="x-form-errors" role="alert" tabindex="-1">
      <h2>${icon('circle-alert')} ${t('form.errors', { count })}</h2>
      <ul>
        ${errors.map(
          ([name, message]) =>
            html`<li>
              <a
                href=${`#${this.idPrefix}-${name}`}
                @click=${(event: Event) => {
                  event.preventDefault();
                  void this.focusField(name);
                }}
                >${draft.entity.fields[name]?.title ?? name}</a
              >: ${message}
            </li>`,
        )}
        ${this.violations.map((violation) => html`<li>${violation.message}</li>`)}
      </ul>
    </section>`;
  }

  #renderClosed(): TemplateResult | typeof nothing {
    const { closed } = this.draft;
    if (!closed) return nothing;
    return html`<p class="x-form-closed">
      ${icon('lock')}<span>${this.workspace.locale.t('form.closed', { state: closed.title })}</span>
    </p>`;
  }

  #renderTabs(tabs: readonly FormTab[]): TemplateResult {
    const { t } = this.workspace.locale;
    return html`<div class="x-tabs" role="tablist" aria-label=${t('form.tabs')} @keydown=${this.#onTabKey}>
      ${tabs.map((tab) => {
        const names = fieldsOfTab(tab, this.draft.entity);
        const errors = names.filter((name) => this.draft.error(name) !== undefined).length;
        const dirty = !this.draft.isNew && names.some((name) => this.draft.isDirty(name));
        const selected = tab.id === this.tab;
        return html`<button
          type="button"
          class="x-tab"
          role="tab"
          id=${`${this.idPrefix}-tab-${tab.id}`}
          aria-selected=${selected}
          aria-controls=${selected || this.#visited.has(tab.id) ? `${this.idPrefix}-panel-${tab.id}` : nothing}
          tabindex=${selected ? 0 : -1}
          @click=${() => (this.tab = tab.id)}
        >
          ${tab.title}
          ${
            errors > 0
              ? html`<span class="x-tab-errors" aria-label=${t('form.errors', { count: errors })}
                  >${this.workspace.locale.number(errors)}</span
                >`
              : dirty
                ? html`<span class="x-dirty" role="img" aria-label=${t('form.changed')}></span>`
                : nothing
          }
        </button>`;
      })}
    </div>`;
  }

  #renderPanel(tab: FormTab, tabbed: boolean): TemplateResult {
    return html`<div
      class="x-form-panel"
      id=${`${this.idPrefix}-panel-${tab.id}`}
      role=${tabbed ? 'tabpanel' : nothing}
      aria-labelledby=${tabbed ? `${this.idPrefix}-tab-${tab.id}` : nothing}
      ?hidden=${tab.id !== this.tab}
    >
      <div class="x-form-columns">
        ${tab.columns.map(
          (column) =>
            html`<div class="x-form-column" ${styled({ '--x-share': String(column.width) })}>
              ${column.sections.map((section) => this.#renderSection(section))}
            </div>`,
        )}
      </div>
    </div>`;
  }

  #renderSection(section: FormSection): TemplateResult {
    const { items } = section;
    const bare = items.length === 1 && items[0]?.control !== undefined;
    return html`<section class="x-section" data-columns=${section.columns}>
      ${section.title && !bare ? html`<h2 class="x-section-title">${section.title}</h2>` : nothing}
      <div class="x-section-grid">${items.map((item) => this.#renderItem(item, section))}</div>
    </section>`;
  }

  #renderItem(item: FormItem, section: FormSection): TemplateResult | typeof nothing {
    const { workspace, draft, recordId } = this;
    if (item.control === 'sub-grid') {
      void import('./sub-grid.ts');
      return html`<x-sub-grid
        class="x-item-wide"
        .workspace=${workspace}
        .entity=${draft.entity}
        .recordId=${recordId}
        .recordName=${String(draft.base[draft.entity.primary] ?? '')}
        .navigation=${item.navigation}
        .view=${item.view}
        .heading=${item.title ?? section.title}
      ></x-sub-grid>`;
    }
    if (item.control !== undefined) {
      void import('../plugins/plugin-control.ts');
      return html`<x-plugin-control
        class="x-item-wide"
        .workspace=${workspace}
        .draft=${draft}
        .item=${item}
        .recordId=${recordId}
        .heading=${section.items.length === 1 ? (item.title ?? section.title) : undefined}
      ></x-plugin-control>`;
    }
    const field = draft.entity.fields[item.id];
    if (!field) return nothing;
    const wide = workspace.fields.of(field.type).size === 'block';
    return html`<x-form-field
      class=${wide ? 'x-item-wide' : ''}
      data-span=${item.span ?? nothing}
      .workspace=${workspace}
      .draft=${draft}
      .field=${draft.rules?.fieldOf(field) ?? field}
      .label=${item.title}
      .recordId=${recordId}
      .open=${draft.isNew}
      .idPrefix=${this.idPrefix}
    ></x-form-field>`;
  }

  readonly #onTabKey = (event: KeyboardEvent): void => {
    const tabs = this.#tabs;
    const at = tabs.findIndex((tab) => tab.id === this.tab);
    const forward = this.workspace.locale.direction === 'rtl' ? 'ArrowLeft' : 'ArrowRight';
    const back = this.workspace.locale.direction === 'rtl' ? 'ArrowRight' : 'ArrowLeft';
    const to =
      event.key === forward
        ? (at + 1) % tabs.length
        : event.key === back
          ? (at - 1 + tabs.length) % tabs.length
          : event.key === 'Home'
            ? 0
            : event.key === 'End'
              ? tabs.length - 1
              : -1;
    const next = tabs[to];
    if (!next) return;
    event.preventDefault();
    this.tab = next.id;
    void this.updateComplete.then(() =>
      this.querySelector<HTMLElement>(`#${CSS.escape(`${this.idPrefix}-tab-${next.id}`)}`)?.focus(),
    );
  };
}

customElements.define('x-record-form', RecordForm);
