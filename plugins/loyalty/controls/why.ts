// "Why am I Silver?": what the tier was decided by, and the lots that the balance is made of, the first to be spent first.
import { html, nothing } from 'lit';
import { defineControl } from 'peyvand/ui';
import type { Explained } from './explained.ts';

const styles = `
.x-loyalty-why { display: grid; gap: var(--x-4); }
.x-loyalty-why p { margin: 0; }
.x-loyalty-scroll { overflow-x: auto; }
.x-loyalty-table { border-collapse: collapse; inline-size: 100%; font-size: var(--x-size-3); }
.x-loyalty-table th { text-align: start; font-weight: 600; color: var(--x-text-2); }
.x-loyalty-table :is(th, td) { padding: var(--x-2); border-block-end: 1px solid var(--x-line); white-space: nowrap; }
.x-loyalty-table .x-loyalty-number { text-align: end; font-variant-numeric: tabular-nums; }
.x-loyalty-empty { color: var(--x-text-2); text-align: start; }
`;

export default defineControl<Explained | undefined>({
  styles,
  async load({ id, entity, client }) {
    if (id === undefined) return undefined;
    return (await client.invoke('loyalty_Explain', {}, { entity, id })) as Explained;
  },
  render({ data, locale, texts }) {
    if (!data) return nothing;
    const { tier, balance, calendar } = data;
    const number = (value: number): string => locale.number(value);
    const day = (iso: string): string => locale.date(iso, 'medium', calendar);
    const title = (code: string): string => tier.titles[code] ?? code;
    const sentences = [
      texts(`why.reason.${tier.reason}`, {
        tier: tier.title,
        day: day(tier.since),
        until: tier.until === undefined ? '' : day(tier.until),
        grace: tier.graceUntil === undefined ? '' : day(tier.graceUntil),
        why: tier.override?.reason ?? '',
      }),
      texts('why.window', { from: day(tier.window.from), to: day(tier.window.to) }),
      texts(`why.counted.${tier.basis}`, {
        points: number(tier.points),
        spend: number(tier.spend),
        count: number(tier.count),
        tier: title(tier.earned),
      }),
    ];
    if (tier.next && tier.basis !== 'expression') {
      sentences.push(
        texts('why.next', {
          tier: title(tier.next.tier),
          threshold: number(tier.next.threshold),
          missing: number(Math.max(0, tier.next.missing)),
        }),
      );
    }
    return html`<div class="x-loyalty-why">
      ${sentences.map((sentence) => html`<p>${sentence}</p>`)}
      ${
        balance.lots.length === 0
          ? html`<p class="x-loyalty-empty">${texts('why.no-lots')}</p>`
          : html`<div class="x-loyalty-scroll" tabindex="0" role="group" aria-label=${texts('why.lots')}>
              <table class="x-loyalty-table">
                <caption class="x-loyalty-empty">
                  ${texts('why.lots')}
                </caption>
                <thead>
                  <tr>
                    <th scope="col">${texts('lot.earned')}</th>
                    <th scope="col" class="x-loyalty-number">${texts('lot.amount')}</th>
                    <th scope="col" class="x-loyalty-number">${texts('lot.remaining')}</th>
                    <th scope="col">${texts('lot.expires')}</th>
                    <th scope="col">${texts('lot.state')}</th>
                  </tr>
                </thead>
                <tbody>
                  ${balance.lots.map(
                    (lot) =>
                      html`<tr>
                        <td>${locale.dateTime(lot.earnedOn, 'medium', calendar)}</td>
                        <td class="x-loyalty-number">${number(lot.amount)}</td>
                        <td class="x-loyalty-number">${number(lot.remaining)}</td>
                        <td>
                          ${lot.expires === undefined ? texts('lot.never') : locale.dateTime(lot.expires, 'medium', calendar)}
                        </td>
                        <td>
                          ${
                            lot.remaining < 0
                              ? texts('lot.debt')
                              : lot.released
                                ? texts(`lot.${lot.purse}`)
                                : texts('lot.pending', { day: locale.dateTime(lot.availableFrom, 'medium', calendar) })
                          }
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
