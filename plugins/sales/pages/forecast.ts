// The forecast: by owner or business unit and period, won and committed against the quota, best case and pipeline beyond. The figures are
// worked out by sales_Forecast; a cell leads to its deals, to what managers adjusted, and below stands what it was each week.
import { html, nothing, type TemplateResult } from 'lit';
import { definePage, styled, type PageContext } from 'peyvand/ui';
import { adjust, adjustable, adjustmentsOf, renderAdjustments } from './forecast/adjustments.ts';
import { renderHistory, weeksOf } from './forecast/history.ts';
import { amount, type Cell, type Context, type Data, type Deal, type Figures, type Line } from './forecast/figures.ts';

const STYLES = `
  .x-forecast { padding: var(--x-4) var(--x-5); display: grid; gap: var(--x-4); }
  .x-forecast-ask { display: flex; flex-wrap: wrap; gap: var(--x-2) var(--x-5); align-items: center; }
  .x-forecast-ask fieldset { display: flex; flex-wrap: wrap; gap: var(--x-1); border: 0; margin: 0; padding: 0; align-items: center; }
  .x-forecast-ask legend { float: inline-start; padding: 0; padding-inline-end: var(--x-2); color: var(--x-text-2); }
  .x-forecast-ask .x-button[aria-pressed='true'] { background: var(--x-accent-soft); border-color: var(--x-accent-line); }
  .x-forecast-hint { margin: 0; color: var(--x-text-3); font-size: var(--x-size-2); }
  .x-forecast-key { display: flex; flex-wrap: wrap; gap: var(--x-1) var(--x-4); color: var(--x-text-2); font-size: var(--x-size-2); }
  .x-forecast-key span { display: inline-flex; align-items: center; gap: 6px; }
  .x-forecast-key i { inline-size: 12px; block-size: 12px; border-radius: 3px; box-shadow: inset 0 0 0 1px var(--x-line-strong); }
  .x-forecast-scroll { overflow-x: auto; border: 1px solid var(--x-line); border-radius: var(--x-radius); background: var(--x-surface); }
  .x-forecast table { inline-size: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
  .x-forecast th, .x-forecast td { padding: var(--x-3); border-block-end: 1px solid var(--x-line); vertical-align: top; text-align: start; min-inline-size: 13rem; }
  .x-forecast thead th { color: var(--x-text-2); font-weight: 500; font-size: var(--x-size-2); background: var(--x-sunken); }
  .x-forecast tbody th, .x-forecast tfoot th { min-inline-size: 9rem; font-weight: 600; }
  .x-forecast tfoot td, .x-forecast tfoot th { border-block-end: 0; background: var(--x-sunken); }
  .x-forecast-bar { position: relative; display: flex; block-size: 12px; border-radius: 6px; overflow: hidden; background: var(--x-sunken); margin-block-end: var(--x-2); box-shadow: inset 0 0 0 1px var(--x-line); }
  .x-forecast-bar span { inline-size: var(--x-part); }
  .x-forecast-bar b { position: absolute; inset-block: 0; inset-inline-start: var(--x-part); inline-size: 2px; background: var(--x-text); }
  .x-forecast-won { background: var(--x-good); }
  .x-forecast-committed { background: var(--x-accent); }
  .x-forecast-bestCase { background: var(--x-accent-line); }
  .x-forecast-pipeline { background: var(--x-accent-soft); }
  .x-forecast-cell dl { display: grid; grid-template-columns: 1fr auto; gap: 2px var(--x-3); margin: 0; font-size: var(--x-size-2); }
  .x-forecast-cell dt { color: var(--x-text-2); }
  .x-forecast-cell dd { margin: 0; text-align: end; }
  .x-forecast-cell p { margin: var(--x-2) 0 0; font-size: var(--x-size-2); color: var(--x-text-2); display: flex; justify-content: space-between; gap: var(--x-2); }
  .x-forecast-link { white-space: nowrap; padding: 0; border: 0; background: none; color: var(--x-accent); font: inherit; cursor: pointer; text-decoration: underline; text-underline-offset: 3px; }
  .x-forecast-deals { list-style: none; margin: var(--x-2) 0 0; padding: 0; display: grid; gap: var(--x-1); font-size: var(--x-size-2); }
  .x-forecast-adjusted { font-weight: 600; white-space: nowrap; }
  .x-forecast h2, .x-forecast h3 { margin: 0 0 var(--x-2); font-size: var(--x-size-3); }
  .x-forecast h3 { margin-block-start: var(--x-3); font-size: var(--x-size-2); color: var(--x-text-2); }
  .x-forecast-cell .x-forecast-why { display: block; margin: 0; color: var(--x-text-2); }
  .x-forecast-weeks th, .x-forecast-weeks td { min-inline-size: 0; text-align: end; white-space: nowrap; }
  .x-forecast-weeks th:first-child, .x-forecast-weeks td:first-child { text-align: start; }
  .x-forecast-weeks .x-forecast-bar { min-inline-size: 8rem; margin: 4px 0 0; }
  .x-forecast-deals li { display: flex; gap: var(--x-2); justify-content: space-between; }
  @media (max-width: 720px) {
    .x-forecast { padding: var(--x-3); }
    .x-forecast thead { display: none; }
    .x-forecast tr, .x-forecast th, .x-forecast td { display: block; min-inline-size: 0; }
    .x-forecast tr { border-block-end: 1px solid var(--x-line-strong); }
    .x-forecast th, .x-forecast td { border-block-end: 0; }
    .x-forecast-weeks td { display: flex; justify-content: space-between; padding-block: 2px; }
    .x-forecast-weeks td:last-child { display: block; padding-block-end: var(--x-3); }
    .x-forecast td::before { content: attr(data-period); color: var(--x-text-3); font-size: var(--x-size-2); }
  }
`;

