// How a masked value is shown, in forms and lists.
import { html, type TemplateResult } from 'lit';
import type { FieldMetadata } from '../../metadata/effective.ts';
import type { FieldValue } from './field-ui.ts';

/** As it came: what the field's type makes of whole values (links, Persian digits) does not hold for it. */
export function maskedValue(field: FieldMetadata, value: FieldValue): TemplateResult | undefined {
  return field.secured?.read === 'masked' ? html`<bdi>${String(value)}</bdi>` : undefined;
}
