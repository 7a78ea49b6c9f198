// The filter of one column: an operator and a value by the field's own control, in a popup at the column's header.
import { html, nothing, render, type TemplateResult } from 'lit';
import type { EntityMetadata, FieldMetadata } from '../../../metadata/effective.ts';
import type { FieldValue } from '../field-ui.ts';
import { placePopup } from '../popup.ts';
import { isEmpty } from '../record-values.ts';
import { fieldContext, type Workspace } from '../workspace.ts';
import { filterOperators, needsValue, type FilterState } from './grid-state.ts';

/** Calls `apply` with the new filter, or undefined when it is to be taken away. */
export function openFilter(
  workspace: Workspace,
  entity: EntityMetadata,
  field: FieldMetadata,
  current: FilterState | undefined,
  anchor: HTMLElement,
  apply: (filter: FilterState | undefined) => void,
): void {
  const { t } = workspace.locale;
  const operators = filterOperators(field);
  let operator = current?.operator ?? operators[0] ?? 'eq';
  let value: FieldValue = current?.value ?? null;
  let message: string | undefined;
  const popup = document.createElement('form');
  popup.className = 'x-popup x-filter';
  popup.setAttribute('popover', 'auto');
  popup.setAttribute('aria-label', t('grid.filterOf', { field: field.title }));
  popup.noValidate = true;

  const finish = (filter: FilterState | undefined) => {
    popup.hidePopover();
    apply(filter);
  };
  const valueEditor = (): TemplateResult | typeof nothing => {
    const need = needsValue(operator);
    if (need === 'none') return nothing;
    if (need === 'count')
      return html`<input
        class="x-input x-num"
        inputmode="numeric"
        aria-label=${t('grid.days')}
        .value=${isEmpty(value) ? '' : workspace.locale.number(Number(value))}
        @input=${(event: Event) => {
          const text = workspace.locale.parseNumber((event.target as HTMLInputElement).value);
          value = text === undefined ? null : Number(text);
        }}
      />`;
    if (field.choices && (operator === 'in' || operator === 'has-any')) {
      const chosen = new Set(Array.isArray(value) ? (value as readonly number[]) : []);
      return html`<div class="x-filter-choices" role="group" aria-label=${field.title}>
        ${field.choices.map(
          (choice) =>
            html`<label class="x-option">
              <input
                type="checkbox"
                .checked=${chosen.has(choice.value)}
                @change=${(event: Event) => {
                  if ((event.target as HTMLInputElement).checked) chosen.add(choice.value);
                  else chosen.delete(choice.value);
                  value = [...chosen];
                }}
              />
              <span>${choice.title}</span>
            </label>`,
        )}
      </div>`;
    }
    if (operator === 'contains' || operator === 'startswith' || operator === 'endswith')
      return html`<input
        class="x-input"
        dir="auto"
        aria-label=${t('grid.filterValue')}
        .value=${isEmpty(value) ? '' : String(value)}
        @input=${(event: Event) => (value = (event.target as HTMLInputElement).value)}
      />`;
    const ui = workspace.fields.of(field.type);
    const request = {
      value,
      field,
      context: fieldContext(workspace, entity, {}, undefined, undefined),
      id: 'x-filter-value',
      describedBy: '',
      label: t('grid.filterValue'),
      invalid: message !== undefined,
      readOnly: false,
      required: false,
      place: 'filter' as const,
      onChange: (next: unknown) => {
        value = next;
        message = undefined;
        draw();
      },
      onInvalid: (text: string | undefined) => {
        message = text;
        draw();
      },
    };
    return html`${(ui.filter?.input ?? ui.input)(request)}`;
  };
  const draw = () =>
    render(
      html`
        <div class="x-popup-title">${field.title}</div>
        <select
          class="x-input"
          aria-label=${t('grid.filterOperator')}
          @change=${(event: Event) => {
            operator = (event.target as HTMLSelectElement).value;
            value = null;
            message = undefined;
            draw();
          }}
        >
          ${operators.map(
            (one) =>
              html`<option value=${one} ?selected=${one === operator}>${t(`operator.${one}`, { count: 0 })}</option>`,
          )}
        </select>
        ${valueEditor()} ${message === undefined ? nothing : html`<p class="x-field-error">${message}</p>`}
        <div class="x-filter-foot">
          <button type="button" class="x-button x-button-small x-button-quiet" @click=${() => finish(undefined)}>
            ${t('common.clear')}
          </button>
          <button type="submit" class="x-button x-button-small x-button-primary">${t('common.apply')}</button>
        </div>
      `,
      popup,
    );

  popup.addEventListener('submit', (event) => {
    event.preventDefault();
    if (message !== undefined) return;
    const empty = needsValue(operator) !== 'none' && isEmpty(value);
    finish(empty ? undefined : { id: field.name, operator, value });
  });
  popup.addEventListener('toggle', (event) => {
    if ((event as ToggleEvent).newState === 'closed') popup.remove();
  });
  draw();
  (anchor.closest('dialog, main') ?? document.body).append(popup);
  placePopup(popup, anchor);
  popup.style.removeProperty('min-inline-size');
  const first = popup.querySelector<HTMLElement>('input, textarea') ?? popup.querySelector<HTMLElement>('select');
  first?.focus();
}
