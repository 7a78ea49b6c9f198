// Refuses input that means nothing, with everything that is wrong at once: amounts that are no decimals, lines that are there twice,
// references into the void, units in a circle.
import type { Violation } from 'peyvand/sdk';
import { fail } from './errors.ts';
import type { PricingInput } from './pricing-input.ts';
import type { UnitFactors } from './unit-factors.ts';

/** Enough for any amount, little enough to compute with. */
const DECIMAL = /^\d{1,20}(?:\.\d{1,20})?$/;
/** What must remain of a price; a loss that is put up with is below zero. */
const MARGIN = /^-?\d{1,3}(?:\.\d{1,10})?$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const MOST_LINES = 5_000;

export function checkInput(input: PricingInput, { broken }: UnitFactors): void {
  const violations: Violation[] = [];
  const wrong = (code: string, target: string, message: string): void => {
    violations.push({ code, target, message });
  };
  const decimal = (target: string, value: string | undefined): void => {
    if (value !== undefined && !DECIMAL.test(value)) {
      wrong(
        'PRICING_DECIMAL',
        target,
        `${target} is a decimal of zero or more as text, like "12.50"; found ${JSON.stringify(value)}.`,
      );
    }
  };
  const percent = (target: string, value: string | undefined): void => {
    decimal(target, value);
    if (value !== undefined && DECIMAL.test(value) && Number(value) > 100) {
      wrong('PRICING_PERCENT', target, `${target} is a percentage from 0 to 100; found ${value}.`);
    }
  };
  const margin = (target: string, value: string | undefined): void => {
    if (value !== undefined && !(MARGIN.test(value) && Number(value) < 100)) {
      wrong('PRICING_PERCENT', target, `${target} is a percentage below 100; found ${value}.`);
    }
  };
  const precise = (target: string, value: number | undefined): void => {
    if (value !== undefined && (!Number.isInteger(value) || value < 0 || value > 10)) {
      wrong('PRICING_PRECISION', target, `${target} is a whole number from 0 to 10; found ${value}.`);
    }
  };
  const distinct = (target: string, rows: readonly { readonly id: string }[] = []): void => {
    const seen = new Set<string>();
    for (const { id } of rows) {
      if (seen.has(id)) wrong('PRICING_TWICE', target, `${target} has ${id} twice. Give each an id of its own.`);
      seen.add(id);
    }
  };
  if (!DAY.test(input.date))
    wrong('PRICING_DAY', 'date', `date is a day like 2026-11-22; found ${JSON.stringify(input.date)}.`);
  precise('currency.precision', input.currency.precision);
  precise('pricePrecision', input.pricePrecision);
  if (input.lines.length > MOST_LINES) {
    wrong('PRICING_LINES', 'lines', `There are ${input.lines.length} lines; at most ${MOST_LINES} are priced at once.`);
  }
  distinct('lines', input.lines);
  distinct('products', input.products);
  distinct('promotions', input.promotions);
  distinct('adjustments', input.adjustments);
  const lines = new Set(input.lines.map(({ id }) => id));
  const products = new Set((input.products ?? []).map(({ id }) => id));
  const units = new Set((input.units ?? []).map(({ id }) => id));
  for (const line of input.lines) {
    const at = `lines/${line.id}`;
    for (const key of ['quantity', 'price', 'discountAmount', 'taxRate', 'tax', 'cost'] as const)
      decimal(`${at}/${key}`, line[key]);
    percent(`${at}/discountPercent`, line.discountPercent);
    if (line.productId !== undefined && !products.has(line.productId)) {
      wrong(
        'PRICING_UNKNOWN',
        `${at}/productId`,
        `The product ${line.productId} of line ${line.id} is not among products.`,
      );
    }
    if (line.unitId !== undefined && !units.has(line.unitId)) {
      wrong('PRICING_UNKNOWN', `${at}/unitId`, `The unit ${line.unitId} of line ${line.id} is not among units.`);
    }
    if (line.productId === undefined && line.price === undefined) {
      wrong('PRICING_PRICE', `${at}/price`, `Line ${line.id} names no product. Give it a price.`);
    }
    if (line.bundleLineId !== undefined && (line.bundleLineId === line.id || !lines.has(line.bundleLineId))) {
      wrong(
        'PRICING_UNKNOWN',
        `${at}/bundleLineId`,
        `Line ${line.id} is an item of line ${line.bundleLineId}, which is not there.`,
      );
    }
  }
  for (const { id, listPrice, currentCost, standardCost, taxRate, minimumMargin, items = [] } of input.products ?? []) {
    const at = `products/${id}`;
    decimal(`${at}/listPrice`, listPrice);
    decimal(`${at}/currentCost`, currentCost);
    decimal(`${at}/standardCost`, standardCost);
    decimal(`${at}/taxRate`, taxRate);
    margin(`${at}/minimumMargin`, minimumMargin);
    for (const item of items) decimal(`${at}/items/${item.productId}/quantity`, item.quantity);
  }
  for (const unit of input.units ?? []) {
    decimal(`units/${unit.id}/quantity`, unit.quantity);
    if (DECIMAL.test(unit.quantity) && Number(unit.quantity) === 0) {
      wrong('PRICING_UNIT', `units/${unit.id}/quantity`, `The unit ${unit.id} holds more than zero of its base unit.`);
    }
  }
  for (const id of broken) {
    wrong('PRICING_UNIT', `units/${id}`, `The base units of ${id} run in a circle or end nowhere.`);
  }
  for (const list of input.priceLists ?? []) {
    for (const { id, amount, percentage, minimumQuantity, rounding } of list.items) {
      const at = `priceLists/${list.id}/items/${id}`;
      decimal(`${at}/amount`, amount);
      decimal(`${at}/percentage`, percentage);
      decimal(`${at}/minimumQuantity`, minimumQuantity);
      decimal(`${at}/rounding`, rounding?.amount);
    }
  }
  for (const list of input.discountLists ?? []) {
    for (const [index, { from, to, value }] of list.tiers.entries()) {
      const at = `discountLists/${list.id}/tiers/${index}`;
      decimal(`${at}/from`, from);
      decimal(`${at}/to`, to);
      if (list.kind === 'percent') percent(`${at}/value`, value);
      else decimal(`${at}/value`, value);
    }
  }
  for (const { id, effect, conditions, cap, budgetLeft } of input.promotions ?? []) {
    const at = `promotions/${id}`;
    if (effect.kind === 'percent') percent(`${at}/effect`, effect.value);
    else if (effect.kind !== 'buy-get') decimal(`${at}/effect`, effect.value);
    else {
      percent(`${at}/effect`, effect.percent);
      if (![effect.buy, effect.get].every((count) => Number.isInteger(count) && count > 0 && count <= 1e6)) {
        wrong('PRICING_COUNT', `${at}/effect`, `buy and get of ${at} are whole numbers above zero.`);
      }
    }
    decimal(`${at}/conditions/minimumQuantity`, conditions?.minimumQuantity);
    decimal(`${at}/conditions/minimumAmount`, conditions?.minimumAmount);
    decimal(`${at}/cap`, cap);
    // What was overspent leaves less than nothing.
    decimal(`${at}/budgetLeft`, budgetLeft?.replace(/^-/, ''));
  }
  for (const { id, method, value, cap } of input.adjustments ?? []) {
    if (method === 'percent') percent(`adjustments/${id}/value`, value);
    else decimal(`adjustments/${id}/value`, value);
    decimal(`adjustments/${id}/cap`, cap);
  }
  percent('discountPercent', input.discountPercent);
  for (const key of ['discountAmount', 'freight', 'freightTaxRate'] as const) decimal(key, input[key]);
  margin('limits/minimumMargin', input.limits?.minimumMargin);
  percent('limits/maximumDiscount', input.limits?.maximumDiscount);
  for (const [id, rate] of Object.entries(input.currency.rates ?? {})) {
    decimal(`currency/rates/${id}`, rate);
    if (DECIMAL.test(rate) && Number(rate) === 0)
      wrong('PRICING_RATE', `currency/rates/${id}`, `The rate of ${id} is above zero.`);
  }
  if (violations.length > 0) throw fail('PRICING_INPUT', { problems: violations.length }, { details: violations });
}
