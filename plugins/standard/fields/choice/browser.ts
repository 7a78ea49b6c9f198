// One of several options in the browser: a native select.
import { html, nothing } from 'lit';
import { defineFieldUi } from 'peyvand/ui';
import { optionsOf, readOption, tagOf, titleOf } from '../../browser/choice-field.ts';

export default defineFieldUi({
  type: 'choice',
  width: 140,
  styles: `select.x-input { inline-size: 100%; }`,
  strings: {
    en: { unknown: 'This is not one of the options. Choose from: {options}.' },
    fa: { unknown: 'این از گزینه‌ها نیست. از این‌ها انتخاب کنید: {options}.' },
  },
  display: (value, field) => tagOf(Number(value), field),
  input(request) {
    const { field, value } = request;
    const known = optionsOf(field);
    // A value whose option was taken away must stay visible, and must not change by being looked at.
    const lost = typeof value === 'number' && !known.some((option) => option.value === value);
    const options = lost ? [{ value, title: String(value) }, ...known] : known;
    return html`<select
      class="x-input"
      id=${request.id}
      aria-label=${request.label ?? nothing}
      aria-describedby=${request.describedBy || nothing}
      aria-invalid=${request.invalid ? 'true' : 'false'}
      aria-required=${request.required ? 'true' : 'false'}
      ?disabled=${request.readOnly}
      @change=${(event: Event) => {
        const chosen = (event.target as HTMLSelectElement).value;
        request.onChange(chosen === '' ? null : Number(chosen));
      }}
    >
      <option value="" .selected=${typeof value !== 'number'}></option>
      ${options.map((option) => html`<option value=${option.value} .selected=${option.value === value}>${option.title}</option>`)}
    </select>`;
  },
  text: (value, field) => (typeof value === 'number' ? titleOf(value, field) : ''),
  parse(text, field, { locale }) {
    if (text.trim() === '') return { value: null };
    const value = readOption(text, field);
    if (value !== undefined) return { value };
    const options = optionsOf(field)
      .slice(0, 12)
      .map(({ title }) => title);
    return { message: locale.t('field.choice.unknown', { options: options.join(', ') }) };
  },
  filter: { literal: String },
});
