// The funnel: how many deals came to each sales stage, how many went on, where they were lost and how long they stood; and what the open
// ones should bring, month by month. The figures are worked out by sales_Funnel.
import { html, nothing, type TemplateResult } from 'lit';
import { definePage, styled, type PageContext } from 'peyvand/ui';

interface Stage {
  readonly stage: number;
  readonly entered: number;
  readonly value: string;
  readonly still: number;
  readonly onward: number;
  readonly back: number;
  readonly won: number;
  readonly lost: number;
  readonly averageDays: number | null;
}

interface Answer {
  readonly from: string;
  readonly to: string;
  readonly stages: readonly Stage[];
  readonly expected: readonly {
    readonly first: string;
    readonly last: string;
    readonly count: string;
    readonly value: string;
  }[];
  readonly currency: string;
}

interface Data extends Answer {
  /** Titles and colours of the sales stages. */
  readonly names: ReadonlyMap<number, { readonly title: string; readonly color?: string }>;
}

type Context = PageContext & { readonly data: Data };

const STYLES = `
  .x-funnel { padding: var(--x-4) var(--x-5); display: grid; grid-template-columns: minmax(0, 1fr); gap: var(--x-5); max-inline-size: 1100px; }
  .x-funnel h2 { font-size: var(--x-size-4); margin: 0 0 var(--x-2); }
  .x-funnel-head { display: flex; flex-wrap: wrap; align-items: center; gap: var(--x-3) var(--x-5); }
  .x-funnel-ask { display: flex; flex-wrap: wrap; align-items: center; gap: var(--x-2); color: var(--x-text-2); }
  .x-funnel-ask .x-button[aria-pressed='true'] { background: var(--x-accent-soft); border-color: var(--x-accent-line); }
  .x-funnel-stages { display: grid; gap: var(--x-2); list-style: none; margin: 0; padding: 0; }
  .x-funnel-stage { display: grid; grid-template-columns: 9rem minmax(0, 1fr); gap: var(--x-1) var(--x-3); align-items: center; }
  .x-funnel-name { font-weight: 600; }
  .x-funnel-name small { display: block; font-weight: 400; color: var(--x-text-3); }
  .x-funnel-track { display: flex; justify-content: center; }
  .x-funnel-bar { display: flex; block-size: 44px; min-inline-size: 3rem; inline-size: var(--x-part); border-radius: var(--x-radius); overflow: hidden; background: var(--x-sunken); }
  .x-funnel-bar span { flex: var(--x-n) 0 0; display: grid; place-items: center; min-inline-size: 0; overflow: hidden; font-variant-numeric: tabular-nums; font-size: var(--x-size-2); }
  .x-funnel-onward { background: var(--x-accent); color: var(--x-on-accent); }
  .x-funnel-still { background: var(--x-accent-soft); color: var(--x-text); }
  .x-funnel-back { background: var(--x-warn-soft); color: var(--x-warn); }
  .x-funnel-won { background: var(--x-good); color: var(--x-surface); }
  .x-funnel-lost { background: var(--x-danger-soft); color: var(--x-danger); }
  .x-funnel-next { grid-column: 2; text-align: center; color: var(--x-text-2); font-size: var(--x-size-2); }
  .x-funnel-key { display: flex; flex-wrap: wrap; gap: var(--x-1) var(--x-4); color: var(--x-text-2); font-size: var(--x-size-2); }
  .x-funnel-key span { display: inline-flex; align-items: center; gap: 6px; }
  .x-funnel-key i { inline-size: 12px; block-size: 12px; border-radius: 3px; box-shadow: inset 0 0 0 1px var(--x-line-strong); }
  .x-funnel-scroll { overflow-x: auto; }
  .x-funnel table { inline-size: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
  .x-funnel th, .x-funnel td { padding: var(--x-2) var(--x-3); text-align: end; border-block-end: 1px solid var(--x-line); white-space: nowrap; }
  .x-funnel th { color: var(--x-text-2); font-weight: 500; font-size: var(--x-size-2); }
  .x-funnel th:first-child, .x-funnel td:first-child { text-align: start; }
  .x-funnel-hint { margin: 0 0 var(--x-2); color: var(--x-text-3); font-size: var(--x-size-2); }
  @media (max-width: 720px) {
    .x-funnel { padding: var(--x-3); }
    .x-funnel-stage { grid-template-columns: minmax(0, 1fr); }
    .x-funnel-next { grid-column: 1; }
  }
`;

const DAYS = [90, 180, 365];
const PARTS = ['onward', 'won', 'still', 'back', 'lost'] as const;

function daysBefore(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) - days * 86_400_000).toISOString().slice(0, 10);
}

function share(context: Context, part: number, whole: number): string {
  return whole === 0 ? '–' : context.locale.number(part / whole, { style: 'percent', maximumFractionDigits: 0 });
}

function amount({ locale, data }: Context, value: string): string {
  const whole = { maximumFractionDigits: 0 } as const;
  return locale.number(
    value,
    data.currency === ''
      ? whole
      : { ...whole, style: 'currency', currency: data.currency, currencyDisplay: 'narrowSymbol' },
  );
}

