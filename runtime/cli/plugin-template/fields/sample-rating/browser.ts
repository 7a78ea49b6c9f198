// Stars on forms and lists, with their texts in every language.
import { html, nothing } from 'lit';
import { defineFieldUi } from 'peyvand/ui';

const stars = (count: number): string => '★'.repeat(count);

export default defineFieldUi({
  type: 'sample-rating',
  width: 120,
  strings: {
    en: { none: 'Not rated', given: '{count} stars' },
    fa: { none: 'بی‌امتیاز', given: '{count} ستاره' },
  },
  display: (value, _field, { locale }) => {
    const count = Number(value);
    const words = locale.t('field.sample-rating.given', { count: locale.number(count) });
    return html`<span role="img" aria-label=${words}>${stars(count)}</span>`;
  },
  input(request) {
    const { t } = request.context.locale;
    const most = Number(request.field.options['most'] ?? 5);
    const counts = Array.from({ length: most }, (_, index) => index + 1);
    return html`<select
      class="x-input"
      id=${request.id}
      aria-label=${request.label ?? nothing}
      aria-describedby=${request.describedBy || nothing}
      aria-invalid=${request.invalid ? 'true' : 'false'}
      ?disabled=${request.readOnly}
      @change=${(event: Event) => {
        const chosen = (event.target as HTMLSelectElement).value;
        request.onChange(chosen === '' ? null : Number(chosen));
      }}
    >
      <option value="" .selected=${request.value === null}>${t('field.sample-rating.none')}</option>
      ${counts.map((count) => html`<option value=${count} .selected=${count === request.value}>${stars(count)}</option>`)}
    </select>`;
  },
  text: (value) => (typeof value === 'number' ? String(value) : ''),
});
