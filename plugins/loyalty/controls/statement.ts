// The member's statement of the programme's year: what came in and went out, with the balance after each.
import { html, nothing } from 'lit';
import { defineControl } from 'peyvand/ui';
import type { Statement } from './explained.ts';

const styles = `
.x-loyalty-statement { display: grid; gap: var(--x-3); }
.x-loyalty-sums { display: flex; flex-wrap: wrap; gap: var(--x-4); margin: 0; }
.x-loyalty-sums dt { color: var(--x-text-2); font-size: var(--x-size-2); }
.x-loyalty-sums dd { margin: 0; font-weight: 600; font-variant-numeric: tabular-nums; }
.x-loyalty-lines { overflow-x: auto; }
.x-loyalty-lines table { border-collapse: collapse; inline-size: 100%; font-size: var(--x-size-3); }
.x-loyalty-lines th { text-align: start; font-weight: 600; color: var(--x-text-2); }
.x-loyalty-lines :is(th, td) { padding: var(--x-2); border-block-end: 1px solid var(--x-line); }
.x-loyalty-lines .x-loyalty-amount { text-align: end; font-variant-numeric: tabular-nums; white-space: nowrap; }
.x-loyalty-out { color: var(--x-danger); }
.x-loyalty-in { color: var(--x-good); }
`;

export default defineControl<Statement | undefined>({
  styles,
  async load({ id, entity, client }) {
    if (id === undefined) return undefined;
    return (await client.invoke('loyalty_Statement', {}, { entity, id })) as Statement;
  },
  render({ data, locale, texts }) {
    if (!data) return nothing;
    const number = (value: number): string => locale.number(value);
    const signed = (value: number): string => locale.number(value, { signDisplay: 'exceptZero' });
    const day = (iso: string): string => locale.date(iso, 'medium', data.calendar);
    const kinds = Object.entries(data.sums).filter(([, points]) => points !== 0);
    return html`<div class="x-loyalty-statement">
      <div>${texts('statement.span', { from: day(data.from), to: day(data.to) })}</div>
      <dl class="x-loyalty-sums">
        <div>
          <dt>${texts('statement.opening')}</dt>
          <dd>${number(data.opening)}</dd>
        </div>
        ${kinds.map(
          ([kind, points]) =>
            html`<div>
              <dt>${texts(`kind.${kind}`)}</dt>
              <dd>${signed(points)}</dd>
            </div>`,
        )}
        <div>
          <dt>${texts('statement.closing')}</dt>
          <dd>${number(data.closing)}</dd>
        </div>
      </dl>
      ${
        data.lines.length === 0
          ? html`<p>${texts('statement.empty')}</p>`
          : html`<div class="x-loyalty-lines" tabindex="0" role="group" aria-label=${texts('statement.lines')}>
              <table>
                <thead>
                  <tr>
                    <th scope="col">${texts('statement.on')}</th>
                    <th scope="col">${texts('statement.what')}</th>
                    <th scope="col" class="x-loyalty-amount">${texts('statement.points')}</th>
                    <th scope="col" class="x-loyalty-amount">${texts('statement.balance')}</th>
                  </tr>
                </thead>
                <tbody>
                  ${data.lines.toReversed().map(
                    (line) =>
                      html`<tr>
                        <td>${locale.dateTime(line.on, 'medium', data.calendar)}</td>
                        <td title=${line.reason ?? nothing}>
                          ${texts(`kind.${line.kind}`)}${line.kind === 'earn' && line.rule ? html` <bdi>${line.rule}</bdi>` : nothing}
                        </td>
                        <td class="x-loyalty-amount ${line.points < 0 ? 'x-loyalty-out' : 'x-loyalty-in'}">
                          ${signed(line.points)}
                        </td>
                        <td class="x-loyalty-amount">${number(line.balance)}</td>
                      </tr>`,
                  )}
                </tbody>
              </table>
            </div>`
      }
    </div>`;
  },
});