const KINDS = [
  ['fiscal-period', 'forecast.fiscal'],
  ['quarter', 'forecast.quarter'],
  ['month', 'forecast.month'],
] as const;
const WAYS = [
  ['owner', 'forecast.owner'],
  ['unit', 'forecast.unit'],
] as const;
const AMOUNTS = ['won', 'committed', 'bestCase', 'pipeline'] as const;

function change({ parameters, go }: PageContext, values: Readonly<Record<string, string | undefined>>): void {
  const next = new URLSearchParams(parameters);
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) next.delete(name);
    else next.set(name, value);
  }
  go(`/page/sales.forecast?${next.toString()}`);
}

function renderChoice(
  context: Context,
  name: string,
  legend: string,
  options: readonly (readonly [string, string])[],
): TemplateResult {
  const chosen = context.parameters.get(name) ?? options[0]?.[0];
  return html`<fieldset>
    <legend>${context.texts(legend)}</legend>
    ${options.map(
      ([value, label]) =>
        html`<button
          type="button"
          class="x-button"
          aria-pressed=${value === chosen ? 'true' : 'false'}
          @click=${() => change(context, { [name]: value, cell: undefined })}
        >
          ${context.texts(label)}
        </button>`,
    )}
  </fieldset>`;
}

function renderBar(context: Context, cell: Cell): TemplateResult {
  const sums = AMOUNTS.map((name) => Number(cell[name]));
  const quota = Number(cell.quota);
  const full = Math.max(
    quota * 1.05,
    sums.reduce((sum, one) => sum + one, 0),
    1,
  );
  const part = (value: number) => styled({ '--x-part': `${String((value / full) * 100)}%` });
  return html`<div class="x-forecast-bar" aria-hidden="true">
    ${AMOUNTS.map((name, index) => html`<span class=${`x-forecast-${name}`} ${part(sums[index] ?? 0)}></span>`)}
    ${quota > 0 ? html`<b ${part(quota)} data-tip=${context.texts('forecast.quota')}></b>` : nothing}
  </div>`;
}

/** What stands there once managers have judged it. */
function renderAdjusted(context: Context, cell: Cell, name: (typeof AMOUNTS)[number]): TemplateResult | typeof nothing {
  const by = name === 'won' ? 0 : Number(cell.adjusted[name]);
  if (by === 0) return nothing;
  const judged = amount(context, String(Number(cell[name]) + by));
  const arrow = context.locale.direction === 'rtl' ? '←' : '→';
  return html` <span class="x-forecast-adjusted" data-tip=${context.texts('forecast.adjusted')}
    >${arrow} <bdi>${judged}</bdi></span
  >`;
}

function renderCell(context: Context, cell: Cell, period: string, key?: string): TemplateResult {
  const { texts, locale, data, parameters, recordUrl } = context;
  const quota = Number(cell.quota);
  const percent =
    quota > 0 ? locale.number(Number(cell.won) / quota, { style: 'percent', maximumFractionDigits: 0 }) : '';
  const isOpen = key !== undefined && parameters.get('cell') === key;
  return html`<td class="x-forecast-cell" data-period=${period}>
    ${renderBar(context, cell)}
    <dl>
      ${AMOUNTS.map(
        (name) =>
          html`<dt>${texts(`forecast.${name}`)}</dt>
            <dd><bdi>${amount(context, cell[name])}</bdi>${renderAdjusted(context, cell, name)}</dd>`,
      )}
      <dt>${texts('forecast.quota')}</dt>
      <dd>${quota > 0 ? amount(context, cell.quota) : texts('forecast.noQuota')}</dd>
    </dl>
    <p>
      <span>${quota > 0 ? texts('forecast.ofQuota', { percent }) : nothing}</span>
      ${
        key === undefined
          ? html`<span>${texts('forecast.deals', { count: locale.number(cell.deals) })}</span>`
          : html`<button
              type="button"
              class="x-forecast-link"
              aria-expanded=${isOpen ? 'true' : 'false'}
              @click=${() => change(context, { cell: isOpen ? undefined : key })}
            >
              ${texts('forecast.deals', { count: locale.number(cell.deals) })}
            </button>`
      }
    </p>
    ${
      isOpen && data.deals
        ? html`<ul class="x-forecast-deals">
              ${data.deals.map(
                (deal) =>
                  html`<li>
                    <a href=${recordUrl('opportunity', deal.id)}>${deal.name}</a
                    ><span>${amount(context, deal.value)}</span>
                  </li>`,
              )}
            </ul>
            ${renderAdjustments(context, () => adjust(context, key ?? ''))}`
        : nothing
    }
  </td>`;
}

