// One field of a form: read text until it has focus, then its control; label, hint, error, dirty dot. Draws itself again
// only when its own value changes.
import { html, LitElement, nothing, type TemplateResult } from 'lit';
import type { FieldMetadata } from '../../../metadata/effective.ts';
import type { FieldContext, FieldUi, InputRequest } from '../field-ui.ts';
import { icon } from '../icon.ts';
import { maskedValue } from '../masked-value.ts';
import { isEmpty } from '../record-values.ts';
import { fieldContext, type Workspace } from '../workspace.ts';
import type { RecordDraft } from './record-draft.ts';

export class FormField extends LitElement {
  static override properties = {
    workspace: { attribute: false },
    draft: { attribute: false },
    field: { attribute: false },
    recordId: { attribute: false },
    label: { attribute: false },
    open: { type: Boolean },
    idPrefix: { attribute: false },
    editing: { state: true },
  };

  declare workspace: Workspace;
  declare draft: RecordDraft;
  declare field: FieldMetadata;
  declare recordId: string | undefined;
  declare label: string | undefined;
  /** Always the control, never the read text (new records, quick create). */
  declare open: boolean;
  declare idPrefix: string;
  declare editing: boolean;
  #stop: (() => void) | undefined;
  #pointerInside = false;
  #opening = false;

  constructor() {
    super();
    this.open = false;
    this.editing = false;
    this.idPrefix = 'f';
    this.addEventListener('focusout', this.#onFocusOut);
    this.addEventListener('keydown', this.#onKeyDown);
    this.addEventListener('pointerdown', () => {
      this.#pointerInside = true;
      setTimeout(() => (this.#pointerInside = false));
    });
  }

  override createRenderRoot(): this {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#listen();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop?.();
  }

  override updated(changed: Map<string, unknown>): void {
    if (changed.has('draft')) this.#listen();
  }

  get controlId(): string {
    return `${this.idPrefix}-${this.field.name}`;
  }

  /** Puts the focus on the control; used by the error summary. */
  async activate(): Promise<void> {
    if (this.#locked()) this.#focusControl();
    else if (this.open || this.editing) this.#focusControl(true);
    else this.#onEdit();
    await this.updateComplete;
  }

  override render(): TemplateResult {
    const { field, draft, workspace } = this;
    const ui = workspace.fields.of(field.type);
    const context = this.#context();
    const error = draft.error(field.name);
    const locked = this.#locked();
    const control = !locked && (this.open || this.editing || ui.always === true);
    const errorId = `${this.controlId}-error`;
    const { t } = workspace.locale;
    return html`<div
      class="x-field"
      data-size=${ui.size ?? 'line'}
      ?data-invalid=${error !== undefined}
      ?data-locked=${locked}
      ?data-open=${this.open}
    >
      <label class="x-field-label" for=${this.controlId} data-tip=${field.description ?? nothing}>
        <span>${this.label ?? field.title}</span>
        ${field.required && !locked ? html`<span class="x-field-required" aria-hidden="true">*</span>` : nothing}
        ${
          draft.isDirty(field.name) && !draft.isNew
            ? html`<span class="x-dirty" role="img" aria-label=${t('form.changed')}></span>`
            : nothing
        }
      </label>
      ${control ? this.#renderControl(ui, context, error, errorId) : this.#renderText(ui, context, locked)}
      ${draft.rules?.advice(field)}
      ${
        error === undefined
          ? nothing
          : html`<p class="x-field-error" id=${errorId}>${icon('circle-alert')}<span>${error}</span></p>`
      }
    </div>`;
  }

  #renderText(ui: FieldUi, context: FieldContext, locked: boolean): TemplateResult {
    const { field, draft } = this;
    const { t } = this.workspace.locale;
    const value = draft.value(field.name);
    const textId = `${this.controlId}-text`;
    return html`<div class="x-field-read">
      <div class="x-field-text" id=${textId}>
        ${
          isEmpty(value)
            ? html`<span class="x-field-empty" aria-label=${t('common.empty')}>—</span>`
            : ((draft.isNew ? undefined : maskedValue(field, value)) ?? ui.display(value, field, context))
        }
      </div>
      ${
        // A closed record says so once, above its fields.
        draft.lockOf(field) === 'closed'
          ? nothing
          : locked
            ? html`<button
                type="button"
                class="x-field-lock"
                id=${this.controlId}
                aria-disabled="true"
                aria-describedby=${textId}
                data-tip=${this.#whyLocked()}
              >
                ${icon('lock')}
              </button>`
            : html`<button
                type="button"
                class="x-field-edit"
                id=${this.controlId}
                aria-describedby=${textId}
                @focus=${this.#onEdit}
                @click=${this.#onEdit}
              >
                ${icon('pencil')}
              </button>`
      }
    </div>`;
  }

  #renderControl(ui: FieldUi, context: FieldContext, error: string | undefined, errorId: string): TemplateResult {
    const { field, draft } = this;
    const request: InputRequest = {
      value: draft.value(field.name),
      field,
      context,
      id: this.controlId,
      describedBy: error === undefined ? '' : errorId,
      label: undefined,
      invalid: error !== undefined,
      readOnly: false,
      required: field.required,
      place: 'form',
      onChange: (value) => draft.set(field.name, value),
      onInvalid: (message) => draft.setUnreadable(field.name, message),
    };
    return html`<div class="x-field-control">${ui.input(request)}</div>`;
  }

  #locked(): boolean {
    return this.draft.lockOf(this.field) !== undefined;
  }

  #whyLocked(): string {
    const { t } = this.workspace.locale;
    if (this.workspace.viewing) return t('access.viewing.locked');
    return t(`form.locked.${this.draft.lockOf(this.field) ?? 'system'}`);
  }

  #context(): FieldContext {
    const { workspace, draft, recordId } = this;
    const context = fieldContext(workspace, draft.entity, draft.values, draft.row, recordId);
    // The server's text belongs to the server's value.
    return { ...context, formatted: (name) => (draft.isDirty(name) ? undefined : context.formatted(name)) };
  }

  #listen(): void {
    this.#stop?.();
    if (!this.draft) return;
    this.#stop = this.draft.listen((name) => {
      if (name === undefined || name === this.field.name) this.requestUpdate();
    });
  }

