// A labelled control with its hint and its error, for the pages that are not made from metadata.
import { html, nothing, type TemplateResult } from 'lit';
import { icon } from '../../ui/icon.ts';

export interface EntryField {
  readonly id: string;
  readonly label: string;
  readonly error?: string | undefined;
  readonly hint?: unknown;
  /** Draws the control with this id; `described` and `invalid` are for aria-describedby and aria-invalid. */
  control(described: string | typeof nothing, invalid: 'true' | typeof nothing): unknown;
}

export function entryField(field: EntryField): TemplateResult {
  const { id, label, error, hint } = field;
  const described = [hint === undefined ? '' : `${id}-hint`, error === undefined ? '' : `${id}-error`]
    .filter(Boolean)
    .join(' ');
  return html`<div class="x-field">
    <label class="x-field-label" for=${id}>${label}</label>
    ${field.control(described === '' ? nothing : described, error === undefined ? nothing : 'true')}
    ${
      error === undefined
        ? nothing
        : html`<p class="x-field-error" id=${`${id}-error`}>${icon('circle-alert')}<span>${error}</span></p>`
    }
    ${hint === undefined ? nothing : html`<p class="x-hint" id=${`${id}-hint`}>${hint}</p>`}
  </div>`;
}

export interface TextEntry extends Omit<EntryField, 'control'> {
  readonly value?: string;
  readonly type?: 'text' | 'email';
  /** Codes and addresses of the net: left to right in any page. */
  readonly ltr?: boolean;
  readonly autocomplete?: string;
  readonly inputmode?: 'numeric' | 'decimal';
  readonly maxlength?: number;
  readonly focus?: boolean;
  onInput?(value: string): void;
}

export function textEntry(entry: TextEntry): TemplateResult {
  return entryField({
    ...entry,
    control: (described, invalid) =>
      html`<input
        class=${entry.ltr ? 'x-input x-ltr' : 'x-input'}
        id=${entry.id}
        name=${entry.id}
        type=${entry.type ?? 'text'}
        dir=${entry.ltr ? 'ltr' : 'auto'}
        autocomplete=${entry.autocomplete ?? 'off'}
        inputmode=${entry.inputmode ?? nothing}
        maxlength=${entry.maxlength ?? nothing}
        spellcheck="false"
        ?autofocus=${entry.focus ?? false}
        aria-describedby=${described}
        aria-invalid=${invalid}
        .value=${entry.value ?? ''}
        @input=${(event: Event) => entry.onInput?.((event.target as HTMLInputElement).value)}
      />`,
  });
}