function renderStage(context: Context, stage: Stage, most: number): TemplateResult {
  const { texts, locale, data } = context;
  const title = data.names.get(stage.stage)?.title ?? String(stage.stage);
  const days =
    stage.averageDays === null ? texts('funnel.noDays') : `${locale.number(stage.averageDays)} ${texts('funnel.days')}`;
  return html`<li class="x-funnel-stage">
    <div class="x-funnel-name">
      ${title}<small
        >${locale.number(stage.entered)} ${texts('funnel.entered')} · ${amount(context, stage.value)}</small
      >
    </div>
    <div class="x-funnel-track">
      <div class="x-funnel-bar" ${styled({ '--x-part': `${String((stage.entered / most) * 100)}%` })}>
        ${PARTS.map((part) =>
          stage[part] === 0
            ? nothing
            : html`<span
                class=${`x-funnel-${part}`}
                ${styled({ '--x-n': String(stage[part]) })}
                data-tip=${`${locale.number(stage[part])} ${texts(`funnel.${part}`)}`}
                >${locale.number(stage[part])}</span
              >`,
        )}
      </div>
    </div>
    <div class="x-funnel-next">
      ${share(context, stage.onward + stage.won, stage.entered)} ${texts('funnel.conversion')} · ${days}
    </div>
  </li>`;
}

function renderAsk({ parameters, texts, locale, data, go }: Context): TemplateResult {
  const link = (change: Readonly<Record<string, string | undefined>>): void => {
    const next = new URLSearchParams(parameters);
    for (const [name, value] of Object.entries(change)) {
      if (value === undefined) next.delete(name);
      else next.set(name, value);
    }
    go(`/page/sales.funnel?${next.toString()}`);
  };
  const days = Number(parameters.get('days') ?? 365);
  return html`<div class="x-funnel-ask">
    <span>${texts('funnel.from')} ${locale.date(data.from)} ${texts('funnel.to')} ${locale.date(data.to)}</span>
    ${DAYS.map(
      (one) =>
        html`<button
          type="button"
          class="x-button"
          aria-pressed=${one === days ? 'true' : 'false'}
          @click=${() => link({ days: String(one) })}
        >
          ${locale.number(one, { style: 'unit', unit: 'day', unitDisplay: 'long' })}
        </button>`,
    )}
  </div>`;
}

function renderTables(context: Context): TemplateResult {
  const { texts, locale, data } = context;
  const head = (names: readonly string[]) =>
    html`<tr>
      ${names.map((name) => html`<th scope="col">${texts(`funnel.${name}`)}</th>`)}
    </tr>`;
  return html`<section>
      <h2>${texts('funnel.table')}</h2>
      <div class="x-funnel-scroll">
        <table>
          <thead>
            ${head(['stage', 'entered', 'value', 'onward', 'won', 'still', 'back', 'lost', 'rate', 'days'])}
          </thead>
          <tbody>
            ${data.stages.map(
              (stage) =>
                html`<tr>
                  <td>${data.names.get(stage.stage)?.title ?? stage.stage}</td>
                  <td>${locale.number(stage.entered)}</td>
                  <td>${amount(context, stage.value)}</td>
                  ${PARTS.map((part) => html`<td>${locale.number(stage[part])}</td>`)}
                  <td>${share(context, stage.onward + stage.won, stage.entered)}</td>
                  <td>${stage.averageDays === null ? '–' : locale.number(stage.averageDays)}</td>
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
    </section>
    <section>
      <h2>${texts('funnel.expected')}</h2>
      <p class="x-funnel-hint">${texts('funnel.expectedHint')}</p>
      <div class="x-funnel-scroll">
        <table>
          <thead>
            ${head(['month', 'count', 'amount'])}
          </thead>
          <tbody>
            ${data.expected.map(
              ({ first, last, count, value }) =>
                html`<tr>
                  <td>${locale.date(first)} – ${locale.date(last)}</td>
                  <td>${locale.number(count)}</td>
                  <td>${amount(context, value)}</td>
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
    </section>`;
}

export default definePage<Data>({
  styles: STYLES,
  async load({ client, entityOf, parameters }) {
    const days = Number(parameters.get('days') ?? 365);
    const today = new Date().toISOString().slice(0, 10);
    const [answer, deals] = await Promise.all([
      client.invoke('sales_Funnel', {
        From: daysBefore(today, Number.isFinite(days) ? days : 365),
        To: today,
      }) as Promise<Answer>,
      entityOf('opportunity'),
    ]);
    const names = new Map((deals.fields['salesstage']?.choices ?? []).map(({ value, ...choice }) => [value, choice]));
    return { ...answer, names };
  },
  render(context) {
    const { texts, data } = context;
    const most = Math.max(1, ...data.stages.map(({ entered }) => entered));
    return html`<div class="x-funnel">
      <div class="x-funnel-head">${renderAsk(context)}</div>
      ${
        data.stages.length === 0
          ? html`<p class="x-muted">${texts('funnel.none')}</p>`
          : html`<div class="x-funnel-key">
                ${PARTS.map((part) => html`<span><i class=${`x-funnel-${part}`}></i>${texts(`funnel.${part}`)}</span>`)}
              </div>
              <ol class="x-funnel-stages">
                ${data.stages.map((stage) => renderStage(context, stage, most))}
              </ol>`
      }
      ${renderTables(context)}
    </div>`;
  },
});