  readonly #onEdit = (): void => {
    if (this.editing) return;
    this.editing = true;
    // The read text's button goes and takes the focus along: that is no leaving.
    this.#opening = true;
    void this.updateComplete.then(() => {
      this.#focusControl(true);
      this.#opening = false;
    });
  };

  #focusControl(select = false): void {
    const control = this.querySelector<HTMLElement>(`#${CSS.escape(this.controlId)}`);
    if (!control) return;
    control.focus();
    if (select && control instanceof HTMLInputElement && control.type === 'text') control.select();
  }

  readonly #onFocusOut = (): void => {
    // A window that loses the focus takes nothing back, nor does a click inside the control's own popup.
    if (this.#opening || this.#pointerInside || !document.hasFocus()) return;
    queueMicrotask(() => {
      if (this.contains(document.activeElement) || !this.isConnected) return;
      const wasEditing = this.editing;
      this.editing = false;
      if (wasEditing || this.open) this.draft.check(this.field.name);
    });
  };

  readonly #onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || event.defaultPrevented || !this.editing) return;
    if (this.querySelector('[popover]:popover-open')) return;
    event.stopPropagation();
    if (this.draft.isDirty(this.field.name)) {
      this.draft.restore(this.field.name);
      void this.updateComplete.then(() => this.#focusControl(true));
    } else {
      this.editing = false;
      void this.updateComplete.then(() => {
        // The read text's button would open the control again when focused: the field is left instead.
        (document.activeElement as HTMLElement | null)?.blur();
      });
    }
  };
}

customElements.define('x-form-field', FormField);
