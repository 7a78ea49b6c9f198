// The text box beneath most fields: shows the value as people read it, the plain text while it is being edited, and
// turns what is typed into a value. What is typed stays as typed until the box is left.
import { LitElement, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { ifDefined } from 'lit/directives/if-defined.js';
import { live } from 'lit/directives/live.js';
import type { FieldValue, InputRequest, Parsed } from 'peyvand/ui';

export interface TextCodec {
  /** At rest. Never called for empty values. */
  show(value: FieldValue): string;
  /** While being edited. */
  edit(value: FieldValue): string;
  /** Typed text, never empty, to a value. */
  parse(text: string): Parsed;
}

export interface InputLook {
  readonly inputMode?: 'text' | 'email' | 'tel' | 'url' | 'numeric' | 'decimal';
  readonly direction?: 'ltr' | 'auto';
  readonly placeholder?: string;
  /** Stands after the box, e.g. a currency. */
  readonly unit?: unknown;
  /** Makes a box of several lines. */
  readonly rows?: number;
  readonly className?: string;
  readonly maxLength?: number;
  readonly spellcheck?: boolean;
}

export const sameValue = (a: unknown, b: unknown): boolean =>
  a === b || JSON.stringify(a ?? null) === JSON.stringify(b ?? null);

/** The same element now stands for another field or row (a grid reuses its editors). */
export const isOtherField = (a: InputRequest, b: InputRequest): boolean =>
  a.field.name !== b.field.name ||
  a.context.entity.name !== b.context.entity.name ||
  a.context.recordId !== b.context.recordId;

export class TypedInput extends LitElement {
  static override properties = {
    request: { attribute: false },
    codec: { attribute: false },
    look: { attribute: false },
    typed: { state: true },
  };

  declare request: InputRequest;
  declare codec: TextCodec;
  declare look: InputLook;
  /** The text since editing began; undefined at rest. */
  declare protected typed: string | undefined;
  private sent: FieldValue = undefined;
  private complained = false;

  constructor() {
    super();
    this.look = {};
  }

  override createRenderRoot(): HTMLElement {
    return this;
  }

  override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get('request');
    if (!before) return;
    const isOther = isOtherField(before, this.request);
    const isOwn = sameValue(before.value, this.request.value) || sameValue(this.request.value, this.sent);
    if (!isOther && isOwn) return;
    // Another field or row, or set from outside (undo, conflict, default): what was typed no longer holds.
    this.typed = undefined;
    this.complained = false;
  }

  /** The typed text becomes the value now (a form that saves sends `change`), with a complaint when it cannot. */
  protected commit(): void {
    if (this.typed === undefined) return;
    const parsed = this.read(this.typed);
    if ('message' in parsed) this.complain(parsed.message);
    else this.emit(parsed.value);
  }

  private read(text: string): Parsed {
    return text.trim() === '' ? { value: null } : this.codec.parse(text);
  }

  private complain(message: string | undefined): void {
    if (message === undefined && !this.complained) return;
    this.complained = message !== undefined;
    this.request.onInvalid(message);
  }

  private emit(value: FieldValue): void {
    this.complain(undefined);
    if (sameValue(value, this.request.value)) return;
    this.sent = value;
    this.request.onChange(value);
  }

  private onInput(event: Event): void {
    this.typed = (event.target as HTMLInputElement).value;
    const parsed = this.read(this.typed);
    if ('value' in parsed) this.emit(parsed.value);
    // Half-typed text is no mistake yet; but once complained, each change says how it stands.
    else if (this.complained) this.complain(parsed.message);
  }

  private onFocus(event: FocusEvent): void {
    if (this.request.readOnly || this.typed !== undefined) return;
    const { value } = this.request;
    const text = value === null || value === undefined ? '' : this.codec.edit(value);
    this.typed = text;
    const box = event.target as HTMLInputElement;
    if (box.value === text || this.look.rows !== undefined) return;
    box.value = text;
    box.select();
  }

  private onBlur(): void {
    this.commit();
    if (!this.complained) this.typed = undefined;
  }

  private onKeyDown(event: KeyboardEvent): void {
    // The form saves and the cell closes on these: the typed text must have become a value before.
    if (event.key === 'Enter' || event.key === 'Tab' || event.ctrlKey || event.metaKey) this.commit();
    if (event.key === 'Escape' && this.typed !== undefined) {
      this.complain(undefined);
      this.typed = undefined;
    }
  }

  protected get text(): string {
    if (this.typed !== undefined) return this.typed;
    const { value } = this.request;
    return value === null || value === undefined || value === '' ? '' : this.codec.show(value);
  }

  override render(): TemplateResult {
    return this.look.unit === undefined
      ? this.renderBox('x-input')
      : html`<span class="x-input-row">${this.renderBox('')}<span class="x-unit">${this.look.unit}</span></span>`;
  }

  protected renderBox(frame: string): TemplateResult {
    const { request, look } = this;
    const className = `${frame} ${look.className ?? ''} ${look.direction === 'ltr' ? 'x-ltr' : ''}`.trim();
    if (look.rows !== undefined) {
      return html`<textarea
        class=${className}
        id=${request.id}
        rows=${look.rows}
        dir=${look.direction ?? 'auto'}
        spellcheck=${look.spellcheck === false ? 'false' : 'true'}
        placeholder=${ifDefined(look.placeholder)}
        aria-label=${request.label ?? nothing}
        aria-describedby=${request.describedBy || nothing}
        aria-invalid=${request.invalid ? 'true' : 'false'}
        aria-required=${request.required ? 'true' : 'false'}
        ?readonly=${request.readOnly}
        .value=${live(this.text)}
        @input=${this.onInput}
        @change=${this.commit}
        @focus=${this.onFocus}
        @blur=${this.onBlur}
        @keydown=${this.onKeyDown}
      ></textarea>`;
    }
    return html`<input
      class=${className}
      id=${request.id}
      type="text"
      inputmode=${look.inputMode ?? 'text'}
      dir=${look.direction ?? 'auto'}
      autocomplete="off"
      spellcheck=${look.spellcheck === false ? 'false' : 'true'}
      placeholder=${ifDefined(look.placeholder)}
      aria-label=${request.label ?? nothing}
      aria-describedby=${request.describedBy || nothing}
      aria-invalid=${request.invalid ? 'true' : 'false'}
      aria-required=${request.required ? 'true' : 'false'}
      ?readonly=${request.readOnly}
      .value=${live(this.text)}
      @input=${this.onInput}
      @change=${this.commit}
      @focus=${this.onFocus}
      @blur=${this.onBlur}
      @keydown=${this.onKeyDown}
    />`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'x-typed-input': TypedInput;
  }
}

if (!customElements.get('x-typed-input')) customElements.define('x-typed-input', TypedInput);

/** The control of a field that is one text box. */
export function typedInput(request: InputRequest, codec: TextCodec, look: InputLook = {}): TemplateResult {
  return html`<x-typed-input .request=${request} .codec=${codec} .look=${look}></x-typed-input>`;
}

/** Text is its own value. */
export const plainCodec: TextCodec = {
  show: String,
  edit: String,
  parse: (text) => ({ value: text }),
};

export const typedInputStyles = `
  x-typed-input { display: block; }
  x-typed-input :is(input, textarea) { inline-size: 100%; }
  x-typed-input textarea { field-sizing: content; min-block-size: 2lh; max-block-size: 60vh; resize: vertical; }
  .x-unit { flex: none; padding-inline: 0.5em; color: var(--x-text-2); }
  /* Codes run left to right, but start where the page's text starts. */
  [dir='rtl'] x-typed-input input[dir='ltr'] { text-align: right; }
`;

/** Links that are values: large enough to hit beside the control that edits them. */
export const valueLinkStyles = `
  .x-value-link { display: inline-block; min-block-size: 24px; line-height: 24px; }
`;
