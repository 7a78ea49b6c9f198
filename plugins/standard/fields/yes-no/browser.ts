// Yes or no in the browser: a switch that is its own display; in a filter a choice of both.
import { html, nothing } from 'lit';
import { live } from 'lit/directives/live.js';
import { defineFieldUi, foldText } from 'peyvand/ui';
import type { FieldContext, FieldMetadata, FieldValue, InputRequest } from 'peyvand/ui';

function labelOf(value: boolean, field: FieldMetadata, context: FieldContext): string {
  const own = field.options[value ? 'yes' : 'no'];
  return typeof own === 'string' ? own : context.locale.t(`field.yes-no.${value ? 'yes' : 'no'}`);
}

const show = (value: FieldValue, field: FieldMetadata, context: FieldContext): string =>
  typeof value === 'boolean' ? labelOf(value, field, context) : '';

const words: Readonly<Record<string, boolean>> = {
  yes: true,
  y: true,
  true: true,
  on: true,
  '1': true,
  بله: true,
  بلی: true,
  آری: true,
  no: false,
  n: false,
  false: false,
  off: false,
  '0': false,
  خیر: false,
  نه: false,
};

function selectOf(request: InputRequest): unknown {
  const { value, field, context } = request;
  const option = (of: boolean) =>
    html`<option value=${String(of)} .selected=${value === of}>${labelOf(of, field, context)}</option>`;
  return html`<select
    class="x-input"
    id=${request.id}
    aria-label=${request.label ?? nothing}
    aria-describedby=${request.describedBy || nothing}
    @change=${(event: Event) => {
      const chosen = (event.target as HTMLSelectElement).value;
      request.onChange(chosen === '' ? null : chosen === 'true');
    }}
  >
    <option value="" .selected=${typeof value !== 'boolean'}></option>
    ${option(true)}${option(false)}
  </select>`;
}

export default defineFieldUi({
  type: 'yes-no',
  width: 90,
  always: true,
  styles: `
  .x-switch { display: inline-flex; align-items: center; gap: 0.5rem; min-block-size: 1.5rem; }
  .x-switch input { inline-size: 1.25rem; block-size: 1.25rem; margin: 0; accent-color: var(--x-accent); }
  `,
  strings: { en: { yes: 'Yes', no: 'No' }, fa: { yes: 'بله', no: 'خیر' } },
  display: show,
  input(request) {
    if (request.place === 'filter') return selectOf(request);
    const { value, field, context } = request;
    return html`<span class="x-switch">
      <input
        type="checkbox"
        role="switch"
        id=${request.id}
        aria-label=${request.label ?? nothing}
        aria-describedby=${request.describedBy || nothing}
        aria-invalid=${request.invalid ? 'true' : 'false'}
        aria-readonly=${request.readOnly ? 'true' : 'false'}
        .checked=${live(value === true)}
        @click=${(event: Event) => {
          // A checkbox knows no readonly; disabled would take it out of the keyboard's reach.
          if (request.readOnly) event.preventDefault();
        }}
        @change=${(event: Event) => request.onChange((event.target as HTMLInputElement).checked)}
      />
      <span aria-hidden="true">${show(value, field, context)}</span>
    </span>`;
  },
  text: show,
  parse(text, field, context) {
    const word = foldText(text.trim());
    if (word === '') return { value: null };
    for (const value of [true, false]) if (foldText(labelOf(value, field, context)) === word) return { value };
    const known = words[word];
    return known === undefined
      ? { message: `${labelOf(true, field, context)} / ${labelOf(false, field, context)}` }
      : { value: known };
  },
  filter: { literal: String },
});