/** Sums of the rows; they are only looked at, the exact ones stand in the rows. */
function together(rows: readonly Line[], index: number): Cell {
  const all = (of: (cell: Cell) => string): string =>
    String(rows.reduce((total, { cells: { [index]: cell } }) => total + Number(cell ? of(cell) : 0), 0));
  const sum = (name: Exclude<keyof Cell, 'deals' | 'adjusted'>): string => all((cell) => cell[name]);
  return {
    pipeline: sum('pipeline'),
    bestCase: sum('bestCase'),
    committed: sum('committed'),
    won: sum('won'),
    lost: sum('lost'),
    quota: sum('quota'),
    deals: rows.reduce((total, row) => total + (row.cells[index]?.deals ?? 0), 0),
    adjusted: {
      pipeline: all(({ adjusted }) => adjusted.pipeline),
      bestCase: all(({ adjusted }) => adjusted.bestCase),
      committed: all(({ adjusted }) => adjusted.committed),
    },
  };
}

async function dealsOf(
  { client, parameters }: PageContext,
  data: Figures,
  by: string,
): Promise<readonly Deal[] | undefined> {
  const [id = '', index = ''] = (parameters.get('cell') ?? '').split('.');
  const period = data.periods[Number(index)];
  if (!/^[0-9a-f-]{36}$/.test(id) || !period) return undefined;
  const who = by === 'unit' ? '_owningbusinessunit_value' : '_ownerid_value';
  const rows = await client.list('opportunity', {
    $select: 'opportunityid,name,estimatedvalue_base',
    $filter: `${who} eq ${id} and statecode eq 0 and estimatedclosedate ge ${period.first} and estimatedclosedate le ${period.last}`,
    $orderby: 'estimatedvalue_base desc',
    $top: 50,
  });
  return rows.map((row) => ({
    id: String(row['opportunityid']),
    name: String(row['name']),
    value: String(row['estimatedvalue_base'] ?? 0),
  }));
}

export default definePage<Data>({
  styles: STYLES,
  async load(context) {
    const by = context.parameters.get('by') ?? 'owner';
    const Period = context.parameters.get('period') ?? 'fiscal-period';
    const figures = (await context.client.invoke('sales_Forecast', { Period, By: by, Count: 3 })) as Figures;
    const [deals, adjustments, weeks, entity] = await Promise.all([
      dealsOf(context, figures, by),
      adjustmentsOf(context, figures, by),
      weeksOf(context, figures),
      adjustable(context),
    ]);
    return { ...figures, deals, adjustments, weeks, mayAdjust: by === 'owner' && entity?.create === true };
  },
  render(context) {
    const { texts, locale, data, recordUrl } = context;
    const said = data.periods.map(({ first, last }) => `${locale.date(first)} – ${locale.date(last)}`);
    const head = html`<div class="x-forecast-ask">
        ${renderChoice(context, 'period', 'forecast.period', KINDS)} ${renderChoice(context, 'by', 'forecast.by', WAYS)}
      </div>
      <p class="x-forecast-hint">${texts('forecast.hint', { currency: data.currency })}</p>
      <div class="x-forecast-key">
        ${AMOUNTS.map((name) => html`<span><i class=${`x-forecast-${name}`}></i>${texts(`forecast.${name}`)}</span>`)}
      </div>`;
    if (data.rows.length === 0)
      return html`<div class="x-forecast">
        ${head}
        <p class="x-muted">${texts('forecast.none')}</p>
      </div>`;
    return html`<div class="x-forecast">
      ${head}
      <div class="x-forecast-scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">${texts('forecast.who')}</th>
              ${said.map((period) => html`<th scope="col">${period}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${data.rows.map(
              (row) =>
                html`<tr>
                  <th scope="row"><a href=${recordUrl(row.entity, row.id)}>${row.name}</a></th>
                  ${row.cells.map((cell, index) => renderCell(context, cell, said[index] ?? '', `${row.id}.${String(index)}`))}
                </tr>`,
            )}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">${texts('forecast.total')}</th>
              ${said.map((period, index) => renderCell(context, together(data.rows, index), period))}
            </tr>
          </tfoot>
        </table>
      </div>
      ${renderHistory(context)}
    </div>`;
  },
});
