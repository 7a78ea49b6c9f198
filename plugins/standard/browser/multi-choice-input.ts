// Several options of a list: chips with a way to take each away, and a listbox in a popup to choose from.
import { LitElement, html, nothing, type TemplateResult } from 'lit';
import { hidePopup, icon, placePopup, styled } from 'peyvand/ui';
import type { InputRequest } from 'peyvand/ui';
import { optionsOf, titleOf } from './choice-field.ts';

/** `1,2,3` → values. */
export const valuesOf = (wire: unknown): readonly number[] =>
  typeof wire === 'string' && wire !== '' ? wire.split(',').map(Number) : [];

/** Values → `1,2,3` in order, or null for none. */
export const wireOf = (values: readonly number[]): string | null =>
  values.length === 0 ? null : [...new Set(values)].sort((a, b) => a - b).join(',');

export class MultiChoiceInput extends LitElement {
  static override properties = {
    request: { attribute: false },
    shown: { state: true },
    active: { state: true },
  };

  declare request: InputRequest;
  declare private shown: boolean;
  declare private active: number;

  constructor() {
    super();
    this.shown = false;
    this.active = 0;
  }

  override createRenderRoot(): HTMLElement {
    return this;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.hide();
  }

  private toggle(value: number): void {
    const { request } = this;
    const values = valuesOf(request.value);
    request.onChange(wireOf(values.includes(value) ? values.filter((other) => other !== value) : [...values, value]));
  }

  private show(): void {
    if (this.request.readOnly || this.shown) return;
    this.shown = true;
    this.active = 0;
    document.addEventListener('pointerdown', this.onOutside, true);
  }

  private hide(): void {
    this.shown = false;
    document.removeEventListener('pointerdown', this.onOutside, true);
    const panel = this.querySelector<HTMLElement>('[popover]');
    if (panel) hidePopup(panel);
  }

  private readonly onOutside = (event: Event): void => {
    if (!event.composedPath().includes(this)) this.hide();
  };

  private onKeyDown(event: KeyboardEvent): void {
    const options = optionsOf(this.request.field);
    const last = options.length - 1;
    const moves: Readonly<Record<string, number>> = {
      ArrowDown: Math.min(last, this.active + 1),
      ArrowUp: Math.max(0, this.active - 1),
      Home: 0,
      End: last,
    };
    const opens = event.key === 'ArrowDown' || event.key === 'Enter' || event.key === ' ';
    if (!this.shown) {
      if (!opens) return;
      this.show();
    } else if (event.key in moves) {
      this.active = moves[event.key] ?? 0;
    } else if (event.key === ' ' || event.key === 'Enter') {
      const option = options[this.active];
      if (option) this.toggle(option.value);
    } else if (event.key === 'Escape') {
      this.hide();
    } else {
      if (event.key === 'Tab') this.hide();
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  override updated(): void {
    const panel = this.querySelector<HTMLElement>('[popover]');
    if (!this.shown || !panel) return;
    placePopup(panel, this);
    panel.querySelector('.x-active')?.scrollIntoView({ block: 'nearest' });
  }

  override render(): TemplateResult {
    const { request } = this;
    const { field, context } = request;
    const values = valuesOf(request.value);
    const list = `${request.id}-list`;
    const t = (key: string, parameters?: Readonly<Record<string, string>>) =>
      context.locale.t(`field.multi-choice.${key}`, parameters);
    return html`<span class="x-input-row x-multi">
        ${values.map(
          (value) =>
            html`<span
              class="x-chip"
              ${styled({ '--x-chip-color': optionsOf(field).find((option) => option.value === value)?.color })}
              ><bdi>${titleOf(value, field)}</bdi>${
                request.readOnly
                  ? nothing
                  : html`<button
                      type="button"
                      class="x-chip-remove"
                      aria-label=${t('remove', { title: titleOf(value, field) })}
                      @click=${() => this.toggle(value)}
                    >
                      ${icon('x')}
                    </button>`
              }</span
            >`,
        )}
        <button
          type="button"
          class="x-multi-open"
          id=${request.id}
          role="combobox"
          aria-haspopup="listbox"
          aria-expanded=${this.shown ? 'true' : 'false'}
          aria-controls=${list}
          aria-activedescendant=${this.shown ? `${list}-${this.active}` : nothing}
          aria-label=${request.label ?? field.title}
          aria-describedby=${request.describedBy || nothing}
          aria-invalid=${request.invalid ? 'true' : 'false'}
          aria-required=${request.required ? 'true' : 'false'}
          aria-readonly=${request.readOnly ? 'true' : 'false'}
          @click=${() => (this.shown ? this.hide() : this.show())}
          @keydown=${this.onKeyDown}
          @blur=${this.hide}
        >
          ${values.length === 0 ? html`<span class="x-hint">${t('choose')}</span>` : nothing} ${icon('chevron-down')}
        </button>
      </span>
      <div class="x-popup" popover="manual" @pointerdown=${(event: Event) => event.preventDefault()}>
        <ul
          class="x-listbox"
          role="listbox"
          id=${list}
          aria-multiselectable="true"
          aria-label=${request.label ?? field.title}
        >
          ${
            this.shown
              ? optionsOf(field).map(
                  (option, index) =>
                    html`<li
                      class=${index === this.active ? 'x-option x-active' : 'x-option'}
                      role="option"
                      id=${`${list}-${index}`}
                      aria-selected=${values.includes(option.value) ? 'true' : 'false'}
                      @click=${() => this.toggle(option.value)}
                    >
                      <span dir="auto">${option.title}</span> ${values.includes(option.value) ? icon('check') : nothing}
                    </li>`,
                )
              : nothing
          }
        </ul>
      </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'x-multi-choice-input': MultiChoiceInput;
  }
}

if (!customElements.get('x-multi-choice-input')) customElements.define('x-multi-choice-input', MultiChoiceInput);
