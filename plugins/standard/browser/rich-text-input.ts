// The box of formatted text: a toolbar above an editor that is loaded when the box is first shown.
import { LitElement, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { ifDefined } from 'lit/directives/if-defined.js';
import { icon } from 'peyvand/ui';
import type { InputRequest } from 'peyvand/ui';
import type { Command, RichTextEditor } from './rich-text-editor.ts';

const tools: readonly (readonly [Command, () => TemplateResult])[] = [
  ['bold', () => icon('bold')],
  ['italic', () => icon('italic')],
  ['underline', () => icon('underline')],
  ['strike', () => icon('strikethrough')],
  ['heading', () => icon('heading-2')],
  ['bullets', () => icon('list')],
  ['numbers', () => icon('list-ordered')],
  ['quote', () => icon('text-quote')],
  ['undo', () => icon('undo-2')],
  ['redo', () => icon('redo-2')],
];
const TOGGLES: readonly Command[] = ['bold', 'italic', 'underline', 'strike', 'heading', 'bullets', 'numbers', 'quote'];

export class RichTextInput extends LitElement {
  static override properties = {
    request: { attribute: false },
    editor: { state: true },
    linking: { state: true },
    moves: { state: true },
    tool: { state: true },
    failure: { state: true },
  };

  declare request: InputRequest;
  declare private editor: RichTextEditor | undefined;
  /** The link box stands open. */
  declare private linking: boolean;
  /** Counts the editor's transactions, so that the toolbar shows the marks under the cursor. */
  declare private moves: number;
  /** The toolbar's one button in the tab order. */
  declare private tool: number;
  declare private failure: string | undefined;
  private sent: string | undefined;

  constructor() {
    super();
    this.linking = false;
    this.moves = 0;
    this.tool = 0;
  }

  override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.load();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.editor?.destroy();
    this.editor = undefined;
  }

  private async load(): Promise<void> {
    try {
      const { createEditor } = await import('./rich-text-editor.ts');
      await this.updateComplete;
      const element = this.querySelector<HTMLElement>('.x-rich-area');
      if (!this.isConnected || !element || this.editor) return;
      const { request } = this;
      this.editor = createEditor({
        element,
        html: typeof request.value === 'string' ? request.value : '',
        editable: !request.readOnly,
        attributes: {
          id: request.id,
          role: 'textbox',
          'aria-multiline': 'true',
          'aria-label': request.label ?? request.field.title,
          'aria-required': String(request.required),
          ...(request.describedBy === '' ? {} : { 'aria-describedby': request.describedBy }),
          class: 'x-rich-text',
        },
        onChange: (changed) => {
          this.sent = changed;
          this.request.onChange(changed === '' ? null : changed);
        },
        onMove: () => this.moves++,
      });
    } catch (error) {
      this.failure = error instanceof Error ? error.message : String(error);
    }
  }

  override updated(changed: PropertyValues<this>): void {
    if (!this.editor || !changed.has('request')) return;
    const value = typeof this.request.value === 'string' ? this.request.value : '';
    // Its own changes come back here: setting them again would move the cursor.
    if (value !== this.sent) this.editor.setHtml(value);
    this.editor.setEditable(!this.request.readOnly);
  }

  private onToolKey(event: KeyboardEvent): void {
    const forward = this.request.context.locale.direction === 'rtl' ? -1 : 1;
    const count = tools.length + 1;
    const moves: Readonly<Record<string, number>> = {
      ArrowRight: (this.tool + forward + count) % count,
      ArrowLeft: (this.tool - forward + count) % count,
      Home: 0,
      End: count - 1,
    };
    const next = moves[event.key];
    if (next === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    this.tool = next;
    this.querySelectorAll<HTMLElement>('[role="toolbar"] > button')[next]?.focus();
  }

  private onLink(event: Event): void {
    event.preventDefault();
    const box = this.querySelector<HTMLInputElement>('.x-rich-link input');
    const address = box?.value.trim() ?? '';
    this.linking = false;
    this.editor?.link(address === '' || /^(https?:|mailto:|tel:)/i.test(address) ? address : `https://${address}`);
  }

  private onLinkKey(event: KeyboardEvent): void {
    event.stopPropagation();
    if (event.key === 'Enter') this.onLink(event);
    if (event.key !== 'Escape') return;
    event.preventDefault();
    this.linking = false;
    this.editor?.focus();
  }

  override render(): TemplateResult {
    const { request, editor } = this;
    const t = (key: string, parameters?: Readonly<Record<string, string>>) =>
      request.context.locale.t(`field.rich-text.${key}`, parameters);
    const button = (
      index: number,
      label: string,
      drawn: TemplateResult,
      pressed: boolean | undefined,
      run: () => void,
    ) =>
      html`<button
        type="button"
        class="x-button x-button-quiet x-button-icon"
        tabindex=${index === this.tool ? '0' : '-1'}
        aria-label=${label}
        title=${label}
        aria-pressed=${ifDefined(pressed === undefined ? undefined : pressed ? 'true' : 'false')}
        ?disabled=${!editor}
        @focus=${() => (this.tool = index)}
        @click=${run}
      >
        ${drawn}
      </button>`;
    return html`<div class="x-input x-rich" aria-busy=${editor ? 'false' : 'true'}>
      ${
        request.readOnly
          ? nothing
          : html`<div role="toolbar" class="x-rich-tools" aria-label=${t('tools')} @keydown=${this.onToolKey}>
              ${tools.map(([command, drawn], index) =>
                button(
                  index,
                  t(command),
                  drawn(),
                  TOGGLES.includes(command) ? (editor?.isActive(command) ?? false) : undefined,
                  () => editor?.run(command),
                ),
              )}
              ${button(tools.length, t('link'), icon('link'), undefined, () => (this.linking = !this.linking))}
            </div>`
      }
      ${
        this.linking
          ? html`<div class="x-rich-link x-input-row" @keydown=${this.onLinkKey}>
              <input dir="ltr" inputmode="url" aria-label=${t('address')} .value=${editor?.address ?? ''} />
              <button type="button" class="x-button x-button-quiet" @click=${this.onLink}>${t('apply')}</button>
            </div>`
          : nothing
      }
      ${this.failure === undefined ? nothing : html`<p role="alert">${t('failed', { message: this.failure })}</p>`}
      <div class="x-rich-area" dir="auto"></div>
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'x-rich-text-input': RichTextInput;
  }
}

/** Registers the element; whoever writes its tag calls this once. */
export function defineRichTextInput(): void {
  if (!customElements.get('x-rich-text-input')) customElements.define('x-rich-text-input', RichTextInput);
}
