// How a line or a document was priced: every step with its amount, which price list won and why the others did not, promotions, and
// what needs somebody's approval.
import { html, nothing, type TemplateResult } from 'lit';
import { defineControl, type ControlContext } from 'peyvand/ui';
import type {
  AdjustmentOutcome,
  PriceCandidate,
  PricingFlag,
  PricingStep,
  PromotionOutcome,
} from '../pricing/priced-document.ts';

interface Explanation {
  readonly steps?: readonly PricingStep[];
  readonly candidates?: readonly PriceCandidate[];
  readonly promotions?: readonly PromotionOutcome[];
  readonly adjustments?: readonly AdjustmentOutcome[];
  readonly flags?: readonly PricingFlag[];
}

type Say = Pick<ControlContext, 'locale' | 'texts'>;

function explanationOf(value: unknown): Explanation | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return value as Explanation;
}

/** Decimals are text; Intl reads them exactly. */
function shown({ locale }: Say, text: string | undefined): string {
  return text === undefined || text === ''
    ? ''
    : locale.number(text as unknown as number, { maximumFractionDigits: 4 });
}

function factsOf(say: Say, facts: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(facts).map(([name, value]) => [name, /^-?\d+(?:\.\d+)?$/.test(value) ? shown(say, value) : value]),
  );
}

function stepRow(say: Say, step: PricingStep): TemplateResult {
  return html`<tr class=${step.code === 'total' ? 'x-price-total' : ''}>
    <th scope="row">${say.texts(`step.${step.code}`, factsOf(say, step.facts))}</th>
    <td>${shown(say, step.amount)}</td>
  </tr>`;
}

function candidateRow(say: Say, one: PriceCandidate): TemplateResult {
  return html`<tr class=${one.outcome === 'won' ? 'x-price-won' : ''}>
    <th scope="row">${one.priceListName ?? one.priceListId}</th>
    <td>${shown(say, one.price)}</td>
    <td>${say.texts(`reason.${one.reason}`)}</td>
  </tr>`;
}

function table(title: string, rows: readonly TemplateResult[]): TemplateResult | typeof nothing {
  if (rows.length === 0) return nothing;
  return html`<h3>${title}</h3>
    <div class="x-price-scroll">
      <table>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>`;
}

export default defineControl({
  render(context) {
    const { record, texts } = context;
    const told = explanationOf(record['priceexplanation']);
    if (!told) return html`<p class="x-price-none">${texts('none')}</p>`;
    const flags = told.flags ?? [];
    return html`<div class="x-price">
      ${
        flags.length === 0
          ? nothing
          : html`<ul class="x-price-flags">
              ${flags.map(
                (flag) =>
                  html`<li class="x-price-${flag.severity}">
                    ${texts(`flag.${flag.code}`, factsOf(context, flag.facts))}
                  </li>`,
              )}
            </ul>`
      }
      ${table(
        texts('steps'),
        (told.steps ?? []).map((step) => stepRow(context, step)),
      )}
      ${table(
        texts('candidates'),
        (told.candidates ?? []).map((one) => candidateRow(context, one)),
      )}
      ${table(
        texts('promotions'),
        (told.promotions ?? []).map(
          (one) =>
            html`<tr>
              <th scope="row">${one.name ?? one.id}</th>
              <td>${shown(context, one.amount)}</td>
              <td>${texts(`promotion.${one.reason}`)}</td>
            </tr>`,
        ),
      )}
    </div>`;
  },
  styles: `
    .x-price h3 { margin-block: 1rem 0.25rem; font-size: 0.8125rem; color: var(--x-text-2); }
    .x-price h3:first-child { margin-block-start: 0; }
    .x-price-scroll { overflow-x: auto; }
    .x-price table { inline-size: 100%; border-collapse: collapse; font-size: 0.875rem; }
    .x-price th { font-weight: 400; text-align: start; padding: 0.3rem 0; }
    .x-price td { text-align: end; vertical-align: baseline; padding-block: 0.3rem; padding-inline-start: 1rem; font-variant-numeric: tabular-nums; white-space: nowrap; }
    .x-price tr { border-block-end: 1px solid var(--x-line); }
    .x-price-total th, .x-price-total td, .x-price-won th, .x-price-won td { font-weight: 600; }
    .x-price-flags { margin: 0; padding: 0; list-style: none; }
    .x-price-flags li { padding: 0.5rem 0.75rem; margin-block-end: 0.5rem; border-inline-start: 3px solid; border-radius: 0.25rem; }
  `,
});
