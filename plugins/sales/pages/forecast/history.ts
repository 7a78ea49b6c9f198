// How the forecast of the first period shown came about: what it was each week, of all whose snapshots the reader sees.
import { html, nothing, type TemplateResult } from 'lit';
import { ClientError, styled, type PageContext } from 'peyvand/ui';
import { amount, type Context, type Figures, type Week } from './figures.ts';

const SHOWN = ['won', 'committed', 'adjusted', 'bestcase', 'pipeline', 'quota'] as const;
const BAR = [
  ['won', 'won'],
  ['committed', 'committed'],
  ['bestcase', 'bestCase'],
  ['pipeline', 'pipeline'],
] as const;
/** A quarter of a year. */
const WEEKS = 14;

export async function weeksOf({ client }: PageContext, { periods }: Figures): Promise<readonly Week[]> {
  const [period] = periods;
  if (!period) return [];
  try {
    const weeks = await client.invoke('sales_ForecastHistory', { From: period.first, To: period.last });
    return (weeks as readonly Week[]).slice(-WEEKS);
  } catch (error) {
    // Who may not read snapshots sees the forecast without its course.
    if (error instanceof ClientError && error.status === 403) return [];
    throw error;
  }
}

function renderBar(week: Week, most: number): TemplateResult {
  const part = (value: number) => styled({ '--x-part': `${String((value / most) * 100)}%` });
  return html`<div class="x-forecast-bar" aria-hidden="true">
    ${BAR.map(([name, look]) => html`<span class=${`x-forecast-${look}`} ${part(Number(week[name]))}></span>`)}
  </div>`;
}

export function renderHistory(context: Context): TemplateResult | typeof nothing {
  const { data, texts, locale } = context;
  const [period] = data.periods;
  if (!period || data.weeks.length === 0) return nothing;
  const whole = (week: Week): number => BAR.reduce((sum, [name]) => sum + Number(week[name]), 0);
  const most = Math.max(1, ...data.weeks.map(whole));
  const said = `${locale.date(period.first)} – ${locale.date(period.last)}`;
  return html`<section>
    <h2>${texts('forecast.history', { period: said })}</h2>
    <div class="x-forecast-scroll">
      <table class="x-forecast-weeks">
        <thead>
          <tr>
            <th scope="col">${texts('forecast.week')}</th>
            ${SHOWN.map((name) => html`<th scope="col">${texts(`forecast.${name}`)}</th>`)}
            <th scope="col"></th>
          </tr>
        </thead>
        <tbody>
          ${data.weeks.map(
            (week) =>
              html`<tr>
                <th scope="row">${locale.date(week.takenon)}</th>
                ${SHOWN.map((name) => html`<td data-period=${texts(`forecast.${name}`)}>${amount(context, week[name])}</td>`)}
                <td>${renderBar(week, most)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </section>`;
}
