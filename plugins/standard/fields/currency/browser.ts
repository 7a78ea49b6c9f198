// Amounts in the browser, with the unit of the row's currency beside them.
import { html, nothing } from 'lit';
import { until } from 'lit/directives/until.js';
import { defineFieldUi } from 'peyvand/ui';
import type { FieldContext, FieldMetadata, FieldValue, LookupValue } from 'peyvand/ui';
import { isLookupValue } from '../../browser/lookup-input.ts';
import {
  bareLiteral,
  formatNumber,
  numberCodec,
  numberOption,
  numberStrings,
  parseNumber,
} from '../../browser/number-field.ts';
import type { NumberStyle } from '../../browser/number-field.ts';
import { typedInput, typedInputStyles } from '../../browser/typed-input.ts';

function styleOf(field: FieldMetadata): NumberStyle {
  const decimals = numberOption(field, 'precision', 2);
  return { decimals, shown: decimals };
}

const CURRENCY = 'transactioncurrencyid';

/** Units by currency row; a currency's code hardly changes while a page is open. */
const units = new Map<string, Promise<string>>();

async function fetchUnit(currency: LookupValue, context: FieldContext): Promise<string> {
  try {
    const entity = await context.entityOf(currency.entity);
    const { row } = await context.client.retrieve(entity.set, currency.id, { select: ['isocurrencycode'] });
    const code = row['isocurrencycode'];
    return typeof code === 'string' ? code : currency.name;
  } catch {
    return currency.name;
  }
}

/** The currency's code; nothing where the row has no currency yet (it will get the base currency). */
function unitOf(context: FieldContext): unknown {
  const currency = context.record[CURRENCY];
  if (!isLookupValue(currency)) return undefined;
  let unit = units.get(currency.id);
  if (!unit) {
    unit = fetchUnit(currency, context);
    units.set(currency.id, unit);
  }
  return html`<bdi>${until(unit, nothing)}</bdi>`;
}

const show = (value: FieldValue, field: FieldMetadata, context: FieldContext): string =>
  formatNumber(value, styleOf(field), context);

export default defineFieldUi({
  type: 'currency',
  align: 'end',
  width: 150,
  styles: `${typedInputStyles}
  .x-amount { white-space: nowrap; }
  .x-amount-unit { color: var(--x-text-2); font-size: 0.875em; }
  `,
  strings: numberStrings,
  display(value, field, context) {
    const unit = unitOf(context);
    return html`<span class="x-amount"
      ><bdi class="x-num">${show(value, field, context)}</bdi>${
        unit === undefined ? nothing : html` <span class="x-amount-unit">${unit}</span>`
      }</span
    >`;
  },
  input: (request) =>
    typedInput(request, numberCodec(styleOf(request.field), request.field, request.context), {
      inputMode: 'decimal',
      direction: 'ltr',
      className: 'x-num',
      ...(request.place === 'form' ? { unit: unitOf(request.context) } : {}),
    }),
  text: (value, field, context) => (value === null || value === undefined ? '' : show(value, field, context)),
  parse: (text, field, context) => parseNumber(text, styleOf(field).decimals, field, context),
  filter: { literal: bareLiteral },
});
