// What the programme owes, month by month in its own calendar: opening + earned − redeemed − expired − reversed ± adjusted = closing.
import { html, nothing } from 'lit';
import { definePage } from 'peyvand/ui';
import { programmeChoice, programmesOf, type Programme } from './programmes.ts';

interface Period {
  readonly currency: string;
  readonly from: string;
  readonly to: string;
  readonly opening: number;
  readonly earned: number;
  readonly redeemed: number;
  readonly expired: number;
  readonly reversed: number;
  readonly adjusted: number;
  readonly closing: number;
  readonly worthIn?: string;
  readonly liability?: string;
  readonly expectedLiability?: string;
}

interface Loaded {
  readonly programmes: readonly Programme[];
  readonly chosen: string;
  readonly calendar: 'gregory' | 'persian';
  readonly periods: readonly Period[];
}

const styles = `
.x-loyalty-page { display: grid; gap: var(--x-5); padding-inline: var(--x-4); align-content: start; }
.x-loyalty-field { display: grid; gap: var(--x-1); max-inline-size: 320px; }
.x-loyalty-wide { overflow-x: auto; }
.x-loyalty-wide table { border-collapse: collapse; inline-size: 100%; font-size: var(--x-size-3); }
.x-loyalty-wide :is(th, td) { padding: var(--x-2) var(--x-3); border-block-end: 1px solid var(--x-line); text-align: end; white-space: nowrap; font-variant-numeric: tabular-nums; }
.x-loyalty-wide :is(th, td):first-child { text-align: start; }
.x-loyalty-wide thead { color: var(--x-text-2); }
`;

const COLUMNS = ['opening', 'earned', 'redeemed', 'expired', 'reversed', 'adjusted', 'closing'] as const;
/** What goes out is shown with its sign: the columns add up from the first to the last. */
const OUT = new Set(['redeemed', 'expired', 'reversed']);

export default definePage<Loaded>({
  styles,
  async load(context) {
    const programmes = await programmesOf(context);
    const chosen = context.parameters.get('program') ?? programmes[0]?.id ?? '';
    if (chosen === '') return { programmes, chosen, calendar: 'gregory', periods: [] };
    const answer = (await context.client.invoke('loyalty_RollForward', { Program: chosen })) as Loaded;
    return { programmes, chosen, calendar: answer.calendar, periods: answer.periods };
  },
  render(context) {
    const { data, locale, texts } = context;
    const { programmes, chosen, calendar, periods } = data;
    const cell = (period: Period, column: (typeof COLUMNS)[number]): string => {
      const value = OUT.has(column) ? -period[column] : period[column];
      return column === 'opening' || column === 'closing'
        ? locale.number(value)
        : locale.number(value, { signDisplay: 'exceptZero' });
    };
    const download = async (): Promise<void> => {
      const file = (await context.client.invoke('loyalty_ExportRollForward', { Program: chosen })) as {
        readonly FileName: string;
        readonly Content: string;
      };
      const link = document.createElement('a');
      // Spreadsheets read UTF-8 where the file says so.
      link.href = URL.createObjectURL(new Blob(['\uFEFF', file.Content], { type: 'text/csv;charset=utf-8' }));
      link.download = file.FileName;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    };
    return html`<div class="x-loyalty-page">
      ${programmes.length === 0 ? nothing : programmeChoice(context, 'loyalty.liability', programmes, chosen)}
      ${
        periods.length === 0
          ? html`<p>${texts('liability.empty')}</p>`
          : html`<div>
                <button class="x-button" type="button" @click=${download}>${texts('liability.download')}</button>
              </div>
              <div class="x-loyalty-wide" tabindex="0" role="group" aria-label=${texts('liability.title')}>
                <table>
                  <thead>
                    <tr>
                      <th scope="col">${texts('liability.period')}</th>
                      <th scope="col">${texts('liability.currency')}</th>
                      ${COLUMNS.map((column) => html`<th scope="col">${texts(`liability.${column}`)}</th>`)}
                      <th scope="col">${texts('liability.worth')}</th>
                      <th scope="col">${texts('liability.expected')}</th>
                    </tr>
                  </thead>
                  <tbody>
                    ${periods.toReversed().map(
                      (period) =>
                        html`<tr>
                          <td>${locale.date(period.from, 'medium', calendar)}</td>
                          <td>${period.currency}</td>
                          ${COLUMNS.map((column) => html`<td>${cell(period, column)}</td>`)}
                          <td>
                            ${
                              period.liability === undefined
                                ? ''
                                : html`${locale.number(period.liability)} <bdi>${period.worthIn}</bdi>`
                            }
                          </td>
                          <td>
                            ${period.expectedLiability === undefined ? '' : locale.number(period.expectedLiability)}
                          </td>
                        </tr>`,
                    )}
                  </tbody>
                </table>
              </div>`
      }
    </div>`;
  },
});
